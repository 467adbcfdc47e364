"""Where the workers run: on this machine, in jobs of a batch system, or under a Dask scheduler that is there already.

A worker is a process with one thread, so that one submission is all that it can take with it. The clusters made here
talk through TLS with a certificate of their own: a Dask scheduler does what anybody who reaches its port asks for.
"""

import importlib
import logging
import shutil
import signal
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster, Security, SpecCluster

from grading.autograde.books import CannotGrade
from grading.isolation.host.repeating import repeated

BATCH_SYSTEMS = {"slurm": ("SLURMCluster", "sbatch"), "htcondor": ("HTCondorCluster", "condor_submit")}
CLUSTERS = ("local", *BATCH_SYSTEMS)
JOB_DEFAULTS = {"memory": "4 GiB", "disk": "4 GiB"}
SCHEDULER_TIMEOUT_S = 10
REPLACEMENT_INTERVAL_S = 20
NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
SETTINGS = {
    # The coordinator repeats the submission of a killed worker, alone; a scheduler would blame its neighbours, too.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # A worker is one core. (Dask tells NumPy's libraries so by itself.)
    "distributed.nanny.pre-spawn-environ.TF_NUM_INTRAOP_THREADS": 1,
    "distributed.nanny.pre-spawn-environ.TF_NUM_INTEROP_THREADS": 1,
    "distributed.comm.timeouts.connect": "60s",
    # A worker on a busy machine may be deaf for minutes.
    "distributed.comm.timeouts.tcp": "10 minutes",
}


@contextmanager
def workers(
    cluster: str,
    scheduler: str | None,
    count: int | None,
    shared: Path,
    scheduler_timeout_s: float = SCHEDULER_TIMEOUT_S,
) -> Iterator[tuple[Client, int]]:
    """A client of the workers, and how many there will be.

    count: how many to start, by default as many as this machine has cores. shared: a folder that jobs see, too.
    Raises CannotGrade if no scheduler answers at that address in time, or the batch system is not there.
    """
    warnings.filterwarnings("ignore", "Sending large graph")
    with dask.config.set(SETTINGS), ExitStack() as stack:
        if scheduler:
            try:
                client = stack.enter_context(Client(scheduler, timeout=scheduler_timeout_s))
            except (OSError, ValueError) as error:
                raise CannotGrade(f"No Dask scheduler answers at {scheduler}: {error}.") from None
            count = max(len(client.nthreads()), 1)
        else:
            count = count or CPU_COUNT
            made = _local(count) if cluster == "local" else _batch(cluster, count, shared)
            stack.enter_context(made)
            stack.enter_context(lost_workers_replaced(made, count))
            client = stack.enter_context(Client(made))
        yield client, count


def lost_workers_replaced(
    cluster: SpecCluster, count: int, every_s: float = REPLACEMENT_INTERVAL_S
) -> AbstractContextManager[None]:
    """Start again, from time to time, the workers that are gone: jobs that ended, processes that were given up."""
    return repeated(lambda: cluster.scale(count), every_s)


def _local(count: int) -> LocalCluster:
    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        dashboard_address=NO_DASHBOARD["dashboard_address"],
        scheduler_kwargs=NO_DASHBOARD,
        security=Security.temporary(),
        silence_logs=logging.CRITICAL,
    )


def _batch(system: str, count: int, shared: Path) -> SpecCluster:
    """One job a worker. Queue, account, memory and the like are taken from Dask's own ``jobqueue.yaml``."""
    name, command = BATCH_SYSTEMS[system]
    if not shutil.which(command):
        raise CannotGrade(f"There is no {command} on this machine: run this where you submit jobs.")
    before = signal.getsignal(signal.SIGINT)
    kind = getattr(importlib.import_module("dask_jobqueue"), name)
    signal.signal(signal.SIGINT, before)  # importing it takes Ctrl-C to itself
    needed = JOB_DEFAULTS if system == "htcondor" else {"memory": JOB_DEFAULTS["memory"]}
    wanted = {key: value for key, value in needed.items() if dask.config.get(f"jobqueue.{system}.{key}") is None}
    return kind(
        n_workers=count,
        cores=1,
        processes=1,
        security=Security.temporary(),
        shared_temp_directory=str(shared),
        scheduler_options=dict(dask.config.get(f"jobqueue.{system}.scheduler-options") or {}) | NO_DASHBOARD,
        silence_logs=logging.CRITICAL,
        **wanted,
    )
