"""Train the top taggers with five seeds and write the table of how hard the jets are."""

import argparse
import sys

from benchmarks import top_tagging


def parser() -> argparse.ArgumentParser:
    return top_tagging.parser("hepdl difficulty", __doc__)


def main(arguments: list[str] | None = None) -> int:
    top_tagging.difficulty(parser().parse_args(arguments).processes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
