"""Try answers on the real notebooks: every exercise cell with other sources, judged by the test cell under it.

The code cells of a solution notebook are executed one after the other in a process of their own, which is new and so
has run no operation of TensorFlow. At an exercise each submission gets a forked child, in which its source replaces the
solution and the test cell follows, so that no submission meets another. A process forked after TensorFlow has run an
operation hangs when it trains, so submissions to exercises that train share one child, forked before the first cell
that uses keras, which executes the rest of the notebook and tries them in copies of the namespace.
"""

import ast
import builtins
import importlib
import inspect
import json
import multiprocessing
import os
import signal
import symtable
import traceback
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import nbformat
import yaml
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

from grading.authoring.reference import execute as _run
from grading.cells.roles import is_exercise
from grading.cells.roles import is_test as is_check
from grading.cells.roles import name_of as grade_id
from helpers import checks
from helpers.repository import ROOT

SUBMISSIONS = Path(__file__).resolve().parent
TIME_LIMIT_S = 300
TEST_ALL = bool(os.environ.get("HEPDL_TEST_ALL"))


@dataclass(frozen=True)
class Submission:
    """An answer to an exercise cell.

    says: part of the sentence that a wrong one must get, None for a right one. alone: whether the test cell also judges
    it with no other names than it asks for.
    """

    exercise: str
    name: str
    source: str
    says: str | None
    alone: bool = True

    @property
    def right(self) -> bool:
        return self.says is None

    @property
    def kind(self) -> str:
        return "right" if self.right else "wrong"


@dataclass(frozen=True)
class Verdict:
    """What the test cell said of a submission, in the notebook's namespace and alone: "" if it was accepted.

    message_alone: None if it was not tried alone.
    """

    message: str
    message_alone: str | None


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
def submissions(lesson: str, notebook: str) -> dict[str, list[Submission]]:
    """The submissions to a notebook by exercise: those of the lesson's file, the solution itself, and the stub."""
    written = yaml.safe_load((SUBMISSIONS / f"{lesson}.yaml").read_text())
    found = {}
    for exercise, (cell, _) in exercises(notebooks(lesson)[notebook]).items():
        listed = written.get(exercise, {})
        right = {"the solution": cell.source, **listed.get("right", {})}
        wrong = {"the stub": {"says": "Error", "source": released(cell)}, **listed.get("wrong", {})}
        answers = [(name, source, None) for name, source in right.items()]
        answers += [(name, answer["source"], answer["says"]) for name, answer in wrong.items()]
        last_of_their_kind = (list(right)[-1], list(wrong)[-1])
        found[exercise] = [
            Submission(exercise, *answer, alone=TEST_ALL or answer[0] in last_of_their_kind) for answer in answers
        ]
    return found


def trains(lesson: str) -> set[str]:
    """The exercises whose submissions train a network, marked so in the lesson's file."""
    written = yaml.safe_load((SUBMISSIONS / f"{lesson}.yaml").read_text())
    return {exercise for exercise, answers in written.items() if answers.get("trains")}


def judge(lesson: str, notebook: str) -> dict[Submission, Verdict]:
    """Try every submission to the exercises of a notebook; what the test cells say."""
    new_process = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=new_process) as pool:
        return pool.submit(_judge, lesson, notebook).result()


def _judge(lesson: str, name: str) -> dict[Submission, Verdict]:
    matplotlib.use("agg")
    notebook = notebooks(lesson)[name]
    answers = submissions(lesson, name)
    _import_for([answer for tried in answers.values() for answer in tried])
    return dict(_judge_notebook(notebook, answers, trains(lesson)))


def _judge_notebook(
    notebook: NotebookNode, answers: dict[str, list[Submission]], training: set[str]
) -> Iterator[tuple[Submission, Verdict]]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tests = {exercise: check.source for exercise, (_, check) in exercises(notebook).items()}
    namespace: dict = {"__name__": "__main__"}
    keras_met = False
    for position, cell in enumerate(code):
        if "keras" in cell.source and not keras_met:
            keras_met = True
            rest = code[position : 1 + max((i for i, c in enumerate(code) if _in(c, training)), default=-1)]
            tried = [submission for c in rest if _in(c, training) for submission in answers[grade_id(c)]]
            verdicts = _in_child(_try_training, rest, namespace, answers, training, tests) if tried else []
            yield from zip(tried, verdicts, strict=True)
        if is_exercise(cell) and not _in(cell, training):
            for submission in answers[grade_id(cell)]:
                yield submission, *_in_child(_try, submission, namespace, tests[submission.exercise])
        tried_already = training if keras_met else ()
        if not any(is_exercise(later) and not _in(later, tried_already) for later in code[position + 1 :]):
            return
        if not is_check(cell):
            _run(cell.source, namespace)


def _in(cell: NotebookNode, names: Container[str]) -> bool:
    return is_exercise(cell) and grade_id(cell) in names


def _import_for(tried: list[Submission]) -> None:
    """Import what submissions import, so that not each child has to; not keras, which must not be there at a fork."""
    modules = set()
    for node in (node for submission in tried for node in ast.walk(ast.parse(submission.source))):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module)
    for module in modules:
        if module.partition(".")[0] not in ("keras", "tensorflow"):
            importlib.import_module(module)


def _try(submission: Submission, namespace: dict, test: str) -> Iterator[Verdict]:
    """Run a submission, judge it in the notebook's namespace, and alone: with only the names that the test asks for."""
    signal.alarm(TIME_LIMIT_S)
    _message(submission.source, namespace)
    asked = {"__name__": "__main__", **{name: namespace[name] for name in asked_names(test) if name in namespace}}
    yield Verdict(_message(test, dict(namespace)), _message(test, asked) if submission.alone else None)


def _try_training(
    code: list[NotebookNode],
    namespace: dict,
    answers: dict[str, list[Submission]],
    training: set[str],
    tests: dict[str, str],
) -> Iterator[Verdict]:
    for cell in code:
        if _in(cell, training):
            for submission in answers[grade_id(cell)]:
                yield from _try(submission, dict(namespace), tests[submission.exercise])
        signal.alarm(TIME_LIMIT_S)
        if not is_check(cell) and cell is not code[-1]:
            _run(cell.source, namespace)


def _in_child(judge: Callable[..., Iterator[Verdict]], *arguments) -> list[Verdict]:
    """Collect verdicts in a forked child. What it writes before it ends counts; an error of its own is a verdict."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            try:
                for verdict in judge(*arguments):
                    told = [text and text[:4000] for text in (verdict.message, verdict.message_alone)]
                    print(json.dumps(told), file=pipe, flush=True)
            except BaseException:
                print(json.dumps([traceback.format_exc()] * 2), file=pipe, flush=True)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        verdicts = [Verdict(*json.loads(line)) for line in pipe]
    os.waitpid(child, 0)
    return verdicts or [Verdict(*["the child died or ran out of time"] * 2)]


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
