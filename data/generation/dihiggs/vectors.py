"""The selected events of the di-Higgs files as a table of fifteen numbers an event, for a network."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..writers import Array, write_hdf5
from .detector import WORKING_POINTS

if TYPE_CHECKING:
    import awkward as ak

NAME = "vectors.h5"
STEMS = ("HH", "TTbar", "SingleTop", "WJets")
LEPTON_PT, VETO_PT, ISOLATION = 25.0, 15.0, 0.15
JET_PT, JET_DISTANCE, N_JETS = 25.0, 0.4, 3
N_VECTOR = 3 + 4 * N_JETS
LAYOUT = {
    "vectors": Array("<f4", (N_VECTOR,), (4096, 1)),
    "process": Array("u1", (), (4096,)),
    "weight": Array("<f4", (), (4096,)),
    "weight_terms": Array("<f4", (3,), (4096, 1)),
}


def write_vectors(folder: Path) -> int:
    """Write the table of a folder from its ROOT files, process after process, and return the number of its events."""
    import uproot

    tables = [
        selected(uproot.open(f"{folder / stem}.root:Events").arrays(), number) for number, stem in enumerate(STEMS)
    ]
    columns = {name: np.concatenate([table[name] for table in tables]) for name in LAYOUT}
    write_hdf5(folder / NAME, len(columns["process"]), LAYOUT, [columns])
    return len(columns["process"])


def selected(events: "ak.Array", number: int) -> dict[str, np.ndarray]:
    """The rows of the table that the events of a file give: the columns of ``LAYOUT``, (n_events, ...).

    number: of the file in ``STEMS``, from 0. An event has one isolated lepton, no second one, and
    three jets, one of them with a medium tag.
    """
    import awkward as ak

    leptons = _collection(events, "Lepton", ("pt", "eta", "phi", "iso"))
    leptons = leptons[leptons.iso < ISOLATION]
    one = (ak.sum(leptons.pt > LEPTON_PT, axis=1) == 1) & (ak.sum(leptons.pt > VETO_PT, axis=1) == 1)
    events, lepton = events[one], leptons[one][:, 0]
    jets = _collection(events, "Jet", ("pt", "eta", "phi", "btag"))
    delta_phi = (jets.phi - lepton.phi + np.pi) % (2 * np.pi) - np.pi
    jets = jets[(np.hypot(jets.eta - lepton.eta, delta_phi) > JET_DISTANCE) & (jets.pt > JET_PT)]
    tagged = (ak.num(jets) >= N_JETS) & (ak.sum(jets.btag > WORKING_POINTS["medium"], axis=1) >= 1)
    events, lepton, jets = events[tagged], lepton[tagged], jets[tagged]
    by_tag = jets[ak.argsort(jets.btag, ascending=False)]
    pair, others = (part[ak.argsort(part.pt, ascending=False)] for part in (by_tag[:, :2], by_tag[:, 2:]))
    three = ak.concatenate([pair, others[:, :1]], axis=1)
    columns = [lepton[field] for field in ("pt", "eta", "phi")]
    columns += [three[field][:, jet] for jet in range(N_JETS) for field in ("pt", "eta", "phi", "btag")]
    weight = ak.to_numpy(events["weight"])
    terms = [ak.to_numpy(events[f"weight_{term}"]) for term in ("triangle", "interference", "box") if number == 0]
    return {
        "vectors": np.stack([ak.to_numpy(column) for column in columns], axis=1),
        "process": np.full(len(weight), number, np.uint8),
        "weight": weight,
        "weight_terms": np.stack(terms or [0 * weight, 0 * weight, weight], axis=1),
    }


def _collection(events: "ak.Array", name: str, fields: tuple[str, ...]) -> "ak.Array":
    import awkward as ak

    return ak.zip({field: events[f"{name}_{field}"] for field in fields})
