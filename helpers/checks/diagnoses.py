"""The check of a diagnosis: which fault of a training brings about which symptom."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from helpers.checks.failure import that
from helpers.checks.values import dictionary

# What each fault does: whoever names a wrong one reads what would have been seen.
FAULTS = {
    "array shape": "an array of the wrong shape stops with an error, before any step is made",
    "class order": "if class follows class, the loss is small within each and jumps where the next begins, and what "
    "came last is called most",
    "initial weights": "first weights that are too large saturate the outputs before the first step, on inputs of any "
    "size",
    "input scaling": "inputs of size 100 saturate the outputs before the first step, but inputs of size 1 do not",
    "learning rate": "with too large a learning rate outputs are healthy at first, and then the loss grows from step "
    "to step until it is no number",
    "sample": "a network judged on the few events that it has seen is nearly always right there, and not on new ones",
}


def diagnoses(causes: Any, digests: Mapping[str, str]) -> None:
    """Fail unless ``causes`` names the cause, one of FAULTS, of each symptom.

    digests: the first 8 digits of the SHA-256 of "symptom: cause", by symptom, so that the check does not hold the
    answer. Spaces around a name and capital letters do not matter.
    """
    dictionary(causes, digests, "causes")
    for symptom, digest in digests.items():
        named = causes[symptom]
        that(isinstance(named, str), f"causes[{symptom!r}] should be the name of a cause, not {named!r}")
        cause = str(named).strip().lower()
        that(cause in FAULTS, f"causes[{symptom!r}] is {named!r}: it should be one of {', '.join(map(repr, FAULTS))}")
        right = sha256(f"{symptom}: {cause}".encode()).hexdigest().startswith(digest)
        that(right, f"symptom {symptom!r} does not come from {cause!r}: {FAULTS[cause]}")
