"""What a figure shows is read as numbers and texts, whatever it was drawn from."""

import datetime

import numpy as np
from matplotlib.figure import Figure

from helpers.figure_contents import figure_contents


def contents(draw):
    axes = Figure().add_subplot()
    draw(axes)
    (found,) = figure_contents(axes.figure)["axes"]
    return found


def test_lines_steps_points_and_images():
    def draw(axes):
        axes.plot([1, 2], [3, 4], label="line")
        axes.stairs([5, 6], [0, 1, 3], label="steps")
        axes.scatter([1, 2, 3], [4, 5, 6], label="points")
        axes.imshow(np.eye(2))

    found = contents(draw)
    ((x, y, name),) = found["lines"]
    assert (x.tolist(), y.tolist(), name) == ([1, 2], [3, 4], "line")
    ((values, edges, name),) = found["steps"]
    assert (values.tolist(), edges.tolist(), name) == ([5, 6], [0, 1, 3], "steps")
    ((positions, name),) = found["points"]
    assert (positions.tolist(), name) == ([[1, 4], [2, 5], [3, 6]], "points")
    assert found["images"][0].tolist() == [[1, 0], [0, 1]]


def test_texts_ranges_and_scales():
    def draw(axes):
        axes.set(title="t", xlabel="m [GeV]", ylabel="n", xlim=(9, 1), ylim=(1, 10), yscale="log", label="own")

    found = contents(draw)
    assert [found[part] for part in ("title", "label", "xlabel", "ylabel", "xscale", "yscale", "legend")] == [
        "t", "own", "m [GeV]", "n", "linear", "log", None,
    ]  # fmt: skip
    assert found["xlim"].tolist() == [9, 1] and found["ylim"].tolist() == [1, 10]


def test_names_and_dates_are_the_numbers_at_which_they_are_drawn():
    assert contents(lambda axes: axes.plot(["a", "b"], [1, 2]))["lines"][0][0].tolist() == [0, 1]
    days = [datetime.date(2026, 1, day) for day in (1, 3)]
    first, second = contents(lambda axes: axes.plot(days, [1, 2]))["lines"][0][0]
    assert second - first == 2


def test_a_legend_is_its_texts():
    def draw(axes):
        axes.plot([1], label="a")
        axes.legend()

    assert contents(draw)["legend"] == ["a"]
