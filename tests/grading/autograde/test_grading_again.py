"""A submission that had to wait beside one that kept all processors busy is graded again, alone."""

from types import SimpleNamespace

from grading.autograde.coordinator import ClassGrading
from grading.autograde.transfer import Executed, Submission
from grading.cells import incidents

CROWD = f"cell x: more than 8 of its processes and threads {incidents.CROWDED}"
SLOW = ["cell x: the result of f: it took too long", "cell y: it was stopped after 9 s by the clock"]


class Grading(ClassGrading):
    """Results that are given: the remarks of each time that a student's submission is run."""

    def __init__(self, remarks):
        super().__init__(SimpleNamespace(), SimpleNamespace(), SimpleNamespace(), SimpleNamespace())
        self.remarks, self.entered, self.at_once = remarks, {}, {}

    def _results(self, client, students, at_once):
        for student in students:
            self.at_once.setdefault(student, []).append(at_once)
            yield Submission(student, {}), Executed({}, {}, [self.remarks[student].pop(0)], "")

    def _enter(self, submission, result):
        assert submission.student not in self.entered
        self.entered[submission.student] = result.remarks


def test_who_waited_beside_an_offender_is_graded_again_alone():
    grading = Grading({"alice": [SLOW[0], "fine"], "bob": ["fine"], "mallory": [CROWD], "zoe": [SLOW[1], SLOW[1]]})
    grading.run(None, ["alice", "bob", "mallory", "zoe"], 4)
    why = "graded again, alone: it had to wait beside mallory"
    assert grading.entered == {
        "alice": [why, "fine"],
        "bob": ["fine"],
        "mallory": [CROWD],
        "zoe": [why, SLOW[1]],
    }
    assert grading.at_once == {"alice": [4, 1], "bob": [4], "mallory": [4], "zoe": [4, 1]}


def test_who_waits_by_its_own_doing_is_graded_once():
    grading = Grading({"alice": [SLOW[0]], "mallory": [f"{CROWD} {SLOW[1]}"]})
    grading.run(None, ["mallory"], 4)
    grading.run(None, ["alice"], 4)
    assert grading.at_once == {"alice": [4], "mallory": [4]}
    assert grading.entered.keys() == {"alice", "mallory"}
