"""What crosses between the two processes comes out as it went in, or is refused; whatever the bytes are."""

import collections
import contextlib
import json
import os
import pathlib
import resource
import struct
import time

import awkward as ak
import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from grading.isolation.wire import plain_data
from grading.isolation.wire.codec import MAX_DEPTH, MAX_NODES
from grading.isolation.wire.validation import Refused
from helpers import figures
from helpers.checks.functions import Ended, call

EXAMPLES = 10_000 if os.environ.get("HEPDL_TEST_ALL") else 300
LARGEST_GROWTH_BYTES = 256 * 2**20


def reference(value):
    return {"role": "object", "number": 0, "class": type(value).__name__, "module": "m", "name": ""}


def encoded(value):
    return plain_data.encode(value, reference)[0]


def decoded(payload):
    return plain_data.decode(payload, lambda referred: referred)[0]


def cross(value):
    return decoded(encoded(value))


PLAIN = [
    None, True, 0, -(2**80), 1.5, float("inf"), 2 - 3j, "µ \ud800", b"\0\xff", ..., range(2, 9, 3),
    [], [1, [2.0, "a"]], list(range(100)), [0.1] * 50, (1, (2,)), {}, {"a": [1], (1, "b"): None}, {1, 2},
    frozenset({1, 2}), collections.deque([1, 2]), pathlib.Path("a/b.npy"),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_come_out_as_they_went_in(value):
    found = cross(value)
    assert found == value
    assert type(found) is type(value)


ARRAYS = [
    np.arange(6.0).reshape(2, 3).T, np.zeros((0, 6)), np.array(5), np.array(["ab", "µ"]), np.array([b"x"]),
    np.array(["2026-01-01"], "M8[D]"), np.arange(3, dtype=">i2"), np.array([True]), np.array([1j]),
    np.array([(1, 2.5)], [("n", "i4"), ("x", "f8")]), np.array([{"a": 1}, None, [2]], dtype=object), np.float32(1.5),
    np.str_("word"),
]  # fmt: skip


@pytest.mark.parametrize("value", ARRAYS, ids=lambda array: f"{array.dtype}{np.shape(array)}")
def test_arrays_come_out_as_they_went_in(value):
    found = cross(value)
    assert type(found) is type(value)
    assert found.dtype == value.dtype and np.shape(found) == np.shape(value)
    assert np.array_equal(found, value)


def test_an_array_can_be_written_to_only_if_it_could_before():
    fixed = np.arange(3)
    fixed.flags.writeable = False
    assert cross(np.arange(3)).flags.writeable
    assert not cross(fixed).flags.writeable


def test_a_subclass_comes_out_as_its_plain_base():
    class Equal(float):
        def __eq__(self, other):
            return True

    class Array(np.ndarray):
        def __array_ufunc__(self, *arguments, **keywords):
            return np.True_

    class Text(str):
        pass

    assert type(cross(Equal(3))) is float
    assert cross(Equal(3)) != 4
    assert type(cross(np.arange(3).view(Array))) is np.ndarray
    assert type(cross(Text("a"))) is str


def test_dictionary_views_stay_views():
    keys, values = cross({"a": 1, "b": 2}.keys()), cross({"a": 1}.values())
    assert list(keys) == ["a", "b"] and not isinstance(keys, list)
    assert list(values) == [1]


def test_awkward_arrays_cross():
    array = ak.Array([{"pt": [1.0, 2.0], "name": "a"}, {"pt": [], "name": "bc"}, {"pt": [3.0], "name": ""}])
    assert cross(array[1:]).to_list() == array[1:].to_list()
    assert cross(ak.Array([[1, None], None, []])).to_list() == [[1, None], None, []]


def test_tables_cross():
    frame = pd.DataFrame({"x": [1, 2], "name": ["a", None]}, index=[5, 7])
    assert cross(frame)["x"].to_list() == [1, 2]
    assert cross(frame).index.to_list() == [5, 7]
    assert cross(frame["x"]).equals(frame["x"])
    assert list(cross(frame.columns)) == ["x", "name"]


def test_a_random_generator_goes_on_where_it_was():
    rng = np.random.Generator(np.random.MT19937(5))
    rng.random(3)
    assert cross(rng).random(5).tolist() == rng.random(5).tolist()


def test_a_figure_crosses_as_what_it_drew():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.plot([1, 2, 3], [10, 20, 5], label="data")
    left.set(xlabel="mass [GeV]", ylabel="events", yscale="log", ylim=(1, 50), title="one")
    left.legend()
    right.stairs([1, 2], [0, 1, 3], label="steps")
    right.imshow(np.eye(3))
    assert figures.describe(cross(figure)) == figures.describe(figure)
    assert cross(figure).axes[0].lines[0].get_ydata().tolist() == [10, 20, 5]


@pytest.mark.parametrize(
    ("error", "caught", "words"),
    [
        (ValueError("a b"), ValueError, "a b"),
        (KeyError("x"), KeyError, "'x'"),
        (type("OfMine", (ValueError,), {})("mine"), ValueError, "mine"),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "no"), ValueError, "'utf-8' codec can't decode byte 0x78"),
        (StopIteration(), RuntimeError, "StopIteration"),
        (SystemExit(3), RuntimeError, "SystemExit"),
        (FileNotFoundError(2, "none", "a.txt"), OSError, "[Errno 2] none: 'a.txt'"),
    ],
    ids=lambda part: getattr(part, "__name__", None) or repr(part),
)
def test_an_error_can_be_caught_by_its_class_and_says_the_same(error, caught, words):
    found = cross(error)
    assert isinstance(found, caught) and isinstance(found, Exception)
    assert words in str(found)


