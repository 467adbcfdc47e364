"""Checks that tell a student in words what is wrong.

Each check returns nothing when all is well and raises CheckFailed otherwise. In a notebook a CheckFailed shows as its
sentence alone, without a traceback. Values are turned into plain NumPy arrays before they are compared, so that lists,
NumPy and awkward arrays, data frames and tensors are judged alike and an object cannot answer for itself.
"""

from IPython import get_ipython

from helpers.checks import missing_answers
from helpers.checks.activations import activates, softens
from helpers.checks.batches import counts_steps, cuts_batches
from helpers.checks.best_epochs import restores_best
from helpers.checks.bucket_shuffles import draws_every_order, shuffles_through_buckets
from helpers.checks.class_curves import classified, draws_class_curves, refuses_absent_classes, sums_over_sides
from helpers.checks.class_networks import builds_from_seed, repeats_runs
from helpers.checks.class_samples import labels_classes, loads, refuses_classes, refuses_too_many
from helpers.checks.classifiers import area_of, draws_roc, integrates, scores_events, scores_of, separates
from helpers.checks.command_lines import parses_options, refuses_options, runs_experiments
from helpers.checks.constituents import constituent_momenta, jet_masses, jet_momenta, relative_columns
from helpers.checks.convolutions import convolves, counts, pools
from helpers.checks.dense_networks import builds_dense
from helpers.checks.diagnoses import diagnoses
from helpers.checks.discoveries import expects_discovery
from helpers.checks.efficiencies import rates, rejects
from helpers.checks.event_classes import balances_by_root, encodes, fills_class_matrix, names_classes
from helpers.checks.event_masses import weighs_events
from helpers.checks.event_selection import selects_events, tabulates_cut_flow
from helpers.checks.event_vectors import builds_vectors, keeps_in_hdf5
from helpers.checks.events import aligned, randomly_ordered, same_events, shuffled
from helpers.checks.experiment_runs import follows_settings, repeats_experiments, resumes, stores_run
from helpers.checks.experiments import finds_finished, names_experiments
from helpers.checks.failure import CheckFailed, passed, that
from helpers.checks.field_groups import fits_energies, normalises, restores
from helpers.checks.fully_connected import builds_fully_connected, counts_parameters
from helpers.checks.functions import call, raises
from helpers.checks.handing_in import allows_five, hands_in, lets_submit_refuse
from helpers.checks.hdf5_files import converts, converts_in_chunks, refuses_to_convert
from helpers.checks.hidden_layers import propagates, propagates_back
from helpers.checks.histories import history
from helpers.checks.initial_weights import initialises
from helpers.checks.jagged_events import example_events
from helpers.checks.layered_networks import builds_layers, lists_layers
from helpers.checks.losses import measures_loss, penalises
from helpers.checks.merging import merges, scales
from helpers.checks.merit import weighs_merit
from helpers.checks.ntuples import branch, branches, columns, moments, normalised, sample, samples, trees
from helpers.checks.object_selection import example_jets, keeps_jets, keeps_leptons, splits_jets
from helpers.checks.optimisers import adapts, counts_updates, decays, descends
from helpers.checks.output_files import refuses_lengths, writes_outputs
from helpers.checks.over_training import compares_outputs
from helpers.checks.pair_networks import separates_pairs
from helpers.checks.parts import feeds_parts
from helpers.checks.picture_networks import tags_pictures
from helpers.checks.process_balance import balances_processes
from helpers.checks.process_classifiers import calls_processes, encodes_processes, tells_processes
from helpers.checks.process_confusion import measures_areas, tabulates_confusion
from helpers.checks.random_files import keeps_to_memory, leaves_nothing_behind, randomizes
from helpers.checks.ranges import scales_frames, scales_to_range
from helpers.checks.reading import reads_events
from helpers.checks.scans import judges_once, scans_shapes
from helpers.checks.selections import chooses_on_validation, expects_yields, scans_cuts, tabulates_runs
from helpers.checks.shuffling import shuffles, split_sample, splits
from helpers.checks.significance import weighs_significance
from helpers.checks.simulation_weights import balances, breaks_down, needs_weights, refuses_weights, weighs_simulation
from helpers.checks.stacking import stacks
from helpers.checks.standard_scores import standardises
from helpers.checks.taggers import layers, scores_alone, tags
from helpers.checks.trainings import trains, weighted_history
from helpers.checks.tree_sizes import fits_chunks, sizes_events
from helpers.checks.values import close, dictionary, equal, names, number, numbers, shape, strings
from helpers.checks.weighted_rates import counts_right, draws_rates, fills_confusion_matrix, measures_area
from helpers.checks.weights import WEIGHT_BRANCHES, labels, mean_one, weighs, yields
from helpers.language import _ as sentence

