"""Kernels that end, or are no longer kernels."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "the kernel ends in a cell",
        "Ends its process at once.",
        {"rapidity": "import os\nos._exit(0)"},
    ),
    Attack(
        "the kernel ends while a test waits",
        "The function that the test calls ends its process.",
        {
            "rapidity": """
                import os

                def pseudorapidity(theta):
                    os._exit(0)
            """
        },
    ),
    Attack(
        "a segmentation fault",
        "Reads memory at address zero.",
        {"rapidity": "import ctypes\nctypes.string_at(0)"},
    ),
    Attack(
        "the kernel told to stop",
        "Leaves by IPython's own exit.",
        {"rapidity": "get_ipython().kernel.do_shutdown(False)\nexit()"},
    ),
    Attack(
        "sockets closed",
        "Closes the sockets by which the kernel is spoken to.",
        {
            "scores": """
                kernel = get_ipython().kernel
                kernel.shell_stream.close()
                kernel.iopub_socket.close()
            """
        },
        alone=True,
    ),
    Attack(
        "messages that are none",
        "Sends bytes that are no Jupyter message to the grader.",
        {
            "scores": """
                socket = get_ipython().kernel.iopub_socket
                for parts in ([b"nonsense"], [b"", b"<IDS|MSG>", b"nonsense"], [b"\\xff" * 1000] * 7):
                    socket.send_multipart(parts)
            """
        },
        alone=True,
    ),
    Attack(
        "messages with forged content",
        "Sends well-formed messages whose content is not what their type promises.",
        {
            "scores": """
                kernel = get_ipython().kernel
                for kind in ("stream", "execute_result", "display_data", "error", "status", "clear_output"):
                    for content in ({}, {"data": 3}, {"name": [], "text": 5, "execution_state": None}):
                        kernel.send_response(kernel.iopub_socket, kind, content)
            """
        },
        alone=True,
    ),
    Attack(
        "an answer too long for its connection",
        "Answers the request to run a cell with 50 MB, so that the real answer never arrives.",
        {
            "scores": """
                kernel = get_ipython().kernel
                parent, identity = kernel.get_parent("shell"), kernel._parent_ident["shell"]
                content = {"status": "ok", "long": "x" * 50_000_000}
                kernel.session.send(kernel.shell_stream, "execute_reply", content, parent, identity)
            """
        },
        alone=True,
    ),
    Attack(
        "a test declared finished",
        "The function sends the message that its cell is done, and does not return.",
        {
            "scores": """
                import time

                def write_scores(values):
                    kernel = get_ipython().kernel
                    content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
                    parent, ident = kernel.get_parent("shell"), kernel._parent_ident["shell"]
                    kernel.session.send(kernel.shell_stream, "execute_reply", content, parent, ident)
                    kernel.send_response(kernel.iopub_socket, "status", {"execution_state": "idle"})
                    time.sleep(60)
            """
        },
        alone=True,
    ),
]
