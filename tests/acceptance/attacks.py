"""What dishonest submissions gain and break: stock nbgrader and this grader side by side.

    python -m tests.acceptance.attacks                        all of tests/submissions/dishonest
    python -m tests.acceptance.attacks frames "np.load"       a group, and those with "np.load" in their name
    python -m tests.acceptance.attacks --grader this --told   this grader alone, and what tells the instructor of each

Each attack is graded by a plain `nbgrader autograde` in a temporary course, between two honest neighbours: one graded
before it and one after. The grader called stock has this repository's configuration with nbgrader's own preprocessors.
An attack pays if its author gets more than the honest part deserves; it does harm if it changes or stops anything of
others, shows a hidden test, or leaves a process or many bytes behind. Exits with 1 if, under this grader, one attack
pays or does harm, an honest part is not paid in full, or the instructor is not told.
"""

import argparse
import contextlib
import ctypes
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from grading.authoring.temporary_course import TemporaryCourse
from grading.authoring.text_table import text_table
from grading.cells.roles import is_test, name_of
from helpers.files import sha256
from helpers.repository import ROOT
from tests.acceptance.graders import GRADERS, choose_grader

sys.path.insert(0, str(ROOT / "tests" / "submissions"))
import dishonest
from dishonest import HIDDEN, LESSONS, REACHED, Attack, Lesson

BEFORE, AFTER = "alice", "zoe"
CELL_TIMEOUT_S = {"counting": 10, "network": 120, "results": 30}
SUBMISSION_TIMEOUT_S = {"counting": 120, "network": 400, "results": 200}
LARGEST_CLASS = 8
LARGEST_GROWTH_BYTES = 10_000_000
MOST_FILES = 1000
LARGEST_FILE_BYTES = 300_000_000
GRACE_S = 3
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Outcome:
    """What an attack got: points, harm in a few words each, and whether anything tells the instructor."""

    points: float | None
    harm: list[str] = field(default_factory=list)
    told: str = ""


@dataclass(frozen=True)
class Deserved:
    """The points of the honest part; ``least`` if the attack costs its author what it risked."""

    points: float
    least: float

    def __str__(self) -> str:
        return f"{self.points:g}" if self.points == self.least else f"{self.least:g}–{self.points:g}"


@cache
def corpus() -> dict[str, Attack]:
    """The attacks by name."""
    return {attack.name: attack for attack in dishonest.attacks()}


def deserved(attack: Attack) -> Deserved:
    worth = {exercise.name: exercise.points for exercise in LESSONS[attack.lesson].exercises}
    points = sum(worth[name] for name in worth.keys() - attack.wrong)
    return Deserved(points, points - sum(worth[name] for name in attack.risked - attack.wrong))


def student_of(attack: Attack) -> str:
    """A student's name that sorts between the neighbours'."""
    return "mallory-" + re.sub(r"\W+", "-", attack.name.lower()).strip("-")


# A course: one lesson, one grader


def new_course(folder: Path, lesson: Lesson, grader: str) -> TemporaryCourse:
    """A course in an empty folder whose first honest student has been graded."""
    source = folder.with_name(f"{folder.name}-source")
    source.mkdir()
    nbformat.write(lesson.solution(), source / f"{lesson.name}.ipynb")
    folder.mkdir()
    course = TemporaryCourse(folder, lesson.name, source)
    shutil.rmtree(source)
    choose_grader(course, grader)
    course.nbgrader("generate_assignment", lesson.name)
    hand_in(course, lesson, BEFORE)
    course.nbgrader("autograde", lesson.name)
    return course


