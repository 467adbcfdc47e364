"""Fixtures for the tests of the H→WW data set: the shipped files, read once."""

import pytest
import uproot

SIGNAL = "GluGluHToWWTo2L2Nu_M125"
LOW_MASS = "DYJetsToLL_M-10to50-LO"
HIGH_MASS = "DYJetsToLL_M-50-LO"


@pytest.fixture(scope="session")
def hww_folder(data_folder):
    return data_folder / "hww"


@pytest.fixture(scope="session")
def manifest(manifest_of):
    return manifest_of("hww")


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
