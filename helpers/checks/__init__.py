"""Checks that tell a student in words what is wrong.

Each check returns nothing when all is well and raises CheckFailed otherwise. In a notebook a CheckFailed shows as its
sentence alone, without a traceback. Values are turned into plain NumPy arrays before they are compared, so that lists,
NumPy and awkward arrays, data frames and tensors are judged alike and an object cannot answer for itself.
"""

from IPython import get_ipython

from helpers.checks import missing_names
from helpers.checks.classifiers import area_of, draws_roc, scores_events, scores_of, separates
from helpers.checks.constituents import constituent_momenta, jet_masses, jet_momenta, relative_columns
from helpers.checks.efficiencies import rates, rejects
from helpers.checks.events import aligned, same_events, shuffled
from helpers.checks.failure import CheckFailed, passed, that
from helpers.checks.functions import call, raises
from helpers.checks.merging import merges, scales
from helpers.checks.ntuples import branch, branches, columns, moments, normalised, sample, samples, trees
from helpers.checks.shuffling import shuffles, split_sample, splits
from helpers.checks.stacking import stacks
from helpers.checks.taggers import history, layers, scores_alone, tags
from helpers.checks.values import close, dictionary, equal, names, number, numbers, shape, strings
from helpers.checks.weights import WEIGHT_BRANCHES, labels, mean_one, weighs, yields

__all__ = [
    "WEIGHT_BRANCHES",
    "CheckFailed",
    "aligned",
    "area_of",
    "branch",
    "branches",
    "call",
    "close",
    "columns",
    "constituent_momenta",
    "dictionary",
    "draws_roc",
    "equal",
    "history",
    "jet_masses",
    "jet_momenta",
    "labels",
    "layers",
    "mean_one",
    "merges",
    "moments",
    "names",
    "normalised",
    "number",
    "numbers",
    "passed",
    "raises",
    "rates",
    "rejects",
    "relative_columns",
    "same_events",
    "sample",
    "samples",
    "scales",
    "scores_alone",
    "scores_events",
    "scores_of",
    "separates",
    "shape",
    "shuffled",
    "shuffles",
    "split_sample",
    "splits",
    "stacks",
    "strings",
    "tags",
    "that",
    "trees",
    "weighs",
    "yields",
]

if shell := get_ipython():
    missing_names.explain(shell)
