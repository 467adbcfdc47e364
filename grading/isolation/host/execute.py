"""nbgrader's Execute with the student's cells in one sandbox and the test cells in another process.

Which cells are tests is known from the gradebook, not from what the submission says of its cells. A kernel that dies
or no longer answers is started again, and the cells before are run again without the one that ended it, so that it
costs its author that cell's points only.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Instance, Unicode
from traitlets.log import get_logger
from traitlets.utils.importstring import import_item

from grading.cells import incidents, submitted_files, visible_part
from grading.cells.incidents import Incidents
from grading.cells.languages import language_of, sentences
from grading.cells.names_of_checks import NamesOfChecks
from grading.cells.quotation import visible
from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import name_of
from grading.isolation.box import sandbox
from grading.isolation.box.limits import Limits
from grading.isolation.host import outputs
from grading.isolation.host.kernel import Kernel, KernelDied
from grading.isolation.host.pair import KernelPair
from grading.isolation.host.restarts import RestartPolicy
from grading.isolation.host.runner import CellRunner, Printed
from helpers.language import english


def before_grading(notebooks: list[str], **what: object) -> None:
    """A pre_convert_hook of nbgrader, called before anything of a submission is copied.

    Ends the command where no sandbox can be made. Links are removed from the submission, because nbgrader would grade
    or copy what they point to, and files that are too many are moved out of it. nbgrader logs other errors of a hook
    and goes on, so these end the command, too.
    """
    try:
        if sandbox.wanted():
            sandbox.require()
        for folder in {Path(notebook).parent for notebook in notebooks}:
            if aside := submitted_files.move_excess(folder):
                most = submitted_files.MAX_FILES
                get_logger().warning(
                    "incident: %s holds more than %d files; all but notebooks are now in %s", folder, most, aside
                )
            for name in submitted_files.remove_links(folder):
                get_logger().warning(
                    "incident: %s: %s was a link or no plain file and was removed", visible(str(folder)), visible(name)
                )
            if odd := submitted_files.set_odd_time_aside(folder):
                get_logger().warning("incident: %s: %s", visible(str(folder)), odd)
        notebooks[:] = [notebook for notebook in notebooks if Path(notebook).is_file()]
    except (sandbox.NoSandbox, OSError) as reason:
        raise SystemExit(str(reason)) from None


class IsolatedExecute(Execute):
    """Runs a submission and leaves outputs and errors as nbgrader's Execute does."""

    limits = Instance(Limits, args=(), help="What a submission may use.").tag(config=True)
    kernel_starter = Unicode(
        "grading.isolation.warm.forking.fork",
        allow_none=True,
        help="The function (a box.launching.Starter) that is asked for each kernel first; None: each is a new process.",
    ).tag(config=True)

    # --- a notebook ------------------------------------------------------------------------------------------------

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the notebook. Raises `NoSandbox`, and `KernelDied` if no kernel starts at all."""
        names = resources["nbgrader"]
        self.nb = nb
        self.note = Incidents(nb, names["student"], self.log)
        self._require_sandbox(names["student"])
        self.tests = self.names_of_tests(names)
        self.tests_visible = [HIDDEN_TESTS.without(cell.source) for cell in nb.cells if self._is_test(cell)]
        own = [cell.source for cell in nb.cells if cell.cell_type == "code" and not self._is_test(cell)]
        self.names_of_checks = NamesOfChecks(self.tests_visible, own)
        self.files = self.files_beside(resources)
        self.language = language_of(nb)
        self.sentences = sentences(self.language, names["assignment"])
        self.printed = Printed()
        self.policy = RestartPolicy(self._start, self.limits, self.timeout or self.limits.wall_s, self.note)
        try:
            for index, cell in enumerate(nb.cells):
                if cell.cell_type == "code":
                    nb.cells[index] = self._run(cell, index)
            self._note_crowds("-")
            if left := self.policy.kernels.student.left_running():
                self.note("-", f"{left} processes that it had started were still running, and were ended")
        finally:
            self.policy.kernels.kill()
        return nb, resources

    def _require_sandbox(self, student: str) -> None:
        if sandbox.wanted():
            sandbox.require()
        else:
            self.note.unsandboxed(
                f"NOT SANDBOXED: {sandbox.UNSANDBOXED}=1 is set; the code of {student} runs in your account and can "
                "read and change what you can"
            )

    def names_of_tests(self, names: dict[str, str]) -> frozenset[str]:
        """The cells of the released notebook that are graded by running them."""
        with Gradebook(names["db_url"]) as gradebook:
            released = gradebook.find_notebook(names["notebook"], names["assignment"])
            graded = {cell.name for cell in released.grade_cells} - {cell.name for cell in released.solution_cells}
            code = {cell.name for cell in released.source_cells if cell.cell_type == "code"}
        return frozenset(graded & code)

    def files_beside(self, resources: dict[str, Any]) -> dict[str, Path]:
        """What was handed in beside the notebook, by the name that it has there."""
        names, course = resources["nbgrader"], CourseDirectory(config=self.config)
        submitted = course.format_path(course.submitted_directory, names["student"], names["assignment"])
        graded = Path(resources["metadata"]["path"]).resolve()
        return submitted_files.beside(graded, Path(submitted).absolute(), lambda what: self.note("-", what))

    def _start(self, wall_s: float) -> KernelPair:
        """New kernels, each with a runner of its own."""
        networks = any(name in cell.source for cell in self.nb.cells for name in ("keras", "tensorflow"))
        start = import_item(self.kernel_starter) if self.kernel_starter else None
        kernels = KernelPair(replace(self.limits, wall_s=wall_s), self.files, networks, start, self.note.warn)
        kernels.speak(self.language, self.sentences)
        self.student_runner = self._runner(kernels.student, kernels.student.computed_s)
        self.test_runner = self._runner(kernels.examiner, kernels.computed_s)
        return kernels

    def _runner(self, kernel: Kernel, computed_s: Callable[[], float]) -> CellRunner:
        configured = ("timeout", "iopub_timeout", "allow_errors")
        return CellRunner(
            self.nb,
            kernel,
            computed_s,
            self.limits,
            self.printed,
            self.note,
            parent=self,
            on_cell_executed=self.on_cell_executed,
            **{name: getattr(self, name) for name in configured},
        )

    # --- a cell ----------------------------------------------------------------------------------------------------

    def _run(self, cell: NotebookNode, index: int) -> NotebookNode:
        name = _name(cell, index)
        cell.outputs = []
        if self.skip_cells_with_tag in str(cell.metadata.pop("tags", "")):
            self.note(name, f"the tag {self.skip_cells_with_tag} would have kept it from running; it was removed")
        if self.policy.given_up:
            cell.outputs = [outputs.error("NotRun", self.policy.given_up)]
        elif self._is_test(cell):
            cell = self._run_test(cell, index, name)
        else:
            cell = self._run_for_student(cell, index, name)
        cell.outputs, odd = outputs.sound(cell.outputs)
        if odd:
            self.note(name, f"{odd} outputs were no outputs that a notebook can hold, and were removed")
        for output in cell.outputs:
            if output.output_type == "error" and (advice := self.names_of_checks.advice(output.evalue)):
                self.note(name, advice)
                output.evalue = f"{output.evalue}: {advice}"
                output.traceback.append(advice)
        return cell

    def _is_test(self, cell: NotebookNode) -> bool:
        return name_of(cell) in self.tests

    def _note_crowds(self, name: str) -> None:
        if self.policy.kernels.student.crowds():
            self.note(name, f"more than {self.limits.at_once} of its processes and threads {incidents.CROWDED}")

    def _restart(self, name: str, cell: NotebookNode, why: str = "") -> None:
        self._note_crowds(name)
        why = self.policy.restart(name, why)
        if not _failed(cell):
            cell.outputs.append(outputs.error("DeadKernelError", why))

    # --- the student's cells ---------------------------------------------------------------------------------------

    def _run_for_student(self, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        """Run a cell, and once more if its kernel ended meanwhile by the fault of a cell before it."""
        cell = self._run_once_for_student(cell, index, name)
        if self.policy.innocent and not self.policy.given_up:
            self.policy.innocent = False
            cell.outputs = []
            cell = self._run_once_for_student(cell, index, name)
        return cell

    def _run_once_for_student(self, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        runner, student = self.student_runner, self.policy.kernels.student
        cell = runner.run(cell, index, name)
        if not runner.heard_all and student.is_running():
            self.note(name, "not all of its output could be received")
            student.client.connect_again("iopub")
        lost = not runner.heard_all and not runner.stopped and student.is_running()
        if lost or self.printed.cell > self.limits.cell_output_bytes:
            shown = f"{self.limits.cell_output_bytes // 2**20} MB"
            said = english("the cell printed more than {size}; the rest is lost", size=shown)
            cell.outputs.append(outputs.error("TooMuchOutput", said))
        if runner.leaves:
            self._restart(name, cell, english("the cell ended its kernel, as quit() and exit() do"))
        elif self.policy.kernels.student_answers():
            if not runner.stopped:
                self.policy.remember(cell.source)
        else:
            self._restart(name, cell)
        return cell

    # --- the test cells --------------------------------------------------------------------------------------------

    def _run_test(self, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        self._run_in_students_kernel(visible_part.imports(HIDDEN_TESTS.without(cell.source)), cell, name)
        serving = None if self.policy.given_up else self.policy.kernels.begin_test()
        if serving is None and not self.policy.given_up:
            self._restart(name, cell)
            serving = None if self.policy.given_up else self.policy.kernels.begin_test()
        if serving is None:
            said = english("the notebook's kernel does not answer the grader")
            cell.outputs.append(outputs.error("DeadKernelError", said))
            return cell
        runner, kernels = self.test_runner, self.policy.kernels
        cell.outputs = []
        cell = runner.run(cell, index, name)
        if not runner.heard_all and kernels.examiner.is_running():
            self._fail_unheard(kernels.examiner, cell, name)
        report = kernels.end_test()
        for incident in report.incidents:
            self.note(name, incident)
        if kernels.student_returns(serving, report) and report.answered:
            self._run_visible_part(cell, index, name)
        else:
            self._restart(name, cell)
        return cell

    def _fail_unheard(self, examiner: Kernel, cell: NotebookNode, name: str) -> None:
        """What was not heard may have been the test's points: it has not passed, and the next one must be heard."""
        self.note(name, "not all that the test said could be received")
        if not _failed(cell):
            said = english("not all that this check said could be received")
            cell.outputs.append(outputs.error("TooMuchOutput", said))
        examiner.client.connect_again("iopub")
        with contextlib.suppress(KernelDied):
            examiner.ready()

    def _run_visible_part(self, cell: NotebookNode, index: int, name: str) -> None:
        """Do to the student's kernel what the check does to it in the student's own notebook: it defines names."""
        own = [other for other in self.nb.cells[index + 1 :] if other.cell_type == "code" and not self._is_test(other)]
        source = visible_part.to_run(HIDDEN_TESTS.without(cell.source), [other.source for other in own])
        self._run_in_students_kernel(source, cell, name)

    def _run_in_students_kernel(self, source: str, cell: NotebookNode, name: str) -> None:
        """Run what is no cell of the student's; a kernel that does not come back from it is replaced."""
        if not source:
            return
        kernels = self.policy.kernels
        if kernels.student.run(source, self.policy.cell_s) is None and not kernels.student_answers():
            self._restart(name, cell)
        else:
            self.policy.remember(source)


def _failed(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.outputs)


def _name(cell: NotebookNode, index: int) -> str:
    return name_of(cell) or f"number {index + 1}"
