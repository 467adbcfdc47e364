"""Jet images of all jets at once against a plain Python loop over jets and constituents, and the memory of a big file.

Both make the images of the same jets in one run, in turns, on one core. The loop is written from the description of
the steps, shares no code with them, and works on Python's own numbers, which it handles faster than NumPy's.
Run it with ``python -m benchmarks.jet_images``.
"""

import argparse
import math
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from benchmarks.command import parser
from grading.authoring.text_table import text_table
from helpers import datasets, jets

SOURCE = "top_tagging/train.h5"
COMPARED_JETS = 4000
TURNS = 7
REPETITIONS = 8  # of the shorter of the two in each turn, so that it is long enough to measure
TOLERANCE = 1e-6  # of a pixel, which is at most 1: float32 is good to 6e-8, and a pixel sums some dozen constituents


def plain_image(jet: list[list[float]]) -> np.ndarray:
    """The image (40, 40) of one jet, a list of constituents [E, PX, PY, PZ], one constituent after the other."""
    constituents = []
    for _, px, py, pz in jet:
        pt = math.hypot(px, py)
        if pt > 0:
            constituents.append((pt, math.asinh(pz / pt), math.atan2(py, px)))
    image = np.zeros((40, 40))
    if not constituents:
        return image

    # centre
    jet_px = jet_py = 0.0
    for _, px, py, _ in jet:
        jet_px += px
        jet_py += py
    jet_phi = math.atan2(jet_py, jet_px)
    total = sum_eta = sum_phi = 0.0
    unwrapped = []
    for pt, eta, phi in constituents:
        difference = (phi - jet_phi + math.pi) % (2 * math.pi) - math.pi
        unwrapped.append((pt, eta, difference))
        total += pt
        sum_eta += pt * eta
        sum_phi += pt * difference
    centred = [(pt, eta - sum_eta / total, phi - sum_phi / total) for pt, eta, phi in unwrapped]

    # rotate: the principal axis is the eigenvector of the larger eigenvalue of the covariance
    xx = xy = yy = 0.0
    for pt, x, y in centred:
        xx += pt * x * x
        xy += pt * x * y
        yy += pt * y * y
    length = math.hypot((xx - yy) / 2, xy)
    axis_x, axis_y = xy, length - (xx - yy) / 2
    if xx > yy:
        axis_x, axis_y = length + (xx - yy) / 2, xy
    norm = math.hypot(axis_x, axis_y)
    if norm > 0:
        axis_x, axis_y = axis_x / norm, axis_y / norm
    else:
        axis_x, axis_y = 0.0, 1.0
    rotated = [(pt, axis_y * x - axis_x * y, axis_x * x + axis_y * y) for pt, x, y in centred]

    # flip
    right = left = up = down = 0.0
    for pt, x, y in rotated:
        if x > 0:
            right += pt
        elif x < 0:
            left += pt
        if y > 0:
            up += pt
        elif y < 0:
            down += pt
    flip_x = -1 if left > right else 1
    flip_y = -1 if down > up else 1
    flipped = [(pt, flip_x * x, flip_y * y) for pt, x, y in rotated]

    # pixelate
    for pt, x, y in flipped:
        column = math.floor((x + 0.8) / 0.04)
        row = math.floor((y + 0.8) / 0.04)
        if 0 <= column < 40 and 0 <= row < 40:
            image[row, column] += pt

    # normalise
    contents = image.sum()
    return image / contents if contents > 0 else image


def seconds(function: Callable[[], object], calls: int = 1) -> tuple[float, float]:
    """Wall and CPU time of a call, the mean of several."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        function()
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


def compare(n_jets: int) -> None:
    """Print the time a jet takes the loop and ``jets.images``, and their ratio; stop if the images differ."""
    constituents, _ = datasets.load_jets(SOURCE, stop=n_jets)

    def loop() -> list[np.ndarray]:
        return [plain_image(jet) for jet in (jet.tolist() for jet in constituents)]

    difference = np.abs(np.stack(loop()) - jets.images(constituents)[..., 0]).max()
    if difference > TOLERANCE:
        sys.exit(f"The images differ by {difference:.2g}, more than {TOLERANCE:g}.")

    turns = [(seconds(loop), seconds(lambda: jets.images(constituents), REPETITIONS)) for _ in range(TURNS)]
    plain, vectorised = (
        [1e6 / n_jets * statistics.median(turn[i][clock] for turn in turns) for clock in (0, 1)] for i in (0, 1)
    )
    ratios = [statistics.median(turn[0][clock] / turn[1][clock] for turn in turns) for clock in (0, 1)]
    print(f"Images of {n_jets} jets of {SOURCE}, medians of {TURNS} turns")
    columns = ("wall, µs/jet", "CPU, µs/jet")
    measured = (("plain Python loop", plain), ("helpers.jets.images", vectorised), ("ratio", ratios))
    rows = [(name, *(f"{value:.1f}" for value in values)) for name, values in measured]
    print(text_table(("", *columns), rows, numbers=columns))
    print(f"largest difference of a pixel: {difference:.1g} (allowed: {TOLERANCE:g})\n")


def write_repeated(path: Path, n_jets: int) -> None:
    """A file of n_jets jets, which are those of the shipped file over and over."""
    constituents, labels = datasets.load_jets(SOURCE)
    with h5py.File(path, "w") as file:
        shape = (n_jets, *constituents.shape[1:])
        momenta = file.create_dataset("constituents", shape, "f4", chunks=(min(512, n_jets), 20, 4), compression="lzf")
        signal = file.create_dataset("is_signal_new", (n_jets,), "i1")
        for start in range(0, n_jets, len(labels)):
            rows = slice(start, min(start + len(labels), n_jets))
            momenta[rows] = constituents[: rows.stop - start]
            signal[rows] = labels[: rows.stop - start]


def peak_memory() -> float:
    """Largest memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the parent's memory, too
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure_file(source: Path) -> None:
    """Print the seconds and the peak memory of ``jets.write_images``; run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        wall, _ = seconds(lambda: jets.write_images(source, Path(folder) / "images.h5"))
        size = (Path(folder) / "images.h5").stat().st_size
    print(f"{datasets.count_jets(source):12,d}{wall:12.1f}{size / 2**20:12.0f}{peak_memory():12.0f}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Compare and measure, and return the exit status."""
    known = parser("jet_images", __doc__)
    known.add_argument("--jets", type=int, default=200_000, help="jets of the big file (default: 200000)")
    known.add_argument("--measure-file", type=Path, help=argparse.SUPPRESS)
    options = known.parse_args(arguments)
    if options.measure_file:
        measure_file(options.measure_file)
        return 0

    compare(COMPARED_JETS)
    print("Images of a file written to a file with helpers.jets.write_images")
    print(f"{'jets':>12s}{'seconds':>12s}{'size, MiB':>12s}{'peak, MiB':>12s}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for n_jets in (options.jets // 10, options.jets):
            write_repeated(Path(folder) / "jets.h5", n_jets)
            command = [sys.executable, "-m", "benchmarks.jet_images", "--measure-file", f"{folder}/jets.h5"]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