__all__ = [
    "WEIGHT_BRANCHES",
    "CheckFailed",
    "activates",
    "adapts",
    "aligned",
    "allows_five",
    "area_of",
    "balances",
    "balances_by_root",
    "balances_processes",
    "branch",
    "branches",
    "breaks_down",
    "builds_dense",
    "builds_from_seed",
    "builds_fully_connected",
    "builds_layers",
    "builds_vectors",
    "call",
    "calls_processes",
    "chooses_on_validation",
    "classified",
    "close",
    "columns",
    "compares_outputs",
    "constituent_momenta",
    "converts",
    "converts_in_chunks",
    "convolves",
    "counts",
    "counts_parameters",
    "counts_right",
    "counts_steps",
    "counts_updates",
    "cuts_batches",
    "decays",
    "descends",
    "diagnoses",
    "dictionary",
    "draws_class_curves",
    "draws_every_order",
    "draws_rates",
    "draws_roc",
    "encodes",
    "encodes_processes",
    "equal",
    "example_events",
    "example_jets",
    "expects_discovery",
    "expects_yields",
    "feeds_parts",
    "fills_class_matrix",
    "fills_confusion_matrix",
    "finds_finished",
    "fits_chunks",
    "fits_energies",
    "follows_settings",
    "hands_in",
    "history",
    "initialises",
    "integrates",
    "jet_masses",
    "jet_momenta",
    "judges_once",
    "keeps_in_hdf5",
    "keeps_jets",
    "keeps_leptons",
    "keeps_to_memory",
    "labels",
    "labels_classes",
    "layers",
    "leaves_nothing_behind",
    "lets_submit_refuse",
    "lists_layers",
    "loads",
    "mean_one",
    "measures_area",
    "measures_areas",
    "measures_loss",
    "merges",
    "moments",
    "names",
    "names_classes",
    "names_experiments",
    "needs_weights",
    "normalised",
    "normalises",
    "number",
    "numbers",
    "parses_options",
    "passed",
    "penalises",
    "pools",
    "propagates",
    "propagates_back",
    "raises",
    "randomizes",
    "randomly_ordered",
    "rates",
    "reads_events",
    "refuses_absent_classes",
    "refuses_classes",
    "refuses_lengths",
    "refuses_options",
    "refuses_to_convert",
    "refuses_too_many",
    "refuses_weights",
    "rejects",
    "relative_columns",
    "repeats_experiments",
    "repeats_runs",
    "restores",
    "restores_best",
    "resumes",
    "runs_experiments",
    "same_events",
    "sample",
    "samples",
    "scales",
    "scales_frames",
    "scales_to_range",
    "scans_cuts",
    "scans_shapes",
    "scores_alone",
    "scores_events",
    "scores_of",
    "selects_events",
    "sentence",
    "separates",
    "separates_pairs",
    "shape",
    "shuffled",
    "shuffles",
    "shuffles_through_buckets",
    "sizes_events",
    "softens",
    "split_sample",
    "splits",
    "splits_jets",
    "stacks",
    "standardises",
    "stores_run",
    "strings",
    "sums_over_sides",
    "tabulates_confusion",
    "tabulates_cut_flow",
    "tabulates_runs",
    "tags",
    "tags_pictures",
    "tells_processes",
    "that",
    "trains",
    "trees",
    "weighs",
    "weighs_events",
    "weighs_merit",
    "weighs_significance",
    "weighs_simulation",
    "weighted_history",
    "writes_outputs",
    "yields",
]

if shell := get_ipython():
    missing_answers.explain(shell)
