"""The schedule of the tests and the table of submissions: here, because the workers' parent reads only this file."""

import os
import signal
from collections import Counter

import pytest
from xdist.scheduler import LoadFileScheduling


class ByFileOrNotebook(LoadFileScheduling):
    """The tests of a file stay on one worker, but the submissions to one notebook may go beside those to another."""

    def _split_scope(self, nodeid):
        if "::test_verdict[" in nodeid:
            return nodeid.partition("-")[0]
        return super()._split_scope(nodeid)


@pytest.fixture(scope="session")
def graded_somehow() -> None:
    """Where a user's machine has no sandbox, grading is tested without; CI=true asks for one."""
    from grading.isolation.box import sandbox

    try:
        sandbox.require()
    except sandbox.NoSandbox:
        if os.environ.get("CI") != "true":
            os.environ[sandbox.UNSANDBOXED] = "1"


def pytest_configure():
    """A shell's background job ignores Ctrl-C, and so would each process in which a test tries it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """What takes minutes comes first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(("solutions/", "tests/submissions/")))


def pytest_xdist_make_scheduler(config, log):
    return ByFileOrNotebook(config, log)


def pytest_terminal_summary(terminalreporter):
    """Print, for each exercise, how many right answers were accepted and how many wrong ones rejected."""
    seen, good = Counter(), Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            properties = dict(report.user_properties)
            if report.when == "call" and "exercise" in properties:
                row = (properties["lesson"], properties["exercise"], properties["kind"])
                seen[row] += 1
                good[row] += outcome == "passed"
    if not seen:
        return
    terminalreporter.section("submissions")
    terminalreporter.write_line(f"{'lesson':24s}{'exercise':24s}{'accepted/right':>16s}{'rejected/wrong':>16s}")
    for lesson, exercise in dict.fromkeys(row[:2] for row in seen):
        counts = [f"{good[lesson, exercise, kind]}/{seen[lesson, exercise, kind]}" for kind in ("right", "wrong")]
        terminalreporter.write_line(f"{lesson:24s}{exercise:24s}{counts[0]:>16s}{counts[1]:>16s}")
