"""The checks of jagged events: objects, cuts, the cut flow, masses, the fifteen numbers and their file."""

import awkward as ak
import h5py
import numpy as np
import pandas as pd
import pytest
import vector

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.event_masses import MASSES
from helpers.checks.event_selection import CUTS
from helpers.checks.jagged_events import collection, distance, particles, wrapped
from helpers.checks.object_selection import leptons_of

EVENTS = checks.example_events(150, seed=5)
JETS = checks.example_jets(60, seed=8)
vector.register_awkward()


def zipped(events, name, fields):
    return ak.zip({field: events[f"{name}_{field}"] for field in fields})


def good_leptons(events):
    leptons = zipped(events, "Lepton", ("pt", "eta", "phi", "iso"))
    return leptons[(leptons.pt > 15) & (leptons.iso < 0.15)]


def good_jets(events, leptons):
    jets = zipped(events, "Jet", ("pt", "eta", "phi", "mass", "btag"))
    jet, lepton = ak.unzip(ak.cartesian([jets, leptons], nested=True))
    far = np.hypot(jet.eta - lepton.eta, wrapped(jet.phi - lepton.phi)) > 0.4
    return jets[(jets.pt > 25) & ak.all(far, axis=2)]


def select(events):
    leptons = good_leptons(events)
    jets = good_jets(events, leptons)
    n_tags = ak.sum(jets.btag > 0.2783, axis=1)
    one = (ak.num(leptons) == 1) & ak.any(leptons.pt > 25, axis=1)
    three = one & (ak.num(jets) >= 3)
    return dict(zip(CUTS, (one, three, three & (n_tags >= 1), three & (n_tags >= 2)), strict=True))


def split_jets(jets):
    jets = jets[ak.argsort(jets.btag, ascending=False)]
    return tuple(part[ak.argsort(part.pt, ascending=False)] for part in (jets[:, :2], jets[:, 2:]))


def vectors(events):
    chosen = events[select(events)["one b tag"]]
    leptons = good_leptons(chosen)
    b, rest = split_jets(good_jets(chosen, leptons))
    jets = ak.concatenate([b, rest[:, :1]], axis=1)
    columns = [leptons[field][:, 0] for field in ("pt", "eta", "phi")]
    columns += [jets[field][:, n] for n in range(3) for field in ("pt", "eta", "phi", "btag")]
    return np.stack([ak.to_numpy(column) for column in columns], axis=1)


def masses(lepton, b, rest, met_pt, met_phi):
    b, pair = (ak.with_name(jets, "Momentum4D") for jets in (b, ak.pad_none(rest, 2)))
    bb, jj = b[:, 0] + b[:, 1], pair[:, 0] + pair[:, 1]
    own = vector.zip({"pt": lepton.pt, "eta": lepton.eta, "phi": lepton.phi, "mass": 0 * lepton.pt})
    neutrino = vector.zip({"pt": met_pt, "eta": lepton.eta, "phi": met_phi, "mass": 0 * met_pt})
    transverse = np.sqrt(2 * lepton.pt * met_pt * (1 - np.cos(lepton.phi - met_phi)))
    return dict(zip(MASSES, (bb.mass, jj.mass, transverse, (bb + jj + own + neutrino).mass), strict=True))


def test_examples_hold_every_case_that_a_selection_can_meet():
    every, good = particles(EVENTS, "Lepton"), leptons_of(EVENTS)
    jets = particles(EVENTS, "Jet")
    assert {len(event) for event in every} == {0, 1, 2, 3}
    assert any(len(event) == 2 for event in good)
    assert any(len(event) == 1 and event[0]["pt"] < 25 for event in good)
    assert min(map(len, jets)) == 0
    across = [
        abs(jet["phi"] - lepton["phi"]) > 6 and distance(jet, lepton) < 0.4
        for event, leptons in zip(jets, good, strict=True)
        for jet in event
        for lepton in leptons
    ]
    assert any(across)
    for event, leptons in zip(jets, every, strict=True):
        assert [jet["pt"] for jet in event] == sorted((jet["pt"] for jet in event), reverse=True)
        assert all(abs(distance(jet, lepton) - 0.4) > 0.01 for jet in event for lepton in leptons)


def test_examples_follow_from_their_seed():
    assert ak.array_equal(checks.example_events(20, seed=3), checks.example_events(20, seed=3))
    assert not ak.array_equal(checks.example_events(20, seed=3), checks.example_events(20, seed=4))
    assert checks.example_jets(20, seed=3) == checks.example_jets(20, seed=3)


