"""The examples in docstrings give what they say."""

import doctest
import importlib

import pytest

from helpers.repository import ROOT

MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for package in ("helpers", "data/generation", "grading")
    for file in (ROOT / package).rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


def test_there_are_examples():
    assert "grading.autograde.late_policy" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted and not done.failed
