"""The end of the hub that the other tests share: its name lets pytest play it after theirs."""
# ruff: noqa: F401, F811 (pytest finds fixtures by their names)

import pwd
import signal
import socket
import time

import psutil
import pytest
from running_trial import ALICE, BOB, LECTURER
from test_trial import alice, lecturer


def test_it_ends_and_leaves_nothing_running(trial, alice, lecturer):
    kernel = alice.post(alice.mine("api/kernels"))
    assert kernel.status == 201, kernel
    users = [pwd.getpwnam(name).pw_uid for name in (ALICE, BOB, LECTURER)]
    below = psutil.Process(trial.program.pid).children(recursive=True)
    assert len(below) >= 5  # hub, proxy, two servers, a kernel
    trial.program.send_signal(signal.SIGINT)
    assert trial.program.wait(120) == 0
    assert not [process for process in below if process.is_running()]
    assert not [process for process in psutil.process_iter() if process.uids().real in users]
    for name in (ALICE, BOB, LECTURER):
        with pytest.raises(KeyError):
            pwd.getpwnam(name)
    time.sleep(0.1)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", trial.port)) != 0
