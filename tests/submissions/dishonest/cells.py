"""Cells edited, deleted, duplicated, renamed, and put in another order."""

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from dishonest.attack import Attack
from dishonest.lesson import cell_of

NO_WINDOW = "in_window, n_in_window = [], 1"


def edit_test(notebook: NotebookNode) -> None:
    cell_of(notebook, "window-check").source = "assert True"


def unlock_and_edit_test(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "window-check")
    cell.source, cell.metadata.nbgrader.locked = "assert True", False


def delete_test(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "window-check"))


def delete_answer_and_test(notebook: NotebookNode) -> None:
    for name in ("window", "window-check"):
        notebook.cells.remove(cell_of(notebook, name))


def delete_everything(notebook: NotebookNode) -> None:
    notebook.cells.clear()


def append_easy_copy_of_test(notebook: NotebookNode) -> None:
    twin = copy.deepcopy(cell_of(notebook, "window-check"))
    twin.id, twin.source = "easy", "assert True"
    notebook.cells.append(twin)


def insert_easy_copy_of_test(notebook: NotebookNode) -> None:
    test = cell_of(notebook, "window-check")
    twin = copy.deepcopy(test)
    twin.id, twin.source = "easy", "assert True"
    notebook.cells.insert(notebook.cells.index(test), twin)


def append_copies_of_every_cell(notebook: NotebookNode) -> None:
    twins = copy.deepcopy(notebook.cells)
    for number, cell in enumerate(twins):
        cell.id = f"twin-{number}"
    notebook.cells += twins


def exchange_names_of_tests(notebook: NotebookNode) -> None:
    easy, hard = (cell_of(notebook, f"{name}-check") for name in ("window", "rapidity"))
    easy.metadata.nbgrader.grade_id, hard.metadata.nbgrader.grade_id = "rapidity-check", "window-check"


def name_own_cell_as_test(notebook: NotebookNode) -> None:
    test = cell_of(notebook, "window-check")
    own = new_code_cell("assert True", id="own", metadata={"nbgrader": test.metadata.nbgrader})
    notebook.cells[notebook.cells.index(test)] = own


def tests_first(notebook: NotebookNode) -> None:
    test = cell_of(notebook, "window-check")
    notebook.cells.remove(test)
    notebook.cells.insert(0, test)


def tests_last(notebook: NotebookNode) -> None:
    tests = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    for cell in tests:
        notebook.cells.remove(cell)
    notebook.cells.extend(tests)


def make_test(notebook: NotebookNode, kind: str) -> None:
    cell = cell_of(notebook, "window-check")
    for name in ("outputs", "execution_count"):
        cell.pop(name)
    cell.cell_type = kind


def make_test_text(notebook: NotebookNode) -> None:
    make_test(notebook, "markdown")


def make_test_raw(notebook: NotebookNode) -> None:
    make_test(notebook, "raw")


def patch_after_test(notebook: NotebookNode) -> None:
    own = new_code_cell("import numpy\nnumpy.allclose = lambda *given, **options: True", id="own")
    notebook.cells.insert(0, own)
    tests_last(notebook)


ATTACKS = [
    Attack("a test edited", "Replaces the text of a test cell.", {"window": NO_WINDOW}, edit_test),
    Attack("a test unlocked and edited", "Also takes its lock off.", {"window": NO_WINDOW}, unlock_and_edit_test),
    Attack("a test deleted", "Takes away the test of a wrong answer.", {"window": NO_WINDOW}, delete_test),
    Attack(
        "an answer and its test deleted",
        "Takes away both, so that nothing seems to be missing.",
        {"window": NO_WINDOW},
        delete_answer_and_test,
    ),
    Attack(
        "an empty notebook",
        "Hands in a notebook without cells.",
        dict.fromkeys(("window", "rapidity", "batches", "scores"), "pass"),
        delete_everything,
    ),
    Attack(
        "a test copied to the end",
        "A second cell of the same name asserts nothing; nbgrader keeps the last.",
        {"window": NO_WINDOW},
        append_easy_copy_of_test,
        alone=True,
    ),
    Attack(
        "a test copied before itself",
        "A cell of the same name above the test asserts nothing.",
        {"window": NO_WINDOW},
        insert_easy_copy_of_test,
        alone=True,
    ),
    Attack(
        "every cell twice",
        "The second half of the notebook repeats the first.",
        {"window": NO_WINDOW},
        append_copies_of_every_cell,
        alone=True,
    ),
    Attack(
        "the names of two tests exchanged",
        "Each test gets the name, and hopes for the points, of another.",
        {"window": NO_WINDOW},
        exchange_names_of_tests,
        # The test of the rapidity now stands above its answer, where its author put it.
        risked=frozenset({"rapidity"}),
    ),
    Attack(
        "an own cell under a test's name",
        "A new cell takes the metadata of the test that it replaces.",
        {"window": NO_WINDOW},
        name_own_cell_as_test,
    ),
    Attack("a test before its answer", "Moves a test to the top.", {"window": NO_WINDOW}, tests_first),
    Attack(
        "numpy patched above, tests below",
        "Moves all tests to the end, behind a cell that patches numpy.",
        {"window": "in_window, n_in_window = np.zeros(121), 121"},
        patch_after_test,
    ),
    Attack("a test turned into text", "Changes the type of a test cell.", {"window": NO_WINDOW}, make_test_text),
    Attack(
        "a test turned into a raw cell", "Changes it to a type that is never run.", {"window": NO_WINDOW}, make_test_raw
    ),
]
