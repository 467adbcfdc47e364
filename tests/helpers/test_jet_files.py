import fcntl
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
import warnings

import h5py
import numpy as np
import pandas as pd
import pytest

from helpers import datasets, jet_files
from helpers.data_files import DataError
from helpers.files import sha256

N_JETS, N_CONSTITUENTS = 300, 200
REFERENCE_COLUMNS = [
    *(f"{component}_{i}" for i in range(200) for component in ("E", "PX", "PY", "PZ")),
    *("truthE", "truthPX", "truthPY", "truthPZ", "ttv", "is_signal_new"),
]


def make_jets(n_jets=N_JETS):
    """Constituents (n_jets, 200, 4) with zeros after the last of each jet, and labels (n_jets,)."""
    rng = np.random.default_rng(3)
    momenta = rng.normal(size=(n_jets, N_CONSTITUENTS, 4)).astype(np.float32)
    momenta[np.arange(N_CONSTITUENTS) >= rng.integers(10, 120, n_jets)[:, None]] = 0
    return momenta, rng.integers(0, 2, n_jets)


def reference_frame(momenta, labels):
    """The frame of a public reference file: 806 columns, and an index that is neither gapless nor from zero."""
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(len(labels), 4)).astype(np.float32)
    values = np.hstack([momenta.reshape(len(labels), -1), truth])
    frame = pd.DataFrame(values, columns=REFERENCE_COLUMNS[:804], index=375 + 2 * np.arange(len(labels)))
    return frame.assign(ttv=1, is_signal_new=labels)


def write_arrays(path, momenta, labels=None):
    with h5py.File(path, "w") as file:
        file.create_dataset("constituents", data=momenta, chunks=(64, 20, 4), compression="gzip", shuffle=True)
        if labels is not None:
            file["is_signal_new"] = labels.astype(np.int8)


def write_frame(path, momenta, labels, **options):
    reference_frame(momenta, labels).to_hdf(path, key="table", **options)


WRITERS = {
    "arrays": write_arrays,
    "table": lambda *args: write_frame(*args, format="table"),
    "blosc": lambda *args: write_frame(*args, format="table", complib="blosc", complevel=5),
    "fixed": lambda *args: write_frame(*args, format="fixed"),
}


@pytest.fixture(scope="module")
def jets():
    return make_jets()


@pytest.fixture(scope="module")
def files(jets, tmp_path_factory):
    """The same jets in a file of each layout."""
    folder = tmp_path_factory.mktemp("jets")
    for name, write in WRITERS.items():
        write(folder / f"{name}.h5", *jets)
    return {name: folder / f"{name}.h5" for name in WRITERS}


def test_a_reference_file_has_the_columns_that_the_public_ones_have(files):
    with h5py.File(files["table"]) as file:
        dtype = file["table/table"].dtype
        assert dtype.names == ("index", "values_block_0", "values_block_1")
        assert dtype["values_block_0"].shape == (804,)
        assert dtype["values_block_1"].shape == (2,)


@pytest.mark.parametrize("layout", WRITERS)
@pytest.mark.parametrize(("constituents", "start", "stop"), [(200, 0, None), (20, 0, None), (1, 17, 91), (7, 299, 300)])
def test_only_what_is_asked_for_comes_back(files, jets, layout, constituents, start, stop):
    momenta, labels = datasets.load_jets(files[layout], constituents, start, stop)
    assert (momenta.dtype, labels.dtype) == (np.float32, np.int8)
    np.testing.assert_array_equal(momenta, jets[0][start:stop, :constituents])
    np.testing.assert_array_equal(labels, jets[1][start:stop])
    assert datasets.count_jets(files[layout]) == N_JETS


@pytest.mark.parametrize("layout", WRITERS)
def test_no_rows_are_no_error(files, layout):
    momenta, labels = datasets.load_jets(files[layout], 5, 300, 300)
    assert momenta.shape == (0, 5, 4)
    assert labels.shape == (0,)


@pytest.mark.parametrize("layout", WRITERS)
def test_the_frame_has_the_columns_of_the_reference_files(files, jets, layout):
    frame = datasets.load_jet_frame(files[layout], 3, 10, 30)
    names = [*(f"{component}_{i}" for i in range(3) for component in ("E", "PX", "PY", "PZ")), "is_signal_new"]
    assert list(frame.columns) == names
    expected = reference_frame(*jets).reset_index(drop=True).loc[10:29, names]
    pd.testing.assert_frame_equal(frame, expected.astype({"is_signal_new": np.int8}))


