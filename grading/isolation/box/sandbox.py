"""The sandbox of a process: bubblewrap, started by an ordinary user.

Inside there is no network, no other process, and of the file system only the system's programs, the Python environment,
``helpers``, ``data`` and this package's own code, all read-only, beside a private temporary folder of limited size.
What namespaces do not divide, ``system_calls`` refuses.

As root the sandbox is entered as nobody. Nobody may not be allowed to look into the folders that hold the environment,
so they are bound into a mount namespace of their own first.
"""

import functools
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grading.isolation.box import system_calls
from grading.isolation.box.limits import NEW, Limits
from helpers.repository import ROOT

UNSANDBOXED = "HEPDL_UNSANDBOXED"
COURSE = ROOT
ISOLATION = COURSE / "grading" / "isolation"
EXAMINER_CODE = (ISOLATION.parent / "__init__.py", ISOLATION)
STUDENT_CODE = (
    ISOLATION.parent / "__init__.py",
    ISOLATION / "__init__.py",
    ISOLATION / "box" / "__init__.py",
    ISOLATION / "box" / "kernel_app.py",
    ISOLATION / "student",
    ISOLATION / "wire",
)
SCRATCH = "/tmp"
HOME = "/tmp/home"
WORK = "/tmp/home/work"
# A notebook of the course finds the data two folders up, and so does its copy in the working folder.
DATA = "/tmp/data"
# Each sandbox mounts its own file system there, which no other process sees; so they can share the empty folder.
STAGE = "/run/hepdl-stage"
NOBODY = "65534"
INSIDE_ID = "1000"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32")
SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/fonts",
)
PASSED_ON = ("HEPDL_DATA", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
# The folders under $1… up to -- are bound, in this order, to numbered places in the folder $0.
AS_NOBODY = f"""
mkdir -p "$0" && mount -t tmpfs -o mode=755 stage "$0" || exit 1
number=0
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "$0/$number"; else : > "$0/$number"; fi
  mount --bind "$1" "$0/$number" || exit 1
  number=$((number + 1)); shift
done
shift
exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups -- "$@"
"""


class NoSandbox(Exception):
    """Why this machine cannot make a sandbox, and what to do, in a sentence."""


def wanted() -> bool:
    """Whether submissions are to be sandboxed: always, unless HEPDL_UNSANDBOXED is 1."""
    return os.environ.get(UNSANDBOXED, "") not in ("1", "true", "yes")


@functools.cache
def require() -> None:
    """Raise NoSandbox unless a sandbox can be made here; tried once in a process."""
    way_out = f"or set {UNSANDBOXED}=1 to grade without one: the students' code then runs in your account"
    missing = [name for name in ("bwrap", *_as_root("unshare", "setpriv", "mount")) if shutil.which(name) is None]
    if missing:
        raise NoSandbox(
            f"Submissions are graded in a sandbox, but {' and '.join(missing)} cannot be found: install it "
            f"(on Debian and Ubuntu: apt install bubblewrap), {way_out}."
        )
    try:
        with filter_file() as filtered:
            command = Sandbox([], Limits()).command([sys.executable, "-c", "import numpy, helpers"], filtered=filtered)
            tried = subprocess.run(
                command, capture_output=True, text=True, stdin=subprocess.DEVNULL, pass_fds=[filtered]
            )
    except system_calls.NoFilter as reason:
        raise NoSandbox(
            f"Submissions are graded in a sandbox, in which {reason}: use another one, {way_out}."
        ) from None
    if tried.returncode:
        said = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NoSandbox(
            f"Submissions are graded in a sandbox, but this machine refuses to make one ({said}): allow user namespaces"
            " (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0) and"
            f" let others read the course's environment, {way_out}."
        )


@contextmanager
def filter_file() -> Iterator[int]:
    """A descriptor of a file that holds the filter of system calls, for `Sandbox.command`. Raises NoFilter."""
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(system_calls.program())
        file.seek(0)
        yield file.fileno()


def _as_root(*names: str) -> tuple[str, ...]:
    return names if os.geteuid() == 0 else ()


class Sandbox:
    """One sandbox for one process and all that it starts.

    code: further files or folders of the course that it may read, below the course's folder. divided: whether its
    process may make namespaces within it, and finds an empty folder NEW to do so.
    """

    def __init__(self, code: Iterable[Path], limits: Limits, divided: bool = False) -> None:
        self.code, self.limits, self.divided = list(code), limits, divided

    def command(
        self, command: Sequence[str], files: Sequence[tuple[int, str]] = (), filtered: int | None = None
    ) -> list[str]:
        """What to execute. files: descriptors of open files, and what their copies in the work folder are called.

        filtered: the descriptor of a `filter_file`; without one, all system calls are there.
        """
        readable = self.readable()
        seen_as = {path: f"{STAGE}/{number}" for number, path in enumerate(readable)} if os.geteuid() == 0 else {}
        bubblewrap = [
            *("bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"),
            *(("--dir", NEW) if self.divided else ("--disable-userns",)),
            *("--cap-drop", "ALL", "--clearenv", "--uid", INSIDE_ID, "--gid", INSIDE_ID, "--hostname", "sandbox"),
            *_system(),
            *(
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "--size",
                str(self.limits.shared_memory_bytes),
                "--tmpfs",
                "/dev/shm",
            ),
            # Shared pages of this device are memory that no process is seen to have.
            *("--ro-bind", "/dev/null", "/dev/zero"),
            *("--remount-ro", "/dev", "--size", str(self.limits.scratch_bytes), "--tmpfs", "/tmp"),
            *("--dir", HOME, "--dir", WORK, "--symlink", str(data_folder()), DATA),
            *("--tmpfs", str(COURSE)),
            *(() if filtered is None else ("--seccomp", str(filtered))),
        ]
        for path in readable:
            bubblewrap += ["--ro-bind", seen_as.get(path, str(path)), str(path)]
        for descriptor, name in files:
            bubblewrap += ["--perms", "0644", "--file", str(descriptor), f"{WORK}/{name}"]
        for name, value in environment(HOME).items():
            bubblewrap += ["--setenv", name, value]
        bubblewrap += ["--remount-ro", str(COURSE), "--remount-ro", "/", "--chdir", WORK, "--", *command]
        if os.geteuid() != 0:
            return bubblewrap
        enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", AS_NOBODY, STAGE]
        return [*enter, *map(str, readable), "--", *bubblewrap]

    def readable(self) -> list[Path]:
        """The environment and the course's public parts."""
        python = [sys.base_prefix, sys.prefix, *site.getsitepackages(), sysconfig.get_path("purelib")]
        paths = [Path(path) for path in python] + [COURSE / "helpers", COURSE / "data", data_folder(), *self.code]
        return outermost(path for path in paths if path.exists() and not path.is_relative_to("/usr"))


def data_folder() -> Path:
    """Where the data sets are."""
    return Path(os.environ.get("HEPDL_DATA") or COURSE / "data").resolve()


def outermost(paths: Iterable[Path]) -> list[Path]:
    """The paths that are below no other one, sorted."""
    chosen: list[Path] = []
    for path in sorted(set(paths)):
        if not any(path.is_relative_to(other) for other in chosen):
            chosen.append(path)
    return chosen


def _system() -> list[str]:
    arguments: list[str] = []
    for path in SYSTEM:
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        else:
            arguments += ["--ro-bind-try", path, path]
    for path in SETTINGS:
        arguments += ["--ro-bind-try", path, path]
    return arguments


def environment(home: str) -> dict[str, str]:
    """The environment variables of a kernel: nothing of the grader's but what the lessons need."""
    return {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), "/usr/bin", "/bin")),
        "HOME": home,
        "TMPDIR": "/tmp",
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(COURSE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NBGRADER_EXECUTION": "autograde",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_WAIT_POLICY": "passive",
        "HDF5_USE_FILE_LOCKING": "FALSE",
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
    }
