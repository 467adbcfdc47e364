"""No work is passed over in silence: what lies elsewhere is named, and graded where it is clear that it counts."""

import io
import json
import zipfile

import nbformat
import pytest

from grading.autograde.passed_over import Expected, expected_notebooks, sort_out
from grading.cells.incidents import told

STUB = "# your code here\nraise NotImplementedError"
FIRST = Expected("first.ipynb", frozenset({"text", "sum", "sum-check"}), {"sum": frozenset({STUB})})
SECOND = Expected("second.ipynb", frozenset({"text2", "mean", "mean-check"}), {"mean": frozenset({STUB})})
LARGEST = 10**6


def notebook(answer=STUB, names=("text", "sum", "sum-check"), key="source"):
    cells = [
        {"metadata": {"nbgrader": {"grade_id": name}}, key: answer if name in ("sum", "mean") else f"{name}\n"}
        for name in names
    ]
    return json.dumps({"cells": [*cells, {"metadata": {}, "source": []}]}).encode()


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


BLANK, WORK, OTHER = notebook(), notebook("sum(x)"), notebook("max(x)")
ELSEWHERE = {
    "first (1).ipynb": WORK,
    "first-Copy1.ipynb": WORK,
    "First.IPYNB": WORK,
    "first.ipynb.txt": WORK,
    "aufgabe.ipynb": notebook(["sum", "(x)"]),
    "ex/first.ipynb": WORK,
    "ex.zip": zipped({"ex/first.ipynb": WORK}),
    "a/b.zip": zipped({"first-final.ipynb": WORK}),
}


@pytest.mark.parametrize("blank", [{}, {"first.ipynb": BLANK}, {"first.ipynb": BLANK.replace(b"\\n", b"\\r\\n")}])
@pytest.mark.parametrize("path", ELSEWHERE)
def test_the_only_other_notebook_with_answers_is_graded_and_named(path, blank):
    result = sort_out([FIRST], {**blank, path: ELSEWHERE[path], "notes.txt": b"x"}, LARGEST)
    assert FIRST.answers({"sum": "sum(x)"}) == {"sum": "sum(x)"}
    assert b"(x)" in result.files["first.ipynb"]
    (sentence,) = result.all_told()
    assert "first.ipynb holds no answer: '" in sentence if blank else "first.ipynb was not handed in: '" in sentence
    assert path in sentence
    assert sentence.endswith("was graded in its place")


def test_nobody_guesses_between_two():
    result = sort_out([FIRST], {"first.ipynb": BLANK, "a.ipynb": WORK, "b.zip": zipped({"b.ipynb": OTHER})}, LARGEST)
    assert result.files["first.ipynb"] == BLANK
    (sentence,) = result.all_told()
    assert "'a.ipynb', 'b.zip/b.ipynb', of which none was graded" in sentence
    result = sort_out([FIRST], {"a.ipynb": WORK, "b.ipynb": OTHER}, LARGEST)
    assert "first.ipynb" not in result.files
    assert "hand it in as first.ipynb" in str(result.told)


def test_two_copies_of_the_same_answers_are_one():
    result = sort_out([FIRST], {"a.ipynb": WORK, "b.zip": zipped({"a.ipynb": WORK})}, LARGEST)
    assert result.files["first.ipynb"] == WORK


def test_what_was_answered_is_graded_and_other_answers_are_named():
    files = {"first.ipynb": WORK, "first-Copy1.ipynb": OTHER, "same.ipynb": WORK, "blank.ipynb": BLANK, "n.txt": b""}
    result = sort_out([FIRST], files, LARGEST)
    assert result.files == files
    assert result.all_told() == ["'first-Copy1.ipynb' with other answers than first.ipynb was not looked at"]


def test_a_missing_notebook_and_what_was_not_looked_at_are_named():
    files = {"first.ipynb": WORK, "scratch.ipynb": notebook(names=()), "mean.rar": b"Rar!"}
    result = sort_out([FIRST, SECOND], files, LARGEST)
    missing, others = result.all_told()
    assert missing == "second.ipynb was not handed in"
    assert "'mean.rar', which is damaged, or no zip archive" in others
    assert "'scratch.ipynb' (no notebook of this assignment)" in others
    assert result.by_notebook()["first"] == [missing, others]


