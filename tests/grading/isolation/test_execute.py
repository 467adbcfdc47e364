"""What the examiner sees of a student's work, what it does not, and what a submission can do to its own grading."""

import re
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from isolated import errors, printed, run

from grading.cells import incidents
from grading.isolation.box.limits import Limits

pytestmark = pytest.mark.usefixtures("sandboxed")

HONEST = """
import numpy as np
count = 3
array = np.arange(5.0)
def double(values):
    return 2 * values
def add(first, second=10):
    return first + second
def spoil_input(values):
    values[0] = -1
    values.sort()
    return values
def twice(function, value):
    return function(function(value))
def squares():
    for number in range(10**12):
        yield number**2
def draw(rng):
    return rng.random(3)
def fail(value):
    raise ValueError(f"not {value}")
class Thing:
    pass
thing = Thing()
"""


def test_right_answers_pass_and_wrong_ones_get_the_checks_sentence():
    notebook = run(
        [
            HONEST,
            ("values", "import numpy as np\nassert count == 3 and np.array_equal(array, np.arange(5))"),
            ("nested", """
                assert all(array[n] == n for n in range(5)) and (lambda: count)() == 3
                def f():
                    return [count for _ in [0]]
                assert f() == [3]
            """),
            ("call", """
                import numpy as np
                assert np.array_equal(double(np.ones(2)), [2, 2]) and add(1, second=2) == 3
            """),
            ("callback", "seen = []\nassert twice(lambda x: seen.append(x) or x + 1, 5) == 7 and seen == [5, 6]"),
            ("own function", "assert twice(double, 1) == 4"),
            ("generator", "import itertools\nassert list(itertools.islice(squares(), 4)) == [0, 1, 4, 9]"),
            ("chance", """
                import numpy as np
                assert np.array_equal(draw(np.random.default_rng(3)), np.random.default_rng(3).random(3))
            """),
            ("error", "from helpers import checks\nchecks.raises(ValueError, fail, 3, says='must raise')"),
            ("changed", """
                import numpy as np
                given = np.array([3.0, 2.0])
                spoil_input(given)
                assert not np.array_equal(given, [3, 2]) and not np.array_equal(given, [-1, 2])
            """),
            ("wrong", """
                from helpers import checks
                checks.close(array, [1, 2, 3, 4, 5.0], 'array is not what it should be')
            """),
            ("raised", "from helpers import checks\nchecks.call(fail, 3, says='fail should take 3')"),
            ("class", "from helpers import checks\nchecks.numbers(thing, 'thing')"),
            ("missing", "nothing_of_this_name"),
            ("module", "np.allclose"),
            ("again", "count\nassert 'seen' not in globals()"),
            "np.random.default_rng(1)",
        ]
    )  # fmt: skip
    assert errors(notebook) == {
        "wrong": "CheckFailed: array is not what it should be (found 0, expected 1) at index 0",
        "raised": "CheckFailed: fail should take 3 (it raised ValueError: not 3, "
        """in the line `raise ValueError(f"not {value}")`)""",
        "class": "CheckFailed: thing is an object of your own class Thing, but plain data are expected",
        "missing": "NameError: name 'nothing_of_this_name' is not defined",
        "module": "CannotBeChecked: np cannot be checked: it is a module, and not what the task asks for",
    }


def test_a_stub_that_was_not_answered_is_named_in_a_sentence():
    notebook = run(
        [
            "def split(array):\n    # your code here\n    raise NotImplementedError",
            ("direct", "from helpers import checks\nsplit([1])"),
            ("through", "from helpers import checks\nchecks.call(split, [1], says='split should work')"),
        ]
    )
    for cell in notebook.cells[1:]:
        (line,) = cell.outputs[0].traceback
        assert line.startswith("Not answered yet: a function of yours still says `raise NotImplementedError`")


def test_partial_credit_is_the_value_of_the_last_line():
    notebook = run([("part", "0.5")])
    assert notebook.cells[0].outputs[0].data["text/plain"] == "0.5"


