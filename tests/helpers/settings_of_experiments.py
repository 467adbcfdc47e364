"""Right answers of the lesson *experiment*, without a library that trains, for the tests of its checks."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Experiment:
    varset: int = 0
    width: int = 32
    depth: int = 2
    seed: int = 0
    epochs: int = 10
    n_events: int = 8000
    batch_size: int = 400
    learning_rate: float = 0.004


def folder_name(settings):
    return "_".join(f"{name}{value}" for name, value in asdict(settings).items())


def finished(settings, folder):
    try:
        result = json.loads((Path(folder) / folder_name(settings) / "result.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return result if result["settings"] == asdict(settings) else None
