"""What a late submission costs.

Up to one hour late costs nothing. After that, each started day since the due date costs 10 % of the notebook's
points, and no more than 50 % in all. The penalty is a part of the points that could be had, not of those that were,
so that marking the written answers afterwards does not change it. It never exceeds the points scored when the
submission was autograded.
"""

import math

from nbgrader.plugins import LateSubmissionPlugin

GRACE_S = 3600
DAY_S = 24 * 3600
PART_PER_DAY = 0.1
LARGEST_PART = 0.5


def lost_part(seconds_late: float) -> float:
    """The part of a notebook's points that a submission loses, between 0 and 0.5.

    >>> lost_part(3600), lost_part(3601), lost_part(24 * 3600), lost_part(24 * 3600 + 1)
    (0.0, 0.1, 0.1, 0.2)
    >>> lost_part(30 * 24 * 3600)
    0.5
    """
    if seconds_late <= GRACE_S:
        return 0.0
    return min(PART_PER_DAY * math.ceil(seconds_late / DAY_S), LARGEST_PART)


class TenPercentPerDay(LateSubmissionPlugin):
    """The late policy as the plugin that nbgrader's AssignLatePenalties asks."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """The points lost; nbgrader limits them to the score."""
        caller = self.parent
        notebook = caller.gradebook.find_notebook(caller.notebook_id, caller.assignment_id)
        return lost_part(total_seconds_late) * notebook.max_score
