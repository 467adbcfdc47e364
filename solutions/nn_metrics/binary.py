# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # NN metrics II: signal against background
#
# **What you will learn**
#
# - where the weight of a simulated event comes from, and how to prepare samples so that a network can learn from them;
# - how to watch a training, and to go back to its best epoch;
# - confusion matrix, rates, accuracy and ROC area, all with event weights;
# - how to test for over-training with a p-value;
# - what a network is worth in an analysis: the figure of merit, and which number you may quote.
#
# **What you need to know:** Exercises 3 to 5 (weights, splitting, a first network); the notebook *ingredients* helps.
# **Time:** three hours, a minute of them for training.
#
# **Data:** `stop_search/`: simulated events of a search for a light top squark with one lepton, in six tables (training, validation and test, signal and background).
# **Label 1 is signal here, label 0 is background**, as in most code, and the opposite of Exercises 3 to 6.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← NN metrics: ingredients](../nn_metrics/ingredients.ipynb) · [Start](../start.md) · [NN metrics: multiclass →](../nn_metrics/multiclass.ipynb)

# %%
import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import pandas as pd
from scipy.stats import chi2
from sklearn.metrics import roc_auc_score

from helpers import datasets, figures

SEED = 1
VARIABLES = ["LepPt", "LepEta", "LepChg", "Met", "mt", "Njet", "Jet1Pt", "HT", "NbLoose"]
VARIABLES += ["JetHBpt", "JetHBCSV", "DrJetHBLep"]
FILES = {"training": "train", "validation": "val", "test": "test"}
figures.use_style()


# %% [markdown]
# ## The search
#
# A top squark (stop) that is only a little heavier than the lightest new particle decays to that particle, a b quark and two light fermions, all of them soft.
# A jet from the initial state pushes the pair, and leaves large missing transverse momentum.
# The largest backgrounds are W + jets and top pairs.
#
# The tables have 17 variables.
# We take twelve of them, as the published search does:
#
# | variable | of | unit |
# |---|---|---|
# | `LepPt`, `LepEta`, `LepChg` | lepton: transverse momentum, pseudorapidity, charge | GeV, –, – |
# | `Met`, `mt` | missing transverse momentum; transverse mass of it and the lepton | GeV |
# | `Njet`, `Jet1Pt`, `HT` | number of jets, transverse momentum of the hardest, sum of all | –, GeV, GeV |
# | `NbLoose`, `JetHBpt`, `JetHBCSV`, `DrJetHBLep` | number of b tags; of the jet that is most like a b jet: transverse momentum, b-tag discriminant, distance from the lepton | –, GeV, –, – |
#
# Then follow the weight and the process of each event.

# %%
def read(part):
    tables = [datasets.load_table(f"stop_search/{FILES[part]}_{kind}.csv.gz") for kind in ("sig", "bkg")]
    table = pd.concat([table.assign(label=label) for table, label in zip(tables, (1, 0), strict=True)])
    return {
        "inputs": table[VARIABLES].to_numpy(float),
        "labels": table["label"].to_numpy(),
        "weights": table["weight"].to_numpy(),  # pb
        "processes": table["process"].to_numpy(str),
    }


samples = {part: read(part) for part in FILES}
table = datasets.load_table("stop_search/train_bkg.csv.gz")
table[["LepPt", "Met", "mt", "Njet", "weight", "process"]].head(3)


