"""The text of what a server finds in `etc` of its environment, the students' and the instructor's."""

import json

from helpers.repository import ROOT
from hub.layout import Hub

PAGES = "share/hepdl"
"""Where a student's environment keeps the start page and the glossary."""

NEWS = "@jupyterlab/apputils-extension:announcements"
TEACHERS_MENUS = [f"@jupyter/nbgrader:{name}" for name in ("formgrader", "course-list", "create-assignment")]
EXTENSIONS = "nbgrader.server_extensions"

COURSE = """
import os

c = get_config()
os.environ.setdefault("HEPDL_EXCHANGE", {exchange!r})
os.environ.setdefault("HEPDL_COURSE_ID", {course_id!r})
c.Exchange.root = os.environ["HEPDL_EXCHANGE"]
c.CourseDirectory.course_id = os.environ["HEPDL_COURSE_ID"]
"""

# The times are those of nbgrader_config.py in the repository: what a checked cell may take, a validated one may, too.
STUDENT = """
c.Execute.timeout = 1500
c.Execute.startup_timeout = 120
c.Execute.iopub_timeout = 30
"""

ONE_ACCOUNT = """
# One account plays all users, so that nbgrader must be told who this is.
if "JUPYTERHUB_USER" in os.environ:
    c.CourseDirectory.student_id = os.environ["JUPYTERHUB_USER"]
"""

TEACHER = """
c.CourseDirectory.root = {course!r}
"""

START_PAGE = """
import shutil
import sys
from pathlib import Path

for page in Path(sys.prefix, {pages!r}).glob("*.md"):
    if not (Path.home() / page.name).exists():
        shutil.copyfile(page, Path.home() / page.name)
"""

# A kernel that computes leaves the processor to who works in a browser.
KERNEL = """
import os

c = get_config()
os.nice(10)
c.InteractiveShellApp.extensions = ["helpers.memory_limit"]
"""

# Kernels are spoken with over ports of the machine, where all its users could listen.
ENCRYPTED = {"KernelManager": {"transport_encryption": "required"}}

TERMINAL = """
import os

c = get_config()
# A login shell would take its PATH from /etc/profile, and lose the programs of this environment.
c.ServerApp.terminado_settings = {"shell_command": [os.environ.get("SHELL") or "sh"]}
"""

FORMGRADER_IN_A_FRAME = """
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
"""


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _disabled(names: list[str]) -> str:
    return _json({"disabledExtensions": dict.fromkeys([*names, NEWS], True)})


def _loaded(extensions: dict[str, bool]) -> str:
    return _json({"ServerApp": {"jpserver_extensions": extensions}})


def student_files(hub: Hub) -> dict[str, str]:
    """The texts for the students' environment, by path below it."""
    course = COURSE.format(exchange=str(hub.exchange), course_id=hub.course_id).lstrip()
    return {
        "etc/jupyter/nbgrader_config.py": course + STUDENT + ONE_ACCOUNT * hub.one_account,
        "etc/ipython/ipython_kernel_config.py": KERNEL.lstrip(),
        "etc/jupyter/jupyter_config.json": _json(ENCRYPTED),
        "etc/jupyter/jupyter_server_config.py": TERMINAL.lstrip() + START_PAGE.format(pages=PAGES),
        "etc/jupyter/jupyter_server_config.d/nbgrader_hub.json": _loaded(
            {f"{EXTENSIONS}.{name}": False for name in ("formgrader", "course_list")}
        ),
        "etc/jupyter/labconfig/page_config.json": _disabled(TEACHERS_MENUS),
        "etc/jupyter/labconfig/default_setting_overrides.json": (
            ROOT / "lab" / "labconfig" / "default_setting_overrides.json"
        ).read_text(),
    }


def teacher_files(hub: Hub) -> dict[str, str]:
    """The texts for the instructor's environment, by path below it."""
    course = COURSE.format(exchange=str(hub.exchange), course_id=hub.course_id).lstrip()
    return {
        "etc/jupyter/nbgrader_config.py": course + TEACHER.format(course=str(hub.course)),
        "etc/jupyter/jupyter_config.json": _json(ENCRYPTED),
        "etc/jupyter/jupyter_server_config.py": TERMINAL.lstrip() + FORMGRADER_IN_A_FRAME,
        "etc/jupyter/jupyter_server_config.d/nbgrader_guarded.json": (
            ROOT / "grading" / "formgrader" / "nbgrader_guarded.json"
        ).read_text(),
        "etc/jupyter/labconfig/page_config.json": _disabled([]),
    }


def private_files(hub: Hub) -> dict[str, str]:
    """The texts for the hub alone, by path below its private folder."""
    return {
        "settings.json": hub.settings(),
        "jupyterhub_config.py": (ROOT / "hub" / "jupyterhub_config.py").read_text(),
    }
