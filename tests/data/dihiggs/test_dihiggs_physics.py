"""Physics of the shipped di-Higgs events: preselection, mass peaks, edges, b tags, cut flow, self-couplings."""

import awkward as ak
import numpy as np
import pytest
import vector

from data.generation.dihiggs.detector import WORKING_POINTS, tag_efficiency
from data.generation.dihiggs.processes import FILES, HIGGS_PAIR_FILES, OTHER_HIGGS_PAIRS

HIGGS_MASS, W_MASS, TOP_MASS = 125.0, 80.4, 173.0
CUTS = ("three jets", "one tag", "two tags")
LEAST_SELECTED = 3_000


def four_vectors(objects):
    return vector.zip({"pt": objects.pt, "eta": objects.eta, "phi": objects.phi, "mass": objects.mass})


def weighted_fraction(weight, chosen):
    return weight[chosen].sum() / weight.sum()


@pytest.mark.parametrize("stem", FILES)
def test_preselection(stem, events):
    of_file = events[stem]
    assert ak.all(of_file["Lepton_pt"][:, 0] >= 20), "above 20 GeV before momenta are rounded"
    assert ak.all(of_file["Lepton_pt"] > 9.99)
    assert ak.all(abs(of_file["Lepton_eta"]) < 2.401)
    assert ak.all(of_file["Lepton_iso"] < 0.4001)
    assert set(ak.to_numpy(ak.flatten(of_file["Lepton_pdgId"])).tolist()) == {-13, -11, 11, 13}
    assert ak.all(of_file["nJet"] >= 3)
    assert ak.all(of_file["Jet_pt"] > 19.99)
    assert ak.all(abs(of_file["Jet_eta"]) < 2.501)
    for collection in ("Jet", "Lepton"):
        pt = of_file[f"{collection}_pt"]
        assert ak.all(pt[:, 1:] <= pt[:, :-1]), "hardest first"
    assert ak.all(of_file["weight"] > 0)
    assert set(ak.to_numpy(ak.flatten(of_file["Jet_hadronFlavour"])).tolist()) == {0, 4, 5}


@pytest.mark.parametrize("stem", FILES)
def test_the_lepton_is_in_a_jet_too(stem, events):
    """Whoever counts jets without taking it out counts one too many."""
    of_file = events[stem][events[stem]["Lepton_iso"][:, 0] < 0.05]
    lepton_eta, lepton_phi = of_file["Lepton_eta"][:, 0], of_file["Lepton_phi"][:, 0]
    delta_phi = (of_file["Jet_phi"] - lepton_phi + np.pi) % (2 * np.pi) - np.pi
    near = ak.any(np.hypot(of_file["Jet_eta"] - lepton_eta, delta_phi) < 0.4, axis=1)
    assert ak.mean(near) > 0.9


def test_two_tags_of_a_pair_make_the_higgs_mass(selected):
    signal = selected["HH"]
    chosen = signal.n_tags == 2
    tagged = signal.jets[signal.jets.btag > 0.2783][chosen]
    both = four_vectors(tagged)
    mass = ak.to_numpy((both[:, 0] + both[:, 1]).mass)
    window, below, above = (np.mean((mass > low) & (mass < low + 40)) for low in (95, 35, 155))
    assert window > 0.4
    assert window > 3 * max(below, above)
    true = ak.to_numpy(ak.all(tagged.hadronFlavour == 5, axis=1))
    assert 100 < np.median(mass[true]) < 130, "neutrinos and radiation outside of the jets take some of it"


def test_two_light_jets_of_a_top_pair_make_the_w_mass(selected):
    top = selected["TTbar"]
    light = top.jets[top.jets.btag < 0.049]
    chosen = ak.to_numpy((ak.num(light) == 2) & (top.n_tags == 2))
    pair = four_vectors(light[chosen])
    mass = ak.to_numpy((pair[:, 0] + pair[:, 1]).mass)
    peak = np.mean((mass > W_MASS - 17) & (mass < W_MASS + 17))
    assert peak > 2 * np.mean((mass > W_MASS + 17) & (mass < W_MASS + 51))
    assert peak > 0.3


def transverse_mass(selection):
    met, lepton = selection.events["MET_pt"], selection.lepton
    return ak.to_numpy(np.sqrt(2 * lepton.pt * met * (1 - np.cos(lepton.phi - selection.events["MET_phi"]))))


