"""course/ is what solutions/ give, and holds nothing that students should find themselves."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import is_solution

from grading.authoring.release import Generate, ReleaseError, files, generate, replace
from grading.cells.regions import HIDDEN_TESTS, MARK_SCHEME, SOLUTION
from grading.cells.roles import name_of
from helpers.repository import ROOT

COURSE = ROOT / "course"
SOLUTIONS = sorted((ROOT / "solutions").glob("*/*.ipynb"))
RELEASES = sorted(COURSE.glob("*/*.ipynb"))
KEPT_BACK = (SOLUTION, HIDDEN_TESTS, MARK_SCHEME)
DISTINCTIVE = 25


def divided(source: str) -> tuple[list[str], list[str]]:
    """The lines of a cell that students receive and those kept back, without indentation and empty lines."""
    hidden = []
    for region in KEPT_BACK:
        shown, inside = region.divided(source)
        source = "\n".join(shown)
        hidden += inside
    return [line.strip() for line in shown if line.strip()], [line.strip() for line in hidden if line.strip()]


def secrets(notebook: NotebookNode, shown: str) -> set[str]:
    """The lines that a solution notebook keeps back, that no lesson shows and that are too long to be met by chance."""
    kept_back = [line for cell in notebook.cells for line in divided(cell.source)[1]]
    return {line for line in kept_back if len(line) >= DISTINCTIVE and line not in shown}


@pytest.fixture(scope="module")
def shown() -> str:
    """All that the solution notebooks mean students to read."""
    cells = [cell for path in SOLUTIONS for cell in nbformat.read(path, as_version=4).cells]
    return "\n".join(line for cell in cells for line in divided(cell.source)[0])


def strings(value: object) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def released_text() -> dict[str, str]:
    """All text of each file of course/."""
    return {
        name: "\n".join(strings(json.loads(data))) if name.endswith(".ipynb") else data.decode(errors="replace")
        for name, data in files(COURSE).items()
    }


@pytest.mark.every_lesson
def test_the_course_is_what_the_solutions_give(tmp_path):
    generate(tmp_path)
    made, committed = files(tmp_path), files(COURSE)
    assert made.keys() == committed.keys(), "run `make course`"
    assert not [name for name in made if made[name] != committed[name]], "run `make course`"


def test_every_solution_is_released():
    assert SOLUTIONS
    assert [path.relative_to(COURSE) for path in RELEASES] == [
        path.relative_to(ROOT / "solutions") for path in SOLUTIONS
    ]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_nothing_that_a_solution_keeps_back_is_in_the_course(path, shown):
    kept_back = secrets(nbformat.read(path, as_version=4), shown)
    assert kept_back
    found = {name: [line for line in kept_back if line in text] for name, text in released_text().items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_no_line_of_an_answer_is_left_in_its_cell(path):
    released = nbformat.read(COURSE / path.relative_to(ROOT / "solutions"), as_version=4)
    stubs = {name_of(cell): cell.source for cell in released.cells if is_solution(cell)}
    for cell in nbformat.read(path, as_version=4).cells:
        if is_solution(cell):
            shown, kept_back = divided(cell.source)
            stub = [line.strip() for line in stubs.pop(name_of(cell)).splitlines()]
            assert kept_back, f"{name_of(cell)} has no solution region"
            assert not [line for line in kept_back if line in stub and line not in shown]
            assert "raise NotImplementedError" in stub or "*Your answer:*" in stub
    assert not stubs


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_a_released_notebook_is_valid_and_unused(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert notebook.metadata.keys() <= {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert cell.metadata.keys() <= {"nbgrader", "tags", "jupyter", "deletable", "editable"}
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


def test_no_text_twin_is_released():
    twins = {path.relative_to(ROOT / "solutions").as_posix() for path in (ROOT / "solutions").glob("*/*.py")}
    assert not twins & files(COURSE).keys()


@pytest.fixture
def toy_root(tmp_path, toy_solutions) -> Path:
    """A folder with the toy lesson under solutions/ and this repository's nbgrader_config.py."""
    root = tmp_path / "root"
    (root / "solutions").mkdir(parents=True)
    toy_solutions.rename(root / "solutions" / "toys")
    (root / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    return root


def test_generating_leaves_only_the_release(tmp_path, toy_root, cell_of):
    source = nbformat.read(toy_root / "solutions/toys/toys.ipynb", as_version=4)
    source.metadata["jupytext"] = {"formats": "ipynb,py:percent"}
    source.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    nbformat.write(source, toy_root / "solutions/toys/toys.ipynb")
    (toy_root / "solutions/toys/table.txt").write_text("for the students")
    before = files(toy_root)
    (tmp_path / "made").mkdir()
    generate(tmp_path / "made", toy_root)
    made = nbformat.read(tmp_path / "made/toys/toys.ipynb", as_version=4)
    assert files(tmp_path / "made").keys() == {"toys/toys.ipynb", "toys/table.txt"}
    assert files(toy_root) == before
    assert "jupytext" not in made.metadata
    assert "execution" not in made.cells[1].metadata
    assert cell_of(made, "double").source == "# your code here\nraise NotImplementedError"
    assert cell_of(made, "why").source == "*Your answer:*"
    assert cell_of(made, "double-check").source == "assert double(2) == 4"


def test_a_solution_that_nbgrader_refuses_is_named(tmp_path, toy_root, toy):
    toy.cells[1].source = "### BEGIN SOLUTION\n1 + 1"
    nbformat.write(toy, toy_root / "solutions/toys/toys.ipynb")
    with pytest.raises(ReleaseError, match="solutions/toys: RuntimeError: no end solution statement"):
        generate(tmp_path, toy_root)


@pytest.fixture
def repository(tmp_path) -> Path:
    """The folder course/ of a git repository, in which it is committed."""
    course = tmp_path / "repository" / "course"
    for name in ("one/one.ipynb", "two/two.ipynb"):
        (course / name).parent.mkdir(parents=True)
        (course / name).write_text(name)
    (course.parent / ".gitignore").write_text("*.keras\n")
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b -c commit.gpgsign=false commit -qm course"):
        subprocess.run(["git", *command.split()], cwd=course.parent, check=True)
    return course


def giving(**contents: str) -> Generate:
    """What writes these notebooks, by name, in the place of a release."""

    def write(destination: Path) -> None:
        for name, text in contents.items():
            (destination / name).mkdir()
            (destination / name / f"{name}.ipynb").write_text(text)

    return write


def texts(course: Path) -> dict[str, str]:
    return {name: data.decode() for name, data in files(course).items()}


def test_an_unchanged_course_is_not_written(repository):
    before = {path: path.stat().st_mtime_ns for path in repository.rglob("*")}
    replace(repository, giving(one="one/one.ipynb", two="two/two.ipynb"))
    assert {path: path.stat().st_mtime_ns for path in repository.rglob("*")} == before


def test_changed_files_are_replaced_and_vanished_ones_removed(repository):
    (repository / "two" / "model.keras").write_text("ignored by git")
    replace(repository, giving(one="new", three="three"))
    assert texts(repository) == {
        "one/one.ipynb": "new",
        "three/three.ipynb": "three",
        "two/model.keras": "ignored by git",
    }
    (repository / "two" / "model.keras").unlink()
    replace(repository, giving(one="newer"))
    assert texts(repository) == {"one/one.ipynb": "newer"}
    assert not (repository / "two").exists()


@pytest.mark.parametrize("name", ["one/one.ipynb", "two/notes.txt"])
def test_edits_that_would_be_lost_stop_it(repository, name):
    new = giving(one="new", two="new")
    (repository / name).write_text("an hour of work")
    before = texts(repository)
    with pytest.raises(ReleaseError, match=f"course/{name}. .*FORCE=1"):
        replace(repository, new)
    assert texts(repository) == before
    replace(repository, new, force=True)
    assert texts(repository) == {"one/one.ipynb": "new", "two/two.ipynb": "new"}


def test_edits_stop_it_where_there_is_no_git(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    new = giving(one="new")
    course = tmp_path / "course"
    replace(course, new)
    (course / "one" / "one.ipynb").write_text("an hour of work")
    with pytest.raises(ReleaseError, match=r"course/one/one\.ipynb"):
        replace(course, new)