@pytest.mark.parametrize("code", [0, 3, None, False, True, "no such folder"])
def test_the_end_of_a_program_has_its_code(code):
    with pytest.raises(Ended) as ended:
        call(raising(cross(SystemExit(code))), says="it should go on")
    assert ended.value.code == code
    assert str(ended.value) == "it should go on (it ended the program)"


def raising(error):
    def function():
        raise error

    return function


@pytest.mark.parametrize(
    ("base", "caught"), [(Exception, Exception), (OSError, OSError), (BaseException, RuntimeError)]
)
def test_an_error_is_not_caught_by_a_name_that_it_took(base, caught):
    found = cross(type("ValueError", (base,), {"__module__": "builtins"})("mine"))
    assert isinstance(found, caught) and not isinstance(found, ValueError)
    assert "AnotherValueError" in f"{type(found).__name__}: {found}"


def test_deep_and_endless_values_are_refused():
    deep = []
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    endless = []
    endless.append(endless)
    for value in (deep, endless):
        with pytest.raises(Refused, match="nested"):
            encoded(value)


def test_a_value_whose_methods_fail_is_refused():
    class Broken(dict):
        def __iter__(self):
            raise OSError

    class Frozen(np.ndarray):
        @property
        def shape(self):
            raise OSError

    with pytest.raises(Refused, match="cannot be read"):
        encoded(np.arange(3).view(Frozen))
    assert cross(Broken(a=1)) == {"a": 1}


def payload_of(tree, *blobs):
    text = json.dumps(tree).encode() if not isinstance(tree, bytes) else tree
    return struct.pack(">I", len(text)) + text + b"".join(blobs)


ARRAY = {"is": "array", "dtype": "<f8", "shape": [2], "blob": 0}
MALFORMED = {
    "object dtype": ({**ARRAY, "dtype": "|O"}, 16),
    "dtype as code": ({**ARRAY, "dtype": "f8,(__import__('os'))"}, 16),
    "void": ({**ARRAY, "dtype": "V8"}, 16),
    "huge item": ({**ARRAY, "dtype": "<U9999999"}, 16),
    "wrong size": ({**ARRAY, "shape": [3]}, 16),
    "negative shape": ({**ARRAY, "shape": [-2]}, 16),
    "shape that overflows": ({**ARRAY, "shape": [2**40, 2**40]}, 16),
    "shape of floats": ({**ARRAY, "shape": [2.0]}, 16),
    "many dimensions": ({**ARRAY, "shape": [1] * 70 + [2]}, 16),
    "endless emptiness": ({**ARRAY, "dtype": "<U0", "shape": [2**38]}, 0),
    # NumPy would find the memory for this one.
    "emptiness beyond the bound": ({**ARRAY, "dtype": "<U0", "shape": [MAX_NODES + 1]}, 0),
    "numbers from nothing": ({**ARRAY, "shape": [1000]}, 0),
    "another array's bytes": ({**ARRAY, "blob": 1}, 16),
    "negative position": ({**ARRAY, "blob": -1}, 16),
    "fields without end": ({**ARRAY, "dtype": [["a", ["b"]]]}, 16),
    "unhashable key": ({"is": "dict", "pairs": [[{"is": "list", "items": []}, 1]]}, 0),
    "numbers of two dimensions": ({"is": "list", "numbers": {"dtype": "<f8", "shape": [1, 2], "blob": 0}}, 16),
    "numbers that are texts": ({"is": "list", "numbers": {"dtype": "<U1", "shape": [4], "blob": 0}}, 16),
    "text in a node": ({"is": "text", "text": "a"}, 0),
    "content that is none": ({"is": "series", "content": 1}, 0),
    "unknown kind": ({"is": "pickle", "blob": 0}, 16),
    "list for a kind": ({"is": ["list"]}, 0),
    "no kind": ({"items": []}, 0),
    "digits": ({"is": "int", "hex": "f" * 100_000}, 0),
    "word for a number": ({"is": "float", "text": "1e400000000"}, 0),
    "objects of another shape": ({"is": "array", "shape": [3], "items": []}, 0),
    "foreign bit generator": (
        {"is": "random generator", "state": {"is": "dict", "pairs": [["bit_generator", "RandomState"]]}},
        0,
    ),
    "error without name": ({"is": "exception", "classes": [], "message": "", "line": ""}, 0),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_payloads_are_refused(name):
    node, size = MALFORMED[name]
    with pytest.raises(Refused):
        decoded(payload_of({"value": node, "blobs": [size]}, bytes(size)))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\0\0\0",
        b"\xff\xff\xff\xff{}",
        payload_of(b"[" * 100_000),
        payload_of(b'{"value": ' + b"9" * 10_000 + b', "blobs": []}'),
        payload_of({"value": 1, "blobs": [10**30]}),
        payload_of({"value": 1, "blobs": []}, b"more"),
        payload_of({"value": 1}),
        payload_of(b"\xff\xfe"),
    ],
    ids=["nothing", "short", "long", "deep", "digits", "huge blob", "rest", "no blobs", "no text"],
)
def test_bytes_that_are_no_payload_are_refused(payload):
    with pytest.raises(Refused):
        decoded(payload)


