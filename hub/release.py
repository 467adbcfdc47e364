"""Release assignments to the students of a hub: run by the instructor in the clone, `python -m hub.release NAME ...`.

Those that were released before stay as they are.
"""

import sys
from pathlib import Path

from nbgrader.apps import NbGrader, NbGraderAPI


def main(assignments: list[str]) -> int:
    """Generate and release each; 1 if one failed, with nbgrader's log on the standard error."""
    application = NbGrader()
    application.initialize([])
    api = NbGraderAPI(application.coursedir, config=application.config)
    released = Path(application.config.Exchange.root, application.coursedir.course_id, "outbound")
    for assignment in assignments:
        if (released / assignment).exists():
            continue
        for step in (api.generate_assignment, api.release_assignment):
            answer = step(assignment)
            if not answer["success"]:
                print(answer.get("error", ""), answer.get("log", ""), sep="\n", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
