"""A runaway notebook is told what it did and disturbs nobody; idle servers end; a restart of the hub ends none."""

import os
import shutil
import signal
import time
from pathlib import Path
from statistics import median

import psutil
import pytest
from small_hub import ALICE, BOB, SmallHub
from system_packages import is_missing

MEMORY = 1 << 30
LIMITS = f"""
c.Spawner.mem_limit = {MEMORY}
c.Spawner.cpu_limit = 1
"""
IDLE = """
c.JupyterHub.services[0]["command"][-1:] = ["--timeout=4", "--cull-every=1"]
c.JupyterHub.last_activity_interval = 1
"""


@pytest.fixture(scope="module")
def small_hub(tmp_path_factory):
    """A hub with small limits."""
    yield from started(tmp_path_factory.mktemp("limits"), LIMITS)


def started(folder: Path, more: str):
    if not shutil.which("node") or not shutil.which("npm"):
        is_missing("a hub needs Node.js for its proxy: apt install nodejs npm")
    hub = SmallHub(folder, more)
    try:
        hub.start()
        yield hub
    finally:
        for process in servers(hub):
            process.terminate()
        hub.stop()


def servers(hub: SmallHub) -> list[psutil.Process]:
    """The servers of the hub's users, those that lost their parent too."""
    program = f"{hub.folder}/student/bin/jupyterhub-singleuser"
    every = psutil.process_iter(["cmdline"])
    return [process for process in every if program in (process.info["cmdline"] or [])]


@pytest.fixture(scope="module")
def alice(small_hub):
    visitor = small_hub.log_in(ALICE)
    visitor.spawn()
    return visitor


@pytest.fixture(scope="module")
def bob(small_hub):
    visitor = small_hub.log_in(BOB)
    visitor.spawn()
    return visitor


def text_of(outputs: list[dict]) -> str:
    return "".join(each.get("text", "") + "\n".join(each.get("traceback", [])) for each in outputs)


HOARDERS = {
    "array": "import numpy; much = numpy.ones(300_000_000)",
    "list": "much = []\nwhile True: much.append(bytes(1 << 20))",
}


@pytest.mark.parametrize("code", HOARDERS.values(), ids=HOARDERS)
def test_a_cell_that_takes_too_much_memory_ends_with_a_sentence(alice, code):
    with alice.kernel() as kernel:
        (error,) = kernel.run(code)
        assert error["output_type"] == "error"
        assert "MemoryError" in error["ename"]
        assert "A kernel may use 1.0 GB of memory here, and this cell asked for more." in text_of([error])
        assert text_of(kernel.run("del much; print(1 + 1)" if "[]" in code else "print(1 + 1)")) == "2\n"


def test_other_errors_and_small_arrays_are_as_ever(alice):
    with alice.kernel() as kernel:
        assert text_of(kernel.run("import numpy; print(numpy.ones(30_000_000).sum())")) == "30000000.0\n"
        assert "may use" not in text_of(kernel.run("1 / 0"))


def test_a_server_sees_its_share_of_the_cores(alice, bob):
    cores = []
    for visitor in (alice, bob):
        with visitor.kernel() as kernel:
            (core,) = eval(text_of(kernel.run("import os; print(os.sched_getaffinity(0))")))
            cores.append(core)
    if len(os.sched_getaffinity(0)) > 1:
        assert cores[0] != cores[1]


RUNAWAY = """
import subprocess, sys
busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(20)]
"""


def test_others_feel_nothing_of_a_runaway(alice, bob):
    def seconds() -> float:
        took = []
        for _ in range(20):
            before = time.monotonic()
            assert bob.get(bob.mine("api/contents")).status == 200
            took.append(time.monotonic() - before)
        return median(took)

    calm = seconds()
    with alice.kernel() as kernel:
        kernel.run(RUNAWAY)
        busy = seconds()
        kernel.run("for each in busy: each.kill()")
    assert busy < 0.1 + 3 * calm


def test_a_restart_of_the_hub_loses_no_server_and_no_variable(small_hub, alice):
    with alice.kernel() as kernel:
        kernel.run("answer = 6 * 7")
        before = {process.pid for process in servers(small_hub)}
        assert before
        small_hub.stop(signal.SIGTERM)
        assert {process.pid for process in servers(small_hub)} == before
        small_hub.start()
        assert {process.pid for process in servers(small_hub)} == before
        assert alice.get(alice.mine("api/status")).status == 200
        with alice.connected(kernel.id) as again:
            assert text_of(again.run("print(answer)")) == "42\n"


def test_a_server_that_nobody_uses_ends_and_its_files_stay(tmp_path):
    for hub in started(tmp_path, IDLE):
        visitor = hub.log_in(ALICE)
        visitor.spawn()
        work = hub.hub.homes / ALICE / "work.txt"
        work.write_text("mine")
        end = time.monotonic() + 90
        while servers(hub):
            assert time.monotonic() < end
            time.sleep(0.5)
        assert work.read_text() == "mine"
