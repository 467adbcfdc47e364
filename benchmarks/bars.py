"""Train the top taggers with twenty seeds and show how safely they pass the graded bars."""

import argparse
import sys

from benchmarks import top_tagging


def parser() -> argparse.ArgumentParser:
    return top_tagging.parser("hepdl bars", __doc__)


def main(arguments: list[str] | None = None) -> int:
    top_tagging.bars(parser().parse_args(arguments).processes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