def test_jets_are_read_whoever_holds_a_lock_on_their_file(files, jets):
    """Whoever may read a shared file may lock it, and HDF5 reads no file that somebody else has locked."""
    with files["arrays"].open("rb") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        assert len(datasets.load_jets(files["arrays"])[0]) == N_JETS


@pytest.mark.parametrize("layout", WRITERS)
def test_no_lock_is_asked_for_in_a_new_process(files, layout):
    """As on a file system without locks: what is read needs none."""
    code = "import sys; from helpers import datasets; print(len(datasets.load_jets(sys.argv[1], 1)[0]))"
    with files[layout].open("rb") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        done = subprocess.run([sys.executable, "-c", code, files[layout]], capture_output=True, text=True)
    assert done.stdout.strip() == str(N_JETS), done.stderr


def test_a_lock_that_is_refused_is_no_damage(files, monkeypatch):
    def refuse(*_, **__):
        raise OSError("Unable to lock file, errno = 37, error message = 'No locks available'")

    monkeypatch.setattr(pd, "HDFStore", refuse)
    with pytest.raises(DataError, match="HDF5_USE_FILE_LOCKING=FALSE") as told:
        datasets.load_jets(files["table"])
    assert "damaged" not in str(told.value)
    assert "download" not in str(told.value)


def test_the_environment_is_left_as_it_was(files, monkeypatch):
    for before in ("BEST_EFFORT", None):
        monkeypatch.setenv(jet_files.LOCKING, before) if before else monkeypatch.delenv(jet_files.LOCKING, False)
        datasets.count_jets(files["table"])
        assert os.environ.get(jet_files.LOCKING) == before


@pytest.mark.parametrize("layout", ["table", "fixed"])
@pytest.mark.parametrize("place", [0, 300, 806])
def test_a_column_of_text_loses_no_jets(jets, tmp_path, layout, place):
    frame = reference_frame(*jets)
    frame.insert(place, "generator", [f"run {number}" for number in range(N_JETS)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_hdf(tmp_path / "text.h5", key="table", format=layout)
    assert datasets.count_jets(tmp_path / "text.h5") == N_JETS
    momenta, labels = datasets.load_jets(tmp_path / "text.h5", 30, 7, 251)
    np.testing.assert_array_equal(momenta, jets[0][7:251, :30])
    np.testing.assert_array_equal(labels, jets[1][7:251])


def test_jets_that_are_named_by_text_are_all_read(jets, tmp_path):
    frame = reference_frame(*jets).set_index(np.array([f"jet {number}" for number in range(N_JETS)], dtype=object))
    frame.to_hdf(tmp_path / "named.h5", key="table", format="fixed")
    np.testing.assert_array_equal(datasets.load_jets(tmp_path / "named.h5", 4)[0], jets[0][:, :4])


@pytest.mark.parametrize("layout", ["table", "fixed"])
def test_a_frame_of_python_2_names_the_way_out(files, tmp_path, layout):
    shutil.copy(files[layout], tmp_path / "old.h5")

    def write_bytes(_, node):
        for name, value in node.attrs.items():
            if isinstance(value, str | bytes) and value != b"":
                node.attrs[name] = np.bytes_(value)

    with h5py.File(tmp_path / "old.h5", "r+") as file:
        file.visititems(write_bytes)
    with pytest.raises(DataError, match=r"old\.h5.*Python 2.*to_hdf"):
        datasets.load_jets(tmp_path / "old.h5")


def test_paths_may_be_strings_and_start_at_home(files, jets, monkeypatch):
    monkeypatch.setenv("HOME", str(files["arrays"].parent))
    for source in (str(files["arrays"]), "~/arrays.h5"):
        np.testing.assert_array_equal(datasets.load_jets(source)[1], jets[1])


@pytest.mark.parametrize("layout", ["table", "fixed"])
def test_a_frame_is_read_in_pieces_that_fit_together(files, jets, layout, monkeypatch):
    assert jet_files.ROWS * len(REFERENCE_COLUMNS) * 4 < 30e6, "the pieces are larger than the docstring says"
    spans = []
    select = pd.HDFStore.select

    def watched(self, key, where=None, start=None, stop=None, **options):
        spans.append((start or 0, stop))
        return select(self, key, where, start, stop, **options)

    monkeypatch.setattr(jet_files, "ROWS", 64)
    monkeypatch.setattr(pd.HDFStore, "select", watched)
    momenta, labels = datasets.load_jets(files[layout], 8, 10, 250)
    np.testing.assert_array_equal(momenta, jets[0][10:250, :8])
    np.testing.assert_array_equal(labels, jets[1][10:250])
    assert [span for span in spans if span != (0, 0)] == [(10, 74), (74, 138), (138, 202), (202, 250)]


@pytest.mark.parametrize("layout", ["arrays", "table", "fixed"])
def test_memory_does_not_grow_with_what_is_not_asked_for(layout, tmp_path, monkeypatch):
    # NumPy's buffers, which hold every row that is read, are traced. 1200 rows of 806 columns are 3.9 MB, and the jets
    # asked for 0.02 MB. 100 rows, in which frames are read here, are 0.3 MB, of which pandas holds a few copies.
    WRITERS[layout](tmp_path / "jets.h5", *make_jets(1200))
    datasets.load_jets(tmp_path / "jets.h5", 1, stop=1)
    monkeypatch.setattr(jet_files, "ROWS", 100)
    tracemalloc.start()
    datasets.load_jets(tmp_path / "jets.h5", 1)
    datasets.load_jets(tmp_path / "jets.h5", 200, 400, 410)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2.5e6


@pytest.mark.parametrize("layout", WRITERS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"constituents": 201}, "holds 200 constituents a jet: ask for 1 to 200 of them, not for constituents=201"),
        ({"constituents": 0}, "not for constituents=0"),
        ({"start": -1}, "holds 300 jets: start=-1, stop=None does not fit 0 ≤ start ≤ stop ≤ 300"),
        ({"stop": 301}, "holds 300 jets: start=0, stop=301"),
        ({"start": 301}, "holds 300 jets: start=301"),
        ({"start": 20, "stop": 10}, "start=20, stop=10"),
    ],
)
def test_more_than_the_file_holds_is_refused(files, layout, arguments, message):
    with pytest.raises(DataError, match=f"{layout}.h5.*{message}"):
        datasets.load_jets(files[layout], **arguments)