HOME = str(Path.home())
CHEAT = """
import builtins, sys, numpy as np
np.allclose = np.array_equal = lambda *a, **k: True
import helpers.checks
helpers.checks.that = lambda *a, **k: None
builtins.all = builtins.sum = lambda *a: True
class Equal(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = float.__hash__
equal = Equal(3)
class Array:
    __module__ = "numpy"
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.ones(3)
    def __reduce__(self): return print, ("unpickled",)
array = Array()
asked = []
def function(values):
    asked.append((values, [frame for frame in sys._current_frames().values()]))
    values[:] = 0
    return values
def stops():
    raise StopIteration
import grading.isolation.student.serving as serving
serving.serve.__globals__["field"] = lambda request, name, kind: "equal"
import ast
class Remove(ast.NodeTransformer):
    def visit_Assert(self, node): return None
get_ipython().ast_transformers.append(Remove())
get_ipython().input_transformers_cleanup.append(lambda lines: [])
"""


def test_nothing_the_student_patches_or_returns_helps():
    notebook = run(
        [
            CHEAT.rsplit("import ast", 1)[0],
            ("allclose", "import numpy as np\nassert np.allclose(1, 2)"),
            ("builtin", "assert all([False])"),
            ("helpers", "from helpers import checks\nchecks.that(False, 'no')"),
            ("equal", "assert equal == 4"),
            ("array", "assert array == [1, 1, 1]"),
            ("mutation", """
                import numpy as np
                reference = np.arange(5)
                assert np.array_equal(function(reference), reference)
            """),
            ("stops", "assert all(map(lambda _: stops(), range(3))) and False or [stops() for _ in [1]]"),
            "import ast" + CHEAT.rsplit("import ast", 1)[1],
            ("transformers", "assert False, 'still there'"),
            "print([cell for cell in (*In, *map(str, Out.values())) if 'HIDDEN' in cell], asked)",
        ],
        limits=Limits(answer_s=5, value_s=5),
    )  # fmt: skip
    assert errors(notebook).keys() == {
        "allclose",
        "builtin",
        "helpers",
        "equal",
        "array",
        "mutation",
        "stops",
        "transformers",
    }


