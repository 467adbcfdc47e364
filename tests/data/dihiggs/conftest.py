"""Fixtures for the tests of the di-Higgs events: the shipped files, read once, and a student's selection."""

from dataclasses import dataclass

import awkward as ak
import numpy as np
import pytest
import uproot

from data.generation.dihiggs.dataset import TREE_NAME, file_name
from data.generation.dihiggs.processes import FILES

MEDIUM = 0.2783


@pytest.fixture(scope="session")
def folder(data_folder):
    return data_folder / "dihiggs"


@pytest.fixture(scope="session")
def manifest(manifest_of):
    return manifest_of("dihiggs")


@pytest.fixture(scope="session")
def events(folder):
    """The events of each shipped file, by its stem, as awkward records."""
    return {stem: uproot.open(f"{folder / file_name(stem)}:{TREE_NAME}").arrays() for stem in FILES}


@dataclass(frozen=True)
class Selected:
    """Events with one lepton (pT > 25, isolated, no second above 15) and three jets (pT > 25 GeV) away from it.

    ``jets`` has their jets, hardest first, ``lepton`` their lepton (n,), ``steps`` the masks of all events of the file
    after each cut: one lepton, three jets, one medium b tag, two.
    """

    events: ak.Array
    jets: ak.Array
    lepton: ak.Array
    weight: np.ndarray
    steps: dict

    @property
    def n_tags(self):
        """Number of medium b tags (n,)."""
        return ak.to_numpy(ak.sum(self.jets.btag > MEDIUM, axis=1))


def momenta(events, collection, fields):
    return ak.zip({field: events[f"{collection}_{field}"] for field in fields})


def select(events):
    leptons = momenta(events, "Lepton", ("pt", "eta", "phi", "iso", "pdgId"))
    leptons = leptons[leptons.iso < 0.15]
    has_one = (ak.sum(leptons.pt > 25, axis=1) == 1) & (ak.sum(leptons.pt > 15, axis=1) == 1)
    first = ak.firsts(leptons)
    jets = momenta(events, "Jet", ("pt", "eta", "phi", "mass", "btag", "hadronFlavour"))
    eta, phi = ak.fill_none(first.eta, np.inf), ak.fill_none(first.phi, 0.0)
    delta_phi = (jets.phi - phi + np.pi) % (2 * np.pi) - np.pi
    jets = jets[(np.hypot(jets.eta - eta, delta_phi) > 0.4) & (jets.pt > 25)]
    n_tags = ak.sum(jets.btag > MEDIUM, axis=1)
    three = has_one & (ak.num(jets) >= 3)
    masks = {
        "one lepton": has_one,
        "three jets": three,
        "one tag": three & (n_tags >= 1),
        "two tags": three & (n_tags >= 2),
    }
    steps = {name: ak.to_numpy(mask) for name, mask in masks.items()}
    chosen = steps["three jets"]
    weight = ak.to_numpy(events["weight"]).astype(float)
    return Selected(events[chosen], jets[chosen], first[chosen], weight[chosen], steps)


@pytest.fixture(scope="session")
def selected(events):
    return {stem: select(of_file) for stem, of_file in events.items()}


@pytest.fixture(scope="session")
def yields(events, selected):
    """Cross-section in fb of a file after a cut, and its statistical error."""

    def after(stem, cut):
        weight = ak.to_numpy(events[stem]["weight"]).astype(float)[selected[stem].steps[cut]]
        return weight.sum(), np.sqrt((weight**2).sum())

    return after
