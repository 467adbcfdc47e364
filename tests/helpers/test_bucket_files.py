"""Events come back from buckets and from a new tree as they were read."""

import awkward as ak
import numpy as np
import pytest
import uproot

from helpers.bucket_files import Bucket, create_tree, extend, read_chunks, read_events

N_EVENTS, BASKET = 250, 100
COUNTS = np.arange(N_EVENTS) % 3
JETS = ak.unflatten(np.arange(COUNTS.sum(), dtype="float32"), COUNTS)


@pytest.fixture
def tree(tmp_path):
    """Three baskets of numbers and of lists."""
    path = tmp_path / "events.root"
    with uproot.recreate(path) as file:
        made = file.mktree("Events", {"event": "int64", "jet_pt": "var * float32"}, title="all events")
        for start in range(0, N_EVENTS, BASKET):
            stop = min(start + BASKET, N_EVENTS)
            made.extend({"event": np.arange(start, stop), "jet_pt": JETS[start:stop]})
        file.mktree("Names", {"name": "string"}).extend({"name": ["electron", "muon"]})
    with uproot.open(path) as file:
        yield file["Events"]


@pytest.mark.parametrize(
    ("length", "sizes"),
    [
        (1000, [250]),
        (120, [100, 100, 50]),
        (60, [60, 40, 60, 40, 50]),
        (30, [30, 30, 30, 10, 30, 30, 30, 10, 30, 20]),
    ],
)
def test_chunks_end_where_baskets_end(tree, length, sizes):
    chunks = list(read_chunks(tree, length))
    assert [chunk.n_events for chunk in chunks] == sizes
    assert np.array_equal(np.concatenate([chunk.rows["event"] for chunk in chunks]), np.arange(N_EVENTS))


def test_take_and_cut_keep_an_event_together(tree):
    events = read_events(tree, 10, 60)
    taken = events.take(np.array([3, 0, 3]))
    assert taken.rows["event"].tolist() == [13, 10, 13]
    assert taken.lists["jet_pt"].to_list() == JETS[[13, 10, 13]].to_list()
    cut = events.cut(5, 7)
    assert cut.rows["event"].tolist() == [15, 16] and cut.rows.base is not None
    assert cut.lists["jet_pt"].to_list() == JETS[15:17].to_list()


def test_a_bucket_gives_back_what_was_appended(tree, tmp_path):
    bucket = Bucket(tmp_path / "bucket")
    for start, stop in ((200, 250), (0, 0), (0, 30)):
        bucket.append(read_events(tree, start, stop) if stop else read_events(tree, 0, 1).cut(0, 0))
    assert bucket.n_events == 80
    back, wanted = bucket.load(), [*range(200, 250), *range(30)]
    assert back.rows["event"].tolist() == wanted
    assert back.lists["jet_pt"].to_list() == JETS[wanted].to_list()


def test_a_bucket_begins_empty(tree, tmp_path):
    Bucket(tmp_path / "bucket").append(read_events(tree, 0, 30))
    bucket = Bucket(tmp_path / "bucket")
    with pytest.raises(ValueError, match="bucket holds no events: pass over"):
        bucket.load()
    bucket.append(read_events(tree, 40, 42))
    assert bucket.load().rows["event"].tolist() == [40, 41]


def test_a_new_tree_is_as_the_old_one(tree, tmp_path):
    with uproot.recreate(tmp_path / "copy.root") as output:
        copy = create_tree(output, "Copy", tree)
        for events in read_chunks(tree, 120):
            extend(copy, events)
    with uproot.open(tmp_path / "copy.root") as file:
        assert file["Copy"].typenames() == tree.typenames()
        assert file["Copy"].title == tree.title
        assert ak.array_equal(file["Copy"].arrays(), tree.arrays())


def test_a_branch_of_another_kind_is_named(tree):
    says = r"events\.root: the branch 'name' holds .*leave it out"
    with uproot.open(tree.file.file_path) as file, pytest.raises(TypeError, match=says):
        read_events(file["Names"], 0, 2)
