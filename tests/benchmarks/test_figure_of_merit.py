"""The benchmark of the figure of merit measures what it says: significance, scan and balance, by hand. No training."""

import numpy as np
import pytest

from benchmarks import figure_of_merit

CUTS = np.array([0.1, 0.5, 0.8, 0.95])


def test_significance_of_a_small_signal_is_that_of_a_gaussian():
    """S/√(B + (fB)²) where S ≪ B; a hundred times more background leaves S/(fB)."""
    assert figure_of_merit.significance(1.0, 100.0) == pytest.approx(1 / np.sqrt(100 + 20**2), rel=0.01)
    assert figure_of_merit.significance(100.0, 10_000.0) == pytest.approx(100 / 2000, rel=0.02)


def test_significance_without_signal_is_zero():
    assert figure_of_merit.significance(0.0, 10.0) == pytest.approx(0, abs=1e-4)


def test_scan_counts_what_lies_above_each_cut():
    output = np.array([0.0, 0.75, 0.8, 0.9, 0.9, 1.0])
    processes = np.array(["Wjets", "TTbar", figure_of_merit.SIGNAL, "T2DegStop_450_420.root", "Wjets", "ZJetsToNuNu"])
    labels = np.array([0, 0, 1, 1, 0, 0])
    weights = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    part = None, labels, weights, processes
    found, signal, background = figure_of_merit.scan(output, part, np.ones(6), CUTS, least_events=3)
    np.testing.assert_array_equal(signal, [4, 4, 0, 0])
    np.testing.assert_array_equal(background, [50, 50, 48, 32])
    assert found[1] == pytest.approx(figure_of_merit.significance(4.0, 50.0))
    assert not found[2:].any(), "two background events are too few"


def test_a_resampled_event_counts_as_often_as_it_was_drawn():
    part = None, np.array([1, 0]), np.array([1.0, 10.0]), np.array([figure_of_merit.SIGNAL, "Wjets"])
    _, signal, background = figure_of_merit.scan(np.ones(2), part, np.array([3.0, 2.0]), CUTS, least_events=1)
    assert (signal[0], background[0]) == (3, 20)


def test_balance():
    labels, weights = np.array([1, 1, 0, 0, 0]), np.array([1.0, 2.0, 10.0, 20.0, 20.0])
    balanced = figure_of_merit.balanced(labels, weights)
    np.testing.assert_allclose(np.bincount(labels, balanced), [3, 3])
    np.testing.assert_allclose(balanced[1] / balanced[0], 2)


def test_parts_together_give_the_yields_of_one_luminosity():
    """A quarter and a half of the same events: each weighs a third and two thirds of what it did."""
    rows, labels, processes = np.zeros((1, 17)), np.array([0]), np.array(["Wjets"])
    parts = {"val": (rows, labels, np.array([3.0]), processes), "test": (rows + 1, labels, np.array([6.0]), processes)}
    inputs, together_labels, weights, together_processes = figure_of_merit.together(parts)
    np.testing.assert_array_equal(inputs[:, 0], [0, 1])
    np.testing.assert_allclose(weights, [1, 4])
    assert list(together_labels) == [0, 0]
    assert list(together_processes) == ["Wjets", "Wjets"]
