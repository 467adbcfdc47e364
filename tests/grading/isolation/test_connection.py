"""What a kernel may send to the grader is bounded on each connection, whoever makes it."""

import asyncio
from queue import Empty

import pytest
import zmq
from jupyter_client.session import Session

from grading.isolation.host.connection import Channel, Client, SandboxedKernelManager, bounded_context

BOUND = 1000


@pytest.fixture
def context():
    with bounded_context(BOUND) as made:
        yield made
        made.destroy(linger=0)


def test_each_connection_is_bounded(context, tmp_path):
    address = {"transport": "ipc", "ip": f"{tmp_path}/port", "shell_port": 1, "iopub_port": 2, "control_port": 3}
    manager = SandboxedKernelManager(context=context, client_factory=Client)
    manager.load_connection_info(address)
    client = manager.client(context=context)
    for made in (client.connect_shell(), client.connect_iopub(), manager.connect_control()):
        assert (made.maxmsgsize, made.rcvhwm, made.sndtimeo) == (BOUND, 10, 5000)


def test_what_is_no_jupyter_message_is_passed_over(context):
    async def heard() -> list[str]:
        kernel, ours = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        kernel.bind("inproc://kernel")
        ours.connect("inproc://kernel")
        session = Session(key=b"secret")
        channel = Channel(ours, session)
        odd = session.msg("odd", content={})
        await kernel.send_multipart([b"garbage"])
        await kernel.send_multipart([b"<IDS|MSG>", b"forged", b"{}", b"{}", b"{}", b"{}"])
        for part in ("header", "content", "parent_header", "metadata"):
            session.send(kernel, odd | {part: [1]} if part != "content" else odd | {part: "text"})
        session.send(kernel, "stream", {"name": "stdout"})
        found = [(await channel.get_msg(timeout=5))["msg_type"]]
        with pytest.raises(Empty):
            await channel.get_msg(timeout=0.1)
        return found

    assert asyncio.run(heard()) == ["stream"]
