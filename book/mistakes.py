"""Common mistakes, a page for each lesson, from the wrong answers that the tests hand in to it.

`tests/submissions/<assignment>.yaml` holds them by exercise: what one writes, part of the sentence that the check says,
and in ``behind`` what leads there. The public book leaves out those that only a hidden test stops, and all code.
"""

import re
from pathlib import Path

import yaml

from book.course import BookError, Lesson
from book.glossary_page import short
from grading.cells.regions import SOLUTION
from grading.cells.roles import is_exercise, name_of

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#$|~])")


def pages(course: list[Lesson], root: Path, with_answers: bool) -> dict[str, str]:
    """A page in Markdown for each lesson, by the notebook's path without its ending.

    Raises BookError where an exercise has wrong answers without a word on what lies behind them.
    """
    written: dict[str, dict] = {}
    found = {}
    for lesson in course:
        name = lesson.opening.path.removesuffix(".ipynb")
        assignment = name.partition("/")[0]
        if assignment not in written:
            file = root / "tests" / "submissions" / f"{assignment}.yaml"
            written[assignment] = yaml.safe_load(file.read_text("utf-8"))
        found[name] = _page(lesson, written[assignment], with_answers)
    return found


def _page(lesson: Lesson, written: dict[str, dict], with_answers: bool) -> str:
    title = lesson.opening.title
    parts = [
        f"# {short(title)}: common mistakes",
        f"What students write in [{title}](../../course/{lesson.opening.path}), what the check says of it, "
        "and what lies behind it. Of a check's sentence the telling part is quoted.",
    ]
    for cell in filter(is_exercise, lesson.solution.cells):
        exercise = name_of(cell) or ""
        answers = written.get(exercise, {})
        wrong = {
            name: answer
            for name, answer in answers.get("wrong", {}).items()
            if with_answers or answer.get("seen") != "hidden"
        }
        if not wrong:
            continue
        if not answers.get("behind"):
            raise BookError(
                f"tests/submissions: {exercise} of {lesson.opening.path} has no `behind`: say what leads there"
            )
        rows = [f"| {escaped(name)} | “… {escaped(answer['says'])} …” |" for name, answer in wrong.items()]
        table = "\n".join(["| what one writes | what the check says |", "|---|---|", *rows])
        parts += [f"## {exercise.replace('-', ' ').capitalize()}", answers["behind"].strip(), table]
        if with_answers:
            parts += [_code("The solution", SOLUTION.unmarked(cell.source))]
            parts += [_code(f"Right: {name}", source) for name, source in answers.get("right", {}).items()]
            parts += [_code(f"Wrong: {name}", answer["source"]) for name, answer in wrong.items()]
    return "\n\n".join(parts) + "\n"


def _code(summary: str, source: str) -> str:
    fence = "`" * 5
    return f"<details><summary>{escaped(summary)}</summary>\n\n{fence}python\n{source.rstrip()}\n{fence}\n\n</details>"


def escaped(text: str) -> str:
    r"""A text as Markdown that shows it as it is.

    >>> escaped("N/B + N%B | a_b")
    'N/B + N%B \\| a\\_b'
    """
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
