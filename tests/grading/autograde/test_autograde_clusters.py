"""Workers in the jobs of a batch system, which is played by a few lines of shell, and a scheduler that is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster
from toy_class import assert_soon, at_full_length, left_behind

from grading.autograde import clusters
from grading.autograde.books import CannotGrade
from grading.autograde.coordinator import grade_class

START = """#!{python}
import pathlib, re, shlex, subprocess, sys
script = pathlib.Path(sys.argv[-1]).read_text()
(pathlib.Path(__file__).parent / "script").write_text(script)
{command}
job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
print({answer!r}.format(job.pid))
"""
END = """#!/bin/sh
kill -- -"${1%.0}"
"""
SLURM = 'command = ["sh", "-c", script]'
HTCONDOR = """arguments = re.search('Arguments = "(.*)"', script)[1].replace('""', '"')
command = ["/bin/sh", *shlex.split(arguments)]"""
SYSTEMS = {
    "slurm": ("sbatch", "scancel", SLURM, "Submitted batch job {0}"),
    "htcondor": ("condor_submit", "condor_rm", HTCONDOR, "1 job(s) submitted to cluster {0}.\n{0}.0"),
}


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.mark.parametrize("system", ["slurm", pytest.param("htcondor", marks=at_full_length)])
def test_a_batch_system_grades_as_the_machine_itself(toys, tmp_path, monkeypatch, system):
    submit, cancel, command, answer = SYSTEMS[system]
    programs = tmp_path / "programs"
    programs.mkdir()
    program(programs / submit, START.format(python=sys.executable, command=command, answer=answer))
    program(programs / cancel, END)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    monkeypatch.chdir(toys.folder)
    toys.submit("alice")
    toys.submit("dan").write_text("{")
    interrupted = signal.getsignal(signal.SIGINT)
    report = grade_class("toys", toys.folder, cluster=system, count=1)
    assert signal.getsignal(signal.SIGINT) is interrupted
    assert (report.graded, list(report.failed)) == (["alice"], ["dan"])
    assert toys.scores() == {"alice": 7, "dan": 0}
    assert "--nthreads 1" in (programs / "script").read_text()
    assert "tls://" in (programs / "script").read_text()
    assert_soon(lambda: left_behind(str(toys.folder)) == [])


@at_full_length
def test_a_worker_that_is_lost_is_replaced(tmp_path):
    settings = {"distributed.deploy.lost-worker-timeout": "0.1s", "temporary-directory": str(tmp_path)}
    with (
        dask.config.set(clusters.SETTINGS | settings),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        clusters.lost_workers_replaced(cluster, 1, every_s=0.5),
        Client(cluster) as client,
    ):
        (lost,) = client.nthreads()
        client.retire_workers([lost], close_workers=True, remove=True)
        assert client.submit(len, "abc").result(timeout=300) == 3
        assert lost not in client.nthreads()


def test_a_scheduler_that_does_not_answer_is_named(tmp_path):
    nowhere = "tcp://127.0.0.1:9"
    with (
        pytest.raises(CannotGrade, match=f"No Dask scheduler answers at {nowhere}: "),
        clusters.workers("local", nowhere, None, tmp_path, scheduler_timeout_s=1),
    ):
        pass


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_missing_batch_system_is_named(toys, monkeypatch, system):
    toys.submit("alice")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotGrade, match=f"There is no {SYSTEMS[system][0]} on this machine"):
        grade_class("toys", toys.folder, cluster=system)


@at_full_length
def test_a_lost_scheduler_is_named(toys, tmp_path):
    address_file = tmp_path / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *options, "--scheduler-file", address_file],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert_soon(lambda: address_file.exists() and address_file.read_text().endswith("}"))
        address = json.loads(address_file.read_text())["address"]
        toys.submit("alice")
        coordinator = toys.command("--scheduler", address)
        assert_soon(lambda: (toys.folder / "autograded/.grading/unfinished/lesson.db").exists())
        time.sleep(5)
        scheduler.send_signal(signal.SIGKILL)
        _, complaints = coordinator.communicate(timeout=180)
    finally:
        scheduler.kill()
        scheduler.wait()
    assert coordinator.returncode == 2
    assert "autograde: The Dask scheduler was lost" in complaints
