# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # NN metrics III: five classes
#
# **What you will learn**
#
# - how to tell signal and four kinds of background apart with one network, and how to balance classes of very different size;
# - how to make a training that gives the same result from its seed alone, and what ten seeds tell that one does not;
# - the expected significance of a count with an uncertain background, with its limits;
# - how to choose a cut on one sample, judge it on another, and say which number belongs in the paper.
#
# **What you need to know:** the notebook *binary* (weights, balance, figure of merit); pandas helps.
# **Time:** three hours, about a minute of them for training.
#
# **Data:** `stop_search/`: the tables of *binary*, this time with all 17 variables (what each is: [datasheet](../../data/stop_search/datasheet.md)).
# **The classes stand in the order of `CLASSES`, signal first**, wherever they have a number.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← NN metrics: binary](../nn_metrics/binary.ipynb) · [Start](../start.md) · [Ntuple experiment: HDF5 →](../ntuple_experiment/ntuples_to_hdf5.ipynb)

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from helpers import datasets, figures

CLASSES = ("Signal", "Wjets", "TTbar", "Z2nu", "Other")
FILES = {"training": "train", "validation": "val", "test": "test"}
SHARES = {"training": 0.25, "validation": 0.25, "test": 0.5}
LUMINOSITY = 35_866  # pb⁻¹
figures.use_style()


# %% [markdown]
# ## From processes to classes
#
# Each event carries the name of the sample that it comes from, such as `Wjets_SoftLepton_260to400.root`.
# The samples of one process belong to one class.
# The first two letters tell which:
#
# | begins with | class | is |
# |---|---|---|
# | `T2` | `"Signal"` | pairs of stops, all three mass points |
# | `Wj` | `"Wjets"` | W + jets |
# | `TT` | `"TTbar"` | top pairs |
# | `ZJ` | `"Z2nu"` | Z → νν + jets |
# | anything else | `"Other"` | single top, dibosons, Drell–Yan |
#
# **Task.** Write `class_of`.
#
# <details><summary>Hint 1</summary>
#
# One letter is not enough: `WW.root` is no W + jets, and `T_tChannel.root` is no top pair.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `process[:2]` are the first two letters, and the method [`get`](https://docs.python.org/3/library/stdtypes.html#dict.get) of a dictionary takes a value for keys that are not there.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "class-of", "locked": false, "schema_version": 3, "solution": true, "task": false}
def class_of(process):
    """The class of a process, one of CLASSES.

    process: the name of a sample, such as "Wjets_SoftLepton_260to400.root".
    """
    ### BEGIN SOLUTION
    known = {"T2": "Signal", "Wj": "Wjets", "TT": "TTbar", "ZJ": "Z2nu"}
    return known.get(process[:2], "Other")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "class-of-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.names_classes(class_of, {"T2DegStop_550_520.root": "Signal", "T2DegStop_450_420.root": "Signal"})
checks.names_classes(class_of, {"Wjets_SoftLepton_260to400.root": "Wjets", "WW.root": "Other", "W.root": "Other"})
checks.names_classes(class_of, {"TTbar_HardTau_120to400.root": "TTbar", "T_tChannel.root": "Other"})
checks.names_classes(class_of, {"ZJetsToNuNu_180to400.root": "Z2nu", "ZZ.root": "Other"})
checks.names_classes(class_of, {"DYJetsToTauTau.root": "Other", "Diboson_TT_Wj.root": "Other"})
checks.passed("each process has its class, and what is not known is Other")
### BEGIN HIDDEN TESTS
checks.names_classes(class_of, {"T2DegStop_300_270.root": "Signal", "Wjets.root": "Wjets", "WZ_ZJ.root": "Other"})
checks.names_classes(class_of, {"TTJets.root": "TTbar", "SingleTop_sChannel.root": "Other", "ZG.root": "Other"})
### END HIDDEN TESTS


# %%
def read(part):
    tables = [datasets.load_table(f"stop_search/{FILES[part]}_{kind}.csv.gz") for kind in ("sig", "bkg")]
    table = pd.concat(tables, ignore_index=True)
    table["class"] = table["process"].map(class_of)
    return table


tables = {part: read(part) for part in FILES}
VARIABLES = [name for name in tables["training"].columns if name not in ("weight", "process", "class")]
print(len(VARIABLES), "variables:", ", ".join(VARIABLES))
tables["training"].groupby("class")["weight"].agg(["size", "sum", "max"]).loc[list(CLASSES)]


# %% [markdown]
# The test sample is read, and nothing looks at it before the last section.
#
# The sums of weights differ by orders of magnitude, and not as the numbers of events do: this is what the balance below is about.
#
# ## Targets
#
# With two classes one output was enough.
# With five there is one output a class, and the [softmax](../glossary.md#softmax) makes them probabilities that sum to 1.
# The target of an event is its class written as five numbers, a 1 in its column and 0 elsewhere: [*one-hot*](../glossary.md#one-hot).
#
# **Task.** Write `one_hot`.
#
# <details><summary>Hint 1</summary>
#
# Compare each event with each class.
# A class without events keeps its column.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `array[:, None] == np.array(CLASSES)` has a row for each event.
# `pd.get_dummies` leaves out what does not occur and sorts by alphabet; [`reindex`](https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.reindex.html) mends both.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "one-hot", "locked": false, "schema_version": 3, "solution": true, "task": false}
def one_hot(classes):
    """Targets, (n_events, 5): 1 in the column of the event's class, 0 elsewhere. Columns in the order of CLASSES.

    classes: (n_events,), names; n_events may be 0. Raises ValueError if one is not in CLASSES.
    """
    ### BEGIN SOLUTION
    if not set(classes) <= set(CLASSES):
        raise ValueError(f"unknown classes: {set(classes) - set(CLASSES)}")
    return (np.asarray(classes)[:, None] == np.array(CLASSES)).astype(float)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "one-hot-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

names = np.array(["Other", "Signal", "TTbar", "Z2nu", "Wjets", "Wjets", "Signal"])
for classes in (names[1:3], names, names[:1], names[:0]):
    checks.encodes(one_hot, classes)
for unknown in ("QCD", "signal"):
    checks.needs_weights(one_hot, "one_hot", (f"there is a class {unknown!r}", (np.array(["Wjets", unknown]),)))
checks.passed("one_hot has a column for each class in the order of CLASSES, and refuses other names")
### BEGIN HIDDEN TESTS
names = np.random.default_rng(3).choice(np.array(["Signal", "Wjets", "TTbar", "Z2nu", "Other"]), 300)
for classes in (names, names[names != "Signal"], np.repeat("Z2nu", 4)):
    checks.encodes(one_hot, classes)
checks.needs_weights(one_hot, "one_hot", ("there is a class 'Bkg'", (np.array(["Bkg", "Other", "Signal"]),)))
### END HIDDEN TESTS

