"""Kernels that a server forks are as much alone as kernels that are started one by one."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from isolated import errors, printed, run

from grading.isolation.box import sandbox
from grading.isolation.warm import forking

pytestmark = pytest.mark.usefixtures("sandboxed")

COURSE_FOLDERS = [str(sandbox.COURSE), str(sandbox.ISOLATION.parent), str(sandbox.ISOLATION)]
LOOK_AROUND = f"""
import os, socket
places = ["/tmp", "/tmp/home", "/dev", "/dev/shm", os.getcwd(), *{COURSE_FOLDERS!r}]
print([(place, sorted(os.listdir(place)), os.access(place, os.W_OK)) for place in places])
print(os.getuid(), os.getgid(), socket.gethostname(), os.getcwd(), len([n for n in os.listdir("/proc") if n.isdigit()]))
rights = [line.split() for line in open("/proc/self/status") if line.startswith(("CapPrm", "CapEff", "NoNewPrivs"))]
print(rights, os.system("unshare --user true 2>/dev/null") != 0)
"""


def test_nothing_leans_on_forking():
    """A grader that is told to start each kernel as a new process does not even import the server's client."""
    grader = textwrap.dedent(f"""
        import sys
        sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(sandbox.COURSE)!r}]
        from isolated import errors, run
        notebook = run(["x = 3", ("right", "assert x == 3"), ("wrong", "assert x == 4")], forked=False)
        assert errors(notebook).keys() == {{"wrong"}}
        print([name for name in sys.modules if name.startswith("grading.isolation.warm")])
    """)
    assert subprocess.run([sys.executable, "-c", grader], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_forked_kernel_sees_what_any_other_does():
    assert forking.server(), "this machine lets no server separate its kernels"
    forked = printed(run([LOOK_AROUND]))
    assert forked == printed(run([LOOK_AROUND], forked=False))
    assert "['CapEff:', '0000000000000000']" in forked and "['NoNewPrivs:', '1']] True" in forked


def test_one_submission_leaves_nothing_to_the_next():
    leave = """
        import numpy as np, os, socket, subprocess
        for folder in ("/tmp", "/dev/shm", "/tmp/home", "."):
            open(f"{folder}/left", "w").write("the answer")
        server = socket.socket(socket.AF_UNIX)
        server.bind("\\0left")
        server.listen()
        subprocess.Popen(["sleep", "1000"], start_new_session=True)
        np.random.seed(1)
        np.left = "the answer"
    """
    find = """
        import numpy as np, os, socket
        print([f for f in ("/tmp", "/dev/shm", "/tmp/home", ".") if os.path.exists(f"{f}/left")], hasattr(np, "left"))
        print(socket.socket(socket.AF_UNIX).connect_ex("\\0left"), os.system("pgrep sleep") != 0)
    """
    run([leave])
    assert printed(run([find])) == "[] False\n111 True\n"


def test_kernels_do_not_share_the_numbers_that_nobody_seeded():
    draw = "import numpy as np, random\nprint(np.random.random(), random.random())"
    first, second = (printed(run([draw])).split() for _ in range(2))
    assert first[0] != second[0] and first[1] != second[1]


def test_a_figure_is_shown_as_ever():
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    forked = run([draw]).cells[0].outputs
    alone = run([draw], forked=False).cells[0].outputs
    assert [output.output_type for output in forked] == ["display_data"]
    assert forked[0].data == alone[0].data


def test_a_forked_kernel_has_threads_where_its_libraries_expect_them():
    """Pandas lets numexpr compute with large frames, in threads that numexpr started as it was imported."""
    frame = "import numpy as np, pandas as pd\nframe = pd.DataFrame({'x': np.arange(2_000_000.0)})"
    assert (
        errors(run([frame, "total = (frame ** 2 + frame).sum().sum()", ("test", "assert total > 0")], timeout=30)) == {}
    )


def test_a_server_that_has_ended_is_replaced():
    forking.server().process.kill()
    forking.server().process.wait()
    assert errors(run(["x = 3", ("test", "assert x == 3")])) == {}
    assert errors(run(["x = 3", ("test", "assert x == 3")])) == {}
    assert forking.server().process.poll() is None


def test_what_a_kernel_computes_is_counted(tmp_path):
    """By benchmarks.class_grading, which adopts what outlives its parent: bubblewrap waits for nothing it started."""
    measure = """
        import ctypes, os, sys
        from benchmarks import class_grading
        ctypes.CDLL(None).prctl(class_grading.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        grader = "from isolated import run; run(['import time\\\\nwhile time.process_time() < {}: pass'])"
        for seconds in (0, 8):
            print(class_grading.measured([sys.executable, "-c", grader.format(seconds)], ".", dict(os.environ))[1])
    """
    environment = os.environ | {"PYTHONPATH": f"{Path(__file__).parent}:{sandbox.COURSE}"}
    command = [sys.executable, "-c", textwrap.dedent(measure)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    short, long = map(float, said.split())
    # Two starts differ by less than four seconds of computing, on a busy machine, too.
    assert long - short > 4


def test_nothing_outlives_a_grader_that_is_killed(tmp_path):
    started = tmp_path / "started"
    grader = textwrap.dedent(f"""
        import sys, pathlib
        sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(sandbox.COURSE)!r}]
        from isolated import run
        run(["x = 3"])
        pathlib.Path({str(started)!r}).touch()
        run(["import time; time.sleep(1000)"])
    """)
    process = psutil.Process(subprocess.Popen([sys.executable, "-c", grader]).pid)
    until = time.monotonic() + 600
    while not started.exists() or len(process.children(recursive=True)) < 6:
        assert process.is_running() and time.monotonic() < until
        time.sleep(0.1)
    family = process.children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    assert psutil.wait_procs(family, timeout=300)[1] == []
