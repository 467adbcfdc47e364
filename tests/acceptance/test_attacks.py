"""No dishonest submission gains anything from this grader; the comparison with stock nbgrader notices what is lost."""

import json
import os
from types import SimpleNamespace

import nbformat
import pytest

from tests.acceptance import attacks
from tests.acceptance.attacks import Attack, Deserved, Outcome, corpus, deserved, grade_all, pays, problems

pytestmark = pytest.mark.usefixtures("graded_somehow")
FULL_LENGTH = pytest.mark.skipif(
    not os.environ.get("HEPDL_TEST_ALL"), reason="make test-all runs it: it takes many minutes"
)
# Of eight groups; each takes a few seconds.
QUICK = (
    "np.allclose is always true",
    "a grade published by the function",
    "the test's text in In",
    "the answer from solutions/",
    "the neighbour's submission emptied",
    "the kernel ends while a test waits",
    "a test copied to the end",
    "half a file",
)
# What stock nbgrader loses to each of these, so that a comparison that notices nothing is noticed.
LOST_BY_STOCK = {
    "np.allclose is always true": "points",
    "the neighbour's submission emptied": "changed submitted",
    "a detached process": "left 1 process",
}


def test_the_corpus_is_large_and_each_attack_is_described():
    groups = {attack.group for attack in corpus().values()}
    assert groups == set(attacks.dishonest.GROUPS)
    assert len(corpus()) == len(attacks.dishonest.attacks()) >= 40
    for attack in corpus().values():
        assert attack.tries.endswith("."), attack.name
        exercises = {exercise.name for exercise in attacks.LESSONS[attack.lesson].exercises}
        assert attack.answers.keys() | attack.earned | attack.risked <= exercises, attack.name
        assert attack.earned <= attack.answers.keys(), attack.name
    assert len({attacks.student_of(attack) for attack in corpus().values()}) == len(corpus())


def test_the_quick_ones_are_of_different_groups():
    assert len({corpus()[name].group for name in QUICK}) == len(QUICK)


def graded(names, grader, processes):
    chosen = [corpus()[name] for name in names]
    results = grade_all(chosen, [grader], processes=processes)[grader]
    return [(attack, results[attack.name]) for attack in chosen]


def lost(names, processes):
    """Why this grader lost to attacks, by their names."""
    found = {attack.name: problems(attack, result) for attack, result in graded(names, "this", processes)}
    return {name: sentences for name, sentences in found.items() if sentences}


def test_attacks_of_different_groups_gain_nothing():
    assert lost(QUICK, processes=1) == {}


@FULL_LENGTH
def test_no_attack_gains_anything():
    assert lost(list(corpus()), processes=2) == {}


@FULL_LENGTH
def test_what_stock_nbgrader_loses_is_noticed():
    for attack, result in graded(LOST_BY_STOCK, "stock", 1):
        assert pays(attack, result)
        assert problems(attack, result)
        if LOST_BY_STOCK[attack.name] == "points":
            assert result.points > deserved(attack).points
        else:
            assert LOST_BY_STOCK[attack.name] in result.harm


WRONG = Attack("x", "Tries.", {"window": "pass"})


def test_what_is_deserved():
    assert deserved(WRONG) == Deserved(6, 6)
    assert deserved(Attack("x", "Tries.", {"window": ""}, risked=frozenset({"window", "scores"}))) == Deserved(6, 5)
    assert deserved(Attack("x", "Tries.", {"window": ""}, earned=frozenset({"window"}))) == Deserved(8, 8)
    assert str(Deserved(6, 5)) == "5–6"


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        (Outcome(7, told="told"), "got 7 points and deserves 6"),
        (Outcome(5, told="told"), "lost honest points: got 5 and deserves 6"),
        (Outcome(None, told="told"), "has no score, because the gradebook cannot be read"),
        (Outcome(6, ["left 1 process"], told="told"), "left 1 process"),
        (Outcome(6), "nothing tells the instructor"),
    ],
)
def test_each_problem_is_told(result, problem):
    assert problems(WRONG, result) == [problem]
    assert problems(WRONG, Outcome(6, told="told")) == []


LOG = """[AutogradeApp | INFO] Creating/updating student with ID 'mallory-x': {}
[AutogradeApp | WARNING] Attribute 'checksum' for cell window-check has changed!
[AutogradeApp | WARNING] incident: mallory-x, cell window: it went too far
[AutogradeApp | INFO] Creating/updating student with ID 'zoe': {}
[AutogradeApp | WARNING] Attribute 'checksum' for cell window-check has changed!
"""


def test_what_every_submission_says_does_not_tell_the_instructor():
    assert attacks.told(WRONG, "mallory-x", None, LOG) == "incident: mallory-x, cell window: it went too far"
    usual = "".join(line for line in LOG.splitlines(keepends=True) if "incident" not in line)
    assert attacks.told(WRONG, "mallory-x", None, usual) == ""


def test_a_failed_test_of_each_wrong_answer_tells_the_instructor():
    notebook = attacks.LESSONS["counting"].solution()
    assert attacks.told(WRONG, "mallory-x", notebook, "") == ""
    check = attacks.dishonest.lesson.cell_of(notebook, "window-check")
    check.outputs = [nbformat.v4.new_output("error", ename="CheckFailed", evalue="no", traceback=[])]
    assert attacks.told(WRONG, "mallory-x", notebook, "") == "CheckFailed: no"


def test_a_neighbour_who_is_missing_or_has_other_files_is_noticed(tmp_path):
    course = SimpleNamespace(folder=tmp_path, database=f"sqlite:///{tmp_path}/gradebook.db")
    for name in ("solutions/a", "course/a", "submitted/zoe/a", "autograded/alice/a"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("as it was")
    (tmp_path / "nbgrader_config.py").write_text("as it was")
    before = attacks.files_of_others(course)
    (tmp_path / "submitted/zoe/a").write_text(json.dumps("changed"))
    (tmp_path / "course/new").write_text("new")
    harm = attacks.harm_to_others(course, attacks.LESSONS["counting"], before, [])
    assert harm[:2] == ["changed course", "changed submitted"]
    assert harm[2].startswith("gradebook broken")