def test_the_student_sees_no_test_and_nothing_of_the_host(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("THE ANSWER")
    look = f"""
import linecache, os, pathlib, socket, sys, gc
print("history", [cell for cell in In if "MARK" + "ED" in cell])
small = [o for o in gc.get_objects() if isinstance(o, (list, dict)) and len(o) < 50]
print("strings", ["found" for o in small if "MARK" + "ED HIDDEN" in str(o)])
for path in ({str(secret)!r}, "solutions", {str(tmp_path.parents[2])!r}, "/proc/1/environ", {HOME!r}, "/home"):
    try:
        print(path, os.listdir(path) if os.path.isdir(path) else open(path).read())
    except OSError as error:
        print(path, type(error).__name__)
print("processes", sum(name.isdigit() for name in os.listdir("/proc")) < 5)
for address in (("127.0.0.1", 22), ("1.1.1.1", 80)):
    try:
        socket.create_connection(address, timeout=2)
        print("connected")
    except OSError as error:
        print("network", type(error).__name__)
for path in ("/usr/x", "/x", "/dev/x", "/etc/x", sys.prefix + "/x"):
    try:
        open(path, "w")
        print("wrote", path)
    except OSError:
        pass
print("user", os.getuid(), os.geteuid(), [name for name in os.environ if "KEY" in name or "TOKEN" in name])
"""
    notebook = run(
        [
            "called = []\ndef f(x):\n    called.append(x)\n    return x",
            ("test", "### BEGIN HIDDEN TESTS\nassert f('input') == 'input'  # MARKED HIDDEN\n### END HIDDEN TESTS"),
            look,
            """
                import os
                found = []
                for folder, folders, names in os.walk('/'):
                    folders[:] = [name for name in folders if name not in ('usr', 'proc', 'lib', 'site-packages')]
                    found += [(folder, name) for name in names]
                secret = [a for a in found if a[1].endswith(('.ipynb', '.db'))]
                print('found', secret)
            """,
        ]
    )  # fmt: skip
    text = printed(notebook)
    assert errors(notebook) == {}
    assert "history []" in text and "strings []" in text
    assert "THE ANSWER" not in text and "connected" not in text and "wrote" not in text
    assert text.count("network") == 2
    assert "processes True" in text
    assert "user 1000 1000 []" in text
    assert "found []" in text


def test_what_ends_or_hangs_a_kernel_costs_only_its_own_points():
    notebook = run(
        [
            """
                kept = 5
                def leave():
                    import os
                    os._exit(3)
                def hang():
                    while True:
                        try:
                            while True: pass
                        except BaseException: pass
            """,
            ("before", "assert kept == 5"),
            "import os; later = 1; os._exit(1)",
            ("after death", "assert kept == 5"),
            ("leaves", "leave()"),
            ("after a call that died", "assert kept == 5"),
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            ("after a hang", "assert kept == 5"),
        ],
        limits=replace(Limits(), answer_s=15),
        timeout=8,
    )  # fmt: skip
    assert errors(notebook) == {
        "leaves": "CannotBeChecked: the result of leave cannot be checked: the student's process is gone"
    }
    assert {incident["cell"] for incident in incidents.of(notebook)} == {"number 3", "leaves", "number 7"}


def test_what_a_test_was_stopped_in_is_stopped_at_once():
    begun = time.monotonic()
    notebook = run(
        [
            """
                import time
                kept = 5
                def wait():
                    time.sleep(2000)
                def items():
                    yield 1
                    time.sleep(2000)
                def calls(function):
                    return function()
            """,
            ("waits", "wait()"),
            ("iterates", "list(items())"),
            ("is called back", "calls(lambda: wait())"),
            ("waits itself", "import time\ncalls(lambda: time.sleep(2000))"),
            ("after", "assert kept == 5"),
        ],
        limits=replace(Limits(), answer_s=1000, call_s=1000),
        timeout=2,
    )
    found = errors(notebook)
    assert found.keys() == {"waits", "iterates", "is called back", "waits itself"}
    assert {output.ename for cell in notebook.cells for output in cell.outputs} == {
        "CannotBeChecked", "CellTimeoutError",
    }  # fmt: skip
    assert {incident["cell"] for incident in incidents.of(notebook)} == found.keys()
    assert not any("kernel" in incident["what"] for incident in incidents.of(notebook))
    assert time.monotonic() - begun < 500, "an answer was waited for, as if the function might still give one"


SPIN = "import time\nwhile True: pass"


@pytest.mark.parametrize(
    "cell",
    [
        SPIN,
        """
            import subprocess, sys
            busy = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(2)]
            try:
                [process.wait() for process in busy]
            finally:
                [process.kill() for process in busy]
        """,
        ("check", "spin()"),
        ("check", SPIN),
    ],
    ids=["loop", "other processes", "function in a check", "check"],
)
def test_a_cell_that_computes_too_much_is_stopped_and_says_so(cell):
    notebook = run(
        ["kept = 5\ndef spin():\n    while True: pass", cell, ("after", "assert kept == 5")],
        limits=Limits(cell_cpu_s=3),
        timeout=600,
    )
    name = cell[0] if isinstance(cell, tuple) else "number 2"
    (incident,) = [incident for incident in incidents.of(notebook) if "processor time" in incident["what"]]
    assert incident["cell"] == name
    said = r"was stopped after computing for \d+ s: a cell may take 3 s of processor time, .*"
    assert re.fullmatch(f"it {said}", incident["what"])
    assert re.fullmatch(f"the cell {said}", notebook.cells[1].outputs[-1].evalue)
    assert "KeyboardInterrupt" not in [output.get("ename") for output in notebook.cells[1].outputs]
    assert "after" not in errors(notebook)


def test_a_cell_may_wait_for_longer_than_it_may_compute_and_is_stopped_by_the_clock():
    notebook = run(
        ["import time\ntime.sleep(6)\nwaited = True", "time.sleep(1000)", ("after", "assert waited")],
        limits=Limits(cell_cpu_s=3),
        timeout=15,
    )
    assert errors(notebook) == {}
    (incident,) = incidents.of(notebook)
    assert incident["cell"] == "number 2"
    said = r"was stopped after 1\d s, in which it computed for 0 s: a cell may take 15 s by the clock"
    assert re.fullmatch(f"it {said}", incident["what"])
    assert notebook.cells[1].outputs[-1].evalue == incident["what"].replace("it was", "the cell was")


def test_an_iterator_that_leaves_python_costs_only_its_own_points():
    notebook = run(
        [
            """
                import os, sys, time
                kept, other = 5, 6
                def exits():
                    yield 1
                    sys.exit(3)
                class Interrupts:
                    def __iter__(self): return self
                    def __next__(self): raise KeyboardInterrupt
                interrupts = Interrupts()
                def slow():
                    yield 1
                    time.sleep(1000)
                def dies():
                    yield 1
                    os._exit(2)
            """,
            ("exits", "list(exits())"),
            ("interrupts", "next(interrupts)"),
            ("slow", "list(slow())"),
            ("dies", "list(dies())"),
            ("next", "assert kept == 5"),
            ("last", "assert other == 6"),
        ],
        limits=replace(Limits(), answer_s=20, call_s=5),
    )
    assert errors(notebook) == {
        "exits": "RuntimeError: SystemExit: 3",
        "interrupts": "RuntimeError: KeyboardInterrupt: ",
        "slow": "CannotBeChecked: the next item cannot be checked: it took too long",
        "dies": "CannotBeChecked: the next item cannot be checked: the student's process is gone",
    }


def test_threads_that_are_left_over_disturb_no_later_test():
    notebook = run(
        [
            """
                import sys, threading, time
                from collections.abc import Mapping
                kept = 5
                class Leaves(Mapping):
                    def __getitem__(self, key): sys.exit(1)
                    def __iter__(self): sys.exit(1)
                    def __len__(self): sys.exit(1)
                leaves = Leaves()
                def later(function):
                    def call():
                        time.sleep(9)
                        function()
                    for _ in range(20):
                        threading.Thread(target=call, daemon=True).start()
            """,
            ("leaves", "later(lambda: 1)\nleaves"),
            ("is not disturbed", "import time\ntime.sleep(9)\nassert kept == 5"),
            ("next", "assert kept == 5"),
        ],
        limits=replace(Limits(), value_s=6),
    )
    assert errors(notebook) == {"leaves": "CannotBeChecked: leaves cannot be checked: it took too long"}


def test_a_cell_that_ends_the_kernel_a_moment_later_costs_only_its_own_points():
    delayed = "import os, threading\nthreading.Timer(0.6, lambda: os._exit(1)).start()"
    slow = "import time\ntime.sleep(1)\nassert kept == 5"
    notebook = run(["kept = 5", delayed, ("its own", slow), "later = 1", ("next", slow), ("last", "assert later == 1")])
    assert errors(notebook).keys() == {"its own"}
    assert "was left out" in incidents.of(notebook)[-1]["what"]


def test_a_notebook_that_keeps_dying_ends():
    notebook = run(["import os; os._exit(1)"] * 6 + [("test", "pass")])
    assert "ended its kernel" in errors(notebook)["test"]


def test_floods_and_forgeries_stay_within_bounds():
    limits = replace(Limits(), cell_output_bytes=100_000, call_s=3, value_s=30, answer_s=20, scratch_bytes=20 * 2**20)
    notebook = run(
        [
            "for number in range(20000): print('x' * 100)",
            """
                from ipykernel.comm import Comm
                state = {'_model_module': '@jupyter-widgets/output', '_model_name': 'OutputModel'}
                Comm(target_name='jupyter.widget', data={'state': state})
            """,
            """
                kernel = get_ipython().kernel
                def send(kind, content):
                    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
                send('stream', {'name': 3})
                send('execute_result', {'data': {'text/plain': ['a', 3]}, 'metadata': [], 'execution_count': 'x'})
                send('status', {})
                send('error', {'ename': 1})
                kernel.iopub_socket.send_multipart([b'garbage'])
                print('sent')
            """,
            """
                try:
                    open('big', 'wb').write(b'0' * 50 * 2**20)
                except OSError as error: print('full', error.errno)
            """,
            """
                import os, sys
                os.write(1, b'raw ' * 100)
                huge = 10**20000
                import numpy as np
                def sleep():
                    import time
                    time.sleep(30)
                def endless():
                    while True: yield 1
                kept = 7
            """,
            ("too large", "assert huge"),
            ("too slow", "sleep()"),
            ("after", "assert kept == 7"),
        ],
        limits=limits,
        timeout=40,
    )  # fmt: skip
    found = errors(notebook)
    assert found.keys() == {"too large", "too slow"}
    assert "more than 4000 digits" in found["too large"]
    assert "it took too long" in found["too slow"]
    assert len(printed(notebook)) < 300_000
    assert "full 28" in printed(notebook)
    assert "sent" in printed(notebook)
    cells = [incident["cell"] for incident in incidents.of(notebook)]
    assert {"number 1", "number 3", "too large", "too slow"} <= set(cells)


def test_a_message_too_long_for_its_connection_costs_only_its_own_points():
    notebook = run(
        [
            "raise ValueError('x' * 3_000_000)",
            """
                class Odd(Exception):
                    def _render_traceback_(self):
                        return [1, None]
                raise Odd
            """,
            """
                kernel = get_ipython().kernel
                parent, identity = kernel.get_parent("shell"), kernel._parent_ident["shell"]
                content = {"status": "ok", "long": "x" * 3_000_000}
                kernel.session.send(kernel.shell_stream, "execute_reply", content, parent, identity)
            """,
            "kept = 7",
            ("much said", "print('x' * 3_000_000, flush=True)\nkept / 14"),
            ("half", "kept / 14"),
            ("wrong", "assert kept == 8, 'x' * 3_000_000"),
        ],
        limits=Limits(message_bytes=2 * 2**20, answer_s=10),
        timeout=5,
    )
    assert len(notebook.cells[0].outputs[0].evalue) < 100_000
    found = errors(notebook)
    assert found.keys() == {"much said", "wrong"}
    assert found["much said"] == "TooMuchOutput: not all that this check said could be received"
    assert found["wrong"].startswith("AssertionError: xxx")
    assert {"cell": "much said", "what": "not all that the test said could be received"} in incidents.of(notebook)
    assert notebook.cells[5].outputs[0].data["text/plain"] == "0.5"
    assert notebook.cells[1].outputs[0].ename == "Odd"


def test_an_interrupt_whose_answer_is_too_long_does_not_keep_the_next_one_from_arriving():
    hang = """
        import time
        try:
            time.sleep(1000)
        except KeyboardInterrupt:
            print("interrupted")
            raise
    """
    notebook = run(
        [
            "kept = 7",
            hang,
            """
                kernel = get_ipython().kernel
                def answer():
                    parent, identity = kernel.get_parent("control"), kernel._parent_ident["control"]
                    content = {"status": "ok", "long": "x" * 3_000_000}
                    kernel.session.send(kernel.control_stream, "interrupt_reply", content, parent, identity)
                kernel.control_thread.io_loop.add_callback(answer)
            """,
            "import time\ntime.sleep(1)",
            hang,
            ("after", "assert kept == 7"),
        ],
        limits=Limits(message_bytes=2 * 2**20, answer_s=20),
        timeout=5,
    )
    assert errors(notebook) == {}
    # What is printed may come in two messages, its end of line in the second.
    printed = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells[1:5]]
    assert printed == ["interrupted\n", "", "", "interrupted\n"]
    assert {incident["cell"] for incident in incidents.of(notebook)} == {"number 2", "number 5"}


