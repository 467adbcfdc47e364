"""Fixtures for the tests of the data room: the shipped H→WW files, read once."""

import json
import sys
from pathlib import Path

import pytest
import uproot

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

SIGNAL = "GluGluHToWWTo2L2Nu_M125"
LOW_MASS = "DYJetsToLL_M-10to50-LO"
HIGH_MASS = "DYJetsToLL_M-50-LO"


@pytest.fixture(scope="session")
def repository():
    return REPOSITORY


@pytest.fixture(scope="session")
def hww_folder(repository):
    return repository / "data" / "hww"


@pytest.fixture(scope="session")
def manifest(hww_folder):
    return json.loads((hww_folder / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def events(hww_folder):
    """Columns of each shipped ntuple, by the name of its process."""
    return {
        name: uproot.open(f"{hww_folder / name}.root:Events").arrays(library="np")
        for name in (SIGNAL, LOW_MASS, HIGH_MASS)
    }


@pytest.fixture
def signal(events):
    return events[SIGNAL]


@pytest.fixture
def low_mass(events):
    return events[LOW_MASS]


@pytest.fixture
def high_mass(events):
    return events[HIGH_MASS]


@pytest.fixture(params=(SIGNAL, LOW_MASS, HIGH_MASS))
def ntuple(request, events):
    """Each shipped ntuple in turn, as (name of the process, columns)."""
    return request.param, events[request.param]
