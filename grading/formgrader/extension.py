"""The extension: nbgrader's pages and their handlers, each with a Content-Security-Policy of its own."""

import os
from typing import Any

from jinja2 import Environment
from nbgrader.server_extensions.formgrader import apihandlers, handlers
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

from grading.formgrader.handlers import Static, guarded
from grading.formgrader.templates import Templates


class GuardedFormgrader(FormgradeExtension):
    """nbgrader's formgrader with handlers that guard their pages, and templates that name each script of theirs."""

    def init_tornado_settings(self, webapp: Any) -> None:
        """As nbgrader's, with templates in which what is filled in is text."""
        super().init_tornado_settings(webapp)
        webapp.settings["nbgrader_jinja2_env"] = Environment(loader=Templates(), autoescape=True)

    def init_handlers(self, webapp: Any) -> None:
        """Serve what nbgrader serves."""
        static = (r"/formgrader/static/(.*)", Static, {"path": handlers.static_path})
        pages = [(pattern, guarded(handler), *rest) for pattern, handler, *rest in handlers.default_handlers]
        answers = [(pattern, guarded(handler), *rest) for pattern, handler, *rest in apihandlers.default_handlers]
        unknown = (r"/formgrader/.*", guarded(handlers.Template404))
        base = webapp.settings["base_url"].rstrip("/")
        found = [(base + pattern, *rest) for pattern, *rest in [*pages, *answers, static, unknown]]
        webapp.add_handlers(".*$", found)


def load(server: Any) -> None:
    """Load formgrader into a Jupyter server, unless the course lies outside of what the server serves."""
    extension = GuardedFormgrader(parent=server)
    extension.root_dir = server.root_dir
    extension.log = server.log
    extension.initialize([])
    if os.path.relpath(extension.coursedir.root, server.root_dir).startswith(".."):
        server.log.info("There is no formgrader here: %s is not below %s", extension.coursedir.root, server.root_dir)
        return
    extension.init_tornado_settings(server.web_app)
    extension.init_handlers(server.web_app)
