"""How much the figure of merit of the stop search owes to chance: its best value on resampled tables.

A network of two classes, of the published size, is trained on ``data/stop_search``, and its output is scanned for the
cut with the largest significance of the signal 550/520 at 20 % systematics. The events of validation and test, apart
and together, are then resampled many times: each counts as often as a Poisson number of mean 1 says.
"""

import argparse
import os
import sys

import numpy as np

from helpers import datasets

LUMINOSITY = 35_866.0
SYSTEMATIC = 0.2
SIGNAL = "T2DegStop_550_520.root"
SHARES = {"train": 0.25, "val": 0.25, "test": 0.5}
SIGNAL_EFFICIENCIES = np.linspace(0.5, 0.01, 200)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figure_of_merit", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="networks to train (default: 5)")
    parser.add_argument("--replicas", type=int, default=300, help="resampled tables (default: 300)")
    parser.add_argument(
        "--least-events", type=int, default=50, help="simulated background events that a cut has to leave (default: 50)"
    )
    return parser


def significance(signal, background):
    """Expected significance with an uncertain background (G. Cowan et al., arXiv:1007.1727, with its extension)."""
    s, b = np.maximum(signal, 1e-12), np.maximum(background, 1e-12)
    variance = (SYSTEMATIC * b) ** 2
    first = (s + b) * np.log((s + b) * (b + variance) / (b**2 + (s + b) * variance))
    second = b**2 / variance * np.log1p(variance * s / (b * (b + variance)))
    return np.sqrt(2 * np.maximum(first - second, 0))


def load():
    """Inputs (n, 17), labels (n,), 1 for signal, weights in events of 2016 (n,) and processes (n,) of each part."""
    import pandas as pd

    parts = {}
    for part, share in SHARES.items():
        table = pd.concat([datasets.load_table(f"stop_search/{part}_{kind}.csv.gz") for kind in ("sig", "bkg")])
        labels = table["process"].str.startswith("T2").to_numpy().astype(int)
        weights = table["weight"].to_numpy() * LUMINOSITY / share
        parts[part] = table.iloc[:, :17].to_numpy(), labels, weights, table["process"].to_numpy()
    return parts


def balanced(labels, weights):
    """Weights (n,) for the training: signal and background each sum to the number of background events."""
    return weights * np.count_nonzero(labels == 0) / np.bincount(labels, weights)[labels]


def network_outputs(parts, seed):
    """The output (n,) of a network for the events of each part."""
    import keras

    keras.utils.set_random_seed(seed)
    mean, width = parts["train"][0].mean(axis=0), parts["train"][0].std(axis=0)
    scaled = {part: (rows[0] - mean) / width for part, rows in parts.items()}
    layers = [keras.layers.Dense(50, "relu", kernel_initializer="he_normal") for _ in range(2)]
    model = keras.Sequential([keras.Input((17,)), *layers, keras.layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy")
    train, validation = ((scaled[part], parts[part][1], balanced(*parts[part][1:3])) for part in ("train", "val"))
    best = keras.callbacks.EarlyStopping(patience=15, restore_best_weights=True)
    options = {"epochs": 100, "batch_size": 1000, "verbose": 0, "callbacks": [best]}
    model.fit(*train[:2], sample_weight=train[2], validation_data=validation, **options)
    return {part: model.predict(inputs, batch_size=20_000, verbose=0)[:, 0] for part, inputs in scaled.items()}


def scan(output, part, counts, cuts, least_events):
    """Significance (n_cuts,) above rising cuts, 0 where too few simulated background events are left.

    And the signal and the background there. counts: (n,), how often each event counts.
    """
    _, labels, weights, processes = part
    place = np.searchsorted(cuts, output, side="left")

    def above(chosen, values):
        return np.bincount(place[chosen], values[chosen], len(cuts) + 1)[::-1].cumsum()[::-1][1:]

    s, b = above(processes == SIGNAL, counts * weights), above(labels == 0, counts * weights)
    enough = above(labels == 0, counts) >= least_events
    return np.where(enough, significance(s, b), 0.0), s, b


def together(parts):
    """The events of several parts as one: their weights add up to one luminosity again."""
    inputs, labels, _, processes = map(np.concatenate, zip(*(parts[part] for part in parts), strict=True))
    share = sum(SHARES[part] for part in parts)
    weights = np.concatenate([parts[part][2] * SHARES[part] / share for part in parts])
    return inputs, labels, weights, processes


def spread(values):
    """Standard deviation over mean."""
    return np.std(values) / np.mean(values)


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parts = load()
    for seed in range(options.seeds):
        outputs = network_outputs(parts, seed)
        cuts = np.quantile(outputs["train"][parts["train"][3] == SIGNAL], 1 - SIGNAL_EFFICIENCIES)
        rng = np.random.default_rng(seed)
        for names in (("val",), ("test",), ("val", "test")):
            part = together({name: parts[name] for name in names})
            output = np.concatenate([outputs[name] for name in names])
            n_events = len(output)
            found, s, b = scan(output, part, np.ones(n_events), cuts, options.least_events)
            best = found.argmax()
            left = np.count_nonzero((output > cuts[best]) & (part[1] == 0))
            resampled = [
                scan(output, part, rng.poisson(1, n_events).astype(float), cuts, options.least_events)[0]
                for _ in range(options.replicas)
            ]
            largest = np.max(resampled, axis=1)
            print(
                f"seed {seed} {'+'.join(names):8}: {found[best]:.3f} where {SIGNAL_EFFICIENCIES[best]:.1%} of the "
                f"signal is left (S {s[best]:.1f}, B {b[best]:.1f} in {left} events); resampled: {largest.mean():.3f} "
                f"± {spread(largest):.1%}, at this cut ± {spread(np.array(resampled)[:, best]):.1%}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
