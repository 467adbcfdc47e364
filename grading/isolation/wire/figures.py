"""A matplotlib figure as what it drew, and a figure that draws the same again."""

from typing import Any

import numpy as np

from helpers.figure_contents import figure_contents

from .codec import Composite
from .validation import Refused, field

MAX_AXES = 100
MAX_ARTISTS = 2000
MAX_LABEL = 10_000
MAX_INCHES = 100
SCALES = ("linear", "log", "symlog", "logit", "asinh")


class Drawing(Composite):
    """A figure: the dictionary that ``helpers.figure_contents`` describes.

    It is drawn again with the same axes, one above the other: labels, ranges, scales, legend, lines, steps, points and
    images, at most MAX_ARTISTS for each axes.
    """

    name, types = "figure", ("matplotlib.figure.FigureBase",)

    def parts(self, value: Any) -> dict[str, Any]:
        return figure_contents(value)

    def build(self, content: dict[str, Any]) -> Any:
        from matplotlib.figure import Figure

        all_axes = field(content, "axes", list)
        if len(all_axes) > MAX_AXES:
            raise Refused("it has more axes than it may")
        width, height = np.clip(_array(content["size"]), 0.1, MAX_INCHES)
        figure = Figure((float(width), float(height)))
        for number, axes in enumerate(all_axes):
            _draw(figure.add_subplot(len(all_axes), 1, number + 1), axes)
        return figure


def _draw(axes: Any, drawn: dict[str, Any]) -> None:
    artists = [drawn[kind] for kind in ("lines", "steps", "points", "images")]
    if sum(map(len, artists)) > MAX_ARTISTS:
        raise Refused("it has drawn more than it may")
    axes.set_label(_text(drawn["label"]))
    for x, y, label in drawn["lines"]:
        axes.plot(_array(x), _array(y), label=_text(label))
    for values, edges, label in drawn["steps"]:
        axes.stairs(_array(values), _array(edges), label=_text(label))
    for offsets, label in drawn["points"]:
        axes.scatter(*_array(offsets).T, label=_text(label))
    for image in drawn["images"]:
        axes.imshow(_array(image))
    for side in ("x", "y"):
        scale, limits = _text(drawn[f"{side}scale"]), _array(drawn[f"{side}lim"])
        if scale not in SCALES:
            raise Refused("it has an axis of a scale of its own")
        axes.set(**{f"{side}scale": scale, f"{side}lim": limits.tolist(), f"{side}label": _text(drawn[f"{side}label"])})
    axes.set_title(_text(drawn["title"]))
    if drawn["legend"] is not None:
        labels = [_text(label) for label in drawn["legend"]]
        axes.legend([axes.plot([], [])[0] for _ in labels], labels)
        for line in axes.lines[len(axes.lines) - len(labels) :]:
            line.remove()


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > MAX_LABEL:
        raise Refused("a label in it is no text")
    return value


def _array(value: Any) -> np.ndarray:
    if type(value) is not np.ndarray or value.dtype.kind not in "biuf":
        raise Refused("something it drew is not made of numbers")
    return value


KINDS = (Drawing(),)