@pytest.mark.parametrize("stem", ["TTbar", "SingleTop", "WJets"])
def test_the_transverse_mass_of_w_breaks_off_at_its_mass(stem, selected):
    mass, weight = transverse_mass(selected[stem]), selected[stem].weight
    edge = weighted_fraction(weight, (mass > W_MASS - 25) & (mass < W_MASS))
    assert edge > 1.8 * weighted_fraction(weight, (mass > W_MASS + 20) & (mass < W_MASS + 45))


def test_a_higgs_boson_leaves_one_w_virtual(selected):
    """H → WW: a lepton and neutrino of a virtual W have little mass, which tops and W+jets do not have so often."""
    soft = {stem: weighted_fraction(chosen.weight, transverse_mass(chosen) < 40) for stem, chosen in selected.items()}
    assert soft["HH"] > max(soft["TTbar"], soft["SingleTop"]) + 0.08


@pytest.mark.parametrize("point", WORKING_POINTS)
def test_b_tag_efficiencies_are_as_stated(point, events):
    """In the files in which tags are left to chance."""
    cut = WORKING_POINTS[point]
    for flavour in (5, 4, 0):
        passed = total = 0
        for stem in ("HH", "TTbar", "SingleTop"):
            of_flavour = events[stem]["Jet_btag"][events[stem]["Jet_hadronFlavour"] == flavour]
            passed += ak.sum(of_flavour > cut)
            total += ak.sum(of_flavour > -1)
        expected = tag_efficiency(flavour, cut)
        assert passed / total == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / total))


@pytest.mark.parametrize("flavour", [5, 4, 0])
def test_with_weights_the_tags_of_w_jets_are_as_stated_too(flavour, events):
    """There, tags were dealt out more often than nature does, and the weight says so."""
    w_jets = events["WJets"]
    is_flavour = w_jets["Jet_hadronFlavour"] == flavour
    weight = ak.to_numpy(w_jets["weight"]).astype(float)
    total = ak.to_numpy(ak.sum(is_flavour, axis=1)) * weight
    passed = ak.to_numpy(ak.sum(is_flavour & (w_jets["Jet_btag"] > 0.2783), axis=1)) * weight
    ratio = passed.sum() / total.sum()
    error = np.sqrt(((passed - ratio * total) ** 2).sum()) / total.sum()
    assert ratio == pytest.approx(tag_efficiency(flavour, 0.2783), abs=4 * error)
    assert error < 0.3 * ratio


# σ × ε in fb at three cuts of a prototype, written apart, at leading order; and what multiplies it to this set's σ
EXPECTED = {
    "HH": ((2.42, 2.16, 1.12), 31.05 * 2 * 0.5824 * 0.2137 / 18.95),
    "TTbar": ((94_900, 84_000, 41_500), 831.76 / 508.28),
    "SingleTop": ((3_033, 2_512, 945), 1.46),
    "WJets": ((44_000, 5_500, 900), 1.342),
}


@pytest.mark.parametrize("stem", EXPECTED)
def test_the_cut_flow_is_of_the_known_size(stem, yields):
    """W+jets of the prototype began at pTHat = 20 GeV and had few events with tags: within a factor of two."""
    sizes, factor = EXPECTED[stem]
    tolerance = 0.5 if stem == "WJets" else 0.12
    for cut, size in zip(CUTS, sizes, strict=True):
        found, error = yields(stem, cut)
        assert found == pytest.approx(size * factor, abs=tolerance * size * factor + 3 * error), cut


def test_the_signal_is_hopelessly_small_before_the_network(yields):
    luminosity = 139.0
    signal = luminosity * yields("HH", "one tag")[0]
    background = luminosity * sum(yields(stem, "one tag")[0] for stem in EXPECTED if stem != "HH")
    assert 100 < signal < 150
    assert 0.02 < signal / np.sqrt(background) < 0.04


def test_there_are_enough_events_of_each_class(selected):
    for stem in EXPECTED:
        assert selected[stem].steps["one tag"].sum() >= LEAST_SELECTED, stem


def test_weights_of_tagged_events_are_not_wild(events, selected):
    weight = ak.to_numpy(events["WJets"]["weight"]).astype(float)[selected["WJets"].steps["one tag"]]
    assert weight.sum() ** 2 / (weight**2).sum() > 0.25 * len(weight)


