# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Ntuple experiment II: a designed study of networks
#
# **What you will learn**
#
# - how to make a training an *experiment*: settings that are data, results that are files, the same settings the same numbers;
# - what width and depth of a network are worth, and how to tell a difference from the luck of a seed;
# - ROC curves with four classes: one against the rest, and one side of an event summed over the other;
# - how to scan, choose on validation, and ask the test sample once;
# - how a notebook becomes a program for the shell that can be stopped and goes on where it was.
#
# **What you need to know:** Exercise 5 (training, ROC curves); *ntuples_to_hdf5* helps, but nothing of it has to be done.
# **Time:** three hours, about a minute of them for training.
#
# **Data:** `heavy_pairs/`, pairs of heavy particles, each of which decays in way A or in way B (what each variable is: [datasheet](../../data/heavy_pairs/datasheet.md)).
# **The classes stand in the order `AA AB BA BB`**, first the side with the lepton, then the side with the quarks.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Ntuple experiment: HDF5](../ntuple_experiment/ntuples_to_hdf5.ipynb) · [Start](../start.md) · [Di-Higgs: selection →](../dihiggs/selection.ipynb)

# %%
import tempfile

import matplotlib.pyplot as plt

from helpers import figures

SEED = 1
SEEDS = range(SEED, SEED + 3)
figures.use_style()
temporary = tempfile.TemporaryDirectory()  # removed, with all that is in it, when the notebook ends
RUNS = f"{temporary.name}/runs"

# %% [markdown]
# ## Neural networks, and why they are deep
#
# A neural network has inputs, [weights](../glossary.md#parameter), an [activation function](../glossary.md#activation-function) in each [neuron](../glossary.md#neuron), outputs, and a rule by which the weights learn.
# Physics has used shallow ones, with a single hidden layer, since the 1990s: for patterns of tracks, for the identification of particles, to select events.
# ATLAS splits clusters of pixels with networks, and tags the [jets](../glossary.md#jet) of b quarks and of τ leptons with networks or [boosted decision trees](../glossary.md#boosted-decision-tree).
#
# A *deep* network has several hidden layers.
# Each works on what the one before has made: the first combines inputs, the next combines combinations, and so on.
# This is called *feature extraction*, and it is what a physicist does who computes masses and angles from momenta.
# For long it did not work: the [gradient](../glossary.md#gradient-descent) that reaches the first layers is a product with a factor for each later layer, and with sigmoids all factors are small, so it vanishes ([*vanishing gradient*](../glossary.md#vanishing-gradient)).
# Activations that do not saturate, first weights of the right size, more data and faster machines changed that.
#
# P. Baldi, P. Sadowski and D. Whiteson ([arXiv:1402.4735](https://arxiv.org/abs/1402.4735)) then asked a question that fits a table.
# They trained shallow and deep networks on simulated searches, once with what a detector measures (*low-level*), once with variables that physicists had designed (*high-level*), and once with both.
# The shallow ones needed the designed variables.
# The deep ones did nearly as well without.
#
# You will ask the same question of the heavy pairs, with fewer events and honest errors.
# The answer may be another one, and you will know how sure you can be.
#
# ## The sample
#
# In *ntuples_to_hdf5* you wrote functions that load and normalise fields.
# Here `load_pairs` does it: about as many events of each class (as many before the split), split into training, validation and test, energies by their logarithm, each field scaled to mean 0 and width 1 in training.
# For the ntuples of your own analysis put your own functions in its place, and change the names of the classes and the columns of the sets of variables with them.

# %%
import json
import os
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.heavy_pairs import CLASSES, load_pairs


def columns_of(varset):
    """The columns of a set of variables: 0 all, 1 high-level, 2 four-vectors (the first 21 fields)."""
    return {0: list(range(36)), 1: list(range(21, 36)), 2: list(range(21))}[varset]


# %%
data = load_pairs()
VARSETS = {0: "all", 1: "high-level", 2: "four-vectors"}
for part, (inputs, targets) in data.items():
    print(f"{part:10s} inputs {inputs.shape}, events a class {targets.sum(axis=0).astype(int)}")
print({f"{number} ({name})": f"{len(columns_of(number))} fields" for number, name in VARSETS.items()})

# %% [markdown]
# The test sample is in memory, and nothing looks at it before the section "Choose, and ask the test sample once".
#
# ## A network of any shape
#
# In Exercise 5 you wrote down a network.
# In a study its shape is a *setting*: the **width**, neurons in each hidden layer, and the **depth**, number of hidden layers.
#
# **Task.** Write `fully_connected`: `depth` hidden [dense layers](../glossary.md#dense-layer) of `width` neurons with ReLU and `kernel_initializer="he_normal"`, and an output layer with a [softmax](../glossary.md#softmax) over `n_classes`.
# With depth 0 inputs and outputs are connected directly.
# Do not compile it.
#
# <details><summary>Hint 1</summary>
#
# [`keras.Sequential`](https://keras.io/guides/sequential_model/) takes a list of layers, and a list can be made in a loop.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Begin with `[keras.Input((n_inputs,))]`, append a `keras.layers.Dense` for each of `range(depth)`, then the output.
# Make a new layer each time: `[layer] * depth` is one layer, several times.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "fully-connected", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
import keras


def fully_connected(n_inputs, width, depth, n_classes):
    """A keras model, (n_events, n_inputs) to (n_events, n_classes) probabilities. depth: 0 or more hidden layers."""
    ### BEGIN SOLUTION
    hidden = [keras.layers.Dense(width, activation="relu", kernel_initializer="he_normal") for _ in range(depth)]
    output = keras.layers.Dense(n_classes, activation="softmax")
    return keras.Sequential([keras.Input((n_inputs,)), *hidden, output])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fully-connected-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

for shape in ((36, 40, 2, 4), (21, 30, 1, 4), (30, 25, 3, 2), (15, 8, 0, 4)):
    checks.builds_fully_connected(fully_connected, *shape)
checks.passed("the network has as many hidden layers as depth says, with ReLU, and a softmax over the classes")
### BEGIN HIDDEN TESTS
for shape in ((40, 40, 4, 3), (50, 20, 1, 5), (36, 64, 0, 2)):
    checks.builds_fully_connected(fully_connected, *shape)
### END HIDDEN TESTS

