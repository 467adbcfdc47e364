"""A class of made-up students on a hub: all log in at once, fetch Exercise 1, run it and submit, as browsers would."""

import hashlib
import json
import os
import re
import shutil
import statistics
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from helpers.repository import ROOT
from hub import trial
from hub.layout import Hub, HubError
from hub.processes import Stopped, stopped_by_signals
from hub.trial import Served
from hub.visitor import Visitor

ASSIGNMENT, NOTEBOOK = "ex1_uproot", "uproot_basics.ipynb"
SECONDS = 600
"""How long the class may take."""


@dataclass(frozen=True)
class Played:
    """What became of a student: seconds from the log-in to a usable JupyterLab and to the submission, and bytes taken.

    failure: why the student did not come to the end; empty if all went well.
    """

    name: str
    lab: float = 0.0
    submitted: float = 0.0
    memory: int = 0
    failure: str = ""


def run(folder: Path | None, n_students: int, port: int, report: Callable[[str], None] = print) -> int:
    """Let the class work and report in a table; the status to exit with, 1 for any failure. Raises HubError."""
    if not 1 <= n_students <= 999:
        raise HubError(f"{n_students} students cannot be played: choose 1 to 999")
    hub = trial.hub_to_try(folder, tuple(f"hepdl-load{number:03d}" for number in range(1, n_students + 1)))
    with stopped_by_signals():
        try:
            _forget(hub)
            with trial.served(hub, port, [ASSIGNMENT], report) as served:
                report(f"{n_students} students log in.")
                with ThreadPoolExecutor(n_students) as pool:
                    played = list(pool.map(lambda name: _play(served, hub, name), hub.students))
                collected = _collected(served, hub)
        except Stopped:
            report("Stopping.")
            return 1
        finally:
            _forget(hub)
    for line in table(played, collected):
        report(line)
    failed = any(student.failure for student in played) or collected != set(hub.students)
    return int(failed or max(student.submitted for student in played) > SECONDS)


def table(played: list[Played], collected: set[str]) -> list[str]:
    """The lines of the report."""
    well = [student for student in played if not student.failure]
    cores, memory = len(os.sched_getaffinity(0)), psutil.virtual_memory().total / 1e9
    lines = [f"{len(played)} students, {cores} cores, {memory:.0f} GB (what plays them takes its share)"]
    if well:
        lines += [
            f"time to a usable Lab      {_spread([student.lab for student in well], 's')}",
            f"time to the submission    {_spread([student.submitted for student in well], 's')}",
            f"memory a student          {_spread([student.memory / 1e6 for student in well], 'MB')}",
        ]
    lines.append(f"failures                  {len(played) - len(well) or 'none'}")
    lines += [f"  {student.name}: {student.failure}" for student in played if student.failure]
    return [*lines, f"collected exactly once    {len(collected)} of {len(played)}"]


def _spread(values: list[float], unit: str) -> str:
    ordered = sorted(values)
    high = ordered[max(0, -(-95 * len(ordered) // 100) - 1)]
    return f"median {statistics.median(values):.0f} {unit}, 95 % {high:.0f} {unit}, largest {ordered[-1]:.0f} {unit}"


def _forget(hub: Hub) -> None:
    """Remove what an earlier class left."""
    course = hub.homes / hub.instructor / "hepdl"
    places = (hub.homes, course / "submitted", hub.exchange / hub.course_id / "inbound")
    for place in places:
        for left in place.glob("hepdl-load[0-9][0-9][0-9]*"):
            shutil.rmtree(left)


def _play(served: Served, hub: Hub, name: str) -> Played:
    begun = time.monotonic()
    try:
        visitor = Visitor(served.address, name, served.passwords[name])
        _open_lab(visitor)
        lab = time.monotonic() - begun
        _succeeds(visitor.post(visitor.mine("assignments/fetch"), course_id=hub.course_id, assignment_id=ASSIGNMENT))
        memory = _work(visitor)
        _succeeds(visitor.post(visitor.mine("assignments/submit"), course_id=hub.course_id, assignment_id=ASSIGNMENT))
        return Played(name, lab, time.monotonic() - begun, memory)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Played(name, failure=f"{type(error).__name__} in {where.name}: {str(error)[:300]}")


def _succeeds(answer: Any) -> Any:
    """What an answer of the server holds. Raises RuntimeError if it is no success."""
    value = answer.json if answer.status < 300 else {}
    if answer.status >= 300 or value.get("success") is False:
        raise RuntimeError(f"{answer.status} {answer.text[-300:]}")
    return value


def _open_lab(visitor: Visitor) -> None:
    """Start the server and load what JupyterLab needs before somebody can work in it."""
    visitor.spawn()
    page = visitor.get(visitor.mine("lab"))
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', page.text)
    for path in [*scripts, visitor.mine("api/kernelspecs"), visitor.mine("api/contents")]:
        answer = visitor.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")


def _work(visitor: Visitor) -> int:
    """Answer the notebook, run each cell, save it; the memory that server and kernel take together, in bytes."""
    path = visitor.mine(f"api/contents/{ASSIGNMENT}/{NOTEBOOK}")
    notebook = _succeeds(visitor.get(path))["content"]
    answers = _answers()
    with visitor.kernel(ASSIGNMENT) as kernel:
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code":
                continue
            cell["source"] = answers.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"])
            cell["outputs"] = kernel.run(cell["source"])
            for output in cell["outputs"]:
                output.pop("transient", None)
                if output["output_type"] == "error":
                    raise RuntimeError(f"{output['ename']} {output['evalue']}")
        memory = _memory_of(visitor.name)
    _succeeds(visitor.put(path, {"type": "notebook", "format": "json", "content": notebook}))
    return memory


def _answers() -> dict[str, str]:
    """The solution's code by the name of the cell."""
    solution = json.loads((ROOT / "solutions" / ASSIGNMENT / NOTEBOOK).read_text())
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: re.sub("### (BEGIN|END) SOLUTION", "", "".join(cell["source"]))
        for cell in solution["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
    }


def _memory_of(user: str) -> int:
    """Memory of a user's server and kernels; what processes share is divided among them (PSS)."""
    taken = 0
    for process in psutil.process_iter():
        try:
            if process.environ().get("JUPYTERHUB_USER") == user:
                taken += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return taken


def _collected(served: Served, hub: Hub) -> set[str]:
    """The students who handed in once, and whose work the instructor now has as it was handed in.

    Of others' submissions, which lie there from earlier, the instructor may be told that they cannot be collected.
    """
    lecturer = Visitor(served.address, hub.instructor, served.passwords[hub.instructor])
    lecturer.spawn()
    lecturer.post(lecturer.mine(f"formgrader/api/assignment/{ASSIGNMENT}/collect"))
    inbound = hub.exchange / hub.course_id / "inbound"
    return {
        name
        for name in hub.students
        if len(list(inbound.glob(f"{name}+{ASSIGNMENT}+*"))) == 1
        and _sum(hub.course / "submitted" / name / ASSIGNMENT / NOTEBOOK)
        == _sum(hub.homes / name / ASSIGNMENT / NOTEBOOK)
        != ""
    }


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
