"""The kernel of the student's cells, inside the sandbox."""

import socket
import sys
from typing import Any

from grading.isolation.box import kernel_app
from grading.isolation.student import serving


def main(configuration: dict[str, Any]) -> None:
    """Be the kernel. configuration: the "limits" of the process, the "sockets", and what ``kernel_app`` takes."""
    kernel_app.limit_resources(configuration["limits"])

    def prepare(app: kernel_app.KernelApp) -> None:
        serving.connection = socket.socket(fileno=configuration["sockets"]["bridge"])
        sys.path.insert(0, "")
        sys.argv[1:] = []

    kernel_app.run(configuration, prepare=prepare)


if __name__ == "__main__":
    main(kernel_app.settings())
