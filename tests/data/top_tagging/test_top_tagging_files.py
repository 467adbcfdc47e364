"""The shipped jets: files against manifest and datasheet, then their contents and the physics in them."""

import h5py
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from data.generation import writers
from data.generation.production import Task
from data.generation.top_tagging.dataset import DATA_SET
from data.generation.top_tagging.processes import PROCESSES
from data.generation.top_tagging.storage import BLOCK_JETS, LAYOUT, with_energy
from helpers.files import sha256

SIZES = {"train.h5": 24_000, "validation.h5": 8_000, "test.h5": 8_000}
MOMENTUM_ERROR, ENERGY_ERROR = 2.0**-13, 2.0**-17


@pytest.fixture(scope="module")
def folder(data_folder):
    return data_folder / "top_tagging"


@pytest.fixture(scope="module")
def jet_manifest(manifest_of):
    return manifest_of("top_tagging")


@pytest.fixture(scope="module")
def datasheet(folder):
    return (folder / "datasheet.md").read_text("utf-8")


@pytest.fixture(scope="module")
def shipped(folder):
    """Constituents and labels of each file."""
    jets = {}
    for name in SIZES:
        with h5py.File(folder / name) as file:
            jets[name] = file["constituents"][:], file["is_signal_new"][:]
    return jets


@pytest.fixture(params=SIZES)
def jets(request, shipped):
    """The constituents and labels of each file in turn."""
    return shipped[request.param]


def total(constituents):
    """E, px, py, pz of jets in double precision, (n_jets, 4)."""
    return constituents.sum(axis=1, dtype=np.float64)


def mass(constituents):
    jet = total(constituents)
    return np.sqrt(jet[:, 0] ** 2 - np.sum(jet[:, 1:] ** 2, axis=1))


def transverse_momentum(constituents):
    jet = total(constituents)
    return np.hypot(jet[:, 1], jet[:, 2])


def pseudorapidity(constituents):
    return np.arcsinh(total(constituents)[:, 3] / transverse_momentum(constituents))


@pytest.mark.parametrize("name", SIZES)
def test_file_is_what_the_manifest_says(name, shipped, jet_manifest):
    constituents, labels = shipped[name]
    entry = jet_manifest["files"][name]
    assert constituents.shape == (SIZES[name], 200, 4)
    assert labels.shape == (SIZES[name],)
    columns = {"constituents": constituents.dtype.name, "is_signal_new": labels.dtype.name}
    assert columns == {column: about["dtype"] for column, about in jet_manifest["columns"].items()}
    assert entry["n_jets"] == SIZES[name]
    assert entry["n_top"] == np.sum(labels == 1) == SIZES[name] // 2
    assert entry["n_qcd"] == np.sum(labels == 0) == SIZES[name] // 2


def test_datasheet_states_what_the_manifest_states(datasheet, jet_manifest):
    for name, entry in jet_manifest["files"].items():
        n_jets = f"{entry['n_jets']:,}".replace(",", " ")
        assert f"| `{name}` | {n_jets} | {entry['bytes']} | `{entry['sha256']}` |" in datasheet


@pytest.mark.parametrize("name", ["validation.h5", "test.h5"])
def test_the_writer_makes_the_files_from_their_content(name, shipped, jet_manifest, tmp_path):
    """The training file takes longer; it is written in the same way."""
    constituents, labels = shipped[name]
    blocks = (
        {
            "constituents": constituents[first : first + BLOCK_JETS],
            "is_signal_new": labels[first : first + BLOCK_JETS],
        }
        for first in range(0, len(labels), BLOCK_JETS)
    )
    writers.write_hdf5(tmp_path / name, len(labels), LAYOUT, blocks)
    assert sha256(tmp_path / name) == jet_manifest["files"][name]["sha256"]


def test_first_constituents_can_be_read_alone(folder):
    with h5py.File(folder / "train.h5") as file:
        assert file["constituents"].chunks == (512, 20, 4)


# ---------------------------------------------------------------- contents


def test_constituents_are_sorted_and_padded_with_zeros(jets):
    constituents, _ = jets
    pt = np.hypot(constituents[..., 1].astype(float), constituents[..., 2])
    assert np.all(np.diff(pt, axis=1) <= 0)
    absent = constituents[..., 0] == 0
    assert not np.any(constituents[absent])
    assert np.all(np.any(constituents[~absent][:, 1:3], axis=1))
    assert np.all(~absent[:, 0])
    assert np.all(absent[:, 150:])


def test_constituents_are_massless(jets):
    constituents, _ = jets
    momentum = np.linalg.norm(constituents[..., 1:].astype(float), axis=-1)
    np.testing.assert_allclose(constituents[..., 0], momentum, rtol=ENERGY_ERROR + 2.0**-23)


