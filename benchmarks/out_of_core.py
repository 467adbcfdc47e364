"""Exercise 6 against the limit: shuffling and feeding a file larger than memory, as the solution does it.

    python -m benchmarks.out_of_core                    everything, on two million events
    python -m benchmarks.out_of_core randomize feeding  parts of it; the third is rates

Each figure is the median of several runs, taken in turns, each in a process of its own that has first done the same on
a small file. Memory is the growth of the process's own memory (RssAnon) from there to its peak, sampled from outside.

- **randomize**, the solution's, against the *floor* (read every basket once, write every basket once, with the same
  compression) and the *published* two-pass, event-by-event shuffle (``benchmarks.published_randomizer``, on a twentieth
  of the events); for three codecs, and with a thread that loads the next bucket while one is compressed.
- **feeding**: the solution's ``batches`` against ``uproot.iterate`` alone, and training the network of Exercise 5 from
  the file against training from arrays in memory; with other codecs, a thread that reads ahead, and shuffled HDF5.
- **rates**: how often the order test of ``randomize`` accepts correct shuffles, and shuffles within chunks.
"""

import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import uproot

from benchmarks import published_randomizer
from grading.authoring.reference import definitions
from grading.authoring.text_table import text_table
from helpers import big_file, bucket_files, checks

LESSON = "ex6_out_of_core"
PARTS = ("rates", "randomize", "feeding")
CODECS = {"zlib": uproot.ZLIB(1), "zstd": uproot.ZSTD(1), "lz4": uproot.LZ4(1)}
SMALL_EVENTS = 20_000
PUBLISHED_SHARE = 20
PUBLISHED_FILES = 10
MEMORY_SHARE = 20  # the file is so many times larger than the memory that randomize gets
CHUNK, BATCH = 100_000, 512
RATE_EVENTS, RATE_SHUFFLES = 5000, 10_000


def copy_floor(source: Path, target: Path) -> int:
    """Read every basket once and write every basket once; the pieces are as large as a bucket of ``randomize``."""
    lesson = definitions(LESSON, "randomize")
    with uproot.open(source, handler=uproot.MemmapSource, array_cache=None) as file:
        tree = file["Events"]
        length = lesson["chunk_length"](tree, memory_for(tree) / 4)
        with uproot.recreate(target, compression=file.file.compression) as output:
            copy = bucket_files.create_tree(output, "Events", tree)
            for events in tree.iterate(step_size=length, library="np"):
                copy.extend(events)
        return tree.num_entries


def memory_for(tree) -> float:
    """The memory bound (bytes) that a tree is ``MEMORY_SHARE`` times larger than."""
    return tree.num_entries * definitions(LESSON, "randomize")["event_size"](tree) / MEMORY_SHARE


def run_solution(source: Path, target: Path, ahead: bool = False) -> int:
    """The solution's ``randomize``; ``ahead``: with the next bucket loaded and shuffled while one is compressed."""
    lesson = definitions(LESSON, "randomize")
    if ahead:
        lesson["gather"].__globals__["gather"] = gather_ahead
    with uproot.open(source) as file:
        memory, n_events = memory_for(file["Events"]), file["Events"].num_entries
    lesson["randomize"](source, target, memory, np.random.default_rng(1))
    return n_events


def gather_ahead(buckets: list, target, rng: np.random.Generator) -> None:
    """The solution's ``gather`` with one bucket ahead in a thread."""

    def shuffled() -> Iterator:
        for bucket in buckets:
            if bucket.n_events:
                yield bucket.load().take(rng.permutation(bucket.n_events))

    for events in read_ahead(shuffled(), 1):
        bucket_files.extend(target, events)


