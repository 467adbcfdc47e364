"""The student's kernel and the examiner's, with a connection between them that only they use."""

import ast
import contextlib
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grading.isolation.box import sandbox
from grading.isolation.box.launching import Program, Starter
from grading.isolation.box.limits import Limits
from grading.isolation.host.kernel import Kernel
from grading.isolation.host.meter import Meter

STUDENT, EXAMINER = "grading.isolation.student.kernel", "grading.isolation.examiner.kernel"
SPEAK = "__import__('helpers.language', fromlist=['use']).use({!r}, {!r})"
SERVE = "__import__('grading.isolation.student.serving', fromlist=['serve']).serve({})"
BEGIN, END = "get_ipython().bridge.begin({})", "get_ipython().bridge.end()"


@dataclass(frozen=True)
class TestReport:
    """What became of a test.

    incidents: sentences. answered: whether the examiner said so. student_serves: whether the student's kernel has
    taken part up to the end, so that it is to come back from it by itself.
    """

    incidents: list[str]
    answered: bool
    student_serves: bool


class KernelPair:
    """Both kernels, ready to run cells. Raises `KernelDied` if one does not start.

    files: what was handed in beside the notebook, by relative path. networks: whether the notebook uses Keras. start,
    warn: as `SandboxProvisioner` has them.
    """

    def __init__(
        self,
        limits: Limits,
        files: Mapping[str, Path],
        networks: bool,
        start: Starter | None,
        warn: Callable[[str], None],
    ) -> None:
        self.limits = limits
        self.tests = 0
        student = Program(STUDENT, sandbox.STUDENT_CODE, limits, files, networks)
        examiner = Program(EXAMINER, sandbox.EXAMINER_CODE, limits, networks=networks)
        ours, theirs = socket.socketpair()
        measuring, metered = socket.socketpair()
        with ours, theirs, metered, contextlib.ExitStack() as failed:
            self.student = Kernel(student, {"bridge": theirs}, start, warn)
            failed.callback(self.student.kill)
            Meter(measuring, self.student.process.processes).start()
            self.examiner = Kernel(examiner, {"bridge": ours, "meter": metered}, start, warn)
            failed.callback(self.examiner.kill)
            self.student.ready()
            self.examiner.ready()
            failed.pop_all()

    def speak(self, language: str, sentences: Mapping[str, str]) -> None:
        """Let tests speak a language. sentences: translations of what they say beside the checks' own."""
        self.examiner.run("", self.limits.answer_s, SPEAK.format(language, dict(sentences)))

    def kill(self) -> None:
        """End both, and all that they started."""
        self.student.kill()
        self.examiner.kill()

    def computed_s(self) -> float:
        """Seconds of processor time that both have taken, with all that they started."""
        return self.student.computed_s() + self.examiner.computed_s()

    def student_answers(self) -> bool:
        """Whether the student's kernel is there for the next cell, if need be after an interrupt."""
        if self.student.run("", self.limits.answer_s) is not None:
            return True
        if self.student.is_running():
            self.student.interrupt()
        return self.student.run("", self.limits.answer_s) is not None

    def begin_test(self) -> str | None:
        """Bring the two kernels together; the request that ends with the test, or None if they do not meet."""
        self.tests += 1
        serving = self.student.send(SERVE.format(self.tests))
        patience_s = self.limits.value_s + self.limits.answer_s
        began = self.examiner.run("", patience_s, BEGIN.format(self.tests))
        return serving if began == "True" else None

    def end_test(self) -> TestReport:
        """Part the two kernels."""
        said = self.examiner.run("", self.limits.answer_s, END)
        try:
            report = json.loads(ast.literal_eval(said or ""))
            return TestReport(report["incidents"], True, not report["broken"])
        except (ValueError, SyntaxError, TypeError):
            return TestReport([f"the examiner: {self.examiner.why_it_ended()}"], False, False)

    def student_returns(self, serving: str, report: TestReport) -> bool:
        """Whether the student's kernel has come back from a test, if need be after an interrupt."""
        if report.student_serves and self.student.reply(serving, self.limits.answer_s) is not None:
            return True
        if self.student.is_running():
            self.student.interrupt()
            return self.student.reply(serving, self.limits.answer_s) is not None
        return False
