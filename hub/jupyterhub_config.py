"""JupyterHub for the course. `hepdl hub write` puts this file beside the settings.json that it reads.

A configuration of your own may load it with `load_subconfig` and change what it likes, such as the authenticator.
"""

import json
import os
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


def enter_environment(spawner):
    """Start the instructor's server from the instructor's environment, and each other from the students'."""
    teaches = spawner.user.name == SETTINGS["instructor"]
    programs = FOLDER / ("instructor" if teaches else "student") / "bin"
    spawner.cmd = [str(programs / "jupyterhub-singleuser")]
    spawner.default_url = "/lab" if teaches else "/lab/tree/start.md"
    spawner.environment = {
        **SETTINGS["variables"],
        "PATH": os.pathsep.join([str(programs), "/usr/local/bin", "/usr/bin", "/bin"]),
    }


c.Spawner.pre_spawn_hook = enter_environment
c.Spawner.env_keep = ["LANG", "LC_ALL"]
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
