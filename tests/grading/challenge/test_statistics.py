"""Areas, intervals and tests against scikit-learn, against their definitions, and against simulated experiments.

In the binormal model, background scores are N(0, 1) and signal scores N(d, 1); then the area is Φ(d/√2) and
ε_B = Φ(Φ⁻¹(ε_S) - d). A rate that is found in N experiments may differ from the true one by 4 √(p(1-p)/N), which
happens by chance once in 16 000.
"""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score, roc_curve

from grading.challenge.statistics import Areas, areas, rejections

DISTANCE = 2.5
AREA = norm.cdf(DISTANCE / np.sqrt(2))


def binormal(rng, n_signal, n_background, entries=1, shared=0.0, distance=DISTANCE):
    """Labels, and scores of entries whose noise is partly shared: its correlation between entries is ``shared``."""
    labels = rng.permutation(np.repeat([1, 0], [n_signal, n_background]))
    noise = rng.normal(size=(entries, len(labels))) * np.sqrt(1 - shared)
    return labels, noise + rng.normal(size=len(labels)) * np.sqrt(shared) + distance * labels


def rate_is(hits, n_trials, expected):
    assert abs(hits / n_trials - expected) < 4 * np.sqrt(expected * (1 - expected) / n_trials), hits / n_trials


def with_ties():
    """Labels and four entries: continuous, coarsely rounded, two-valued, reversed."""
    labels, scores = binormal(np.random.default_rng(1), 301, 499, entries=4, shared=0.5)
    scores[1], scores[2], scores[3] = np.round(scores[1]), scores[2] > 1, -scores[3]
    return labels, scores


def test_areas_are_those_of_scikit_learn():
    labels, scores = with_ties()
    expected = [roc_auc_score(labels, entry) for entry in scores]
    np.testing.assert_allclose(areas(labels, scores).values, expected, rtol=0, atol=1e-12)


def test_covariance_is_that_of_delongs_definition():
    labels, scores = with_ties()
    signal, background = scores[:, labels == 1], scores[:, labels == 0]
    ordered = signal[:, :, np.newaxis] > background[:, np.newaxis, :]
    tied = signal[:, :, np.newaxis] == background[:, np.newaxis, :]
    pairs = ordered + 0.5 * tied
    covariance = np.zeros((4, 4))
    for axis, n in ((2, 301), (1, 499)):
        deviation = pairs.mean(axis=axis) - pairs.mean(axis=(1, 2))[:, np.newaxis]
        covariance += np.einsum("ik,jk->ij", deviation, deviation) / (n - 1) / n
    np.testing.assert_allclose(areas(labels, scores).covariance, covariance, rtol=1e-9)


# Fewer jets and larger areas are where an interval without the logarithm covers too little (the last: 0.86).
@pytest.mark.parametrize(("n_signal", "n_background", "distance"), [(200, 300, 1.0), (150, 250, 2.5), (40, 60, 2.9)])
def test_area_intervals_cover_the_true_area_in_95_percent_of_experiments(n_signal, n_background, distance):
    labels, scores = binormal(np.random.default_rng(2), n_signal, n_background, entries=2000, distance=distance)
    true = norm.cdf(distance / np.sqrt(2))
    intervals = areas(labels, scores).intervals()
    assert all(0 < low < value < high < 1 for value, low, high in intervals if value < 1)
    rate_is(sum(low <= true <= high for _, low, high in intervals), 2000, 0.95)


def test_a_perfect_area_has_a_lower_limit():
    labels = np.repeat([0, 1], 100)
    perfect, reversed_ = areas(labels, np.stack([labels, -labels])).intervals()
    assert (perfect.value, perfect.high) == (1, 1)
    assert perfect.low**100 == pytest.approx(0.025)
    assert (reversed_.value, reversed_.low, reversed_.high) == (0, 0, 1 - perfect.low)


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_equally_good_entries_are_told_apart_in_5_percent_of_experiments(shared):
    rng = np.random.default_rng(3)
    labels, first = binormal(rng, 150, 150, entries=1000)
    mean = DISTANCE * labels
    second = mean + shared * (first - mean) + np.sqrt(1 - shared**2) * rng.normal(size=first.shape)
    pairs = areas(labels, np.concatenate([first, second]))
    rate_is(sum(pairs.p_value(pair, 1000 + pair) <= 0.05 for pair in range(1000)), 1000, 0.05)


def test_what_entries_share_helps_to_tell_them_apart():
    rng = np.random.default_rng(4)
    labels, scores = binormal(rng, 1000, 1000, entries=2, shared=0.95)
    scores[1] += 0.2 * labels
    paired = areas(labels, scores)
    assert paired.p_value(0, 1) < 1e-3
    independent = areas(labels, scores)
    independent.covariance[0, 1] = independent.covariance[1, 0] = 0
    assert independent.p_value(0, 1) > 0.05


