"""JupyterHub for the course. `hepdl hub write` puts this file beside the settings.json that it reads.

A configuration of your own may load it with `load_subconfig` and change what it likes, such as the authenticator.
"""

import itertools
import json
import math
import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "settings.json").read_text())
FOLDER = HERE.parent

c = get_config()  # noqa: F821 (traitlets puts it into this file's namespace)

c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = f"sqlite:///{HERE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(HERE / "cookie_secret")
c.ConfigurableHTTPProxy.command = [str(HERE / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy")]
c.ConfigurableHTTPProxy.pid_file = str(HERE / "proxy.pid")

c.Authenticator.admin_users = {SETTINGS["instructor"]}
if SETTINGS["students"]:
    c.JupyterHub.authenticator_class = "shared-password"
    c.Authenticator.allowed_users = {SETTINGS["instructor"], *SETTINGS["students"]}
    c.SharedPasswordAuthenticator.user_password = os.environ["HEPDL_STUDENTS_PASSWORD"]
    c.SharedPasswordAuthenticator.admin_password = os.environ["HEPDL_INSTRUCTOR_PASSWORD"]
else:
    c.Authenticator.allow_all = True
if SETTINGS["one_account"]:
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(FOLDER / "home" / "{username}")


# A server that nobody used for so long is ended; its files stay.
IDLE_SECONDS = 7200
c.JupyterHub.services = [
    {"name": "culler", "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}"]}
]
c.JupyterHub.load_roles = [
    {
        "name": "culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["culler"],
    }
]
# The servers of a class go on while the hub is restarted; a hub to try takes all with it.
c.JupyterHub.cleanup_servers = bool(SETTINGS["students"])

# What each process of a student's server may take, and a server's cores; docs/hub.md has the numbers.
c.Spawner.mem_limit = "4G"
c.Spawner.cpu_limit = 2
MEMORY_TO_SAY_SO = 256 << 20
PROCESSES = 1000
turns = itertools.count()


def within_limits(spawner):
    """The words before a command that start it within the spawner's limits. They hold without systemd or containers."""
    words = []
    if spawner.mem_limit and shutil.which("prlimit"):
        words += ["prlimit", f"--data={spawner.mem_limit}:{spawner.mem_limit + MEMORY_TO_SAY_SO}", "--core=0"]
        words += [] if SETTINGS["one_account"] else [f"--nproc={PROCESSES}"]
    if spawner.cpu_limit and shutil.which("taskset"):
        cores, wanted = sorted(os.sched_getaffinity(0)), math.ceil(spawner.cpu_limit)
        first = next(turns) * wanted
        chosen = {cores[number % len(cores)] for number in range(first, first + wanted)}
        words += ["taskset", "--cpu-list", ",".join(map(str, sorted(chosen)))]
    return words


def enter_environment(spawner):
    """Start the instructor's server from the instructor's environment, and each other from the students', in limits."""
    teaches = spawner.user.name == SETTINGS["instructor"]
    programs = FOLDER / ("instructor" if teaches else "student") / "bin"
    if teaches:
        spawner.mem_limit = spawner.cpu_limit = None
    spawner.cmd = [*within_limits(spawner), str(programs / "jupyterhub-singleuser")]
    spawner.default_url = "/lab" if teaches else "/lab/tree/start.md"
    spawner.environment = {
        **SETTINGS["variables"],
        "PATH": os.pathsep.join([str(programs), "/usr/local/bin", "/usr/bin", "/bin"]),
    }


c.Spawner.pre_spawn_hook = enter_environment
c.Spawner.env_keep = ["LANG", "LC_ALL"]
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
