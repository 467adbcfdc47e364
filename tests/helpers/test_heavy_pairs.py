"""The heavy pairs as a training takes them."""

import shutil

import numpy as np
import pytest
import uproot

from helpers import datasets
from helpers.heavy_pairs import CLASSES, load_pairs, pair_files


@pytest.fixture(scope="module")
def data():
    return load_pairs()


def test_classes_are_equal_and_split(data):
    sizes = [uproot.open(file)["Events"].num_entries for file in pair_files()]
    counts = {part: targets.sum(axis=0) for part, (_, targets) in data.items()}
    assert sum(counts.values()).tolist() == [min(sizes)] * 4
    assert [len(targets) for _, targets in data.values()] == pytest.approx(
        4 * min(sizes) * np.array([0.6, 0.2, 0.2]), abs=1
    )
    assert all((targets.sum(axis=1) == 1).all() for _, targets in data.values())


def test_training_sets_the_scale(data):
    training, validation = (data[part][0] for part in ("training", "validation"))
    assert training.shape[1] == len(datasets.columns("heavy_pairs"))
    assert np.abs(training.mean(axis=0)).max() < 1e-3
    assert training.std(axis=0) == pytest.approx(1, abs=1e-3)
    assert 1e-3 < np.abs(validation.mean(axis=0)).max() < 0.3


def test_energies_have_a_logarithm_and_events_keep_their_class(data):
    names = list(datasets.columns("heavy_pairs"))
    column = names.index("m_bl_min")
    for number, file in enumerate(pair_files()):
        raw = np.log1p(uproot.open(file)["Events"]["m_bl_min"].array(library="np")).mean()
        scaled = np.concatenate([inputs[targets[:, number] == 1, column] for inputs, targets in data.values()]).mean()
        other = [np.log1p(uproot.open(f)["Events"]["m_bl_min"].array(library="np")).mean() for f in pair_files()]
        assert (scaled > 0) == (raw > np.mean(other))


def test_a_folder_of_ones_own(tmp_path):
    for file in pair_files()[:3]:
        shutil.copy(file, tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*BB\.root: the folder should hold AA\.root"):
        load_pairs(tmp_path)
    shutil.copy(pair_files()[3], tmp_path)
    assert [file.stem for file in pair_files(tmp_path)] == list(CLASSES)