def test_each_notebook_is_taken_for_its_own():
    mean = notebook("mean(x)", SECOND.cells)
    result = sort_out([FIRST, SECOND], {"second.ipynb": mean, "first (2).ipynb": WORK}, LARGEST)
    assert (result.files["first.ipynb"], result.files["second.ipynb"]) == (WORK, mean)
    assert set(result.by_notebook()) == {"first", "second", "first (2)"}
    assert result.by_notebook()["second"] == []
    assert len(result.by_notebook()["first"]) == 1


def test_files_beside_a_notebook_that_is_taken_come_along_and_replace_nothing():
    inside = {"ex/first.ipynb": WORK, "ex/mine.py": b"x = 1", "ex/data/t.csv": b"1", "other/y.py": b""}
    result = sort_out([FIRST], {"ex.zip": zipped(inside), "mine.py": b"x = 2"}, LARGEST)
    assert (result.files["data/t.csv"], result.files["mine.py"]) == (b"1", b"x = 2")
    assert "y.py" not in result.files


def test_a_notebook_that_is_none_is_not_replaced():
    files = {"first.ipynb": b"<html>", "first (1).ipynb": WORK}
    result = sort_out([FIRST], files, LARGEST)
    assert result.files == files
    assert "of which none was graded" in str(result.told)


def test_hidden_copies_and_odd_files_are_nothing():
    odd = [b"", b"[]", b'{"cells": 3}', b'{"cells": [3]}', b"[" * 100_000, notebook().replace(b'"sum"', b"[1]")]
    files = {f"{number}.ipynb": content for number, content in enumerate(odd)}
    files |= {".ipynb_checkpoints/first-checkpoint.ipynb": OTHER, "__MACOSX/._first.ipynb": OTHER}
    result = sort_out([FIRST], {"first.ipynb": WORK} | files, LARGEST)
    assert result.all_told() == []


def test_archives_are_bounded_together():
    padding = bytes(LARGEST // 2)
    files = {f"{name}.zip": zipped({f"{name}.ipynb": WORK, "pad": padding}) for name in "ab"}
    result = sort_out([FIRST], files, LARGEST)
    assert "'a.zip/a.ipynb' was graded" in result.all_told()[0]


def test_a_class_hears_what_was_graded_and_what_was_not(toys, grade):
    def rename(student, name):
        path = toys.submit(student)
        path.parent.joinpath(name).parent.mkdir(exist_ok=True)
        path.rename(path.parent / name)
        return path

    rename("alice", "toys (1).ipynb")
    blank = (toys.folder / "course/toys/toys.ipynb").read_bytes()
    rename("bob", "toys-Copy1.ipynb").write_bytes(blank)
    rename("carol", "home/Toys.ipynb")
    rename("dan", "a.ipynb")
    (toys.handed_in("dan") / "b.ipynb").write_bytes(blank.replace(b"raise NotImplementedError", b"double = abs"))
    report = grade()
    assert sorted(report.graded) == ["alice", "bob", "carol"]
    assert toys.scores() == {"alice": 7, "bob": 7, "carol": 7, "dan": 0}
    assert report.remarks["alice"] == ["toys.ipynb was not handed in: 'toys (1).ipynb' was graded in its place"]
    assert "holds no answer: 'toys-Copy1.ipynb' was graded" in str(report.remarks["bob"])
    assert "'home/Toys.ipynb'" in str(report)
    assert "none was graded" in str(report.remarks["dan"])
    graded = nbformat.read(toys.folder / "autograded/alice/toys/toys.ipynb", as_version=4)
    assert told(graded) == report.remarks["alice"]
    assert grade().as_before == ["alice", "bob", "carol"]


def test_what_the_gradebook_expects(toy_release):
    (toys,) = expected_notebooks(toy_release.database, "toys")
    assert toys.file == "toys.ipynb"
    assert set(toys.stubs) == {"double", "wait", "why", "warn"}
    assert toys.stubs["double"] == {STUB}
    assert toys.cells > set(toys.stubs)
