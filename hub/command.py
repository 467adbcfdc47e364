"""The course on a JupyterHub: `try` one here, `write` what an installed one needs, `check` that one, `load` one."""

import argparse
import sys
from functools import partial
from pathlib import Path

from hub import check, layout, load, trial
from hub.layout import Hub, HubError
from hub.write import write

say = partial(print, flush=True)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="hepdl hub", description=__doc__)
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)

    trying = actions.add_parser("try", help="run a hub for two students and an instructor until Ctrl+C")
    trying.add_argument("folder", nargs="?", type=Path, help="where to keep it (build/hub; as root /srv/hepdl-trial)")
    trying.add_argument("--port", type=int, default=8000, help="of the address to open in a browser (%(default)s)")
    trying.add_argument("--assignment", action="append", default=[], help="release this one; repeat for more (all)")

    writing = actions.add_parser("write", help="write what a hub for a class needs, or bring it up to date")
    writing.add_argument("folder", type=Path, help="where to write it, such as /srv/hepdl")
    writing.add_argument("--instructor", required=True, help="the account that releases and grades")
    writing.add_argument("--course-id", default="hepdl", help="the course's name in the exchange (%(default)s)")

    checking = actions.add_parser("check", help="name what is wrong or open in a hub that was written, with remedies")
    checking.add_argument("folder", type=Path, help="the folder given to `write`")

    loading = actions.add_parser("load", help="let made-up students work on a hub of this machine, and time it")
    loading.add_argument("folder", nargs="?", type=Path, help="where to keep the hub, as for `try`")
    loading.add_argument("--students", type=int, default=30, help="how many log in at once (%(default)s)")
    loading.add_argument("--port", type=int, default=8000, help="of the hub (%(default)s)")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Do it and return the exit status: 1 where the check found something or the rest failed."""
    wanted = parser().parse_args(arguments)
    try:
        if wanted.action == "try":
            trial.run(trial.hub_to_try(wanted.folder), wanted.port, wanted.assignment, say)
            return 0
        if wanted.action == "load":
            return load.run(wanted.folder, wanted.students, wanted.port, say)
        folder = wanted.folder.resolve()
        if wanted.action == "write":
            write(Hub(folder, wanted.instructor, course_id=wanted.course_id), say)
            jupyterhub = Path(sys.executable).with_name("jupyterhub")
            print(f"Written. Start it: {jupyterhub} -f {folder}/hub/jupyterhub_config.py")
            return 0
        return check.print_findings(layout.read(folder))
    except HubError as error:
        print(f"hepdl hub {wanted.action}: {error}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