def run_published(source: Path, target: Path) -> int:
    """The published shuffle of the first events of the file, as many as its share."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        published_randomizer.randomize(share_of(source), Path(folder), PUBLISHED_FILES, np.random.default_rng(1))
    with uproot.open(share_of(source)) as file:
        return file["Events"].num_entries


def share_of(source: Path) -> Path:
    return source.with_name(f"share_{source.name}")


def read_ahead(items: Iterable, n: int) -> Iterator:
    """The items of a generator that runs in a thread, up to n of them ready before they are asked for.

    An error in the generator is raised where the items are taken.
    """
    ready: queue.Queue = queue.Queue(n)
    end = object()

    def work() -> None:
        try:
            for item in items:
                ready.put((item, None))
        except Exception as error:
            ready.put((end, error))
        ready.put((end, None))

    threading.Thread(target=work, daemon=True).start()
    while True:
        item, error = ready.get()
        if error is not None:
            raise error
        if item is end:
            return
        yield item


def reader(path: Path) -> tuple[Callable, int]:
    """The function ``read(start, stop)`` of a ROOT or HDF5 file, with scaled inputs, and the number of events."""
    lesson = definitions(LESSON, "generators")
    if path.suffix == ".h5":
        import h5py

        file = h5py.File(path)

        def raw(start: int, stop: int) -> tuple:
            rows = file["events"][start:stop]
            return rows[:, :6], rows[:, 6], rows[:, 7]

        n_events = len(file["events"])
    else:
        tree = uproot.open(path, handler=uproot.MemmapSource, array_cache=None)["Events"]
        n_events = tree.num_entries

        def raw(start: int, stop: int) -> tuple:
            return lesson["read_events"](tree, start, stop)

    inputs, _, _ = raw(0, min(n_events, CHUNK))
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)

    def read(start: int, stop: int) -> tuple:
        inputs, labels, weights = raw(start, stop)
        return (inputs - mean) / deviation, labels, weights

    return read, n_events


def write_hdf5(source: Path, target: Path) -> int:
    """Convert the eight columns of a shuffled ROOT file to HDF5, not compressed, once and for all."""
    import h5py

    lesson = definitions(LESSON, "generators")
    tree = uproot.open(source, handler=uproot.MemmapSource, array_cache=None)["Events"]
    with h5py.File(target, "w") as file:
        events = file.create_dataset("events", (tree.num_entries, 8), "f4")
        for start in range(0, tree.num_entries, CHUNK):
            stop = min(start + CHUNK, tree.num_entries)
            inputs, labels, weights = lesson["read_events"](tree, start, stop)
            events[start:stop] = np.column_stack([inputs, labels, weights])
    return tree.num_entries


def iterate_alone(source: Path, target: Path) -> int:
    """``uproot.iterate`` over the eight branches, and nothing else."""
    names = [*definitions(LESSON, "generators")["INPUTS"], "label", "weight"]
    return sum(len(chunk["mth"]) for chunk in uproot.iterate(f"{source}:Events", names, step_size=CHUNK, library="np"))


def batches_alone(source: Path, target: Path) -> int:
    """An epoch of the solution's ``batches``, without training."""
    read, n_events = reader(source)
    lesson = definitions(LESSON, "generators")
    running = lesson["batches"](read, n_events, CHUNK, BATCH, np.random.default_rng(1))
    for _ in range(lesson["steps_per_epoch"](n_events, BATCH, True)):
        next(running)
    return n_events


def train(source: Path, target: Path, feed: str) -> int:
    """Train the network of Exercise 5, fed by "memory", "generator", "dataset" (a PyDataset) or "ahead" (a thread)."""
    import keras

    lesson = definitions(LESSON, "generators") | {"keras": keras}
    lesson["new_network"].__globals__["keras"] = keras
    keras.utils.set_random_seed(3)
    network = lesson["new_network"]()
    read, n_events = reader(source)
    steps = lesson["steps_per_epoch"](n_events, BATCH, True)
    if feed == "memory":
        inputs, labels, weights = read(0, n_events)

        def fit(epochs: int) -> None:
            network.fit(inputs, labels, sample_weight=weights, batch_size=BATCH, epochs=epochs, verbose=0)

    else:
        running = lesson["batches"](read, n_events, CHUNK, BATCH, np.random.default_rng(1))
        running = read_ahead(running, 200) if feed == "ahead" else running
        if feed == "dataset":
            running = in_dataset(keras, running, steps)

        def fit(epochs: int) -> None:
            network.fit(running, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0)

    fit(1)  # the first epoch also compiles
    Clock.start()
    fit(2)
    return 2 * n_events


def in_dataset(keras, running: Iterator, steps: int):
    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return steps

        def __getitem__(self, step: int) -> tuple:
            return next(running)

    return Batches()


def train_in_memory(source: Path, target: Path) -> int:
    return train(source, target, "memory")


def train_from_generator(source: Path, target: Path) -> int:
    return train(source, target, "generator")


def train_from_dataset(source: Path, target: Path) -> int:
    return train(source, target, "dataset")


def train_read_ahead(source: Path, target: Path) -> int:
    return train(source, target, "ahead")


def run_solution_ahead(source: Path, target: Path) -> int:
    return run_solution(source, target, ahead=True)


