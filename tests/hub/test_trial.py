"""A hub as `hepdl hub try` runs it, over HTTP: a student's way and the instructor's, and what is kept from whom."""

import json
import pwd
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from answers import put_answers
from running_trial import ALICE, ASSIGNMENT, BOB, COURSE, LECTURER, NOTEBOOK, start

from helpers.repository import ROOT
from hub.visitor import Visitor


def log_in(trial, name: str) -> Visitor:
    visitor = Visitor(trial.address, name, trial.passwords[name])
    assert visitor.login.status == 200, visitor.login
    return visitor


@pytest.fixture(scope="module")
def alice(trial):
    visitor = log_in(trial, ALICE)
    visitor.spawn()
    return visitor


@pytest.fixture(scope="module")
def lecturer(trial):
    visitor = log_in(trial, LECTURER)
    visitor.spawn()
    return visitor


@pytest.fixture(scope="module")
def fetched(alice):
    answer = alice.post(alice.mine("assignments/fetch"), course_id=COURSE, assignment_id=ASSIGNMENT)
    assert answer.status == 200, answer
    return alice


@pytest.fixture(scope="module")
def answered(trial, fetched):
    """The fetched notebook with each exercise answered, and no question."""
    put_answers(trial.folder / "home" / ALICE)
    return fetched


@pytest.fixture(scope="module")
def submitted(answered):
    answer = answered.post(answered.mine("assignments/submit"), course_id=COURSE, assignment_id=ASSIGNMENT)
    assert answer.json["success"], answer
    return answered


@pytest.fixture(scope="module")
def collected(submitted, lecturer):
    answer = lecturer.post(lecturer.mine(f"formgrader/api/assignment/{ASSIGNMENT}/collect"))
    assert answer.json["success"], answer.json
    return lecturer


def as_user(name: str, *command: str | Path) -> subprocess.CompletedProcess:
    user = pwd.getpwnam(name)
    return subprocess.run(
        command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd=user.pw_dir, capture_output=True, text=True
    )


def test_passwords_are_printed_once_and_kept_nowhere(trial):
    assert trial.passwords.keys() == {ALICE, BOB, LECTURER}
    for password in set(trial.passwords.values()):
        assert subprocess.run(["grep", "-rqF", "-e", password, trial.folder / "hub"]).returncode == 1


def test_a_wrong_password_is_refused(trial):
    assert Visitor(trial.address, ALICE, "guessed-it").login.status == 403
    assert Visitor(trial.address, LECTURER, trial.passwords[ALICE]).login.status == 403


def test_a_student_sees_the_released_assignment(alice):
    listed = alice.get(alice.mine(f"assignments?course_id={COURSE}")).json
    assert ASSIGNMENT in {found["assignment_id"] for found in listed["value"]}


def test_a_student_begins_at_the_start_page(alice):
    assert "Deep learning" in alice.get(alice.mine("files/start.md")).text


def test_fetch_brings_the_notebook(fetched):
    notebook = fetched.get(fetched.mine(f"api/contents/{ASSIGNMENT}/{NOTEBOOK}.ipynb")).json["content"]
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "BEGIN SOLUTION" not in json.dumps(notebook)


def test_validate_passes_right_answers_and_names_open_questions(answered):
    path = f"{ASSIGNMENT}/{NOTEBOOK}.ipynb"
    answer = answered.post(answered.mine("assignments/validate"), path=path).json
    assert answer["success"] is True, answer
    assert {cell["error"] for cell in answer["value"]["failed"]} == {"You did not provide a response."}


def test_what_was_submitted_is_collected(trial, collected):
    folder = trial.folder / "home" / LECTURER / "hepdl" / "submitted" / ALICE / ASSIGNMENT
    assert {file.name for file in folder.iterdir()} >= {f"{NOTEBOOK}.ipynb", "timestamp.txt"}


def test_the_instructor_grades_in_formgrader(collected):
    answer = collected.post(collected.mine(f"formgrader/api/submission/{ASSIGNMENT}/{ALICE}/autograde"))
    assert answer.json["success"], answer.json
    graded = collected.get(collected.mine(f"formgrader/api/submission/{ASSIGNMENT}/{ALICE}")).json
    assert graded["autograded"] is True
    assert graded["score"] == graded["max_code_score"] > 0


def test_formgrader_may_stand_in_jupyterlab(lecturer):
    page = lecturer.get(lecturer.mine("formgrader"))
    assert page.status == 200
    policies = "; ".join(page.headers.get_all("Content-Security-Policy"))
    assert re.findall("frame-ancestors ([^;]*)", policies) == ["'self'"]


