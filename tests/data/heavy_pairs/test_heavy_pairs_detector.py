"""Tags, selection and variables of the heavy pairs on objects made by hand."""

import numpy as np
import pytest

from data.generation.heavy_pairs import b_tags, kinematics, selection
from data.generation.heavy_pairs.processes import PROCESSES
from data.generation.heavy_pairs.spectrum import Masses, les_houches_file
from data.generation.jets import Jet
from data.generation.leptons import GeneratedLepton

MUON, ELECTRON = 13, 11


@pytest.fixture
def rng():
    return np.random.default_rng(5)


class Parton:
    def __init__(self, kind, eta, phi, final=True):
        self.kind, self.place, self.final = kind, (eta, phi), final

    def idAbs(self):  # noqa: N802
        return self.kind

    def isFinal(self):  # noqa: N802
        return self.final

    def eta(self):
        return self.place[0]

    def phi(self):
        return self.place[1]


class Event(list):
    def particles(self):
        return self


class TestTags:
    def test_final_b_and_c_quarks_alone_can_be_tagged(self):
        event = Event([Parton(5, 0, 1), Parton(5, 0, 2, final=False), Parton(21, 1, 1), Parton(4, -1, 3)])
        assert b_tags.heavy_quarks(event) == [(5, 0, 1), (4, -1, 3)]

    @pytest.mark.parametrize(
        ("quarks", "rate"),
        [
            ([], 0.01),
            ([(5, 0.0, 0.29)], 0.78),
            ([(5, 0.0, 0.31)], 0.01),
            ([(4, 0.2, 0.1)], 0.15),
            ([(4, 0.0, 0.0), (5, 0.1, 0.1)], 0.78),
        ],
    )
    def test_the_heaviest_quark_nearby_decides(self, quarks, rate):
        assert b_tags.tag_rate(Jet(50, 0, 0, 10), quarks) == rate

    def test_tags_come_at_these_rates(self, rng):
        jets, quarks = [Jet(50, 0, 0, 10), Jet(50, 2, 0, 10)], [(5, 0.0, 0.0)]
        tags = np.array([b_tags.draw_tags(jets, quarks, rng) for _ in range(3000)])
        np.testing.assert_allclose(tags.mean(axis=0), [0.78, 0.01], atol=0.03)


class TestSelection:
    def lepton(self, pt, eta=0.0, kind=MUON):
        return GeneratedLepton(pt, eta, 0.0, kind, True)

    def test_one_lepton_above_25_gev(self, rng):
        chosen = selection.select_lepton([self.lepton(60, 1.0), self.lepton(20), self.lepton(90, 2.6)], rng)
        assert chosen.generated_pt == 60
        assert chosen.pt == pytest.approx(60, rel=0.1)
        assert chosen.pt != 60
        assert selection.select_lepton([self.lepton(60), self.lepton(40)], rng) is None
        assert selection.select_lepton([self.lepton(20)], rng) is None
        assert selection.select_lepton([], rng) is None

    @pytest.mark.parametrize(
        ("tags", "order"),
        [
            ((1, 0, 1, 0), (0, 2, 1, 3)),
            ((0, 0, 1, 1), (2, 3, 0, 1)),
            ((1, 1, 1, 0), (0, 1, 2, 3)),
            ((1, 0, 0, 0), None),
            ((1, 1, 1, 1), (0, 1, 2, 3)),
        ],
    )
    def test_tagged_jets_first(self, tags, order):
        jets = [Jet(pt, 0, 0, 5) for pt in (90, 80, 70, 60)]
        assert selection.select_jets(jets, [bool(tag) for tag in tags]) == (order and tuple(jets[i] for i in order))

    def test_three_jets_are_too_few(self):
        assert selection.select_jets([Jet(90, 0, 0, 5)] * 3, [True, True, False]) is None


