"""An error that misses a name which only a check has says where the name was."""

import pytest

from grading.cells.names_of_checks import NamesOfChecks

CHECKS = ["import keras\nimport numpy as np\nfrom helpers import checks\nrng = np.random.default_rng(1)\nmass = 125"]
OWN = ["import numpy as np\n%matplotlib inline", "mass = 91\ndef area():\n    return rng", "no Python (("]


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("name 'keras' is not defined", "`keras` is imported by a check cell only; import it in a cell of your own"),
        ("area should … (it raised NameError: name 'rng' is not defined, in the line `rng`)", "`rng` is defined by"),
        ("name 'np' is not defined", ""),
        ("name 'mass' is not defined", ""),
        ("name 'other' is not defined", ""),
        ("an event is lost", ""),
    ],
)
def test_the_advice_is_about_names_that_no_other_cell_binds(said, advice):
    found = NamesOfChecks(CHECKS, OWN).advice(said)
    assert found.startswith(advice) if advice else found == ""


def test_a_students_deeply_nested_expression_ends_nothing():
    deep = "mass = " + "+".join(["1"] * 1500)
    assert NamesOfChecks(CHECKS, [deep]).advice("name 'mass' is not defined") == ""
    assert NamesOfChecks(CHECKS, ["x = " + "+".join(["1"] * 1500)]).advice("name 'mass' is not defined")
