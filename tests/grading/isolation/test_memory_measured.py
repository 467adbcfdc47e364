"""The memory of a student's function is measured from the grader's process, and files of a test cross unmeasured."""

import time
from dataclasses import replace

import pytest
from isolated import errors, printed, run

from grading.cells import incidents
from grading.isolation.box import sandbox
from grading.isolation.box.limits import Limits
from grading.isolation.host.provisioner import SandboxProvisioner
from helpers import peak_memory

MEASURE = """
    from helpers import checks, peak_memory
    grown = peak_memory.growth(work, (40_000_000,), (1000,))
    checks.that({bounds}, f'it grew by {{grown}} bytes')
"""
SEEN, NOT_SEEN = MEASURE.format(bounds="38e6 < grown < 46e6"), MEASURE.format(bounds="0 <= grown < 4e6")
WORK = "import time\ndef work(size):\n    taken = bytearray(size)\n    time.sleep(0.3)"
IN_A_CHILD = """
    import subprocess, sys, time
    def work(size):
        subprocess.run([sys.executable, '-S', '-c', f'a = bytearray({size}); import time; time.sleep(1)'], check=True)
"""
IN_A_FORK = """
    import os, time
    inherited = bytearray(100_000_000)
    def work(size):
        child = os.fork()
        if not child:
            taken = bytearray(size)
            time.sleep(1)
            os._exit(0)
        os.waitpid(child, 0)
"""
FREED = "bytearray(32_000_000)\nfreed = [bytes(200_000) for _ in range(300)]\ndel freed"
IN_PIECES = "def work(size):\n    for _ in range(0, size, 1_000_000):\n        bytearray(1_000_000)"
MAPPED = """
    import mmap, tempfile, time
    def work(size):
        with tempfile.TemporaryFile() as file:
            for _ in range(0, size, 1_000_000):
                file.write(bytes(1_000_000))
            file.flush()
            with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
                sum(mapped[::4096])
                time.sleep(0.1)
"""
SHARED = """
    import mmap, time
    def work(size):
        taken = mmap.mmap(-1, size)
        for start in range(0, size, 4096): taken[start] = 1
        time.sleep(0.3)
"""
IN_A_FOLDER_OF_MEMORY = """
    import time
    def work(size):
        with open("/dev/shm/taken", "wb") as file:
            for _ in range(0, size, 1_000_000): file.write(bytes(1_000_000))
        time.sleep(0.3)
"""
WRITTEN_BACK = """
    import tempfile, time
    import numpy as np
    def work(size):
        with tempfile.NamedTemporaryFile() as file:
            file.truncate(size)
            numbers = np.memmap(file.name, np.uint8, "r+")
            for start in range(0, size, 1_000_000): numbers[start : start + 1_000_000] = 1
            time.sleep(0.1)
"""
LIES = """
    import builtins, pathlib, resource
    from helpers import checks, peak_memory
    peak_memory.measure = peak_memory.growth = lambda *arguments: 0
    peak_memory.PeakGrowth.look = lambda self: None
    peak_memory._entries = lambda pid, file: {}
    resource.getrusage = None
    pathlib.Path.read_text = lambda self: 'RssAnon: 1 kB'
    checks.that = lambda *arguments: None
"""


@pytest.mark.parametrize(
    ("cells", "measure"),
    [
        ([WORK], SEEN),
        ([IN_A_CHILD], SEEN),
        ([IN_A_FORK], SEEN),
        ([LIES, WORK], SEEN),
        ([FREED, WORK], SEEN),
        ([IN_PIECES], NOT_SEEN),
        ([MAPPED], NOT_SEEN),
        ([IN_A_FOLDER_OF_MEMORY], SEEN),
        ([WRITTEN_BACK], NOT_SEEN),
    ],
    ids=["hog", "child", "fork", "lies", "freed", "pieces", "mapped", "folder of memory", "written back"],
)
def test_growth(cells, measure):
    assert errors(run([*cells, ("measured", measure)])) == {}