class TestVariables:
    """An event by hand: everything in the transverse plane, jets without mass."""

    @pytest.fixture
    def event(self):
        at = {
            "lep": (40, 0.0),
            "b1": (120, np.pi / 2),
            "b2": (60, np.pi),
            "j1": (80, -np.pi / 2),
            "j2": (50, 0.0),
            "met": (100, -3.0),
        }
        columns = {}
        for name, (pt, phi) in at.items():
            columns |= {f"{name}_pt": pt, f"{name}_eta": 0.0, f"{name}_phi": phi, f"{name}_mass": 0.0}
        for absent in ("lep_mass", "met_eta", "met_mass"):
            del columns[absent]
        return {name: np.array([value], dtype=float) for name, value in columns.items()}

    def test_masses_and_sums(self, event):
        found = {name: float(value[0]) for name, value in kinematics.high_level(event).items()}
        assert found["m_jj"] == pytest.approx(np.sqrt(2 * 80 * 50))
        assert found["m_bl_min"] == pytest.approx(np.sqrt(2 * 40 * 120))
        assert found["m_bl_max"] == pytest.approx(np.sqrt(4 * 40 * 60))
        assert found["m_bb"] == pytest.approx(np.sqrt(2 * 120 * 60))
        with_b1 = (80 + 50 + 120) ** 2 - 50**2 - (120 - 80) ** 2
        with_b2 = (80 + 50 + 60) ** 2 - (60 - 50) ** 2 - 80**2
        assert (found["m_bjj_min"], found["m_bjj_max"]) == pytest.approx((np.sqrt(with_b2), np.sqrt(with_b1)))
        assert found["m_eff"] == 450
        assert found["mt_lmet"] == pytest.approx(np.sqrt(2 * 40 * 100 * (1 - np.cos(3.0))))

    def test_shares_and_angles(self, event):
        found = {name: float(value[0]) for name, value in kinematics.high_level(event).items()}
        assert found["met_share"] == pytest.approx(100 / 450)
        assert found["b_share"] == pytest.approx(180 / 310)
        assert found["b_asymmetry"] == pytest.approx(60 / 180), "b1 is nearer to the lepton"
        assert found["dphi_lmet"] == pytest.approx(-3.0)
        assert found["dphi_bb"] == pytest.approx(np.pi / 2)
        assert -1 <= found["cos_jb"] <= 1

    def test_the_other_b_is_nearer(self, event):
        event["b1_phi"], event["b2_phi"] = event["b2_phi"], event["b1_phi"]
        assert kinematics.high_level(event)["b_asymmetry"][0] == pytest.approx(-60 / 180)

    def test_cosine_in_a_rest_frame(self, event):
        """j1 and j2 with opposite momenta rest together: the angle is the one of the picture."""
        event["j2_pt"], event["j2_phi"] = np.array([80.0]), np.array([np.pi / 2])
        assert kinematics.high_level(event)["cos_jb"][0] == pytest.approx(np.cos(np.pi / 2), abs=1e-9)

    def test_sphericity_of_a_line_and_of_a_cross(self, event):
        momenta = [kinematics._momentum(event, name) for name in ("b1", "j1")]
        assert kinematics.transverse_sphericity(momenta)[0] == pytest.approx(0, abs=1e-12)
        event["j2_pt"] = event["b1_pt"]
        momenta = [kinematics._momentum(event, name) for name in ("b1", "j2")]
        assert kinematics.transverse_sphericity(momenta)[0] == pytest.approx(1)

    def test_stored_azimuths_stay_within_pi(self, event):
        event["lep_phi"] = np.array([np.pi])
        stored = kinematics.complete(event)
        assert 3.141 < stored["lep_phi"][0] < np.pi
        assert {column.dtype.name for column in stored.values()} == {"float32"}


class TestProcesses:
    @pytest.mark.parametrize("name", PROCESSES)
    def test_a_class_is_named_after_the_decays_of_stop_and_antistop(self, name):
        products = {"A": "1000022 6", "B": "1000024 5"}
        _, *opened = PROCESSES[name].decay_settings
        if name[0] == name[1]:
            assert opened == [f"1000006:onIfMatch = {products[name[0]]}"]
        else:
            assert opened == [
                f"1000006:onPosIfMatch = {products[name[0]]}",
                f"1000006:onNegIfMatch = {products[name[1]]}",
            ]

    def test_the_classes_share_the_events(self):
        assert list(PROCESSES) == ["AA", "AB", "BA", "BB"]
        assert sum(process.share for process in PROCESSES.values()) == pytest.approx(1)

    def test_the_spectrum(self):
        lines = les_houches_file(Masses(stop=600.0, chargino=430.0, neutralino=50.0)).splitlines()
        assert {"  1000006 600.0", "  1000024 430.0", "  1000022 50.0"} <= set(lines)
        assert sum(float(line.split()[0]) for line in lines if line.startswith("  0.5")) == 1
