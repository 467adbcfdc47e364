"""The look of the figures, and a description of each in words.

``use_style`` is called once at the top of a notebook. From then on every figure carries, beside its picture, a text
that says what it shows: labels, ranges, legend and entries. Tests compare figures by this text; it can be read aloud.
"""

from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import mplhep
import numpy as np
from matplotlib.figure import Figure

from .figure_contents import figure_contents

SIZES = {
    "figure.figsize": (7, 5),
    "figure.dpi": 80,
    "figure.constrained_layout.use": True,
    "savefig.bbox": None,
    "font.size": 14,
    "axes.labelsize": "medium",
    "axes.titlesize": "medium",
    "legend.fontsize": "small",
    "xtick.labelsize": "small",
    "ytick.labelsize": "small",
    "lines.markersize": 4,
}


def use_style() -> None:
    """Draw in mplhep's ROOT style, at a size that fits a notebook, and describe every figure that a notebook shows."""
    plt.style.use([mplhep.style.ROOT, SIZES])
    try:
        from IPython import get_ipython
    except ImportError:
        return
    if shell := get_ipython():
        plt.switch_backend(matplotlib.get_backend())  # the inline backend clears all formatters on its first use
        shell.display_formatter.formatters["text/plain"].for_type(Figure, lambda figure, p, _: p.text(describe(figure)))


def describe(figure: Figure) -> str:
    """What a figure shows, a line for each axes: title, axis labels and ranges, legend, and the entries of histograms.

    Numbers are given to 3 digits, so that the last bits of a calculation do not alter the description.
    """
    return "\n".join(["Figure", *(_describe_axes(axes) for axes in figure_contents(figure)["axes"])])


def _describe_axes(axes: dict[str, Any]) -> str:
    if axes["label"] == "<colorbar>":
        return f"- colour scale {_describe_range(axes, 'y')}"
    parts = [f"title {axes['title']!r}"] if axes["title"] else []
    for side in "xy":
        scale = axes[f"{side}scale"]
        parts.append(f"{side} {_describe_range(axes, side)}" + ("" if scale == "linear" else f" ({scale})"))
    if axes["legend"] is not None:
        parts.append("legend " + ", ".join(map(repr, axes["legend"])))
    parts += [_describe_steps(values, edges) for values, edges, _ in axes["steps"]]
    parts += [f"image {' x '.join(map(str, image.shape))}" for image in axes["images"]]
    if axes["lines"]:
        parts.append(f"{len(axes['lines'])} lines")
    return "- " + "; ".join(parts)


def _describe_range(axes: dict[str, Any], side: str) -> str:
    low, high = axes[f"{side}lim"]
    return f"{axes[f'{side}label']!r} {low:.3g} to {high:.3g}"


def _describe_steps(values: np.ndarray, edges: np.ndarray) -> str:
    return f"histogram of {len(values)} bins from {edges[0]:.3g} to {edges[-1]:.3g} with sum {np.nansum(values):.3g}"
