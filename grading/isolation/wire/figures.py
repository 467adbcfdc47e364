"""A matplotlib figure as what it drew, and a figure that draws the same again."""

import sys
from typing import Any

import numpy as np

from .refusal import Refused

MAX_AXES = 100
MAX_ARTISTS = 2000


def describe(value: Any) -> tuple[str, Any] | None:
    """The kind and the plain content of a figure, or of one of its axes; None for anything else."""
    matplotlib = sys.modules.get("matplotlib.figure")
    if matplotlib is None or not isinstance(value, matplotlib.FigureBase):
        return None
    return "figure", {"size": _numbers(value.get_size_inches()), "axes": [_described(axes) for axes in value.axes]}


def _described(axes: Any) -> dict[str, Any]:
    from matplotlib.patches import StepPatch

    legend = axes.get_legend()
    return {
        "title": axes.get_title(),
        "label": str(axes.get_label()),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "xscale": axes.get_xscale(),
        "yscale": axes.get_yscale(),
        "xlim": _numbers(axes.get_xlim()),
        "ylim": _numbers(axes.get_ylim()),
        "legend": None if legend is None else [text.get_text() for text in legend.get_texts()],
        "lines": [
            (_numbers(line.get_xdata()), _numbers(line.get_ydata()), str(line.get_label())) for line in axes.lines
        ],
        "steps": [
            (_numbers(patch.get_data().values), _numbers(patch.get_data().edges), str(patch.get_label()))
            for patch in axes.patches
            if isinstance(patch, StepPatch)
        ],
        "points": [
            (_numbers(found.get_offsets()), str(found.get_label())) for found in axes.collections if _is_points(found)
        ],
        "images": [np.ma.getdata(image.get_array()) for image in axes.get_images()],
    }


def _is_points(collection: Any) -> bool:
    return type(collection).__name__ == "PathCollection"


def _numbers(values: Any) -> np.ndarray:
    return np.asarray(np.ma.getdata(values), dtype=float)


def rebuilt(content: Any) -> Any:
    """A figure with the same axes: labels, ranges, scales, legend, lines, steps, points and images."""
    from matplotlib.figure import Figure

    described = content["axes"]
    if type(described) is not list or len(described) > MAX_AXES:
        raise Refused("it has more axes than it may")
    width, height = np.clip(_array(content["size"]), 0.1, 100)
    figure = Figure((float(width), float(height)))
    for number, axes in enumerate(described):
        _redraw(figure.add_subplot(len(described), 1, number + 1), axes)
    return figure


def _redraw(axes: Any, told: dict[str, Any]) -> None:
    artists = [told[kind] for kind in ("lines", "steps", "points", "images")]
    if sum(map(len, artists)) > MAX_ARTISTS:
        raise Refused("it has drawn more than it may")
    axes.set_label(_text(told["label"]))
    for x, y, label in told["lines"]:
        axes.plot(_array(x), _array(y), label=_text(label))
    for values, edges, label in told["steps"]:
        axes.stairs(_array(values), _array(edges), label=_text(label))
    for offsets, label in told["points"]:
        axes.scatter(*_array(offsets).T, label=_text(label))
    for image in told["images"]:
        axes.imshow(_array(image))
    for side in ("x", "y"):
        scale, limits = _text(told[f"{side}scale"]), _array(told[f"{side}lim"])
        if scale not in ("linear", "log", "symlog", "logit", "asinh"):
            raise Refused("it has an axis of a scale of its own")
        axes.set(**{f"{side}scale": scale, f"{side}lim": limits.tolist(), f"{side}label": _text(told[f"{side}label"])})
    axes.set_title(_text(told["title"]))
    if told["legend"] is not None:
        labels = [_text(label) for label in told["legend"]]
        axes.legend([axes.plot([], [])[0] for _ in labels], labels)
        for line in axes.lines[len(axes.lines) - len(labels) :]:
            line.remove()


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > 10_000:
        raise Refused("a label in it is no text")
    return value


def _array(value: Any) -> np.ndarray:
    if type(value) is not np.ndarray or value.dtype.kind not in "biuf":
        raise Refused("something it drew is not made of numbers")
    return value
