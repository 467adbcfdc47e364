"""jupyter_client's manager and client of a kernel, for one that may send anything, and as much as it likes."""

import asyncio
import time
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

QUEUED_MESSAGES = 10
SEND_PATIENCE_S = 5


def bounded_context(message_bytes: int) -> zmq.asyncio.Context:
    """A context whose sockets take messages of so many bytes, queue `QUEUED_MESSAGES`, and wait as long to send.

    A longer message ends its connection (zmq_setsockopt(3), ZMQ_MAXMSGSIZE). A message that cannot be sent for
    `SEND_PATIENCE_S` seconds, as over a connection that has ended, raises `zmq.Again`.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, message_bytes)
    context.setsockopt(zmq.RCVHWM, QUEUED_MESSAGES)
    context.setsockopt(zmq.SNDTIMEO, 1000 * SEND_PATIENCE_S)
    return context


class SandboxedKernelManager(AsyncKernelManager):
    """Manages what a provisioner has started; writes no connection file, because nobody is to read it."""

    kernel_spec = KernelSpec(argv=[], language="python", interrupt_mode="message")

    def write_connection_file(self, **kwargs: Any) -> None:
        """Write none."""

    async def _async_interrupt_kernel(self) -> None:
        """Interrupt by message, over a new connection: a reply that was too long has ended the one before."""
        self._close_control_socket()
        await super()._async_interrupt_kernel()

    interrupt_kernel = _async_interrupt_kernel


class Channel(AsyncZMQSocketChannel):
    """Passes over whatever is no Jupyter message."""

    # As AsyncZMQSocketChannel's own, which is declared as an override of a method that is not async.
    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]
        """The next Jupyter message; raises `queue.Empty` if none comes within so many seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if end is None else max(0, end - time.monotonic())
            try:
                message = await super().get_msg(left)
            except (Empty, asyncio.CancelledError, zmq.ZMQError):
                raise
            except Exception:
                continue
            if _is_message(message):
                return message


def _is_message(message: Any) -> bool:
    parts = ("header", "parent_header", "content", "metadata")
    return (
        isinstance(message, dict)
        and all(isinstance(message.get(part), dict) for part in parts)
        and isinstance(message.get("msg_type"), str)
    )


class Client(AsyncKernelClient):
    """Talks to a kernel over a shell and an iopub channel."""

    shell_channel_class = Type(Channel)
    iopub_channel_class = Type(Channel)

    def connect_again(self, channel: str) -> None:
        """Make a connection, "shell" or "iopub", anew: a message that is too long has ended it."""
        getattr(self, f"{channel}_channel").stop()
        setattr(self, f"_{channel}_channel", None)
        getattr(self, f"{channel}_channel").start()
