"""A student's texts as HTML, for nbconvert's templates: filters that nbgrader_config.py puts in place of nbconvert's.

Each text has its own limit; one that goes beyond it is shown as plain text, and says so. On a page whose resources say
``plain``, every text is.
"""

import re
import secrets
from collections.abc import Callable
from html import escape
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from grading.cells.clean_html import TooMuch, cleaned
from grading.cells.formulas import mathml
from grading.cells.time_limit import at_most

MOST_CHARACTERS = 20_000
ANSI = re.compile("\x1b\\[[0-9;]*[@-~]")
SECONDS = 2.0


class Renderer(IPythonRenderer):
    """nbconvert's, with formulas put aside while the rest is cleaned."""

    def __init__(self, attachments: dict) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=attachments)
        self._mark = f"formula{secrets.token_hex(16)}"
        self.formulas: list[tuple[str, str]] = []

    def _aside(self, tex: str, display: bool) -> str:
        mark = f"{self._mark}n{len(self.formulas)}e"
        self.formulas.append((mark, mathml(tex, display)))
        return mark

    def block_math(self, body: str) -> str:
        """A formula in a line of its own."""
        return self._aside(body, display=True)

    def inline_math(self, body: str) -> str:
        """A formula in the text."""
        return self._aside(body, display=False)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture, or words that it is not there."""
        if url.startswith("attachment:") and not self.attachments.get(url.removeprefix("attachment:")):
            return f"<em>(a picture that is not in the file: {escape(text or url)})</em>"
        return str(super().image(text, url, title))

    def latex_environment(self, name: str, body: str) -> str:
        """A formula of several lines."""
        return self._aside(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


@pass_context
def markdown(context: Context, source: str) -> str:
    """In place of nbconvert's filter ``markdown2html``."""
    attachments = dict(context.get("cell", {}).get("attachments", {}))

    def render() -> str:
        renderer = Renderer(attachments)
        html = cleaned(MarkdownWithMath(renderer=renderer).render(source))
        for mark, formula in renderer.formulas:
            html = html.replace(mark, formula, 1)
        return html

    return _limited(context, source, render)


@pass_context
def code(context: Context, source: str, language: str | None = None, metadata: Any = None) -> str:
    """In place of nbconvert's filter ``highlight_code``: always as Python."""
    return _limited(context, source, lambda: Highlight2HTML(pygments_lexer="ipython3")(source))


@pass_context
def coloured(context: Context, text: str) -> str:
    """In place of nbconvert's filter ``ansi2html``; of a long text without its colours."""
    if len(text) > MOST_CHARACTERS or context.get("resources", {}).get("plain"):
        return escape(ANSI.sub("", text), quote=False)
    return str(ansi2html(text))


def unchanged(text: str) -> str:
    """In place of nbconvert's filter ``strip_files_prefix``, which takes pieces out of what is clean."""
    return text


FILTERS = {
    "markdown2html": markdown,
    "highlight_code": code,
    "ansi2html": coloured,
    "strip_files_prefix": unchanged,
}


def _limited(context: Context, source: str, render: Callable[[], str]) -> str:
    resources = context.get("resources", {})
    try:
        if resources.get("plain"):
            raise TooMuch("its page takes too long otherwise")
        if len(source) > MOST_CHARACTERS:
            raise TooMuch(f"it has more than {MOST_CHARACTERS} characters")
        with at_most(SECONDS):
            return render()
    except (TooMuch, TimeoutError) as reason:
        why = str(reason)
    except RecursionError:
        why = "it is nested too deeply"
    except Exception as error:  # the libraries raise what they like, and a page has other texts
        why = f"it cannot be drawn ({type(error).__name__})"
    return f"<p><em>Shown as plain text, because {why}.</em></p><pre>{escape(source)}</pre>"
