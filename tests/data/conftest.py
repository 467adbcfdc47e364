"""The folder of the data sets, and what the manifest of each says."""

import json

import pytest

from helpers.repository import ROOT


@pytest.fixture(scope="session")
def data_folder():
    return ROOT / "data"


@pytest.fixture(scope="session")
def manifest_of(data_folder):
    """The manifest of the data set of a name."""
    return lambda name: json.loads((data_folder / name / "manifest.json").read_text("utf-8"))
