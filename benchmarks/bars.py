"""Train the top taggers with twenty seeds and show how safely they pass the graded bars."""

import argparse
import os
import sys

from benchmarks import top_tagging


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hepdl bars", description=__doc__)
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="(default: all cores)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    top_tagging.bars(parser().parse_args(arguments).processes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
