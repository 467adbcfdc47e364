"""nbgrader's templates, read so that a page runs the scripts that they hold and no other.

What is filled in is known to be text: in HTML by Jinja's escapes, in a script as JSON. Each script of a template gets
the page's nonce; what students wrote is filled in later, and never has it.
"""

import base64
import hashlib
import re
from collections.abc import Callable

from jinja2 import BaseLoader, Environment, FileSystemLoader
from nbgrader.server_extensions.formgrader.handlers import template_path

IN_A_SCRIPT = re.compile(r"= *\"\{\{ *([\w.]+) *\}\}(/formgrader)?\";")
HANDLER = re.compile(r'\bonclick="([^"]*)"')
BELOW_AN_ANSWER = '<div class="panel-footer">'
SCHEME = """{%- if cell.metadata.nbgrader.marking_scheme %}
<details class="panel-body marking-scheme" open style="background: #fcf8e3; border-top: 1px solid #ddd">
<summary>Model answer and marking scheme (students do not see this)</summary>
<div class="rendered_html">{{ cell.metadata.nbgrader.marking_scheme | markdown2html }}</div>
</details>
{%- endif %}
"""
ENTRY = re.compile(r'(<(?:input|textarea)[^>]* class="[^"]*\btabbable")')
CREDIT = re.compile(r'(<button[^>]* class="[^"]*\b(?:mark-graded|full-credit|no-credit)")')
FORMGRADE_JS = '<script src="{{ resources.base_url }}/formgrader/static/js/formgrade.js"></script>'
# What is typed before the stored marks have come would be overwritten by them and not stored.
UNLOCK = """<script>
for (const [view, entries] of [[GradeUI, ".score, .extra-credit, button"], [CommentUI, ".comment"]]) {
  const initialize = view.prototype.initialize;
  view.prototype.initialize = function () {
    initialize.call(this);
    this.$(entries).prop({readonly: false, disabled: false});
  };
}
</script>
"""
MATHJAX = "mathjax.html.j2"
# Formgrader's own script begins when MathJax says that it is done.
NO_MATHJAX = "var MathJax = {Hub: {Startup: {signal: {Interest: function (f) { setTimeout(f, 0, 'End'); }}}}};"


class Templates(BaseLoader):
    """nbgrader's templates by name; `nonce` is what a template calls the page's nonce."""

    def __init__(self, nonce: str = "nonce") -> None:
        self._nonce, self._files = nonce, FileSystemLoader([template_path, f"{template_path}/formgrade"])

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Jinja's protocol: source, name and whether it is unchanged. Raises TemplateNotFound for what others hold."""
        if template == MATHJAX:  # which would come from another machine; formulas are MathML
            return "{% macro mathjax() %}{% endmacro %}", template, lambda: True
        if template == "formgrade_macros.tpl":  # what nbgrader's page for a missing submission calls it
            template = "formgrade_macros.html.j2"
        source, name, unchanged = self._files.get_source(environment, template)
        source = source.replace(BELOW_AN_ANSWER, f"{SCHEME}{BELOW_AN_ANSWER}")
        source = CREDIT.sub(r"\1 disabled", ENTRY.sub(r"\1 readonly", source))
        source = source.replace(FORMGRADE_JS, f"{UNLOCK}{FORMGRADE_JS}")
        source = source.replace("var submission_id", f"{NO_MATHJAX}\nvar submission_id")
        source = IN_A_SCRIPT.sub(r'= {{ \1 | tojson }} + "\2";', source)
        return source.replace("<script", f'<script nonce="{{{{ {self._nonce} }}}}"'), name or template, unchanged


def policy(nonce: str) -> str:
    """The Content-Security-Policy of a page of formgrader."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce}' 'unsafe-hashes' {HANDLERS}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _handlers() -> str:
    """The hashes of the handlers that stand in nbgrader's templates as attributes."""
    environment = Environment(loader=FileSystemLoader([template_path]))
    sources = [environment.loader.get_source(environment, name)[0] for name in environment.list_templates()]  # type: ignore[union-attr]
    found = sorted({handler for source in sources for handler in HANDLER.findall(source)})
    digests = [base64.b64encode(hashlib.sha256(handler.encode()).digest()).decode() for handler in found]
    return " ".join(f"'sha256-{digest}'" for digest in digests)


HANDLERS = _handlers()
