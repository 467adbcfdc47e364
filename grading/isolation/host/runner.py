"""Runs a notebook's cells in one kernel as nbclient does, whatever that kernel sends."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode

from grading.isolation.box.limits import Limits
from grading.isolation.host import outputs
from grading.isolation.host.kernel import Kernel

OUTPUTS = ("stream", "display_data", "execute_result", "error", "clear_output", "update_display_data")
SHOWN_TYPES = frozenset(("status", "execute_input", *OUTPUTS))
NOTEBOOK_OUTPUTS, FLOOD = 8, 20
"""A notebook may print so many times output_bytes; a cell that prints so many times its bytes is interrupted."""


@dataclass
class Printed:
    """Characters that a notebook has printed, and of these its present cell."""

    notebook: int = 0
    cell: int = 0


class CellRunner(NotebookClient):
    """The cells that run in one kernel.

    printed: what is printed counts there, in whichever kernel. note: called with the name of a cell and what happened.
    settings: nbclient's, such as timeout.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        kernel: Kernel,
        limits: Limits,
        printed: Printed,
        note: Callable[[str, str], None],
        **settings: Any,
    ) -> None:
        super().__init__(notebook, kernel.manager, **settings)
        self.kc = kernel.client
        self.kernel, self.limits, self.printed, self.note = kernel, limits, printed, note
        self.comm_open_handlers = {}
        self.name = ""
        self.heard_all = False

    def run(self, cell: NotebookNode, index: int, name: str) -> NotebookNode:
        """The cell with its outputs. Whatever goes wrong is an error among these.

        ``heard_all`` says afterwards whether all outputs have been received.
        """
        self.name = name
        self.printed.cell = 0
        self.heard_all = not cell.source.strip()
        self._display_id_map = {}
        self.output_hook_stack.clear()
        try:
            return self.execute_cell(cell, index, store_history=True)
        except Exception as error:
            if self.kernel.is_running():
                self.note(name, f"its kernel answered in an unknown way ({type(error).__name__})")
            cell.outputs.append(outputs.error("DeadKernelError", self.kernel.why_it_ended()))
            return cell

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        self.note(self.name, f"it ran longer than {timeout} s and was interrupted")
        return await super()._async_handle_timeout(timeout, cell)

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
