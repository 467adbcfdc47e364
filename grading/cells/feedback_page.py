"""The page that a student gets back: points by task, the sentence of each check first, its code folded away."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from nbconvert.exporters import Exporter, HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Bool
from traitlets.config import Config

from grading.cells.feedback import GRADERS_ERRORS
from grading.cells.harmless import Harmless
from grading.cells.incidents import told
from grading.cells.languages import language_of, recognised, sentences
from grading.cells.rendering import Page, rendered
from grading.cells.roles import is_question, is_test, name_of
from grading.cells.shown import FILTERS
from helpers.language import ENGLISH

TEMPLATES = Path(__file__).resolve().parent / "templates"
HIDDEN_MARK = "### "
LINK_INTO_THE_COURSE = re.compile(r"(?<!!)\[([^\[\]]+)\]\((?!\w+:|#)[^()\s]*\)")


class FeedbackPage(HTMLExporter):
    """nbconvert's page with this folder's template, whatever template nbgrader names for its own pages."""

    def __init__(self, config: Config | None = None, **keywords: Any) -> None:
        config = Config(config or {})
        config.HTMLExporter.template_name = "feedback_page"
        config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
        config.HTMLExporter.filters = FILTERS
        super().__init__(config=config, **keywords)

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict | None = None, **keywords: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, and nbconvert's resources. Raises `NotRendered`."""
        nb, resources = Harmless().preprocess(deepcopy(nb), resources or {})
        nb, resources = Exporter.from_notebook_node(self, nb, resources, **keywords)
        values = {name: value for name, value in resources.items() if not callable(value)}
        return rendered(Page(FeedbackPage, self.config, nb, values)), resources

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.globals["_"] = _translated
        return environment


@pass_context
def _translated(context: Context, english: str, **values: Any) -> str:
    """A text of the template in the page's language, filled with values."""
    said = sentences(context["resources"].get("language", ENGLISH), "grading").get(english, english)
    return said.format(**values)


class Verdicts(NbGraderPreprocessor):
    """Say of each graded cell what became of it, for the page. Comes after nbgrader's GetGrades.

    ``verdict`` in a cell's nbgrader metadata: passed, failed or in part (tests), marked or waits (by hand);
    ``sentences``: what a failed test said, and why the grader stopped a cell of the student's. ``model_answers`` adds
    the solution's text to each question. Links to other pages of the course, which the page lies apart from, become
    text.
    """

    model_answers = Bool(False, help="Whether students get the solution's answers to the questions.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Note the verdicts in the cells, and the page's style in the resources."""
        resources["feedback_css"] = (TEMPLATES / "feedback_page" / "feedback.css").read_text()
        language = resources["language"] = language_of(nb)
        resources["told"] = [recognised(sentence, language) for sentence in told(nb)]
        answers = self._answers(resources) if self.model_answers else {}
        names = resources["nbgrader"]
        place = names["notebook"], names["assignment"], names["student"]
        with Gradebook(names["db_url"]) as gradebook:
            for cell in filter(is_grade, nb.cells):
                if is_test(cell):
                    self._judge(cell, language)
                else:
                    waits = gradebook.find_grade(name_of(cell), *place).needs_manual_grade
                    cell.metadata.nbgrader["verdict"] = "waits" if waits else "marked"
                    cell.metadata.nbgrader["model_answer"] = answers.get(name_of(cell) or "", "")
        waiting = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("verdict") == "waits"]
        resources["points_not_graded"] = sum(cell.metadata.nbgrader.points for cell in waiting)
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = LINK_INTO_THE_COURSE.sub(r"\1", cell.source)
            elif cell.cell_type == "code" and not is_test(cell):
                self._tell_why_it_was_stopped(cell, language)
        return nb, resources

    def _tell_why_it_was_stopped(self, cell: NotebookNode, language: str) -> None:
        """Turn the grader's own errors in a student's cell into sentences."""
        stopped = [output for output in cell.outputs if output.get("ename") in GRADERS_ERRORS]
        if stopped:
            cell.outputs = [output for output in cell.outputs if output not in stopped]
            mark = cell.metadata.setdefault("nbgrader", NotebookNode())
            mark["sentences"] = [_sentence(error, language) for error in stopped]

    def _judge(self, cell: NotebookNode, language: str) -> None:
        mark = cell.metadata.nbgrader
        errors = [output for output in cell.outputs if output.output_type == "error"]
        mark["verdict"] = "passed" if mark.score >= mark.points else "in part" if mark.score else "failed"
        mark["sentences"] = [_sentence(error, language) for error in errors]

    def _answers(self, resources: dict) -> dict[str, str]:
        """The text of each question's answer in the solution notebook, marking schemes left out."""
        names = resources["nbgrader"]
        course = Path(resources["metadata"]["path"]).resolve().parents[2]
        path = course / "solutions" / names["assignment"] / f"{names['notebook']}.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        return {name_of(cell) or "": _without_scheme(cell.source) for cell in cells if is_question(cell)}


def _sentence(error: NotebookNode, language: str) -> str:
    """What an error says; of a failed check its sentence alone, else with the error's name before it."""
    plain = error.ename in ("CheckFailed", "CannotBeChecked", *GRADERS_ERRORS) or not error.ename
    said = recognised(error.evalue, language)
    return said if plain else f"{error.ename}: {said}".removesuffix(": ")


def _without_scheme(source: str) -> str:
    lines = [line for line in source.splitlines() if not line.lstrip("<!- ").startswith(HIDDEN_MARK)]
    return "\n".join(lines).partition("**Marking scheme.**")[0].strip()
