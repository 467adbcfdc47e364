"""Give the cells of a submission back the roles that they have in the release, and tell what was done to them."""

from collections import Counter
from collections.abc import Mapping

from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook, SourceCell
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict

from grading.cells.incidents import Incidents
from grading.cells.languages import language_of, sentences
from grading.cells.regions import HIDDEN_TESTS
from grading.cells.roles import name_of
from grading.cells.translation import translated_stub


class RestoreRoles(NbGraderPreprocessor):
    """Which cells are tests, answers or locked, and their points, come from the gradebook by the cells' names.

    Comes before the preprocessors that look at these roles. Begins the submission's incidents. What nobody has answered
    in a translated notebook becomes the released stub, so that it counts as no answer.
    """

    told = Dict(help="Sentences on what was handed in, for student and instructor, by the notebook's name.").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook, changed in place. What was deleted, doubled or edited becomes an incident."""
        names = resources["nbgrader"]
        known = sentences(language_of(nb), names["assignment"])
        note = Incidents(nb, names["student"], self.log)
        note.begin()
        for sentence in self.told.get(names["notebook"], []):
            note.tell(sentence)
        for what in resources.get("repairs", []):
            note("-", what)
        with Gradebook(names["db_url"]) as gradebook:
            released = gradebook.find_notebook(names["notebook"], names["assignment"])
            sources = {cell.name: cell for cell in released.source_cells}
            roles = {name: _role(name, sources[name], released) for name in sources}
            visible = {
                name: HIDDEN_TESTS.without(source.source).strip() for name, source in sources.items() if source.locked
            }
            present = Counter(name_of(cell) for cell in nb.cells)
            for cell in nb.cells:
                name = name_of(cell)
                if name is not None and name in sources:
                    self._restore(cell, roles[name], note)
                    if roles[name]["solution"] and _is_untouched(cell, sources[name], known):
                        cell.source = sources[name].source
                    if name in visible and cell.source.strip() != visible[name]:
                        note(name, "the text of this locked cell was edited; the released one is used")
        for name in sources:
            if present[name] > 1:
                note(name, f"the cell is there {present[name]} times; one of them counts")
            elif not present[name] and roles[name]["grade"]:
                note(name, "the cell was deleted or renamed, and is put back")
        return nb, resources

    def _restore(self, cell: NotebookNode, role: dict, note: Incidents) -> None:
        said = cell.metadata["nbgrader"]
        changed = [key for key, value in role.items() if key in said and said[key] != value]
        if changed:
            note(role["grade_id"], f"its metadata were edited ({', '.join(sorted(changed))}) and are restored")
        cell.metadata["nbgrader"] = NotebookNode(role)


def _is_untouched(cell: NotebookNode, source: SourceCell, known: Mapping[str, str]) -> bool:
    stub = translated_stub(source.source, source.cell_type == "code", known)
    return bool(cell.source.strip() == stub.strip())


def _role(name: str, source: SourceCell, released: Notebook) -> dict:
    graded = {cell.name: cell.max_score for cell in released.grade_cells}
    tasks = {cell.name: cell.max_score for cell in released.task_cells}
    role = {
        "schema_version": 3,
        "grade_id": name,
        "grade": name in graded,
        "solution": name in {cell.name for cell in released.solution_cells},
        "task": name in tasks,
        "locked": bool(source.locked),
        "cell_type": source.cell_type,
    }
    points = graded | tasks
    return role | ({"points": points[name]} if name in points else {})
