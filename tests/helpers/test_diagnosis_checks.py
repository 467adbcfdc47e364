"""The check of a diagnosis: every cause of every symptom, by digests."""

from hashlib import sha256

import pytest

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.diagnoses import FAULTS

CAUSES = {"error": "array shape", "A": "sample", "B": "class order"}
DIGESTS = {symptom: sha256(f"{symptom}: {cause}".encode()).hexdigest()[:8] for symptom, cause in CAUSES.items()}


def test_diagnoses():
    checks.diagnoses(CAUSES, DIGESTS)
    checks.diagnoses({symptom: f" {cause.upper()}" for symptom, cause in CAUSES.items()}, DIGESTS)


@pytest.mark.parametrize("cause", [cause for cause in FAULTS if cause != CAUSES["A"]])
def test_a_wrong_cause_is_told_what_it_would_do(cause):
    with pytest.raises(CheckFailed) as failed:
        checks.diagnoses({**CAUSES, "A": cause}, DIGESTS)
    assert str(failed.value) == f"symptom 'A' does not come from {cause!r}: {FAULTS[cause]}"


@pytest.mark.parametrize(
    ("causes", "says"),
    [
        (list(CAUSES.values()), "should be a dictionary"),
        ({"A": "sample", "B": "class order"}, "lacks 'error'"),
        ({**CAUSES, "A": None}, r"causes\['A'\] should be the name of a cause, not None"),
        ({**CAUSES, "A": "bad luck"}, "is 'bad luck': it should be one of 'array shape', 'class order'"),
    ],
)
def test_diagnoses_says_what_is_wrong(causes, says):
    with pytest.raises(CheckFailed, match=says):
        checks.diagnoses(causes, DIGESTS)
