"""Awkward arrays and pandas' tables as plain arrays and what says how they hang together.

Their numbers are bounded as those of all arrays; the form of an awkward array, which comes as JSON of its own, by the
limits below.
"""

import json
from typing import Any

import numpy as np

from .codec import Composite
from .validation import Refused, field

MAX_FORM_CHARACTERS = 200_000
MAX_FORM_NODES = 2000
MAX_FORM_DEPTH = 32
MAX_ENTRIES = 2**31
MAX_EMPTY = 10_000
MAX_REGULAR_SIZE = 2**20
LAYOUTS = ("Numpy", "Empty", "Regular", "List", "ListOffset", "Record", "Indexed", "IndexedOption", "Union")
FORMS = frozenset(f"{layout}Array" for layout in (*LAYOUTS, "ByteMasked", "BitMasked", "Unmasked"))


class Awkward(Composite):
    """An awkward array: {"form": JSON of its form, "length": entries, "buffers": {name: array of one dimension}}.

    awkward itself must find form and buffers valid together. One record of an array does not cross.
    """

    name, types = "awkward", ("awkward.Array", "awkward.Record")

    def parts(self, value: Any) -> dict[str, Any]:
        import awkward

        if isinstance(value, awkward.Record):
            raise Refused("it is one record of an awkward array: take its fields")
        form, length, buffers = awkward.to_buffers(awkward.to_packed(value))
        arrays = {name: np.asarray(buffer) for name, buffer in buffers.items()}
        return {"form": form.to_json(), "length": int(length), "buffers": arrays}

    def build(self, content: dict[str, Any]) -> Any:
        import awkward

        text, length, buffers = (
            field(content, "form", str),
            field(content, "length", int),
            field(content, "buffers", dict),
        )
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
    inner: Any = form.get("contents", form.get("content", []))
    for part in [inner] if "class" in inner else inner.values() if type(inner) is dict else inner:
        _check_form(part, seen, depth + 1)


class DataFrame(Composite):
    """A data frame: {"names": [name, …], "columns": [array of one dimension, …], "index": array}, all equally long."""

    name, types = "frame", ("pandas.DataFrame",)

    def parts(self, value: Any) -> dict[str, Any]:
        columns = [value.iloc[:, position].to_numpy() for position in range(value.shape[1])]
        return {"names": list(value.columns), "columns": columns, "index": value.index.to_numpy()}

    def build(self, content: dict[str, Any]) -> Any:
        import pandas

        names, columns = field(content, "names", list), field(content, "columns", list)
        rows = _column(content, "index")
        if len(names) != len(columns) or any(np.shape(column) != rows.shape for column in columns):
            raise Refused("its columns differ in length")
        frame = pandas.DataFrame(dict(enumerate(columns)), index=pandas.Index(rows))
        frame.columns = names
        return frame


class Series(Composite):
    """A series of a data frame: {"name": its name or None, "values": array of one dimension, "index": one as long}."""

    name, types = "series", ("pandas.Series",)

    def parts(self, value: Any) -> dict[str, Any]:
        return {"name": value.name, "values": value.to_numpy(), "index": value.index.to_numpy()}

    def build(self, content: dict[str, Any]) -> Any:
        import pandas

        return pandas.Series(_column(content, "values"), index=_column(content, "index"), name=content.get("name"))


class Index(Composite):
    """The names of rows or columns: {"name": its name or None, "values": array of one dimension}."""

    name, types = "index", ("pandas.Index",)

    def parts(self, value: Any) -> dict[str, Any]:
        return {"name": value.name, "values": value.to_numpy()}

    def build(self, content: dict[str, Any]) -> Any:
        import pandas

        return pandas.Index(_column(content, "values"), name=content.get("name"))


def _column(content: dict[str, Any], name: str) -> np.ndarray:
    array = field(content, name, np.ndarray)
    if array.ndim != 1:
        raise Refused("a column of it is no column")
    return array


KINDS = (Awkward(), DataFrame(), Series(), Index())
