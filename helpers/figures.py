"""The look of the figures, and a description of each in words.

``use_style`` is called once at the top of a notebook. From then on every figure carries, beside its picture, a text
that says what it shows: labels, ranges, legend and entries. Tests compare figures by this text; it can be read aloud.
"""

from collections.abc import Mapping, Sequence

import matplotlib
import matplotlib.pyplot as plt
import mplhep
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.ticker import MaxNLocator

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


def training_history(
    history: Mapping[str, Sequence[float]], title: str, *, metric: str = "accuracy", weighted: bool = False
) -> Figure:
    """Draw loss (left) and a metric (right) against the epoch, for training and validation, and return the figure.

    history: values (n_epochs,) of "loss", the metric, "val_loss" and "val_" + metric, as the ``.history`` of Keras's
    ``fit`` has them. weighted: whether the labels say that they are weighted. The loss is shown from 0 to 0.8 and the
    metric from 0.5 to 1; where there are values beyond, further by steps of 0.2 and 0.1. Numbers that are not finite
    are left out. Raises ValueError if the history lacks one of the four or holds no epoch.
    """
    lacking = [name for name in ("loss", "val_loss", metric, f"val_{metric}") if not np.size(history.get(name, []))]
    if lacking:
        raise ValueError(
            f"the history has no {' and no '.join(lacking)}, but only {', '.join(history) or 'nothing'}: compile the "
            f"network with {metric!r} among its metrics, and give `fit` validation_data and one epoch or more"
        )
    figure, panels = plt.subplots(1, 2, figsize=(12, 4.5))
    for axes, name, limits, step in ((panels[0], "loss", (0, 0.8), 0.2), (panels[1], metric, (0.5, 1), 0.1)):
        drawn = [np.asarray(history[key], float) for key in (name, f"val_{name}")]
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
    return "\n".join(["Figure", *(_describe_axes(axes) for axes in figure.axes)])


def _describe_axes(axes: Axes) -> str:
    if axes.get_label() == "<colorbar>":
        low, high = axes.yaxis.get_view_interval()
        return f"- colour scale {axes.yaxis.get_label_text()!r} {low:.3g} to {high:.3g}"
    parts = [f"title {axes.get_title()!r}"] if axes.get_title() else []
    for side, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        low, high = axis.get_view_interval()
        scale = "" if axis.get_scale() == "linear" else f" ({axis.get_scale()})"
        parts.append(f"{side} {axis.get_label_text()!r} {low:.3g} to {high:.3g}{scale}")
    if legend := axes.get_legend():
        parts.append("legend " + ", ".join(repr(text.get_text()) for text in legend.get_texts()))
    parts += [_describe_steps(patch) for patch in axes.patches if isinstance(patch, StepPatch)]
    parts += [f"image {' x '.join(map(str, image.get_array().shape))}" for image in axes.get_images()]
    if axes.lines:
        parts.append(f"{len(axes.lines)} lines")
    return "- " + "; ".join(parts)


def _describe_steps(patch: StepPatch) -> str:
    values, edges, _ = patch.get_data()
    return f"histogram of {len(values)} bins from {edges[0]:.3g} to {edges[-1]:.3g} with sum {np.nansum(values):.3g}"
