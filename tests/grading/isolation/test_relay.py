"""A message of endless parts costs the grader no memory, and messages of usual sizes pass."""

import contextlib
import struct
import threading

import psutil
import pytest
import zmq

from grading.isolation.host.connection import bounded_context
from grading.isolation.host.provisioner import _listening
from grading.isolation.host.relay import MORE, Messages, TooLong, passed_on

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + bytes(52)
BOUND = 10_000


def part(content, flags=0, long=False):
    return struct.pack(">BQ", flags | 2, len(content)) + content if long else bytes([flags, len(content)]) + content


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_messages_that_are_short_enough_pass(step):
    counted, stream = Messages(BOUND), GREETING
    stream += part(b"\x05READY", flags=4)
    stream += 50 * (part(bytes(200), MORE) + part(bytes(3000), MORE, long=True) + part(b""))
    for start in range(0, len(stream), step):
        counted.count(stream[start : start + step])


@pytest.mark.parametrize(
    "stream",
    [
        GREETING + part(bytes(BOUND), long=True),
        GREETING + struct.pack(">BQ", 3, 2**63),
        GREETING + 100 * part(bytes(100), MORE),
        GREETING + 100 * part(b"", MORE),
        GREETING + 100 * (part(bytes(100), MORE) + part(b"\x04PING", flags=4)),
        GREETING + 100 * part(b"\x04PING", flags=5),
        b"\xff" + bytes(8) + b"\x7f\x01\x01" + bytes(1000),
        b"\x01\x00" + bytes(1000),
    ],
    ids=["long", "longer than all", "parts", "empty parts", "commands between", "commands", "ZMTP 2", "ZMTP 1"],
)
def test_messages_that_are_too_long_end_the_connection(stream):
    with pytest.raises(TooLong):
        Messages(BOUND).count(stream)


def test_zeromq_speaks_what_is_counted(tmp_path):
    outer, context = tmp_path / "outer", zmq.Context()
    kernel, grader = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    kernel.bind(f"ipc://{tmp_path}/inner")
    end = passed_on(_listening(str(outer)), tmp_path / "inner", BOUND)
    grader.connect(f"ipc://{outer}")
    grader.send_multipart([b"ask", b""])
    who, *_ = kernel.recv_multipart()
    kernel.send_multipart([who, b"first", b"x" * 5000])
    assert grader.recv_multipart() == [b"first", b"x" * 5000]
    kernel.send_multipart([who, *[b"y" * 500] * 30])
    assert grader.poll(500) == 0
    end()
    context.destroy(linger=0)


def send_endless_parts(listening):
    """Be a kernel that speaks ZMTP 3 up to a message of 400 MB in parts of 1 MB."""
    connection = listening.accept()[0]
    with connection, contextlib.suppress(OSError):
        connection.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32))
        ready = b"\x05READY" + b"\x0bSocket-Type" + struct.pack(">I", 6) + b"ROUTER"
        connection.sendall(part(ready, flags=4))
        for _ in range(400):
            connection.sendall(part(bytes(10**6), MORE, long=True))


@pytest.mark.parametrize("relayed", [True, False])
def test_a_message_of_endless_parts_does_not_fill_the_graders_memory(tmp_path, relayed):
    """Without the relay it does, so that a ZeroMQ that bounds messages itself is noticed."""
    grader, peak = psutil.Process(), [0]
    kernel = _listening(f"{tmp_path}/kernel")
    sending = threading.Thread(target=send_endless_parts, args=(kernel,))
    sending.start()
    with bounded_context(BOUND * 1000) as context:
        end = passed_on(_listening(f"{tmp_path}/outer"), tmp_path / "kernel", BOUND * 1000)
        before = grader.memory_info().rss
        heard = context.socket(zmq.DEALER)
        heard.connect(f"ipc://{tmp_path}/{'outer' if relayed else 'kernel'}")
        while sending.is_alive():
            peak.append(grader.memory_info().rss - before)
            sending.join(0.02)
        end()
        context.destroy(linger=0)
    assert (max(peak) < 100e6) == relayed, f"the grader grew by {max(peak) / 1e6:.0f} MB"
