"""A cell that ends its kernel costs its own points, and none of a right answer below it."""

import pytest
from isolated import errors, run

from grading.cells import incidents
from grading.isolation.box.limits import Limits
from grading.isolation.host import restarts

in_sandbox = pytest.mark.usefixtures("sandboxed")
FUSE_S = 1.5


class Pretended:
    """Kernels that a source "bomb" ends a moment later."""

    def __init__(self, clock):
        self.clock, self.student, self.lit = clock, self, None

    def is_running(self):
        return self.lit is None or self.clock[0] < self.lit + FUSE_S

    def run(self, source, seconds):
        if not self.is_running():
            return None
        self.clock[0] += 0.2
        if source == "bomb" and self.lit is None:
            self.lit = self.clock[0]
        return ""

    def why_it_ended(self):
        return "the kernel died"

    def kill(self):
        pass


@pytest.fixture
def policy(monkeypatch):
    """A policy with pretended kernels, and what it noted."""
    clock = [0.0]
    monkeypatch.setattr(restarts.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    noted = []
    made = restarts.RestartPolicy(lambda _: Pretended(clock), Limits(), 60, lambda *what: noted.append(what))
    made.noted = noted
    return made


@pytest.mark.parametrize("after", [[], ["b"], ["b", "c", "d"], list("bcdefghijkl")])
def test_who_ends_the_kernel_a_moment_later_is_found_among_those_before(policy, after):
    for source in ("a", "bomb", *after):
        policy.remember(source)
    policy.restart("answer")
    assert policy.sources == ["a", *after]
    assert policy.innocent
    assert not policy.given_up
    assert policy.noted[-1] == ("answer", "a cell before it had ended the kernel, and was left out")


def test_who_ends_the_kernel_by_itself_is_not_innocent(policy):
    policy.remember("a")
    policy.restart("answer")
    assert (policy.sources, policy.innocent) == (["a"], False)


@in_sandbox
@pytest.mark.parametrize("leaves", ["quit()", "before = 1\nexit()\nafter = 2", "get_ipython().ask_exit()", "exit"])
def test_a_cell_that_leaves_costs_the_answer_below_it_nothing(leaves):
    answer = "def double(x):\n    return 2 * x"
    notebook = run(["kept = 5", leaves, answer, ("double", "assert double(kept) == 10"), ("again", "assert kept == 5")])
    assert errors(notebook) == {}
    assert {incident["cell"] for incident in incidents.of(notebook)} == {"number 2"}
    assert "ended its kernel" in str(incidents.of(notebook))


@in_sandbox
def test_an_answer_that_runs_as_a_cell_above_ends_the_kernel_runs_again():
    delayed = "import os, threading\nthreading.Timer(0.2, lambda: os._exit(1)).start()"
    right = "import time\ntime.sleep(1)\nanswer = kept + 2"
    cells = [
        "kept = 5",
        delayed,
        "between = 1",
        right,
        ("answer", "assert answer == 7"),
        ("both", "assert between == 1"),
    ]
    notebook = run(cells)
    assert errors(notebook) == {}
    assert incidents.of(notebook)


@in_sandbox
def test_a_name_that_is_called_quit_is_no_end():
    notebook = run(["def quit():\n    return 3\nvalue = quit()", ("value", "assert value == 3")])
    assert errors(notebook) == {}
    assert incidents.of(notebook) == []
