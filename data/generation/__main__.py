"""Command line: ``python -m data.generation [--events N] [--processes P] [--output DIR]``."""

import argparse
import importlib.util
import os
import signal
import sys
import tempfile
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NoReturn

SHIPPED_ROOT = Path(__file__).resolve().parent.parent


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message}\n")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 is expected, not {text!r}")
    return int(text)


def _parser(shipped_events: int) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m data.generation",
        description="Make the H→WW ntuples with Pythia 8. An interrupted run is taken up by running it again.",
    )
    parser.add_argument(
        "--events",
        type=_positive,
        default=shipped_events,
        help="selected signal events to make; as many Drell-Yan events, a third at low mass (default: %(default)s)",
    )
    parser.add_argument(
        "--processes", type=_positive, default=os.cpu_count(), help="worker processes (default: all cores)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="data folder to write hww/ into (default: data/ for the default size, else data/generated/hww-Nevents/)",
    )
    return parser


def _fail(message: str, status: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(status)


def _ensure_writable(root: Path) -> None:
    folder = root / "hww"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        _fail(f"Cannot write into {folder}: {error.strerror}.", 2)


def main(arguments: list[str] | None = None) -> None:
    """Parse the arguments, make the data set, and say how to use it."""
    if importlib.util.find_spec("pythia8mc") is None:
        _fail("Pythia 8 (the package pythia8mc) is not installed here: `make data` installs it and starts again.", 1)
    from .hww.dataset import SHIPPED_EVENTS, generate, samples

    options = _parser(SHIPPED_EVENTS).parse_args(arguments)
    is_shipped_size = options.events == SHIPPED_EVENTS
    default_root = SHIPPED_ROOT if is_shipped_size else SHIPPED_ROOT / "generated" / f"hww-{options.events}events"
    root = options.output or default_root
    _ensure_writable(root)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        folder = generate(root, samples(options.events), options.processes)
    except KeyboardInterrupt:
        _fail("\nInterrupted: run the same command again to go on from here.", 130)
    except BrokenProcessPool:
        _fail("\nA worker process died, perhaps for lack of memory: run the same command again to go on from here.", 1)
    print(f"Wrote {folder}")
    if folder.resolve() != SHIPPED_ROOT / "hww":
        print(f"To use these data: HEPDL_DATA={root} make lab")


if __name__ == "__main__":
    main()
