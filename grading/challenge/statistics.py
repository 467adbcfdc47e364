"""How well scores separate two classes, how sure that is, and which entries cannot be told apart.

Scores are arrays of shape (n_jets,) or, for several entries, (n_entries, n_jets); larger means more signal-like. Labels
have shape (n_jets,), 1 for signal and 0 for background; both occur.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

CONFIDENCE = 0.95
SAME_PLACE = 0.05
REPLICATES = 1000
_CELLS_AT_A_TIME = 4_000_000


class Estimate(NamedTuple):
    """A measured value and the interval around it. An infinite value is known only to be larger than ``low``."""

    value: float
    low: float
    high: float


class Areas(NamedTuple):
    """Areas under the ROC curves, shape (n_entries,), and their covariance, shape (n_entries, n_entries)."""

    values: np.ndarray
    covariance: np.ndarray
    n_signal: int
    n_background: int

    def intervals(self) -> list[Estimate]:
        """For each entry the area with its 95 % interval, which is symmetric in ln(A / (1 - A)).

        That keeps it inside 0 to 1, and its coverage close to 95 % for areas near 1. An area of exactly 1 has no
        variance; its lower end is then the area at which min(n_signal, n_background) pairs without a common jet would
        all be in order with a probability of 2.5 %. An area of 0 is treated alike.
        """
        tail = (1 - CONFIDENCE) / 2
        never_wrong = tail ** (1 / min(self.n_signal, self.n_background))
        found = []
        for value, variance in zip(self.values, np.diag(self.covariance), strict=True):
            if value in (0, 1):
                low, high = (never_wrong, 1.0) if value else (0.0, 1 - never_wrong)
            else:
                reach = norm.isf(tail) * np.sqrt(variance) / (value * (1 - value))
                low, high = expit(logit(value) - reach), expit(logit(value) + reach)
            found.append(Estimate(float(value), float(low), float(high)))
        return found

    def p_value(self, first: int, second: int) -> float:
        """Probability of areas at least this different, if two entries scored on the same jets are equally good.

        DeLong's paired test: the difference is normal with the variance that the covariance gives.
        """
        difference = abs(self.values[first] - self.values[second])
        own = self.covariance[first, first] + self.covariance[second, second]
        variance = own - 2 * self.covariance[first, second]
        if variance <= 1e-12 * own:
            return 1.0 if difference < 1e-12 else 0.0
        return float(2 * norm.sf(difference / np.sqrt(variance)))

    def places(self, others: Sequence[int] = ()) -> list[int | None]:
        """The place of each entry, from 1; None for the entries in ``others``, which only stand by.

        In order of falling area, an entry shares the place of the first entry at that place if the paired test of these
        two gives p > 0.05. Otherwise a new place begins, whose number is one more than the number of entries above.
        """
        ranked = [entry for entry in np.argsort(-self.values, kind="stable").tolist() if entry not in set(others)]
        places: list[int | None] = [None] * len(self.values)
        first = place = None
        for above, entry in enumerate(ranked):
            if first is None or self.p_value(first, entry) <= SAME_PLACE:
                first, place = entry, above + 1
            places[entry] = place
        return places


def areas(labels: np.ndarray, scores: np.ndarray) -> Areas:
    """Areas under the ROC curves of entries scored on the same jets, with their covariance; equal scores count half.

    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Biometrics 44 (1988) 837, eqs. 3-6, computed from midranks as in
    X. Sun, W. Xu, IEEE Signal Processing Letters 21 (2014) 1389, in n log n steps an entry.
    """
    is_signal = labels == 1
    n_signal, n_background = int(is_signal.sum()), int((~is_signal).sum())
    among_all = rankdata(scores, axis=1)
    among_signal = rankdata(scores[:, is_signal], axis=1)
    among_background = rankdata(scores[:, ~is_signal], axis=1)
    below = (among_all[:, is_signal] - among_signal) / n_background
    above = 1 - (among_all[:, ~is_signal] - among_background) / n_signal
    covariance = np.atleast_2d(np.cov(below)) / n_signal + np.atleast_2d(np.cov(above)) / n_background
    return Areas(below.mean(axis=1), covariance, n_signal, n_background)


def rejections(
    labels: np.ndarray,
    scores: np.ndarray,
    efficiencies: Sequence[float],
    rng: np.random.Generator,
    replicates: int = REPLICATES,
) -> list[list[Estimate]]:
    """Background rejection 1/ε_B at signal efficiencies: for each entry a list with an estimate for each efficiency.

    ε_B is where the ROC curve, with straight lines between its points, first reaches ε_S. The interval holds the middle
    95 % of ``replicates`` bootstrap samples, in which signal and background jets are drawn again separately; all
    entries see the same samples. Where no background passes, the value is infinite and the lower end is the 95 % limit
    of n background jets of which none passes, 1 / (1 - 0.05^(1/n)).
    """
    is_signal = labels == 1
    curves = [_Curve(entry[is_signal], entry[~is_signal]) for entry in scores]
    n_signal, n_background = int(is_signal.sum()), int((~is_signal).sum())

    def passing(signal_weights: np.ndarray, background_weights: np.ndarray) -> np.ndarray:
        weights = signal_weights, background_weights
        return np.array([curve.background_efficiencies(efficiencies, *weights) for curve in curves])

    measured = passing(np.ones((1, n_signal), np.int32), np.ones((1, n_background), np.int32))[..., 0]
    at_a_time = max(1, _CELLS_AT_A_TIME // len(labels))
    chunks = [min(at_a_time, replicates - done) for done in range(0, replicates, at_a_time)]
    drawn = [passing(_drawn(rng, chunk, n_signal), _drawn(rng, chunk, n_background)) for chunk in chunks]
    low, high = np.percentile(np.concatenate(drawn, axis=2), [50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)], axis=2)
    limit = 1 / (1 - (1 - CONFIDENCE) ** (1 / n_background))
    with np.errstate(divide="ignore"):
        return [
            [Estimate(float(1 / m), float(1 / h) if m else limit, float(1 / b)) for m, b, h in zip(*row, strict=True)]
            for row in zip(measured, low, high, strict=True)
        ]


def _drawn(rng: np.random.Generator, replicates: int, n: int) -> np.ndarray:
    """How often each of n jets is drawn in n draws with replacement, (replicates, n)."""
    draws = rng.integers(n, size=(replicates, n)) + n * np.arange(replicates)[:, np.newaxis]
    return np.bincount(draws.ravel(), minlength=replicates * n).reshape(replicates, n).astype(np.int32)


class _Curve:
    """The ROC curve of one entry, for any weights of the jets."""

    def __init__(self, signal: np.ndarray, background: np.ndarray) -> None:
        self._signal_order, self._background_order = np.argsort(-signal), np.argsort(-background)
        falling, other = -signal[self._signal_order], -background[self._background_order]
        self._signal = [np.searchsorted(falling, falling, side) for side in ("left", "right")]
        self._background = [np.searchsorted(other, falling, side) for side in ("left", "right")]

    def background_efficiencies(
        self, signal_efficiencies: Sequence[float], signal_weights: np.ndarray, background_weights: np.ndarray
    ) -> list[np.ndarray]:
        """For each ε_S the ε_B of each row of weights, of shapes (n_rows, n_signal) and (n_rows, n_background)."""
        signal = _running_sum(signal_weights[:, self._signal_order])
        background = _running_sum(background_weights[:, self._background_order])
        rows = np.arange(len(signal))
        found = []
        for efficiency in signal_efficiencies:
            wanted = round(efficiency * signal_weights.shape[1], 6)
            last = np.argmax(signal[:, 1:] >= wanted, axis=1)
            signal_above, signal_with = (signal[rows, end[last]] for end in self._signal)
            background_above, background_with = (background[rows, end[last]] for end in self._background)
            part = (wanted - signal_above) / (signal_with - signal_above)
            passing = background_above + part * (background_with - background_above)
            found.append(passing / background_weights.shape[1])
        return found


def _running_sum(weights: np.ndarray) -> np.ndarray:
    """Sums of the first 0, 1, … n columns, (n_rows, n + 1)."""
    return np.concatenate([np.zeros((len(weights), 1), weights.dtype), np.cumsum(weights, axis=1)], axis=1)