# %% [markdown]
# How large is it?
# Wide and shallow, or narrow and deep, can mean the same number of [parameters](../glossary.md#parameter), and whoever compares shapes should know it.
#
# **Task.** Write `count_parameters`. Arithmetic is enough: no network has to be built.
#
# <details><summary>Hint 1</summary>
#
# A layer that has `n` values as inputs and `m` neurons has `n * m` weights, and each neuron has a [bias](../glossary.md#bias).
#
# </details>
# <details><summary>Hint 2</summary>
#
# List the sizes `[n_inputs, width, …, width, n_classes]`, with `width` as often as depth says; each pair of neighbours is a layer with `(n + 1) * m` parameters.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "count-parameters", "locked": false, "schema_version": 3, "solution": true, "task": false}
def count_parameters(n_inputs, width, depth, n_classes):
    """The number of parameters, weights and biases, of fully_connected with these arguments. depth: 0 or more."""
    ### BEGIN SOLUTION
    sizes = [n_inputs, *[width] * depth, n_classes]
    return sum((n + 1) * m for n, m in pairwise(sizes))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "count-parameters-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.counts_parameters(count_parameters, (36, 64, 3, 4), (21, 8, 1, 4), (15, 100, 0, 4), (10, 10, 10, 10))
checks.passed("weights and biases of all layers are counted, also without hidden layers")
### BEGIN HIDDEN TESTS
checks.counts_parameters(count_parameters, (1, 1, 1, 1), (7, 33, 2, 5), (50, 512, 6, 3), (3, 9, 0, 2))
### END HIDDEN TESTS

# %%
for shape in ((36, 8, 1), (36, 128, 1), (36, 32, 4), (36, 128, 3)):
    print("inputs, width, depth", shape, "parameters", count_parameters(*shape, len(CLASSES)))

# %% [markdown]
# ## Settings are data
#
# What is needed to make a result again?
# Everything that went into it.
# So put *all* settings of a training in one object, which cannot be changed afterwards: a [frozen dataclass](https://docs.python.org/3/library/dataclasses.html#frozen-instances).
# Whatever has no place in it (a batch size in the middle of a function, say) will one day be changed, and nobody will know which results are from before.
#
# | setting | means | where nothing else is said |
# |---|---|---|
# | `varset` | set of variables: 0 all, 1 high-level, 2 four-vectors | 0 |
# | `width`, `depth` | neurons in a hidden layer, hidden layers | 32, 2 |
# | `seed` | of all that is random | 0 |
# | `epochs` | [epochs](../glossary.md#epoch) of the training | 10 |
# | `n_events` | training events, the first of the sample | 8000 |
# | `batch_size` | events in a [batch](../glossary.md#batch) | 400 |
# | `learning_rate` | of [Adam](../glossary.md#adam) | 0.004 |
#
# Each experiment gets a folder for its results, named after its settings.
# If the name left one out, the results of two experiments would fall into the same folder, and the second would overwrite the first.
#
# **Task.** Write the frozen dataclass `Experiment` with these settings, and `folder_name`.
# Two experiments that differ in any setting have different names, and the same settings have the same name, today and tomorrow.
# A name has at most 200 characters, which are letters, digits and `_ - . = + ,`, and begins with a letter or a digit.
#
# <details><summary>Hint 1</summary>
#
# A dataclass is a list of lines such as `width: int = 32`.
# [`dataclasses.asdict`](https://docs.python.org/3/library/dataclasses.html#dataclasses.asdict) makes a dictionary of it, for the name and later for the file.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Join the names *and* values of all settings: `width=1` beside `depth=12` and `width=11` beside `depth=2` are both 112 if only digits are put together.
# Do not round the learning rate; an f-string writes a float so that it is exact.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "experiment", "locked": false, "schema_version": 3, "solution": true, "task": false}
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Experiment:
    """The settings of a training: varset, width, depth, seed, epochs, n_events, batch_size and learning_rate."""

    ### BEGIN SOLUTION
    varset: int = 0
    width: int = 32
    depth: int = 2
    seed: int = 0
    epochs: int = 10
    n_events: int = 8000
    batch_size: int = 400
    learning_rate: float = 0.004
    ### END SOLUTION


def folder_name(settings):
    """The name of an experiment's folder, another one for all other settings."""
    ### BEGIN SOLUTION
    return "_".join(f"{name}={value}" for name, value in asdict(settings).items())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "experiment-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

alike = ({"width": 1, "depth": 12}, {"width": 11, "depth": 2}), ({"seed": 3, "epochs": 5}, {"seed": 5, "epochs": 3})
rates = ({"learning_rate": 0.001}, {"learning_rate": 0.0012}), ({"learning_rate": 1e-5}, {"learning_rate": 2e-5})
events = ({"epochs": 1, "n_events": 1500}, {"epochs": 11, "n_events": 500}), ({"n_events": 10000}, {"n_events": 10050})
checks.names_experiments(Experiment, folder_name, *alike, *rates, *events)
checks.passed("settings cannot be changed, and each experiment has a folder of its own")
### BEGIN HIDDEN TESTS
rates = ({"learning_rate": 0.01234567}, {"learning_rate": 0.01234568}), ({"learning_rate": 1}, {"learning_rate": 10})
events = ({"batch_size": 12, "n_events": 50}, {"batch_size": 1, "n_events": 250}), ({"varset": 1}, {"varset": 2})
checks.names_experiments(Experiment, folder_name, *rates, *events, ({"seed": 12}, {"seed": 1, "varset": 2}))
### END HIDDEN TESTS

# %%
first = Experiment(varset=2, width=64)
print(folder_name(first))
print(folder_name(replace(first, seed=7)), "(a copy with another seed)")

# %% [markdown]
# ## ROC curves of four classes
#
# A [ROC curve](../glossary.md#roc-curve) has a signal and a background.
# With four classes take each class in turn as the signal, and all the others together as the background: *one against the rest*.
# The score of an event is the output for that class.
#
# **Task.** Write `roc_by_class`.
#
# <details><summary>Hint 1</summary>
#
# Column `n` of the targets holds the labels and column `n` of the outputs the scores of class `n`.
# scikit-learn has [`roc_curve`](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_curve.html) and [`roc_auc_score`](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html).
#
# </details>
# <details><summary>Hint 2</summary>
#
# Look first whether each column of the targets has a 1 somewhere, and a 0: scikit-learn only warns.
# Then fill a dictionary in a loop over `enumerate(classes)`; `roc_curve` returns three arrays, of which you need two.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "roc-by-class", "locked": false, "schema_version": 3, "solution": true, "task": false}
from sklearn.metrics import roc_auc_score, roc_curve


