"""What of a test cell's visible part must also run in the student's kernel, as it did in the student's own notebook.

Imports run before the test: a function of the student's may lean on a module that only a check imports. The rest runs
after it, and only if later code of the student's mentions a name that it binds: its calls of the student's functions
the examiner has made already.
"""

import ast
from collections.abc import Iterable

from grading.cells.names import bound, is_import, mentioned, parsed


def imports(visible: str) -> str:
    """The imports of the visible source that stand by themselves."""
    return "\n".join(ast.unparse(part) for part in parsed(visible).body if is_import(part))


def to_run(visible: str, later: Iterable[str]) -> str:
    """The visible source if the sources of the student's later cells need what it binds, else nothing."""
    names = {name for part in parsed(visible).body if not is_import(part) for name in bound(part)}
    return visible if any(names & mentioned(parsed(source)) for source in later) else ""
