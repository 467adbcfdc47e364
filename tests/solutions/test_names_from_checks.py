"""No answer can lean on a name that only check cells bring into a notebook, because the grader runs them elsewhere."""

import symtable

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from grading.cells.names import bound, imported, parsed
from grading.cells.regions import HIDDEN_TESTS, SOLUTION
from grading.cells.roles import is_test, name_of
from helpers.repository import ROOT

OF_CHECKS = {"checks"}
NOTEBOOKS = [pytest.param(path, id=path.stem) for path in sorted((ROOT / "solutions").glob("*/*.ipynb"))]


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def visible(cell):
    return parsed(HIDDEN_TESTS.without(cell.source))


def global_names(source):
    """The names that a cell's source reads from the notebook's namespace, in functions, too."""
    waiting = [symtable.symtable(TransformerManager().transform_cell(source), "cell", "exec")]
    found = set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        names = table.get_symbols()
        at_top = table.get_type() == "module"
        found |= {name.get_name() for name in names if name.is_referenced() and (at_top or name.is_global())}
    return found


def test_global_names_are_those_of_no_function():
    source = "%matplotlib inline\ndef f(x):\n    y = [k + a for k in x]\n    return y, b\nprint(c)\nd = 1"
    assert global_names(source) >= {"a", "b", "c", "print"}
    assert global_names(source) & {"x", "y", "k", "d", "f"} == set()


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_what_a_check_imports_is_imported_above_it_in_a_cell_that_students_receive_too(path):
    above = set(OF_CHECKS)
    found = {}
    for cell in code_cells(path):
        if not is_test(cell):
            above |= imported(parsed(SOLUTION.without(cell.source)))
        elif lacking := imported(visible(cell)) - above:
            found[name_of(cell)] = sorted(lacking)
    assert found == {}


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_no_cell_uses_a_variable_that_only_checks_define(path):
    cells = code_cells(path)
    others = [SOLUTION.unmarked(cell.source) for cell in cells if not is_test(cell)]
    in_checks = {name for cell in filter(is_test, cells) for name in bound(visible(cell))}
    own = {name for source in others for name in bound(parsed(source))}
    assert (in_checks - own) & {name for source in others for name in global_names(source)} == set()
