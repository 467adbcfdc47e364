from types import SimpleNamespace

import pytest
from nbgrader.preprocessors import AssignLatePenalties

from grading.autograde.late_policy import TenPercentPerDay, lost_part

HOUR, DAY = 3600, 24 * 3600


@pytest.mark.parametrize(
    ("seconds", "part"),
    [
        (0, 0),
        (1, 0),
        (HOUR, 0),
        (HOUR + 1, 0.1),
        (DAY, 0.1),
        (DAY + 1, 0.2),
        (2 * DAY, 0.2),
        (4 * DAY, 0.4),
        (4 * DAY + 1, 0.5),
        (5 * DAY, 0.5),
        (300 * DAY, 0.5),
    ],
)
def test_an_hour_is_free_then_ten_percent_a_started_day_up_to_half(seconds, part):
    assert lost_part(seconds) == pytest.approx(part)


def test_the_penalty_is_a_part_of_the_points_that_could_be_had():
    notebooks = {("splitting", "ex4_splitting"): SimpleNamespace(max_score=13)}
    caller = AssignLatePenalties()
    caller.gradebook = SimpleNamespace(find_notebook=lambda *names: notebooks[names])
    caller.notebook_id, caller.assignment_id = "splitting", "ex4_splitting"
    plugin = TenPercentPerDay(parent=caller)
    assert plugin.late_submission_penalty("bob", score=6, total_seconds_late=30 * HOUR) == pytest.approx(2.6)
    assert plugin.late_submission_penalty("bob", score=13, total_seconds_late=30 * HOUR) == pytest.approx(2.6)
    assert plugin.late_submission_penalty("bob", score=6, total_seconds_late=HOUR) == 0
