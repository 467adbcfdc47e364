"""Parts of a hub's folder that hold what a check looks at."""

import sys
from importlib.metadata import version
from pathlib import Path


def put(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make_environment(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        put(folder / name, text)
    put(folder / "share/jupyter/kernels/python3/kernel.json", '{"argv": ["python", "-m", "ipykernel_launcher"]}')
    put_python(folder, "exit 0")
    for package in ("jupyterhub", "awkward"):
        put(
            packages_of(folder) / f"{package}.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version(package)}\n",
        )


def put_python(folder: Path, does: str) -> None:
    """A Python that runs a line of a shell instead."""
    put(folder / "bin/python", f"#!/bin/sh\n{does}\n")
    (folder / "bin/python").chmod(0o755)


def packages_of(folder: Path) -> Path:
    return folder / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
