"""The name under which the history of a training keeps its accuracy, which Keras takes from how it was asked for."""

from collections.abc import Iterable


def accuracy_name(history: Iterable[str]) -> str | None:
    """The key of the training's accuracy in a history, such as "accuracy", "acc" or "binary_accuracy"; None without.

    Where a network has accuracies with and without weights, the key is that of the weighted one.
    """
    names = [name for name in history if "acc" in name and not name.startswith("val_")]
    return min(names, key=lambda name: (not name.startswith("weighted_"), name != "accuracy"), default=None)