# %% [markdown]
# ## Balance: the square root
#
# *Binary* gave both classes the same sum of weights.
# With five classes, equal sums would make the rare Z → νν as important as W + jets, which is several hundred times larger; the true ratios would drown the signal.
# The published search goes between: with $W_c$ for the sum of the weights of class $c$ in pb, and $N_\mathrm{signal}$ for the *number* of signal events,
#
# $$\text{class } c \text{ sums to}\quad N_\mathrm{signal} \cdot \sqrt{W_c / W_\mathrm{signal}}.$$
#
# Signal itself then sums to its number of events.
# Within a class the ratios stay as they are, and the weights in pb are still needed for yields: the function returns new ones.
#
# **Task.** Write `sqrt_balance`.
#
# <details><summary>Hint 1</summary>
#
# Each class gets one factor: what it should sum to, divided by what it sums to.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A pandas `Series` of weights has [`groupby(classes).transform("sum")`](https://pandas.pydata.org/docs/reference/api/pandas.core.groupby.SeriesGroupBy.transform.html), which gives each event the sum of its class.
# Look at the sums before you divide.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "sqrt-balance", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sqrt_balance(weights, classes):
    """New weights, (n_events,): class c sums to N_signal √(W_c / W_signal).

    weights: (n_events,), in pb. classes: (n_events,), names. A background class may have no events.
    Raises ValueError if there is no signal, or if the weights of a class that occurs do not sum to more than 0.
    """
    ### BEGIN SOLUTION
    signal = classes == "Signal"
    sums = pd.Series(weights).groupby(classes).transform("sum").to_numpy()
    if not signal.any() or sums.min() <= 0:
        raise ValueError("there is no signal, or the weights of a class do not sum to more than 0")
    return weights * signal.sum() / np.sqrt(sums * weights[signal].sum())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "sqrt-balance-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

names = np.array(["Signal", "Wjets", "TTbar", "Wjets", "Signal", "Z2nu", "Other", "Signal", "Other"])
weights = np.array([2e-7, 3e-3, 1e-3, 5e-3, 1e-7, 4e-6, 2e-4, 5e-7, 1e-4])
for some in (slice(None), slice(0, 5), slice(4, 5)):
    checks.balances_by_root(sqrt_balance, weights[some], names[some])
cancel, negative = ((np.array([1.0, w, 2.0]), np.array(["Wjets", "Wjets", "Signal"])) for w in (-1.0, -3.0))
cases = ("the weights of a class cancel", cancel), ("the weights of a class sum to less than 0", negative)
checks.needs_weights(sqrt_balance, "sqrt_balance", ("there is no signal", (weights[1:4], names[1:4])), *cases)
checks.passed("each class has the sum that the formula gives it, with the ratios within it as they were")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
names = rng.choice(np.array(["Signal", "Wjets", "TTbar", "Z2nu", "Other"]), 500, p=[0.3, 0.4, 0.1, 0.1, 0.1])
weights = rng.exponential(1, 500) * np.where(names == "Signal", 1e-7, 1e-4)
checks.balances_by_root(sqrt_balance, weights, names)
checks.balances_by_root(sqrt_balance, np.where(rng.random(500) < 0.1, -weights, weights), names)
checks.balances_by_root(sqrt_balance, weights[names != "Z2nu"], names[names != "Z2nu"])
negative = np.array([1.0, -2.0, 2.0]), np.array(["Other", "Signal", "Other"])
checks.needs_weights(sqrt_balance, "sqrt_balance", ("the signal sums to less than 0", negative))
### END HIDDEN TESTS

# %%
balanced = {
    part: np.asarray(sqrt_balance(tables[part]["weight"].to_numpy(), tables[part]["class"].to_numpy(str)))
    for part in ("training", "validation")
}
for part, weights in balanced.items():
    sums = pd.Series(weights).groupby(tables[part]["class"]).sum()
    print(f"{part:10s}", ", ".join(f"{name} {sums[name] / sums['Signal']:.2f}" for name in CLASSES))

# %% [markdown]
# Signal is 1 here; the square root leaves the larger classes larger, but not by orders of magnitude.
#
# ## Scale, with pandas
#
# As in *binary*, the range that a variable has in **training** becomes [−1, 1], for all samples; values beyond it are kept; a variable that is constant in training becomes 0.
# This time a table comes in and a table comes out, so that columns keep their names.
#
# **Task.** Write `scale` for data frames.
#
# <details><summary>Hint 1</summary>
#
# `training.min()` is a `Series` with an entry for each column, and arithmetic of a frame with it goes column by column, by name.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `(2 * table - low - high) / (high - low)` is all but the constant columns.
# [`where`](https://pandas.pydata.org/docs/reference/api/pandas.Series.where.html) of a `Series` replaces a width of 0; times `high > low`, which counts as 1 or 0, a constant column becomes 0.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "scale-table", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scale(training, table):
    """The table scaled by the range of the training table: a new data frame with the columns and the index of table.

    training, table: data frames with the same columns of numbers. A column that is constant in training becomes 0.
    """
    ### BEGIN SOLUTION
    low, high = training.min(), training.max()
    width = (high - low).where(high > low, 1)
    return (2 * table - low - high) / width * (high > low)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scale-table-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np
import pandas as pd

from helpers import checks

known = np.array([[20.0, -1.0, 3.0], [60.0, 1.0, 3.0], [30.0, -1.0, 3.0]])
others = np.array([[40.0, 1.0, 3.0], [10.0, 0.0, 5.0], [50.0, -1.0, 3.0], [25.0, 1.0, 2.0]])
for inputs in (known, others):
    checks.scales_frames(scale, known, inputs)
checks.passed("tables are scaled with the range of the training table, and keep their columns and their index")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(6)
known, others = (rng.normal([40, 0, 700, 2], [9, 1, 200, 0], (n, 4)) for n in (300, 80))
for inputs in (known, others, 3 * others):
    checks.scales_frames(scale, known, inputs)
### END HIDDEN TESTS


# %%
def sample(part):
    """Inputs, targets and balanced weights, as a training takes them."""
    scaled = scale(tables["training"][VARIABLES], tables[part][VARIABLES]).to_numpy(np.float32)
    return scaled, np.asarray(one_hot(tables[part]["class"].to_numpy(str)), float), balanced[part]


samples = {part: sample(part) for part in balanced}
for name, array in zip(("inputs", "targets", "weights"), samples["training"], strict=True):
    print(f"{name:8s}", array.dtype, array.shape[1:], f"{array.min():.3g} to {array.max():.3g}")


# %% [markdown]
# ## The network, from a seed
#
# The network of the published search (CMS, [arXiv:1805.05784](https://arxiv.org/abs/1805.05784)) has 17 inputs, two hidden layers of 100 neurons with [tanh](../glossary.md#activation-function), and five outputs with a softmax.
# The hidden layers begin with `he_normal`.
#
# Ten runs that differ by chance tell how much of a result is chance.
# They are worth little if no run can be made again, so everything random in a run hangs on one number, its [*seed*](../glossary.md#seed).
# [`keras.utils.set_random_seed`](https://keras.io/api/utils/python_utils/#set_random_seed-function) seeds Python, NumPy and TensorFlow at once.
#
# **Task.** Write `build_network`, without compiling or training it.
#
# <details><summary>Hint 1</summary>
#
# The first parameters are drawn when the layers are made: set the seed before.
#
# </details>
# <details><summary>Hint 2</summary>
#
# As in *binary*: `keras.Sequential` with `keras.Input((17,))` and three `Dense` layers, with other numbers and other activations.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "build-network", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
import keras


