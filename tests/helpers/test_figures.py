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


HISTORY = {
    "loss": [0.7, 0.5, 0.4],
    "val_loss": [0.6, 0.5, 0.45],
    "accuracy": [0.6, 0.8, 0.9],
    "val_accuracy": [0.7, 0.8, 0.85],
}


@pytest.fixture
def drawn():
    """Draws a training history with other values, and describes the figure."""

    def draw(*, weighted=False, **values):
        figure = figures.training_history(HISTORY | values, "my network", weighted=weighted)
        return figure, figures.describe(figure).splitlines()[1:]

    yield draw
    plt.close("all")


def test_a_training_history_shows_loss_and_metric(drawn):
    figure, described = drawn()
    assert described == [
        "- title 'my network'; x 'epoch' 0 to 4; y 'loss' 0 to 0.8; legend 'training', 'validation'; 2 lines",
        "- title 'my network'; x 'epoch' 0 to 4; y 'accuracy' 0.5 to 1; legend 'training', 'validation'; 2 lines",
    ]
    for axes, name in zip(figure.axes, ("loss", "accuracy"), strict=True):
        assert [line.get_ydata().tolist() for line in axes.lines] == [HISTORY[name], HISTORY[f"val_{name}"]]
        assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
        assert np.array_equal(axes.get_xticks(), np.round(axes.get_xticks()))
    assert "y 'weighted loss' 0 to 0.8" in drawn(weighted=True)[1][0]


@pytest.mark.parametrize(
    ("values", "panel", "range_"),
    [
        ({"val_loss": [0.6, 1.13, 0.5]}, 0, "'loss' 0 to 1.2"),
        ({"loss": [-0.1, 0.5, 0.5]}, 0, "'loss' -0.2 to 0.8"),
        ({"accuracy": [0.11, 0.2, 0.3]}, 1, "'accuracy' 0.1 to 1"),
        ({"accuracy": [0.6, 0.8, 1.0]}, 1, "'accuracy' 0.5 to 1"),
        ({"loss": [0.7, np.nan, np.inf]}, 0, "'loss' 0 to 0.8"),
        ({"loss": [np.nan] * 3, "val_loss": [np.nan] * 3}, 0, "'loss' 0 to 0.8"),
    ],
)
def test_the_ranges_of_a_training_history_hide_no_value(drawn, values, panel, range_):
    assert f"y {range_};" in drawn(**values)[1][panel]


@pytest.mark.parametrize(
    ("values", "named"),
    [({"val_loss": []}, "no val_loss, but"), ({"accuracy": [], "val_loss": []}, "no val_loss and no acc")],
)
def test_a_history_that_lacks_something_is_answered(values, named):
    with pytest.raises(ValueError, match=named):
        figures.training_history(HISTORY | values, "my network")


@pytest.mark.parametrize("name", ["acc", "binary_accuracy", "weighted_accuracy"])
def test_an_accuracy_of_another_name_is_shown(name):
    renamed = {key.replace("accuracy", name): values for key, values in HISTORY.items()}
    figure = figures.training_history(renamed, "my network")
    plt.close("all")
    assert "y 'accuracy' 0.5 to 1" in figures.describe(figure)
    assert figure.axes[1].lines[1].get_ydata().tolist() == HISTORY["val_accuracy"]


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
