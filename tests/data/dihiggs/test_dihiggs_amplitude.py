"""The amplitude of gg → HH: loop integrals by brute force, limits, symmetry, and the literature's cross-sections."""

import numpy as np
import pytest
from scipy.integrate import quad

from data.generation.dihiggs import hard_scattering, loop_integrals
from data.generation.dihiggs.form_factors import LEAST_PT_SQUARED, form_factors
from data.generation.dihiggs.partonic import HIGGS_MASS, TOP_MASS, differential_cross_section, mandelstam_t

RHO = (HIGGS_MASS / TOP_MASS) ** 2


def feynman_triangle(p1, p2, p3):
    """C₀ below all thresholds, from its Feynman parameters: squared masses of the three legs in units of m²."""

    def inner(x):
        def integrand(y):
            return -1 / (1 - p1 * x * y - p2 * y * (1 - x - y) - p3 * x * (1 - x - y))

        return quad(integrand, 0, 1 - x)[0]

    return quad(inner, 0, 1)[0]


def feynman_box(masses, first, second):
    """D₀ below all thresholds: ``masses`` of the four legs in order, invariants (p1 + p2)² and (p2 + p3)²."""
    from scipy.integrate import tplquad

    p1, p2, p3, p4 = masses

    def integrand(c, b, a):
        d = 1 - a - b - c
        legs = p1 * a * b + p2 * b * c + p3 * c * d + p4 * d * a
        return (1 - legs - first * a * c - second * b * d) ** -2

    return tplquad(integrand, 0, 1, 0, lambda a: 1 - a, 0, lambda a, b: 1 - a - b, epsabs=1e-7, epsrel=1e-7)[0]


@pytest.mark.parametrize("s", [-5.0, -0.3, 1.5, 3.5])
def test_triangles_below_threshold_are_their_feynman_integrals(s):
    assert loop_integrals.triangle(np.array([s]))[0] == pytest.approx(feynman_triangle(0, 0, s), rel=1e-7)
    assert loop_integrals.triangle(np.array([s]), RHO)[0] == pytest.approx(feynman_triangle(0, RHO, s), rel=1e-7)


@pytest.mark.parametrize("s", [2.5, 3.5])
def test_the_triangle_of_two_higgs_below_threshold_is_its_feynman_integral(s):
    expected = feynman_triangle(RHO, RHO, s)
    assert loop_integrals.triangle_of_two_higgs(np.array([s]), RHO)[0] == pytest.approx(expected, rel=1e-7)


def test_boxes_below_threshold_are_their_feynman_integrals():
    s, t = np.array([3.0]), np.array([-0.8])
    adjacent = feynman_box((0, 0, RHO, RHO), 3.0, -0.8)
    assert loop_integrals.box_of_adjacent_gluons(s, t, RHO)[0] == pytest.approx(adjacent, rel=1e-5)
    u = 2 * RHO - s - t
    opposite = feynman_box((0, RHO, 0, RHO), -0.8, u[0])
    assert loop_integrals.box_of_opposite_gluons(t, u, RHO)[0] == pytest.approx(opposite, rel=1e-5)


def test_above_threshold_the_triangle_by_dispersion_is_the_closed_form():
    """With massless Higgs bosons C_cd is C_ab, which is known."""
    s = np.array([4.5, 9.0, 60.0, 500.0])
    np.testing.assert_allclose(
        loop_integrals.triangle_of_two_higgs(s, 1e-9), loop_integrals.triangle(s), rtol=1e-6, atol=1e-9
    )


def test_the_opposite_box_does_not_depend_on_which_channel_is_cut():
    t, u = np.array([-0.3, -4.0, -70.0]), np.array([-9.0, -5.0, -2.0])
    np.testing.assert_allclose(
        loop_integrals.box_of_opposite_gluons(t, u, RHO), loop_integrals.box_of_opposite_gluons(u, t, RHO), rtol=1e-9
    )


def points(n, seed=3):
    """ŝ and t̂ of points in phase space from threshold to 3 TeV."""
    rng = np.random.default_rng(seed)
    s_hat = rng.uniform(250.5, 3000, n) ** 2
    return s_hat, mandelstam_t(s_hat, rng.uniform(-1, 1, n))


