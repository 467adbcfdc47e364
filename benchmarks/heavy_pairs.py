"""How hard the heavy pairs are: AA against BB by set of variables, kind of classifier, width and depth of a network.

Each network, boosted trees and a logistic regression learn the four classes of ``data/heavy_pairs`` from 60 % of the
events, and stop by 20 %; the area of AA against BB is that of the other 20 %, by the ratio of both outputs. All are
repeated with several seeds, each of which also splits the events anew.
"""

import argparse
import os
import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks import command
from helpers import datasets

CLASSES = ("AA", "AB", "BA", "BB")
N_FOUR_VECTORS = 21
VARIABLES = {"four-vectors": slice(N_FOUR_VECTORS), "high-level": slice(N_FOUR_VECTORS, None), "all": slice(None)}
SHAPES = ((8, 1, 0.0), (64, 1, 0.0), (256, 1, 0.0), (64, 3, 0.0), (64, 3, 0.2))
"""Width, depth and dropout."""


def parser() -> argparse.ArgumentParser:
    parser = command.parser("heavy_pairs", __doc__)
    parser.add_argument("--seeds", type=int, default=3, help="(default: 3)")
    parser.add_argument("--epochs", type=int, default=30, help="at most so many (default: 30)")
    parser.add_argument("--events", type=int, help="of each class at most (default: all there are)")
    return parser


def load(most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """All variables (n_events, 36) and the number of the class (n_events,)."""
    rows = []
    for name in CLASSES:
        columns = datasets.open_root(f"heavy_pairs/{name}.root")["Events"].arrays(entry_stop=most, library="np")
        rows.append(np.stack(list(columns.values()), axis=1))
    return np.concatenate(rows), np.repeat(np.arange(len(CLASSES)), [len(table) for table in rows])


def parts(inputs: np.ndarray, labels: np.ndarray, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training, validation and test events, scaled by mean and deviation of the training events."""
    order = np.random.default_rng(seed).permutation(len(labels))
    cuts = (round(0.6 * len(order)), round(0.8 * len(order)))
    training = inputs[order[: cuts[0]]]
    scaled = (inputs - training.mean(axis=0)) / training.std(axis=0)
    return [(scaled[chosen], labels[chosen]) for chosen in np.split(order, cuts)]


def balanced(labels: np.ndarray) -> np.ndarray:
    """Weights (n_events,) with which all classes count the same; their mean is 1."""
    return len(labels) / len(CLASSES) / np.bincount(labels)[labels]


def network_outputs(samples, width: int, depth: int, dropout: float, epochs: int, seed: int) -> tuple[np.ndarray, int]:
    """Outputs (n_test, 4) of a network, and how many parameters it has."""
    import keras

    keras.utils.set_random_seed(seed)
    training, validation, test = samples
    model = keras.Sequential([keras.Input(training[0].shape[1:])])
    for _ in range(depth):
        model.add(keras.layers.Dense(width, "relu", kernel_initializer="he_normal"))
        model.add(keras.layers.Dropout(dropout))
    model.add(keras.layers.Dense(4, "softmax"))
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")
    best = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    model.fit(
        *training,
        sample_weight=balanced(training[1]),
        validation_data=(*validation, balanced(validation[1])),
        epochs=epochs,
        batch_size=512,
        callbacks=[best],
        verbose=0,
    )
    return model.predict(test[0], batch_size=10_000, verbose=0), model.count_params()


def sklearn_outputs(model, samples) -> np.ndarray:
    """Outputs (n_test, 4) of a classifier of scikit-learn."""
    (inputs, labels), _, test = samples
    return model.fit(inputs, labels, sample_weight=balanced(labels)).predict_proba(test[0])


def areas(outputs: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """AA against BB, by the ratio of their outputs; and the mean of each class against the rest."""
    ends = (labels == 0) | (labels == 3)
    ratio = outputs[ends, 3] / np.maximum(outputs[ends, 0] + outputs[ends, 3], 1e-12)
    one_against_rest = [roc_auc_score(labels == number, outputs[:, number]) for number in range(len(CLASSES))]
    return roc_auc_score(labels[ends] == 3, ratio), float(np.mean(one_against_rest))


def said(width: int, depth: int, dropout: float) -> str:
    """Name of a network in the table."""
    return f"network {width} × {depth}" + (f", dropout {dropout:g}" if dropout else "")


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    inputs, labels = load(options.events)
    print(f"events a class: {', '.join(map(str, np.bincount(labels)))}")
    print("| variables | classifier | parameters | AA against BB | mean of one against the rest |")
    print("|---|---|---|---|---|")
    for name, columns in VARIABLES.items():
        samples = [parts(inputs[:, columns], labels, seed) for seed in range(options.seeds)]
        rows = {"logistic regression": [], "boosted trees": []} | {said(*shape): [] for shape in SHAPES}
        parameters = {}
        for seed, sample in enumerate(samples):
            test_labels = sample[2][1]
            models = {
                "logistic regression": LogisticRegression(max_iter=300),
                "boosted trees": HistGradientBoostingClassifier(early_stopping=True, random_state=seed),
            }
            for kind, model in models.items():
                rows[kind].append(areas(sklearn_outputs(model, sample), test_labels))
            for shape in SHAPES:
                kind = said(*shape)
                outputs, parameters[kind] = network_outputs(sample, *shape, options.epochs, seed)
                rows[kind].append(areas(outputs, test_labels))
        for kind, found in rows.items():
            mean, spread = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) if len(found) > 1 else (0.0, 0.0)
            numbers = " | ".join(f"{m:.3f} ± {s:.3f}" for m, s in zip(mean, spread, strict=True))
            print(f"| {name} | {kind} | {parameters.get(kind, '–')} | {numbers} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