def test_payloads_that_are_deeper_or_hold_more_than_they_may_are_refused():
    deep = None
    for _ in range(MAX_DEPTH + 1):
        deep = {"is": "list", "items": [deep]}
    many = {"is": "list", "items": [None] * MAX_NODES}
    for node, within in ((deep, deep["items"][0]), (many, {**many, "items": many["items"][1:]})):
        with pytest.raises(Refused, match="holds more, or is nested deeper"):
            decoded(payload_of({"value": node, "blobs": []}))
        assert isinstance(decoded(payload_of({"value": within, "blobs": []})), list)


@pytest.mark.parametrize("offsets", [[0, 2, 300], [0, 3, 2], [-5, 2, 3]], ids=str)
def test_an_awkward_form_that_does_not_fit_is_refused(offsets):
    payload = encoded(ak.Array([[1, 2], [3]]))
    assert decoded(payload).to_list() == [[1, 2], [3]]
    right = np.array([0, 2, 3]).tobytes()
    assert payload.count(right) == 1
    with pytest.raises(Refused):
        decoded(payload.replace(right, np.array(offsets).tobytes()))


KINDS = sorted({kind.name for kind in plain_data.KINDS})
LEAVES = (
    st.none() | st.booleans() | st.integers(-3, 5) | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([*KINDS, "<f8", "<U3", "|b1", "<i4", "nan", "PCG64", "ValueError", "function"])
)  # fmt: skip
KEYS = st.sampled_from(
    ["is", "items", "pairs", "dtype", "shape", "blob", "text", "hex", "content", "reference", "names", "classes",
     "message", "line", "numbers", "fixed", "state", "form", "length", "buffers", "config", "weights", "axes", "graph"]
)  # fmt: skip
NODES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=5)
        | st.builds(
            lambda kind, rest: {**rest, "is": kind}, st.sampled_from(KINDS), st.dictionaries(KEYS, inner, max_size=5)
        )
    ),
    max_leaves=25,
)
FORM = ak.to_buffers(ak.Array([[{"x": 1.5, "s": "ab"}], [], [None]]))[0].to_dict()
FIGURE = Figure()
FIGURE.add_subplot().plot([1, 2], label="a")
MODEL = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
WHOLE = [
    ak.Array([[{"x": 1.5, "s": "ab"}], [], [None]]), np.array(["a", "bc"]), np.arange(4.0), {"a": [1, (2, "x")]},
    pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}), np.random.default_rng(1), ValueError("words"), FIGURE, [0.5] * 40,
    MODEL,
]  # fmt: skip


def peak_memory():
    """Bytes that this process has had at most."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@st.composite
def damaged(draw):
    """The payload of a value in which some bytes, or parts of the tree, are others."""
    payload = bytearray(encoded(draw(st.sampled_from(WHOLE))))
    (length,) = struct.unpack(">I", payload[:4])
    tree = json.loads(payload[4 : 4 + length])
    if draw(st.booleans()):
        for _ in range(draw(st.integers(1, 4))):
            place = draw(st.integers(0, len(payload) - 1))
            payload[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
        return bytes(payload)
    for _ in range(draw(st.integers(1, 3))):
        part, path = tree, []
        while isinstance(part, dict | list) and part and draw(st.integers(0, 5)):
            path.append((part, draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))))
            part = part[path[-1][1]]
        if path:
            path[-1][0][path[-1][1]] = draw(NODES)
    return payload_of(tree, bytes(payload[4 + length :]))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    damaged()
    | st.builds(lambda node, blob: payload_of({"value": node, "blobs": [len(blob)]}, blob), NODES, st.binary())
)
def test_whatever_comes_is_a_plain_value_or_refused_soon_and_in_little_memory(payload):
    start, before = time.monotonic(), peak_memory()
    with contextlib.suppress(Refused):
        decoded(payload)
    assert time.monotonic() - start < 5
    assert peak_memory() - before < LARGEST_GROWTH_BYTES