def test_memory_and_processes_are_bounded_and_nothing_stays():
    mark = f"sleep {time.time_ns() % 10**6 + 10**6}"
    limits = replace(Limits(), memory_bytes=700 * 2**20, processes=40)
    notebook = run(
        [
            f"""
                import subprocess
                for _ in range(3): subprocess.Popen({mark.split()!r}, start_new_session=True)
                print('started')
            """,
            """
                import os
                children = []
                try:
                    for _ in range(200):
                        pid = os.fork()
                        if not pid:
                            import time; time.sleep(1000)
                        children.append(pid)
                except OSError: print('bounded', len(children) < 45)
                for pid in children: os.kill(pid, 9)
            """,
            "hoard = [b'x' * 2**26 for _ in range(40)]",
            ("after", "assert 1 + 1 == 2"),
        ],
        limits=limits,
    )  # fmt: skip
    assert errors(notebook) == {}
    assert "bounded True" in printed(notebook)
    assert any("of memory" in incident["what"] for incident in incidents.of(notebook))
    assert mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout


def test_files_and_folders(tmp_path):
    (tmp_path / "table.csv").write_text("1,2")
    (tmp_path / "numpy.py").write_text("raise RuntimeError('shadowed')")
    notebook = run(
        [
            """
                print(open('table.csv').read())
                open('table.csv', 'w').write('mine')
                def write(text):
                    import os
                    os.makedirs('out', exist_ok=True)
                    open(f'out/{text}.txt', 'w').write(text)
                    return len(os.listdir('out'))
            """,
            ("written", """
                import contextlib, os, tempfile
                from pathlib import Path
                with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
                    assert (write('a'), write('b')) == (1, 2)
                    assert sorted(path.name for path in Path('out').iterdir()) == ['a.txt', 'b.txt']
                    assert Path('out/a.txt').read_text() == 'a'
            """),
        ],
        files={"table.csv": tmp_path / "table.csv", "numpy.py": tmp_path / "numpy.py"},
    )  # fmt: skip
    assert errors(notebook) == {}
    assert "1,2" in printed(notebook)
    assert (tmp_path / "table.csv").read_text() == "1,2"


