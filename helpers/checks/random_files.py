"""Checks of a function that writes a ROOT file with the events of each tree in a random order."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from helpers import peak_memory
from helpers.checks.events import randomly_ordered, same_events
from helpers.checks.example_trees import scratch_folder
from helpers.checks.failure import CheckFailed, that
from helpers.checks.functions import call, raises
from helpers.checks.values import equal, names

TYPES = {"event": "int64", "label": "int32", "good": "bool", "x": "float32", "y": "float64", "jet_pt": "var * float32"}
CODECS = {"ZLIB": uproot.ZLIB, "LZ4": uproot.LZ4, "ZSTD": uproot.ZSTD}
# Of so many entries a random order is the old one once in half a billion times.
RUNS = list(range(7, 19))
FIRST_BRANCHES = {"Events": "event", "Runs": "run"}
# Columns of 8 bytes in the trees by which memory is measured: a bound on the number of events holds for one of them.
WIDTHS = {"Narrow": 10, "Wide": 100}
# What uproot and Python may take beside the memory that the function is told to keep to.
OVERHEAD = 16_000_000
COMPUTING_LIMIT_S = 60
# From so many events on the order of the output is looked at.
ENOUGH_EVENTS = 1000


def randomizes(
    function: Callable[..., Any], n_events: int, memory: int, codec: str = "ZLIB", basket: int = 1000
) -> None:
    """Fail unless ``function(input_path, output_path, memory, rng)`` writes all trees of a file in a random order.

    n_events: of the tree ``Events``, whose branches hold numbers and lists; beside it is a tree of twelve entries.
    memory: bytes. codec: a key of CODECS. basket: events in a basket.
    """
    where = f"for {n_events} event{'s' if n_events != 1 else ''} and {memory:g} bytes of memory"
    with scratch_folder() as folder:
        source = folder / "ordered.root"
        _write(source, n_events, codec, basket)
        content = source.read_bytes()

        def order(seed: int) -> np.ndarray:
            target = folder / f"mixed_{seed}.root"
            target.unlink(missing_ok=True)
            arguments = str(source), str(target), memory, np.random.default_rng(seed)
            call(function, *arguments, says=f"randomize should work {where}")
            that(source.read_bytes() == content, "randomize changed the input file")
            return _checked_order(source, target, n_events, where)

        first = order(1)
        if n_events < ENOUGH_EVENTS:
            _mixes_small_trees(folder / "mixed_1.root", where)
            return
        randomly_ordered(
            first,
            f"the order of the input is still visible in the output {where}: can an event of the first chunk get to "
            "the end, and is each bucket shuffled?",
        )
        equal(order(1), first, "the same state of rng should give the same order: take all chance from rng")
        that(not np.array_equal(order(2), first), "another rng gives the same order: draw from rng")
        _mixes_small_trees(folder / "mixed_2.root", where)


def _checked_order(source: Path, target: Path, n_events: int, where: str) -> np.ndarray:
    """The numbers of the output's events in their order; fail unless all else in the output is as in the input."""
    that(target.is_file(), f"randomize wrote no output {where}")
    with uproot.open(source) as before, uproot.open(target) as after:
        kinds = after.classnames(cycle=False)
        that(
            "Runs" in kinds or "Events" not in kinds,
            "the output lacks the tree 'Runs', the second one of the test file: write every tree of the input",
        )
        names(kinds, before.keys(cycle=False), f"the output {where}")
        for name, kind in kinds.items():
            that(kind == "TTree", f"{name} in the output is a {kind}, not a TTree: use create_tree and extend")
            _same_types(before[name].typenames(), after[name].typenames(), name, where)
        same_events(after["Runs"]["run"].array(library="np"), RUNS, "the branch run in the output")
        events = after["Events"].arrays()
    number: np.ndarray = ak.to_numpy(events["event"])
    that(
        len(number) == n_events,
        f"the output holds {len(number)} events instead of {n_events} {where}: does the last chunk, which is shorter, "
        "belong to it?",
    )
    same_events(number, np.arange(n_events), f"the branch event in the output {where}")
    for name, column in _columns(number, n_events).items():
        that(
            ak.array_equal(events[name], column, check_parameters=False),
            f"the branch {name} is in another order than the branch event {where}: all branches of an event must stay "
            "together",
        )
    return number