def roc_by_class(targets, outputs, classes):
    """One class against the rest: {class: (false positive rates, true positive rates, area)}.

    targets, outputs: (n_events, n_classes), one-hot and probabilities. classes: names in the order of the columns.
    The rates are arrays that run from 0 to 1. Raises ValueError if a class has no events, or all of them.
    """
    ### BEGIN SOLUTION
    if not np.all((targets.sum(axis=0) > 0) & (targets.sum(axis=0) < len(targets))):
        raise ValueError("a class has no events, or all of them")
    curves = {}
    for name, labels, scores in zip(classes, targets.T, outputs.T, strict=True):
        false, true, _ = roc_curve(labels, scores)
        curves[name] = (false, true, float(roc_auc_score(labels, scores)))
    return curves
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "roc-by-class-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for number, classes in enumerate((["AA", "AB", "BA", "BB"], ["BB", "AA", "AB"], ["A", "B"])):
    checks.draws_class_curves(roc_by_class, *checks.classified(400, len(classes), seed=number), classes)
checks.refuses_absent_classes(roc_by_class, "roc_by_class", ["AA", "AB", "BA", "BB"])
checks.refuses_absent_classes(roc_by_class, "roc_by_class", ["s", "b"])
checks.passed("each class has its curve against all others, and a class that is missing is told")
### BEGIN HIDDEN TESTS
for number, classes in enumerate((["z", "y", "x", "w", "v"], ["tt", "W", "Z", "HH"])):
    checks.draws_class_curves(roc_by_class, *checks.classified(600, len(classes), seed=20 + number), classes)
checks.refuses_absent_classes(roc_by_class, "roc_by_class", ["HH", "tt", "W"])
### END HIDDEN TESTS

# %% [markdown]
# One against the rest is not all that one may ask.
# *Did the side with the lepton decay in way A?* is another question, whatever the other side did.
# The outputs are probabilities of things that exclude each other, so the probability of A on the first side is that of AA plus that of AB: the *sum over the other side*.
# The labels are summed in the same way.
#
# **Task.** Write `a_against_b`: the area under the ROC curve of A (positive) against B on one side, for all events.
#
# <details><summary>Hint 1</summary>
#
# `name[side]` is the letter of that side.
# Which columns have an `"A"` there?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `of_a = [name[side] == "A" for name in classes]`, as an array, selects columns: `outputs[:, of_a].sum(axis=1)` are the scores, and the same sum of the targets the labels.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "a-against-b", "locked": false, "schema_version": 3, "solution": true, "task": false}
def a_against_b(targets, outputs, classes, side):
    """The area of A against B on a side, 0 for the first letter of a class and 1 for the second, summed over the other.

    targets, outputs: (n_events, 4), one-hot and probabilities. classes: "AA", "AB", "BA" and "BB", in any order.
    Raises ValueError if all events, or none, have A there.
    """
    ### BEGIN SOLUTION
    of_a = np.array([name[side] == "A" for name in classes])
    labels = targets[:, of_a].sum(axis=1)
    if labels.min() == labels.max():
        raise ValueError("all events, or none, have A on this side")
    return float(roc_auc_score(labels, outputs[:, of_a].sum(axis=1)))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "a-against-b-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for number, classes in enumerate((["AA", "AB", "BA", "BB"], ["BA", "AA", "BB", "AB"])):
    for side in (0, 1):
        checks.sums_over_sides(a_against_b, *checks.classified(300, 4, seed=number), classes, side)
checks.refuses_absent_classes(a_against_b, "a_against_b", ["AA", "BA", "AB", "BB"], 0)
checks.refuses_absent_classes(a_against_b, "a_against_b", ["AA", "AB", "BA", "BB"], 1)
checks.passed("A is told from B on each side, whatever the other side did")
### BEGIN HIDDEN TESTS
for side in (0, 1):
    checks.sums_over_sides(a_against_b, *checks.classified(500, 4, seed=31), ["AB", "BB", "AA", "BA"], side)
checks.refuses_absent_classes(a_against_b, "a_against_b", ["AB", "AA", "BB", "BA"], 1)
### END HIDDEN TESTS

