"""Physics of the shipped H→WW ntuples: known masses, edges, balances and yields."""

import numpy as np
import pytest
import vector

Z_MASS = 91.19
HIGGS_MASS = 125.0
TIGHT = "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW"
SCALE_FACTOR = "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW"


def count(values, low, high):
    return np.count_nonzero((values >= low) & (values < high))


def lepton(columns, number):
    return vector.array(
        {
            "pt": columns[f"pt{number}"].astype(float),
            "eta": columns[f"eta{number}"].astype(float),
            "phi": columns[f"phi{number}"].astype(float),
            "mass": np.zeros(len(columns["event"])),
        }
    )


def missing(columns):
    met, phi = columns["PuppiMET_pt"].astype(float), columns["PuppiMET_phi"].astype(float)
    return vector.array({"pt": met, "phi": phi, "pz": np.zeros_like(met), "mass": np.zeros_like(met)})


def jet(columns, number):
    present = columns["njet"] >= number
    momentum = {
        "pt": np.where(present, columns[f"jetpt{number}"], 0).astype(float),
        "eta": np.where(present, columns[f"jeteta{number}"], 0).astype(float),
        "phi": np.where(present, columns[f"jetphi{number}"], 0).astype(float),
        "mass": np.where(present, columns[f"jetmass{number}"], 0).astype(float),
    }
    return vector.array(momentum)


def transverse_mass(visible, met):
    """From the definition mT² = (ET1 + ET2)² − (pT1 + pT2)², with ET = pT."""
    return np.sqrt(np.maximum((visible.pt + met.pt) ** 2 - (visible.to_xy() + met.to_xy()).rho2, 0))


def test_every_value_is_a_number(ntuple):
    name, columns = ntuple
    assert len(columns["event"]) > 0
    for branch, values in columns.items():
        assert np.all(np.isfinite(values)), f"{name}: {branch}"


def test_selection(ntuple):
    _, columns = ntuple
    assert np.all(columns["pt1"] > 25)
    assert np.all(columns["pt2"] > 13)
    assert np.all(columns["pt1"] >= columns["pt2"])
    assert np.all(columns["mll"] >= 12)
    assert np.all(columns["pdgId1"] * columns["pdgId2"] < 0)
    for number in (1, 2):
        assert np.all(np.abs(columns[f"eta{number}"]) < 2.5)
        assert np.all(np.abs(columns[f"phi{number}"]) <= np.float32(np.pi))
        assert set(np.abs(columns[f"pdgId{number}"])) == {11, 13}


@pytest.mark.parametrize(
    ("flavour", "largest_width"),
    [pytest.param(11, 2.8, id="electrons"), pytest.param(13, 2.5, id="muons")],
)
def test_z_peak(high_mass, flavour, largest_width):
    """The Z is where it should be, and as wide as its natural width and the lepton resolution make it.

    Position: the median between 86 and 96 GeV; radiation lowers it by up to 0.3 GeV. Width: half of the central 68 %
    between 81 and 101 GeV. The natural width alone (Γ = 2.5 GeV, so ±1.25 GeV at half maximum) gives 2.0 GeV there,
    1–2 % of resolution per lepton brings it to 2.1–2.6 GeV.
    """
    pair = (np.abs(high_mass["pdgId1"]) == flavour) & (np.abs(high_mass["pdgId2"]) == flavour)
    mll = high_mass["mll"][pair & (high_mass[TIGHT] == 1)]
    assert np.median(mll[(mll > 86) & (mll < 96)]) == pytest.approx(Z_MASS - 0.15, abs=0.25)
    low, high = np.quantile(mll[(mll > 81) & (mll < 101)], (0.16, 0.84))
    assert 1.9 < (high - low) / 2 < largest_width


def test_lepton_flavours_are_alike_in_number(high_mass):
    """Z decays to e and µ equally; 10 % for the different resolution and radiation."""
    electrons = np.mean((np.abs(high_mass["pdgId1"]) == 11) & (np.abs(high_mass["pdgId2"]) == 11))
    muons = np.mean((np.abs(high_mass["pdgId1"]) == 13) & (np.abs(high_mass["pdgId2"]) == 13))
    assert electrons / muons == pytest.approx(1, abs=0.1)
    assert 0 < 1 - electrons - muons < 0.03, "some, but few, eµ pairs, from Z→ττ"


def test_lepton_pt_edge_at_half_the_z_mass(high_mass):
    """Decay at rest gives pT ≤ m/2; the Z's own pT and width blur the edge."""
    trailing = high_mass["pt2"]
    assert count(trailing, 40, 45) > 4 * count(trailing, 47, 52)


def test_low_mass_sample_lies_below_50_gev(low_mass, high_mass):
    """Measured masses leave the generated range by resolution and non-prompt leptons only."""
    assert np.mean(low_mass["mll"] > 52) < 0.01
    assert np.mean(high_mass["mll"] < 48) < 0.05