@pytest.mark.parametrize("path", ["formgrader", "formgrader/api/assignments", "formgrader/gradebook"])
def test_a_student_has_no_formgrader(alice, path):
    assert alice.get(alice.mine(path)).status == 404


@pytest.mark.parametrize("path", ["lab", "api/contents", "files/start.md", "formgrader", "formgrader/api/assignments"])
@pytest.mark.parametrize("other", [BOB, LECTURER])
def test_a_student_does_not_enter_anothers_server(trial, alice, lecturer, other, path):
    assert alice.get(f"/user/{other}/{path}").status in (403, 404)


@pytest.mark.parametrize("path", ["users", f"users/{LECTURER}", f"users/{BOB}", "proxy", "services", "groups"])
def test_a_student_does_not_ask_the_hub_about_others(alice, path):
    assert alice.get("/hub/api/user").json["name"] == ALICE
    answer = alice.get(f"/hub/api/{path}")
    assert answer.status in (403, 404), answer


def secrets(folder: Path) -> list[Path]:
    course = folder / "home" / LECTURER / "hepdl"
    return [
        *(course / name for name in ("solutions", "tests", ".git", "gradebook.db", "nbgrader_config.py", "submitted")),
        *(folder / "home" / name for name in (BOB, LECTURER)),
        *(
            folder / "hub" / name
            for name in ("", "settings.json", "cookie_secret", "jupyterhub.sqlite", "jupyterhub.log")
        ),
        folder / "instructor" / "bin",
        folder / "exchange" / COURSE / "inbound",
    ]


def test_a_student_reads_nothing_of_others(trial, collected):
    for path in secrets(trial.folder):
        assert path.exists(), path
        tried = as_user(ALICE, "ls" if path.is_dir() else "cat", path)
        assert tried.returncode != 0, f"{path}: {tried.stdout[:200]}"
        assert "Permission denied" in tried.stderr


def test_a_student_finds_no_solution_anywhere_in_the_hub(trial, collected):
    places = ("student/share", "data", "exchange", "home", "instructor", "hub")
    found = as_user(ALICE, "grep", "-rlE", "### BEGIN (SOLUTION|HIDDEN)", *map(trial.folder.joinpath, places))
    assert found.stdout == ""


def test_a_student_reads_no_environment_or_memory_of_the_hub(trial, lecturer):
    mine = pwd.getpwnam(ALICE).pw_uid
    others = [
        process for process in psutil.Process(trial.program.pid).children(recursive=True) if process.uids().real != mine
    ]
    assert len(others) >= 3  # hub, proxy and the lecturer's server
    for process in [psutil.Process(trial.program.pid), *others]:
        assert as_user(ALICE, "cat", f"/proc/{process.pid}/environ").returncode != 0
        for password in trial.passwords.values():
            assert password not in " ".join(process.cmdline())


def test_a_student_changes_nothing_that_others_use(trial, alice):
    course = trial.folder / "exchange" / COURSE
    for path in (
        trial.folder / "data" / "mine",
        trial.folder / "student" / "bin" / "mine",
        course / "outbound" / "mine",
        course / "mine",
        trial.folder / "mine",
    ):
        assert as_user(ALICE, "touch", path).returncode != 0, path
    assert as_user(ALICE, "mv", course, course.with_name("away")).returncode != 0
    assert course.is_dir()


def test_the_students_environment_holds_no_instructors_packages(trial, alice):
    look = "import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    names = ["grading", "dask", "distributed", "pythia8mc", "fastjet", "pytest", "ruff", "hub", "tests", "solutions"]
    python = trial.folder / "student" / "bin" / "python"
    assert as_user(ALICE, python, "-c", look.format(names=names)).stdout == "[]\n"
    assert as_user(ALICE, python, "-c", look.format(names=["helpers", "uproot"])).stdout == "['helpers', 'uproot']\n"


def test_the_check_finds_nothing_in_the_hub(trial, lecturer):
    done = subprocess.run(
        [sys.executable, "-m", "hepdl", "hub", "check", trial.folder], cwd=ROOT, capture_output=True, text=True
    )
    of_the_hub = [line for line in done.stdout.splitlines() if line.startswith("- ") and str(trial.folder) in line]
    assert of_the_hub == [], done.stdout + done.stderr


def test_a_port_that_is_taken_is_told(trial):
    again = start(trial.folder, trial.port)
    assert "is taken: stop what runs there" in again.communicate(timeout=60)[0]
    assert again.returncode == 1
