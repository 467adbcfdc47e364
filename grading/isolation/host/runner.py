"""Runs a notebook's cells in one kernel as nbclient does, whatever that kernel sends."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty
from typing import Any

from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode

from grading.isolation.box.limits import Limits
from grading.isolation.host import outputs
from grading.isolation.host.kernel import Kernel
from helpers.language import english

OUTPUTS = ("stream", "display_data", "execute_result", "error", "clear_output", "update_display_data")
SHOWN_TYPES = frozenset(("status", "execute_input", *OUTPUTS))
NOTEBOOK_OUTPUTS, FLOOD = 8, 20
"""A notebook may print so many times output_bytes; a cell that prints so many times its bytes is interrupted."""
LOOK_EVERY_S = 0.5


@dataclass
class Printed:
    """Characters that a notebook has printed, and of these its present cell."""

    notebook: int = 0
    cell: int = 0


class CellRunner(NotebookClient):
    """The cells that run in one kernel.

    computed_s: the processor time, in seconds, that counts as the cells'. printed: what is printed counts there, in
    whichever kernel. note: called with the name of a cell and what happened. settings: nbclient's; timeout is how long
    a cell may take by the clock. That is for those that wait: what a cell computes, limits.cell_cpu_s bounds, so that
    the load of the machine costs nobody points.

    Of the last cell ``heard_all`` says whether all its outputs were received, ``stopped`` why it was stopped, and
    ``leaves`` whether its kernel is about to end, as the cell has asked.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        kernel: Kernel,
        computed_s: Callable[[], float],
        limits: Limits,
        printed: Printed,
        note: Callable[[str, str], None],
        **settings: Any,
    ) -> None:
        super().__init__(notebook, kernel.manager, **settings)
        self.kc = kernel.client
        self.kernel, self.computed_s = kernel, computed_s
        self.limits, self.printed, self.note = limits, printed, note
        self.comm_open_handlers = {}
        self.name = self.stopped = ""
        self.heard_all = self.leaves = False

    def run(self, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        """The cell with its outputs. Whatever goes wrong is an error among these."""
        self.name, self.stopped, self.leaves = name, "", False
        self.printed.cell = 0
        self.heard_all = not cell.source.strip()
        self._display_id_map = {}
        self.output_hook_stack.clear()
        try:
            cell = self.execute_cell(cell, index, store_history=True)
        except Exception as error:
            if self.kernel.is_running():
                self.note(name, f"its kernel answered in an unknown way ({type(error).__name__})")
            cell.outputs.append(outputs.error("DeadKernelError", self.kernel.why_it_ended()))
        if self.stopped:
            cell.outputs = [output for output in cell.outputs if output.get("ename") != "KeyboardInterrupt"]
        return cell

    async def _async_poll_for_reply(
        self,
        msg_id: str,
        cell: NotebookNode,
        timeout: int | None,
        task_poll_output_msg: asyncio.Future[Any],
        task_poll_kernel_alive: asyncio.Future[Any],
    ) -> dict[str, Any]:
        """As nbclient's, within the limits on what the cell computes and on how long it takes."""
        assert self.kc is not None
        began = looked = time.monotonic()
        computed_before_s = self.computed_s()
        while not self.stopped:
            with contextlib.suppress(Empty):
                reply = await self.kc.shell_channel.get_msg(timeout=LOOK_EVERY_S)
                if reply["parent_header"].get("msg_id") == msg_id:
                    self.leaves = _leaves(reply)
                    break
            if (now := time.monotonic()) - looked >= LOOK_EVERY_S:
                looked = now
                self.stopped = self._limit_exceeded(now - began, self.computed_s() - computed_before_s)
        if self.stopped:
            self.note(self.name, f"it {self.stopped}")
            await self.kernel.manager.interrupt_kernel()
            said = outputs.error("CellTimeoutError", english("the cell {stopped}", stopped=self.stopped))
            reply = {"content": {"status": "error", **said}}
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(task_poll_output_msg, self.iopub_timeout)
        task_poll_kernel_alive.cancel()
        return reply

    def _limit_exceeded(self, took_s: float, computed_s: float) -> str:
        """What to say of a cell that has taken so long, empty if it may go on."""
        if computed_s > self.limits.cell_cpu_s:
            return english(
                "was stopped after computing for {computed:.0f} s: a cell may take {allowed:g} s "
                "of processor time, all its threads and processes together",
                computed=computed_s,
                allowed=self.limits.cell_cpu_s,
            )
        if self.timeout and took_s > self.timeout:
            return english(
                "was stopped after {took:.0f} s, in which it computed for {computed:.0f} s: "
                "a cell may take {allowed} s by the clock",
                took=took_s,
                computed=computed_s,
                allowed=self.timeout,
            )
        return ""

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """As nbclient's, for messages of all kinds and any content."""
        if msg["msg_type"] not in SHOWN_TYPES:
            return None
        try:
            if msg["msg_type"] != "status" and self._is_too_much(outputs.size(msg["content"])):
                return None
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            self.heard_all = True
            raise
        except Exception:
            self.note(self.name, "it sent a malformed message")
            return None

    def _is_too_much(self, size: int) -> bool:
        """Count an output, and whether to drop it; a cell that goes on and on is interrupted."""
        allowed = self.limits.cell_output_bytes
        before = self.printed.cell
        self.printed.cell += size
        self.printed.notebook += size
        if before <= allowed < self.printed.cell:
            self.note(self.name, f"it printed more than {allowed // 2**20} MB; the rest was cut off")
        if before <= FLOOD * allowed < self.printed.cell:
            asyncio.ensure_future(self.kernel.manager.interrupt_kernel())  # noqa: RUF006
        return self.printed.cell > allowed or self.printed.notebook > NOTEBOOK_OUTPUTS * self.limits.output_bytes


def _leaves(reply: dict[str, Any]) -> bool:
    """Whether the kernel says that it ends now (payloads of jupyter_client's messaging protocol)."""
    payloads = reply["content"].get("payload") if isinstance(reply.get("content"), dict) else None
    return isinstance(payloads, list) and any(
        isinstance(payload, dict) and payload.get("source") == "ask_exit" and not payload.get("keepkernel")
        for payload in payloads
    )
