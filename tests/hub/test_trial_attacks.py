"""What a student of a hub tries on others, each time in vain. docs/hub.md has the table of all attacks."""
# ruff: noqa: F401, F811 (pytest finds fixtures by their names)

import os
import pwd
import shutil
import urllib.error
import urllib.request
from datetime import UTC, datetime

import psutil
import pytest
from running_trial import ALICE, ASSIGNMENT, BOB, COURSE, LECTURER, NOTEBOOK
from test_trial import alice, answered, as_user, collected, fetched, lecturer, log_in, submitted
from websocket import WebSocketBadStatusException, create_connection

SECRET = "the answer of alice"


def text_of(outputs: list[dict]) -> str:
    """What was printed; a kernel may send it in pieces."""
    return "".join(each["text"] for each in outputs)


@pytest.fixture(scope="module")
def token(alice):
    """A token that Alice's own server gives to what she runs."""
    with alice.kernel() as kernel:
        return text_of(kernel.run("import os; print(os.environ['JUPYTERHUB_API_TOKEN'], end='')"))


def status(address: str, token: str, method: str = "GET") -> int:
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(address, b"{}" if method != "GET" else None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (f"/hub/api/users/{BOB}", "GET"),
        (f"/hub/api/users/{BOB}/tokens", "POST"),
        (f"/hub/api/users/{BOB}/server", "POST"),
        (f"/hub/api/users/{LECTURER}/server", "DELETE"),
        (f"/hub/api/users/{ALICE}/tokens", "POST"),
        ("/hub/api/users", "GET"),
        ("/hub/api/shutdown", "POST"),
        (f"/user/{LECTURER}/api/contents", "GET"),
        (f"/user/{LECTURER}/formgrader/api/assignments", "GET"),
        (f"/user/{LECTURER}/formgrader/api/submission/{ASSIGNMENT}/{ALICE}/autograde", "POST"),
    ],
)
def test_a_token_of_ones_own_opens_nothing_of_others(trial, lecturer, token, path, method):
    assert status(f"{trial.address}/user/{ALICE}/api/status", token) == 200
    assert status(trial.address + path, token, method) in (403, 404)


