"""Fixtures for the tests of the challenge."""

import pytest
from classroom import Class


@pytest.fixture
def students(tmp_path) -> Class:
    """An empty ``submitted/``."""
    (tmp_path / "submitted").mkdir()
    return Class(tmp_path / "submitted")
