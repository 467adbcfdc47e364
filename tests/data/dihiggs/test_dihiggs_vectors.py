"""The table of selected events against the ROOT files that it is made of."""

import shutil

import awkward as ak
import h5py
import numpy as np
import pytest

from data.generation.dihiggs.vectors import LAYOUT, NAME, STEMS, write_vectors
from helpers.files import sha256


@pytest.fixture(scope="module")
def table(folder):
    with h5py.File(folder / NAME) as file:
        return {name: file[name][:] for name in file}


def test_the_table_is_made_of_the_files_to_the_byte(folder, manifest, tmp_path):
    for stem in STEMS:
        shutil.copy(folder / f"{stem}.root", tmp_path)
    assert write_vectors(tmp_path) == manifest["files"][NAME]["n_events"]
    assert sha256(tmp_path / NAME) == manifest["files"][NAME]["sha256"]


def test_the_table_has_the_events_with_one_tag(table, yields, selected):
    assert table.keys() == LAYOUT.keys()
    for number, stem in enumerate(STEMS):
        here = table["process"] == number
        assert here.sum() == selected[stem].steps["one tag"].sum()
        assert table["weight"][here].sum(dtype=float) == pytest.approx(yields(stem, "one tag")[0], rel=1e-5)


def test_the_vectors_of_a_process_are_those_of_its_events(table, selected):
    for number, stem in enumerate(STEMS):
        chosen, here = selected[stem], table["vectors"][table["process"] == number]
        tagged = chosen.n_tags >= 1
        for column, field in enumerate(("pt", "eta", "phi")):
            assert np.array_equal(here[:, column], ak.to_numpy(chosen.lepton[tagged][field])), field
        for row, jets in zip(here[:200], ak.to_list(chosen.jets[tagged][:200]), strict=True):
            *pair, third = row[3:].reshape(3, 4)
            best = sorted(jets, key=lambda jet: jet["btag"], reverse=True)
            first, second = sorted(best[:2], key=lambda jet: jet["pt"], reverse=True)
            last = max(best[2:], key=lambda jet: jet["pt"])
            for found, jet in zip((*pair, third), (first, second, last), strict=True):
                assert found.tolist() == [jet[field] for field in ("pt", "eta", "phi", "btag")]


def test_the_terms_add_up_to_the_weight(table):
    terms, weight = table["weight_terms"].astype(float), table["weight"]
    assert terms.sum(axis=1) == pytest.approx(weight, rel=1e-5)
    signal = table["process"] == 0
    assert np.all(terms[signal, 2] > terms[signal, 0])
    assert not terms[~signal, :2].any()
