"""Command line: ``python -m data.generation [--dataset NAME] [--events N] [--processes P] [--output DIR]``."""

import argparse
import importlib.util
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple, NoReturn

SHIPPED_ROOT = Path(__file__).resolve().parent.parent
NAMES = ("hww", "top_tagging")


class DataSet(NamedTuple):
    """What the command line has to know of a data set: its sizes, and how to make it.

    ``generate`` takes the data folder, the size and the number of processes, and returns the data set's folder.
    """

    shipped_size: int
    least_size: int
    generate: Callable[[Path, int, int], Path]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message}\n")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 is expected, not {text!r}")
    return int(text)


def parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="hepdl data",
        description="Make the data sets with Pythia 8. An interrupted run is taken up by running it again.",
    )
    parser.add_argument("--dataset", choices=NAMES, help="the data set to make (default: all of them)")
    sizes = " and ".join(f"{data_set.shipped_size} for {name}" for name, data_set in _data_sets().items())
    parser.add_argument(
        "--events",
        type=_positive,
        help="size; hww: selected signal events, and as many Drell-Yan events, a third at low mass; top_tagging: "
        f"training, validation and test jets together, in the ratio 3 : 1 : 1 (default: {sizes}, as shipped)",
    )
    parser.add_argument(
        "--processes", type=_positive, default=os.cpu_count(), help="worker processes (default: all cores)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="data folder to write hww/ and top_tagging/ into "
        "(default: data/ for the shipped sizes, else a folder in data/generated/)",
    )
    return parser


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


def _data_sets() -> dict[str, DataSet]:
    from .hww import dataset as hww
    from .top_tagging import dataset as top_tagging

    return {
        "hww": DataSet(
            hww.SHIPPED_EVENTS, 1, lambda root, size, processes: hww.generate(root, hww.samples(size), processes)
        ),
        "top_tagging": DataSet(top_tagging.SHIPPED_JETS, top_tagging.LEAST_JETS, top_tagging.generate),
    }


def _root_of_own_size(events: int, names: Sequence[str]) -> Path:
    return SHIPPED_ROOT / "generated" / f"{'-'.join(names)}-{events}events"


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, make the data sets, and say how to use them."""
    if importlib.util.find_spec("pythia8mc") is None:
        _fail("Pythia 8 (the package pythia8mc) is not installed here: `make data` installs it and starts again.", 1)
    data_sets = _data_sets()
    options = parser().parse_args(arguments)
    names = [options.dataset] if options.dataset else NAMES
    sizes = {name: options.events or data_sets[name].shipped_size for name in names}
    for name, size in sizes.items():
        if size < data_sets[name].least_size:
            _fail(f"--events: {name} needs at least {data_sets[name].least_size}, not {size}", 2)
    is_shipped = all(size == data_sets[name].shipped_size for name, size in sizes.items())
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