def test_a_heavy_quark_decouples_into_the_effective_coupling():
    s_hat, t_hat = np.full(5, 400.0**2), mandelstam_t(np.full(5, 400.0**2), np.linspace(-0.9, 0.9, 5))
    factors = form_factors(s_hat, t_hat, HIGGS_MASS, 20_000.0)
    np.testing.assert_allclose(factors.triangle, 2 / 3, rtol=1e-3)
    np.testing.assert_allclose(factors.box_spin_0, -2 / 3, rtol=1e-3)
    np.testing.assert_allclose(factors.box_spin_2, 0, atol=1e-3)


def test_at_threshold_triangle_and_box_cancel_for_a_heavy_quark():
    s_hat = np.array([250.0**2 * 1.0001])
    t_hat = mandelstam_t(s_hat, np.array([0.2]))
    heavy = differential_cross_section(s_hat, t_hat, np.array([0.1]), top_mass=20_000.0)
    assert heavy.total()[0] < 1e-3 * heavy.box[0]


def test_the_two_gluons_are_alike():
    s_hat, t_hat = points(500)
    u_hat = 2 * HIGGS_MASS**2 - s_hat - t_hat
    one, other = (form_factors(s_hat, invariant, HIGGS_MASS, TOP_MASS) for invariant in (t_hat, u_hat))
    for name in ("triangle", "box_spin_0", "box_spin_2"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("mass", [260.0, 340.0, 350.0, 500.0, 2000.0])
def test_it_is_stable_as_the_transverse_momentum_vanishes(mass):
    """G_□ vanishes as pT²; F_□ goes to a finite limit, without noise."""
    s_hat = np.full(6, mass**2)
    sine = np.array([0.2, 0.1, 0.06, 0.03, 1e-2, 1e-4])
    pt_squared = (1 - 4 * HIGGS_MASS**2 / mass**2) * sine**2 / 4
    factors = form_factors(s_hat, mandelstam_t(s_hat, np.sqrt(1 - sine**2)), HIGGS_MASS, TOP_MASS)
    slope = factors.box_spin_2 / pt_squared
    resolved = pt_squared > LEAST_PT_SQUARED
    assert resolved.sum() >= 2
    np.testing.assert_allclose(slope[resolved], slope[0], rtol=0.25)
    assert (slope[~resolved] == 0).all()
    assert LEAST_PT_SQUARED * np.abs(slope[0]) < 1e-3
    np.testing.assert_allclose(factors.box_spin_0[2:], factors.box_spin_0[-1], rtol=0.02)
    np.testing.assert_allclose(factors.box_spin_0[4:], factors.box_spin_0[-1], rtol=1e-3)


def test_more_nodes_change_nothing(monkeypatch):
    s_hat, t_hat = points(200)
    before = form_factors(s_hat, t_hat, HIGGS_MASS, TOP_MASS)
    for name, nodes in zip(("BETA", "ONE_MINUS_BETA_SQUARED", "WEIGHTS"), loop_integrals._nodes(500), strict=True):
        monkeypatch.setattr(loop_integrals, name, nodes)
    after = form_factors(s_hat, t_hat, HIGGS_MASS, TOP_MASS)
    for name in ("triangle", "box_spin_0", "box_spin_2"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), atol=3e-6, err_msg=name)


def test_the_cross_section_is_a_square_in_the_self_coupling():
    """Triangle and box interfere destructively, and nothing makes the cross-section negative."""
    s_hat, t_hat = points(300)
    terms = differential_cross_section(s_hat, t_hat, np.full(300, 0.1))
    np.testing.assert_allclose(terms.total(), terms.triangle + terms.interference + terms.box)
    assert (terms.interference**2 <= 4 * terms.triangle * terms.box * (1 + 1e-12)).all()
    for kappa_lambda in (-3.0, 0.0, 2.45, 10.0):
        assert (terms.total(kappa_lambda) >= 0).all()
    assert np.median(terms.interference) < 0


@pytest.fixture(scope="module")
def next_to_leading_order_gluons():
    pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")
    from data.generation.dihiggs.gluons import NEXT_TO_LEADING_ORDER, Gluons

    return Gluons(NEXT_TO_LEADING_ORDER)