# %% [markdown]
# The test sample is read, and nothing looks at it before the last section.
#
# ## Where a weight comes from
#
# A simulated event stands for some fraction of an event in the detector.
# Of $N$ generated events of a process with [cross-section](../glossary.md#cross-section) $\sigma$, each stands for $\sigma/N$, whether it is selected or not.
# [Scale factors](../glossary.md#scale-factor) correct what the simulation gets wrong about an event (trigger, lepton, b tag); they multiply.
# And the generator itself may give events weights $g$, in some programs negative ones; those of all $N$ events have a mean of 1:
#
# $$w = \frac{\sigma}{N} \cdot g \cdot \prod_k \mathrm{SF}_k.$$
#
# The weight is in pb; times the luminosity (35 866 pb⁻¹ in 2016) it is a number of expected events.
#
# **Task.** Write `event_weights`.
#
# <details><summary>Hint 1</summary>
#
# $N$ is the number of generated events, which has nothing to do with how many you were given.
# The product runs over the columns of one event.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`np.prod(array, axis=1)`](https://numpy.org/doc/stable/reference/generated/numpy.prod.html) multiplies along each row, and gives 1 for a row without entries.
# Compare `n_generated` with the length of `generator_weights` before you divide.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "event-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def event_weights(cross_section, n_generated, scale_factors, generator_weights):
    """Weights in pb, (n_events,), of the selected events of one process.

    cross_section: pb. n_generated: the number of all generated events. scale_factors: (n_events, n_factors), n_factors
    may be 0. generator_weights: (n_events,), of any sign, with a mean of 1 over all generated events.
    Raises ValueError if n_generated is not above 0, or is smaller than n_events.
    """
    ### BEGIN SOLUTION
    if n_generated <= 0 or n_generated < len(generator_weights):
        raise ValueError(f"{len(generator_weights)} events were selected of {n_generated}")
    return cross_section / n_generated * generator_weights * np.prod(scale_factors, axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "event-weights-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

for n_events, n_factors, n_generated in ((40, 3, 5000), (7, 1, 7), (6, 0, 100), (0, 2, 100)):
    checks.weighs_simulation(event_weights, n_events, n_factors, n_generated)
for n_generated, n_events in ((3, 4), (0, 0), (-5, 0)):
    checks.refuses_weights(event_weights, 2.0, n_generated, n_events)
checks.passed("the weights are σ/N times generator weight times all scale factors, and impossible numbers are refused")
### BEGIN HIDDEN TESTS
for n_events, n_factors, n_generated in ((300, 5, 12_000), (1, 2, 1), (25, 0, 26), (0, 0, 1)):
    checks.weighs_simulation(event_weights, n_events, n_factors, n_generated)
for n_generated, n_events in ((99, 100), (0, 1), (-1, 0)):
    checks.refuses_weights(event_weights, 0.3, n_generated, n_events)
### END HIDDEN TESTS

# %% [markdown]
# ## What a sample is made of
#
# Training and validation must be alike: if one had more top pairs than the other, their losses would differ for a reason that has nothing to do with learning.
# What counts is the *fraction of the sum of weights* of each process.
#
# **Task.** Write `composition`, which gives the fraction of each process that occurs.
#
# <details><summary>Hint 1</summary>
#
# `np.unique` lists the processes; `weights[processes == name]` are the weights of one of them.
# pandas has [`groupby`](https://pandas.pydata.org/docs/reference/api/pandas.Series.groupby.html) for the same.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Divide the sum of weights of each process by the sum of all.
# If that is 0, there is nothing to divide by: raise `ValueError` first.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "composition", "locked": false, "schema_version": 3, "solution": true, "task": false}
def composition(processes, weights):
    """The fraction of the sum of weights that each process has: a dictionary {process: fraction}.

    processes: (n_events,), names. weights: (n_events,).
    Raises ValueError if there are no events, or if the weights sum to 0 (as weights of both signs may).
    """
    ### BEGIN SOLUTION
    total = np.sum(weights)
    if total == 0:
        raise ValueError("the weights sum to 0")
    return {str(name): float(np.sum(weights[processes == name]) / total) for name in np.unique(processes)}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "composition-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

names, weights = np.array(["W.root", "TT.root", "W.root", "Z.root", "TT.root"]), np.array([4.0, 1.0, 3.0, 0.5, 1.5])
checks.breaks_down(composition, names, weights)
checks.breaks_down(composition, names, weights - 1)
checks.needs_weights(composition, "composition", ("there are no events", (names[:0], weights[:0])))
checks.needs_weights(composition, "composition", ("weights cancel", (names[:2], np.array([1.0, -1.0]))))
checks.passed("composition gives each process its fraction of the sum of weights, and refuses a sum of 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
names = rng.choice(np.array(["Wjets.root", "TTbar.root", "ZJetsToNuNu.root", "Diboson.root"]), 500)
weights = rng.exponential(1e-3, 500)
checks.breaks_down(composition, names, weights)
checks.breaks_down(composition, names, np.where(rng.random(500) < 0.2, -weights, weights))
cancel = ("weights cancel", (names[:4], np.array([0.5, -0.25, -0.5, 0.25])))
checks.needs_weights(composition, "composition", cancel, ("there are no events", (names[:0], weights[:0])))
### END HIDDEN TESTS

# %% [markdown]
# Compare the background of training and validation.
# The error of a fraction is about $\sqrt{\sum w^2} / \sum w$, with the process's own weights above and all weights below.

# %%
def fractions(part):
    sample = {kind: values[samples[part]["labels"] == 0] for kind, values in samples[part].items()}
    found = composition(sample["processes"], sample["weights"])
    squares = pd.Series(sample["weights"] ** 2).groupby(sample["processes"]).sum() ** 0.5 / sample["weights"].sum()
    return np.array([[found[name], squares[name]] for name in sorted(found)]).T, sorted(found)


figure, axes = plt.subplots(figsize=(9, 9))
for part, style, shift in (("training", "o", 0.12), ("validation", "s", -0.12)):
    (values, errors), names = fractions(part)
    axes.errorbar(values, np.arange(len(names)) + shift, xerr=errors, fmt=style, label=part)
axes.set(xlabel="fraction of the background's weights", ylabel="process", xscale="log", xlim=(1e-4, 1))
axes.set_yticks(range(len(names)), [name.removesuffix(".root") for name in names])
axes.legend(loc="lower right")
plt.show()


# %% [markdown]
# *Figure: the fraction of each background process in training (circles) and validation (squares), on a logarithmic scale.
# Points of most pairs agree far better than their errors: the events of each process were divided evenly, so that chance had no say in their numbers.
# W + jets and top pairs are generated as several samples with weights of their own: by the lepton (`SoftLepton`, `HardLepton` for a hard electron or muon, `HardTau` for a hard τ) and in ranges of the transverse momentum of the hard process, in GeV; together, the samples of W + jets have the largest part.*
#
# ## Balance
#
# The weights of the table are small, and those of signal are smaller still.
# *Ingredients* shows what comes of that: with weights of order 10⁻⁷ the loss and its gradients are of order 10⁻⁷; plain gradient descent learns nothing from them, and Adam, which we use, learns many times more slowly.
# And without balance, a network that calls everything background has a splendid loss.
# So give each class one factor, such that the weights of signal *and* those of background sum to $N_B$, the number of background events in that sample.
# Within a class the ratios stay as they are.
# (*Ingredients* balances to a mean weight of 1, another convention: the two differ by one factor for all events.)
#
# The function returns **new** weights.
# The old ones are still needed: a yield is a sum of weights in pb times luminosity, and comes out wrong with balanced ones.
#
# **Task.** Write `balance`.
#
# <details><summary>Hint 1</summary>
#
# Two sums, two factors.
# The number of background events appears in both factors.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`np.where(labels == 1, a, b)`](https://numpy.org/doc/stable/reference/generated/numpy.where.html) gives each event the factor of its class.
# Look at both sums first: an empty class has a sum of 0, and weights that cancel may have one, too.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "balance", "locked": false, "schema_version": 3, "solution": true, "task": false}
def balance(weights, labels):
    """New weights, (n_events,): those of each class sum to the number of background events.

    weights: (n_events,), in pb. labels: (n_events,), 1 = signal, 0 = background.
    Raises ValueError if the weights of a class do not sum to more than 0, as in a class without events.
    """
    ### BEGIN SOLUTION
    signal = labels == 1
    sums = weights[signal].sum(), weights[~signal].sum()
    if min(sums) <= 0:
        raise ValueError(f"the weights of signal and background sum to {sums}")
    return weights * np.sum(~signal) / np.where(signal, *sums)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "balance-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

weights, labels = np.array([2e-7, 1e-7, 3e-4, 1e-4, 2e-4, 4e-4]), np.array([1, 1, 0, 0, 0, 0])
checks.balances(balance, weights, labels)
checks.balances(balance, np.array([1.0, 5.0, -0.5, 2.0, 1.5]), np.array([0, 1, 0, 1, 0]))
for kind, some in (("signal", [0, 0]), ("background", [1, 1])):
    checks.needs_weights(balance, "balance", (f"there is no {kind}", (weights[:2], np.array(some))))
checks.needs_weights(balance, "balance", ("a class cancels", (np.array([1.0, -1.0, 2.0]), np.array([0, 0, 1]))))
checks.needs_weights(balance, "balance", ("a sum is below 0", (np.array([2.0, 1.0, -3.0]), np.array([1, 0, 0]))))
checks.passed("both classes sum to the number of background events, with the ratios within each as they were")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(5)
labels = (rng.random(700) < 0.3).astype(int)
weights = rng.exponential(1, 700) * np.where(labels == 1, 1e-7, 1e-4)
checks.balances(balance, weights, labels)
checks.balances(balance, weights, labels.astype(float))
checks.balances(balance, weights[::-1].copy(), 1 - labels)
cancels = ("the weights of a class sum to less than 0", (np.array([1.0, 0.5, -2.0]), np.array([0, 1, 1])))
checks.needs_weights(balance, "balance", ("there is no signal", (weights[:5], np.zeros(5))), cancels)
### END HIDDEN TESTS

# %%
balanced = {part: balance(samples[part]["weights"], samples[part]["labels"]) for part in ("training", "validation")}
for part, weights in balanced.items():
    ratio = weights[samples[part]["labels"] == 1].sum() / weights[samples[part]["labels"] == 0].sum()
    print(f"{part:10s} signal over background: {ratio:.3f}")


# %% [markdown]
# ## Scale to [−1, 1]
#
# The inputs reach from a charge of ±1 to momenta of a thousand GeV.
# Exercise 5 used mean and deviation; here the *range* of each variable becomes [−1, 1].
# The range is that of the **training** sample, for all samples: one function, one place.
# A validation event may lie beyond it, and then its input lies beyond ±1; that is what it is, so it is not cut off.
# A variable that is the same for all training events tells nothing, and becomes 0.
#
# **Task.** Write `scale`.
#
# <details><summary>Hint 1</summary>
#
# Minimum and maximum of each column, `axis=0`, are the same two rows of numbers for all events that are scaled.
# The middle of the range becomes 0 and half its width becomes 1.
#
# </details>
# <details><summary>Hint 2</summary>
#
# With minimum $a$ and maximum $b$ it is $(2x - a - b) / (b - a)$.
# Where $b = a$, divide by 1 instead, and set the column to 0 afterwards.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scale(training, inputs):
    """Inputs scaled by the range of the training sample: a new array of the shape of inputs.

    training: (n_training_events, n_variables); the range of each of its columns becomes [-1, 1]. inputs: (n_events,
    n_variables), scaled with it. A column that is constant in training becomes 0.
    """
    ### BEGIN SOLUTION
    low, high = training.min(axis=0), training.max(axis=0)
    varies = high > low
    return np.where(varies, (2 * inputs - low - high) / np.where(varies, high - low, 1), 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scale-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

known = np.array([[20.0, -1.0, 3.0], [60.0, 1.0, 3.0], [30.0, -1.0, 3.0]])
others = np.array([[40.0, 1.0, 3.0], [10.0, 0.0, 5.0], [50.0, -1.0, 3.0], [25.0, 1.0, 2.0]])
for inputs in (known, others, others[:1]):
    checks.scales_to_range(scale, known, inputs)
checks.passed("all events are scaled with the range of the training sample, and a constant column becomes 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(6)
known, others = (rng.normal([40, 0, 700, 2], [9, 1, 200, 0], (n, 4)) for n in (300, 80))
for inputs in (known, others, others[:1], 3 * others):
    checks.scales_to_range(scale, known, inputs)
checks.scales_to_range(scale, known[:1], others)
### END HIDDEN TESTS

# %% tags=["show-in-book"]
inputs = {part: scale(samples["training"]["inputs"], samples[part]["inputs"]) for part in balanced}
figure, panels = plt.subplots(1, 2, figsize=(13, 5))
for axes, name in zip(panels, ("LepPt", "mt"), strict=True):
    for label, kind, style in ((1, "signal", "-"), (0, "background", "--")):
        chosen = samples["training"]["labels"] == label
        histogram = hist.Hist(hist.axis.Regular(25, -1, 1, label=f"{name}, scaled"))
        values = inputs["training"][chosen, VARIABLES.index(name)]
        histogram.fill(values, weight=balanced["training"][chosen])
        mplhep.histplot(histogram, ax=axes, ls=style, yerr=False, flow="none", label=kind)
    axes.set(ylabel="balanced weights / 0.08", xlim=(-1, 1), yscale="log")
    axes.legend()
plt.show()

# %% [markdown]
# *Figure: lepton transverse momentum (left) and transverse mass (right) of training signal and background, scaled to [−1, 1], with balanced weights, on a logarithmic scale.
# Signal has soft leptons and lies near −1, background reaches to the other end.
# In both variables most events share a small part of the range, because a few events with the largest values set it: that is the price of this scaling, and mean and deviation are less sensitive to it.*
#
# ## Shuffle
#
# In our samples all signal stands before all background.
# [`fit`](https://keras.io/api/models/model_training_apis/#fit-method) shuffles the training events before each epoch (`shuffle=True`), and the validation loss does not depend on the order.
# But not every tool shuffles for you, and a fixed order is worth having in a file: one permutation for all arrays, from a seeded generator, as in Exercise 4.

# %%
order = np.random.default_rng(SEED).permutation(len(inputs["training"]))
training = {
    "inputs": inputs["training"][order],
    "labels": samples["training"]["labels"][order],
    "weights": balanced["training"][order],
}
print("the first labels:", training["labels"][:20])

# %% [markdown]
# ## The network
#
# Twelve inputs, two hidden layers of 50 neurons with ReLU, one output with a sigmoid: the probability of signal, if both classes were equally frequent.
# The first parameters of the hidden layers are drawn by [`he_normal`](https://keras.io/api/layers/initializers/#henormal-class), whose width suits ReLU.
#
# **Task.** Build `network`, without training it, and keep its `first_parameters`: with `network.set_weights(first_parameters)` a training can begin anew.
#
# <details><summary>Hint 1</summary>
#
# [`keras.Sequential`](https://keras.io/guides/sequential_model/) takes a list: `keras.Input` with the shape of one event, then three [`Dense`](https://keras.io/api/layers/core_layers/dense/) layers.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `Dense` has the arguments `activation` and `kernel_initializer`, both strings here.
# Left out, the activation is none and the initialiser is Glorot's.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "network", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
import keras

keras.utils.set_random_seed(SEED)

# network: a keras model, (n_events, 12) scaled inputs to (n_events, 1) outputs from 0 to 1
# first_parameters: list of arrays, what network.get_weights() returns before any training
### BEGIN SOLUTION
network = keras.Sequential(
    [
        keras.Input((12,)),
        keras.layers.Dense(50, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(50, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
first_parameters = network.get_weights()
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "network-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

checks.builds_dense(network, first_parameters, n_inputs=12, units=(50, 50, 1))
checks.passed("network has the layers, the activations and the first parameters that were asked for", more=False)

# %% [markdown]
# ## Train it, and go back to the best epoch
#
# The loss is the [cross-entropy](../glossary.md#cross-entropy), the optimiser [Adam](../glossary.md#adam) with a learning rate of 0.005, a batch has 5000 events.
# The accuracy must be weighted, too: Keras has `metrics`, which ignore weights, and `weighted_metrics`.
# (Scripts for older versions write `Adam(lr=…, decay=…)`.
# In Keras 3 the first is `learning_rate`, and a rate that falls is a schedule such as [`InverseTimeDecay`](https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/).)
#
# After the best epoch the validation loss rises, while the network goes on to learn the training events by heart.
# So its parameters are saved whenever the validation loss is the least so far, and loaded at the end.
# In Keras 3 the name of such a file must end in `.weights.h5`.
#
# **Task.** Compile `network`, train it for `EPOCHS` epochs on `training` with balanced weights, validate it on the validation sample with *its* balanced weights, and give it the parameters of the epoch with the least validation loss.
# Its weighted area under the [ROC curve](../glossary.md#roc-curve) on the validation sample must exceed **0.80**.
# (A second run of your cell would go on from the trained network: begin with `network.set_weights(first_parameters)`.)
#
# <details><summary>Hint 1</summary>
#
# `validation_data` takes three things: inputs, labels and weights of the validation sample.
# [`ModelCheckpoint`](https://keras.io/api/callbacks/model_checkpoint/) is the callback that saves; `network.load_weights` loads.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The callback needs the path, `save_weights_only=True`, `save_best_only=True` and `monitor="val_loss"`.
# `fit` returns an object whose `.history` is the dictionary.
# Lists count from 0, epochs from 1.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "best-epoch", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
import tempfile
from pathlib import Path

folder = tempfile.TemporaryDirectory()
best_weights = Path(folder.name) / "best.weights.h5"
EPOCHS = 100

# network: with the parameters of the best epoch
# history: dictionary of lists, the .history of fit, with loss, accuracy, val_loss and val_accuracy
# best_epoch: the number of that epoch, counted from 1
### BEGIN SOLUTION
network.set_weights(first_parameters)
network.compile(keras.optimizers.Adam(0.005), loss="binary_crossentropy", weighted_metrics=["accuracy"])
validation = inputs["validation"], samples["validation"]["labels"], balanced["validation"]
checkpoint = keras.callbacks.ModelCheckpoint(
    best_weights, monitor="val_loss", save_best_only=True, save_weights_only=True
)
history = network.fit(
    training["inputs"],
    training["labels"],
    sample_weight=training["weights"],
    validation_data=validation,
    epochs=EPOCHS,
    batch_size=5000,
    callbacks=[checkpoint],
    verbose=0,
).history
network.load_weights(best_weights)
best_epoch = int(np.argmin(history["val_loss"])) + 1
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "best-epoch-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

area = checks.restores_best(network, history, best_epoch, bar=0.80)
checks.passed(f"network has its parameters of epoch {best_epoch}, and an area of {area:.3f} in validation", more=False)

# %% tags=["nbval-ignore-output"]
figure = figures.training_history(history, "12–50–50–1", weighted=True)
for axes in figure.axes:
    axes.axvline(best_epoch, color="grey", ls=":", label=f"epoch {best_epoch}")
    axes.autoscale(axis="y")
    axes.legend()
plt.show()

# %% [markdown]
# *Figure: weighted loss (left) and accuracy (right) against epoch, for training and validation; the dotted line marks the best epoch.
# Both losses fall steeply at first.
# They fall in waves, because the learning rate is large: with 0.001 both curves are smooth, and slower.
# Between the waves the training loss falls on, while the least validation losses hardly fall any more: from there on the network learns the training events more than the physics.*
#
# (The training loss that `fit` prints is a running mean over the epoch, while the network changes: *ingredients* says more.)
#
# Keep the history as text, so that it can be read without Python; a pickled one runs whatever code its writer put into it.
# A loss of $\ln 2 \approx 0.69$ is a guess only if the weights have a mean of 1.
# Ours sum to $2 N_B$ and are divided by the number of all events, so a guess has another loss.

# %% tags=["nbval-ignore-output"]
import json

(Path(folder.name) / "history.json").write_text(json.dumps(history))
for part, weights in balanced.items():
    print(f"{part:10s} loss of a guess {np.mean(weights) * np.log(2):.3f}")
print(f"least validation loss {min(history['val_loss']):.3f} in epoch {best_epoch}")


# %% [markdown]
# **Question.** In some epochs of many a training, perhaps of yours, the validation loss lies *below* the training loss.
# Name three reasons that this may have, and say which of them can act here and how you would test it.

# %% [markdown] nbgrader={"grade": true, "grade_id": "validation-below-training", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# First, a regularisation that acts in training alone: dropout switches neurons off, a penalty on the parameters is added to the training loss, so that it is larger than that of the same network in validation.
# Second, Keras averages the training loss over the batches of an epoch, while the network still learns; the validation loss is taken at the end of the epoch with the better parameters.
# Third, the validation events may be easier: a luckier or different composition, or training events among them.
#
# Here there is no dropout and no penalty, and the composition is the same within its errors.
# What acts is the second reason, in the first epochs, where the loss falls fast: the training loss of an epoch is always some steps older than the validation loss.
# Test: evaluate the network on the training sample at the end of an epoch (`network.evaluate`), and compare that.
# (If the two samples have another ratio of signal to background events, their mean balanced weights differ, too: divide each loss by that of a guess.)
#
# **Marking scheme.** 1 point: regularisation in training alone, and easier or mixed validation events.
# 1 point: the mean over an epoch in which the network learns.
# 1 point: the last named is what acts here, with a test.
#
# **What the tests do not see:** whether validation or test events were among those that `network` was trained on.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## A cut on the output
#
# From here on these rules hold for every function.
#
# - An event is taken for signal if its output lies **above** the cut; an output exactly at the cut is background.
# - Everything is a sum of *weights*, not a number of events.
# - Where a fraction would be divided by 0, because a class has no events or its weights cancel, the function raises `ValueError` and does not invent a number.

# %% tags=["nbval-ignore-output"]
def output(network, part):
    return network.predict(inputs[part], batch_size=5000, verbose=0)[:, 0]


outputs = {part: output(network, part) for part in balanced}
labels = {part: samples[part]["labels"] for part in balanced}
print({part: values.shape for part, values in outputs.items()})


# %% [markdown]
# ### Confusion matrix
#
# The [*confusion matrix*](../glossary.md#confusion-matrix) says what each true class (row) is taken for (column), as fractions of the row.
# Background comes first, in rows and columns, because its label is 0.
#
# **Task.** Write `confusion_matrix`.
#
# <details><summary>Hint 1</summary>
#
# Four sums of weights, one for each pair of true and predicted class.
# Each row then adds up to 1.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `weights[(labels == 0) & (outputs > cut)].sum()` is the sum of one of the four.
# scikit-learn's [`confusion_matrix`](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html) takes labels and *decisions*, and has the arguments `sample_weight` and `normalize`; what it does with an empty row you must look up.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "confusion-matrix", "locked": false, "schema_version": 3, "solution": true, "task": false}
def confusion_matrix(labels, outputs, weights, cut):
    """Fractions of each true class by predicted class: shape (2, 2), [true, predicted], background first.

    labels, outputs, weights: (n_events,); label 1 is signal. cut: a number; outputs above it are predicted signal.
    Raises ValueError if the weights of a class sum to 0, as in a class without events.
    """
    ### BEGIN SOLUTION
    predicted = np.stack([outputs <= cut, outputs > cut], axis=1)
    sums = np.array([weights[labels == label] @ predicted[labels == label] for label in (0, 1)])
    rows = sums.sum(axis=1, keepdims=True)
    if np.any(rows == 0):
        raise ValueError("the weights of a class sum to 0")
    return sums / rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "confusion-matrix-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

truth, scores = np.array([1, 0, 1, 0, 0, 1, 0]), np.array([0.9, 0.2, 0.3, 0.4, 0.7, 0.6, 0.1])
weights = np.array([2.0, 1.0, 3.0, 5.0, 1.5, 4.0, 0.5])
for cut in (0.65, 0.4, 0.5, 0.05):
    checks.fills_confusion_matrix(confusion_matrix, truth, scores, weights, cut)
for why, some in (("there is no signal", truth * 0), ("there is no background", truth * 0 + 1)):
    checks.needs_weights(confusion_matrix, "confusion_matrix", (why, (some, scores, weights, 0.5)))
checks.passed("rows are true and columns predicted classes, as weighted fractions of a row")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(7)
truth = (rng.random(400) < 0.3).astype(int)
scores, weights = rng.beta(2 + truth, 3 - truth).round(2), rng.exponential(1, 400)
for cut in (0.25, 0.5, 0.81):
    checks.fills_confusion_matrix(confusion_matrix, truth, scores, weights, cut)
checks.fills_confusion_matrix(
    confusion_matrix, truth.astype(float), scores, np.where(weights < 0.1, -weights, weights), 0.4
)
for why, some in (("there is no signal", truth * 0), ("there is no background", truth * 0 + 1)):
    checks.needs_weights(confusion_matrix, "confusion_matrix", (why, (some, scores, weights, 0.3)))
cancel = ("the weights of a class cancel", (np.array([1, 1, 0]), np.ones(3) / 2, np.array([1.0, -1.0, 2.0]), 0.2))
checks.needs_weights(confusion_matrix, "confusion_matrix", cancel)
### END HIDDEN TESTS

# %% [markdown]
# ### Accuracy
#
# One number from the four: the [accuracy](../glossary.md#accuracy), the fraction of all weights that lies on the right side.
# It hangs on the mixture.
# With balanced weights it is the mean of the two diagonal fractions; with weights in pb it is nearly that of the background alone, and calling everything background would be "right" far more often than any network.
#
# **Task.** Write `accuracy`, for whatever weights it is given.
#
# <details><summary>Hint 1</summary>
#
# An event is right if "its output lies above the cut" and "it is signal" are both true or both false.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`np.average`](https://numpy.org/doc/stable/reference/generated/numpy.average.html) takes weights, and raises `ZeroDivisionError` if they sum to 0, which is not the error that was asked for.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "accuracy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def accuracy(labels, outputs, weights, cut):
    """The fraction of the sum of weights that the cut puts on the right side, a number.

    labels, outputs, weights: (n_events,); label 1 is signal. cut: a number; outputs above it are predicted signal.
    One class alone is allowed. Raises ValueError if the weights sum to 0, as those of no events do.
    """
    ### BEGIN SOLUTION
    if np.sum(weights) == 0:
        raise ValueError("the weights sum to 0")
    return np.average((outputs > cut) == (labels == 1), weights=weights)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "accuracy-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

truth, scores = np.array([1, 0, 1, 0, 0, 1, 0]), np.array([0.9, 0.2, 0.3, 0.4, 0.7, 0.6, 0.1])
weights = np.array([2.0, 1.0, 3.0, 5.0, 1.5, 4.0, 0.5])
for cut in (0.65, 0.4, 0.5, 0.2):
    checks.counts_right(accuracy, truth, scores, weights, cut)
checks.counts_right(accuracy, truth[:1], scores[:1], weights[:1], 0.5)
checks.needs_weights(accuracy, "accuracy", ("weights cancel", (truth[:2], scores[:2], np.array([1.0, -1.0]), 0.5)))
checks.needs_weights(accuracy, "accuracy", ("there are no events", (truth[:0], scores[:0], weights[:0], 0.5)))
checks.passed("the accuracy is the fraction of the weights on the right side of the cut")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(8)
truth = (rng.random(500) < 0.4).astype(int)
scores, weights = rng.beta(2 + truth, 3 - truth).round(2), rng.exponential(1, 500) * (1 + 9 * truth)
for cut in (0.25, 0.5, 0.81):
    checks.counts_right(accuracy, truth, scores, weights, cut)
checks.counts_right(accuracy, truth * 0, scores, weights, 0.4)
cancel = ("weights cancel", (truth[:4], scores[:4], np.array([1.0, -2.0, -1.0, 2.0]), 0.5))
checks.needs_weights(accuracy, "accuracy", cancel, ("there are no events", (truth[:0], scores[:0], weights[:0], 0.1)))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
events = labels["validation"], outputs["validation"]
kinds = {"balanced weights": balanced["validation"], "weights in pb": samples["validation"]["weights"]}
cuts = np.linspace(0, 1, 101)
matrix = confusion_matrix(*events, kinds["weights in pb"], 0.5)
accuracies = {name: [accuracy(*events, weights, cut) for cut in cuts] for name, weights in kinds.items()}
print("background and signal by prediction:", matrix.round(2).tolist())

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
left.imshow(matrix, vmin=0, vmax=1.5, cmap="Blues")
for (row, column), value in np.ndenumerate(matrix):
    left.text(column, row, f"{value:.3f}", ha="center", va="center")
classes = {"ticks": (0, 1), "labels": ("background", "signal")}
left.set(xlabel="predicted", ylabel="true")
left.set_xticks(**classes)
left.set_yticks(**classes)
left.minorticks_off()
for name, values in accuracies.items():
    right.plot(cuts, values, label=name)
right.set(xlabel="cut on the output", ylabel="accuracy in validation", xlim=(0, 1), ylim=(0, 1.02))
right.legend(loc="lower right")
plt.show()


# %% [markdown]
# *Figure: left, the confusion matrix of the validation sample at a cut of 0.5, as fractions of a row.
# Right, the accuracy against the cut.
# With balanced weights it has its peak in the middle; with weights in pb it grows with the cut nearly to 1, where everything is called background and nothing is found.*

# %% [markdown]
# ### Rates for many cuts
#
# The [true positive rate](../glossary.md#true-positive-rate) is the fraction of the signal that passes a cut, the [false positive rate](../glossary.md#false-positive-rate) that of the background.
#
# **Task.** Write `rates`, for many cuts at once.
#
# <details><summary>Hint 1</summary>
#
# Each is an entry of the confusion matrix, and you have a function for that.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Both stand in the column of predicted signal.
# Loop over the cuts in the order in which they are given; or compare `outputs[:, None] > cuts` for all at once.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "rates", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rates(labels, outputs, weights, cuts):
    """(true_positive_rates, false_positive_rates), two arrays (n_cuts,), of weighted events above each cut.

    labels, outputs, weights: (n_events,); label 1 is signal. cuts: (n_cuts,), in any order.
    Raises ValueError if the weights of a class sum to 0, as in a class without events.
    """
    ### BEGIN SOLUTION
    matrices = [confusion_matrix(labels, outputs, weights, cut) for cut in cuts]
    return np.array([matrix[1, 1] for matrix in matrices]), np.array([matrix[0, 1] for matrix in matrices])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "rates-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

truth, scores = np.array([1, 0, 1, 0, 0, 1, 0]), np.array([0.9, 0.2, 0.3, 0.4, 0.7, 0.6, 0.1])
weights = np.array([2.0, 1.0, 3.0, 5.0, 1.5, 4.0, 0.5])
checks.draws_rates(rates, truth, scores, weights, np.array([0.65, 0.25, 0.0, 1.0]))
checks.draws_rates(rates, truth, scores, weights, np.array([0.4]))
for why, some in (("there is no signal", truth * 0), ("there is no background", truth * 0 + 1)):
    checks.needs_weights(rates, "rates", (why, (some, scores, weights, np.array([0.5]))))
checks.passed("the rates are weighted fractions of signal and background above each cut, in the order of the cuts")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(9)
truth = (rng.random(400) < 0.3).astype(int)
scores, weights = rng.beta(2 + truth, 3 - truth).round(2), rng.exponential(1, 400)
checks.draws_rates(rates, truth, scores, weights, np.array([0.1, 0.9, 0.5, 0.33]))
checks.draws_rates(rates, truth.astype(float), scores, np.where(weights < 0.1, -weights, weights), np.array([0.7, 0.2]))
for why, some in (("there is no signal", truth * 0), ("there is no background", truth * 0 + 1)):
    checks.needs_weights(rates, "rates", (why, (some, scores, weights, np.array([0.3]))))
cancel = (
    "the weights of a class cancel",
    (np.array([1, 1, 0]), np.ones(3), np.array([1.0, -1.0, 2.0]), np.array([0.2])),
)
checks.needs_weights(rates, "rates", cancel)
### END HIDDEN TESTS

# %% [markdown]
# ### The area under the ROC curve
#
# The cut runs through all values, and the two rates draw the [ROC curve](../glossary.md#roc-curve).
# Its [area](../glossary.md#area-under-the-roc-curve) is the weighted fraction of all pairs of a signal and a background event in which the signal event has the larger output; equal outputs count one half.
# Only the order of the outputs counts; they need not lie between 0 and 1.
# It does not change if a class is multiplied by a factor, so balanced weights and weights in pb give the same area.
# It does change if the weights are left out.
#
# **Task.** Write `roc_area`, with scikit-learn or by hand.
#
# <details><summary>Hint 1</summary>
#
# [`roc_auc_score`](https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html) takes `sample_weight`.
# Which label is signal for it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Label 1 is its positive class, as here.
# With one class alone it only warns and returns NaN: look at the sum of weights of each class yourself, and raise `ValueError`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "roc-area", "locked": false, "schema_version": 3, "solution": true, "task": false}
def roc_area(labels, outputs, weights):
    """The weighted area under the ROC curve, a number.

    labels, outputs, weights: (n_events,); label 1 is signal, outputs are any numbers. The weights are not negative.
    Raises ValueError if the weights of a class sum to 0, as in a class without events.
    """
    ### BEGIN SOLUTION
    if any(np.sum(weights[labels == label]) == 0 for label in (0, 1)):
        raise ValueError("the weights of a class sum to 0")
    return roc_auc_score(labels, outputs, sample_weight=weights)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "roc-area-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

truth, scores = np.array([1, 0, 1, 0, 0, 1, 0, 1]), np.array([0.9, 0.2, 0.3, 0.4, 0.7, 0.6, 0.1, 0.4])
weights = np.array([2.0, 1.0, 3.0, 5.0, 1.5, 4.0, 0.5, 1.0])
for values in (scores, scores.round(), 5 * scores - 3):
    checks.measures_area(roc_area, truth, values, weights)
for why, some in (("there is no signal", truth * 0), ("there is no background", truth * 0 + 1)):
    checks.needs_weights(roc_area, "roc_area", (why, (some, scores, weights)))
checks.needs_weights(roc_area, "roc_area", ("all signal has weight 0", (truth, scores, weights * (1 - truth))))
checks.passed("the area follows the weights, and pairs of equal outputs count one half")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(10)
truth = (rng.random(600) < 0.3).astype(int)
scores, weights = rng.beta(2 + truth, 3 - truth), rng.exponential(1, 600) * (1 + truth * 1e-4)
weights *= np.where(scores > 0.4, 3, 1)
for values in (scores, scores.round(1), 100 * scores):
    checks.measures_area(roc_area, truth, values, weights)
for why, some in (("there is no signal", truth * 0), ("there is no background", truth * 0 + 1)):
    checks.needs_weights(roc_area, "roc_area", (why, (some, scores, weights)))
checks.needs_weights(roc_area, "roc_area", ("all background has weight 0", (truth, scores, weights * truth)))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
for part, style in (("training", "-"), ("validation", "--")):
    events = labels[part], outputs[part], samples[part]["weights"]
    true_positive, false_positive = rates(*events, np.linspace(1, -1e-6, 401))
    axes.plot(false_positive, true_positive, style, label=f"{part}, area {roc_area(*events):.3f}")
unweighted = roc_area(labels["validation"], outputs["validation"], np.ones(len(outputs["validation"])))
axes.plot([0, 1], [0, 1], ":", color="grey", label="guess, area 0.5")
axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1.02))
axes.legend(loc="lower right")
plt.show()
print(f"validation without weights (which describes no experiment): area {unweighted:.3f}")

# %% [markdown]
# *Figure: ROC curves of training (line) and validation (dashed) with weights, and the diagonal of a guess.
# Both run far above the diagonal, and the training curve above the other.*

# %% [markdown]
# ## Over-training
#
# Compare the outputs themselves: training against validation, signal and background apart.
# Fill both into the same bins.
# With $a_i$ and $b_i$ for the sums of weights in bin $i$, each divided by the sum of all weights of its sample, and $\sigma^2_{a,i}$ and $\sigma^2_{b,i}$ for the sums of *squared* weights, divided by the square of that sum,
#
# $$\chi^2 = \sum_i \frac{(a_i - b_i)^2}{\sigma_{a,i}^2 + \sigma_{b,i}^2}.$$
#
# Bins that are empty in both do not count.
# Of the others one is fixed, because both histograms sum to 1: the degrees of freedom are the filled bins minus 1.
# The [p-value](../glossary.md#p-value) is the probability of a $\chi^2$ at least as large if both come from the same distribution.
# (ROOT has it as `TH1::Chi2Test` with the option `WW`.
# It wants some ten events in a bin.)
#
# **Task.** Write `overtraining`.
#
# <details><summary>Hint 1</summary>
#
# [`np.histogram`](https://numpy.org/doc/stable/reference/generated/numpy.histogram.html) takes weights: once $w$, once $w^2$.
# Look up in [`scipy.stats.chi2`](https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.chi2.html) which function gives the probability of a *larger* value.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Which bins are filled you know from their numbers of events, or from the sum of the two variances, which is above 0.
# Leave out the empty ones before you divide; `chi2.sf(value, degrees_of_freedom)` is the answer.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "overtraining", "locked": false, "schema_version": 3, "solution": true, "task": false}
def overtraining(training_outputs, training_weights, validation_outputs, validation_weights, edges):
    """The p-value of the chi-squared test above, a number from 0 to 1.

    training_outputs, training_weights: (n_training_events,); validation_…: (n_validation_events,). edges: of the bins,
    (n_bins + 1,); all outputs lie between the first and the last.
    Raises ValueError if the weights of a sample sum to 0, as those of no events do, or if fewer than two bins are filled.
    """
    ### BEGIN SOLUTION
    contents, variances = [], []
    for outputs, weights in ((training_outputs, training_weights), (validation_outputs, validation_weights)):
        total = np.sum(weights)
        if total == 0:
            raise ValueError("the weights of a sample sum to 0")
        contents.append(np.histogram(outputs, edges, weights=weights)[0] / total)
        variances.append(np.histogram(outputs, edges, weights=np.square(weights))[0] / total**2)
    variance = np.add(*variances)
    filled = variance > 0
    if filled.sum() < 2:
        raise ValueError("fewer than two bins are filled")
    return chi2.sf(np.sum(np.subtract(*contents)[filled] ** 2 / variance[filled]), filled.sum() - 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "overtraining-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng, edges = np.random.default_rng(11), np.linspace(0, 1, 11)
few, first, second = ((rng.beta(2, 3, n) * 0.85, rng.exponential(n, n)) for n in (30, 300, 200))
for pair in ((first, second), (first, (second[0] ** 1.3, second[1])), (first, few), (few, first)):
    checks.compares_outputs(overtraining, *pair, edges)
none, cancel, one = (edges[:0], edges[:0]), (np.array([0.2, 0.8]), np.array([1, -1])), (np.full(9, 0.5), np.ones(9))
for why, sample in (("a sample is empty", none), ("weights cancel", cancel), ("one bin alone is filled", one)):
    checks.needs_weights(overtraining, "overtraining", (why, (*sample, *one, edges)))
checks.passed("the p-value is that of weighted, normalised histograms, and is refused where there is none")
### BEGIN HIDDEN TESTS
edges = np.linspace(0, 1, 16)
for seed in range(4):
    rng = np.random.default_rng(seed)
    first, second = ((rng.beta(2, 2 + seed / 9, n) * 0.9, rng.gamma(2, 1 + seed, n)) for n in (400, 900))
    checks.compares_outputs(overtraining, first, second, edges)
    checks.compares_outputs(overtraining, second, first, np.array([0, 0.1, 0.4, 0.5, 0.95, 1]))
    below = second[0][second[0] < 0.8], second[1][second[0] < 0.8]
    checks.compares_outputs(overtraining, first, below, edges)
    checks.compares_outputs(overtraining, below, first, edges)
for why, sample in (("a sample is empty", none), ("weights cancel", cancel), ("one bin alone is filled", one)):
    checks.needs_weights(overtraining, "overtraining", (why, (*one, *sample, edges)))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
edges = np.linspace(0, 1, 11)
shapes, p_values = {}, {}
for kind, label in (("signal", 1), ("background", 0)):
    chosen = []
    for part in ("training", "validation"):
        mine = labels[part] == label
        weights = samples[part]["weights"][mine]
        chosen += [outputs[part][mine], weights]
        shapes[kind, part] = hist.Hist(hist.axis.Variable(edges, label="output"), storage=hist.storage.Weight())
        shapes[kind, part].fill(outputs[part][mine], weight=weights / weights.sum())
    p_values[kind] = overtraining(*chosen, edges)
    print(f"{kind:10s} training against validation: p = {p_values[kind]:.1g}")

# %% tags=["nbval-ignore-output"]
figure, (upper, lower) = plt.subplots(2, 1, figsize=(8, 7), sharex=True, height_ratios=(3, 2))
for kind, color, shift in (("signal", "C0", -0.01), ("background", "C1", 0.01)):
    trained, validated = shapes[kind, "training"], shapes[kind, "validation"]
    mplhep.histplot(trained, color=color, yerr=False, label=f"{kind}, training", ax=upper)
    mplhep.histplot(validated, color=color, histtype="errorbar", label=f"{kind}, validation", ax=upper)
    error = np.sqrt(np.maximum(trained.variances() + validated.variances(), 1e-30))  # of empty bins, too
    pulls = (validated.values() - trained.values()) / error
    lower.plot(trained.axes[0].centers + shift, pulls, "o", color=color, label=f"{kind}, p = {p_values[kind]:.1g}")
upper.set(ylabel="fraction of class / 0.1", yscale="log")
upper.set_ylim(bottom=upper.get_ylim()[0] / 5)
lower.axhspan(-1, 1, color="lightgrey")
lower.set(xlabel="output", ylabel="difference / error", xlim=(0, 1), ymargin=0.4)
for axes, place in ((upper, "lower center"), (lower, "upper center")):
    axes.legend(ncols=2, loc=place, fontsize=11)
plt.show()


# %% [markdown]
# *Figure: above, the output of signal and background in training (lines) and validation (points), on a logarithmic scale.
# Background piles up at 0, signal at the other end.
# Below, the difference of validation and training over its error; about two thirds of the points should lie in the grey band.
# A p-value below a few per cent is a sign that the network knows its training events better than others.*
#
# When this was written, p was below 0.001 for signal and above 0.1 for background.
# So *this* network is over-trained: it recognises signal that it has seen, though its best epoch was chosen on validation.
# A small p-value does not forbid the use of the network: it forbids to use the *training* sample for anything but training.
# A large one proves nothing either, if there are few events.

# %% [markdown]
# ## The figure of merit
#
# An analysis cuts on the output and counts.
# With $S$ and $B$ expected events of signal and background above the cut, its [*figure of merit*](../glossary.md#figure-of-merit) is $S / \sigma_T$, where $\sigma_T$ is the uncertainty of the count.
# Four forms are in use:
#
# | form | $\sigma_T^2$ | says |
# |---|---|---|
# | `"total"` | $S + B + (f B)^2 + \sigma_\mathrm{MC}^2$ | all that is known, the error of the simulated background included |
# | `"systematic"` | $S + B + (f B)^2$ | the background is known to a fraction $f$ |
# | `"statistical"` | $S + B$ | the background is known exactly |
# | `"background"` | $B$ | and the signal is small |
#
# The limits: without signal the figure of merit is 0 in all forms, also where $B = 0$ (an empty selection is worth nothing).
# With signal and $B \to 0$ the last form grows beyond all bounds, `np.inf`; the others stay at $\sqrt{S}$.
# A negative yield, as negative weights can leave, is refused.
#
# **Task.** Write `figure_of_merit`.
#
# <details><summary>Hint 1</summary>
#
# Find $\sigma_T^2$ first, as an array, then divide by its root.
# Only afterwards think of the entries in which you would divide by 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.divide(S, sigma, out=..., where=sigma > 0)` leaves the entries of `out` where the condition is false: put 0 there for $S = 0$ and `np.inf` for the others.
# `np.errstate(divide="ignore", invalid="ignore")` and a correction with `np.where` do it, too.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "figure-of-merit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def figure_of_merit(form, signal, background, relative, simulation):
    """S over its uncertainty, (n_cuts,), in one of the four forms above.

    form: "total", "systematic", "statistical" or "background". signal, background: expected events, (n_cuts,).
    relative: f, a number. simulation: the error of background from the simulation, (n_cuts,).
    Forms that do not need relative or simulation ignore them. Raises ValueError for another form, and for a negative
    signal or background.
    """
    ### BEGIN SOLUTION
    if form not in ("total", "systematic", "statistical", "background"):
        raise ValueError(f"no such form: {form}")
    if np.min(signal, initial=0) < 0 or np.min(background, initial=0) < 0:
        raise ValueError("a yield is negative")
    variance = np.array(background, dtype=float)
    if form != "background":
        variance += signal
    if form in ("total", "systematic"):
        variance += (relative * background) ** 2
    if form == "total":
        variance += simulation**2
    limit = np.where(signal > 0, np.inf, 0)
    return np.where(signal > 0, np.divide(signal, np.sqrt(variance), out=limit, where=variance > 0), 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "figure-of-merit-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

s, b, error = np.array([8.0, 3.0, 0.0, 2.0, 0.0]), np.array([40.0, 1.0, 5.0, 0.0, 0.0]), np.array([4.0, 0.6, 1.0, 0, 0])
for form in ("total", "systematic", "statistical", "background"):
    for relative in (0.2, 0.05, 0):
        checks.weighs_merit(figure_of_merit, form, s, b, relative, error)
checks.needs_weights(figure_of_merit, "figure_of_merit", ("the form is 'S/B'", ("S/B", s, b, 0.2, error)))
for why, signal, background in (("a signal is negative", s - 1, b), ("a background is negative", s, b - 1)):
    checks.needs_weights(figure_of_merit, "figure_of_merit", (why, ("total", signal, background, 0.2, error)))
checks.passed("all four forms are right, also where signal or background is 0, and impossible input is refused")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(12)
s, b, error = rng.exponential(20, 50), rng.exponential(300, 50), rng.exponential(9, 50)
s[:5], b[3:9], error[3:9] = 0, 0, 0
for form in ("total", "systematic", "statistical", "background"):
    for relative in (0.3, 0.01):
        checks.weighs_merit(figure_of_merit, form, s, b, relative, error)
for why, signal, background in (("a signal is negative", s - 1, b), ("a background is negative", s, b - 1)):
    checks.needs_weights(figure_of_merit, "figure_of_merit", (why, ("background", signal, background, 0.2, error)))
### END HIDDEN TESTS

# %% [markdown]
# The yields come from the weights *in pb*, times luminosity, divided by the share of all simulated events that the sample has: a quarter of them in validation, half in test.
# The signal is the mass point of 550 and 520 GeV alone, since only one of the three can be true.

# %%
LUMINOSITY = 35_866  # pb⁻¹
SHARES = {"training": 0.25, "validation": 0.25, "test": 0.5}


def above(outputs, weights, cuts):
    """The sum of the weights of the outputs above each cut, (n_cuts,). The cuts grow."""
    return np.bincount(np.searchsorted(cuts, outputs), weights, len(cuts) + 1)[::-1].cumsum()[-2::-1]


def yields(part, outputs, chosen, cuts, copies=1):
    """Expected events above each cut and their error from the simulation, (n_cuts,) each."""
    weights = samples[part]["weights"] * LUMINOSITY / SHARES[part]
    sums = [above(outputs[chosen], (copies * weights**power)[chosen], cuts) for power in (1, 2)]
    return sums[0], np.sqrt(sums[1])


# %%
def merit(part, outputs, form, cuts, copies=1):
    signal, _ = yields(part, outputs, samples[part]["processes"] == "T2DegStop_550_520.root", cuts, copies)
    background, error = yields(part, outputs, samples[part]["labels"] == 0, cuts, copies)
    return figure_of_merit(form, signal, background, 0.2, error)


# %% [markdown]
# How far would the curve move with other simulated events?
# The [bootstrap](../glossary.md#bootstrap) of Exercise 5 says it: every event gets a Poisson number of copies with mean 1, 200 times over.
# A cut is worth considering only while enough simulated background passes it, say 20 events: below that both $B$ and its error are guesses.

# %% tags=["nbval-ignore-output"]
FORMS = ("total", "systematic", "statistical", "background")
cuts = 1 - np.geomspace(0.7, 1e-3, 140)  # denser near 1, where the best cut lies
curves = {form: merit("validation", outputs["validation"], form, cuts) for form in FORMS}
rng = np.random.default_rng(SEED)
resampled = [
    merit("validation", outputs["validation"], "total", cuts, rng.poisson(1, len(outputs["validation"])))
    for _ in range(200)
]
low, high = np.quantile(resampled, [0.16, 0.84], axis=0)

# %% tags=["nbval-ignore-output"]
kinds = {
    "signal 550/520": samples["validation"]["processes"] == "T2DegStop_550_520.root",
    "background": labels["validation"] == 0,
}
n_background = above(outputs["validation"][kinds["background"]], None, cuts)
allowed = n_background >= 20
chosen = int(np.argmax(np.where(allowed, curves["total"], -1)))
cut = cuts[chosen]
print(f"cut {cut:.3f}: figure of merit {curves['total'][chosen]:.3f}, {n_background[chosen]:.0f} background events")

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
left.fill_between(1 - cuts, low, high, color="C0", alpha=0.3, label="total, 68 % of resampled")
for (form, values), style in zip(curves.items(), ("-", "--", "-.", ":"), strict=True):
    left.plot(1 - cuts, np.where(np.isfinite(values), values, np.nan), style, label=form)
for (kind, mine), style in zip(kinds.items(), ("-", "--"), strict=True):
    values, errors = yields("validation", outputs["validation"], mine, cuts)
    line = right.plot(1 - cuts, values, style, label=kind)[0]
    right.fill_between(1 - cuts, values - errors, values + errors, color=line.get_color(), alpha=0.3)
for axes, label in ((left, "figure of merit"), (right, "expected events above the cut")):
    axes.axvline(1 - cut, color="grey", lw=1, label="best allowed cut")
    axes.set(xlabel="1 − cut on the output", ylabel=label, xscale="log", xlim=(0.7, 1e-3), yscale="log")
    axes.legend(loc="best", fontsize=11)
right.set_ylim(bottom=0.1)
plt.show()


# %% [markdown]
# *Figure: left, the figure of merit in its four forms against 1 − cut, on validation events, with the band in which 68 % of the resampled curves of the form "total" lie.
# Right, the yields of signal and background with the error of the simulation.
# The scale of 1 − cut is logarithmic and falls, so that the cut grows to the right and what lies close to 1 gets room.
# The form "background" promises most; where $S$ is far below $B$ the form "statistical" lies on top of it.
# The form "total" promises least, and the systematic uncertainty pushes the best cut to the right, where little background is left.
# The vertical line is the best cut that at least 20 simulated background events pass.
# To the right of it the curves rise and fall with single events.*
#
# **Which number of this figure may you quote?**
# Not the highest point of any curve: it was chosen because it is high, and part of its height is luck of the validation events.
# Not the form "background" either, if the background is known to 20 %.
# Fix the cut on validation, then take the value *at that cut* from a sample that had no say in it, with its error: that is what the test sample is for.

# %% [markdown]
# **Question.** Two networks have the same area under the ROC curve.
# Why can one of them be worth more in the analysis, and what does the figure of merit know that the area does not?

# %% [markdown] nbgrader={"grade": true, "grade_id": "area-is-not-the-analysis", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The area is a mean over all cuts, and most of it comes from false positive rates at which no analysis works: with several hundred background events for each signal event one cuts where less than a per cent of the background is left.
# There two curves of the same area may differ by a factor.
# The area knows neither the yields (it does not change if the background is ten times larger) nor an uncertainty.
# The figure of merit knows how many events are expected, the statistical uncertainty of the count, the systematic uncertainty of the background and, in the form "total", the error of the simulation; so it prefers purer selections the larger the systematic uncertainty is.
#
# **Marking scheme.** 1 point: the area averages over cuts that the analysis does not use; what counts is the corner of small false positive rates.
# 1 point: the figure of merit has yields (cross-sections, luminosity) and uncertainties, systematic ones among them.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Hand over, and the test sample, once
#
# Whoever goes on with the analysis needs three columns: output, weight in pb, process; one event a line, no header.
# The weights are **not** the balanced ones, or every yield computed from the file is wrong.
#
# **Task.** Write `write_outputs`.
#
# <details><summary>Hint 1</summary>
#
# Look at the lengths before you open the file, so that none is left behind half-written.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A pandas `DataFrame` of the three has [`to_csv`](https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_csv.html), which writes a header and an index unless told otherwise.
# A weight of 10⁻⁷ must not be rounded to 0.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "write-outputs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def write_outputs(path, outputs, weights, processes):
    """Write a line "output,weight,process" for each event, in order, in place of whatever was at the path.

    path: str or Path. outputs, weights (in pb), processes: (n_events,).
    Raises ValueError if the lengths differ, and writes nothing then.
    """
    ### BEGIN SOLUTION
    if not len(outputs) == len(weights) == len(processes):
        raise ValueError(f"lengths differ: {len(outputs)}, {len(weights)}, {len(processes)}")
    table = pd.DataFrame({"output": outputs, "weight": weights, "process": processes})
    table.to_csv(path, header=False, index=False)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "write-outputs-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

scores, weights = np.array([0.25, 0.9871234, 1e-6]), np.array([1.5e-3, 2.345678e-7, 0.0])
names = np.array(["Wjets_HardLepton.root", "T2DegStop_550_520.root", "TTbar_SoftLepton.root"])
for n_events in (3, 1, 0):
    checks.writes_outputs(write_outputs, scores[:n_events], weights[:n_events], names[:n_events])
checks.refuses_lengths(write_outputs)
checks.passed("the file holds output, weight and process of each event, unrounded, and nothing else")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(13)
names = rng.choice(np.array(["Diboson.root", "ZJetsToNuNu.root"]), 50)
checks.writes_outputs(write_outputs, rng.random(50), rng.exponential(1e-7, 50), names)
checks.writes_outputs(write_outputs, rng.random(50).astype("float32"), rng.exponential(3, 50), names)
### END HIDDEN TESTS

# %% [markdown]
# Everything is fixed now: the network, its scale, the cut.
# Write both files, and read the figure of merit at that cut off the test sample.

# %% tags=["nbval-ignore-output"]
inputs["test"] = scale(samples["training"]["inputs"], samples["test"]["inputs"])
outputs["test"] = output(network, "test")
for part, name in (("validation", "val_output.csv"), ("test", "test_output.csv")):
    sample = samples[part]
    write_outputs(Path(folder.name) / name, outputs[part], sample["weights"], sample["processes"])
at_cut = np.array([cut])
value = merit("test", outputs["test"], "total", at_cut)[0]
copies = rng.poisson(1, (200, len(outputs["test"])))
error = np.std([merit("test", outputs["test"], "total", at_cut, draw)[0] for draw in copies])
area = roc_area(samples["test"]["labels"], outputs["test"], samples["test"]["weights"])
print(f"test: area {area:.3f}; figure of merit {value:.3f} ± {error:.3f} at the cut {cut:.3f}")
print(f"validation, where the cut was chosen: {curves['total'][chosen]:.3f}")

# %% [markdown]
# That is the number to quote, with its error and its form: signal of 550 and 520 GeV, 35.9 fb⁻¹, a background known to 20 %, the error of the simulation included.
# If the value on validation is the larger one, you see what "chosen because it is high" means.
# If it is the smaller one, remember that the form "total" counts the error of the simulation, which is larger on validation: that sample has half as many events as the test sample.
# So far into the tail, a handful of heavy events decides; look at how many background events passed the cut.

# %% [markdown]
# ## Going further
#
# Train with all 17 variables, and say with errors whether the figure of merit gains more than the luck of the seed.
# Then give the network only a tenth of the training events, and look at all of its metrics again: which one notices first?

# %% [markdown]
# [← NN metrics: ingredients](../nn_metrics/ingredients.ipynb) · [Start](../start.md) · [NN metrics: multiclass →](../nn_metrics/multiclass.ipynb)
