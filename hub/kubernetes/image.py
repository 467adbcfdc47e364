"""Write what the course's images hold: `python -m hub.kubernetes.image FOLDER`, run in the clone by the Dockerfile.

The folder is that of a hub of one account, in which nbgrader asks the hub who its user is: in a pod, a user is one of
many numbers, whose name says nothing.
"""

import sys
from pathlib import Path

from hub.layout import Hub
from hub.write import copy_data, write_student, write_teacher

INSTRUCTOR = "lecturer"
"""The instructor's name on the hub, as in values.yaml; the clone lies in this user's home."""
NAMES_SAY_NOTHING = "c.ExchangeCollect.check_owner = False\n"


def main(arguments: list[str]) -> int:
    """Write data and both environments below a folder; always 0."""
    hub = Hub(Path(arguments[0]), INSTRUCTOR, one_account=True)
    copy_data(hub.data)
    write_student(hub)
    write_teacher(hub)
    with (hub.teacher / "etc" / "jupyter" / "nbgrader_config.py").open("a") as settings:
        settings.write(NAMES_SAY_NOTHING)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