class Clock:
    """Wall and CPU time since ``start``, in seconds, of the whole process."""

    began = (0.0, 0.0)

    @classmethod
    def start(cls) -> None:
        cls.began = time.perf_counter(), time.process_time()

    @classmethod
    def read(cls) -> tuple[float, float]:
        return time.perf_counter() - cls.began[0], time.process_time() - cls.began[1]


def in_this_process(name: str, source: Path) -> None:
    """Run a function on a small file, say "ready", run it on the file, and print what it took. For ``measured``."""
    function = globals()[name]
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        function(source.with_name(f"small_{source.name}"), Path(folder) / "small")
        print("ready", flush=True)
        Clock.start()
        n_events = function(source, Path(folder) / "output")
        wall, cpu = Clock.read()
        print(json.dumps([n_events, wall, cpu]), flush=True)


def measured(name: str, source: Path) -> dict[str, float]:
    """Thousand events per second of wall and of CPU time, and growth of memory to its peak (MB), in a new process."""
    command = [sys.executable, "-m", "benchmarks.out_of_core", "--measure", name, str(source)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as child:
        if child.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{name} failed: run {' '.join(command)}")
        lines: queue.Queue = queue.Queue()
        threading.Thread(target=lambda: lines.put(child.stdout.readline()), daemon=True).start()
        first = peak = own_memory(child.pid)
        while lines.empty():
            peak = max(peak, own_memory(child.pid))
            time.sleep(0.002)
        n_events, wall, cpu = json.loads(lines.get())
    return {"wall": n_events / wall / 1000, "cpu": n_events / cpu / 1000, "memory": (peak - first) / 1e6}


def own_memory(process: int) -> float:
    """Bytes of memory of a process that are its own and not those of a file; NaN where there is no /proc."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith("RssAnon")), float("nan"))


def medians(cases: dict[str, tuple[str, Path]], runs: int) -> dict[str, dict[str, float]]:
    """The median of each figure of each case {title: (function, file)}, measured in turns."""
    found: dict[str, list] = {title: [] for title in cases}
    for run in range(runs):
        for title, (name, source) in cases.items():
            print(f"run {run + 1} of {runs}: {title} ...", file=sys.stderr, flush=True)
            found[title].append(measured(name, source))
    return {
        title: {key: statistics.median(result[key] for result in results) for key in results[0]}
        for title, results in found.items()
    }


def table(heading: str, results: dict[str, dict[str, float]], references: dict[str, str]) -> None:
    """Print the figures; ``references`` {column heading: title of the case that the others are divided by}."""
    columns = ("kev/s", "kev/CPU-s", "MB", *references)
    rows = []
    for title, result in results.items():
        ratios = (result["wall"] / results[reference]["wall"] for reference in references.values())
        cpu_ratios = (result["cpu"] / results[reference]["cpu"] for reference in references.values())
        figures = [f"{result[name]:.0f}" for name in ("wall", "cpu", "memory")]
        figures += [f"{wall:.2f} ({cpu:5.2f})" for wall, cpu in zip(ratios, cpu_ratios, strict=True)]
        rows.append((title, *figures))
    print(f"\n{heading}\n{text_table(('', *columns), rows, numbers=columns)}", flush=True)


def make_files(folder: Path, n_events: int, codecs: Iterable[str]) -> dict[str, Path]:
    """Large, small and (for the published shuffle) share files of each codec."""
    files = {}
    for codec in codecs:
        files[codec] = folder / f"{codec}.root"
        small = folder / f"small_{codec}.root"
        for path, size in (
            (files[codec], n_events),
            (small, SMALL_EVENTS),
            (share_of(files[codec]), n_events // PUBLISHED_SHARE),
            (share_of(small), SMALL_EVENTS // PUBLISHED_SHARE),
        ):
            if not path.exists():
                big_file.write(path, size, CODECS[codec])
    return files


def compare_randomize(folder: Path, n_events: int, runs: int, codecs: Iterable[str]) -> None:
    """Print the table of ``randomize``, the floor and the published shuffle."""
    files = make_files(folder, n_events, codecs)
    for codec, source in files.items():
        cases = {f"floor, {codec}": ("copy_floor", source), f"randomize, {codec}": ("run_solution", source)}
        cases[f"randomize, {codec}, a bucket ahead"] = ("run_solution_ahead", source)
        references = {"of the floor": f"floor, {codec}"}
        if codec == "zlib":
            cases[f"published, {codec}, 1/{PUBLISHED_SHARE} of the events"] = ("run_published", source)
            references["of the published"] = list(cases)[-1]
        with uproot.open(source) as file:
            memory = memory_for(file["Events"]) / 1e6
        heading = f"randomize: {n_events:,} events, {MEMORY_SHARE * memory:.0f} MB in memory, bound {memory:.1f} MB"
        table(f"{heading}; ratio of rates by wall (CPU) time", medians(cases, runs), references)


def compare_feeding(folder: Path, n_events: int, runs: int) -> None:
    """Print the table of reading, batches and training."""
    files = make_files(folder, n_events, CODECS)
    for prefix in ("", "small_"):
        if not (folder / f"{prefix}zlib.h5").exists():
            write_hdf5(folder / f"{prefix}zlib.root", folder / f"{prefix}zlib.h5")
    hdf5 = folder / "zlib.h5"
    alone = {f"uproot.iterate, {codec}": ("iterate_alone", source) for codec, source in files.items()}
    alone |= {f"batches, {codec}": ("batches_alone", source) for codec, source in files.items()}
    alone["batches, HDF5"] = ("batches_alone", hdf5)
    heading = f"feeding: {n_events:,} events, 8 of 40 branches, chunks of {CHUNK:,}, batches of {BATCH}"
    table(f"{heading}; ratio of rates by wall (CPU) time", medians(alone, runs), {"of iterate": "uproot.iterate, zlib"})
    training = {
        "in memory": ("train_in_memory", files["zlib"]),
        "generator, zlib": ("train_from_generator", files["zlib"]),
        "generator, lz4": ("train_from_generator", files["lz4"]),
        "generator read ahead in a thread, zlib": ("train_read_ahead", files["zlib"]),
        "PyDataset, zlib": ("train_from_dataset", files["zlib"]),
        "generator, HDF5": ("train_from_generator", hdf5),
    }
    table("training the network of Exercise 5", medians(training, runs), {"of in memory": "in memory"})


def accepts(order: np.ndarray) -> bool:
    """Whether the check of ``randomize`` accepts an order."""
    try:
        checks.randomly_ordered(order, "")
    except checks.CheckFailed:
        return False
    return True


def rates() -> None:
    """Print how often the order test of the lesson accepts correct shuffles and others."""
    lesson = definitions(LESSON, "randomize")
    rng, number = np.random.default_rng(1), np.arange(RATE_EVENTS)
    kinds = {
        "correct shuffle": lambda: rng.permutation(number),
        "bucket shuffle, 10 buckets": lambda: lesson["bucket_shuffle"](number, 10, rng),
        "within 10 chunks": lambda: lesson["shuffle_within_chunks"](number, RATE_EVENTS // 10, rng),
        "within 2 chunks": lambda: lesson["shuffle_within_chunks"](number, RATE_EVENTS // 2, rng),
    }
    columns, rows = ("accepted by the check", "p > 0.001 (notebook)"), []
    for kind, shuffle in kinds.items():
        accepted = above = 0
        for _ in range(RATE_SHUFFLES):
            order = shuffle()
            above += lesson["p_value"](order) > 0.001
            accepted += accepts(order)
        rows.append((kind, f"{accepted / RATE_SHUFFLES:.4%}", f"{above / RATE_SHUFFLES:.4%}"))
    print(f"\norder test of randomize: {RATE_SHUFFLES:,} shuffles of {RATE_EVENTS:,} events")
    print(text_table(("", *columns), rows, numbers=columns), flush=True)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.out_of_core", description="Measure Exercise 6: shuffling and feeding a large file."
    )
    made.add_argument("parts", nargs="*", default=PARTS, help=f"what to measure: {', '.join(PARTS)} (default: all)")
    made.add_argument("--events", type=int, default=2_000_000, help="events of the large file (default: 2 million)")
    made.add_argument("--runs", type=int, default=3, help="runs of each case (default: 3)")
    made.add_argument("--codecs", nargs="+", choices=CODECS, default=list(CODECS), help="for randomize (default: all)")
    made.add_argument("--folder", type=Path, help="where to make (or find) the files (default: a temporary folder)")
    made.add_argument("--measure", nargs=2, metavar=("FUNCTION", "FILE"), help=argparse.SUPPRESS)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the tables, and return the exit status."""
    options = parser().parse_args(arguments)
    if options.measure:
        in_this_process(options.measure[0], Path(options.measure[1]))
        return 0
    if unknown := set(options.parts) - set(PARTS):
        parser().error(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if "rates" in options.parts:
            rates()
        if "randomize" in options.parts:
            compare_randomize(folder, options.events, options.runs, options.codecs)
        if "feeding" in options.parts:
            compare_feeding(folder, options.events, options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
