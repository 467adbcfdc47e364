"""Files of jets, on hand-made numbers."""

import h5py
import numpy as np
import pytest

from data.generation import writers
from data.generation.production import Chunk, Production, Sample
from data.generation.rounding import rounded
from data.generation.top_tagging import storage
from data.generation.top_tagging.jets import JetStream, mixed_blocks, mixed_labels


def test_energy_is_the_length_of_the_momentum():
    """Half a unit of the last of 16 bits, and one of float32's 23 bits for the rounding before."""
    momenta = rounded(np.random.default_rng(2).normal(size=(50, 200, 3)) * 30)
    jets = storage.with_energy(momenta)
    assert jets.dtype == np.float32
    np.testing.assert_array_equal(jets[..., 1:], momenta)
    np.testing.assert_allclose(jets[..., 0], np.linalg.norm(momenta.astype(float), axis=-1), rtol=2.0**-17 + 2.0**-23)
    assert not np.any(storage.with_energy(np.zeros((1, 200, 3), np.float32)))


def blocks_of(jets, labels, size):
    return [
        {"constituents": jets[first : first + size], "is_signal_new": labels[first : first + size]}
        for first in range(0, len(jets), size)
    ]


@pytest.fixture
def jets():
    """Of five constituents each: random numbers take long to compress."""
    momenta = np.zeros((1030, 200, 3), np.float32)
    momenta[:, :5] = rounded(np.random.default_rng(3).normal(size=(1030, 5, 3)))
    return storage.with_energy(momenta)


def test_bytes_depend_on_the_jets_only(jets, tmp_path):
    labels = np.arange(len(jets)) % 2
    for name in ("one.h5", "another.h5"):
        blocks = blocks_of(jets, labels, storage.BLOCK_JETS)
        writers.write_hdf5(tmp_path / name, len(jets), storage.LAYOUT, blocks)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "another.h5").read_bytes()


def test_written_file(jets, tmp_path):
    labels = np.arange(len(jets)) % 2
    blocks = blocks_of(jets, labels, storage.BLOCK_JETS)
    writers.write_hdf5(tmp_path / "jets.h5", len(jets), storage.LAYOUT, blocks)
    with h5py.File(tmp_path / "jets.h5") as file:
        assert set(file) == {"constituents", "is_signal_new"}
        np.testing.assert_array_equal(file["constituents"], jets)
        np.testing.assert_array_equal(file["is_signal_new"], labels)
        assert file["constituents"].dtype == np.float32
        assert file["is_signal_new"].dtype == np.int8
        assert file["constituents"].chunks == (512, 20, 4)


def numbered_jets(folder, name, first, sizes):
    """A finished sample of jets whose only constituent's px counts them from `first`."""
    paths = []
    for index, size in enumerate(sizes):
        momenta = np.zeros((size, 200, 3), np.float32)
        momenta[:, 0, 0] = np.arange(first, first + size)
        first += size
        paths.append(folder / f"{name}-{index}.npz")
        Chunk({"momenta": momenta}).save(paths[-1])
    return Production(Sample(name, 1, 1), paths)


def test_each_jet_is_handed_out_once_and_with_its_label(tmp_path):
    """Tops are numbered from 1, QCD jets from 2001; chunks and blocks do not fit each other."""
    streams = {
        1: JetStream(numbered_jets(tmp_path, "top", 1, (400, 0, 701))),
        0: JetStream(numbered_jets(tmp_path, "qcd", 2001, (900, 200))),
    }
    rng = np.random.default_rng(4)
    seen = {0: [], 1: []}
    for n_jets in (1500, 601):
        labels = mixed_labels(n_jets, rng)
        assert labels.sum() == n_jets // 2
        for block in mixed_blocks(labels, streams):
            for label in (0, 1):
                seen[label].extend(block["constituents"][block["is_signal_new"] == label, 0, 1])
    assert seen[1] == list(range(1, 1 + 750 + 300))
    assert seen[0] == list(range(2001, 2001 + 750 + 301))


def test_classes_are_mixed():
    """The longest run of equal labels among 1000 random ones is below 30 but with a probability of 2⁻²⁰."""
    labels = mixed_labels(1000, np.random.default_rng(5))
    changes = np.flatnonzero(np.diff(labels))
    assert np.diff(changes).max() < 30
    assert abs(labels[:500].mean() - 0.5) < 5 * 0.5 / np.sqrt(500)
