"""Seeded, parallel, resumable simulation of any data set, in chunks.

A chunk simulates a fixed number of events ("tries") from a seed of its own, and keeps those that a selection accepts.
A sample is made of chunks 0, 1, … K-1, where K is the smallest number whose kept events reach the aim. Nothing is cut
off at the end, so the number of generated events is exactly K times the tries of a chunk, and neither the number of
processes nor an interruption changes the result.
"""

import math
import multiprocessing
import os
import signal
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
from tqdm import tqdm

from helpers.files import replacing

MASTER_SEED = 20260101


@dataclass(frozen=True)
class Sample:
    """What to produce: at least ``aim`` kept events, from chunks of ``tries_per_chunk`` generated events.

    ``master_seed`` is an integer from 0, of any size.
    """

    name: str
    tries_per_chunk: int
    aim: int
    master_seed: int = MASTER_SEED


class Shared(Protocol):
    """A process, and how large a part of the events of its data set it makes: shares need not add up to 1."""

    @property
    def name(self) -> str:
        """Of the sample."""

    @property
    def tries_per_chunk(self) -> int:
        """Events that a chunk generates."""

    @property
    def share(self) -> float:
        """Of the events."""


def samples_by_share(n_events: int, processes: Collection[Shared]) -> list[Sample]:
    """What to produce for at least ``n_events`` events of all processes together."""
    total = sum(process.share for process in processes)
    return [
        Sample(process.name, process.tries_per_chunk, math.ceil(n_events * process.share / total))
        for process in processes
    ]


@dataclass(frozen=True)
class Task:
    """One chunk to simulate; its first try is number ``index * tries`` of the sample."""

    sample_name: str
    index: int
    tries: int
    master_seed: int = MASTER_SEED

    def seed(self) -> np.random.SeedSequence:
        """The chunk's seed, from the master seed, the sample's name and the chunk's index."""
        sample_id = int.from_bytes(sha256(self.sample_name.encode()).digest()[:4], "little")
        return np.random.SeedSequence([self.master_seed, sample_id, self.index])


@dataclass(frozen=True)
class Chunk:
    """The kept events of one task: columns of n_kept rows, and the generator's own cross-section in pb.

    The cross-section is NaN in data sets that have no use for it.
    """

    columns: Mapping[str, np.ndarray]
    generator_cross_section: float = math.nan

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def save(self, path: Path) -> None:
        """Write the chunk so that ``path`` holds all of it or does not exist."""
        with replacing(path) as part, part.open("wb") as file:
            np.savez(file, **self.columns, generator_cross_section=self.generator_cross_section)

    @classmethod
    def load(cls, path: Path) -> "Chunk":
        """Read a chunk that :meth:`save` wrote."""
        with np.load(path) as archive:
            columns = dict(archive)
        return cls(columns, float(columns.pop("generator_cross_section")))


@dataclass(frozen=True)
class Production:
    """A finished sample: its chunk files in seed order."""

    sample: Sample
    chunk_files: Sequence[Path]

    @property
    def n_generated(self) -> int:
        """Number of generated events."""
        return len(self.chunk_files) * self.sample.tries_per_chunk

    @property
    def n_events(self) -> int:
        """Number of kept events."""
        return sum(len(Chunk.load(path)) for path in self.chunk_files)

    @property
    def seeds(self) -> dict[str, int]:
        """What the manifest says of the seeds: from these numbers each chunk can be made again."""
        return {
            "master_seed": self.sample.master_seed,
            "chunks": len(self.chunk_files),
            "tries_per_chunk": self.sample.tries_per_chunk,
        }

    @property
    def generator_cross_section(self) -> float:
        """The generator's own cross-section in pb, the mean of the chunks."""
        return float(np.mean([Chunk.load(path).generator_cross_section for path in self.chunk_files]))

    def blocks(self, block_size: int) -> Iterator[dict[str, np.ndarray]]:
        """All kept events in order, in blocks of so many (the last one may be shorter)."""
        return merged(self.chunk_files, block_size)


Simulate = Callable[[Task], Chunk]


def _kept_events(path: Path) -> int | None:
    """Number of events of a finished chunk, or None where the chunk still has to be simulated."""
    try:
        return len(Chunk.load(path))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _simulate_into(simulate: Simulate, task: Task, path: Path) -> int:
    chunk = simulate(task)
    chunk.save(path)
    return len(chunk)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent process, and keep the banners of C++ libraries off the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@contextmanager
def worker_pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh Python processes; leaving it stops what they are doing, so Ctrl-C does not wait for them."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_start_worker)
    already_running = set(multiprocessing.active_children())
    try:
        yield pool
    finally:
        for process in set(multiprocessing.active_children()) - already_running:
            process.terminate()
        pool.shutdown(cancel_futures=True)


def produce(sample: Sample, simulate: Simulate, work: Path, pool: ProcessPoolExecutor, processes: int) -> Production:
    """Simulate the sample's chunks that are not yet in the folder ``work``; return all its chunks.

    ``simulate`` runs in the worker processes: a function that can be imported there by name.
    """
    work.mkdir(parents=True, exist_ok=True)

    def chunk_path(index: int) -> Path:
        return work / f"{sample.name}-{index:06d}.npz"

    def start(index: int) -> int | Future[int]:
        kept = _kept_events(chunk_path(index))
        if kept is not None:
            return kept
        task = Task(sample.name, index, sample.tries_per_chunk, sample.master_seed)
        return pool.submit(_simulate_into, simulate, task, chunk_path(index))

    started: list[int | Future[int]] = []
    paths: list[Path] = []
    n_kept = 0
    with tqdm(total=sample.aim, desc=sample.name, unit=" events") as progress:
        while n_kept < sample.aim:
            while len(started) < len(paths) + processes:
                started.append(start(len(started)))
            result = started[len(paths)]
            kept = result if isinstance(result, int) else result.result()
            paths.append(chunk_path(len(paths)))
            n_kept += kept
            progress.update(kept)
    for surplus in started[len(paths) :]:
        if isinstance(surplus, Future):
            surplus.cancel()
    return Production(sample, paths)


def fingerprint(samples: Iterable[Sample], sources: Iterable[Path], packages: Iterable[str]) -> str:
    """Name of the settings, seeds, code and packages that decide what the chunks hold: a folder for those chunks only.

    Raises importlib.metadata.PackageNotFoundError for a package that is not installed.
    """
    settings = [(sample.name, sample.tries_per_chunk, sample.master_seed) for sample in samples]
    versions = [version(name) for name in sorted(packages)]
    texts = [path.read_text("utf-8") for path in sorted(sources)]
    return sha256(repr((settings, versions, texts)).encode()).hexdigest()[:16]


def merged(paths: Sequence[Path], block_size: int) -> Iterator[dict[str, np.ndarray]]:
    """All events of the chunk files in order, in blocks of ``block_size`` events (the last one may be shorter)."""
    waiting: list[Mapping[str, np.ndarray]] = []
    n_waiting = 0
    for path in paths:
        chunk = Chunk.load(path)
        waiting.append(chunk.columns)
        n_waiting += len(chunk)
        if n_waiting >= block_size:
            columns = _concatenate(waiting)
            n_full = n_waiting - n_waiting % block_size
            for first in range(0, n_full, block_size):
                yield {name: column[first : first + block_size] for name, column in columns.items()}
            waiting = [{name: column[n_full:] for name, column in columns.items()}]
            n_waiting -= n_full
    if n_waiting:
        yield _concatenate(waiting)


def _concatenate(parts: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
