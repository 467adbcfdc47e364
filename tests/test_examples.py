"""The examples in docstrings give what they say."""

import doctest
import importlib
import re

import pytest

from helpers.repository import ROOT

MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for package in ("helpers", "data/generation", "grading")
    for file in (ROOT / package).rglob("*.py")
    if re.search(r"^ *>>> ", file.read_text(encoding="utf-8"), re.MULTILINE)
)


def test_there_are_examples():
    assert "grading.autograde.late_policy" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted and not done.failed
