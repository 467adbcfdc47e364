"""Command line: ``python -m data.generation [--dataset NAME] [--events N] [--processes P] [--output DIR]``."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NoReturn

from helpers.repository import ROOT

from . import dataset
from .dataset import DataSet

SHIPPED_ROOT = ROOT / "data"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message}\n")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 is expected, not {text!r}")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    data_sets = _data_sets()
    made = _Parser(
        prog="hepdl data",
        description="Make the course's data sets. An interrupted run is taken up by running it again.",
    )
    made.add_argument("--dataset", choices=data_sets, help="the data set to make (default: all of them)")
    meanings = "; ".join(f"{name}: {data_set.size_meaning}" for name, data_set in data_sets.items())
    sizes = ", ".join(f"{data_set.default_size} for {name}" for name, data_set in data_sets.items())
    made.add_argument("--events", type=_positive, help=f"size; {meanings} (default, as shipped: {sizes})")
    made.add_argument(
        "--processes", type=_positive, default=os.cpu_count(), help="worker processes (default: all cores)"
    )
    made.add_argument(
        "--output",
        type=Path,
        help="data folder in which each set gets a folder of its name "
        "(default: data/ for the shipped sizes, else a folder in data/generated/)",
    )
    return made


def _fail(message: str, status: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(status)


def _ensure_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        _fail(f"Cannot write into {folder}: {error.strerror}.", 2)


def _root_of_own_size(events: int, names: Sequence[str]) -> Path:
    return SHIPPED_ROOT / "generated" / f"{'-'.join(names)}-{events}events"


def _data_sets() -> dict[str, DataSet]:
    return {name: dataset.load(name) for name in dataset.names()}


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, make the data sets, say how to use them, and return the exit status."""
    data_sets = _data_sets()
    options = parser().parse_args(arguments)
    names = [options.dataset] if options.dataset else list(data_sets)
    for name in names:
        if missing := data_sets[name].missing_packages():
            _fail(
                f"{name} is made with {', '.join(missing)}, which is not installed here: "
                "`make data` installs it and starts again.",
                1,
            )
    sizes = {name: options.events or data_sets[name].default_size for name in names}
    for name, size in sizes.items():
        if size < data_sets[name].least_size:
            _fail(f"--events: {name} needs at least {data_sets[name].least_size}, not {size}", 2)
    is_shipped = all(size == data_sets[name].default_size for name, size in sizes.items())
    root = options.output or (SHIPPED_ROOT if is_shipped else _root_of_own_size(options.events, names))
    for name in names:
        _ensure_writable(root / name)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for name, size in sizes.items():
            print(f"Wrote {data_sets[name].generate(root, size, options.processes)}")
    except KeyboardInterrupt:
        _fail("\nInterrupted: run the same command again to go on from here.", 130)
    except BrokenProcessPool:
        _fail("\nA worker process died, perhaps for lack of memory: run the same command again to go on from here.", 1)
    if root.resolve() != SHIPPED_ROOT:
        print(f"To use these data: HEPDL_DATA={root} make lab")
    return 0


if __name__ == "__main__":
    sys.exit(main())