def test_signal_leptons_are_close(signal):
    """H→WW: spin 0 sends the two charged leptons the same way, so mℓℓ is small, far below the Z mass."""
    assert np.mean(signal["mll"] < 75) > 0.95
    assert np.median(signal["dphill"]) < 1.6


def test_jacobian_edge_of_mth_at_the_higgs_mass(signal, high_mass):
    """mT of the Higgs' decay products piles up below m_H; MET resolution and mll < m_νν move and blur the edge."""
    mth = signal["mth"][signal["METFilter_MC"] == 1]
    falling = [count(mth, low, low + 10) for low in range(100, 180, 10)]
    assert np.all(np.diff(falling) < 0)
    assert count(mth, HIGGS_MASS - 25, HIGGS_MASS) > 4 * count(mth, HIGGS_MASS, HIGGS_MASS + 25)
    assert np.mean(mth > HIGGS_MASS + 25) < 0.02
    assert np.median(mth) > 2 * np.median(high_mass["mth"])


def test_drell_yan_recoil_balances_the_dilepton(low_mass, high_mass):
    """Nothing but the two leptons and the recoil: ⟨upara + ptll⟩ = 0 within a few GeV, where no neutrino is about."""
    for columns in (low_mass, high_mass):
        clean = (columns["METFilter_MC"] == 1) & (columns[TIGHT] == 1)
        clean &= np.abs(columns["pdgId1"]) == np.abs(columns["pdgId2"])
        balance = (columns["upara"] + columns["ptll"])[clean]
        assert abs(np.mean(balance)) < 2.0
        assert np.corrcoef(columns["upara"][clean], columns["ptll"][clean])[0, 1] < -0.5


def test_met_resolution(high_mass):
    """Without neutrinos both components of the MET are noise: 15 GeV and more, as 0.25 ΣET adds to σ²."""
    clean = (high_mass["METFilter_MC"] == 1) & (high_mass[TIGHT] == 1)
    met_x = (high_mass["PuppiMET_pt"] * np.cos(high_mass["PuppiMET_phi"]))[clean]
    low, high = np.quantile(met_x, (0.16, 0.84))
    assert abs(np.mean(met_x)) < 0.5
    assert 15 < (high - low) / 2 < 20


def test_yields_follow_the_cross_sections(events, manifest):
    """ΣXSWeight is σ × efficiency in fb: Drell-Yan outnumbers the signal by thousands before any weight."""
    yields = {}
    for name, columns in events.items():
        entry = manifest["files"][f"{name}.root"]
        yields[name] = columns["XSWeight"].astype(float).sum()
        efficiency = len(columns["event"]) / entry["n_generated"]
        assert yields[name] == pytest.approx(entry["cross_section_pb"] * efficiency * 1000, rel=1e-5)
    signal, low_mass, high_mass = yields.values()
    assert 150 < signal < 300, "fb; σ·BR is 490 fb, two in five events are selected"
    assert 5_000 < high_mass / signal < 15_000
    assert 100 < low_mass / signal < 400


def test_cross_sections_of_the_literature(manifest):
    sigma = {name: entry["cross_section_pb"] for name, entry in manifest["files"].items() if name.endswith(".root")}
    assert sigma["GluGluHToWWTo2L2Nu_M125.root"] == pytest.approx(48.58 * 0.2137 * 0.2172**2)
    assert sigma["DYJetsToLL_M-50-LO.root"] == 6077.22
    assert sigma["DYJetsToLL_M-10to50-LO.root"] == pytest.approx(18610 * 0.7223)


def test_weights_change_the_mll_distribution(low_mass, high_mass):
    """Low-mass events are a quarter of the background events but a few per cent of its yield."""
    n_low, n_high = len(low_mass["event"]), len(high_mass["event"])
    low, high = low_mass["XSWeight"].astype(float).sum(), high_mass["XSWeight"].astype(float).sum()
    assert n_low / (n_low + n_high) == pytest.approx(0.25, abs=0.01)
    assert low / (low + high) < 0.05


def test_lepton_and_met_variables_recomputed(ntuple):
    """With the `vector` package from the stored leptons and MET; float32 holds seven digits, a difference less."""
    _, columns = ntuple
    lepton1, lepton2, met = lepton(columns, 1), lepton(columns, 2), missing(columns)
    dilepton = lepton1 + lepton2
    recoil, direction = -(dilepton + met).to_xy(), dilepton.to_xy().unit()
    recomputed = {
        "ptll": dilepton.pt,
        "mll": dilepton.mass,
        "drll": lepton1.deltaR(lepton2),
        "dphill": np.abs(lepton1.deltaphi(lepton2)),
        "mth": transverse_mass(dilepton, met),
        "mtw1": transverse_mass(lepton1, met),
        "mtw2": transverse_mass(lepton2, met),
        "upara": recoil.dot(direction),
        "uperp": np.abs(recoil.dot(direction.rotateZ(np.pi / 2))),
    }
    for branch, values in recomputed.items():
        np.testing.assert_allclose(columns[branch], values, rtol=1e-5, atol=1e-3, err_msg=branch)


