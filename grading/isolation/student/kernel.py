"""The kernel of the student's cells, inside the sandbox."""

import socket
import sys

from grading.isolation.box import kernel_app
from grading.isolation.student import serving


def main(told: dict) -> None:
    kernel_app.limit_resources(told["limits"])

    def prepare(app: kernel_app.KernelApp) -> None:
        serving.connection = socket.socket(fileno=told["sockets"]["bridge"])
        sys.path.insert(0, "")
        sys.argv[1:] = []

    kernel_app.run(told, prepare=prepare)


if __name__ == "__main__":
    main(kernel_app.settings())
