"""Measure each claim of speed against its reference; each benchmark in a process of its own."""

import argparse
import subprocess
import sys

from helpers.repository import ROOT

BENCHMARKS = ("jet_images", "out_of_core", "class_grading")


def parser() -> argparse.ArgumentParser:
    names = ", ".join(BENCHMARKS)
    return argparse.ArgumentParser(
        prog="hepdl bench",
        description=__doc__,
        epilog=f"One alone, with options: python -m benchmarks.NAME, of {names}",
    )


def main(arguments: list[str] | None = None) -> int:
    parser().parse_args(arguments)
    for name in BENCHMARKS:
        if status := subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT).returncode:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
