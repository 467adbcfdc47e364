"""Checks of the conversion to HDF5: each mistake in a small converter gets its own sentence."""

import os
from pathlib import Path

import h5py
import numpy as np
import pytest
import uproot

from helpers import checks
from helpers.checks import CheckFailed


def converter(steps=None, change=lambda values: values, options=None, attribute="unit", units=None, cache=None):
    """A right converter, of which one part can be replaced."""

    def convert(root_path, tree, hdf5_path, fields, chunk_length):
        part = Path(f"{hdf5_path}.part")
        with uproot.open(root_path, array_cache=cache) as file:
            events = file[tree]
            for name in fields:
                events[name]
            try:
                with h5py.File(part, "w") as output:
                    length = events.num_entries
                    for name, unit in fields.items():
                        dtype = change(np.zeros(1, events[name].interpretation.to_dtype)).dtype
                        settings = {"compression": "gzip"} if options is None else options
                        output.create_dataset(name, (length,), dtype, **settings)
                        output[name].attrs[attribute] = (units or {}).get(name, unit)
                    for start in (steps or range)(0, length, chunk_length):
                        stop = min(start + chunk_length, length)
                        chunk = events.arrays(list(fields), entry_start=start, entry_stop=stop, library="np")
                        for name, values in chunk.items():
                            output[name][start:stop] = change(values)
                os.replace(part, hdf5_path)
            finally:
                part.unlink(missing_ok=True)

    return convert


def all_at_once(root_path, tree, hdf5_path, fields, chunk_length):
    arrays = uproot.open(root_path)[tree].arrays(list(fields), library="np")
    with h5py.File(hdf5_path, "w") as output:
        for name, values in arrays.items():
            output.create_dataset(name, data=values, compression="gzip").attrs["unit"] = fields[name]


def without_last(start, stop, step):
    return range(start, stop - step + 1, step)


@pytest.mark.parametrize(("n_events", "chunk_length"), [(3500, 1000), (2000, 1000), (10, 100), (1, 1), (0, 100)])
def test_a_right_converter_passes(n_events, chunk_length):
    checks.converts(converter(), n_events, chunk_length)
    checks.converts(all_at_once, n_events, chunk_length)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (converter(steps=without_last), "the last chunk, which is shorter"),
        (converter(change=lambda values: values.astype("float64")), "but that of the branch is"),
        (converter(change=lambda values: -values if values.dtype.kind == "f" else values), "does not hold the values"),
        (converter(options={}), "is not compressed"),
        (converter(attribute="units"), "has no attribute unit"),
        (converter(units={"x": "GeV"}), "the attribute unit of x is 'GeV' instead of 'rad'"),
        (lambda *arguments: None, "wrote no file"),
        (lambda root, tree, path, *rest: Path(path).write_text("x"), "is no HDF5 file"),
    ],
)
def test_each_mistake_has_its_sentence(function, says):
    with pytest.raises(CheckFailed, match=says):
        checks.converts(function, 3500, 1000)


def test_what_is_left_beside_the_file_is_named():
    def convert(root_path, tree, hdf5_path, fields, chunk_length):
        converter()(root_path, tree, hdf5_path, fields, chunk_length)
        Path(hdf5_path).with_name("old.part").write_text("")

    with pytest.raises(CheckFailed, match=r"leaves 'old\.part' beside"):
        checks.converts(convert, 100, 50)


def test_failures_leave_nothing():
    checks.refuses_to_convert(converter())
    with pytest.raises(CheckFailed, match="destroys the file"):

        def in_place(root_path, tree, hdf5_path, fields, chunk_length):
            try:
                h5py.File(hdf5_path, "w").close()
                converter()(root_path, tree, hdf5_path, fields, chunk_length)
            except Exception:
                Path(hdf5_path).unlink()
                raise

        checks.refuses_to_convert(in_place)

    def passes_over(root_path, tree, hdf5_path, fields, chunk_length):
        known = uproot.open(root_path)[tree].keys()
        fields = {name: unit for name, unit in fields.items() if name in known}
        converter()(root_path, tree, hdf5_path, fields, chunk_length)

    with pytest.raises(CheckFailed, match="should raise an error for a branch that the tree does not have"):
        checks.refuses_to_convert(passes_over)

    def says_nothing(root_path, tree, hdf5_path, fields, chunk_length):
        try:
            converter()(root_path, tree, hdf5_path, fields, chunk_length)
        except Exception:
            raise ValueError("something is missing") from None

    with pytest.raises(CheckFailed, match="say that it is Delphes that is missing"):
        checks.refuses_to_convert(says_nothing)


def test_memory_is_bounded():
    checks.converts_in_chunks(converter())
    with pytest.raises(CheckFailed, match="read and write chunk by chunk"):
        checks.converts_in_chunks(all_at_once)
    with pytest.raises(CheckFailed, match="uproot keeps what it has read"):
        checks.converts_in_chunks(converter(cache="100 MB"))
