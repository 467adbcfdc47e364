"""A hub of the course's configuration under one account, on the environment of the tests: it starts in seconds."""

import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from written_hub import put

from hub.layout import Hub
from hub.server_files import private_files, student_files
from hub.visitor import Visitor
from hub.write import PROXY, _install_proxy

LECTURER, ALICE, BOB = "lecturer", "alice", "bob"
KERNEL = "etc/ipython/ipython_kernel_config.py"
OWN = """
load_subconfig({configuration!r})
c.JupyterHub.bind_url = {address!r}
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.authenticator_class = "shared-password"
c.Authenticator.allow_all = False
c.Authenticator.allowed_users = {users!r}
c.SharedPasswordAuthenticator.user_password = {password!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.args = ["--allow-root"]
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class SmallHub:
    """A hub for a class, but for its authenticator and its spawner; ``more`` is configuration that follows."""

    folder: Path
    more: str = ""
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=secrets.token_urlsafe)
    program: subprocess.Popen | None = None

    def __post_init__(self) -> None:
        self.hub = Hub(self.folder, LECTURER, one_account=True)
        for name, text in private_files(self.hub).items():
            put(self.hub.private / name, text)
        _install_proxy(self.hub.private / PROXY)
        for environment in (self.hub.student, self.hub.teacher):
            environment.symlink_to(sys.prefix)
        for user in (ALICE, BOB):
            put(self.hub.homes / user / ".ipython/profile_default/ipython_kernel_config.py", self.kernels())
        own = OWN.format(
            configuration=str(self.hub.private / "jupyterhub_config.py"),
            address=self.address,
            hub=free_port(),
            proxy=free_port(),
            users={LECTURER, ALICE, BOB},
            password=self.password,
            homes=str(self.hub.homes),
        )
        put(self.folder / "own.py", own + self.more)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kernels(self) -> str:
        return student_files(self.hub)[KERNEL]

    def start(self) -> None:
        with (self.folder / "log").open("a") as log:
            command = [sys.executable, "-m", "jupyterhub", f"--config={self.folder / 'own.py'}"]
            self.program = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            assert self.program.poll() is None, (self.folder / "log").read_text()[-3000:]
            try:
                with urllib.request.urlopen(f"{self.address}/hub/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise TimeoutError((self.folder / "log").read_text()[-3000:])

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.program.send_signal(number)
        self.program.wait(60)

    def log_in(self, name: str) -> Visitor:
        visitor = Visitor(self.address, name, self.password)
        assert visitor.login.status == 200, visitor.login
        return visitor
