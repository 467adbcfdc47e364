"""nbgrader's Execute with the student's cells in one sandbox and the test cells in another process.

Test cells are told by the gradebook, not by what the submission says of its cells. A kernel that dies or no longer
answers is started again, and the cells before are run again without the one that ended it, so that it costs its author
that cell's points only.
"""

import ast
import asyncio
import contextlib
import json
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Instance
from traitlets.log import get_logger

from grading.cells import submitted_files, visible_part
from grading.cells.incidents import KEY, Incidents
from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import name_of
from grading.isolation.box import sandbox
from grading.isolation.box.limits import Limits
from grading.isolation.host import outputs
from grading.isolation.host.kernel_process import KernelDied, KernelProcess
from grading.isolation.host.meter import Meter

STUDENT, EXAMINER = "grading.isolation.student.kernel", "grading.isolation.examiner.kernel"
SERVE = "__import__('grading.isolation.student.serving', fromlist=['serve']).serve({})"
MAX_RESTARTS = 3
SETTLE_S = 1
OUTPUTS = ("stream", "display_data", "execute_result", "error", "clear_output", "update_display_data")
SHOWN_TYPES = frozenset(("status", "execute_input", *OUTPUTS))


def before_grading(notebooks: list[str], **what: object) -> None:
    """nbgrader's pre_convert_hook, called before anything of a submission is copied.

    Ends the command where no sandbox can be made. Links are removed from the submission, because nbgrader would grade
    or copy what they point to; nbgrader logs other errors of a hook and goes on, so these end the command, too.
    """
    try:
        if sandbox.wanted():
            sandbox.require()
        for folder in {Path(notebook).parent for notebook in notebooks}:
            for name in submitted_files.remove_links(folder):
                get_logger().warning("incident: %s: %s was a link or no plain file and was removed", folder, name)
        notebooks[:] = [notebook for notebook in notebooks if Path(notebook).is_file()]
    except (sandbox.NoSandbox, OSError) as reason:
        raise SystemExit(str(reason)) from None


class KernelPair:
    """The student's kernel and the examiner's, with a connection between them."""

    def __init__(self, limits: Limits, files: dict[str, Path], log: Any, networks: bool) -> None:
        ours, theirs = socket.socketpair()
        measuring, metered = socket.socketpair()
        with ours, theirs, metered, contextlib.ExitStack() as failed:
            sockets = {"bridge": theirs}
            self.student = KernelProcess(STUDENT, sockets, limits, log, files, sandbox.STUDENT_CODE, networks).start()
            failed.callback(self.student.kill)
            Meter(measuring, self.student.processes).start()
            sockets = {"bridge": ours, "meter": metered}
            self.examiner = KernelProcess(EXAMINER, sockets, limits, log, {}, sandbox.EXAMINER_CODE, networks).start()
            failed.callback(self.examiner.kill)
            self.student.ready()
            self.examiner.ready()
            failed.pop_all()

    def kill(self) -> None:
        self.student.kill()
        self.examiner.kill()