@pytest.fixture(scope="module")
def collisions(next_to_leading_order_gluons):
    """Points and their terms, by energy in GeV."""
    made = {}
    for energy in (13_000.0, 14_000.0):
        drawn = hard_scattering.draw(20_000, energy, next_to_leading_order_gluons, np.random.default_rng(4))
        made[energy] = drawn, drawn.terms()
    return made


def cross_section(drawn, terms):
    """Integrals in fb of a function of the terms."""
    return 1000 * np.mean(drawn.measure * terms)


def test_the_cross_section_at_14_tev_is_the_literature_s(collisions):
    """19.85 fb with the densities PDF4LHC15 NLO (S. Borowka et al., arXiv:1604.06447); ours are NNPDF3.1 NLO."""
    drawn, terms = collisions[14_000.0]
    assert cross_section(drawn, terms.total()) == pytest.approx(19.85, rel=0.04)


def test_its_parts_at_13_tev_are_the_literature_s(collisions):
    """Boxes 2.091, triangle 0.282, interference −1.373 in units of the whole (A. Carvalho et al., arXiv:1608.06578)."""
    drawn, terms = collisions[13_000.0]
    whole = cross_section(drawn, terms.total())
    assert cross_section(drawn, terms.box) / whole == pytest.approx(2.091, rel=0.02)
    assert cross_section(drawn, terms.triangle) / whole == pytest.approx(0.282, rel=0.04)
    assert cross_section(drawn, terms.interference) / whole == pytest.approx(-1.373, rel=0.03)


def test_it_is_least_where_triangle_and_boxes_cancel_best(collisions):
    drawn, terms = collisions[13_000.0]
    least = -cross_section(drawn, terms.interference) / (2 * cross_section(drawn, terms.triangle))
    assert least == pytest.approx(2.44, abs=0.05)


def test_mean_mass_of_the_pair(collisions):
    drawn, terms = collisions[13_000.0]
    weights = drawn.measure * terms.total()
    assert np.average(drawn.mass, weights=weights) == pytest.approx(474, abs=6)
    few = drawn[:4_000]
    heavy = few.measure * few.terms(top_mass=20_000.0).total()
    assert np.average(few.mass, weights=heavy) > 550, "without the top mass the spectrum is far too hard"


@pytest.fixture(scope="module")
def events(next_to_leading_order_gluons):
    """Unweighted events at κλ = 1 and their cross-section in fb."""
    rng = np.random.default_rng(5)
    return hard_scattering.unweighted(2_500, 13_000.0, next_to_leading_order_gluons, 1.0, rng)


def test_unweighted_events_follow_the_cross_section(events, collisions):
    kept, total = events
    drawn, terms = collisions[13_000.0]
    assert len(kept) == 2_500
    assert total == pytest.approx(cross_section(drawn, terms.total()), rel=0.04)
    weights = drawn.measure * terms.total()
    n_equivalent = weights.sum() ** 2 / (weights**2).sum()
    for edge in (320.0, 400.0, 500.0, 700.0):
        expected = weights[drawn.mass < edge].sum() / weights.sum()
        error = np.sqrt(expected * (1 - expected) * (1 / len(kept) + 1 / n_equivalent))
        assert np.mean(kept.mass < edge) == pytest.approx(expected, abs=4 * error)
    assert abs(np.mean(kept.cos_theta)) < 0.05


@pytest.mark.parametrize("kappa_lambda", [0.0, 2.45, 5.0])
def test_events_at_one_self_coupling_reweight_to_another(kappa_lambda, events, collisions):
    kept, total = events
    drawn, terms = collisions[13_000.0]
    own = kept.terms()
    ratio = own.total(kappa_lambda) / own.total()
    error = total * ratio.std() / np.sqrt(len(kept))
    expected = cross_section(drawn, terms.total(kappa_lambda))
    assert total * ratio.mean() == pytest.approx(expected, abs=4 * error + 0.03 * expected)
    assert error < 0.2 * expected
    mean = np.average(drawn.mass, weights=drawn.measure * terms.total(kappa_lambda))
    assert np.average(kept.mass, weights=ratio) == pytest.approx(mean, rel=0.08)