def _mixes_small_trees(target: Path, where: str) -> None:
    """Fail if a tree comes out in the order of the input, which is that of its numbers."""
    with uproot.open(target) as file:
        numbers = {tree: file[tree][branch].array(library="np") for tree, branch in FIRST_BRANCHES.items()}
    for tree, found in numbers.items():
        that(
            len(found) < len(RUNS) or bool(np.any(np.diff(found) < 0)),
            f"the tree {tree} of {len(found)} entries comes out in the order of the input {where}: shuffle small "
            "trees, too",
        )


def _same_types(wanted: Mapping[str, str], found: Mapping[str, str], tree: str, where: str) -> None:
    names(found, wanted, f"the tree {tree} in the output {where}")
    wrong = [f"{key} is {found[key]} instead of {wanted[key]}" for key in wanted if found[key] != wanted[key]]
    that(not wrong, f"a branch has another type in the output {where}: {', '.join(wrong)}")


def _columns(event: np.ndarray, n_events: int) -> dict[str, Any]:
    """The branches of these events, all known from their numbers; the label is 1 for the last three fifths."""
    counts = event % 4
    jets = np.repeat(event, counts) + 0.25 * np.concatenate([np.arange(0), *map(np.arange, counts)])
    numbers = {
        "event": event,
        "label": event >= 0.4 * n_events,
        "good": event % 3 == 0,
        "x": np.sqrt(event),
        "y": -event,
    }
    columns = {name: column.astype(TYPES[name]) for name, column in numbers.items()}
    return {**columns, "jet_pt": ak.unflatten(jets.astype("float32"), counts)}


def _write(path: Path, n_events: int, codec: str = "ZLIB", basket: int = 1000) -> None:
    with uproot.recreate(path, compression=CODECS[codec](1)) as file:
        tree = file.mktree("Events", TYPES)
        for start in range(0, n_events, basket):
            tree.extend(_columns(np.arange(start, min(start + basket, n_events)), n_events))
        file.mktree("Runs", {"run": "int32"}).extend({"run": RUNS})


def _write_widths(path: Path, n_events: Mapping[str, int], basket: int = 5000) -> None:
    """A file with a tree of each of WIDTHS, which has so many events."""
    with uproot.recreate(path, compression=None) as file:
        for name, width in WIDTHS.items():
            others = [f"x{i}" for i in range(width - 1)]
            tree = file.mktree(name, {"event": "int64", **dict.fromkeys(others, "float64")})
            for start in range(0, n_events[name], basket):
                rows = np.arange(start, min(start + basket, n_events[name]))
                tree.extend({"event": rows, **dict.fromkeys(others, 0.0 * rows)})


