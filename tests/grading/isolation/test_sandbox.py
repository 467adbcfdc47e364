"""Where there is no sandbox, nothing is graded; unless the instructor says so, and then the log says it each time."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from isolated import printed, run

from grading.cells import submitted_files
from grading.isolation.box import sandbox
from grading.isolation.box.launching import launch
from grading.isolation.box.limits import Limits
from grading.isolation.host.execute import before_grading


@pytest.fixture
def untried():
    sandbox.require.cache_clear()
    yield
    sandbox.require.cache_clear()


def test_grading_refuses_to_start_without_bubblewrap(monkeypatch, untried, tmp_path):
    monkeypatch.delenv(sandbox.UNSANDBOXED, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"bwrap.*apt install bubblewrap.*HEPDL_UNSANDBOXED=1"):
        before_grading(assignment="a", student="b", notebooks=[])


def test_grading_refuses_to_start_where_the_machine_allows_no_sandbox(monkeypatch, untried):
    monkeypatch.delenv(sandbox.UNSANDBOXED, raising=False)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: name)
    refused = subprocess.CompletedProcess([], 1, "", "bwrap: No permissions to create new namespace\n")
    monkeypatch.setattr(sandbox.subprocess, "run", lambda *arguments, **keywords: refused)
    with pytest.raises(SystemExit, match=r"No permissions.*user namespaces"):
        before_grading(assignment="a", student="b", notebooks=[])


def test_the_switch_grades_without_and_says_so(monkeypatch, caplog):
    monkeypatch.setenv(sandbox.UNSANDBOXED, "1")
    monkeypatch.setenv("OF_THE_GRADER", "secret")
    before_grading(notebooks=[])
    notebook = run(["import os\nx = 3\nprint(os.environ.get('OF_THE_GRADER'))", ("test", "assert x == 3")])
    assert [output for output in notebook.cells[1].outputs] == []
    assert "None" in printed(notebook)
    assert "NOT SANDBOXED" in caplog.text and "alice" in caplog.text
    assert notebook.metadata["hepdl_grading"]["sandboxed"] is False


def test_what_a_link_points_to_is_not_given_to_the_notebook(tmp_path):
    graded, submitted = tmp_path / "autograded", tmp_path / "submitted"
    for folder in (graded, submitted):
        (folder / "sub").mkdir(parents=True)
        (folder / "own.csv").write_text("1")
        (folder / "notebook.ipynb").write_text("{}")
    (submitted / "answer.txt").symlink_to("/etc/passwd")
    (graded / "answer.txt").write_text("copied")
    (submitted / "linked").symlink_to("/etc")
    (graded / "linked").mkdir()
    (graded / "linked" / "passwd").write_text("copied")
    told = []
    assert submitted_files.beside(graded, submitted, told.append).keys() == {"own.csv"}
    assert len(told) == 2 and "answer.txt is a link" in told[0]


def test_links_and_pipes_are_removed_from_a_submission_before_it_is_copied(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv(sandbox.UNSANDBOXED, "1")
    secret = tmp_path / "secret.ipynb"
    secret.write_text("{}")
    folder = tmp_path / "submitted"
    (folder / "more").mkdir(parents=True)
    own, linked = folder / "own.ipynb", folder / "linked.ipynb"
    own.write_text("{}")
    linked.symlink_to(secret)
    (folder / "more" / "endless").symlink_to("/dev/zero")
    (folder / "folder").symlink_to(tmp_path)
    os.mkfifo(folder / "more" / "pipe")
    notebooks = [str(linked), str(own)]
    before_grading(notebooks=notebooks)
    assert notebooks == [str(own)]
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == ["more", "own.ipynb"]
    assert secret.read_text() == "{}"
    assert caplog.text.count("incident: ") == 4


@pytest.mark.parametrize("make", [lambda path: path.touch(), lambda path: path.mkdir()], ids=["files", "folders"])
def test_files_that_are_too_many_are_moved_out_of_a_submission(monkeypatch, tmp_path, caplog, make):
    monkeypatch.setenv(sandbox.UNSANDBOXED, "1")
    notebooks = [tmp_path / student / "a" / "own.ipynb" for student in ("honest", "mallory")]
    for notebook in notebooks:
        notebook.parent.mkdir(parents=True)
        notebook.write_text("{}")
        (notebook.parent / "data.csv").touch()
    (notebooks[1].parent / "more").mkdir()
    for number in range(1000):
        make(notebooks[1].parent / "more" / str(number))
    before_grading(notebooks=[str(notebook) for notebook in notebooks])
    assert [sorted(path.name for path in notebook.parent.iterdir()) for notebook in notebooks] == [
        ["data.csv", "own.ipynb"],
        ["own.ipynb"],
    ]
    (aside,) = (path for path in (tmp_path / "mallory").iterdir() if path.name != "a")
    assert len(list((aside / "more").iterdir())) == 1000
    assert "holds more than 200 files" in caplog.text


def test_a_sandbox_outlives_the_thread_that_asked_for_it(sandboxed):
    command = sandbox.Sandbox([], Limits()).command(["sh", "-c", "echo started >&2; sleep 1000"])
    with ThreadPoolExecutor(1) as thread:
        process = thread.submit(launch, command, [], {"PATH": os.environ["PATH"]}, subprocess.PIPE).result()
        assert process.stderr.readline() == b"started\n"
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    process.kill()
    assert process.wait() != 0
    process.stderr.close()
