"""nbval's comparison of the solution notebooks with their stored outputs, of the run that also judges submissions.

nbval collects the cells, compares and says what differs; only its kernel is replaced, by one that repeats what
submissions/harness.py has taken down. A notebook whose tests are run without this plugin has a kernel of nbval's own.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

HERE = Path(__file__).resolve().parent
SOLUTIONS = HERE.parent / "solutions"


class RecordedKernel:
    """What nbval asks a kernel for, answered from the record of a run: the outputs of each code cell."""

    def __init__(self, outputs: list[list[dict]]) -> None:
        self._outputs = outputs
        self.position = 0

    def is_alive(self) -> bool:
        return True

    def execute_cell_input(self, source: str, allow_stdin: bool = False) -> str:
        """Begin to repeat the outputs of the cell at ``position``; the number of the request."""
        number = str(self.position)
        outputs = [(output["output_type"], output) for output in self._outputs[self.position]]
        messages = [*outputs, ("status", {"execution_state": "idle"})]
        self._messages = iter(
            {"msg_type": kind, "content": content, "parent_header": {"msg_id": number}} for kind, content in messages
        )
        return number

    def get_message(self, stream: str, timeout: float | None = None) -> dict:
        return next(self._messages)

    def await_reply(self, number: str, timeout: float | None = None) -> None:
        pass

    def await_idle(self, number: str, timeout: float) -> None:
        pass

    def stop(self) -> None:
        pass


class SolutionCell(IPyNbCell):
    """A code cell of a solution."""

    def runtest(self) -> None:
        self.parent.kernel.position = self.cell_num
        super().runtest()


class SolutionNotebook(IPyNbFile):
    """A solution notebook."""

    def setup(self) -> None:
        import harness  # it takes a second, which other tests need not wait for

        self.kernel = RecordedKernel(harness.run(self.path.parent.name, self.path.stem).outputs)
        self.setup_sanitize_files()

    def collect(self) -> Iterator[SolutionCell]:
        for item in super().collect():
            yield SolutionCell.from_parent(
                self, name=item.name, cell_num=item.cell_num, cell=item.cell, options=item.options
            )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[None]:
    collected = yield
    return [
        SolutionNotebook.from_parent(parent, path=file_path)
        if isinstance(file, IPyNbFile) and file_path.is_relative_to(SOLUTIONS)
        else file
        for file in collected
    ]


sys.path.append(str(HERE / "submissions"))
