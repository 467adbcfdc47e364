"""Where everything is to be tested, a program that is not there is a failure and no skipped test."""

import pytest
import system_packages


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_program_fails_with_ci_and_is_skipped_elsewhere(monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="there is no sandbox"):
        system_packages.is_missing("there is no sandbox")