# %% [markdown]
# ## Results are files
#
# A study of a hundred trainings will be interrupted: by a restart of the kernel, by a night, by a full disk.
# What was finished should not be trained again, and what was half done must not be taken for a result.
# So each run leaves two files in its folder:
#
# - `network.keras`, the trained network;
# - `result.json`, written *last*: settings, versions, metrics and history.
#   If it is there, whole, and says these settings, then the run is finished.
#
# **Task.** Write `finished`.
#
# <details><summary>Hint 1</summary>
#
# What can be wrong: there is no such folder, no such file, the file is empty or cut short, or it holds other settings.
# [`json.loads`](https://docs.python.org/3/library/json.html#json.loads) raises an error for what is no JSON.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `try` to read, and `except (FileNotFoundError, json.JSONDecodeError)` return None.
# Then compare `result["settings"]` with `asdict(settings)`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "finished", "locked": false, "schema_version": 3, "solution": true, "task": false}
def finished(settings, folder):
    """What result.json of a finished run holds (a dictionary), or None if there is no finished run of these settings.

    settings: an Experiment. folder: str or Path, the folder of all runs, in which each has its own by folder_name.
    """
    ### BEGIN SOLUTION
    try:
        result = json.loads((Path(folder) / folder_name(settings) / "result.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return result if result["settings"] == asdict(settings) else None
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "finished-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.finds_finished(finished, Experiment, folder_name, varset=2, width=64)
checks.finds_finished(finished, Experiment, folder_name)
checks.passed("a whole result of these settings is found, and nothing else is taken for one")
### BEGIN HIDDEN TESTS
checks.finds_finished(finished, Experiment, folder_name, depth=0, learning_rate=0.01, seed=3)
### END HIDDEN TESTS

# %% [markdown]
# Now the run itself.
# Everything random in it hangs on the seed: the first parameters, and the order in which `fit` takes the events.
#
# **Task.** Write `run` and `stored_network`.
#
# - A finished run is not run again: what its `result.json` holds is returned.
# - Otherwise the network of the settings is trained on the first `n_events` training events with Adam and categorical [cross-entropy](../glossary.md#cross-entropy), for all epochs, with the columns of its set of variables. If there are fewer events, it raises ValueError.
# - The network that is kept is that of the epoch with the least validation loss.
# - `network.keras` is written first and `result.json` last. What an interrupted run left in the folder is replaced.
# - The result is a dictionary, and `result.json` holds it: `settings`; `versions`, that of Keras among them as `"keras"`; `metrics`, with the `loss` and the `area` (the mean of the four areas of `roc_by_class`) of the network that is kept, on all validation events; and the `history`, with `loss` and `val_loss`, a value an epoch. You may add more.
# - The same settings give the same numbers, whatever ran before. The data stay as they are.
#
# (The check trains small networks on made-up events, so your function must use the data that it is given.)
#
# <details><summary>Hint 1</summary>
#
# [`keras.utils.set_random_seed`](https://keras.io/api/utils/python_utils/#set_random_seed-function) seeds all there is; call it before the network is made.
# [`EarlyStopping`](https://keras.io/api/callbacks/early_stopping/) with `restore_best_weights=True` goes back to the best epoch; with a `patience` of all epochs it never stops early.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `network(inputs).numpy()` gives the outputs for the areas, all events at once; the least of `history["val_loss"]` is the loss.
# `json.dumps` takes no NumPy numbers: make them `float`.
# Make the folder with `mkdir(parents=True, exist_ok=True)`, call [`network.save`](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/), then write the text to another name and put it in place with [`os.replace`](https://docs.python.org/3/library/os.html#os.replace), in one step.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "run", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
def run(settings, data, folder):
    """Train by the settings unless that is done; returns {"settings": …, "versions": …, "metrics": …, "history": …}.

    settings: an Experiment. folder: str or Path of all runs; it need not exist. data: {"training": (inputs, targets),
    "validation": (inputs, targets)}, inputs (n_events, n_fields) of all fields, scaled, one-hot targets (n_events, 4).
    Raises ValueError if there are fewer than n_events training events.
    """
    ### BEGIN SOLUTION
    if result := finished(settings, folder):
        return result
    columns = columns_of(settings.varset)
    inputs, targets = (array[: settings.n_events] for array in data["training"])
    if len(inputs) < settings.n_events:
        raise ValueError(f"{settings.n_events} training events are asked for, but there are {len(inputs)}")
    validation = (data["validation"][0][:, columns], data["validation"][1])

    keras.utils.set_random_seed(settings.seed)
    network = fully_connected(len(columns), settings.width, settings.depth, targets.shape[1])
    network.compile(keras.optimizers.Adam(settings.learning_rate), loss="categorical_crossentropy")
    network.optimizer.build(network.trainable_variables)  # without it TensorFlow translates the first step twice
    history = network.fit(
        inputs[:, columns],
        targets,
        validation_data=validation,
        validation_batch_size=5000,
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        callbacks=[keras.callbacks.EarlyStopping(patience=settings.epochs, restore_best_weights=True)],
        verbose=0,
    ).history

    outputs = network(validation[0]).numpy()
    areas = [area for _, _, area in roc_by_class(validation[1], outputs, CLASSES).values()]
    result = {
        "settings": asdict(settings),
        "versions": {"keras": keras.__version__, "numpy": np.__version__},
        "metrics": {"loss": float(min(history["val_loss"])), "area": float(np.mean(areas))},
        "history": {name: [float(value) for value in values] for name, values in history.items()},
    }
    place = Path(folder) / folder_name(settings)
    place.mkdir(parents=True, exist_ok=True)
    network.save(place / "network.keras")
    (place / "result.json.part").write_text(json.dumps(result, indent=1))
    os.replace(place / "result.json.part", place / "result.json")
    return result
    ### END SOLUTION


def stored_network(settings, folder):
    """The network of a finished run, as a keras model. settings, folder: as for run."""
    ### BEGIN SOLUTION
    return keras.models.load_model(Path(folder) / folder_name(settings) / "network.keras")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "run-check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

small = {"epochs": 3, "n_events": 300, "batch_size": 50, "learning_rate": 0.02}
for varset in (1, 2):
    checks.stores_run(run, stored_network, Experiment, folder_name, **small, varset=varset, width=12)
checks.follows_settings(run, stored_network, Experiment, learning_rate=0.004, batch_size=50)
checks.repeats_experiments(run, Experiment, folder_name, n_events=250, epochs=2, batch_size=50)
checks.resumes(run, Experiment, folder_name, epochs=1, n_events=200)
checks.passed("a run follows from its settings alone, and its folder says whether it is finished and what came out")
### BEGIN HIDDEN TESTS
checks.stores_run(run, stored_network, Experiment, folder_name, **small, varset=0, depth=0)
checks.follows_settings(run, stored_network, Experiment, learning_rate=0.002, batch_size=100)
### END HIDDEN TESTS

# %% [markdown]
# ## Experiment 1: which variables?
#
# Three sets of variables, three seeds, everything else alike; six epochs are enough to compare them, and save your time.
# Run the cell twice: the second time it takes no time.

# %% tags=["nbval-ignore-output"]
shared = Experiment(width=64, depth=3, epochs=6)
by_varset = {
    varset: [run(replace(shared, varset=varset, seed=seed), data, RUNS) for seed in SEEDS] for varset in VARSETS
}
areas = {varset: np.array([result["metrics"]["area"] for result in results]) for varset, results in by_varset.items()}
for varset, name in VARSETS.items():
    print(f"{name:12s} mean area {areas[varset].mean():.3f}, spread of the seeds {areas[varset].std(ddof=1):.3f}")

# %% tags=["nbval-ignore-output"]
targets = data["validation"][1]
figure, panels = plt.subplots(1, 3, figsize=(13, 4.8))
for axes, (varset, title) in zip(panels, VARSETS.items(), strict=True):
    network = stored_network(replace(shared, varset=varset, seed=SEED), RUNS)
    outputs = network(data["validation"][0][:, columns_of(varset)]).numpy()
    curves = roc_by_class(targets, outputs, CLASSES)
    for (name, (false, true, area)), style in zip(curves.items(), ("-", "--", "-.", ":"), strict=True):
        axes.plot(false, true, style, label=f"{name}, area {area:.2f}")
    axes.plot([0, 1], [0, 1], lw=1, color="grey")
    axes.set(title=title, xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="lower right", fontsize=11)
    sides = [a_against_b(targets, outputs, CLASSES, side) for side in (0, 1)]
    print(f"{title:12s} A against B: side with the lepton {sides[0]:.3f}, side with the quarks {sides[1]:.3f}")
plt.show()

# %% [markdown]
# *Figure: ROC curves of each class against the rest on validation events, for one seed and three sets of variables.
# AA and BB are told from the rest more easily than AB and BA: they differ from each other on both sides and lie at the two ends, with AB and BA between them.
# With the high-level variables the curves are higher than with the four-vectors.*
#
# ### Is it the network?
#
# A number of a network means little without others beside it.
# Two classifiers of [scikit-learn](https://scikit-learn.org/stable/) learn from the same events: a [logistic regression](https://scikit-learn.org/stable/modules/generated/sklearn.linear_model.LogisticRegression.html), which is a network without hidden layers, and a [histogram-based gradient boosting](https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.HistGradientBoostingClassifier.html), a fast kind of [boosted decision trees](../glossary.md#boosted-decision-tree).

# %% tags=["nbval-ignore-output"]
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression


def boosted_trees():
    return HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, early_stopping=False)


def area_of(classifier, varset, part="validation"):
    """The mean area of a classifier of scikit-learn, trained on the same events as the networks."""
    columns, n_events = columns_of(varset), shared.n_events
    inputs, targets = data["training"]
    classifier.fit(inputs[:n_events, columns], targets[:n_events].argmax(axis=1))
    outputs = classifier.predict_proba(data[part][0][:, columns])
    return np.mean([area for _, _, area in roc_by_class(data[part][1], outputs, CLASSES).values()])


# %% tags=["nbval-ignore-output"]
rows = []
for varset, name in VARSETS.items():
    linear, trees = area_of(LogisticRegression(max_iter=200), varset), area_of(boosted_trees(), varset)
    rows.append({"variables": name, "logistic regression": f"{linear:.3f}", "boosted trees": f"{trees:.3f}"})
    rows[-1]["network"] = f"{areas[varset].mean():.3f} ± {areas[varset].std(ddof=1):.3f}"
pd.DataFrame(rows).set_index("variables")

# %% [markdown]
# *Table: mean of the four areas on validation, by variables and classifier, for the network with the spread of three seeds.
# The other two leave nothing to chance: they have no seed, and so no spread.
# Only with the high-level variables is the network better than the logistic regression, and nowhere is it as good as the trees: with 8000 events it learns the luck of its training events, the more the more variables it is given. Experiment 2 shows it at work.*
#
# The variables matter most.
# With the high-level ones the network gains a little over the line, and the boosted trees gain more; with *all* fields the network is worse than with the high-level ones alone, because what the other 21 add costs it more events to ignore than it has.
# That a network must beat boosted trees is not written anywhere: on tables of a few thousand events it often does not.
#
# ### How to read ±
#
# The ± here is the *spread*: how far one seed is from another, typically.
# The error of a *mean* of $n$ seeds is smaller, spread$/\sqrt n$, and the difference of two means has the errors of both:
#
# $$\Delta = m_1 - m_2, \qquad \sigma_\Delta = \sqrt{s_1^2/n_1 + s_2^2/n_2}.$$
#
# So 0.790 ± 0.004 against 0.792 ± 0.005, with three seeds each, is a difference of 0.002 with an error of 0.004: **no difference**.
# Whoever prints the larger number in bold has printed noise.
# (A spread from three seeds is itself known to about half of its size; and what all seeds share, the events, is in neither number.)


# %%
def difference(some, others):
    """The difference of two means, and its error from the seeds."""
    error = np.sqrt(np.var(some, ddof=1) / len(some) + np.var(others, ddof=1) / len(others))
    return np.mean(some) - np.mean(others), error


example = difference([0.786, 0.790, 0.794], [0.787, 0.792, 0.797])
print(f"0.790 ± 0.004 against 0.792 ± 0.005: {example[0]:+.3f} ± {example[1]:.3f}")

# %% tags=["nbval-ignore-output"]
for one, other in ((1, 2), (0, 1)):
    found, error = difference(areas[one], areas[other])
    print(f"{VARSETS[one]} - {VARSETS[other]}: {found:+.3f} ± {error:.3f}, {abs(found) / error:.1f} errors")

# %% [markdown]
# **Question.** The high-level variables are computed from the four-vectors and from nothing else.
# Then what can a network with the high-level variables know that one with the four-vectors does not?
# What would a deep network have to find in the four-vectors, and what did Baldi et al. see when there were millions of events?
# Name two high-level variables of the datasheet, and the operations that lead from four-vectors to them.

# %% [markdown] nbgrader={"grade": true, "grade_id": "what-deep-networks-find", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# Nothing: all the information is in the four-vectors. The high-level variables have it in a form that is easy to use, because a physicist has already thrown away what does not matter (the azimuth of the whole event) and combined what belongs together.
#
# A deep network has to find combinations such as masses: products of momenta and energies with cosines of differences of angles, square roots, and which of two b jets belongs to the lepton (a minimum). Each needs several layers and many events. Baldi et al. saw that deep networks reached with low-level variables alone nearly what they reached with both together, while shallow ones needed the designed variables: with millions of events the features can be learned. With a few thousand they cannot.
#
# For example m_bl_min: E and p from pT, η, φ and mass, sums, squares, a root, for two b jets, then the smaller. mt_lmet: √(2 pT MET (1 − cos Δφ)).
#
# **Marking scheme.** 1 point: no new information, but another form.
# 1 point: what deep networks do (extract such features), and that they need events (or depth) for it, with Baldi et al. read correctly.
# 1 point: two variables with the operations.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Your own settings
#
# **Task.** Find settings with which the mean of the four areas exceeds 0.70 in validation.
# Put the network that you found into `best_network`.
#
# <details><summary>Hint 1</summary>
#
# The table says which set of variables is worth most.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `run(settings, data, RUNS)` trains, and `stored_network(settings, RUNS)` gives the network.
# More events, fewer epochs or another learning rate are settings, too.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "best-network", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
# Set best_network, a keras model of 36, 15 or 21 inputs (n_events, n_inputs), as stored_network returns it.
### BEGIN SOLUTION
best_settings = replace(shared, varset=1, seed=SEED)
print(run(best_settings, data, RUNS)["metrics"])
best_network = stored_network(best_settings, RUNS)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "best-network-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

area = checks.separates_pairs(best_network, "best_network", bar=0.70)
checks.passed(f"the mean area in validation is {area:.3f}", more=False)

# %% [markdown]
# ## Experiment 2: how wide, how deep?
#
# With the four-vectors there is something left to find.
# A *scan* runs all combinations of widths and depths, several seeds each.
#
# **Task.** Write `scan`.
# It calls `run(settings)` once for each combination of width, depth and seed, with all other settings as they are given, and returns a list with a row for each: a dictionary of width, depth, seed, loss and area.
# Show a progress bar (it is for you: the check does not look at it).
#
# <details><summary>Hint 1</summary>
#
# [`itertools.product`](https://docs.python.org/3/library/itertools.html#itertools.product) makes all combinations, and `replace` a copy of settings with some of them changed.
# [`tqdm`](https://tqdm.github.io/) around a list shows a bar while a loop goes through it.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `for width, depth, seed in tqdm(list(product(widths, depths, seeds))):` and in the loop append `{"width": width, …, **run(…)["metrics"]}`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "scan", "locked": false, "schema_version": 3, "solution": true, "task": false}
from tqdm import tqdm


def scan(settings, widths, depths, seeds, run):
    """A list of dictionaries of width, depth, seed, loss and area, one for each combination.

    settings: an Experiment with all other settings. run: a function of an Experiment that returns a dictionary, whose
    "metrics" are a dictionary of loss and area.
    """
    ### BEGIN SOLUTION
    rows = []
    for width, depth, seed in tqdm(list(product(widths, depths, seeds)), unit=" runs"):
        result = run(replace(settings, width=width, depth=depth, seed=seed))
        rows.append({"width": width, "depth": depth, "seed": seed, **result["metrics"]})
    return rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scan-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

checks.scans_shapes(scan, Experiment, folder_name, widths=[8, 32], depths=[1, 2, 3], seeds=[0, 5])
checks.scans_shapes(scan, Experiment, folder_name, widths=[16], depths=[4], seeds=[2])
checks.passed("each width meets each depth and each seed once, and each row has the numbers of its own run")
### BEGIN HIDDEN TESTS
checks.scans_shapes(scan, Experiment, folder_name, widths=[4, 8, 12], depths=[0, 2], seeds=range(3))
### END HIDDEN TESTS

# %% [markdown]
# ## From the notebook to the shell
#
# A scan is many runs, and a notebook makes one after the other.
# A grid of hundreds takes a night and wants a program: started from the shell, on several processors, stopped and started again.
# It leaves its results in the folders of the runs, where the notebook finds them.
#
# First its command line, so that one can say
#
# `python experiment.py --varset 2 --width 64 --depth 3`
#
# **Task.** Write `parse`, with [`argparse`](https://docs.python.org/3/library/argparse.html).
# It returns a dictionary with these options:
#
# | option | value | where it is not given |
# |---|---|---|
# | `--varset` | 0, 1 or 2, nothing else | 0 |
# | `--width`, `--depth`, `--seed` | one integer or more: a list | `[32]`, `[2]`, `[0]` |
# | `--epochs`, `--n-events` | an integer; the keys are `epochs` and `n_events` | 10, 8000 |
# | `--jobs` | an integer: runs at the same time | 1 |
# | `--folder` | the folder of the runs | `runs` |
# | `--data` | a folder with the ROOT files of the classes | `None`: the course's own |
#
# What is wrong ends the program with an error: an unknown option, a value that cannot be, a data folder that lacks one of the files.
#
# <details><summary>Hint 1</summary>
#
# `add_argument` takes `type=int`, `choices=`, `nargs="+"` (one or more) and `default=`.
# The dictionary is `vars` of what `parse_args(arguments)` returns.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `pair_files(folder)` of the helpers raises `FileNotFoundError`, with a sentence, if a file is missing; `parser.error(sentence)` ends the program with it.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "parse", "locked": false, "schema_version": 3, "solution": true, "task": false}
import argparse

from helpers.heavy_pairs import pair_files


def parse(arguments=None):
    """A dictionary of varset, width, depth, seed, epochs, n_events, jobs, folder and data.

    arguments: list of str, or None for those of the shell. Ends the program if they are wrong or data lacks a file.
    """
    ### BEGIN SOLUTION
    parser = argparse.ArgumentParser(description="Train networks on the heavy pairs, for each width, depth and seed.")
    parser.add_argument("--varset", type=int, choices=(0, 1, 2), default=0, help="0 all, 1 high-level, 2 four-vectors")
    for name, default in (("width", 32), ("depth", 2), ("seed", 0)):
        parser.add_argument(
            f"--{name}", type=int, nargs="+", default=[default], help=f"one or more (default: {default})"
        )
    for name, default in (("epochs", 10), ("n-events", 8000), ("jobs", 1)):
        parser.add_argument(f"--{name}", type=int, default=default, help="(default: %(default)s)")
    parser.add_argument("--folder", default="runs", help="where the runs are kept (default: %(default)s)")
    parser.add_argument("--data", help="folder of AA.root, AB.root, BA.root and BB.root (default: the course's)")
    options = parser.parse_args(arguments)
    try:
        pair_files(options.data)
    except FileNotFoundError as error:
        parser.error(str(error))
    return vars(options)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "parse-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

one = ("--varset 2 --width 64 --depth 3", {"varset": 2, "width": [64], "depth": [3]})
many = (
    "--width 8 32 --depth 1 2 --seed 4 5 --jobs 2",
    {"width": [8, 32], "depth": [1, 2], "seed": [4, 5], "jobs": 2},
)
others = ("--epochs 3 --n-events 500 --folder here", {"epochs": 3, "n_events": 500, "folder": "here"})
checks.parses_options(parse, ("", {}), one, many, others, ("--varset 1", {"varset": 1}))
checks.refuses_options(parse, "--breadth 8", "--varset 3", "--width wide", "--data no/such/folder", "--seed")
checks.passed("what is given is taken, what is not has its default, and what is wrong ends the program")
### BEGIN HIDDEN TESTS
some = ("--seed 0 1 2 --varset 0 --n-events 9000", {"seed": [0, 1, 2], "n_events": 9000})
checks.parses_options(parse, some, ("--folder a/b --jobs 4 --depth 0", {"folder": "a/b", "jobs": 4, "depth": [0]}))
checks.refuses_options(parse, "--varset -1", "--epochs 2.5", "--data .", "more", "--depth 1 two")
### END HIDDEN TESTS

# %% [markdown]
# Several runs at a time need several processes, because TensorFlow keeps one busy.
# This is given: it shares the runs out among processes, shows a bar, and returns when all are finished.
# (It works in the program alone: a new process imports the file that it was started from, and a notebook is none.)

# %%
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed


def run_alone(settings, options):
    """One run, in a process of its own."""
    run(settings, load_pairs(options["data"]), options["folder"])


# %%
def run_at_a_time(experiments, options):
    """Run experiments in as many processes at a time as options["jobs"] says; an error, or Ctrl + C, ends all."""
    with ProcessPoolExecutor(options["jobs"], multiprocessing.get_context("spawn")) as pool:
        try:
            tasks = [pool.submit(run_alone, settings, options) for settings in experiments]
            for task in tqdm(as_completed(tasks), total=len(tasks), unit=" runs"):
                task.result()
        finally:
            for process in multiprocessing.active_children():
                process.terminate()


# %% [markdown]
# **Task.** Write `main`, the program.
# It runs each width with each depth and each seed, with the other settings as the options say, on the events of `data`, into `folder`, and returns 0.
# What is finished there is not run again.
# With `--jobs` of more than 1 it first calls `run_at_a_time` (the check does not look at this; the grid below needs it).
#
# <details><summary>Hint 1</summary>
#
# You have all parts: `parse`, `load_pairs(options["data"])`, `Experiment`, `scan`, `run`.
# `scan` takes a function of the settings alone.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `lambda settings: run(settings, data, options["folder"])` is that function.
# After `run_at_a_time` all runs are finished, and `scan` only reads them.
# Print the rows as a data frame: who starts a program wants to see what came out.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "main", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
def main(arguments=None):
    """Run the experiments that the arguments (a list of str, or None for those of the shell) ask for; returns 0."""
    ### BEGIN SOLUTION
    options = parse(arguments)
    shared = Experiment(varset=options["varset"], epochs=options["epochs"], n_events=options["n_events"])
    axes = options["width"], options["depth"], options["seed"]
    if options["jobs"] > 1:
        points = [replace(shared, width=width, depth=depth, seed=seed) for width, depth, seed in product(*axes)]
        run_at_a_time(points, options)
    data = load_pairs(options["data"])
    rows = scan(shared, *axes, lambda settings: run(settings, data, options["folder"]))
    print(pd.DataFrame(rows).groupby(["width", "depth"])["area"].agg(["mean", "std", "size"]).round(4))
    return 0
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "main-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

small = {"depth": 1, "epochs": 1, "n_events": 300}
checks.runs_experiments(main, Experiment, folder_name, widths=[4, 6], seeds=[2, 3], varset=2, **small)
checks.passed("main leaves a finished run for each width, depth and seed, and repeats none")
### BEGIN HIDDEN TESTS
small = {"depth": 0, "epochs": 2, "n_events": 200}
checks.runs_experiments(main, Experiment, folder_name, widths=[5], seeds=[1, 8], varset=1, **small)
### END HIDDEN TESTS

# %% [markdown]
# A program is a file.
# Yours is already written: it stands in the cells above.
# `write_program` puts the cells together in which these functions were defined, one after the other, with a call of `main` at the end.
# (If you have put a function of your own in a cell of its own, add it to the list.)

# %%
from helpers.programs import write_program

parts = (columns_of, fully_connected, folder_name, roc_by_class, finished, run, scan, parse)
program = f"{temporary.name}/experiment.py"
write_program(program, "Train networks on the heavy pairs.", *parts, run_alone, run_at_a_time, main)
print(Path(program).read_text()[:260])

# %% [markdown]
# ## The grid
#
# Run the program, as in a shell, two runs at a time: two widths, two depths, three seeds.
# Of these twelve runs three are finished since Experiment 1, and are not run again.

# %% tags=["nbval-ignore-output"]
import subprocess
import sys

WIDTHS, DEPTHS = [8, 64], [1, 3]
arguments = ["--varset", 2, "--width", *WIDTHS, "--depth", *DEPTHS, "--seed", *SEEDS, "--epochs", shared.epochs]
arguments += ["--jobs", 2, "--folder", RUNS]
before = len(os.listdir(RUNS))
ended = subprocess.run([sys.executable, program, *map(str, arguments)], capture_output=True, text=True)
print(ended.stdout, ended.stderr[-2000:] if ended.returncode else "")
print(f"{before} runs before, {len(os.listdir(RUNS))} now")

# %% [markdown]
# At home copy the file, put `load_pairs` and `pair_files` of your own analysis in the place of the import, and let it run over night:
#
# `python experiment.py --varset 2 --width 16 64 256 --depth 1 2 3 4 --seed 0 1 2 3 4 --epochs 30 --n-events 20000 --jobs 4`
#
# Stop it with Ctrl + C and start it again: it goes on where it was.
#
# Now all runs of the grid are finished, and `scan` reads them in no time.
# (Where one is missing, because the program has failed, it is run here.)

# %% tags=["nbval-ignore-output"]
of_four_vectors = replace(shared, varset=2)
table = pd.DataFrame(scan(of_four_vectors, WIDTHS, DEPTHS, SEEDS, lambda settings: run(settings, data, RUNS)))
by_shape = table.groupby(["width", "depth"])["area"].agg(["mean", "std"])
by_shape["parameters"] = [count_parameters(21, width, depth, len(CLASSES)) for width, depth in by_shape.index]
by_shape.round(4)

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots(figsize=(7, 5))
means = by_shape["mean"].unstack("depth")
image = axes.imshow(means, cmap="Blues", vmin=means.min().min() - 0.02, vmax=means.max().max() + 0.06)
for (row, column), mean in np.ndenumerate(means):
    spread = by_shape["std"][means.index[row], means.columns[column]]
    axes.text(column, row, f"{mean:.3f}\n± {spread:.3f}", ha="center", va="center")
axes.set(xlabel="depth", ylabel="width", xticks=range(len(DEPTHS)), xticklabels=DEPTHS)
axes.set(yticks=range(len(WIDTHS)), yticklabels=WIDTHS)
axes.minorticks_off()
figure.colorbar(image, label="mean area in validation")
plt.show()

# %% [markdown]
# *Figure: the mean of the four areas in validation for each width and depth, mean and spread of three seeds, with the four-vectors as inputs; the darker a field, the larger its area.*
#
# Before you call one field better, compute the difference and its error.

# %% tags=["nbval-ignore-output"]
validation = {shape: rows["area"].to_numpy() for shape, rows in table.groupby(["width", "depth"])}
smallest, largest = (WIDTHS[0], DEPTHS[0]), (WIDTHS[-1], DEPTHS[-1])
wide, deep = (WIDTHS[-1], DEPTHS[0]), (WIDTHS[0], DEPTHS[-1])
for shape, other in ((wide, smallest), (deep, smallest), (largest, wide)):
    found, error = difference(validation[shape], validation[other])
    print(f"{shape} - {other}: {found:+.3f} ± {error:.3f}, {abs(found) / error:.1f} errors")

# %% tags=["nbval-ignore-output", "show-in-book"]
figure, panels = plt.subplots(1, 2, figsize=(13, 4.8), sharey=True)
for axes, (width, depth) in zip(panels, (smallest, largest), strict=True):
    for seed in SEEDS:
        history = finished(replace(of_four_vectors, width=width, depth=depth, seed=seed), RUNS)["history"]
        epochs = np.arange(1, len(history["loss"]) + 1)
        axes.plot(epochs, history["loss"], "-", color="C0", label="training" if seed == SEED else None)
        axes.plot(epochs, history["val_loss"], "--", color="C1", label="validation" if seed == SEED else None)
    axes.axhline(np.log(4), ls=":", color="grey", label="a guess, ln 4")
    axes.set(title=f"width {width}, depth {depth}", xlabel="epoch", ylabel="loss", xlim=(1, epochs[-1]))
    axes.legend()
plt.show()

# %% [markdown]
# *Figure: loss against epoch of the smallest and of the largest network, three seeds each.
# The small network learns slowly, training and validation stay together, and after six epochs it is not at its end.
# The large one learns the training events, but soon no longer anything about the validation events: it [overfits](../glossary.md#overfitting), and what is kept is an early epoch.*
#
# So in this study width pays, and depth does not: one wide layer is better than one narrow layer by many errors, three narrow layers are worse than one, and three wide ones do not differ from one.
# Depth would have something to find in the four-vectors, but so many parameters find the luck of 8000 events first.
# This is a result, too, and worth as much as the other one: it says *with this number of events and epochs, without regularisation*.
# (Is it fair to the narrow networks, which were still learning? The number of epochs is a setting, too.)
# Baldi et al. had millions of events and [dropout](../glossary.md#dropout); "Going further" has both.
#
# **Question.** Width and depth are [*hyperparameters*](../glossary.md#hyperparameter).
# What is a hyperparameter, and how does it differ from a parameter?
# Why may the test sample not choose it?
# By how much is the best validation area of many shapes too large, roughly, if all shapes were equally good: zero, one spread of the numbers that are compared, or ten?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hyperparameters", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# A parameter (weight, bias) is set by the training, to make the loss on training events small. A hyperparameter is set before it and stays: width, depth, learning rate, epochs, the set of variables. It is chosen by comparing finished trainings on events that they have not learned from.
#
# What chooses among many takes the one that is good *and* lucky on the choosing sample. If the test sample chooses, its number is that luck included, and there is no independent sample left to say by how much it is too good.
#
# If all shapes are equally good the best of a few has the luck of the largest of a few random numbers: about one spread (of the means), more for more shapes.
#
# **Marking scheme.** 1 point: set before the training against set by the training.
# 1 point: the choice uses up the sample, whose number is then biased upwards.
# 1 point: of the order of one spread, growing slowly with the number of shapes.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Choose, and ask the test sample once
#
# The test sample is behind a door.
# Behind the door sits a function, `judge(shape)`, that gives the areas of a shape's networks on test events, one for each seed.
# It may be asked once.
#
# **Task.** Write `choose`: take the shape with the largest *mean* area in validation, then ask the judge about that shape alone.
#
# <details><summary>Hint 1</summary>
#
# `max(areas, key=…)` takes a function that says by what the largest is found.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Call `judge` in one place and keep what it returns: the test value is its mean, the spread its standard deviation with `ddof=1`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "choose", "locked": false, "schema_version": 3, "solution": true, "task": false}
def choose(areas, judge):
    """The best shape by validation, and what it is worth: a dictionary of shape, validation, test and spread.

    areas: {(width, depth): areas in validation (n_seeds,)}. judge: a function of such a shape that returns its areas in
    test (n_seeds,); to be called once. validation and test are means over the seeds, spread is the standard deviation,
    with n - 1, of the areas in test.
    """
    ### BEGIN SOLUTION
    best = max(areas, key=lambda shape: np.mean(areas[shape]))
    test = judge(best)
    return {
        "shape": best,
        "validation": float(np.mean(areas[best])),
        "test": float(np.mean(test)),
        "spread": float(np.std(test, ddof=1)),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "choose-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

lucky, best = np.array([0.70, 0.80, 0.72]), np.array([0.75, 0.76, 0.77])
steady, typical = np.array([0.74, 0.74, 0.741]), np.array([0.66, 0.785, 0.78])
areas_by_shape = {(8, 1): lucky, (32, 2): best, (64, 3): steady, (16, 1): typical, (128, 3): best - 0.01}
test_areas = {(8, 1): lucky + 0.05, (32, 2): best[::-1] - [0.03, 0.0, 0.01], (64, 3): best + 0.03, (128, 3): best}
test_areas[16, 1] = best
checks.judges_once(choose, areas_by_shape, test_areas)
checks.judges_once(choose, {shape: areas_by_shape[shape][:2] for shape in ((8, 1), (64, 3))}, test_areas)
checks.passed("validation chooses by the mean over the seeds, and the test sample is asked once")
### BEGIN HIDDEN TESTS
for seed in range(3):
    areas_by_shape, test_areas = (
        {(width, depth): rng.uniform(0.6, 0.8, 5) for width in (4, 16, 64) for depth in (0, 1, 2)}
        for rng in (np.random.default_rng(seed), np.random.default_rng(seed + 50))
    )
    checks.judges_once(choose, areas_by_shape, test_areas)
### END HIDDEN TESTS


# %% tags=["nbval-ignore-output"]
def judge(shape):
    """The areas on test events of the networks with the four-vectors and this shape."""
    inputs, targets = data["test"]
    found = []
    for seed in SEEDS:
        network = stored_network(replace(of_four_vectors, width=shape[0], depth=shape[1], seed=seed), RUNS)
        outputs = network(inputs[:, columns_of(2)]).numpy()
        found.append(np.mean([area for _, _, area in roc_by_class(targets, outputs, CLASSES).values()]))
    return np.array(found)


# %% tags=["nbval-ignore-output"]
chosen = choose(validation, judge)
trees, linear = area_of(boosted_trees(), 2, "test"), area_of(LogisticRegression(max_iter=200), 2, "test")
print(f"chosen: width, depth {chosen['shape']}, {chosen['validation']:.3f} in validation")
print(f"test: network {chosen['test']:.3f} ± {chosen['spread']:.3f}, ", end="")
print(f"boosted trees {trees:.3f}, logistic regression {linear:.3f}")

# %% [markdown]
# The numbers of this last cell are the ones that may be quoted, and the ± beside them is the spread of the seeds alone.
# With other test events all three would move together, by about as much as the areas of validation and test differ.

# %% [markdown]
# ## Going further
#
# - *Does depth pay?* Run the command above on a machine that has the time, and draw the heat map again. Baldi et al. had millions of events: `make data DATASET=heavy_pairs EVENTS=200000` makes more, and `--data` takes the folder that it names in the end.
# - *Help the network.* With the four-vectors, give azimuths relative to that of the lepton, and mirror events so that the lepton's pseudorapidity is positive. What is that worth, in spreads?
# - *Regularise.* Does depth pay with dropout at a rate of 0.2? Add [dropout](../glossary.md#dropout) to `fully_connected`, and its rate to the settings. What else has to change, so that old results are not taken for new ones?

# %% [markdown]
# [← Ntuple experiment: HDF5](../ntuple_experiment/ntuples_to_hdf5.ipynb) · [Start](../start.md) · [Di-Higgs: selection →](../dihiggs/selection.ipynb)