def hand_in(course: TemporaryCourse, lesson: Lesson, student: str, attack: Attack | None = None, port: int = 0) -> None:
    """Put a submission where nbgrader collects them: an honest one, or the attack."""
    folder = course.folder / "submitted" / student / lesson.name
    folder.mkdir(parents=True)
    notebook = nbformat.read(course.folder / "course" / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    known = {"@course@": str(course.folder), "@me@": student, "@neighbour@": AFTER, "@port@": str(port)}

    def filled(text: str) -> str:
        return re.sub("|".join(known), lambda match: known[match.group()], text)

    answers = {name: filled(source) for name, source in attack.answers.items()} if attack else {}
    lesson.filled_in(notebook, answers)
    if attack and attack.edit:
        attack.edit(notebook)
    (folder / f"{lesson.name}.ipynb").write_text(json.dumps(notebook))
    if attack and attack.hand_in:
        attack.hand_in(folder)


# Grading a class, in a process to which everything falls that its own parents left


def grade_class(
    template: TemporaryCourse, folder: Path, names: list[str], log: bool
) -> tuple[dict[str, Outcome], list[str]]:
    """Grade these attacks and an honest neighbour in a copy of the course.

    Returns the outcomes by the attack's name, and the harm done to others or left by the class as a whole.
    """
    attacks = [corpus()[name] for name in names]
    lesson = LESSONS[attacks[0].lesson]
    course = template.copied_to(folder)
    with accomplice(lesson) as (port, heard):
        for attack in attacks:
            hand_in(course, lesson, student_of(attack), attack, port)
        hand_in(course, lesson, AFTER)
        before = files_of_others(course)
        printed, ended = autograde(course, lesson, (len(attacks) + 1) * SUBMISSION_TIMEOUT_S[lesson.name])
        harm = [] if ended else ["class stopped"]
        harm += end_processes_left()
        harm += harm_to_others(course, lesson, before, [student_of(attack) for attack in attacks])
        harm += heard
    if log:
        print(printed, flush=True)
    outcomes = {attack.name: outcome(course, lesson, attack, printed) for attack in attacks}
    shutil.rmtree(folder, ignore_errors=True)
    return outcomes, harm


def autograde(course: TemporaryCourse, lesson: Lesson, patience_s: float) -> tuple[str, bool]:
    """What nbgrader printed, and whether it came to its end by itself."""
    become_subreaper()
    path = course.folder / "printed.txt"
    command = [sys.executable, "-m", "nbgrader", "autograde", lesson.name]
    command.append(f"--Execute.timeout={CELL_TIMEOUT_S[lesson.name]}")
    with path.open("w") as printed:
        started = subprocess.Popen(
            command,
            cwd=course.folder,
            env=course.environment | {"HEPDL_ONLY_FOR_THE_GRADER": REACHED},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        psutil.Process(started.pid).rlimit(psutil.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, LARGEST_FILE_BYTES))
        try:
            ended = started.wait(patience_s) >= 0
        except subprocess.TimeoutExpired:
            ended = False
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()
    return path.read_text(errors="replace"), ended


def become_subreaper() -> None:
    """Make this process the parent of every orphan among its descendants, so that none can hide."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this process cannot become a subreaper")


def end_processes_left() -> list[str]:
    """Wait a moment for processes that are ending; kill the others and say how many there were."""

    def left() -> list[psutil.Process]:
        ours = psutil.Process().children(recursive=True)
        return [process for process in ours if "resource_tracker" not in " ".join(command_line(process))]

    until = time.monotonic() + GRACE_S
    while (found := left()) and time.monotonic() < until:
        psutil.wait_procs(found, 0.2)
    count = len(found)
    while found:
        for process in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(found, 2)
        found = left()
    return [f"left {count} process{'es' if count > 1 else ''}"] if count else []


def command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextlib.contextmanager
def accomplice(lesson: Lesson) -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that tells every right answer. Yields its port, and what it heard as harm."""
    answers = "\n".join(exercise.answer for exercise in lesson.exercises).encode()
    heard: list[str] = []
    internet = socket.create_server(("127.0.0.1", 0))
    port = internet.getsockname()[1]
    local = socket.socket(socket.AF_UNIX)
    local.bind(f"\0hepdl-accomplice-{port}")
    local.listen()

    def serve(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = server.accept()
                with visitor, contextlib.suppress(OSError):
                    visitor.settimeout(5)
                    said = b"".join(iter(lambda: visitor.recv(65536), b""))  # noqa: B023
                    visitor.sendall(answers)
                    heard.append("hidden test sent away" if HIDDEN.encode() in said else "reached the network")

    threads = [threading.Thread(target=serve, args=(server,), daemon=True) for server in (internet, local)]
    for thread in threads:
        thread.start()
    try:
        yield port, heard
    finally:
        for server in (internet, local):
            server.close()


# What a class became


def files_of_others(course: TemporaryCourse) -> dict[str, str]:
    """A hash of each file and folder that grading the attackers must not change."""
    places = [course.folder / "nbgrader_config.py", course.folder / "solutions", course.folder / "course"]
    places += [course.folder / kind / name for kind in ("submitted", "autograded") for name in (BEFORE, AFTER)]
    found = {}
    for place in places:
        for path in [place, *place.rglob("*")]:
            if path.exists() and not path.is_relative_to(course.folder / "autograded" / AFTER):
                found[path.relative_to(course.folder).as_posix()] = sha256(path) if path.is_file() else "a folder"
    return found


def harm_to_others(course: TemporaryCourse, lesson: Lesson, before: dict[str, str], attackers: list[str]) -> list[str]:
    """What is not as it would be without the attackers: files, neighbours' scores, the rest of the gradebook."""
    after = files_of_others(course)
    changed = sorted(
        {name.split("/")[0] for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    )
    harm = [f"changed {name}" for name in changed]
    try:
        with Gradebook(course.database, "demo") as gradebook:
            students = {student.id for student in gradebook.students}
            if extra := students - {BEFORE, AFTER, *attackers}:
                harm.append(f"{len(extra)} students added")
            if gradebook.find_assignment(lesson.name).max_score != lesson.points:
                harm.append("the lesson's points changed")
            for student in (BEFORE, AFTER):
                if not (course.folder / "autograded" / student / lesson.name).exists():
                    harm.append("class stopped" if student == AFTER else "neighbour removed")
                elif (score := score_of(gradebook, lesson, student)) != lesson.points:
                    harm.append(f"neighbour's score {score:g}")
    except Exception as error:
        harm.append(f"gradebook broken ({type(error).__name__})")
    return harm


def score_of(gradebook: Gradebook, lesson: Lesson, student: str) -> float:
    return gradebook.find_submission(lesson.name, student).score


def outcome(course: TemporaryCourse, lesson: Lesson, attack: Attack, printed: str) -> Outcome:
    """What the attack itself got and showed."""
    student = student_of(attack)
    graded = course.folder / "autograded" / student / lesson.name
    notebook = None
    with contextlib.suppress(Exception):
        notebook = nbformat.read(graded / f"{lesson.name}.ipynb", as_version=4)
    try:
        with Gradebook(course.database, "demo") as gradebook:
            points = score_of(gradebook, lesson, student)
    except MissingEntry:
        points = 0
    except Exception:
        points = None
    result = Outcome(points, told=told(attack, student, notebook, printed))
    shown = "".join(map(shown_by, notebook.cells)) if notebook else ""
    if REACHED in shown and attack.reached:
        result.harm.append(attack.reached)
    if HIDDEN in shown:
        result.harm.append("hidden test shown")
    if any("File too large" in line for line in section(printed, student)):
        result.harm.append("copied without end")
    if (files := sum(1 for _ in graded.rglob("*"))) > MOST_FILES:
        result.harm.append(f"wrote {files} files")
    handed_in = sum(size_of(path) for path in (course.folder / "submitted" / student).rglob("*"))
    grown = sum(size_of(path) for path in graded.rglob("*")) - handed_in
    if grown > LARGEST_GROWTH_BYTES:
        result.harm.append(f"wrote {grown / 1e6:.0f} MB")
    return result


def size_of(path: Path) -> int:
    return path.lstat().st_size if path.is_file() else 0


def shown_by(cell: NotebookNode) -> str:
    """What a cell printed or displayed; not its errors, of which feedback shows a sentence alone."""
    texts = []
    for output in cell.get("outputs", []):
        texts += [output.get("text", ""), *(str(value) for value in output.get("data", {}).values())]
    return "".join(texts)


def told(attack: Attack, student: str, notebook: NotebookNode | None, printed: str) -> str:
    """What tells the instructor: a warning or error that names the student, or that stands in the student's section of
    nbgrader's log, or an error in the graded notebook's test of each wrong answer. "" if nothing does."""
    usual = warnings(section(printed, AFTER))
    named = [line for line in warnings(printed.splitlines()) if student in line]
    for line in [*warnings(section(printed, student)), *named]:
        if line not in usual:
            return line
    if notebook is None:
        return ""
    failed = {
        name_of(cell).removesuffix("-check"): output
        for cell in notebook.cells
        if is_test(cell)
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }
    if attack.wrong and attack.wrong <= failed.keys():
        first = failed[min(attack.wrong)]
        return f"{first.ename}: {first.evalue}"
    return ""


def section(printed: str, student: str) -> list[str]:
    """The lines that nbgrader printed while it graded a student's submission: from a line that names it to the next
    that names another."""
    found, inside = [], False
    for line in printed.splitlines():
        if named := re.search(r"student with ID '([^']+)'|/(?:submitted|autograded)/([^/\s]+)/", line):
            inside = student in named.groups()
        if inside:
            found.append(line)
    return found


def warnings(lines: list[str]) -> list[str]:
    """The warnings and errors among the lines of a log."""
    return [re.sub(r"^\[.*?\]\s*", "", line) for line in lines if re.search(r"\b(WARNING|ERROR)\]", line)]


# The table


def classes(attacks: list[Attack], grader: str) -> list[list[str]]:
    """Who is graded together, by name. Under stock nbgrader an attack that harms others has a class of its own."""
    alone = [attack for attack in attacks if attack.alone] if grader == "stock" else []
    found = [[attack.name] for attack in alone]
    for lesson in LESSONS:
        together = [attack.name for attack in attacks if attack.lesson == lesson and attack not in alone]
        found += [together[start : start + LARGEST_CLASS] for start in range(0, len(together), LARGEST_CLASS)]
    return found


def grade_all(
    attacks: list[Attack], graders: list[str], log: bool = False, processes: int = 2
) -> dict[str, dict[str, Outcome]]:
    """Outcomes by grader and attack. A class that came to harm is graded again, each attack alone: which one was it?"""
    outcomes: dict[str, dict[str, Outcome]] = {grader: {} for grader in graders}
    folder = Path(tempfile.mkdtemp(prefix="attacks-")).resolve()
    spawn = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
            pairs = [(lesson, grader) for lesson in {attack.lesson for attack in attacks} for grader in graders]
            made = [
                pool.submit(new_course, folder / f"{lesson}-{grader}", LESSONS[lesson], grader)
                for lesson, grader in pairs
            ]
            templates = dict(zip(pairs, [future.result() for future in made], strict=True))
            waiting: dict[Future, tuple[str, list[str]]] = {}

            def grade(grader: str, names: list[str]) -> None:
                template = templates[corpus()[names[0]].lesson, grader]
                place = Path(tempfile.mkdtemp(prefix=f"{grader}-", dir=folder)) / "course"
                waiting[pool.submit(grade_class, template, place, names, log)] = (grader, names)

            for grader in graders:
                for names in classes(attacks, grader):
                    grade(grader, names)
            while waiting:
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    grader, names = waiting.pop(future)
                    results, harm = future.result()
                    if harm and len(names) > 1:
                        for name in names:
                            grade(grader, [name])
                    else:
                        for name in names:
                            results[name].harm += harm
                            outcomes[grader][name] = results[name]
                    if sys.stderr.isatty():
                        print(f"\r{len(waiting)} classes to grade ", end="", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return outcomes


def problems(attack: Attack, result: Outcome) -> list[str]:
    """Why a grader lost to an attack, in sentences."""
    right = deserved(attack)
    found = []
    if result.points is None:
        found.append("has no score, because the gradebook cannot be read")
    elif result.points > right.points:
        found.append(f"got {result.points:g} points and deserves {right}")
    elif result.points < right.least:
        found.append(f"lost honest points: got {result.points:g} and deserves {right}")
    found += dict.fromkeys(result.harm)
    if not result.told:
        found.append("nothing tells the instructor")
    return found


def pays(attack: Attack, result: Outcome) -> bool:
    """Whether the author gained points or did harm."""
    return result.points is None or result.points > deserved(attack).points or bool(result.harm)


def table(attacks: list[Attack], outcomes: dict[str, dict[str, Outcome]]) -> str:
    """The outcomes as text: points deserved, then points and harm by each grader."""
    columns = ("attack", "deserves", *(GRADERS[grader] for grader in outcomes))
    empty = ("",) * (len(columns) - 1)
    rows = []
    for group in dict.fromkeys(attack.group for attack in attacks):
        rows += [("", *empty), (group, *empty)]
        for attack in attacks:
            if attack.group == group:
                by_grader = [describe(attack, outcomes[grader][attack.name]) for grader in outcomes]
                rows.append((attack.name, str(deserved(attack)), *by_grader))
    paid = [sum(pays(attack, results[attack.name]) for attack in attacks) for results in outcomes.values()]
    rows += [("", *empty), ("total", "", *(f"{count} of {len(attacks)} pay or do harm" for count in paid))]
    return text_table(columns, rows)


def describe(attack: Attack, result: Outcome) -> str:
    """The points and the harm, in a cell of the table."""
    points = "–" if result.points is None else f"{result.points:g}"
    mark = "*" if result.points is not None and result.points > deserved(attack).points else " "
    return f"{points:>3s}{mark} {', '.join(dict.fromkeys(result.harm))}"


def chosen(attack: Attack, only: list[str]) -> bool:
    return any(text == attack.group or text in attack.name for text in only)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="hepdl attacks", description=__doc__.splitlines()[0])
    made.add_argument("only", nargs="*", metavar="TEXT", help="a group, or a part of an attack's name (default: all)")
    made.add_argument("--grader", choices=GRADERS, help="one of the two (default: both)")
    made.add_argument("--told", action="store_true", help="also print what tells the instructor of each attack")
    made.add_argument("--log", action="store_true", help="also print nbgrader's log")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Grade the attacks, print the table, and return the exit status."""
    options = parser().parse_args(arguments)
    attacks = [attack for attack in corpus().values() if not options.only or chosen(attack, options.only)]
    if not attacks:
        print(f"there is no attack and no group {' or '.join(options.only)}", file=sys.stderr)
        return 2
    start = time.monotonic()
    outcomes = grade_all(attacks, [options.grader] if options.grader else list(GRADERS), options.log)
    print(table(attacks, outcomes))
    print("\n* more points than the honest part deserves")
    print(f"{len(attacks)} attacks graded in {(time.monotonic() - start) / 60:.1f} minutes")
    if options.told:
        for grader, results in outcomes.items():
            print(f"\nwhat tells the instructor under {GRADERS[grader]}")
            for name, result in results.items():
                print(f"  {name}: {result.told[:160] or 'NOTHING'}")
    lost = 0
    for attack in attacks:
        for problem in problems(attack, outcomes["this"][attack.name]) if "this" in outcomes else []:
            print(f"this grader: {attack.name}: {problem}", file=sys.stderr)
            lost += 1
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