def test_a_collection_may_be_awkward_a_vector_or_lists():
    leptons = good_leptons(EVENTS)
    as_vectors = vector.zip({name: leptons[name] for name in ("pt", "eta", "phi")})
    for given in (leptons, as_vectors, ak.to_list(leptons), ak.with_name(leptons, "Momentum3D")):
        found = collection(given, ("pt", "eta", "phi"), len(EVENTS), "leptons")
        assert [len(event) for event in found] == ak.num(leptons).to_list()
        assert found[3] == pytest.approx(ak.to_list(leptons[["pt", "eta", "phi"]])[3]) or not found[3]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (None, "is None"),
        (3, "should be an awkward array"),
        (good_leptons, "is a function"),
        (good_leptons(EVENTS)[:10], "for each of the 150 events"),
        (EVENTS["MET_pt"], "a list in each event"),
        (EVENTS["Lepton_pt"], "should be records with the field pt"),
        (ak.pad_none(good_leptons(EVENTS), 2), "holds None"),
        (ak.mask(good_leptons(EVENTS), ak.num(good_leptons(EVENTS)) > 0), "holds None"),
    ],
)
def test_what_is_no_collection_is_named(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        collection(wrong, ("pt", "eta"), 150, "leptons")


def test_right_answers_pass():
    checks.keeps_leptons(good_leptons, EVENTS)
    checks.keeps_jets(good_jets, EVENTS)
    checks.selects_events(select, EVENTS)
    checks.splits_jets(split_jets, JETS)
    checks.weighs_events(masses, n_events=20, seed=1)
    checks.builds_vectors(vectors, EVENTS)
    checks.builds_vectors(vectors, checks.example_events(1, seed=0))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda events: good_leptons(events)[:, :1], "keeps the first lepton alone"),
        (lambda events: zipped(events, "Lepton", ("pt", "eta", "phi")), "keeps all leptons"),
        (lambda events: good_leptons(events)[:, ::-1], "the leptons of event"),
        (lambda events: events["no_branch"], "should take 150 events"),
    ],
)
def test_keeps_leptons_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.keeps_leptons(wrong, EVENTS)


def test_keeps_jets_says_what_is_wrong():
    def near(events, leptons):
        jets = zipped(events, "Jet", ("pt", "eta", "phi", "mass", "btag"))
        jet, lepton = ak.unzip(ak.cartesian([jets, leptons], nested=True))
        far = np.hypot(jet.eta - lepton.eta, wrapped(jet.phi - lepton.phi)) > 0.4
        return jets[(jets.pt > 25) & ~ak.all(far, axis=2)]

    with pytest.raises(CheckFailed, match="and drops the others"):
        checks.keeps_jets(near, EVENTS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda masks: {**masks, "three jets": masks["three jets"][:10]}, "for each of the 150 events"),
        (lambda masks: {**masks, "one lepton": ~masks["one lepton"]}, "'one lepton' is wrong: event 0"),
        (lambda masks: {**masks, "one b tag": EVENTS["Jet_btag"] > 0.3}, "one value for each event"),
        (lambda masks: {name: masks[name] for name in CUTS[:3]}, "lacks 'two b tags'"),
    ],
)
def test_selects_events_says_what_is_wrong(change, says):
    with pytest.raises(CheckFailed, match=says):
        checks.selects_events(lambda events: change(select(events)), EVENTS)


WEIGHTS = np.array([1.0, 2.0, 0.5, 8.0, 1.0, 3.0])
MASKS = {"first": np.array([1, 1, 1, 0, 1, 1], bool), "second": np.array([1, 0, 1, 0, 0, 0], bool)}


def cut_flow(masks, weights):
    everything = np.ones(len(weights), bool)
    rows, previous = [], everything
    for mask in (everything, *masks.values()):
        row = {"events": mask.sum(), "yield": weights[mask].sum(), "error": np.sqrt(np.sum(weights[mask] ** 2))}
        for name, before in (("previous", previous), ("all", everything)):
            total = weights[before].sum()
            with np.errstate(all="ignore"):
                row[f"to_{name}"] = share = weights[mask].sum() / total
                spread = np.sum((weights * (mask - share))[before] ** 2)
                row[f"to_{name}_error"] = np.sqrt(spread) / total
        rows.append(row)
        previous = mask
    return pd.DataFrame(rows, index=["all", *masks])


def test_tabulates_cut_flow():
    checks.tabulates_cut_flow(cut_flow, MASKS, WEIGHTS)
    checks.tabulates_cut_flow(lambda masks, weights: cut_flow(masks, weights).iloc[:, ::-1], MASKS, WEIGHTS)
    checks.tabulates_cut_flow(cut_flow, {"none": WEIGHTS < 0, "no more": WEIGHTS < 0}, WEIGHTS)
    checks.tabulates_cut_flow(cut_flow, {"none": WEIGHTS[:0] > 0}, WEIGHTS[:0])