def test_an_answer_may_lean_on_a_module_that_only_its_check_imports():
    notebook = run(
        [
            "def area(radius):\n    return math.pi * radius**2",
            ("area", "import math\nassert math.isclose(area(1), math.pi)"),
            ("again", "### BEGIN HIDDEN TESTS\nimport math\n### END HIDDEN TESTS\nassert area(2) > 12"),
        ]
    )
    assert errors(notebook) == {}


def test_a_name_that_only_a_check_has_is_called_so_where_it_is_missed():
    notebook = run(
        [
            "print(math.pi)",
            "def scaled(x):\n    return factor * x",
            ("scaled", "import math\nfactor = 2\nassert scaled(2) == 4"),
            ("hidden", "scaled\n### BEGIN HIDDEN TESTS\nsecret = 1\n### END HIDDEN TESTS"),
            "secret",
        ]
    )
    imported = "`math` is imported by a check cell only; import it in a cell of your own"
    defined = "`factor` is defined by a check cell only; define it in a cell of your own"
    assert incidents.of(notebook) == [{"cell": "number 1", "what": imported}, {"cell": "scaled", "what": defined}]
    assert notebook.cells[0].outputs[0].evalue == f"name 'math' is not defined: {imported}"
    assert errors(notebook)["scaled"].endswith(f"name 'factor' is not defined: {defined}")
    assert "check" not in notebook.cells[4].outputs[0].evalue


