"""The comparison of the di-Higgs amplitude with the literature: its errors, and that the command prints it."""

import numpy as np
import pytest

from benchmarks import dihiggs_amplitude


def test_the_error_of_a_ratio_knows_that_both_are_of_the_same_points():
    rng = np.random.default_rng(1)
    whole = rng.exponential(size=2_000)
    assert dihiggs_amplitude.ratio_and_error(3 * whole, whole) == pytest.approx((3, 0), abs=1e-12)
    part = whole * rng.uniform(0, 1, 2_000)
    ratio, error = dihiggs_amplitude.ratio_and_error(part, whole)
    resampled = []
    for _ in range(300):
        chosen = rng.integers(0, 2_000, 2_000)
        resampled.append(part[chosen].mean() / whole[chosen].mean())
    assert ratio == pytest.approx(part.sum() / whole.sum())
    assert error == pytest.approx(np.std(resampled), rel=0.15)


def test_it_prints_what_was_found_beside_the_literature(capsys):
    pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")
    assert dihiggs_amplitude.main(["--points", "500"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = [line for line in lines if line.startswith("14 TeV: σ [fb]")]
    assert "19.85" in row
    assert 15 < float(row.split()[4]) < 25
    (box,) = [line for line in lines if line.startswith("m_t = 20 TeV: box, spin 0")]
    assert float(box.split()[-3]) == pytest.approx(-2 / 3, abs=1e-3)
