"""A program ends with all that it started: with Ctrl+C, a request to terminate, and when its starter is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from helpers.repository import ROOT

# A program that starts another in a session of its own, and a third that loses its parent.
STARTER = """
import subprocess, sys, time
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
apart = subprocess.Popen(sleeper, start_new_session=True)
shell = lambda *command: subprocess.run(["sh", "-c", *command], stdout=subprocess.PIPE, text=True).stdout.strip()
orphan = shell('trap "" TERM; "$@" > /dev/null & echo $!', "sh", *sleeper)
ended = shell("sleep 0.1 > /dev/null & echo $!")
print(apart.pid, orphan, ended, flush=True)
time.sleep(600)
"""
HOLDER = """
import sys
from pathlib import Path
from hub.processes import Stopped, running, stopped_by_signals, wait
with stopped_by_signals():
    try:
        with running([sys.executable, "-c", sys.argv[1]], {}, Path(sys.argv[2])) as program:
            print(program.pid, flush=True)
            wait(program)
    except Stopped:
        print("stopped", flush=True)
"""


@pytest.fixture
def holder(tmp_path):
    log = tmp_path / "log"
    command = [sys.executable, "-c", HOLDER, STARTER, log]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as program:
        program.log = log
        yield program
        if program.poll() is None:
            for process in psutil.Process(program.pid).children(recursive=True):
                process.kill()
            program.kill()


def numbers(holder) -> list[int]:
    program = int(holder.stdout.readline())
    until(lambda: len(holder.log.read_text().split()) == 3)
    return [program, *map(int, holder.log.read_text().split())]


def until(condition, seconds=60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def ended(number: int) -> bool:
    return not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are found on Linux alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all(holder, number):
    *running, gone = numbers(holder)
    until(lambda: not psutil.pid_exists(gone))  # and is no zombie
    assert all(map(psutil.pid_exists, running))
    holder.send_signal(number)
    assert holder.stdout.read() == "stopped\n"
    assert holder.wait(60) == 0
    assert all(map(ended, running))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a program that its parent died")
def test_the_program_ends_when_its_starter_is_killed(holder):
    program, *_ = running = numbers(holder)[:-1]
    holder.kill()
    until(lambda: ended(program))
    for left in running[1:]:  # those are the program's to end, as JupyterHub ends its servers
        Path(f"/proc/{left}").exists() and os.kill(left, signal.SIGKILL)
