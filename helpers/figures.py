"""The look of the figures, and a description of each in words.

``use_style`` is called once at the top of a notebook. From then on every figure carries, beside its picture, a text
that says what it shows: labels, ranges, legend and entries. Tests compare figures by this text; it can be read aloud.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import mplhep
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.figure_contents import figure_contents
from helpers.metric_names import accuracy_name

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


def training_history(history: Mapping[str, Sequence[float]], title: str, *, weighted: bool = False) -> Figure:
    """Draw loss (left) and accuracy (right) against the epoch, for training and validation, and return the figure.

    history: values (n_epochs,) of "loss", "accuracy", "val_loss" and "val_accuracy", as the ``.history`` of Keras's
    ``fit`` has them; "acc" and other names of an accuracy will do. weighted: whether the labels say that they are
    weighted. The loss is shown from 0 to 0.8 and the accuracy from 0.5 to 1; where there are values beyond, further by
    steps of 0.2 and 0.1. Numbers that are not finite are left out. Raises ValueError if the history lacks one of the
    four or holds no epoch.
    """
    metric = accuracy_name(history) or "accuracy"
    lacking = [name for name in ("loss", "val_loss", metric, f"val_{metric}") if not np.size(history.get(name, []))]
    if lacking:
        raise ValueError(
            f"the history has no {' and no '.join(lacking)}, but only {', '.join(history) or 'nothing'}: compile the "
            "network with 'accuracy' among its metrics, and give `fit` validation_data and one epoch or more"
        )
    figure, panels = plt.subplots(1, 2, figsize=(12, 4.5))
    for axes, name, key, limits, step in (
        (panels[0], "loss", "loss", (0, 0.8), 0.2),
        (panels[1], "accuracy", metric, (0.5, 1), 0.1),
    ):
        drawn = [np.asarray(history[part], float) for part in (key, f"val_{key}")]
        for values, style, label in zip(drawn, ("o-", "s--"), ("training", "validation"), strict=True):
            axes.plot(np.arange(1, len(values) + 1), values, style, label=label, clip_on=False)
        axes.set(
            title=title,
            xlabel="epoch",
            ylabel=f"weighted {name}" if weighted else name,
            xlim=(0, max(map(len, drawn)) + 1),
            ylim=_widened(limits, np.concatenate(drawn), step),
        )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
    return figure


def _widened(limits: tuple[float, float], values: np.ndarray, step: float) -> tuple[float, float]:
    """The limits, moved outwards by whole steps until the values that are finite lie between them."""
    finite = values[np.isfinite(values)]
    low = step * np.floor(np.min(finite, initial=limits[0]) / step)
    high = step * np.ceil(np.max(finite, initial=limits[1]) / step)
    return min(low, limits[0]), max(high, limits[1])


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