class IsolatedExecute(Execute):
    """Runs a submission and leaves outputs and errors as nbgrader's Execute does."""

    limits = Instance(Limits, args=(), help="What a submission may use.").tag(config=True)

    # --- a notebook ------------------------------------------------------------------------------------------------

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        NotebookClient.__init__(self, nb, None)
        self.reset_execution_trackers()
        self._check_assign_resources(resources)
        self.comm_open_handlers = {}
        self.store_widget_state = self.record_timing = self.raise_on_iopub_timeout = False
        self.note = Incidents(nb, names["student"], self.log)
        if sandbox.wanted():
            sandbox.require()
        else:
            nb.metadata.setdefault(KEY, {"incidents": []})["sandboxed"] = False
            self.log.warning(
                "NOT SANDBOXED: %s=1 is set; the code of %s runs in your account and can read and change what you can",
                sandbox.UNSANDBOXED, names["student"],
            )  # fmt: skip
        self.tests = self.names_of_tests(names)
        self.test_sources = {cell.source for cell in nb.cells if self._is_test(cell)}
        self.files = self.files_beside(resources)
        self.deadline = time.monotonic() + self.limits.wall_s
        self.turn = self.restarts = self.printed = 0
        self.ran: list[str] = []
        self.given_up = ""
        self.kernels = self._start()
        try:
            for index, cell in enumerate(nb.cells):
                if cell.cell_type == "code":
                    nb.cells[index] = self._run(cell, index)
            if left := self.kernels.student.left_running():
                self.note("-", f"{left} processes that it had started were still running, and were ended")
        finally:
            self.kernels.kill()
            self.kc = self.km = None
        return nb, self.resources

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

    def _start(self) -> KernelPair:
        left = max(1, self.deadline - time.monotonic())
        networks = any(name in cell.source for cell in self.nb.cells for name in ("keras", "tensorflow"))
        return KernelPair(replace(self.limits, wall_s=left), self.files, self.log, networks)

    def _run(self, cell: NotebookNode, index: int) -> NotebookNode:
        name = _name(cell, index)
        cell.outputs = []
        if self.skip_cells_with_tag in str(cell.metadata.pop("tags", "")):
            self.note(name, f"the tag {self.skip_cells_with_tag} would have kept it from running; it was removed")
        if self.given_up:
            cell.outputs = [outputs.error("NotRun", self.given_up)]
        elif self._is_test(cell):
            cell = self._examine(cell, index, name)
        else:
            cell = self._execute_for_student(cell, index, name)
        cell.outputs, odd = outputs.sound(cell.outputs)
        if odd:
            self.note(name, f"{odd} outputs were no outputs that a notebook can hold, and were removed")
        return cell

    def _is_test(self, cell: NotebookNode) -> bool:
        return name_of(cell) in self.tests

    # --- the student's cells ---------------------------------------------------------------------------------------

    def _execute_for_student(self, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        cell = self._execute_in(self.kernels.student, cell, index, name)
        if not self.heard_all and self.kernels.student.is_running():
            self.note(name, "not all of its output could be received")
            self.kernels.student.connect_again("iopub")
        if self.cell_printed > self.limits.cell_output_bytes or not self.heard_all:
            shown = f"{self.limits.cell_output_bytes // 2**20} MB"
            cell.outputs.append(outputs.error("TooMuchOutput", f"the cell printed more than {shown}; the rest is lost"))
        if self._answers():
            self.ran.append(cell.source)
        else:
            self._restart(name, cell)
        return cell

    def _execute_in(self, kernel: KernelProcess, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        """nbclient's execution of a cell in one of the kernels; whatever goes wrong is an error of this cell."""
        self.kc, self.km = kernel.client, kernel
        self.current = name
        self.cell_printed = 0
        self.heard_all = not cell.source.strip()
        self._display_id_map = {}
        self.output_hook_stack.clear()
        try:
            cell = self.execute_cell(cell, index, store_history=True)
        except Exception as error:
            if kernel.is_running():
                self.note(name, f"its kernel answered in an unknown way ({type(error).__name__})")
            cell.outputs.append(outputs.error("DeadKernelError", kernel.why_it_ended()))
        return cell

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        self.note(self.current, f"it ran longer than {timeout} s and was interrupted")
        return await super()._async_handle_timeout(timeout, cell)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        if msg["msg_type"] not in SHOWN_TYPES:
            return None
        try:
            if msg["msg_type"] != "status":
                grown = outputs.size(msg["content"])
                self.printed += grown
                self.cell_printed += grown
                if self._is_too_much(grown):
                    return None
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            self.heard_all = True
            raise
        except Exception:
            self.note(self.current, "it sent a malformed message")
            return None

    def _is_too_much(self, grown: int) -> bool:
        """Whether to drop an output; a cell that goes on and on is interrupted."""
        limits = self.limits
        before = self.cell_printed - grown
        if before <= limits.cell_output_bytes < self.cell_printed:
            self.note(
                self.current, f"it printed more than {limits.cell_output_bytes // 2**20} MB; the rest was cut off"
            )
        flood = 20 * limits.cell_output_bytes
        if before <= flood < self.cell_printed:
            asyncio.ensure_future(self.km.interrupt_kernel())  # noqa: RUF006
        return self.cell_printed > limits.cell_output_bytes or self.printed > 8 * limits.output_bytes

    def _answers(self) -> bool:
        """Whether the student's kernel is there for the next cell, if need be after an interrupt."""
        student = self.kernels.student
        if student.run("", self.limits.answer_s) is not None:
            return True
        if student.is_running():
            self._interrupt(student)
        return student.run("", self.limits.answer_s) is not None

    def _interrupt(self, kernel: KernelProcess) -> None:
        kernel.interrupt()

    # --- starting again --------------------------------------------------------------------------------------------

    def _restart(self, name: str, cell: NotebookNode) -> None:
        """New kernels, in which the cells so far run again, but for the one that ended the old one."""
        student = self.kernels.student
        why = student.why_it_ended() if not student.is_running() else "the kernel did not answer and was stopped"
        self.note(name, why)
        if not any(output.output_type == "error" for output in cell.outputs):
            cell.outputs.append(outputs.error("DeadKernelError", why))
        while not self.given_up:
            self.kernels.kill()
            self.restarts += 1
            if self.restarts > MAX_RESTARTS:
                ended = f"cells of this notebook ended its kernel {self.restarts} times"
                return self._give_up(f"{ended}; the rest was not run")
            if time.monotonic() > self.deadline:
                return self._give_up(
                    f"the notebook ran longer than {self.limits.wall_s / 60:.0f} minutes; the rest was not run"
                )
            try:
                self.kernels = self._start()
            except KernelDied as died:
                return self._give_up(str(died))
            if not (culprit := self._run_again()):
                return None
            self.note(name, "a cell before it had ended the kernel, and was left out")
            self.ran.remove(culprit)
        return None

    def _run_again(self) -> str:
        """Run the cells so far in new kernels. The source of one that ends its kernel, perhaps with some delay."""
        for source in self.ran:
            if self.kernels.student.run(source, self.timeout or self.limits.wall_s) is None:
                return source
        time.sleep(SETTLE_S)
        return "" if self.kernels.student.is_running() or not self.ran else self.ran[-1]

    def _give_up(self, why: str) -> None:
        self.note("-", why)
        self.given_up = why
        self.kernels.kill()

    # --- the test cells --------------------------------------------------------------------------------------------

    def _examine(self, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        serving = self._begin()
        if serving is None:
            self._restart(name, cell)
            serving = None if self.given_up else self._begin()
        if serving is None:
            cell.outputs.append(outputs.error("DeadKernelError", "the notebook's kernel does not answer the grader"))
            return cell
        student, examiner = self.kernels.student, self.kernels.examiner
        cell.outputs = []
        cell = self._execute_in(examiner, cell, index, name)
        if not self.heard_all and examiner.is_running():
            self._fail_unheard(examiner, cell, name)
        report = self._report(examiner)
        for incident in report["incidents"]:
            self.note(name, incident)
        released = None if report["broken"] else student.reply(serving, self.limits.answer_s)
        if released is None and student.is_running():
            self._interrupt(student)
            released = student.reply(serving, self.limits.answer_s)
        if released is None or report["lost"]:
            self._restart(name, cell)
        else:
            self._run_visible_part(cell, index, name)
        return cell

    def _fail_unheard(self, examiner: KernelProcess, cell: NotebookNode, name: str) -> None:
        """What was not heard may have been the test's points: it has not passed, and the next one must be heard."""
        self.note(name, "not all that the test said could be received")
        if not any(output.output_type == "error" for output in cell.outputs):
            cell.outputs.append(outputs.error("TooMuchOutput", "not all that this check said could be received"))
        examiner.connect_again("iopub")
        with contextlib.suppress(KernelDied):
            examiner.ready()

    def _begin(self) -> str | None:
        """Bring the two kernels together; what to wait for when the test is over, or None if they do not meet."""
        self.turn += 1
        serving = self.kernels.student.ask(SERVE.format(self.turn))
        began = self.kernels.examiner.run(
            "", self.limits.value_s + self.limits.answer_s, f"get_ipython().bridge.begin({self.turn})"
        )
        return serving if began == "True" else None

    def _report(self, examiner: KernelProcess) -> dict[str, Any]:
        """What the examiner says of the test; ``lost`` if it says nothing."""
        said = examiner.run("", self.limits.answer_s, "get_ipython().bridge.end()")
        try:
            return {**json.loads(ast.literal_eval(said)), "lost": False}
        except (ValueError, SyntaxError, TypeError):
            return {"incidents": [f"the examiner: {examiner.why_it_ended()}"], "lost": True, "broken": True}

    def _run_visible_part(self, cell: NotebookNode, index: int, name: str) -> None:
        """Do to the student's kernel what the check does to it in the student's own notebook: it defines names."""
        visible = HIDDEN_TESTS.without(cell.source)
        later = [other.source for other in self.nb.cells[index + 1 :] if other.cell_type == "code"]
        source = visible_part.to_run(visible, [text for text in later if text not in self.test_sources])
        if not source:
            return
        if self.kernels.student.run(source, self.timeout or self.limits.wall_s) is None and not self._answers():
            self._restart(name, cell)
        else:
            self.ran.append(source)


def _name(cell: NotebookNode, index: int) -> str:
    return name_of(cell) or f"number {index + 1}"
