"""Try answers on the real notebooks: every exercise cell with other sources, judged by the test cell under it.

The code cells of a solution notebook are executed once, one after the other, in a new process. What they show is kept
for the comparison with the notebook's stored outputs (solution_notebooks.py). At an exercise each submission gets a
forked child, in which its source replaces the solution and the test cell follows, so that no submission meets another
or alters the run. A process forked after TensorFlow has run an operation hangs when it trains, so submissions to
exercises that train are tried when the notebook has ended, in copies of the namespace that it had there. The notebook
itself has run the solution and its test cell: what the cell said is the verdict.
"""

import ast
import builtins
import importlib
import inspect
import json
import multiprocessing
import os
import random
import shutil
import signal
import symtable
import tempfile
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import shell
import yaml
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

from grading.authoring.reference import execute as _run
from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import is_exercise
from grading.cells.roles import is_test as is_check
from grading.cells.roles import name_of as grade_id
from helpers import checks
from helpers.repository import ROOT

SUBMISSIONS = Path(__file__).resolve().parent
TIME_LIMIT_S = 1500  # by the clock, on a machine that may be busy
TEST_ALL = bool(os.environ.get("HEPDL_TEST_ALL"))
EVERY_ANSWER = TEST_ALL or bool(os.environ.get("HEPDL_EVERY_ANSWER"))
ONE_IN = 8  # answers of a kind that is sampled, but at least one
# What this module imports, so that a new process need not.
LIBRARIES = (
    "helpers.checks",
    "grading.authoring.reference",
    "nbgrader.preprocessors",
    "IPython.core.interactiveshell",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
)


@dataclass(frozen=True)
class Submission:
    """An answer to an exercise cell.

    says: part of the sentence that a wrong one must get, None for a right one. alone: whether the test cell also judges
    it with no other names than it asks for. trains: whether it trains a network, as the lesson's file says. seen: the
    part of the test cell, "visible" or "hidden", that rejects a wrong one. sampled: whether the lesson's file says that
    answers of its kind to its exercise take so long that a run over all lessons tries a few of them.
    """

    exercise: str
    name: str
    source: str
    says: str | None
    alone: bool = True
    trains: bool = False
    seen: str = "visible"
    sampled: bool = False

    @property
    def right(self) -> bool:
        return self.says is None

    @property
    def kind(self) -> str:
        return "right" if self.right else "wrong"


@dataclass(frozen=True)
class Verdict:
    """What the test cell said of a submission, in the notebook's namespace and alone: "" if it was accepted.

    message_alone: None if it was not tried alone. seen: the part of the test cell that the message comes from.
    """

    message: str
    message_alone: str | None
    seen: str


def lessons() -> list[str]:
    """The assignments, by the names of their folders."""
    return sorted(folder.name for folder in (ROOT / "solutions").iterdir() if list(folder.glob("*.ipynb")))


@cache
def notebooks(lesson: str) -> dict[str, NotebookNode]:
    """The solution notebooks of an assignment, by their names."""
    paths = sorted((ROOT / "solutions" / lesson).glob("*.ipynb"))
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def exercises(notebook: NotebookNode) -> dict[str, tuple[NotebookNode, NotebookNode]]:
    """The exercise cells of a notebook by grade_id, each with its test cell: the next code cell."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {grade_id(cell): (cell, code[i + 1]) for i, cell in enumerate(code) if is_exercise(cell)}


def released(cell: NotebookNode) -> str:
    """The source of a cell as students receive it."""
    copy = nbformat.from_dict(cell)
    if is_exercise(copy):
        copy, _ = ClearSolutions().preprocess_cell(copy, {"language": "python"}, 0)
    if is_check(copy):
        copy, _ = ClearHiddenTests().preprocess_cell(copy, {}, 0)
    return copy.source


def asked_names(source: str) -> set[str]:
    """The names that a test cell takes from the student: global names that it reads and does not define."""
    module = symtable.symtable(source, "test cell", "exec")
    defined = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    read = {
        symbol.get_name()
        for table in _tables(module)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is module or symbol.is_global())
    }
    return read - defined - set(dir(builtins))


def ends_in_a_value(source: str, names: set[str]) -> bool:
    """Whether a test cell could end in a value of the student's, which nbgrader would read as the grade."""
    body = ast.parse(source).body
    if not body or not isinstance(body[-1], ast.Expr):
        return False
    value = body[-1].value
    if not isinstance(value, ast.Call):
        return True
    root = value.func
    if ast.unparse(root).startswith("checks.") and isinstance(root, ast.Attribute):
        return inspect.signature(getattr(checks, root.attr)).return_annotation is not None
    while isinstance(root, ast.Attribute):
        root = root.value
    return not isinstance(root, ast.Name) or root.id in names


