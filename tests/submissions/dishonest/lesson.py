"""The honest submissions that the attacks change: three small lessons, one with a network, one with tables and files.

Each hidden test holds HIDDEN, so that a hidden test that reached a student can be recognised.
"""

from dataclasses import dataclass
from textwrap import dedent

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.cells.roles import name_of

HIDDEN = "of_course_nobody_knows_this_name"


@dataclass(frozen=True)
class Exercise:
    """An answer cell and the test cell under it."""

    name: str
    points: int
    task: str
    answer: str
    visible: str
    hidden: str

    @property
    def check(self) -> str:
        return f"{self.name}-check"


@dataclass(frozen=True)
class Lesson:
    """A lesson of one notebook, which is named as the lesson."""

    name: str
    opening: str
    exercises: tuple[Exercise, ...]

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    def solution(self) -> NotebookNode:
        """The solution notebook."""
        cells = [_cell(new_markdown_cell(f"# {self.name}"), "title"), _cell(new_code_cell(self.opening), "opening")]
        for exercise in self.exercises:
            answer = f"### BEGIN SOLUTION\n{exercise.answer}\n### END SOLUTION"
            hidden = f"### BEGIN HIDDEN TESTS\n{HIDDEN} = 1\n{exercise.hidden}\n### END HIDDEN TESTS"
            cells += [
                _cell(new_markdown_cell(f"**Task.** {exercise.task}"), f"{exercise.name}-task"),
                _graded(new_code_cell(answer), exercise.name, solution=True),
                _graded(new_code_cell(f"{exercise.visible}\n{hidden}"), exercise.check, points=exercise.points),
            ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        return new_notebook(metadata={"kernelspec": kernel}, cells=cells)

    def filled_in(self, release: NotebookNode, answers: dict[str, str]) -> None:
        """Write the right answers into the release, except where others are given."""
        for exercise in self.exercises:
            cell_of(release, exercise.name).source = dedent(answers.get(exercise.name, exercise.answer)).strip()


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    """The first cell with an nbgrader name."""
    return next(cell for cell in notebook.cells if name_of(cell) == name)


def _cell(cell: NotebookNode, name: str) -> NotebookNode:
    cell.id = name
    return cell


def _graded(cell: NotebookNode, name: str, points: int | None = None, solution: bool = False) -> NotebookNode:
    roles = {"grade": not solution, "solution": solution, "locked": not solution, "task": False}
    worth = {} if points is None else {"points": points}
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": name, **roles, **worth}
    return _cell(cell, name)


COUNTING = Lesson(
    "counting",
    "import numpy as np\n\nmasses = np.linspace(10.0, 130.0, 241)",
    (
        Exercise(
            "window",
            2,
            "Make `in_window`, the masses from 60 to 120 GeV, and `n_in_window`, how many there are.",
            "in_window = masses[(masses >= 60) & (masses <= 120)]\nn_in_window = len(in_window)",
            "import numpy as np\n\nassert n_in_window > 0, 'there are masses in the window'",
            "expected = 60 + 0.5 * np.arange(121)\n"
            "assert n_in_window == len(expected), 'n_in_window is not the number of masses in the window'\n"
            "assert np.shape(in_window) == expected.shape, 'in_window has another length than the window'\n"
            "assert np.allclose(in_window, expected), 'in_window does not hold the masses of the window'",
        ),
        Exercise(
            "rapidity",
            3,
            "Write `pseudorapidity(theta)` for an array of polar angles in radians.",
            "def pseudorapidity(theta):\n    return -np.log(np.tan(np.asarray(theta) / 2))",
            "import numpy as np\n\nfrom helpers import checks\n\n"
            "checks.close(pseudorapidity(np.array([np.pi / 2])), [0], 'a right angle has 0', atol=1e-12)",
            "angles = np.linspace(0.1, 3.0, 7)\n"
            "expected = np.arctanh(np.cos(angles))\n"
            "found = checks.call(pseudorapidity, angles, says='pseudorapidity should take an array')\n"
            "checks.close(found, expected, 'pseudorapidity does not give -ln tan(theta / 2)')",
        ),
        Exercise(
            "batches",
            2,
            "Write a generator `batches(n_events, size)` of lists of indices, the last one shorter if need be; "
            "it raises `ValueError` if `size` is not positive.",
            "def batches(n_events, size):\n    if size < 1:\n        raise ValueError('size is not positive')\n"
            "    for start in range(0, n_events, size):\n        yield list(range(start, min(start + size, n_events)))",
            "import pytest\n\nassert len(list(batches(4, 2))) == 2, 'four events make two batches of two'",
            "expected = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]\n"
            "found = [list(batch) for batch in batches(10, 4)]\n"
            "assert sum(map(sum, found)) == pytest.approx(45), 'every event should be in one batch'\n"
            "assert found == expected, 'the batches do not hold the events in their order'\n"
            "with pytest.raises(ValueError):\n    list(batches(10, 0))",
        ),
        Exercise(
            "scores",
            1,
            "Write `write_scores(values)`, which saves the values to the file `scores.npy` of the current folder.",
            "def write_scores(values):\n    np.save('scores.npy', values)",
            "import contextlib\nimport tempfile\n\nimport numpy as np\n\nassert callable(write_scores)",
            "with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):\n"
            "    write_scores(np.arange(5) / 7)\n"
            "    found = np.load(f'{folder}/scores.npy')\n"
            "assert np.shape(found) == (5,), 'the file should hold as many scores as were given'\n"
            "assert np.abs(found - np.arange(5) / 7).max() < 1e-12, 'the file does not hold the scores'",
        ),
    ),
)

NETWORK = Lesson(
    "network",
    "import keras\nimport numpy as np\n\nkeras.utils.set_random_seed(1)",
    (
        Exercise(
            "scale",
            1,
            "Write `scale(inputs)`, which takes the mean off each column.",
            "def scale(inputs):\n    return inputs - inputs.mean(axis=0)",
            "import numpy as np\n\nassert callable(scale)",
            "assert np.allclose(scale(np.arange(6.0).reshape(3, 2)), [[-2, -2], [0, 0], [2, 2]])",
        ),
        Exercise(
            "model",
            3,
            "Make `model`, a network of two inputs whose output is their sum.",
            "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])\n"
            "model.set_weights([np.ones((2, 1))])",
            "import numpy as np\n\nassert model.output_shape[-1] == 1, 'the network should have one output'",
            "inputs = np.random.default_rng(5).normal(size=(40, 2))\n"
            "expected = inputs.sum(axis=1)\n"
            "found = np.asarray(model.predict(inputs, verbose=0)).ravel()\n"
            "assert np.allclose(found, expected, atol=1e-4), 'the output is not the sum of the inputs'",
        ),
    ),
)

RESULTS = Lesson(
    "results",
    "import json\nfrom pathlib import Path\n\n"
    "import awkward as ak\nimport h5py\nimport numpy as np\nimport pandas as pd\n\n"
    "masses = np.linspace(10.0, 130.0, 241)",
    (
        Exercise(
            "summary",
            2,
            "Make `summary`, a dictionary of `n`, how many masses there are, `mean`, and `edges`, a list of two.",
            "summary = {'n': len(masses), 'mean': masses.mean(), 'edges': [masses.min(), masses.max()]}",
            "import numpy as np\n\nfrom helpers import checks\n\n"
            "checks.dictionary(summary, ('n', 'mean', 'edges'), 'summary')",
            "expected = np.array([241.0, 70.0, 10.0, 130.0])\n"
            "found = [summary['n'], summary['mean'], *summary['edges']]\n"
            "checks.close(found, expected, 'summary does not hold number, mean and edges of the masses')",
        ),
        Exercise(
            "table",
            2,
            "Make the data frame `table` of the masses above 100 GeV, with columns `mass` and `weight`, which is 1.",
            "table = pd.DataFrame({'mass': masses[masses > 100], 'weight': 1.0})",
            "import numpy as np\n\nfrom helpers import checks\n\n"
            "assert sorted(table.columns) == ['mass', 'weight'], 'the table should have two columns'",
            "expected = 100.5 + 0.5 * np.arange(60)\n"
            "assert len(table) == len(expected), 'the table should have a row for each mass above 100 GeV'\n"
            "checks.close(table['mass'], expected, 'the table does not hold the masses above 100 GeV')\n"
            "checks.close(table['weight'], np.ones(60), 'each mass should count 1')",
        ),
        Exercise(
            "leading",
            3,
            "Write `leading(pts)`: of an awkward array of lists, the largest number of each event, or 0 without any.",
            "def leading(pts):\n    return ak.fill_none(ak.max(pts, axis=1), 0)",
            "import awkward as ak\n\nfrom helpers import checks\n\n"
            "checks.close(leading(ak.Array([[3.0, 5.0], []])), [5, 0], 'the largest of 3 and 5 is 5')",
            "expected = [7.0, 0.0, 2.5, 0.0, 9.0]\n"
            "events = ak.Array([[1.0, 7.0, 3.0], [], [2.5], [], [9.0, 8.0]])\n"
            "found = checks.call(leading, events, says='leading should take lists')\n"
            "checks.close(found, expected, 'leading does not give the largest number of each event')",
        ),
        Exercise(
            "result",
            2,
            "Write `write_result(folder)`, which writes `result.json`: `seed`, 3, and `losses`, 0.5 and 0.25.",
            "def write_result(folder):\n"
            "    Path(folder, 'result.json').write_text(json.dumps({'seed': 3, 'losses': [0.5, 0.25]}))",
            "import contextlib\nimport json\nimport tempfile\nfrom pathlib import Path\n\n"
            "from helpers import checks\n\nassert callable(write_result)",
            "with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):\n"
            "    write_result(folder)\n"
            "    import graphlib, modulefinder\n"
            "    found = json.loads(Path(folder, 'result.json').read_text())\n"
            "checks.dictionary(found, ('seed', 'losses'), 'result.json')\n"
            "checks.close([found['seed'], *found['losses']], [3, 0.5, 0.25], 'result.json holds other numbers')",
        ),
        Exercise(
            "store",
            2,
            "Write `store(path, values)`, which writes the values to an HDF5 file as the dataset `values`.",
            "def store(path, values):\n    with h5py.File(path, 'w') as file:\n        file['values'] = values",
            "import tempfile\n\nimport h5py\nimport numpy as np\n\n"
            "from helpers import checks\n\nassert callable(store)",
            "expected = np.arange(7) / 3\n"
            "with tempfile.TemporaryDirectory() as folder:\n"
            "    store(f'{folder}/store.h5', expected)\n"
            "    with h5py.File(f'{folder}/store.h5') as file:\n"
            "        found = file['values'][:]\n"
            "checks.close(found, expected, 'the dataset does not hold the values')",
        ),
    ),
)

LESSONS: dict[str, Lesson] = {lesson.name: lesson for lesson in (COUNTING, NETWORK, RESULTS)}
