"""Where the course's repository lies: `ROOT` is the folder that holds ``helpers`` and ``data``."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