@cache
def written(lesson: str) -> dict[str, dict]:
    """What the lesson's file says of each exercise. Read by libyaml, ten times as fast as Python's own reader."""
    return yaml.load((SUBMISSIONS / f"{lesson}.yaml").read_text(), yaml.CSafeLoader)


@cache
def submissions(lesson: str, notebook: str) -> dict[str, list[Submission]]:
    """The submissions to a notebook by exercise: those of the lesson's file, the solution itself, and the stub."""
    found = {}
    for exercise, (cell, _) in exercises(notebooks(lesson)[notebook]).items():
        listed = written(lesson).get(exercise, {})
        right = {"the solution": cell.source, **listed.get("right", {})}
        wrong = {"the stub": {"says": "Error", "source": released(cell)}, **listed.get("wrong", {})}
        answers = [(name, source, None, "visible") for name, source in right.items()]
        answers += [
            (name, answer["source"], answer["says"], answer.get("seen", "visible")) for name, answer in wrong.items()
        ]
        sampled = listed.get("sampled", ())
        found[exercise] = [
            Submission(
                exercise,
                name,
                source,
                says,
                trains=listed.get("trains", False),
                seen=seen,
                sampled=("right" if says is None else "wrong") in sampled,
            )
            for name, source, says, seen in answers
        ]
    return found


def tried(lesson: str, notebook: str) -> dict[str, list[Submission]]:
    """The submissions that this run tries: all, unless it samples some; the last of each kind is judged alone, too."""
    found = {}
    for exercise, answers in submissions(lesson, notebook).items():
        chosen = answers if EVERY_ANSWER else sample(answers, seed=repr(answers))
        last_of_their_kind = list({answer.kind: answer for answer in chosen}.values())
        found[exercise] = [replace(answer, alone=TEST_ALL or answer in last_of_their_kind) for answer in chosen]
    return found