def test_a_name_that_a_check_defines_is_there_for_the_student_and_gone_for_the_next_test():
    notebook = run(
        [
            "value = 1",
            (
                "first",
                """
                import math
                helper = 5
                value = 99
                ### BEGIN HIDDEN TESTS
                hidden = 7
                ### END HIDDEN TESTS
            """,
            ),
            "print('helper', helper, math.pi > 3, 'hidden' in globals(), value)",
            "value = 2",
            ("second", "assert value == 2"),
        ]
    )
    assert errors(notebook) == {}
    assert "helper 5 True False 99" in printed(notebook)


def test_an_error_in_a_generator_is_the_error_that_the_test_gets():
    notebook = run(
        [
            """
            def broken():
                yield 1
                raise ValueError("two is missing")
            def stops():
                raise StopIteration
                yield
            """,
            ("raises", "import pytest\nwith pytest.raises(ValueError, match='two is missing'):\n    list(broken())"),
            ("told", "list(broken())"),
        ]
    )
    assert errors(notebook) == {"told": "ValueError: two is missing"}


def test_a_data_set_gives_its_items_and_nothing_else():
    notebook = run(
        [
            """
            class Batches:
                epochs = 0
                def __len__(self): return 3
                def __getitem__(self, step):
                    if step >= 3: raise IndexError(step)
                    return self.epochs, step
                def on_epoch_end(self): self.epochs += 1
            class Endless:
                def __iter__(self):
                    while True: yield 1
            batches, endless, bare = Batches(), Endless(), object()
            """,
            ("taken", """
                import itertools
                assert len(batches) == 3 and batches[1] == (0, 1)
                batches.on_epoch_end()
                assert list(batches) == [(1, 0), (1, 1), (1, 2)]
                assert type(batches).__name__ == 'Batches'
                assert not hasattr(batches, 'on_epoch_begin') and not hasattr(batches, 'epochs')
                assert not hasattr(endless, '__getitem__') and sum(itertools.islice(endless, 5)) == 5
                assert not hasattr(bare, '__iter__') and not hasattr(bare, '__len__')
            """),
            ("not data", "from helpers import checks\nchecks.numbers(batches, 'batches')"),
        ]
    )  # fmt: skip
    assert errors(notebook).keys() == {"not data"}
    assert "an object of your own class Batches" in errors(notebook)["not data"]