def test_mantissas_are_rounded(jets):
    """To 12 bits for the momentum and 16 for the energy, of the 23 of float32, in both classes."""
    constituents, _ = jets
    bits = np.ascontiguousarray(constituents).view(np.uint32)
    assert not np.any(bits[..., 1:] & (2**11 - 1))
    assert not np.any(bits[..., 0] & (2**7 - 1))


def test_kinematic_window(jets):
    """A jet is the sum of its at most 200 constituents; their rounding errors are below 2⁻¹³ of their scalar sum."""
    constituents, _ = jets
    pt = transverse_momentum(constituents)
    tolerance = 2 * MOMENTUM_ERROR
    assert pt.min() > 550 * (1 - tolerance)
    assert pt.max() < 650 * (1 + tolerance)
    assert np.abs(pseudorapidity(constituents)).max() < 2 + 2 * tolerance


def test_no_jet_appears_twice(shipped):
    """Not even in two files; two different jets never share all momenta of their three leading constituents."""
    leading = np.concatenate([constituents[:, :3].reshape(-1, 12) for constituents, _ in shipped.values()])
    assert len(np.unique(leading, axis=0)) == len(leading) == sum(SIZES.values())


def test_order_tells_nothing(jets):
    """Five standard deviations of a correlation of n random pairs, for the place and for the label before."""
    _, labels = jets
    n_jets = len(labels)
    assert abs(np.corrcoef(np.arange(n_jets), labels)[0, 1]) < 5 / np.sqrt(n_jets)
    assert abs(np.corrcoef(labels[:-1], labels[1:])[0, 1]) < 5 / np.sqrt(n_jets)


def test_kinematics_alone_tag_nothing(jets):
    """pT, η and azimuth of the jet: QCD falls a little faster in pT and is a little flatter in η."""
    constituents, labels = jets
    jet = total(constituents)
    for name, values, allowed in (
        ("pT", transverse_momentum(constituents), 0.05),
        ("|η|", np.abs(pseudorapidity(constituents)), 0.06),
        ("φ", np.arctan2(jet[:, 2], jet[:, 1]), 0.03),
    ):
        assert abs(roc_auc_score(labels, values) - 0.5) < allowed, name


def test_files_are_alike(shipped):
    """Mean mass and number of constituents of a class agree between files within five standard errors."""
    for label in (0, 1):
        for quantity in (mass, lambda constituents: np.sum(constituents[..., 0] > 0, axis=1)):
            values = [quantity(constituents[labels == label]) for constituents, labels in shipped.values()]
            for one in values[1:]:
                error = np.hypot(np.std(values[0]) / np.sqrt(len(values[0])), np.std(one) / np.sqrt(len(one)))
                assert abs(np.mean(values[0]) - np.mean(one)) < 5 * error


# ---------------------------------------------------------------- physics


def test_top_mass_peak(jets):
    """The overlap of tracks and towers adds a few GeV to the top quark's 173; the peak holds most top jets."""
    constituents, labels = jets
    masses = mass(constituents[labels == 1])
    peak = masses[(masses > 130) & (masses < 220)]
    assert np.median(peak) == pytest.approx(175, abs=5)
    assert len(peak) / len(masses) > 0.9
    assert (np.quantile(peak, 0.84) - np.quantile(peak, 0.16)) / 2 < 18


def test_qcd_jets_are_lighter_and_have_fewer_constituents(jets):
    constituents, labels = jets
    masses, n_constituents = mass(constituents), np.sum(constituents[..., 0] > 0, axis=1)
    assert np.median(masses[labels == 0]) < 100
    assert 0.1 < np.mean((masses[labels == 0] > 130) & (masses[labels == 0] < 220)) < 0.25
    assert np.mean(n_constituents[labels == 1]) > np.mean(n_constituents[labels == 0]) + 8


def test_difficulty_of_the_jet_mass(jets):
    """The distance of the jet mass from the peak alone tags with an AUC near 0.94, as the datasheet says."""
    constituents, labels = jets
    assert roc_auc_score(labels, -np.abs(mass(constituents) - 178)) == pytest.approx(0.938, abs=0.01)


@pytest.mark.parametrize("name", PROCESSES)
def test_shipped_jets_come_from_this_code(name, shipped):
    """The first chunk of a class gives the first jets of that class in the training file, bit for bit."""
    pytest.importorskip("pythia8mc", reason="the generator is not installed (make data installs it)")
    constituents, labels = shipped["train.h5"]
    process = PROCESSES[name]
    made = DATA_SET.simulate(Task(name, 0, process.tries_per_chunk)).columns["momenta"]
    assert len(made) > 100
    jets = constituents[labels == process.label][: len(made)]
    np.testing.assert_array_equal(jets, with_energy(made))
