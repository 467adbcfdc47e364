"""What a submission uses as a whole is bounded, wherever it keeps it, and others get their share of the processors."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from isolated import printed, run

from grading.cells import incidents
from grading.isolation.box.limits import Limits
from grading.isolation.box.watch import Watch, family

pytestmark = pytest.mark.usefixtures("sandboxed")

SMALL = replace(Limits(), memory_bytes=350 * 10**6, files=1000)
KEEP = {
    "sockets": ("import socket\nkept = [socket.socketpair() for _ in range(480)]", "GB of memory"),
    "pipes": ("import os\nkept = [os.pipe() for _ in range(480)]", "GB of memory"),
    "files in /tmp": ("open('kept', 'wb').write(bytes(240 * 10**6))", "GB of memory"),
    "files in /dev/shm": ("open('/dev/shm/kept', 'wb').write(bytes(240 * 10**6))", "GB of memory"),
    "empty files": ("for number in range(2000): open(f'/tmp/{number}', 'w').close()", "more than 1000 files"),
}
CROWD = """
import os, time
end = time.monotonic() + 20
for number in range({number}):
    if os.fork() == 0:
        if number % 2:
            os.setsid()
        while time.monotonic() < end:
            pass
        os._exit(0)
time.sleep(20)
"""


@pytest.mark.parametrize("kept", KEEP)
def test_what_is_kept_beside_processes_counts(kept):
    code, said = KEEP[kept]
    notebook = run([f"{code}\nimport time\ntime.sleep(5)\nprint('kept')"], limits=SMALL)
    assert printed(notebook) == ""
    assert any(said in incident["what"] for incident in incidents.of(notebook))
    (output,) = notebook.cells[0].outputs
    assert said in output.evalue, "nothing else is said of the cell, such as that it printed too much"


@pytest.mark.parametrize(("number", "crowds"), [(12, True), (3, False)])
def test_many_that_compute_at_once_give_way(number, crowds):
    with subprocess.Popen([sys.executable, "-c", CROWD.format(number=number)]) as process:
        watch = Watch(process, Limits(), print)
        watch.start()
        end = time.monotonic() + (60 if crowds else 4)
        priorities: set[int] = set()
        while priorities != {19} and time.monotonic() < end:
            time.sleep(0.1)
            priorities = {os.getpriority(os.PRIO_PROCESS, member.pid) for member in family(process.pid)}
        watch.stop()
        for member in family(process.pid):
            member.kill()
    assert watch.crowds == crowds
    assert (priorities == {19}) == crowds