def test_threads_of_the_students_may_call_functions_of_the_test():
    notebook = run(
        [
            """
            import queue, threading
            failures = []
            def ahead(read, n):
                ready = queue.Queue(2)
                def work():
                    try:
                        for number in range(n): ready.put(read(number))
                    except Exception as error: failures.append(str(error))
                threading.Thread(target=work).start()
                while True: yield ready.get()
            def for_ever(read):
                def work():
                    try:
                        while True: read(0)
                    except Exception as error: failures.append(str(error))
                threading.Thread(target=work).start()
            """,
            ("ahead", """
                import itertools
                running = [ahead((lambda factor: lambda number: factor * number)(factor), 200) for factor in (2, 3)]
                for pair in itertools.islice(zip(*running), 200):
                    assert 3 * pair[0] == 2 * pair[1]
                assert pair == (398, 597)
            """),
            ("for ever", "for_ever(lambda number: number)"),
            ("after", "assert 'the test is over' in failures"),
        ]
    )  # fmt: skip
    assert errors(notebook) == {}


def test_a_tag_does_not_keep_a_test_from_running():
    notebook = run(["x = 1", ("wrong", "assert x == 2, 'x is not 2'")], tags=["skip-execution"])
    assert "x is not 2" in errors(notebook)["wrong"]
    assert incidents.of(notebook)[0]["what"].startswith("the tag skip-execution")


def test_the_graders_environment_is_not_in_the_sandbox(monkeypatch):
    monkeypatch.setenv("HEPDL_GRADEBOOK", "postgresql://teacher:password@server/grades")
    notebook = run(
        [
            """
            from pathlib import Path
            for entry in Path("/proc").glob("[0-9]*/environ"):
                try:
                    print(entry.read_bytes())
                except OSError as error:
                    print(error)
            print("done")
            """
        ]
    )
    assert "done" in printed(notebook)
    assert "password" not in printed(notebook)


def test_processes_that_are_left_running_are_ended_and_told():
    notebook = run(["import subprocess\nsubprocess.Popen(['sleep', '987'], start_new_session=True)"])
    assert any("still running" in incident["what"] for incident in incidents.of(notebook))
    assert not subprocess.run(["pgrep", "-f", "sleep 987"], capture_output=True, text=True).stdout