def keeps_to_memory(function: Callable[..., Any], memory: int, times: int) -> None:
    """Fail if ``function``, as for ``randomizes``, takes more than memory + OVERHEAD on a file so many times larger.

    The file has a tree of many narrow events and one of few wide ones, of the same size. memory: bytes; from OVERHEAD
    on it shows whether chunks or buckets take all of it, with their copies a multiple. Passes where the system has no
    way to measure it.
    """
    file_size = f"{times * memory / 1e6:.0f} MB"
    n_events = {tree: times * memory // len(WIDTHS) // (8 * width) for tree, width in WIDTHS.items()}
    with scratch_folder() as folder:
        source, small = folder / "ordered.root", folder / "small.root"
        _write_widths(source, n_events)
        _write_widths(small, dict.fromkeys(WIDTHS, 100))
        arguments, first = (
            (str(path), str(folder / f"mixed_{path.name}"), memory, np.random.default_rng(3))
            for path in (source, small)
        )
        try:
            growth = peak_memory.growth(function, arguments, first, COMPUTING_LIMIT_S)
        except TimeoutError:
            raise CheckFailed(
                f"randomize took more than {COMPUTING_LIMIT_S} s of computing for a file of {file_size}: count the "
                "baskets that it decompresses"
            ) from None
        except peak_memory.FunctionFailed as error:
            raise CheckFailed(f"randomize failed on a file {times} times larger than memory ({error})") from None
        that(
            growth is None or growth < memory + OVERHEAD,
            f"on a file of {file_size} with {memory / 1e6:g} MB of memory the process grew by "
            f"{(growth or 0) / 1e6:.0f} MB; {memory / 1e6:g} MB, and {OVERHEAD / 1e6:.0f} MB for uproot, are allowed: "
            f"read less at a time, and mind the copies, also where an event has {max(WIDTHS.values())} branches",
        )
        where = f"of a file {times} times larger than memory"
        with uproot.open(folder / "mixed_ordered.root") as file:
            orders = {name: file[name]["event"].array(library="np") for name in WIDTHS}
    for name, order in orders.items():
        same_events(order, np.arange(n_events[name]), f"the tree {name} in the output {where}")
        randomly_ordered(order, f"the order of the input is still visible in the tree {name} in the output {where}")


def leaves_nothing_behind(function: Callable[..., Any], n_events: int = 3000, memory: int = 100_000) -> None:
    """Fail unless ``function``, as for ``randomizes``, leaves nothing but a complete output, and says what is wrong.

    A missing input must raise FileNotFoundError, an output that exists FileExistsError; an input that is cut short or
    damaged, and an output that cannot be written, anything.
    """
    with scratch_folder() as folder, _own_places() as others:
        run = _Runs(function, {folder: "beside the output", **others}, folder, memory)
        source, taken = folder / "ordered.root", folder / "taken.root"
        _write(source, n_events)
        content = source.read_bytes()
        run.goes_well(source, n_events)
        run.refuses(FileNotFoundError, folder / "nowhere.root", "if the input does not exist")
        taken.write_text("precious")
        run.refuses(FileExistsError, source, "if the output exists", taken)
        that(taken.read_text() == "precious", "the file that stood at output_path was changed")
        cut, damaged = folder / "cut.root", folder / "damaged.root"
        cut.write_bytes(content[: 2 * len(content) // 3])
        run.refuses(Exception, cut, "if the input is cut short")
        with uproot.open(source) as file:
            place = int(file["Events"]["y"].member("fBasketSeek")[1]) + 100
        damaged.write_bytes(content[:place] + bytes(200) + content[place + 200 :])
        run.refuses(Exception, damaged, "if a basket of the input is damaged")
        run.refuses(Exception, source, "if the output cannot be written", taken / "out.root")


@contextmanager
def _own_places() -> Iterator[dict[Path, str]]:
    """Work in a folder of its own, and with another one for temporary files: both, in words."""
    usual = tempfile.tempdir
    with scratch_folder() as temporary, scratch_folder() as here, chdir(here):
        tempfile.tempdir = str(temporary)
        try:
            yield {temporary: "in the folder for temporary files", here: "in the working directory"}
        finally:
            tempfile.tempdir = usual


class _Runs:
    """Calls of the function after which nothing may have appeared in some places: {folder: in words}."""

    def __init__(self, function: Callable[..., Any], places: dict[Path, str], folder: Path, memory: int) -> None:
        self.function, self.places, self.folder, self.memory = function, places, folder, memory

    def goes_well(self, source: Path, n_events: int) -> None:
        target, where = self.folder / "mixed.root", "after a good run"
        before = self._found()
        arguments = source, target, self.memory, np.random.default_rng(2)
        call(self.function, *arguments, says="randomize_safely should take Path objects and write the output")
        order = _checked_order(source, target, n_events, where)
        randomly_ordered(order, f"the order of the input is still visible in the output {where}")
        _mixes_small_trees(target, where)
        target.unlink()
        self._nothing_new(before, where)

    def refuses(self, error: type[Exception], source: Path, where: str, target: Path | None = None) -> None:
        before = self._found()
        arguments = str(source), str(target or self.folder / "out.root"), self.memory, np.random.default_rng(2)
        says = f"randomize_safely should raise {'an exception' if error is Exception else error.__name__} {where}"
        raises(error, self.function, *arguments, says=says)
        self._nothing_new(before, where)

    def _found(self) -> dict[Path, set[Path]]:
        return {folder: set(folder.iterdir()) for folder in self.places}

    def _nothing_new(self, before: dict[Path, set[Path]], where: str) -> None:
        for folder, place in self.places.items():
            left = sorted(path.name for path in set(folder.iterdir()) - before[folder])
            that(not left, f"{', '.join(left[:3])} was left behind {place} {where}")
