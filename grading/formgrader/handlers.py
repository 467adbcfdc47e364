"""nbgrader's handlers, each of which says with its answer what the browser may run: nothing of a student's."""

import asyncio
import functools
import secrets
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader.apihandlers import BaseApiHandler
from nbgrader.server_extensions.formgrader.base import BaseHandler
from nbgrader.server_extensions.formgrader.handlers import template_path
from tornado import web

from grading.cells.harmless import Harmless
from grading.cells.marking import questions
from grading.cells.rendering import NotRendered, Page, rendered
from grading.cells.roles import name_of
from grading.cells.shown import FILTERS
from grading.formgrader.templates import Templates, policy

DATA = "default-src 'none'; sandbox"
"""The policy of what is no page: files that were handed in, and answers to formgrader's scripts."""


class GuardedPage:
    """A page: scripts of formgrader's own, and values that are filled in as text."""

    @functools.cached_property
    def nonce(self) -> str:
        """What this answer's own scripts are called."""
        return secrets.token_urlsafe(16)

    @property
    def content_security_policy(self) -> str:
        """For Jupyter's handler, which sends it; the server's own, such as frame-ancestors, comes after it."""
        return f"{policy(self.nonce)}; {super().content_security_policy}"  # type: ignore[misc]

    def render(self, name: str, **values: Any) -> str:
        """A template filled in."""
        return super().render(name, nonce=self.nonce, **values)  # type: ignore[misc]


class GuardedData:
    """Something that is no page, and runs nothing if a browser takes it for one."""

    @property
    def content_security_policy(self) -> str:
        """For Jupyter's handler, which sends it."""
        return DATA


class Static(web.StaticFileHandler):
    """Formgrader's own files."""

    def set_default_headers(self) -> None:
        """Say that they are what their names say."""
        self.set_header("X-Content-Type-Options", "nosniff")


class FormgradePage(HTMLExporter):
    """A submission's page. resources: all that nbgrader fills in is text."""

    def __init__(self, config: Any = None, **keywords: Any) -> None:
        super().__init__(config=config, **keywords)
        self.filters = FILTERS
        self.extra_template_paths = [template_path]
        self.extra_loaders = [Templates("resources.nonce")]


class SubmissionPage(GuardedPage, handlers.SubmissionHandler):
    """A submission as the instructor marks it, made in a process of its own while the server goes on."""

    async def get(self, submission_id: str) -> None:
        """Show it; if it cannot be shown, say why."""
        self._asked: tuple[str, dict] | None = None
        super().get(submission_id)
        if self._asked is None:
            return
        path, resources = self._asked
        try:
            self.write(await asyncio.get_running_loop().run_in_executor(None, self._page, path, resources))
        except NotRendered as reason:
            self.set_status(500)
            self.write(f"<p>{escape(path)} {escape(str(reason))}.</p>")

    @property
    def exporter(self) -> "SubmissionPage":
        """What nbgrader asks for the page: this, which notes what is asked."""
        return self

    def from_filename(self, path: str, resources: dict) -> tuple[str, dict]:
        """Note which notebook is to be shown."""
        self._asked = path, resources
        return "", resources

    def _page(self, path: str, resources: dict) -> str:
        shown = {name: escape(value) if isinstance(value, str) else value for name, value in resources.items()}
        config = self.settings["nbgrader_formgrader"].config
        notebook, _ = Harmless().preprocess(nbformat.read(path, as_version=4), {})
        schemes = self._schemes(resources["assignment_id"], resources["notebook_id"])
        for cell in notebook.cells:
            if isinstance(cell.metadata.get("nbgrader"), dict):
                cell.metadata.nbgrader["marking_scheme"] = schemes.get(name_of(cell), "")
        return rendered(Page(FormgradePage, config, notebook, shown | {"nonce": self.nonce}))

    def _schemes(self, assignment: str, notebook: str) -> dict[str | None, str]:
        """Model answer and marking scheme of each question, by name; none without the solution."""
        folder = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment)
        solution = Path(folder, f"{notebook}.ipynb").resolve()
        return {question.name: question.scheme for question in questions(solution)} if solution.exists() else {}


def guarded(handler: type) -> type:
    """A handler of nbgrader's with the policy that it needs."""
    if handler is handlers.SubmissionHandler:
        return SubmissionPage
    if issubclass(handler, BaseApiHandler) or handler is handlers.SubmissionFilesHandler:
        return type(f"Guarded{handler.__name__}", (GuardedData, handler), {})
    if issubclass(handler, BaseHandler):
        return type(f"Guarded{handler.__name__}", (GuardedPage, handler), {})
    return Static