def changed(column, change):
    def function(masks, weights):
        table = cut_flow(masks, weights)
        table[column] = change(table[column], table)
        return table

    return function


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda masks, weights: cut_flow(masks, weights).to_dict(), "should return a data frame"),
        (lambda masks, weights: cut_flow(masks, weights).drop(columns="error"), "lacks the columns 'error'"),
        (lambda masks, weights: cut_flow(masks, weights)[::-1], "the rows of cut_flow are"),
        (lambda masks, weights: cut_flow(masks, weights + 0 * weights.fill(1)), "cut_flow changed an array"),
        (changed("to_all", lambda column, table: 100 * column), "not per cent"),
        (changed("error", lambda column, table: column**2), "error: the root is missing"),
        (changed("error", lambda column, table: table["events"] ** 0.5), "error: the weights are left out"),
        (changed("error", lambda column, table: table["yield"] ** 0.5), "not that of the yield"),
        (changed("to_all_error", lambda column, table: column**2), "this is the variance"),
        (changed("yield", lambda column, table: column + 1), "the column yield of cut_flow is wrong"),
        (changed("events", lambda column, table: column.astype(str)), "should hold numbers"),
        (changed("to_all", lambda column, table: np.nan), "is nan, but 1 is expected"),
    ],
)
def test_tabulates_cut_flow_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.tabulates_cut_flow(wrong, MASKS, WEIGHTS)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda jets: split_jets(jets)[0], "should return two arrays"),
        (lambda jets: split_jets(jets)[::-1], "have changed places"),
        (lambda jets: (jets[ak.argsort(-jets.btag)][:, :1], split_jets(jets)[1]), "b holds one"),
        (lambda jets: (split_jets(jets)[0], split_jets(jets)[1][:, :1]), "rest holds the hardest jet alone"),
        (lambda jets: (split_jets(jets)[0], split_jets(jets)[1][:, ::-1]), "rest has the softest jet first"),
    ],
)
def test_splits_jets_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.splits_jets(wrong, JETS)


@pytest.mark.parametrize(
    ("key", "change", "says"),
    [
        ("bb", lambda mass: mass + 1, "the mass bb is wrong: it is of the two b jets"),
        ("bb", lambda mass: ak.mask(mass, mass < 0), "is None or NaN in 20 events that have it"),
        ("jj", lambda mass: ak.drop_none(mass), "for each of the 20 events"),
        ("jj", lambda mass: ak.fill_none(mass, 0.0), "should be None in an event with less than two jets in rest"),
        ("transverse", lambda mass: mass**2, "transverse: the root is missing"),
        ("transverse", lambda mass: mass / np.sqrt(2), "there is a 2 under the root"),
        ("hh", lambda mass: mass[:, None], "one number for each event"),
    ],
)
def test_weighs_events_says_what_is_wrong(key, change, says):
    def wrong(*given):
        found = masses(*given)
        return {**found, key: change(found[key])}

    with pytest.raises(CheckFailed, match=says):
        checks.weighs_events(wrong, n_events=20, seed=1)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda events: vectors(events)[:, :14], "and 15 columns"),
        (lambda events: np.roll(vectors(events), -3, axis=1), "the lepton comes last"),
        (lambda events: vectors(events) * (np.arange(15) != 6), "the column 6, jet 1 btag, is wrong"),
    ],
)
def test_builds_vectors_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.builds_vectors(wrong, EVENTS)


SAMPLES = {"HH": (np.arange(60.0).reshape(4, 15), np.arange(4.0)), "b": (np.ones((1, 15)), np.ones(1))}


def write_hdf5(path, samples):
    with h5py.File(path, "w") as file:
        for process, arrays in samples.items():
            for name, array in zip(("vectors", "weight"), arrays, strict=True):
                file.create_dataset(f"{process}/{name}", data=array, dtype="float32", compression="gzip")


def test_keeps_in_hdf5():
    checks.keeps_in_hdf5(write_hdf5, SAMPLES)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda path, samples: None, "leaves groups of an older file"),
        (lambda path, samples: open(path, "w").close(), "cannot be read"),
        (lambda path, samples: write_hdf5(path, {"HH": samples["HH"]}), "lacks 'b'"),
        (lambda path, samples: write_hdf5(path, {k: (v + 1, w) for k, (v, w) in samples.items()}), "does not hold"),
        (lambda path, samples: write_hdf5(path, {k: (v[:1], w) for k, (v, w) in samples.items()}), "the shape of HH"),
        (lambda path, samples: [][1], "should write 2 processes"),
    ],
)
def test_keeps_in_hdf5_says_what_is_wrong(wrong, says):
    with pytest.raises(CheckFailed, match=says):
        checks.keeps_in_hdf5(wrong, SAMPLES)