def sample(answers: list[Submission], seed: str) -> list[Submission]:
    """The solution, the stub, the last answer, and a few others of a kind that is sampled: the same for a seed."""
    chance = random.Random(seed)
    always = ("the solution", "the stub", answers[-1].name)
    chosen = [answer for answer in answers if answer.name in always or not answer.sampled]
    for kind in ("right", "wrong"):
        others = [answer for answer in answers if answer.kind == kind and answer not in chosen]
        chosen += chance.sample(others, min(len(others), max(1, len(others) // ONE_IN)))
    return [answer for answer in answers if answer in chosen]


@dataclass
class Run:
    """One execution of a notebook: what its code cells showed, and what the test cells said of each submission."""

    outputs: list[list[shell.Output]] = field(default_factory=list)
    verdicts: dict[Submission, Verdict] = field(default_factory=dict)


@cache
def run(lesson: str, notebook: str) -> Run:
    """Execute a solution notebook and try the submissions to its exercises, once for all tests."""
    return in_new_process(_run_notebook, lesson, notebooks(lesson)[notebook], tried(lesson, notebook))


def in_new_process(function: Callable[..., Any], *arguments: object) -> Any:
    """What a function returns in a new process, forked from one that has imported libraries and done nothing else."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LIBRARIES))
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def _run_notebook(lesson: str, notebook: NotebookNode, answers: dict[str, list[Submission]]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(shutil.copytree(ROOT / "solutions" / lesson, Path(folder) / lesson))
        return _executed(notebook, answers)


def _executed(notebook: NotebookNode, answers: dict[str, list[Submission]]) -> Run:
    kernel, done = shell.start(TIME_LIMIT_S), Run()
    pairs = exercises(notebook)
    to_train: list[tuple[Submission, str, dict]] = []
    just_run: Submission | None = None
    _import_for([answer for tried in answers.values() for answer in tried])
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        tried = answers[grade_id(cell)] if is_exercise(cell) else []
        for submission in tried:
            if not submission.trains:
                _, test = pairs[submission.exercise]
                done.verdicts[submission] = _in_child(submission, kernel.user_ns, test.source)
        before = dict(kernel.user_ns)
        done.outputs.append(kernel.run(cell.source))
        if just_run and is_check(cell):
            done.verdicts[just_run] = Verdict(_error_in(done.outputs[-1]), None, "hidden")
        just_run = None
        for submission in tried:
            if submission.trains and submission.source == cell.source:
                # This is what has just been run: it need not train again, nor be judged again if not alone.
                if submission.alone:
                    to_train.append((submission, "", dict(kernel.user_ns)))
                else:
                    just_run = submission
            elif submission.trains:
                to_train.append((submission, submission.source, before))
    plt.switch_backend("agg")
    for submission, source, namespace in to_train:
        _, test = pairs[submission.exercise]
        done.verdicts[submission] = _judge(submission, source, dict(namespace), test.source)
    return done


def _error_in(outputs: list[shell.Output]) -> str:
    """The error that a cell showed, in the words that a student sees; "" if there is none."""
    errors = [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]
    return errors[0] if errors else ""


def _import_for(tried: list[Submission]) -> None:
    """Import what submissions import, so that not each child has to; not keras, which takes seconds, if none does."""
    modules = set()
    for node in (node for submission in tried for node in ast.walk(ast.parse(submission.source))):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module)
    for module in modules:
        if module.partition(".")[0] not in ("keras", "tensorflow"):
            importlib.import_module(module)


def _judge(submission: Submission, source: str, namespace: dict, test: str) -> Verdict:
    """Run a submission, judge it in the notebook's namespace, and alone: with only the names that the test asks for."""
    signal.alarm(TIME_LIMIT_S)
    _message(source, namespace)
    asked = {"__name__": "__main__", **{name: namespace[name] for name in asked_names(test) if name in namespace}}
    message, seen = _message_of_test(test, dict(namespace))
    verdict = Verdict(message, _message_of_test(test, asked)[0] if submission.alone else None, seen)
    signal.alarm(0)
    return verdict


def _message_of_test(test: str, namespace: dict) -> tuple[str, str]:
    """What a test cell says, and which part of it: first the visible part is run, then the hidden one."""
    visible, _, hidden = test.partition(f"\n### {HIDDEN_TESTS.begin}\n")
    if not hidden:
        visible, hidden = HIDDEN_TESTS.without(test), test
    if message := _message(visible, namespace):
        return message, "visible"
    return _message(hidden, namespace), "hidden"


def _in_child(submission: Submission, namespace: dict, test: str) -> Verdict:
    """The verdict of a forked child. An error of its own is a verdict, too."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_WRONLY)  # what a submission writes is no output of the notebook's next cell
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        with os.fdopen(writing, "w") as pipe:
            try:
                plt.switch_backend("agg")
                verdict = _judge(submission, submission.source, dict(namespace), test)
                told = [text and text[:4000] for text in (verdict.message, verdict.message_alone, verdict.seen)]
            except BaseException:
                told = [traceback.format_exc()] * 2 + ["visible"]
            json.dump(told, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return Verdict(*(json.loads(told) if told else ["the child died or ran out of time"] * 2 + ["visible"]))


def _message(source: str, namespace: dict) -> str:
    """Run a cell; "" if it went well, else the error in the words that a student sees."""
    try:
        _run(source, namespace)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
