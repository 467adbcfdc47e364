"""The benchmark of the heavy pairs measures what it says, on numbers made by hand. No training."""

import numpy as np
import pytest

from benchmarks import heavy_pairs


def test_parts_are_scaled_by_the_training_events_and_hold_each_event_once():
    inputs = np.arange(200.0).reshape(100, 2) ** 2
    labels = np.arange(100)
    training, validation, test = heavy_pairs.parts(inputs, labels, seed=1)
    assert [len(part[1]) for part in (training, validation, test)] == [60, 20, 20]
    assert sorted(np.concatenate([training[1], validation[1], test[1]])) == list(range(100))
    np.testing.assert_allclose(training[0].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(training[0].std(axis=0), 1)
    chosen = inputs[training[1]]
    np.testing.assert_allclose(test[0], (inputs[test[1]] - chosen.mean(axis=0)) / chosen.std(axis=0))


def test_balanced_weights():
    labels = np.array([0, 0, 0, 1, 2, 3, 3, 0])
    weights = heavy_pairs.balanced(labels)
    np.testing.assert_allclose(np.bincount(labels, weights), 2)
    assert weights.mean() == pytest.approx(1)


def test_areas_by_hand():
    """BB has the larger share of the two outputs, whatever the others have; one class against the rest by its own."""
    outputs = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.6, 0.1, 0.2], [0.2, 0.1, 0.6, 0.1], [0.01, 0.02, 0.94, 0.03]])
    a_against_b, mean = heavy_pairs.areas(outputs, np.arange(4))
    assert a_against_b == 1
    assert mean == pytest.approx((1 + 1 + 2 / 3 + 0) / 4)
    assert heavy_pairs.areas(outputs[:, ::-1], np.arange(4))[0] == 0
