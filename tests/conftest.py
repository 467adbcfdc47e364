"""The schedule of the tests and the table of submissions: here, because the workers' parent reads only this file."""

import os
import re
import signal
from collections import Counter

import one_lesson
import pytest
import solution_notebooks
from xdist.scheduler import LoadFileScheduling

NOTEBOOK = re.compile(r"^solutions/(.+)\.ipynb::|::test_verdict\[([^-]+)-")
HUB = "tests/hub/"
# Files that take a minute or more, so that no worker is left alone with one at the end.
LONG = (
    "tests/acceptance/",
    "tests/data/test_production.py",
    "tests/grading/isolation/test_execute.py",
    "tests/book/test_book.py",
    HUB,
    "tests/grading/authoring/test_demonstration.py",
)
A_TRAINING = 30  # times as long as another submission


class ByFileOrNotebook(LoadFileScheduling):
    """The tests of a file stay on one worker, and the cells of a notebook on that of the submissions to it.

    Those of a hub stay together, too: its accounts are there once.
    """

    def _split_scope(self, nodeid):
        if nodeid.startswith(HUB):
            return HUB
        return notebook_of(nodeid) or super()._split_scope(nodeid)


@pytest.fixture(scope="session")
def graded_somehow() -> None:
    """Where a user's machine has no sandbox, grading is tested without; CI=true asks for one."""
    from grading.isolation.box import sandbox

    try:
        sandbox.require()
    except sandbox.NoSandbox:
        if os.environ.get("CI") != "true":
            os.environ[sandbox.UNSANDBOXED] = "1"


@pytest.fixture(scope="session")
def big_root(tmp_path_factory):
    """A file as those to practise on are, of 3000 events."""
    import uproot

    from helpers import big_file

    path = tmp_path_factory.mktemp("big") / "big.root"
    big_file.write(path, 3000, uproot.ZLIB(1))
    return path


def notebook_of(nodeid):
    """The lesson and the notebook that are run for a test, with a slash between them, or None."""
    found = NOTEBOOK.search(nodeid)
    return found and (found[1] or found[2])


def pytest_addoption(parser):
    parser.addoption("--lesson", metavar="NAME", help="everything about one lesson, such as ex4_splitting")


def pytest_configure(config):
    """A shell's background job ignores Ctrl-C, and so would each process in which a test tries it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "every_lesson: it tests all lessons at once, and runs with --lesson, too")
    config.pluginmanager.register(solution_notebooks)
    if config.option.lesson is not None:
        os.environ["HEPDL_EVERY_ANSWER"] = "1"
        config.pluginmanager.register(one_lesson.OneLesson(config.option.lesson))


def pytest_collection_modifyitems(items):
    """What takes longest comes first: the notebooks by what is trained for them, then files that take long."""
    weights = Counter()
    for item in items:
        if notebook := notebook_of(item.nodeid):
            training = getattr(item, "callspec", None) and item.callspec.params["submission"].trains
            weights[notebook] += A_TRAINING if training else 1

    def rank(item):
        notebook = notebook_of(item.nodeid)
        return (-weights[notebook], notebook) if notebook else (0, "" if item.nodeid.startswith(LONG) else "~")

    items.sort(key=rank)


def pytest_xdist_make_scheduler(config, log):
    return ByFileOrNotebook(config, log)


def pytest_terminal_summary(terminalreporter):
    """Print, for each exercise, how many right answers were accepted and how many wrong ones rejected.

    And for each lesson how many of the wrong ones the visible part of a test cell stops.
    """
    seen, good, stopped = Counter(), Counter(), Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            properties = dict(report.user_properties)
            if report.when == "call" and "exercise" in properties:
                row = (properties["lesson"], properties["exercise"], properties["kind"])
                seen[row] += 1
                good[row] += outcome == "passed"
                if properties["kind"] == "wrong":
                    stopped[properties["lesson"], properties["seen"]] += 1
    if not seen:
        return
    terminalreporter.section("submissions")
    terminalreporter.write_line(f"{'lesson':24s}{'exercise':24s}{'accepted/right':>16s}{'rejected/wrong':>16s}")
    for lesson, exercise in dict.fromkeys(row[:2] for row in seen):
        counts = [f"{good[lesson, exercise, kind]}/{seen[lesson, exercise, kind]}" for kind in ("right", "wrong")]
        terminalreporter.write_line(f"{lesson:24s}{exercise:24s}{counts[0]:>16s}{counts[1]:>16s}")
    terminalreporter.write_line("\nwrong answers that the visible part of a test cell stops:")
    for lesson in dict.fromkeys(row[0] for row in seen):
        visible, wrong = stopped[lesson, "visible"], stopped[lesson, "visible"] + stopped[lesson, "hidden"]
        if wrong:
            terminalreporter.write_line(f"{lesson:24s}{visible:4d} of {wrong:4d}  {visible / wrong:5.0%}")