@pytest.mark.parametrize("path", [f"formgrader/api/assignment/{ASSIGNMENT}/collect", "formgrader/api/assignments"])
def test_the_instructors_pages_take_no_order_from_another_site(trial, lecturer, path):
    """A page elsewhere can make the instructor's browser send a request with its cookies, but not read the token."""
    request = urllib.request.Request(trial.address + lecturer.mine(path), b"{}", {"Origin": "https://example.org"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        lecturer._opener.open(request, timeout=60)
    assert refused.value.code in (403, 405)


def test_nobody_speaks_with_the_kernel_of_another(trial, alice):
    bob = log_in(trial, BOB)
    with alice.kernel() as kernel:
        channels = alice.mine(f"api/kernels/{kernel.id}/channels")
        cookies = "; ".join(f"{each.name}={each.value}" for each in bob._cookies)
        with pytest.raises(WebSocketBadStatusException) as refused:
            create_connection(trial.address.replace("http", "ws") + channels, 60, cookie=cookies, origin=trial.address)
    assert refused.value.status_code in (302, 403, 404)


LISTEN = """
import sys, zmq
context = zmq.Context()
poller, heard = zmq.Poller(), b""
for port in sys.argv[1:]:
    socket = context.socket(zmq.SUB)
    socket.subscribe(b"")
    socket.connect(f"tcp://127.0.0.1:{port}")
    poller.register(socket)
print("ready", flush=True)
for _ in range(40):
    for socket, _event in poller.poll(250):
        heard += b"".join(socket.recv_multipart())
sys.stdout.buffer.write(heard)
context.destroy(linger=0)
"""


def test_nobody_listens_to_the_kernel_of_another(trial, alice):
    """Kernels have ports of the machine, which all its users can reach."""
    user = pwd.getpwnam(BOB)
    with alice.kernel() as kernel:
        number = text_of(kernel.run("import os; print(os.getpid())"))
        ports = [
            str(each.laddr.port)
            for each in psutil.Process(int(number)).net_connections()
            if each.status == psutil.CONN_LISTEN
        ]
        assert len(ports) >= 5
        listener = psutil.Popen(
            [trial.folder / "student/bin/python", "-c", LISTEN, *ports],
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd="/",
            stdout=-1,
        )
        assert listener.stdout.readline() == b"ready\n"
        for _ in range(20):
            kernel.run(f"import time; time.sleep(0.2); print({SECRET!r})")
        assert SECRET.encode() not in listener.communicate(timeout=60)[0]


MEMORY = 4 << 30


def test_a_students_kernel_has_a_limit_that_it_cannot_raise(alice):
    with alice.kernel() as kernel:
        limit = text_of(kernel.run("import resource; print(resource.getrlimit(resource.RLIMIT_DATA)[0])"))
        assert int(limit) == MEMORY
        (error,) = kernel.run(f"resource.setrlimit(resource.RLIMIT_DATA, ({2 * MEMORY}, {2 * MEMORY}))")
        assert error["ename"] in ("ValueError", "PermissionError")
        (error,) = kernel.run("much = bytes(5 << 30)")
        assert "A kernel may use 4.0 GB of memory here" in "\n".join(error["traceback"])
        assert int(text_of(kernel.run("import os; print(os.nice(0))"))) >= 10


def test_a_student_starts_processes_without_end_and_others_still_work(trial, alice):
    bomb = """
import os, signal, time
started = []
try:
    for _ in range(5_000):
        number = os.fork()
        if not number:
            time.sleep(300)
            os._exit(0)
        started.append(number)
except OSError as error:
    print(type(error).__name__)
for number in started:
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
"""
    with alice.kernel() as kernel:
        assert kernel.run(bomb)[-1]["text"] == "BlockingIOError\n"
    assert log_in(trial, BOB).get("/hub/home").status == 200


@pytest.fixture
def hand_in(trial):
    """Put a folder into the exchange as an account of the machine can, and with it what a shell script adds."""
    made = []

    def put(maker: str, name: str, script: str) -> None:
        made.append(trial.folder / "exchange" / COURSE / "inbound" / name)
        done = as_user(maker, "sh", "-euc", f'mkdir "$0"; cd "$0"; {script}', made[-1])
        assert done.returncode == 0, done.stderr

    yield put
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture
def of_bob(trial, collected):
    """Where Bob's submission lands, of whom nothing is there before and after."""
    folder = trial.folder / "home" / LECTURER / "hepdl" / "submitted" / BOB
    shutil.rmtree(folder, ignore_errors=True)
    yield folder / ASSIGNMENT
    shutil.rmtree(folder, ignore_errors=True)


def test_what_a_student_hands_in_harms_neither_others_nor_the_instructor(trial, collected, hand_in, of_bob):
    """In the name of another; with links to the instructor's files; and larger than what is taken."""
    course = trial.folder / "home" / LECTURER / "hepdl"
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    links = f"ln -s {course}/gradebook.db book.db; ln -s {course}/solutions all"
    hand_in(BOB, f"{BOB}+{ASSIGNMENT}+{now}+a", f"echo mine > {NOTEBOOK}.ipynb; {links}")
    hand_in(ALICE, f"{BOB}+{ASSIGNMENT}+{now}+b", f"echo forged > {NOTEBOOK}.ipynb")
    hand_in(ALICE, f"{ALICE}+{ASSIGNMENT}+2099-01-01 00:00:00 UTC+x", f"echo first > {NOTEBOOK}.ipynb")
    hand_in(LECTURER, f"{LECTURER}+{ASSIGNMENT}+{now}+x", "truncate -s 2G large.bin")
    log = collected.post(collected.mine(f"formgrader/api/assignment/{ASSIGNMENT}/collect")).json["log"]
    assert f"it says that it is of {BOB}, but {ALICE} made it" in log
    assert "is long ago or in the future" in log
    assert "it holds more than 100 MB" in log
    for link in ("book.db", "all"):
        assert f"Left out: '{link}'" in log
    assert {path.name for path in of_bob.iterdir()} == {f"{NOTEBOOK}.ipynb", "timestamp.txt"}
    assert (of_bob / f"{NOTEBOOK}.ipynb").read_text() == "mine\n"
    assert not (course / "submitted" / LECTURER / ASSIGNMENT).exists()


def test_the_place_of_a_submission_cannot_be_found_by_others(trial, submitted):
    """Who knows its name could read it: the name ends in a random word, and nobody can list the folder."""
    inbound = trial.folder / "exchange" / COURSE / "inbound"
    assert as_user(BOB, "ls", inbound).returncode != 0
    names = [entry.name for entry in os.scandir(inbound) if entry.name.startswith(f"{ALICE}+")]
    assert len(max(names, key=len).rpartition("+")[2]) >= 10, names