def test_memory_that_could_be_shared_is_not_to_be_had():
    assert "PermissionError" in errors(run([SHARED, ("measured", NOT_SEEN)]))["measured"]


def test_a_peak_is_seen_while_processes_are_looked_for(monkeypatch):
    def slow(process):
        time.sleep(0.5)
        return usual(process)

    usual = SandboxProvisioner.processes
    monkeypatch.setattr(SandboxProvisioner, "processes", slow)
    assert errors(run([WORK, ("measured", SEEN)])) == {}


def test_growth_without_a_sandbox(monkeypatch):
    monkeypatch.setenv(sandbox.UNSANDBOXED, "1")
    assert errors(run([WORK, ("measured", SEEN)])) == {}
    assert errors(run([IN_PIECES, ("measured", NOT_SEEN)])) == {}
    assert errors(run([SHARED, ("measured", SEEN)])) == {}


def test_a_hog_is_told_how_much_it_took():
    said = errors(run([WORK, ("measured", NOT_SEEN)]))["measured"]
    assert said.startswith("CheckFailed: it grew by 4")


def test_what_goes_wrong_in_a_measurement():
    notebook = run(
        [
            """
                import os, time
                def raises(size): raise ValueError(f'{size} is too much')
                def computes(size):
                    end = time.process_time() + size
                    while time.process_time() < end: pass
                def dies(size): size and os._exit(1)
            """,
            ("raises", "from helpers import peak_memory\npeak_memory.growth(raises, (5,), (4,))"),
            ("computes", "from helpers import peak_memory\npeak_memory.growth(computes, (2,), (0,), limit_s=1)"),
            ("dies", "from helpers import peak_memory\npeak_memory.growth(dies, (1,), (0,))"),
            "def fine(size): return bytes(size)",
            ("fine", "from helpers import peak_memory\nassert peak_memory.growth(fine, (10,), (1,)) < 1e6"),
        ]
    )
    found = errors(notebook)
    assert found.keys() == {"raises", "computes", "dies"}
    assert found["raises"] == "FunctionFailed: ValueError: 4 is too much"
    assert found["computes"] == "TimeoutError: it computed for more than 1 s"
    assert "the student's process is gone" in found["dies"]


def test_what_waits_in_a_measurement_has_the_time_of_a_call():
    notebook = run(
        [
            "import time\ndef sleeps(size): time.sleep(size)",
            ("sleeps", "from helpers import peak_memory\npeak_memory.growth(sleeps, (1000,), (0,), limit_s=1)"),
        ],
        limits=replace(Limits(), call_s=4),
    )
    assert "it took too long" in errors(notebook)["sleeps"]


def test_where_nothing_can_be_measured_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(peak_memory, "PROC", tmp_path)
    cell = "from helpers import peak_memory\nassert peak_memory.growth(work, (10,), (1,)) is None"
    notebook = run([WORK, ("measured", cell)])
    assert errors(notebook) == {}
    (incident,) = incidents.of(notebook)
    assert incident["what"] == "the memory of work was not measured, because this system has no /proc"


