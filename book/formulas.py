"""Sphinx extension: formulas as MathML, which needs no script and nothing from another host."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from grading.cells.formulas import mathml


def _in_the_text(page: HTML5Translator, node: nodes.math) -> None:
    page.body.append(mathml(node.astext(), display=False))
    raise nodes.SkipNode


def _in_its_own_line(page: HTML5Translator, node: nodes.math_block) -> None:
    page.body.append(f'<div class="formula">{mathml(node.astext(), display=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the renderer to ``html_math_renderer``."""
    app.add_html_math_renderer("mathml", (_in_the_text, None), (_in_its_own_line, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
