"""What namespaces do not divide is not there: locks on shared files, keyrings, memory that is no process's."""

import fcntl
import os
import time
from threading import Thread

import pytest
from isolated import errors, printed, run

from grading.isolation.box import sandbox, system_calls

pytestmark = pytest.mark.usefixtures("sandboxed")

SHARED = sandbox.COURSE / "data" / "README.md"
LOCKS = f"""
    import fcntl, struct, time
    file = open({str(SHARED)!r})
    everything = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)
    for take in (
        lambda: fcntl.flock(file, fcntl.LOCK_EX),
        lambda: fcntl.lockf(file, fcntl.LOCK_SH),
        lambda: fcntl.fcntl(file, 38, everything),
        lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    ):
        try:
            take()
            print("taken")
        except OSError as error:
            print(error.errno)
        time.sleep(0.3)
"""
CALL = """
    import ctypes, errno, mmap, os
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    def call(*arguments):
        found = libc.syscall(*(ctypes.c_long(it) if isinstance(it, int) else it for it in arguments))
        return found if found >= 0 else errno.errorcode[ctypes.get_errno()]
"""
LEAVE = CALL + "    print([call(248, b'user', b'left', b'the answer', 10, ring) for ring in (-5, -4, -3)])"
FIND = CALL + "    print(call(249, b'user', b'left', None, 0), [call(250, 0, ring, 0) for ring in (-4, -3, -5)])"
PROBE = (
    CALL
    + """
    for name, number in sorted(@numbers@.items()):
        print(name, call(number, 0, 0, 0, 0, 0, 0))
    for family in (1, 2, 10, 16, 17, 38, 40):
        found = call(41, family, 2 if family != 16 else 3, 0)
        print("family", family, "given" if isinstance(found, int) else found)
    for flags in (0x22, 0x21, 0x40022):
        print("mapping", hex(flags), isinstance(call(9, 0, 4096, 3, flags, -1, 0), int))
    try:
        print(open("/dev/zero").read(1))
    except OSError as error:
        print("no zeros", error.errno)
"""
)
HELD = 300_000_000
HOLD = [
    f"""
        import os
        memory = os.memfd_create("held")
        for _ in range({HELD} // 10**6): os.write(memory, bytes(10**6))
        print("held")
    """,
    CALL + f"""
    libc.shmat.restype, libc.shmdt.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    number = libc.shmget(0, {HELD}, 0o1600)
    assert number >= 0
    place = libc.shmat(number, None, 0)
    ctypes.memset(place, 1, {HELD})
    libc.shmdt(ctypes.c_void_p(place))
    print("held")
    """,
    f"""
        import mmap
        shared = mmap.mmap(-1, {HELD})
        for start in range(0, {HELD}, 4096): shared[start] = 1
        shared.madvise(mmap.MADV_DONTNEED)
        print("held")
    """,
    f"""
        import mmap
        with open("/dev/zero", "r+b") as file: zeros = mmap.mmap(file.fileno(), {HELD})
        for start in range(0, {HELD}, 4096): zeros[start] = 1
        zeros.madvise(mmap.MADV_DONTNEED)
        print("held")
    """,
]  # fmt: skip


def test_no_lock_of_a_submission_keeps_others_from_a_file():
    notebooks = []
    running = Thread(target=lambda: notebooks.append(run([LOCKS])))
    running.start()
    kept_out = set()
    with SHARED.open("r+") as file:
        while running.is_alive():
            for locking in (fcntl.flock, fcntl.lockf):
                try:
                    locking(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    locking(file, fcntl.LOCK_UN)
                except BlockingIOError:
                    kept_out.add(locking.__name__)
            try:
                os.close(os.open(SHARED, os.O_WRONLY | os.O_NONBLOCK))
            except BlockingIOError:
                kept_out.add("lease")
            time.sleep(0.02)
    assert kept_out == set()
    assert printed(notebooks[0]) == "taken\ntaken\ntaken\n22\n"


def test_a_library_that_locks_its_files_works():
    """HDF5 and SQLite do, and take a file that cannot be locked for a broken one."""
    use = """
        import h5py, sqlite3
        with h5py.File("a.h5", "w") as file: file["x"] = [1, 2]
        with h5py.File("a.h5") as file: x = file["x"][:].tolist()
        with sqlite3.connect("a.db") as base:
            base.execute("create table t (x int)")
            base.execute("insert into t values (3)")
        y = sqlite3.connect("a.db").execute("select x from t").fetchall()
    """
    assert errors(run([use, ("test", "assert x == [1, 2] and y == [(3,)], (x, y)")])) == {}


def test_the_kernels_keyrings_are_not_there():
    assert printed(run([LEAVE])) == "['ENOSYS', 'ENOSYS', 'ENOSYS']\n"
    assert printed(run([FIND])) == "ENOSYS ['ENOSYS', 'ENOSYS', 'ENOSYS']\n"


def test_no_memory_is_held_that_no_process_is_seen_to_have():
    assert printed(run(HOLD)) == ""


def test_what_a_kernel_is_refused_does_not_depend_on_how_it_was_started():
    column = list(system_calls.ARCHITECTURES).index("x86_64")
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers that are called here are those of x86_64")
    numbers = {name: both[column] for name, both in system_calls.REFUSED.items()}
    forked = printed(run([PROBE.replace("@numbers@", repr(numbers))]))
    lines = dict(line.rsplit(" ", 1) for line in forked.splitlines())
    assert {lines[name] for name in numbers} == {"ENOSYS"}
    assert {family: lines[f"family {family}"] for family in (17, 38, 40)} == dict.fromkeys((17, 38, 40), "EAFNOSUPPORT")
    assert all(lines[f"family {family}"] == "given" for family in system_calls.FAMILIES)
    assert [lines[f"mapping {flags}"] for flags in ("0x22", "0x21", "0x40022")] == ["True", "False", "False"]
    assert lines["no zeros"] == "13"
    assert printed(run([PROBE.replace("@numbers@", repr(numbers))], forked=False)) == forked


def test_a_processor_whose_calls_are_not_known_is_told(monkeypatch):
    monkeypatch.setattr(system_calls.platform, "machine", lambda: "s390x")
    with pytest.raises(system_calls.NoFilter, match="this processor is s390x"):
        system_calls.program()