@pytest.mark.parametrize("layout", WRITERS)
def test_a_file_cut_short_is_noticed(files, layout, tmp_path):
    content = files[layout].read_bytes()
    cut = tmp_path / "cut.h5"
    for length in (len(content) - 1, len(content) // 2, 600):
        cut.write_bytes(content[:length])
        with pytest.raises(DataError, match=rf"cut\.h5 is cut short: it has {length} of {len(content)} bytes.*again"):
            datasets.load_jets(cut)


@pytest.mark.parametrize("content", [b"", b"\x89HDF", b"version https://git-lfs.github.com/spec/v1\n" * 20])
def test_a_file_that_is_not_hdf5_is_named(content, tmp_path):
    (tmp_path / "jets.h5").write_bytes(content)
    with pytest.raises(DataError, match=r"jets\.h5 is not an HDF5 file"):
        datasets.load_jets(tmp_path / "jets.h5")


@pytest.mark.parametrize("write", [write_arrays, lambda *args: write_frame(*args, format="table", complevel=1)])
def test_damaged_content_is_noticed(jets, write, tmp_path):
    path = tmp_path / "jets.h5"
    write(path, *jets)
    content = bytearray(path.read_bytes())
    middle = slice(len(content) // 2, len(content) // 2 + 20_000)
    content[middle] = bytes(20_000)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"jets\.h5 is damaged or cannot be opened"):
        datasets.load_jets(path)


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("HEPDL_DATA", raising=False)
    with pytest.raises(DataError, match=r"there is no file .*train\.h5, and no shipped data set.*there are: .*hww"):
        datasets.load_jets("top_taging/train.h5")
    with pytest.raises(DataError, match="there is no file"):
        datasets.load_jets(tmp_path)


def test_a_file_without_labels_names_the_missing_column(jets, tmp_path):
    write_arrays(tmp_path / "arrays.h5", jets[0])
    with pytest.raises(DataError, match=r"arrays\.h5 has no labels: 'is_signal_new' is missing.*holds constituents"):
        datasets.load_jets(tmp_path / "arrays.h5")
    frame = reference_frame(*jets).drop(columns="is_signal_new")
    frame.to_hdf(tmp_path / "frame.h5", key="table", format="table")
    with pytest.raises(DataError, match=r"frame\.h5 has no labels: 'is_signal_new'.*805 columns: E_0, PX_0"):
        datasets.load_jets(tmp_path / "frame.h5")


def test_a_frame_of_another_key_is_named(jets, tmp_path):
    reference_frame(*jets).to_hdf(tmp_path / "frame.h5", key="df", format="table")
    with pytest.raises(DataError, match=r"frame\.h5.*the key 'table'; it holds df\. .*key='table', format='table'"):
        datasets.load_jets(tmp_path / "frame.h5")


@pytest.mark.parametrize("stored", ["series", "array"])
def test_a_table_that_is_no_frame_is_refused(stored, tmp_path):
    if stored == "series":
        pd.Series([1.0]).to_hdf(tmp_path / "x.h5", key="table", format="table")
    else:
        with h5py.File(tmp_path / "x.h5", "w") as file:
            file["table"] = [1.0]
    with pytest.raises(DataError, match=r"x\.h5 has neither .* nor a pandas frame of the key 'table'; it holds table"):
        datasets.load_jets(tmp_path / "x.h5")


def test_a_frame_with_fewer_constituents_gives_those_it_has(jets, tmp_path):
    frame = reference_frame(*jets)
    frame[[*REFERENCE_COLUMNS[:81], "is_signal_new"]].to_hdf(tmp_path / "frame.h5", key="table", format="table")
    np.testing.assert_array_equal(datasets.load_jets(tmp_path / "frame.h5", 20)[0], jets[0][:, :20])
    with pytest.raises(DataError, match="holds 20 constituents"):
        datasets.load_jets(tmp_path / "frame.h5", 21)
    frame[["PX_0", "PY_0", "is_signal_new"]].to_hdf(tmp_path / "none.h5", key="table", format="table")
    with pytest.raises(DataError, match=r"none\.h5: the frame 'table' has no column 'E_0'.*3 columns: PX_0"):
        datasets.load_jets(tmp_path / "none.h5", 1)


@pytest.mark.parametrize("layout", ["arrays", "table"])
def test_labels_other_than_0_and_1_are_named(jets, layout, tmp_path):
    labels = jets[1].copy()
    labels[5] = -1
    WRITERS[layout](tmp_path / "jets.h5", jets[0], labels)
    with pytest.raises(DataError, match=r"jets\.h5: 'is_signal_new' holds -1, 0, 1, but labels are 0 \(QCD\)"):
        datasets.load_jets(tmp_path / "jets.h5")


def test_arrays_that_do_not_fit_are_refused(jets, tmp_path):
    write_arrays(tmp_path / "short.h5", jets[0], jets[1][:-1])
    with pytest.raises(DataError, match=r"short\.h5: 'is_signal_new' has shape \(299,\), but there are 300 jets"):
        datasets.load_jets(tmp_path / "short.h5")
    with h5py.File(tmp_path / "flat.h5", "w") as file:
        file["constituents"] = np.zeros((10, 800))
    with pytest.raises(DataError, match=r"flat\.h5: 'constituents' has shape \(10, 800\)"):
        datasets.load_jets(tmp_path / "flat.h5")


@pytest.fixture
def shipped(jets, tmp_path, monkeypatch):
    """A data folder with the jets as top_tagging/train.h5 and, without labels, as challenge/jets.h5."""
    for name, labels in (("top_tagging/train.h5", jets[1]), ("challenge/jets.h5", None)):
        path = tmp_path / name
        path.parent.mkdir()
        write_arrays(path, jets[0], labels)
        entry = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        (path.parent / "manifest.json").write_text(json.dumps({"files": {path.name: entry}, "columns": {}}))
    monkeypatch.setenv("HEPDL_DATA", str(tmp_path))
    return tmp_path


def test_shipped_jets_are_found_by_name(shipped, jets):
    momenta, labels = datasets.load_jets("top_tagging/train.h5", 30, 5, 50)
    np.testing.assert_array_equal(momenta, jets[0][5:50, :30])
    np.testing.assert_array_equal(labels, jets[1][5:50])
    assert datasets.count_jets("top_tagging/train.h5") == N_JETS
    assert datasets.load_jet_frame("top_tagging/train.h5", 30).shape == (N_JETS, 121)


def test_an_altered_shipped_file_is_noticed(shipped):
    path = shipped / "top_tagging/train.h5"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"train\.h5 has been altered"):
        datasets.load_jets("top_tagging/train.h5")


def test_a_name_that_a_data_set_does_not_hold_lists_the_others(shipped):
    with pytest.raises(DataError, match=r"no data file .*tset\.h5'; there are: top_tagging/train\.h5"):
        datasets.load_jets("top_tagging/tset.h5")


def test_challenge_jets_come_without_labels(shipped, jets):
    np.testing.assert_array_equal(datasets.load_challenge_jets(), jets[0])
    np.testing.assert_array_equal(datasets.load_challenge_jets(15), jets[0][:, :15])
    assert datasets.count_jets("challenge/jets.h5") == N_JETS
    with pytest.raises(DataError, match="has no labels"):
        datasets.load_jets("challenge/jets.h5")


def test_missing_challenge_jets_name_the_way_to_get_them(shipped):
    (shipped / "challenge/jets.h5").unlink()
    with pytest.raises(DataError, match=r"jets\.h5 is missing\. Your instructor.*hepdl challenge"):
        datasets.load_challenge_jets()