def test_total_momentum_recomputed(ntuple):
    """For events without a third jet, whose jets the file does not hold."""
    _, columns = ntuple
    total = lepton(columns, 1) + lepton(columns, 2) + missing(columns) + jet(columns, 1) + jet(columns, 2)
    few_jets = columns["njet"] <= 2
    assert np.any(columns["njet"] == 2)
    np.testing.assert_allclose(columns["ptTOT_cut"][few_jets], total.pt[few_jets], rtol=1e-5, atol=2e-3)
    np.testing.assert_allclose(columns["mTOT_cut"][few_jets], total.mass[few_jets], rtol=1e-4, atol=1e-2)


def test_jets(ntuple):
    _, columns = ntuple
    for number in (1, 2):
        present = columns["njet"] >= number
        assert np.all(columns[f"jetpt{number}"][present] > 30)
        assert np.all(np.abs(columns[f"jeteta{number}"][present]) < 4.7)
        for quantity in ("pt", "eta", "phi", "mass"):
            assert np.all(columns[f"jet{quantity}{number}"][~present] == -9999)
        for which in (1, 2):
            distance = jet(columns, number).deltaR(lepton(columns, which))
            assert np.all(distance[present] > 0.4 - 1e-5)
    both = columns["njet"] >= 2
    assert np.all(columns["jetpt1"][both] >= columns["jetpt2"][both])


def test_weight_ranges(ntuple, manifest):
    name, columns = ntuple
    assert np.unique(columns["XSWeight"]) == np.float32(manifest["files"][f"{name}.root"]["XSWeight"])
    for branch in (TIGHT, "GenLepMatch2l", "METFilter_MC"):
        assert set(np.unique(columns[branch])) == {0, 1}, branch
    assert 0.93**2 < columns[SCALE_FACTOR].min() < columns[SCALE_FACTOR].max() < 1.0202
    assert 0.4 < columns["SFweight2l"].min() < columns["SFweight2l"].max() < 1.8
    assert np.mean(columns["SFweight2l"]) == pytest.approx(0.93, abs=0.07)


def test_weight_fractions(ntuple):
    """As the datasheet's parametrisation gives them, within statistics."""
    _, columns = ntuple
    assert 0.55 < np.mean(columns[TIGHT]) < 0.85
    assert 5e-4 < np.mean(columns["GenLepMatch2l"] == 0) < 0.02
    assert np.mean(columns["METFilter_MC"] == 0) == pytest.approx(0.01 * 0.95 + 0.99 * 0.002, abs=0.004)


def test_lepton_scale_factor_as_the_datasheet_says(ntuple):
    _, columns = ntuple
    expected = np.ones(len(columns["event"]))
    for number in (1, 2):
        pt, eta = columns[f"pt{number}"].astype(float), columns[f"eta{number}"].astype(float)
        electron = 1.01 - 0.05 * np.exp((13 - pt) / 20) - np.where(np.abs(eta) > 1.479, 0.03, 0)
        muon = 0.995 - 0.03 * np.exp((13 - pt) / 15) - 0.01 * eta**2 / 6.25
        expected *= np.where(np.abs(columns[f"pdgId{number}"]) == 11, electron, muon)
    np.testing.assert_allclose(columns[SCALE_FACTOR], expected, rtol=1e-5)


def test_pile_up_weight_as_the_datasheet_says(ntuple):
    """SFweight2l over the trigger efficiency is a power of 25.5/25 times exp(−0.5), with mean 1."""
    _, columns = ntuple
    pt1, pt2 = columns["pt1"].astype(float), columns["pt2"].astype(float)
    trigger = 0.98 / ((1 + np.exp((20 - pt1) / 3)) * (1 + np.exp((8 - pt2) / 3)))
    pile_up = columns["SFweight2l"] / trigger
    n_vertices = (np.log(pile_up) + 0.5) / np.log(25.5 / 25)
    np.testing.assert_allclose(n_vertices, np.round(n_vertices), atol=2e-3)
    assert np.mean(pile_up) == pytest.approx(1, abs=5 * 0.1 / np.sqrt(len(pile_up)))


def test_the_tight_cut_removes_badly_measured_leptons(high_mass):
    """Pairs far below the Z peak lost momentum in the detector more often than those on the peak."""
    mll, tight = high_mass["mll"], high_mass[TIGHT]
    on_peak = np.mean(tight[(mll > 86) & (mll < 96)])
    below = np.mean(tight[(mll > 60) & (mll < 80)])
    assert below < on_peak - 0.1


def test_the_filter_removes_large_fake_met(high_mass):
    removed = high_mass["METFilter_MC"] == 0
    assert np.median(high_mass["PuppiMET_pt"][removed]) > 50 > 2 * np.median(high_mass["PuppiMET_pt"][~removed])


def test_event_numbers_are_unique_and_in_generation_order(ntuple, manifest):
    name, columns = ntuple
    numbers = columns["event"]
    assert np.all(np.diff(numbers) > 0)
    assert numbers[0] >= 1
    assert numbers[-1] <= manifest["files"][f"{name}.root"]["n_generated"]
