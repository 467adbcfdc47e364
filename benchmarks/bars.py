"""Train the reference networks of a lesson with twenty seeds and show how safely they pass the graded bars."""

import argparse
import sys

from benchmarks import dihiggs, nn_metrics, ntuple_experiment, top_tagging

BARS = {
    "top_tagging": top_tagging.bars,
    "nn_metrics": nn_metrics.bars,
    "ntuple_experiment": ntuple_experiment.bars,
    "dihiggs": dihiggs.bars,
}


def parser() -> argparse.ArgumentParser:
    made = top_tagging.parser("hepdl bars", __doc__)
    made.add_argument("lesson", nargs="?", choices=BARS, default="top_tagging", help="(default: %(default)s)")
    return made


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    BARS[options.lesson](options.processes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
