"""Fixtures for the tests of grading in parallel: a class with a toy lesson, and a worker."""

from collections.abc import Callable, Iterator

import dask
import pytest
from distributed import LocalCluster
from toy_class import ToyClass

from grading.autograde.clusters import SETTINGS
from grading.autograde.coordinator import Report, grade_class


@pytest.fixture(autouse=True)
def own_gradebook(monkeypatch) -> None:
    """A test must not find the gradebook of a real course."""
    monkeypatch.delenv("HEPDL_GRADEBOOK", raising=False)
    monkeypatch.setenv("HEPDL_COURSE_ID", "demo")


@pytest.fixture(scope="session")
def released(toy_release, tmp_path_factory) -> ToyClass:
    """A class without submissions; to be copied."""
    return ToyClass(toy_release.copied_to(tmp_path_factory.mktemp("released") / "course"))


@pytest.fixture
def toys(released, tmp_path) -> ToyClass:
    """A class without submissions, whose cells run in the worker itself."""
    return released.copied_to(tmp_path / "course").run_here()


@pytest.fixture
def sandboxed_toys(sandboxed, released, tmp_path) -> ToyClass:
    """A class without submissions, whose cells run as the course's do."""
    return released.copied_to(tmp_path / "sandboxed")


@pytest.fixture(scope="session")
def toy_cluster(tmp_path_factory) -> Iterator[LocalCluster]:
    """A scheduler with one worker."""
    scratch = str(tmp_path_factory.mktemp("scratch"))
    settings = SETTINGS | {"temporary-directory": scratch}
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
    ):
        yield cluster


@pytest.fixture
def grade(toys, toy_cluster) -> Callable[..., Report]:
    """Grades the class on a worker that is there already."""
    return lambda **options: grade_class("toys", toys.folder, scheduler=toy_cluster.scheduler_address, **options)
