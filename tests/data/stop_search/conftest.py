"""Fixtures for the tests of the stop search tables: the shipped files, read once."""

import pandas as pd
import pytest

from data.generation.stop_search.dataset import KINDS, PARTS, file_name


@pytest.fixture(scope="session")
def folder(data_folder):
    return data_folder / "stop_search"


@pytest.fixture(scope="session")
def manifest(manifest_of):
    return manifest_of("stop_search")


@pytest.fixture(scope="session")
def tables(folder, manifest):
    """Each shipped table, by (part, kind): its events, with the columns of the manifest."""
    names = list(manifest["columns"])
    return {
        (part, kind): pd.read_csv(folder / file_name(part, kind), header=None, names=names)
        for part in PARTS
        for kind in KINDS
    }


@pytest.fixture(scope="session")
def events(tables):
    """The events of all tables together, with the column ``sample``, the name of the sample they belong to."""
    together = pd.concat(list(tables.values()), ignore_index=True)
    return together.assign(sample=together["process"].str.removesuffix(".root"))


@pytest.fixture(scope="session")
def named(events):
    """The events of the samples whose names begin so."""
    return lambda beginning: events[events["sample"].str.startswith(beginning)]