def test_files_of_a_test_are_there_under_their_paths_and_what_changes_comes_back():
    notebook = run(
        [
            """
                import os, tempfile
                from pathlib import Path
                def copy(source, target):
                    Path(target).write_bytes(Path(source).read_bytes())
                    os.unlink(source)
                    Path(target).with_name('folder').mkdir()
                    tempfile.mkdtemp()
                    Path('here').touch()
                    return os.getcwd()
                def lines(path):
                    with open(path) as file: yield from file
                def names(path): return sorted(os.listdir(path))
            """,
            ("crossed", """
                import os, tempfile
                from pathlib import Path
                with tempfile.TemporaryDirectory() as folder:
                    work = Path(folder)
                    for name in ('work', 'temporary'):
                        (work / name).mkdir()
                    (work / 'a').write_bytes(os.urandom(3 * 2**20 + 1))
                    content = (work / 'a').read_bytes()
                    tempfile.tempdir = str(work / 'temporary')
                    home = os.getcwd()
                    os.chdir(work / 'work')
                    try:
                        assert copy(str(work / 'a'), work / 'b') == os.getcwd()
                        assert (work / 'b').read_bytes() == content and not (work / 'a').exists()
                        assert (work / 'folder').is_dir() and Path('here').is_file()
                        assert len(os.listdir(tempfile.tempdir)) == 1
                        (work / 'folder').rmdir()
                        copy('../b', '../c')
                        assert (work / 'c').read_bytes() == content
                    finally:
                        os.chdir(home)
                        tempfile.tempdir = None
                    (work / 'text').write_text('one\\ntwo\\n')
                    running = lines(work / 'text')
                    assert next(running) == 'one\\n' and next(running) == 'two\\n'
                    (work / 'text').write_text('six\\ntwo\\n')
                    assert next(lines(work / 'text')) == 'six\\n'
                    assert names(work) == ['c', 'folder', 'temporary', 'text', 'work']
                assert [name for name in names(Path(folder).parent) if name == Path(folder).name] == []
            """),
        ]
    )  # fmt: skip
    assert errors(notebook) == {}


def test_files_that_cross_are_not_counted():
    notebook = run(
        [
            """
                import shutil
                def copy(source, target): shutil.copyfile(source, target)
            """,
            ("copied", """
                import os, tempfile
                from pathlib import Path
                from helpers import peak_memory
                with tempfile.TemporaryDirectory() as folder:
                    large, small = Path(folder) / 'large', Path(folder) / 'small'
                    large.write_bytes(os.urandom(30_000_000))
                    small.write_bytes(b'1')
                    grown = peak_memory.growth(copy, (large, folder + '/copied'), (small, folder + '/first'))
                    assert (Path(folder) / 'copied').read_bytes() == large.read_bytes()
                assert grown < 4e6, f'it grew by {grown} bytes'
            """),
        ]
    )  # fmt: skip
    assert errors(notebook) == {}


@pytest.mark.parametrize("unsandboxed", ["", "1"])
def test_a_tree_of_a_file_is_a_tree_for_the_student(monkeypatch, unsandboxed):
    monkeypatch.setenv(sandbox.UNSANDBOXED, unsandboxed)
    notebook = run(
        [
            """
                import tempfile, uproot
                folder = tempfile.TemporaryDirectory()
                with uproot.recreate(folder.name + '/mine.root') as file:
                    file.mktree('T', {'x': 'int32'}).extend({'x': [1]})
                mine = uproot.open(folder.name + '/mine.root')['T']
                def total(tree): return int(tree['x'].array(library='np').sum())
            """,
            ("summed", """
                import tempfile, uproot
                with tempfile.TemporaryDirectory() as folder:
                    with uproot.recreate(folder + '/a.root') as file:
                        file.mktree('T', {'x': 'int32'}).extend({'x': [1, 2]})
                        file.mktree('sub/T', {'x': 'int32'}).extend({'x': [3, 4]})
                    with uproot.open(folder + '/a.root') as file:
                        assert (total(file['T']), total(file['sub/T'])) == (3, 7)
            """),
            ("not read", "from helpers import checks\nchecks.numbers(mine, 'mine')"),
        ]
    )  # fmt: skip
    assert errors(notebook).keys() == {"not read"}
    assert errors(notebook)["not read"].startswith("CheckFailed: mine is a piece of the file, not what it holds")


def test_the_student_is_told_nothing_of_the_examiners_files():
    notebook = run(
        [
            """
                from grading.isolation.student import serving
                asked = []
                def spy(size):
                    import gc
                    (peer,) = [o for o in gc.get_objects() if isinstance(o, serving.StudentPeer)]
                    for what in ('list', 'read', 'make'):
                        request = {'op': 'files', 'what': what, 'paths': ['/tmp'], 'path': '/etc/passwd', 'start': 0}
                        asked.append(peer.request(request))
            """,
            ("spied", "spy(1)"),
            "print(asked)",
        ]
    )  # fmt: skip
    assert "[{'value': None}, {'value': None}, {'value': None}]" in printed(notebook)
