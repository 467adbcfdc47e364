"""A submission cannot choose which of its cells are tests, nor what they are worth; what it tried is on record."""

import nbformat
import pytest
from nbgrader.utils import is_grade

from grading.cells import incidents
from grading.cells.released import RestoreRoles
from grading.cells.roles import name_of


@pytest.fixture
def restored(toy_release):
    """What RestoreRoles makes of a released notebook after a change."""

    def restore(change):
        notebook = nbformat.read(toy_release.folder / "course" / "toys" / "toys.ipynb", as_version=4)
        change({name_of(cell): cell for cell in notebook.cells}, notebook)
        names = {"student": "eve", "notebook": "toys", "assignment": "toys", "db_url": toy_release.database}
        return RestoreRoles().preprocess(notebook, {"nbgrader": names})[0]

    return restore


def cell(notebook, name):
    return next(one for one in notebook.cells if name_of(one) == name)


def test_an_untouched_notebook_has_no_incident(restored):
    notebook = restored(lambda cells, notebook: None)
    assert incidents.of(notebook) == []
    assert cell(notebook, "double-check").metadata.nbgrader.points == 4


@pytest.mark.parametrize(
    "change",
    [{"points": 100}, {"grade": False}, {"solution": True}, {"locked": False}, {"points": "many"}, {"task": True}],
    ids=str,
)
def test_edited_roles_and_points_are_restored(restored, change):
    notebook = restored(lambda cells, notebook: cells["double-check"].metadata.nbgrader.update(change))
    role = cell(notebook, "double-check").metadata.nbgrader
    assert (role.points, role.grade, role.solution, role.locked, role.task) == (4, True, False, True, False)
    assert is_grade(cell(notebook, "double-check"))
    assert [incident["cell"] for incident in incidents.of(notebook)] == ["double-check"]


def test_edited_deleted_and_copied_cells_are_told(restored):
    def change(cells, notebook):
        cells["double-check"].source = "assert True"
        cells["rule"].source += " "
        cells["wait-check"].metadata.nbgrader["grade_id"] = "renamed"
        notebook.cells.append(cells["warn-check"])
        notebook.metadata["hepdl_grading"] = {"incidents": "none at all"}

    told = {incident["cell"]: incident["what"] for incident in incidents.of(restored(change))}
    assert told.keys() == {"double-check", "wait-check", "warn-check"}
    assert "edited" in told["double-check"] and "deleted" in told["wait-check"] and "2 times" in told["warn-check"]


def test_what_was_repaired_and_what_lay_elsewhere_is_on_record(toy_release):
    notebook = nbformat.read(toy_release.folder / "course" / "toys" / "toys.ipynb", as_version=4)
    notebook.metadata[incidents.KEY] = {"told": ["all is fine"]}
    names = {"student": "eve", "notebook": "toys", "assignment": "toys", "db_url": toy_release.database}
    step = RestoreRoles(told={"toys": ["toys.ipynb was not handed in"], "other": ["not of this"]})
    notebook, _ = step.preprocess(notebook, {"nbgrader": names, "repairs": ["was repaired: id of cell 2"]})
    assert incidents.told(notebook) == ["toys.ipynb was not handed in"]
    assert incidents.remarks(notebook) == ["toys.ipynb was not handed in", "cell -: was repaired: id of cell 2"]
