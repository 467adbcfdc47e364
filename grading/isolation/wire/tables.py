"""Awkward arrays and pandas tables as plain arrays and a description of how they hang together, and back."""

import json
import sys
from typing import Any

import numpy as np

from .refusal import Refused

MAX_FORM_CHARACTERS = 200_000
MAX_FORM_NODES = 2000
MAX_FORM_DEPTH = 32
MAX_ENTRIES = 2**31
MAX_EMPTY = 10_000
MAX_REGULAR_SIZE = 2**20
KINDS = ("Numpy", "Empty", "Regular", "List", "ListOffset", "Record", "Indexed", "IndexedOption", "Union")
FORMS = frozenset(f"{kind}Array" for kind in (*KINDS, "ByteMasked", "BitMasked", "Unmasked"))


def describe(value: Any) -> tuple[str, Any] | None:
    """The kind and the plain content of an awkward array or a pandas table; None for anything else."""
    awkward, pandas = sys.modules.get("awkward"), sys.modules.get("pandas")
    if awkward is not None and isinstance(value, awkward.Array):
        form, length, buffers = awkward.to_buffers(awkward.to_packed(value))
        arrays = {name: np.asarray(buffer) for name, buffer in buffers.items()}
        return "awkward", {"form": form.to_json(), "length": int(length), "buffers": arrays}
    if awkward is not None and isinstance(value, awkward.Record):
        raise Refused("it is one record of an awkward array: take its fields")
    if pandas is None:
        return None
    if isinstance(value, pandas.DataFrame):
        columns = [value.iloc[:, position].to_numpy() for position in range(value.shape[1])]
        return "frame", {"names": list(value.columns), "columns": columns, "index": value.index.to_numpy()}
    if isinstance(value, pandas.Series):
        return "series", {"name": value.name, "values": value.to_numpy(), "index": value.index.to_numpy()}
    if isinstance(value, pandas.Index):
        return "index", {"name": value.name, "values": value.to_numpy()}
    return None


def awkward_array(content: Any) -> Any:
    """An awkward array from its form and buffers, once awkward itself has found it valid."""
    import awkward

    text, length, buffers = (_part(content, *part) for part in (("form", str), ("length", int), ("buffers", dict)))
    if len(text) > MAX_FORM_CHARACTERS or not 0 <= length <= MAX_ENTRIES:
        raise Refused("its awkward form is too long")
    if not all(type(name) is str and type(array) is np.ndarray for name, array in buffers.items()):
        raise Refused("its awkward buffers are not arrays")
    if length > sum(array.nbytes for array in buffers.values()) + MAX_EMPTY:
        raise Refused("its awkward form says that it is longer than what came with it")
    form = json.loads(text)
    _check_form(form, [0], 0)
    array = awkward.from_buffers(awkward.forms.from_dict(form), length, buffers)
    if awkward.validity_error(array):
        raise Refused("its awkward form and its buffers do not fit together")
    return array


def _check_form(form: Any, seen: list[int], depth: int) -> None:
    """Refuse forms that are large, deep, or of a kind that awkward does not write."""
    seen[0] += 1
    if seen[0] > MAX_FORM_NODES or depth > MAX_FORM_DEPTH or type(form) is not dict or form.get("class") not in FORMS:
        raise Refused("its awkward form is none")
    sizes = form.get("inner_shape", []) if form["class"] == "NumpyArray" else [form.get("size", 0)]
    if type(sizes) is not list or not all(type(size) is int and 0 <= size <= MAX_REGULAR_SIZE for size in sizes):
        raise Refused("its awkward form has a size that is none")
    inner = form.get("contents", form.get("content", []))
    for part in [inner] if "class" in inner else inner.values() if type(inner) is dict else inner:
        _check_form(part, seen, depth + 1)


def data_frame(content: Any) -> Any:
    """A data frame from the names and arrays of its columns."""
    import pandas

    names, columns = _part(content, "names", list), _part(content, "columns", list)
    row_names = _array(content, "index")
    if len(names) != len(columns) or any(np.shape(column) != row_names.shape for column in columns):
        raise Refused("its columns differ in length")
    frame = pandas.DataFrame(dict(enumerate(columns)), index=pandas.Index(row_names))
    frame.columns = names
    return frame


def series(content: Any) -> Any:
    """A pandas series."""
    import pandas

    return pandas.Series(_array(content, "values"), index=_array(content, "index"), name=content.get("name"))


def index(content: Any) -> Any:
    """A pandas index."""
    import pandas

    return pandas.Index(_array(content, "values"), name=content.get("name"))


def _part(content: Any, name: str, kind: type) -> Any:
    if type(content) is not dict or type(content.get(name)) is not kind:
        raise Refused("a part of a table is missing")
    return content[name]


def _array(content: Any, name: str) -> np.ndarray:
    array = _part(content, name, np.ndarray)
    if array.ndim != 1:
        raise Refused("a column of it is no column")
    return array