def test_masses_and_angles_of_pairs(events):
    signal = events["HH"]
    mass = ak.to_numpy(signal["GenHH_mass"])
    assert mass.min() >= 2 * HIGGS_MASS
    assert 470 < mass.mean() < 560, "474 GeV before the preselection, which likes hard jets"
    assert abs(ak.mean(signal["GenHH_cosTheta"])) < 0.05
    assert ak.max(abs(signal["GenHH_cosTheta"])) <= 1


def test_the_weight_is_a_square_in_the_self_coupling(events):
    signal = events["HH"]
    triangle, interference, box = (
        ak.to_numpy(signal[f"weight_{name}"]).astype(float) for name in ("triangle", "interference", "box")
    )
    np.testing.assert_allclose(triangle + interference + box, ak.to_numpy(signal["weight"]), rtol=1e-4)
    assert (interference**2 <= 4 * triangle * box * (1 + 1e-4)).all()
    assert len(np.unique(ak.to_numpy(signal["weight"]))) == 1


def test_other_self_couplings(events):
    """Yields over that at κλ = 1 and ⟨m_HH⟩ at κλ = 5, after the preselection: little mass, little acceptance."""
    signal = events["HH"]
    triangle, interference, box = (
        ak.to_numpy(signal[f"weight_{name}"]) for name in ("triangle", "interference", "box")
    )
    mass = ak.to_numpy(signal["GenHH_mass"])

    def weights(kappa):
        return kappa**2 * triangle + kappa * interference + box

    for kappa, generated in ((0, 2.10), (2.45, 0.42), (5, 2.33)):
        ratio = weights(kappa) / weights(1)
        error = ratio.std() / np.sqrt(len(ratio))
        assert ratio.mean() == pytest.approx(generated, abs=0.2 * generated + 3 * error), kappa
    assert np.average(mass, weights=weights(5)) < np.average(mass, weights=weights(1)) - 80
    assert (weights(2.45) >= -1e-9).all()


@pytest.mark.parametrize("process", OTHER_HIGGS_PAIRS, ids=lambda process: process.name)
def test_samples_at_other_self_couplings_agree_with_weights(process, events):
    """Yield and ⟨m_HH⟩ after the preselection: the sample's own, and those of HH weighted to its κλ."""
    own, signal = events[process.file], events["HH"]
    names = ("triangle", "interference", "box")
    triangle, interference, box = (ak.to_numpy(signal[f"weight_{name}"]).astype(float) for name in names)
    weight = process.kappa_lambda**2 * triangle + process.kappa_lambda * interference + box
    mass = ak.to_numpy(signal["GenHH_mass"])
    mine = ak.to_numpy(own["weight"]).astype(float)
    error = np.hypot(np.sqrt(np.sum(weight**2)), np.sqrt(np.sum(mine**2)))
    assert mine.sum() == pytest.approx(weight.sum(), abs=3 * error)
    mean = np.average(mass, weights=weight)
    error = np.sqrt(np.sum((weight * (mass - mean)) ** 2)) / weight.sum()
    own_mass = ak.to_numpy(own["GenHH_mass"])
    assert own_mass.mean() == pytest.approx(mean, abs=3 * np.hypot(error, own_mass.std() / np.sqrt(len(own))))
    assert weight.sum() ** 2 / np.sum(weight**2) < 0.33 * len(weight), "else it needs no sample of its own"


def test_weighting_to_no_self_coupling_keeps_enough_events(events):
    weight = ak.to_numpy(events["HH"]["weight_box"]).astype(float)
    assert weight.sum() ** 2 / np.sum(weight**2) > 0.33 * len(weight)


def test_the_sum_of_the_powers_is_the_weight_at_every_self_coupling(events):
    for process, stem in zip((None, *OTHER_HIGGS_PAIRS), HIGGS_PAIR_FILES, strict=True):
        kappa = process.kappa_lambda if process else 1.0
        signal = events[stem]
        names = ("triangle", "interference", "box")
        triangle, interference, box = (ak.to_numpy(signal[f"weight_{name}"]).astype(float) for name in names)
        total = kappa**2 * triangle + kappa * interference + box
        np.testing.assert_allclose(total, ak.to_numpy(signal["weight"]), rtol=1e-3)
