"""What a peer may do to the one that asks it, over the connection itself: long or slow messages, calls without end."""

import contextlib
import datetime
import pathlib
import socket
import threading
import time

import numpy as np
import pandas as pd
import pytest

from grading.isolation.examiner.invalidation import invalidate
from grading.isolation.wire import mirror, plain_data
from grading.isolation.wire.channel import HEADER, Channel, ConnectionBroken
from grading.isolation.wire.codec import MAX_MESSAGE_BYTES
from grading.isolation.wire.peer import Peer
from grading.isolation.wire.proxies import References
from grading.isolation.wire.validation import Refused


@pytest.fixture
def sockets():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def asking(sockets):
    """A peer whose other side serves what is in the dictionary ``asking.served``."""
    served = {}

    def serve():
        with contextlib.suppress(ConnectionBroken):
            Peer(sockets[1], handle=lambda request: served[request["name"]]).serve()

    thread = threading.Thread(target=serve)
    thread.start()
    made = Peer(sockets[0], invalidate=invalidate)
    made.served = served
    made.channel.deadline = time.monotonic() + 60
    yield made
    sockets[0].close()
    thread.join()


def value(asking, name):
    return asking.request({"op": "value", "name": name})["value"]


def test_functions_are_called_in_both_directions(asking):
    asking.served["apply"] = lambda function, number: function(number) + 1
    assert value(asking, "apply")(lambda number: 10 * number, 2) == 21


def test_iterators_give_what_they_yield_and_raise_what_they_raise(asking):
    def yielding():
        yield 1
        raise KeyError("no more")

    asking.served["items"] = yielding()
    items = value(asking, "items")
    assert next(items) == 1
    with pytest.raises(KeyError, match="no more"):
        next(items)


def test_what_was_exported_comes_back_as_itself(asking):
    asking.served["same"] = lambda thing: thing
    assert value(asking, "same")(print) is print


def test_a_changed_argument_is_invalidated_and_the_others_are_not(asking):
    def change(first, second):
        first[0], second["kept"] = 7, second["kept"]

    asking.served["change"] = change
    first, second = np.arange(3.0), {"kept": 1}
    value(asking, "change")(first, second)
    assert np.isnan(first).all() and second == {"kept": 1}


@pytest.mark.parametrize("said", [None, [], [b"no digest"], ["0"] * 3, {}], ids=str)
def test_what_is_no_digest_of_the_arguments_is_none(sockets, said):
    asking, given = Peer(sockets[0], invalidate=invalidate), np.arange(3.0)
    for number, value in (1, None), (2, said):
        Channel(sockets[1]).send(-number, plain_data.encode({"value": value}, export=repr)[0])
    with pytest.raises(Refused):
        asking.call(1, (given,), {})


UNCHANGED = {
    "numbers": ([1, 2.5, True, None, 1j], {"a": np.float32(3), 2: np.int64(4)}),
    "texts and dates": ["a", b"b", pathlib.Path("/c"), np.datetime64("2026-11-28"), np.array(["d", "ee"])],
    "nested": [[1, [2]], {"a": {"b": (3, [4])}}, np.array([[1], None], dtype=object)],
    "arrays": [
        np.arange(6).reshape(2, 3).T,
        np.zeros((0, 3)),
        np.ma.masked_array([1.0, 2.0], [0, 1]),
        np.arange(3)[::-1],
    ],
    "tables": [np.zeros(3, [("x", "f4"), ("y", "i8")])],
    "chance": np.random.default_rng(5),
    "frames": pd.DataFrame({"x": [1.0, 2.0], "y": ["a", "b"]}),
    "other things": [print, {1, 2}, range(3), datetime.date(2026, 11, 28), ValueError("no")],
}


@pytest.mark.parametrize("kind", UNCHANGED)
def test_arguments_that_a_function_leaves_alone_are_not_invalidated(asking, kind):
    found = []
    asking.invalidate = found.append
    asking.served["look"] = lambda *arguments: repr(arguments)
    value(asking, "look")(UNCHANGED[kind])
    assert found == []