def build_network(seed):
    """A new keras model, (n_events, 17) scaled inputs to (n_events, 5) probabilities of CLASSES, drawn from the seed."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((17,)),
            keras.layers.Dense(100, activation="tanh", kernel_initializer="he_normal"),
            keras.layers.Dense(100, activation="tanh", kernel_initializer="he_normal"),
            keras.layers.Dense(5, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "build-network-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

checks.builds_from_seed(build_network, seeds=(3, 8))
checks.passed("the network has the layers that were asked for, and its first parameters follow from the seed")
### BEGIN HIDDEN TESTS
checks.builds_from_seed(build_network, seeds=(0, 1))
### END HIDDEN TESTS

# %% [markdown]
# ## A run
#
# A run builds a network from its seed and trains it with Adam, categorical [cross-entropy](../glossary.md#cross-entropy) and batches of 1000 events.
# The learning rate begins at 0.005 and falls with each *step* (a batch, not an epoch), with the decay rate $d$ as
#
# $$\alpha_t = \frac{0.005}{1 + d \, t}.$$
#
# Old scripts wrote `Adam(decay=d)`; in Keras 3 it is the schedule [`InverseTimeDecay`](https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/).
# (Published are a learning rate of 5·10⁻⁵, batches of 5000 events and 1000 epochs. We take larger steps, and fewer.)
# With so few epochs the last one is close to the best in validation, so we keep its parameters; with more, go back to the best epoch as in *binary*.
#
# **Task.** Write `run`.
# The same arguments must give the same parameters, whatever ran before.
# (The check trains a few steps on small samples, so your function must use the samples that it is given.)
#
# <details><summary>Hint 1</summary>
#
# `build_network(seed)` sets all seeds, also that of the order in which `fit` shuffles, if nothing random comes between.
# Metrics with weights are `weighted_metrics`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `InverseTimeDecay(0.005, decay_steps=1, decay_rate=decay_rate)` takes the place of the number in `Adam`.
# `fit` takes `validation_data=validation`, a tuple of three, and `sample_weight`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "run", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
def run(seed, decay_rate, epochs, training, validation):
    """(network, history): a trained network, and the dictionary of loss, accuracy, val_loss and val_accuracy.

    The accuracies are weighted. training, validation: inputs (n_events, 17), scaled; targets (n_events, 5); weights
    (n_events,), balanced, each.
    """
    ### BEGIN SOLUTION
    network = build_network(seed)
    rate = keras.optimizers.schedules.InverseTimeDecay(0.005, decay_steps=1, decay_rate=decay_rate)
    network.compile(keras.optimizers.Adam(rate), loss="categorical_crossentropy", weighted_metrics=["accuracy"])
    inputs, targets, weights = training
    history = network.fit(
        inputs,
        targets,
        sample_weight=weights,
        validation_data=validation,
        validation_batch_size=5000,
        batch_size=1000,
        epochs=epochs,
        verbose=0,
    ).history
    return network, history
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "run-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks

checks.repeats_runs(run, seeds=(4, 5), decay_rate=3.0)
checks.passed("a run follows from its arguments alone, with weights, and its learning rate falls with each step")
### BEGIN HIDDEN TESTS
checks.repeats_runs(run, seeds=(11,), decay_rate=2.0)
### END HIDDEN TESTS

# %% [markdown]
# Ten runs, which differ by the seed alone.
# This is the longest cell.

# %% tags=["nbval-ignore-output", "show-in-book"]
SEEDS, EPOCHS, DECAY_RATE = range(10), 6, 1e-3
runs = {(DECAY_RATE, seed): run(seed, DECAY_RATE, EPOCHS, samples["training"], samples["validation"]) for seed in SEEDS}
figure, axes = plt.subplots()
for number, (_, history) in enumerate(runs.values()):
    for key, color, style in (("loss", "C0", "-"), ("val_loss", "C1", "--")):
        label = {"loss": "training", "val_loss": "validation"}[key] if number == 0 else None
        axes.plot(np.arange(1, EPOCHS + 1), history[key], style, color=color, lw=1, label=label)
axes.set(xlabel="epoch", ylabel="weighted loss", xlim=(1, EPOCHS))
axes.legend()
plt.show()
sums = balanced["validation"] @ samples["validation"][1]
guess = -(sums @ np.log(sums / sums.sum())) / len(balanced["validation"])
print(f"mean weight {balanced['validation'].mean():.2f}; the loss of a guess is {guess:.2f}")

# %% [markdown]
# *Figure: the weighted loss of ten runs against epoch, in training (lines) and validation (dashed).
# In training it falls steeply and then ever more slowly; in validation some of the runs rise again in the last epochs.
# They come from different first parameters, and do not end at the same loss.*
#
# The loss is the mean of weight times cross-entropy, so it grows with the mean weight, which is not 1 here.
# A guess gives every event the same five probabilities, the shares that the classes have of the balanced weights: without looking at an event no network has a smaller loss.
#
# ## The confusion matrix
#
# An event is taken for the class whose output is the largest.
# The [confusion matrix](../glossary.md#confusion-matrix) then has five rows, the true classes, and five columns, what they are taken for, as fractions of a row; everything in the order of `CLASSES`, everything a sum of weights.
#
# **Task.** Write `confusion`.
#
# <details><summary>Hint 1</summary>
#
# Twenty-five sums of weights, then each row divided by its own sum.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `one_hot(classes).T @ (weights[:, None] * one_hot(predicted))` has them all at once.
# Divide by `sums.sum(axis=1, keepdims=True)`, after you have looked for 0 in it.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "confusion", "locked": false, "schema_version": 3, "solution": true, "task": false}
def confusion(classes, predicted, weights):
    """Fractions of each true class by predicted class: shape (5, 5), [true, predicted], in the order of CLASSES.

    classes, predicted: (n_events,), names. weights: (n_events,).
    Raises ValueError if the weights of a true class sum to 0, as in a class without events.
    """
    ### BEGIN SOLUTION
    sums = one_hot(classes).T @ (weights[:, None] * one_hot(predicted))
    rows = sums.sum(axis=1, keepdims=True)
    if np.any(rows == 0):
        raise ValueError("the weights of a class sum to 0")
    return sums / rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "confusion-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng, order = np.random.default_rng(7), np.array(["Signal", "Wjets", "TTbar", "Z2nu", "Other"])
true, called = rng.choice(order, 200), rng.choice(order, 200, p=[0.3, 0.3, 0.2, 0.1, 0.1])
weights = rng.exponential(1, 200)
for predicted in (called, np.where(called == "Z2nu", "Signal", called)):
    checks.fills_class_matrix(confusion, true, predicted, weights)
some = true != "TTbar"
checks.needs_weights(confusion, "confusion", ("a class has no events", (true[some], called[some], weights[some])))
checks.passed("rows are true and columns predicted classes, as weighted fractions of a row")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(8)
true, called, weights = rng.choice(order, 500), rng.choice(order[1:], 500), rng.exponential(1, 500)
checks.fills_class_matrix(confusion, true, called, weights)
checks.fills_class_matrix(confusion, true, true, weights)
checks.fills_class_matrix(confusion, true, called, np.where(weights < 0.1, -weights, weights))
checks.needs_weights(confusion, "confusion", ("there are no events", (true[:0], called[:0], weights[:0])))
checks.needs_weights(confusion, "confusion", ("a class weighs 0", (true, called, weights * (true != "Z2nu"))))
### END HIDDEN TESTS


# %% tags=["nbval-ignore-output"]
def outputs_of(network, inputs):
    return np.asarray(network(inputs))


outputs = outputs_of(runs[DECAY_RATE, 0][0], samples["validation"][0])
predicted = np.array(CLASSES)[outputs.argmax(axis=1)]
table = tables["validation"]
matrix = confusion(table["class"].to_numpy(str), predicted, table["weight"].to_numpy())
events = table["weight"] * LUMINOSITY / SHARES["validation"]
counts = {
    "all": events.groupby(table["class"]).sum().reindex(CLASSES),
    "called signal": events[predicted == "Signal"].groupby(table["class"]).sum().reindex(CLASSES, fill_value=0),
}

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.5))
left.imshow(matrix, vmin=0, vmax=1.5, cmap="Blues")
for (row, column), value in np.ndenumerate(matrix):
    left.text(column, row, f"{value:.2f}", ha="center", va="center")
left.set(xlabel="predicted class", ylabel="true class", xticks=range(5), yticks=range(5))
left.set(xticklabels=CLASSES, yticklabels=CLASSES)
left.minorticks_off()
for (name, values), style in zip(counts.items(), ("s", "o"), strict=True):
    right.plot(range(5), values, style, ms=8, label=name)
right.set(xlabel="true class", ylabel="expected events", yscale="log", xticks=range(5), xticklabels=CLASSES)
right.tick_params(axis="x", which="minor", bottom=False, top=False)
right.set(xlim=(-0.5, 4.5), ylim=(1, None))
right.legend(loc="lower left")
plt.show()

# %% [markdown]
# *Figure: left, the confusion matrix of the first run on validation events, with weights in pb, as fractions of a row; the darker a field, the larger its number.
# Right, the expected events of each true class on a logarithmic scale: all of them, and those that the network calls signal.
# W + jets, top pairs and Z → νν are mostly taken for what they are.
# Signal is taken for W + jets more often than for signal, and most of "Other" is taken for W + jets or top pairs.*
#
# That is no failure, but the price of the balance: W + jets has several times the weight of signal, so an event is called signal only where signal is far more likely.
# What is called signal is purer than all events, by a factor of 8 (from 1 % signal to 7 %), though still mostly background; the cut further below does the rest.
# And "signal" is here all three mass points together.

# %% tags=["nbval-ignore-output"]
shown = ["LepPt", "RelIso", "Met", "mt", "Jet1Pt", "HT"]
weighted = table[shown].mul(table["weight"], axis=0).assign(weight=table["weight"])
sums = weighted.groupby([table["class"], np.where(predicted == "Signal", "called signal", "not")]).sum()
sums[shown].div(sums["weight"], axis=0).reindex(CLASSES, level=0).round(2)

# %% [markdown]
# *Table: weighted means of six variables in validation, by true class, for the events that the first run calls signal and for the others; momenta in GeV.*
#
# Z → νν has no prompt lepton: what is selected is a false one, from a hadron or a heavy quark inside a jet.
# Such a lepton is soft and has other particles around it.

# %% [markdown]
# **Question.** Read the row and the column of signal, the panel beside them, and the table.
# Which background is confused with signal most, as a fraction of its own class and as a number of events?
# Which property of the events of each background that you named is the reason?

# %% [markdown] nbgrader={"grade": true, "grade_id": "confused-with-signal", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# As a fraction of its class it is Z → νν: such an event has large missing momentum from the neutrinos and a soft, false lepton, so that it looks like a compressed signal; moreover, the balance gives it little weight in the training.
# As a number of events it is W + jets, because that class is several hundred times as large as Z → νν: a small fraction of it outnumbers everything else, those events whose lepton is much softer than in the rest of the class, as the table shows (many from W → τν).
#
# **Marking scheme.** 1 point: the class, read from the column of signal, told apart as fraction and as yield.
# 1 point: a reason in the events that the table bears out: soft lepton, large missing momentum, or a jet that recoils.
# Accept what the student's own matrix shows.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Expected events
#
# A yield is the sum of the weights in pb times the luminosity, and divided by the share that the sample has of all simulated events: a quarter for training and for validation, half for the test.
# *All* classes were split alike, so there is one share for all.
# (The published script scales four classes of the validation sample by 4 and "Other" by 2, so that half of it is lost.)
#
# **Task.** Write `expected_yields`.
#
# <details><summary>Hint 1</summary>
#
# A part that holds a quarter of the events has a quarter of the weights.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `table.groupby("class")["weight"].sum()` knows the classes that occur; `reindex(CLASSES, fill_value=0)` adds the others.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "expected-yields", "locked": false, "schema_version": 3, "solution": true, "task": false}
def expected_yields(table, fraction_of_sample, luminosity):
    """The expected events of each class, a dictionary {class: number} with all of CLASSES, 0 for one that is absent.

    table: a data frame with the columns class and weight (pb). fraction_of_sample: the part of all simulated events
    that is in the table, above 0 and at most 1. luminosity: pb⁻¹. Raises ValueError for another fraction.
    """
    ### BEGIN SOLUTION
    if not 0 < fraction_of_sample <= 1:
        raise ValueError(f"no fraction of a sample: {fraction_of_sample}")
    sums = table.groupby("class")["weight"].sum().reindex(CLASSES, fill_value=0)
    return (sums * luminosity / fraction_of_sample).to_dict()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "expected-yields-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np
import pandas as pd

from helpers import checks

names, weights = np.array(["Signal", "Wjets", "Other", "TTbar", "Other"]), np.array([2e-4, 0.3, 0.1, 0.2, 0.05])
for some, fraction in ((slice(None), 0.25), (slice(None), 0.5), (slice(0, 3), 1), (slice(0, 0), 0.1)):
    checks.expects_yields(expected_yields, names[some], weights[some], fraction)
for fraction in (0, -0.5, 1.2):
    given = pd.DataFrame({"class": names, "weight": weights}), fraction, 10.0
    checks.needs_weights(expected_yields, "expected_yields", (f"the fraction is {fraction}", given))
checks.passed("the yields have luminosity and share of the sample, for every class")
### BEGIN HIDDEN TESTS
names = np.random.default_rng(9).choice(np.array(["Wjets", "TTbar", "Other", "Signal"]), 200)
for fraction in (0.25, 0.4, 1.0):
    checks.expects_yields(expected_yields, names, np.random.default_rng(9).exponential(1, 200) - 0.1, fraction)
wrong = ("the fraction is 4", (pd.DataFrame({"class": names[:2], "weight": [1.0, 2.0]}), 4, 10.0))
checks.needs_weights(expected_yields, "expected_yields", wrong)
### END HIDDEN TESTS

# %%
yields = {part: expected_yields(tables[part], SHARES[part], LUMINOSITY) for part in ("training", "validation")}
pd.DataFrame(yields).loc[list(CLASSES)].round(0)


# %% [markdown]
# Training and validation agree within the errors of the simulation; signal here is the sum of three mass points, of which one alone can be true.
#
# ## How significant would it be?
#
# *Binary* divided $S$ by an uncertainty, which holds if $S$ is small against $B$ and $B$ is large.
# The published search uses the [*expected significance*](../glossary.md#expected-significance) $Z$: how unlikely a background alone would be to give a count of $S + B$, in standard deviations of a normal distribution, by the likelihood ratio (G. Cowan et al., [arXiv:1007.1727](https://arxiv.org/abs/1007.1727), equation 97).
# With a background that is known to $\sigma_B = f B$ it becomes (the extension by G. Cowan, "Discovery sensitivity for a counting experiment with background uncertainty", 2012, equation 20)
#
# $$Z^2 = 2 \left[ (S + B) \ln \frac{(S + B)(B + \sigma_B^2)}{B^2 + (S + B)\,\sigma_B^2} - \frac{B^2}{\sigma_B^2} \ln \left( 1 + \frac{\sigma_B^2\, S}{B\,(B + \sigma_B^2)} \right) \right].$$
#
# Typed in as it stands, it gives 0/0 in three corners.
# What it should give there:
#
# - $S = 0$: nothing to find, $Z = 0$, also where $B = 0$;
# - $f = 0$, the background is known exactly: $Z^2 = 2\left[(S + B) \ln(1 + S/B) - S\right]$;
# - $B = 0$ with $S > 0$: $Z$ grows beyond all bounds as $B \to 0$ (very slowly, as $\sqrt{\ln(1/B)}$), so `np.inf`, for every $f$. A background that is *known* to be 0 does not exist: below, a cut needs simulated background events.
#
# **Task.** Write `significance`, for arrays of yields; $f$ is a number or an array.
# Negative yields or a negative $f$ are refused.
#
# <details><summary>Hint 1</summary>
#
# Compute the formula where $S$, $B$ and $f$ are above 0, the second one where $f = 0$, and put in the rest.
# `np.broadcast_arrays` gives all three one shape.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.errstate(divide="ignore", invalid="ignore")` and `np.where` choose among three arrays; or replace 0 by 1 before you compute, and correct afterwards.
# Rounding may leave a $Z^2$ just below 0 where $S$ is tiny: `np.maximum`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "significance", "locked": false, "schema_version": 3, "solution": true, "task": false}
def significance(signal, background, systematic):
    """The expected significance Z, (n_cuts,).

    signal, background: expected events, (n_cuts,). systematic: the relative uncertainty f of the background, a number
    or (n_cuts,). Raises ValueError if a yield or f is negative.
    """
    ### BEGIN SOLUTION
    s, b, f = np.broadcast_arrays(np.asarray(signal, float), background, systematic)
    if any(np.min(values, initial=0) < 0 for values in (s, b, f)):
        raise ValueError("a yield or the systematic uncertainty is negative")
    b, variance = np.where(b > 0, b, 1.0), np.where((f > 0) & (b > 0), f * b, 1.0) ** 2
    exact = (s + b) * np.log(1 + s / b) - s
    uncertain = (s + b) * np.log((s + b) * (b + variance) / (b**2 + (s + b) * variance))
    uncertain -= b**2 / variance * np.log(1 + variance * s / (b * (b + variance)))
    found = np.sqrt(2 * np.maximum(np.where(f > 0, uncertain, exact), 0))
    return np.where(s > 0, np.where(np.asarray(background) > 0, found, np.inf), 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "significance-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

s, b = np.array([8.0, 3.0, 30.0, 0.0, 2.0, 0.0, 0.5]), np.array([40.0, 1.0, 5.0, 5.0, 0.0, 0.0, 300.0])
for systematic in (0.2, 0.05, 0, np.array([0.2, 0.3, 0.0, 0.2, 0.2, 0.0, 1.0])):
    checks.weighs_significance(significance, s, b, systematic)
for why, given in (("a signal is negative", (s - 1, b, 0.2)), ("a background is negative", (s, b - 1, 0.2))):
    checks.needs_weights(significance, "significance", (why, given))
checks.needs_weights(significance, "significance", ("f is negative", (s, b, -0.1)))
checks.passed("Z follows the formula, also where S, B or f is 0, and impossible input is refused")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(12)
s, b = rng.exponential(20, 50), rng.exponential(300, 50)
s[:5], b[3:9] = 0, 0
for systematic in (0.3, 0.01, 0.0, np.where(rng.random(50) < 0.3, 0, rng.random(50))):
    checks.weighs_significance(significance, s, b, systematic)
checks.needs_weights(significance, "significance", ("one f is negative", (s, b, np.where(s > 20, -0.1, 0.1))))
### END HIDDEN TESTS

# %%
background = np.geomspace(0.01, 1000, 200)
figure, axes = plt.subplots()
for systematic, style in ((0, "-"), (0.2, "--"), (0.5, "-.")):
    axes.plot(background, significance(np.full(200, 10.0), background, systematic), style, label=f"f = {systematic}")
axes.plot(background, 10 / np.sqrt(background), ":", color="grey", label="S / √B")
axes.set(xlabel="expected background events B", ylabel="expected significance Z", xscale="log", yscale="log")
axes.set(xlim=(0.01, 1000), ylim=(0.03, 30))
axes.legend()
plt.show()

# %% [markdown]
# *Figure: the expected significance of ten signal events against the number of background events, for a background known exactly, to 20 % and to 50 %; both scales are logarithmic.
# Where there is much background, the systematic uncertainty decides; where there is little, S / √B (dotted) promises far too much.*
#
# ## Scan the output
#
# Of the events that the network *calls signal* (their largest output is that of signal), those with a signal output above a cut are selected.
# The mass point of 550 and 520 GeV is the signal, since only one of the three can be true.
# Here is a table with what a scan needs: `is_signal`, `called_signal`, `output` (of signal) and `events` (how many expected events a simulated one stands for).


# %% tags=["nbval-ignore-output"]
def scored(network, part, inputs):
    table, outputs = tables[part], outputs_of(network, inputs)
    columns = {
        "is_signal": table["process"] == "T2DegStop_550_520.root",
        "called_signal": outputs.argmax(axis=1) == 0,
        "output": outputs[:, 0],
        "events": table["weight"] * LUMINOSITY / SHARES[part],
    }
    other_points = (table["class"] == "Signal") & ~columns["is_signal"]
    return pd.DataFrame(columns)[~other_points]


validation_scores = {key: scored(network, "validation", samples["validation"][0]) for key, (network, _) in runs.items()}
validation_scores[DECAY_RATE, 0].head(3)


# %% [markdown]
# **Task.** Write `scan`.
# An output **exactly at the cut does not pass**, as in *binary*; and there is no upper end: an output of exactly 1 passes every cut below 1.
# (The published script asks for outputs below 1, too, and loses the events that are most like signal: in single precision an output does reach 1.)
# Where nothing passes, all four columns are 0.
#
# <details><summary>Hint 1</summary>
#
# Keep the events that are called signal, then take the cuts one by one, or all at once: `output[:, None] > cuts`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The error of a sum of weights is the root of the sum of their squares.
# With a matrix of what passes, `events @ passes` is a sum for each cut.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "scan", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scan(table, cuts):
    """What passes each cut: a data frame with a row for each cut, in their order, numbered from 0.

    table: a data frame with the columns is_signal and called_signal (bool), output, and events (expected ones). cuts:
    (n_cuts,), in any order. Columns: signal and background, the expected events that are called signal and have an
    output above the cut; error, of background from the simulation; simulated, the number of simulated background events.
    """
    ### BEGIN SOLUTION
    table = table[table["called_signal"]]
    passes = table["output"].to_numpy()[:, None] > np.asarray(cuts)
    events, background = table["events"].to_numpy(), ~table["is_signal"].to_numpy()
    return pd.DataFrame(
        {
            "signal": (events * ~background) @ passes,
            "background": (events * background) @ passes,
            "error": np.sqrt((events**2 * background) @ passes),
            "simulated": background.astype(int) @ passes,
        }
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "scan-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np
import pandas as pd

from helpers import checks

output = np.array([0.9, 0.3, 1.0, 0.75, 0.5, 1.0, 0.75, 0.2, 0.6])
events = np.array([0.5, 7.0, 0.25, 3.0, 2.0, 4.0, 0.75, 1.5, 0.8])
is_signal, called = np.isin(np.arange(9), (0, 2, 6, 8)), np.isin(np.arange(9), (0, 2, 3, 5, 6, 8))
table = {"is_signal": is_signal, "called_signal": called, "output": output, "events": events}
for some in ([0.4, 0.8, 0.55], [0.75, 0.95, 1.0], [1.0], [0.0]):
    checks.scans_cuts(scan, table, np.array(some))
checks.passed("what passes is counted for each cut, with its error, also exactly at a cut and where nothing passes")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(13)
table = {"is_signal": rng.random(400) < 0.3, "called_signal": rng.random(400) < 0.6}
table |= {"output": rng.beta(2, 1, 400).round(2), "events": rng.exponential(3, 400)}
checks.scans_cuts(scan, table, np.array([0.9, 0.2, 0.55, 1.0]))
checks.scans_cuts(scan, {**table, "called_signal": np.zeros(400, bool)}, np.array([0.1, 0.5]))
checks.scans_cuts(scan, {**table, "is_signal": np.ones(400, bool)}, np.array([0.3]))
### END HIDDEN TESTS

# %% [markdown]
# The figure of merit of this notebook is the significance with $f$ = 20 % *and* the error of the simulated background, in quadrature: both say how well $B$ is known.
# Without the second, a cut that a single light background event passes would look splendid.
# A $Z$ of 0.5, as we shall find, is far from a discovery ($Z = 5$): with no signal at all, three of ten experiments would see as large an excess.


# %% tags=["nbval-ignore-output"]
def merit(scanned):
    background = scanned["background"].to_numpy()
    relative = np.divide(scanned["error"], background, out=np.zeros(len(background)), where=background > 0)
    return significance(scanned["signal"].to_numpy(), background, np.hypot(0.2, relative))


LEAST = 20
cuts = np.linspace(0.3, 0.99, 70)
scans = {key: scan(table, cuts) for key, table in validation_scores.items()}
curves = np.array([np.where(scanned["simulated"] >= LEAST, merit(scanned), np.nan) for scanned in scans.values()])
counted = np.isfinite(curves).sum(axis=0)
print(
    f"all ten runs have {LEAST} simulated background events up to a cut of {cuts[counted == len(SEEDS)].max(initial=cuts[0]):.2f}"
)


# %% tags=["nbval-ignore-output"]
def draw_runs(axes, curves):
    """Ten curves, their mean where all ten exist, and the standard deviation around it."""
    mean, spread = np.mean(curves, axis=0), np.std(curves, axis=0, ddof=1)
    for number, curve in enumerate(curves):
        axes.plot(cuts, curve, color="grey", lw=0.8, label="a run" if number == 0 else None)
    axes.plot(cuts, mean, color="C0", lw=2, label="mean of ten runs")
    axes.fill_between(cuts, mean - spread, mean + spread, color="C0", alpha=0.3, label="spread of the runs")
    axes.set(xlabel="cut on the signal output", ylabel="figure of merit", xlim=(cuts[0], cuts[-1]))
    axes.set_ylim(0, 1.4 * np.nanmax(curves))
    axes.legend(loc="upper left")


# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
draw_runs(axes, curves)
plt.show()

# %% [markdown]
# *Figure: the figure of merit of ten runs against the cut on the signal output, on validation events (grey), their mean and, as a band, their standard deviation.
# A curve ends where fewer than the least number of simulated background events pass; the mean ends with the first curve.
# The curves rise up to a cut of about 0.75, then they are flat or fall; the band grows up to about 0.7, then it keeps its width.
# Steps come from single heavy background events that a cut removes.*
#
# All ten curves were drawn with the *same* validation events.
# So the band says how far networks differ that look at the same events.
# A heavy event that happens to be in the sample moves all ten curves together, and the band knows nothing of it.
# The [bootstrap](../glossary.md#bootstrap) of *binary* answers it: below once with all events, and once with a tenth of them, each with ten times the weight.


# %% tags=["nbval-ignore-output"]
def band(table, rng):
    """The figure of merit, the limits between which it lies in two thirds of 60 resampled tables, and what is allowed."""
    resampled = []
    for _ in range(60):
        copies = np.repeat(np.arange(len(table)), rng.poisson(1, len(table)))
        resampled.append(merit(scan(table.iloc[copies], cuts)))
    scanned = scan(table, cuts)
    return merit(scanned), np.sort(resampled, axis=0)[[10, 50]], scanned["simulated"] >= LEAST


rng = np.random.default_rng(1)
first = validation_scores[DECAY_RATE, 0]
first = first[first["called_signal"]]
tenth = first.iloc[rng.permutation(len(first))[: len(first) // 10]]
tenth = tenth.assign(events=10 * tenth["events"])

# %% tags=["nbval-ignore-output"]
figure, panels = plt.subplots(1, 2, figsize=(13, 5), sharey=True)
for axes, (title, table) in zip(panels, (("all events", first), ("a tenth of them", tenth)), strict=True):
    values, (low, high), allowed = band(table, rng)
    finite = np.isfinite(values) & np.isfinite(high)
    axes.fill_between(cuts, low, high, where=finite, color="C0", alpha=0.3, label="two thirds of resampled tables")
    axes.plot(cuts, np.where(finite, values, np.nan), color="C0", label="figure of merit")
    axes.axvline(cuts[allowed].max(initial=cuts[0]), color="grey", ls=":", label=f"{LEAST} simulated background events")
    axes.set(title=title, xlabel="cut on the signal output", ylabel="figure of merit", xlim=(cuts[0], cuts[-1]))
    axes.legend(loc="upper left", fontsize=11)
panels[0].set_ylim(bottom=0)
plt.show()

# %% [markdown]
# *Figure: the figure of merit of the first run on validation events with its error from the simulation: left with all events, right with a tenth of them.
# To the right of the dotted line too few simulated background events pass.
# With all events the band is narrower than the spread of the ten runs at low cuts, and comparable to it near the best cut; with a tenth it is so wide, and the curve jumps so much, that its maximum means nothing.*
#
# ## Choose on validation
#
# The cut is the one with the largest figure of merit on **validation**, of those that at least `LEAST` simulated background events pass there.
# What it is worth, the test sample says *at that cut*.
# The test sample's own maximum would be chosen for its height again, and the sample would not be independent any more.
#
# **Task.** Write `choose_cut`.
#
# <details><summary>Hint 1</summary>
#
# Three steps: which rows are allowed, which of them is best, what stands in that row in both tables.
# Both have the same cuts in the same rows.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `validation[validation["simulated"] >= least]` keeps the index of the rows, and [`idxmax`](https://pandas.pydata.org/docs/reference/api/pandas.Series.idxmax.html) tells the row of the largest.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "choose-cut", "locked": false, "schema_version": 3, "solution": true, "task": false}
def choose_cut(validation, test, least):
    """The best cut on validation, and what it is worth: a dictionary of cut, validation and test (figures of merit).

    validation, test: data frames with the columns cut, merit and simulated, and the same cuts, in any order, in the same
    rows, numbered from 0. least: a cut needs as many simulated events in validation. Of rows with equal figures of merit
    the first is taken. Raises ValueError if no cut has enough events.
    """
    ### BEGIN SOLUTION
    allowed = validation[validation["simulated"] >= least]
    if allowed.empty:
        raise ValueError(f"no cut leaves {least} simulated background events")
    row = allowed["merit"].idxmax()
    return {"cut": validation["cut"][row], "validation": validation["merit"][row], "test": test["merit"][row]}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "choose-cut-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

cut, simulated = np.array([0.9, 0.95, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8]), np.array([3, 1, 90, 60, 40, 35, 30, 25, 20])
validation = {"cut": cut, "merit": np.array([1.6, 1.2, 0.4, 0.5, 0.6, 0.7, 1.1, 1.1, 0.9]), "simulated": simulated}
test = {"cut": cut, "merit": np.array([1.0, 1.3, 0.5, 0.95, 0.9, 0.55, 0.7, 0.65, 0.8])}
test["simulated"] = np.array([5, 2, 180, 110, 70, 60, 18, 18, 17])
checks.chooses_on_validation(choose_cut, validation, test, 20)
for least in (1, 30, 32, 41, 100):
    checks.chooses_on_validation(choose_cut, validation, {**test, "simulated": 2 * test["simulated"]}, least)
checks.passed("the cut comes from validation, with enough simulated events, and test is read at that cut")
### BEGIN HIDDEN TESTS
for seed in range(5):
    shared, merits = {"cut": np.linspace(0.2, 0.9, 30)}, np.random.default_rng(seed).random((2, 30))
    scans = [{**shared, "merit": merits[n], "simulated": (2 + n) * np.arange(30)[::-1]} for n in (0, 1)]
    checks.chooses_on_validation(choose_cut, *scans, 18)
### END HIDDEN TESTS

# %% [markdown]
# ## All runs in one table
#
# Whoever reads the paper wants to know how much of the number is luck of a seed.
# So every run gets a line in the file `fom.csv`, and of the test values of each decay rate we take mean and standard deviation.
# The standard deviation is that of a sample, with $n - 1$; one run alone has none (NaN).
#
# **Task.** Write `write_fom`.
#
# <details><summary>Hint 1</summary>
#
# `pd.DataFrame` makes a table of a list of dictionaries, with a column for each key.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`groupby("decay_rate")["test"].agg(runs="size", …)`](https://pandas.pydata.org/docs/reference/api/pandas.core.groupby.SeriesGroupBy.agg.html) names its columns; `"std"` divides by $n - 1$, `np.std` by $n$.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "write-fom", "locked": false, "schema_version": 3, "solution": true, "task": false}
def write_fom(path, runs):
    """Write the runs to a file, and return a data frame of their test values by decay rate.

    path: str or Path; a line with the names, then one for each run, comma-separated, unrounded, in place of whatever was
    there. runs: a list of dictionaries with the same keys, decay_rate and test among them. The data frame has the decay
    rates in rising order as its index, and the columns runs (their number), mean and spread (of test).
    """
    ### BEGIN SOLUTION
    table = pd.DataFrame(runs)
    table.to_csv(path, index=False)
    return table.groupby("decay_rate")["test"].agg(runs="size", mean="mean", spread="std")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "write-fom-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

rows = [(1e-3, 0, 1.05, 0.9), (1e-3, 1, 1.4, 0.7), (1e-5, 0, 0.95, 1.1234567), (1e-3, 2, 1.2, 0.65), (1e-4, 5, 2, 0.8)]
made = [dict(zip(("decay_rate", "seed", "validation", "test"), row, strict=True)) for row in rows]
for some in (made, made[:3], made[:1]):
    checks.tabulates_runs(write_fom, some)
checks.passed("the file has a line a run, and the table mean and spread of the test values for each decay rate")
### BEGIN HIDDEN TESTS
made = [{"test": 0.1 * n**2, "cut": 0.5, "decay_rate": 0.01 * (1 + n % 3), "validation": 1 + n / 7} for n in range(11)]
checks.tabulates_runs(write_fom, made)
### END HIDDEN TESTS

# %% [markdown]
# ## Scan the decay rate
#
# The published search scans the decay rate.
# We compare 10⁻³ with 10⁻⁴ and 10⁻⁵ for the first of the ten seeds, so that all three begin with the same parameters.
# The spread of the ten says how large a difference must be to mean something.
# Before you run it: how many steps does a run have, and what is $1 + d\,t$ at its end?

# %% tags=["nbval-ignore-output"]
n_steps = EPOCHS * -(-len(samples["training"][0]) // 1000)
for decay_rate in (1e-3, 1e-4, 1e-5):
    print(
        f"decay rate {decay_rate:g}: after {n_steps} steps the learning rate is 0.005 / {1 + decay_rate * n_steps:.3f}"
    )
    if (decay_rate, 0) not in runs:
        runs[decay_rate, 0] = run(0, decay_rate, EPOCHS, samples["training"], samples["validation"])
losses = pd.Series({key: history["val_loss"][-1] for key, (_, history) in runs.items()})
print("validation loss of seed 0:", ", ".join(f"{losses[rate, 0]:.3f} ({rate:g})" for rate in (1e-3, 1e-4, 1e-5)))
print(f"of ten seeds: {losses[DECAY_RATE].mean():.3f}, spread {losses[DECAY_RATE].std():.3f}")

# %% [markdown]
# With so few steps the smaller two rates are nearly no decay at all, and must give nearly the same.
# Compare the differences with the spread of the seeds before you call one rate better.
#
# ## The test sample, once
#
# Everything is fixed: networks, the least number of events, the way to choose the cut.
# Now the test sample is looked at, for all runs.

# %% tags=["nbval-ignore-output"]
import tempfile
from pathlib import Path

test_inputs = scale(tables["training"][VARIABLES], tables["test"][VARIABLES]).to_numpy(np.float32)
found, test_curves, chosen_rows = [], [], []
for (decay_rate, seed), (network, _) in runs.items():
    parts = {"validation": samples["validation"][0], "test": test_inputs}
    frames = [scan(scored(network, part, inputs), cuts).reset_index(drop=True) for part, inputs in parts.items()]
    validation, test = (frame.assign(cut=cuts, merit=merit(frame)) for frame in frames)
    found.append({"decay_rate": decay_rate, "seed": seed, **choose_cut(validation, test, LEAST)})
    test_curves.append(np.where(test["simulated"] >= LEAST, test["merit"], np.nan))
    chosen_rows.append(test[test["cut"] == found[-1]["cut"]].iloc[0])
folder = tempfile.TemporaryDirectory()
write_fom(Path(folder.name) / "fom.csv", found).round(3)

# %% tags=["nbval-ignore-output"]
fom = pd.read_csv(Path(folder.name) / "fom.csv")
ten = fom[fom["decay_rate"] == DECAY_RATE]
own = np.nanmax(test_curves[: len(SEEDS)], axis=1)
gap = ten["validation"] - ten["test"]
print(f"at the chosen cuts, test       {ten['test'].mean():.3f}, spread of ten runs {ten['test'].std():.3f}")
print(f"their maximum on validation    {ten['validation'].mean():.3f}, spread {ten['validation'].std():.3f}")
print(f"validation minus test          {gap.mean():.3f} ± {gap.std() / np.sqrt(len(gap)):.3f} from the ten seeds alone")
print(f"the test sample's own maximum  {own.mean():.3f}, which nobody may quote")
chosen = pd.DataFrame(chosen_rows).reset_index(drop=True)
fom.join(chosen[["signal", "background", "error", "simulated"]]).set_index(["decay_rate", "seed"]).round(3)

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
draw_runs(axes, np.array(test_curves[: len(SEEDS)]))
axes.plot(ten["cut"], ten["test"], "o", color="C3", ms=6, label="at the cut chosen on validation")
axes.legend(loc="upper left", fontsize=11)
plt.show()

# %% [markdown]
# *Figure: the figure of merit of ten runs on test events against the cut (grey), their mean and standard deviation (band), and for each run the point at the cut that was chosen on validation.
# As on validation, a curve ends where fewer than the least number of simulated background events pass.
# The points scatter along the curves, and not all of them are near the maximum: validation cannot know where the test sample has its highest point.*
#
# Do not forget what the ten runs share.
# The scatter of the ten is that of the seed; the same test events serve all of them, and the same few background events may decide for all.
# How far the mean of the ten would move with other simulated events is a second error, to put beside that of the seeds: resample the events, with all networks and cuts as they are.
# The same is done with the validation events, so that the difference of the two samples gets this error, too.


# %% tags=["nbval-ignore-output"]
def error_of_events(part, inputs, rng):
    """The error of the mean figure of merit of the ten runs, at their chosen cuts, from the events of a sample."""
    scores = [scored(network, part, inputs) for network, _ in list(runs.values())[: len(SEEDS)]]
    values = np.empty((60, len(SEEDS)))
    for row in values:
        copies = rng.poisson(1, len(scores[0]))
        for number, (table, cut) in enumerate(zip(scores, ten["cut"], strict=True)):
            passing = table["called_signal"].to_numpy() & (table["output"].to_numpy() > cut)
            resampled = table[passing].iloc[np.repeat(np.arange(passing.sum()), copies[passing])]
            row[number] = merit(scan(resampled, np.array([cut])))[0]
    return values.mean(axis=1)[np.isfinite(values).all(axis=1)].std()


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(2)
errors = {"test": error_of_events("test", test_inputs, rng)}
errors["validation"] = error_of_events("validation", samples["validation"][0], rng)
for name, error in errors.items():
    print(f"{name:10s} {ten[name].mean():.3f} ± {ten[name].std():.3f} (seed) ± {error:.3f} (simulated events)")
print(
    f"difference {gap.mean():.3f} ± {gap.std() / np.sqrt(len(gap)):.3f} (ten seeds) "
    f"± {np.hypot(*errors.values()):.3f} (simulated events of both)"
)

# %% [markdown]
# **Question.** Why is the maximum over the cuts on validation too high, on average?
# By how much is it here, and does the difference stand out from both of its errors?
# (Remember *binary*: validation has half as many events as test, so that the error of the simulation, which is part of this figure of merit, is larger there and makes it smaller.)
# Which number belongs in the paper, and with which errors?

# %% [markdown] nbgrader={"grade": true, "grade_id": "maximum-on-validation", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# Each point of the curve is the true value plus the luck of the simulated events.
# The maximum picks the cut where value *and* luck are large, for instance just above a heavy background event, and in another sample that luck is not there.
# The more cuts are tried and the fewer events are left, the more there is to pick from.
#
# The last cell prints the difference: the mean over ten runs of the maximum on validation minus the value on test at the same cut.
# It has two errors: that of the seeds, and, as the ten runs share their events, that of the simulated events of both samples, which is the larger one.
# Against the seeds alone the difference stands out; against both together it may not, and one pair of samples cannot show more.
# One thing works against the difference: validation has half as many events as test, so that the error of the simulation inside the figure of merit is larger there and lowers its value. The bias may be larger than what is seen.
#
# The paper gets the value on test at the cut that validation chose, as a mean over the runs (or of one run that was fixed before, not the best one), with the spread of the seeds and the error of the simulated events, and with what it rests on: mass point, luminosity, 20 % systematic uncertainty.
# Not the maximum on validation, not the maximum on test, not the best of ten runs.
#
# **Marking scheme.** 1 point: the maximum selects upward fluctuations, so it is biased.
# 1 point: the difference read off, and compared with errors (seeds, simulated events).
# 1 point: the value on test at the cut from validation, with an error; no maximum and no best run.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## A limit instead of a cut
#
# A cut counts all events above it alike: it throws the shape of the output away.
# A histogram of the output keeps it, and [`pyhf`](https://pyhf.readthedocs.io/), with which many searches are published, fits all bins together.
# What searches quote when they see nothing is an upper limit on the *signal strength* $\mu$: the events found are $\mu S + B$, and the strengths above the limit are excluded at 95 % [confidence level](https://pyhf.readthedocs.io/en/stable/intro.html).
# (With CLs, which divides by the probability that the background alone would look as little like signal: so nobody excludes a signal to which the search is blind.)
# The *expected* limit is the one for data that are exactly the background; $\mu = 1$ is the signal as predicted, so that a limit below 1 excludes it.
#
# The bins are chosen on validation, like the cut: the last one has `LEAST` simulated background events there, and each bin to its left twice as many, until the first takes the rest.


# %% tags=["nbval-ignore-output"]
def bin_edges(table, n_bins):
    """Edges of bins in the output, from 0 to 1, from the simulated background events that are called signal."""
    background = table[table["called_signal"] & ~table["is_signal"]]
    above = LEAST * (2 ** np.arange(1, n_bins) - 1)
    return np.array([0, *np.sort(background["output"])[::-1][above - 1][::-1], 1])


def histogram(table, edges):
    """Expected events of signal and background in each bin, and the error of the background from the simulation."""
    called = table[table["called_signal"]]
    signal, background = (called[called["is_signal"] == is_signal] for is_signal in (True, False))
    counts = [np.histogram(part["output"], edges, weights=part["events"])[0] for part in (signal, background)]
    return *counts, np.sqrt(np.histogram(background["output"], edges, weights=background["events"] ** 2)[0])


# %% [markdown]
# `pyhf` takes a model as a dictionary: samples with their events in each bin, and *modifiers*, each of which says how a sample may change.
# Here the signal is multiplied by $\mu$, the background may go up and down as a whole by 20 %, and by its simulation error in each bin for itself.
# `auxdata` is what is known of these changes before.
# `upper_limit` returns the observed limit and a list of five: the median of what is expected in `[2]`, and one and two standard deviations below and above.
# It looks among the `strengths` alone: a limit at their lowest or highest value says only that it lies beyond.


# %% tags=["nbval-ignore-output"]
import pyhf
from pyhf.infer.intervals import upper_limits


def model(signal, background, error):
    strength = {"name": "mu", "type": "normfactor", "data": None}
    scale = {"name": "systematic", "type": "normsys", "data": {"hi": 1.2, "lo": 0.8}}
    simulation = {"name": "simulation", "type": "staterror", "data": list(error)}
    samples = [
        {"name": "signal", "data": list(signal), "modifiers": [strength]},
        {"name": "background", "data": list(background), "modifiers": [scale, simulation]},
    ]
    return pyhf.Model({"channels": [{"name": "output", "samples": samples}]}, poi_name="mu")


# %% tags=["nbval-ignore-output"]
network, cut = runs[DECAY_RATE, SEEDS[0]][0], found[0]["cut"]
table = scored(network, "test", test_inputs)
edges = {"above the cut": np.array([cut, 1]), "five bins": bin_edges(validation_scores[DECAY_RATE, SEEDS[0]], 5)}
strengths = np.linspace(0.5, 10, 20)
for name, its_edges in edges.items():
    signal, background, error = histogram(table, its_edges)
    of_bins = model(signal, background, error)
    data = [*background, *of_bins.config.auxdata]
    _, expected = upper_limits.upper_limit(data, of_bins, scan=strengths)
    print(f"{name:14s} expected limit {expected[2]:.2f}, in 68 % of experiments {expected[1]:.2f} to {expected[3]:.2f}")
pd.DataFrame({"from": its_edges[:-1], "S": signal, "B": background, "error of B": error}).round(3)

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
axes.stairs(background, range(6), fill=True, color="C0", alpha=0.4, label="background")
axes.errorbar(np.arange(5) + 0.5, background, np.hypot(error, 0.2 * background), fmt="none", color="C0")
axes.stairs(signal, range(6), color="C3", lw=2, label="signal, 550 and 520 GeV")
axes.set_xticks(range(6), [f"{edge:.3f}" for edge in its_edges])
axes.set(xlabel="output for signal (bins of equal width here)", ylabel="expected events a bin", yscale="log")
axes.legend(fontsize=11)
plt.show()

# %% [markdown]
# *Figure: expected events of the first run in five bins of its output for signal, from test events; the bars are the error of the background from the simulation and the 20 % together.
# The share of signal grows to the right, from 2 % to about 10 %.*
#
# For a single cut the limit is roughly 2 divided by the figure of merit (with few events up to a third more), so that both order cuts alike; the figure of merit is quicker.
# Both limits come from the same network and the same events.
# The bins add what the cut left out: those with much background measure how large the background is, which makes the 20 % smaller where the signal sits.
# That is allowed only as far as one scale fits all bins, which an analysis must show.

# %% [markdown]
# ## Going further
#
# - *The published settings.* A learning rate of 5·10⁻⁵, batches of 5000 events, 1000 epochs, ten runs for each decay rate. It takes hours. Go back to the best epoch as in *binary*, and see whether the decay rate matters now.
# - *All mass points at once.* Give the network the two masses as inputs 18 and 19, with the true ones for signal and drawn from the same three pairs for background (P. Baldi et al., [arXiv:1601.07913](https://arxiv.org/abs/1601.07913)). Is it as good at 550 and 520 GeV as a network that knows nothing else?
# - *More bins, other runs.* The limit of one run came from five bins. Try ten, and one; do it for all ten runs, and draw the limits against the figures of merit: do the two tell the same story? Give the 20 % to each process apart instead of to their sum.

# %% [markdown]
# [← NN metrics: binary](../nn_metrics/binary.ipynb) · [Start](../start.md) · [Ntuple experiment: HDF5 →](../ntuple_experiment/ntuples_to_hdf5.ipynb)