def test_the_same_order_of_jets_gives_no_difference():
    labels, scores = binormal(np.random.default_rng(5), 50, 50)
    same = areas(labels, np.concatenate([scores, np.exp(scores), -scores]))
    assert same.p_value(0, 1) == 1
    assert same.p_value(0, 2) < 1e-6


def test_rejection_is_that_of_the_roc_curve():
    labels, scores = with_ties()
    found = rejections(labels, scores, [0.3, 0.5], np.random.default_rng(0), replicates=2)
    for entry, estimates in zip(scores[:3], found, strict=False):
        background, signal, _ = roc_curve(labels, entry, drop_intermediate=False)
        expected = 1 / np.interp([0.3, 0.5], signal, background)
        np.testing.assert_allclose([estimate.value for estimate in estimates], expected, rtol=1e-9)


def test_rejection_of_a_handful_of_jets_by_hand():
    labels = np.array([1, 1, 0, 1, 0, 1, 0, 0])
    scores = np.array([[8, 7, 6, 5, 4, 3, 2, 1], [2, 2, 2, 1, 1, 1, 0, 0]])
    (first, half), (_, tied_half) = rejections(labels, scores, [0.3, 0.5], np.random.default_rng(0))
    assert (first.value, half.value) == (np.inf, np.inf)
    assert first.low == pytest.approx(1 / (1 - 0.05 ** (1 / 4)))
    # At ε_S = 2/4 all jets of the highest score pass: 1 of 4 background jets.
    assert tied_half.value == 4


def test_rejection_intervals_are_those_of_the_exact_bootstrap():
    """Without ties, the signal jet at which a bootstrap sample reaches ε_S is an order statistic of uniform draws."""
    rng = np.random.default_rng(6)
    n_signal, n_background = 400, 3000
    labels, scores = binormal(rng, n_signal, n_background, distance=1.5)
    ((found,),) = rejections(labels, scores, [0.5], rng, replicates=5000)
    k = n_signal // 2
    position = (n_signal * rng.beta(k, n_signal + 1 - k, size=200_000)).astype(int)
    cut = np.sort(scores[0, labels == 1])[::-1][position]
    above = n_background - np.searchsorted(np.sort(scores[0, labels == 0]), cut)
    efficiency = rng.binomial(n_background, above / n_background) / n_background
    low, high = 1 / np.percentile(efficiency, [97.5, 2.5])
    # The percentiles of 5000 samples scatter by 1 to 2 %.
    assert found.low == pytest.approx(low, rel=0.05)
    assert found.high == pytest.approx(high, rel=0.05)


def test_rejection_intervals_cover_the_true_rejection_in_95_percent_of_experiments():
    rng = np.random.default_rng(7)
    true = 1 / norm.cdf(norm.ppf(0.5) - 1.5)
    found = [rejections(*binormal(rng, 250, 900, distance=1.5), [0.5], rng, 300)[0][0] for _ in range(400)]
    rate_is(sum(low <= true <= high for _, low, high in found), 400, 0.95)


def test_the_bootstrap_depends_on_its_seed_alone():
    labels, scores = binormal(np.random.default_rng(8), 100, 1000, distance=1)
    first, again, other = (rejections(labels, scores, [0.5], np.random.default_rng(seed), 50) for seed in (1, 1, 2))
    assert first == again != other


def test_entries_that_cannot_be_told_apart_share_a_place():
    rng = np.random.default_rng(9)
    labels, scores = binormal(rng, 2000, 2000, entries=6, shared=0.9)
    scores += np.array([0.0, 0.6, 0.58, -0.5, 0.0, 3.0])[:, np.newaxis] * labels
    assert areas(labels, scores).places(others=[5]) == [3, 1, 1, 5, 3, None]
    assert areas(labels, scores).places() == [4, 2, 2, 6, 4, 1]


def test_a_place_is_shared_with_its_first_entry_and_not_along_a_chain():
    """Differences of 1.5 standard deviations cannot be told (p = 0.13), of 3 they can (p = 0.003)."""
    deviation = 0.004
    values = 0.9 - 1.5 * np.sqrt(2) * deviation * np.array([2, 0, 4, 1, 3])
    ranked = Areas(values, deviation**2 * np.eye(5), 1000, 1000)
    assert ranked.p_value(1, 3) == pytest.approx(2 * norm.sf(1.5))
    assert ranked.places() == [3, 1, 5, 1, 3]
    assert ranked.places(others=[1]) == [1, None, 3, 1, 3]