CHANGES = {
    "order": lambda given: given["list"].sort(),
    "an item": lambda given: given["list"].__setitem__(0, 9),
    "a longer list": lambda given: given["list"].append(1),
    "an equal list": lambda given: given["nested"].__setitem__(0, [1]),
    "a key": lambda given: given["nested"][1].pop("a"),
    "a number": lambda given: given["array"].__setitem__(1, 5),
    "a tuple": lambda given: given["list"].__setitem__(2, (7, 8)),
    "a draw": lambda given: given["chance"].random(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_of_an_argument_is_seen(asking, change):
    found = []
    asking.invalidate = found.append
    asking.served["change"] = CHANGES[change]
    value(asking, "change")(
        {"list": [3, 1, (7, 9)], "nested": [[1], {"a": 2}], "array": np.arange(3), "chance": np.random.default_rng(1)}
        if change != "order"
        else {"list": [3, 1]}
    )
    assert len(found) == 1


def test_what_was_never_exported_is_refused(asking):
    with pytest.raises(Refused, match="never exported"):
        asking.resolve({"role": "original", "number": 0})
    with pytest.raises(Refused, match="never exported"):
        asking.call(5, (), {})


def test_calls_within_calls_end(asking):
    def again(function):
        return function(again)

    asking.served["again"] = again
    asking.depth = 2  # so that this side is the first to have enough
    with pytest.raises(ConnectionBroken):
        value(asking, "again")(again)
    assert asking.channel.broken and time.monotonic() < asking.channel.deadline - 30


def test_more_objects_than_there_may_be_are_refused(asking):
    functions = [lambda number=number: number for number in range(4)]
    asking.references = References(asking, most=3)
    asking.served["apply"] = lambda functions: [function() for function in functions]
    with pytest.raises(Refused, match="more than 3 functions"):
        value(asking, "apply")(functions)
    assert value(asking, "apply")(functions[:3]) == [0, 1, 2]


def test_a_message_that_is_too_long_is_not_read(sockets):
    sockets[1].sendall(HEADER.pack(MAX_MESSAGE_BYTES + 1, 1))
    channel = Channel(sockets[0])
    channel.deadline = time.monotonic() + 60
    with pytest.raises(ConnectionBroken, match="no message"):
        channel.receive()
    assert channel.broken


@pytest.mark.parametrize("sent", [b"", HEADER.pack(8, 1)[:5], HEADER.pack(8, 1) + b"half"], ids=len)
def test_a_message_that_stops_halfway_is_not_waited_for(sockets, sent):
    sockets[1].sendall(sent)
    channel = Channel(sockets[0])
    channel.deadline = time.monotonic() + 0.2
    with pytest.raises(ConnectionBroken, match="too long"):
        channel.receive()
    assert channel.broken


def test_a_reader_that_does_not_read_is_not_waited_for(sockets):
    channel = Channel(sockets[0])
    channel.deadline = time.monotonic() + 0.2
    with pytest.raises(ConnectionBroken, match="too long"):
        channel.send(1, bytes(2**26))


def test_replies_to_nothing_are_passed_over(sockets):
    theirs = Channel(sockets[1])
    for number in (-5, 0, 2**61 + 3, -(2**63)):
        theirs.send(number, b"no payload")
    asking = Peer(sockets[0])
    thread = threading.Thread(target=Peer(sockets[1], handle=lambda request: 3).serve)
    thread.start()
    assert asking.request({"op": "value"}) == {"value": 3}
    asking.end()
    thread.join()


@pytest.mark.parametrize(
    "listing",
    [
        {"/etc/passwd": "0"},
        {"@/a/../../b": "0"},
        {"@/a\0b": "0"},
        {"@/" + "a" * 2000: "0"},
        {"@/a": 5},
        {5: "0"},
        {f"@/{number}": None for number in range(mirror.MAX_FILES + 1)},
        ["@/a"],
    ],
    ids=lambda listing: str(listing)[:20],
)
def test_files_outside_the_folders_of_the_test_are_refused(tmp_path, listing):
    (tmp_path / "top").mkdir()
    if isinstance(listing, dict):
        listing = {
            path.replace("@", f"{tmp_path}/top") if isinstance(path, str) else path: digest
            for path, digest in listing.items()
        }
    mirrored = mirror.Mirror(lambda request: {"value": listing}, str(tmp_path), ())
    with pytest.raises(Refused):
        mirrored.send()
    assert [path.name for path in tmp_path.rglob("*")] == ["top"]


def test_more_of_a_file_than_was_asked_for_is_refused(tmp_path):
    (tmp_path / "top").mkdir()

    def reply(request):
        if request["what"] == "list":
            return {"value": {f"{tmp_path}/top": None, f"{tmp_path}/top/file": "0"}}
        return {"value": bytes(mirror.CHUNK + 1)}

    mirrored = mirror.Mirror(reply, str(tmp_path), ())
    mirrored.tops = [f"{tmp_path}/top"]
    with pytest.raises(Refused, match="it wrote more than"):
        mirrored.fetch()
