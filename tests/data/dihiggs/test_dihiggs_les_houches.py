"""The Les Houches file of gg → HH: kinematics, and that Pythia reads it."""

import numpy as np
import pytest

from data.generation.dihiggs import les_houches
from data.generation.dihiggs.hard_scattering import Points
from data.generation.dihiggs.partonic import HIGGS_MASS

ENERGY = 13_000.0


@pytest.fixture
def points():
    rng = np.random.default_rng(1)
    mass, rapidity = rng.uniform(251, 1500, 50), rng.uniform(-1.5, 1.5, 50)
    root_tau = mass / ENERGY
    return Points(
        mass=mass,
        x1=root_tau * np.exp(rapidity),
        x2=root_tau * np.exp(-rapidity),
        cos_theta=rng.uniform(-1, 1, 50),
        alpha_s=np.full(50, 0.11),
        measure=np.ones(50),
    )


def invariant_mass(momenta):
    return np.sqrt(momenta[..., 3] ** 2 - (momenta[..., :3] ** 2).sum(axis=-1))


def test_momenta_are_conserved_and_on_the_mass_shell(points):
    momenta = les_houches.higgs_momenta(points, ENERGY, np.linspace(-3, 3, 50))
    np.testing.assert_allclose(invariant_mass(momenta), HIGGS_MASS, rtol=1e-6)
    pair = momenta.sum(axis=1)
    np.testing.assert_allclose(invariant_mass(pair), points.mass)
    np.testing.assert_allclose(pair[:, :2], 0, atol=1e-9)
    np.testing.assert_allclose(pair[:, 2], (points.x1 - points.x2) * ENERGY / 2, rtol=1e-9)
    np.testing.assert_allclose(pair[:, 3], (points.x1 + points.x2) * ENERGY / 2)


def test_the_angle_is_that_of_the_first_higgs_to_the_first_gluon(points):
    """t̂ = (p_gluon − p_Higgs)², whatever the frame."""
    from data.generation.dihiggs.partonic import mandelstam_t

    first = les_houches.higgs_momenta(points, ENERGY, np.zeros(50))[:, 0]
    gluon_energy = points.x1 * ENERGY / 2
    t_hat = HIGGS_MASS**2 - 2 * gluon_energy * (first[:, 3] - first[:, 2])
    np.testing.assert_allclose(t_hat, mandelstam_t(points.mass**2, points.cos_theta), rtol=1e-8)


def test_pythia_reads_the_events_as_they_were_written(points, tmp_path):
    pythia8mc = pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")
    path = tmp_path / "events.lhe"
    les_houches.write(path, points, ENERGY, 16.4, np.random.default_rng(2))
    pythia = pythia8mc.Pythia("", False)
    settings = ["Print:quiet = on", "Beams:frameType = 4", f"Beams:LHEF = {path}", "Higgs:useBSM = on"]
    settings += ["35:m0 = 125.", "35:mWidth = 0.00407", "35:doForceWidth = on", "PartonLevel:all = off"]
    assert all(map(pythia.readString, settings))
    assert pythia.init()
    n_read = 0
    while pythia.next():
        bosons = [p for p in pythia.process.particles() if p.idAbs() in (25, 35)]
        assert [boson.id() for boson in bosons] == [25, 35]
        assert (bosons[0].p() + bosons[1].p()).mCalc() == pytest.approx(points.mass[n_read], rel=1e-5)
        n_read += 1
    assert n_read == 50
    assert pythia.infoPython().atEndOfFile()
    assert pythia.infoPython().sigmaGen() * 1e12 == pytest.approx(16.4, rel=1e-4)
