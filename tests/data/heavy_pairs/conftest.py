"""Fixtures for the tests of the heavy pairs: the shipped files, read once."""

import pytest
import uproot

CLASSES = ("AA", "AB", "BA", "BB")


@pytest.fixture(scope="session")
def folder(data_folder):
    return data_folder / "heavy_pairs"


@pytest.fixture(scope="session")
def manifest(manifest_of):
    return manifest_of("heavy_pairs")


@pytest.fixture(scope="session")
def events(folder):
    """Columns of each shipped file, by class."""
    return {name: uproot.open(f"{folder / name}.root:Events").arrays(library="np") for name in CLASSES}


@pytest.fixture(params=CLASSES)
def ntuple(request, events):
    """The columns of each class in turn."""
    return events[request.param]
