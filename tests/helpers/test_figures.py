import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import pytest

from helpers import figures


@pytest.fixture
def figure():
    figures.use_style()
    figure, axes = plt.subplots()
    mplhep.histplot(np.histogram([1, 2, 2, 9], bins=10, range=(0, 10)), ax=axes, label="masses")
    axes.set(title="peak", xlabel="mass [GeV]", ylabel="events / 1 GeV", xlim=(0, 10), ylim=(0, 4))
    axes.legend()
    yield figure
    plt.close(figure)


def test_description_tells_what_was_drawn(figure):
    assert figures.describe(figure) == (
        "Figure\n- title 'peak'; x 'mass [GeV]' 0 to 10; y 'events / 1 GeV' 0 to 4; legend 'masses'; "
        "histogram of 10 bins from 0 to 10 with sum 4"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda axes: axes.set_xlabel(""),
        lambda axes: axes.set_ylabel("events"),
        lambda axes: axes.set_xlim(0, 20),
        lambda axes: axes.set_yscale("symlog"),
        lambda axes: axes.get_legend().remove(),
        lambda axes: axes.plot([0, 1], [0, 1]),
        lambda axes: axes.imshow(np.zeros((2, 3))),
        lambda axes: axes.stairs([1, 2]),
    ],
)
def test_description_changes_with_the_figure(figure, change):
    before = figures.describe(figure)
    change(figure.axes[0])
    assert figures.describe(figure) != before


def test_a_notebook_stores_the_description():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        figures.use_style()
        figure = plt.figure()
        figure.add_subplot(xlabel="mass [GeV]")
        shown, _ = shell.display_formatter.format(figure, include={"text/plain"})
        assert shown["text/plain"] == figures.describe(figure)
        assert "mass [GeV]" in shown["text/plain"]
    finally:
        InteractiveShell.clear_instance()
