"""What a matplotlib figure shows, as plain data: the one description that all others are made of."""

from typing import Any

import numpy as np


def figure_contents(figure: Any) -> dict[str, Any]:
    """What was drawn in a figure: its "size" in inches (2,), and under "axes" the dictionary of each of its axes.

    Of each axes: "title", "label", "xlabel", "ylabel", "xscale", "yscale", as texts; "xlim" and "ylim", (2,); "legend",
    a list of texts or None; "lines", [(x (n,), y (n,), label), …]; "steps" of histograms, [(values (n,),
    edges (n + 1,), label), …]; "points", [(positions (n, 2), label), …]; "images", [array of the height and width, …].
    """
    return {"size": _numbers(figure.get_size_inches()), "axes": [_axes_contents(axes) for axes in figure.axes]}


def _axes_contents(axes: Any) -> dict[str, Any]:
    from matplotlib.collections import PathCollection
    from matplotlib.patches import StepPatch

    legend = axes.get_legend()
    steps = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    points = [collection for collection in axes.collections if type(collection) is PathCollection]
    return {
        "title": axes.get_title(),
        "label": str(axes.get_label()),
        "xlabel": axes.xaxis.get_label_text(),
        "ylabel": axes.yaxis.get_label_text(),
        "xscale": axes.get_xscale(),
        "yscale": axes.get_yscale(),
        "xlim": _numbers(axes.xaxis.get_view_interval()),
        "ylim": _numbers(axes.yaxis.get_view_interval()),
        "legend": None if legend is None else [text.get_text() for text in legend.get_texts()],
        "lines": [
            (_numbers(line.get_xdata(orig=False)), _numbers(line.get_ydata(orig=False)), str(line.get_label()))
            for line in axes.lines
        ],
        "steps": [(*map(_numbers, patch.get_data()[:2]), str(patch.get_label())) for patch in steps],
        "points": [(_numbers(found.get_offsets()), str(found.get_label())) for found in points],
        "images": [np.ma.getdata(image.get_array()) for image in axes.get_images()],
    }


def _numbers(values: Any) -> np.ndarray:
    return np.asarray(np.ma.getdata(values), dtype=float)
