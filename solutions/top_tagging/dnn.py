# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Top tagging II: a deep neural network
#
# **What you will learn**
#
# - how taggers are compared: true and false positive rate, ROC curve, AUC, and background rejection at a fixed signal efficiency;
# - what dropout, epochs and batches do, and how to read the curves of a training;
# - how coordinates that suit the physics help a network;
# - how to build a tagger of your own, and how certain its numbers are.
#
# **What you need to know:** Exercise 5 (a network in Keras, loss, ROC curve) and the notebook *jets* (constituents, jet mass).
# **Time:** two hours, a minute or two of it for training.
#
# **Data:** `top_tagging/train.h5`, `validation.h5`, `test.h5`: the jets of the notebook *jets*, 24 000, 8 000 and 8 000 of them, half from top quarks (**label 1**), half QCD jets (**label 0**).
# Each jet is a table of up to 200 constituents, one row ($E$, $p_x$, $p_y$, $p_z$) in GeV each, the hardest first, filled up with rows of zeros.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Top tagging: jets](../top_tagging/jets.ipynb) · [Start](../start.md) · [Top tagging: CNN →](../top_tagging/cnn.ipynb)

# %%
import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import vector
from sklearn.metrics import roc_auc_score, roc_curve

from helpers import datasets, figures, jets

SEED = 1
figures.use_style()
train_jets, train_labels = datasets.load_jets("top_tagging/train.h5")
validation_jets, validation_labels = datasets.load_jets("top_tagging/validation.h5")
print(train_jets.shape, train_labels.shape, "tops:", int(train_labels.sum()))

# %% [markdown]
# While you work, every number and figure is of the training and the validation jets.
# The test jets wait for the last section.
#
# ## How to compare two taggers
#
# A tagger gives each jet a [*score*](../glossary.md#score), any number that is large for tops.
# Accept the jets whose score is **above** a cut.
# The [*true positive rate*](../glossary.md#true-positive-rate) is the accepted fraction of the top jets, the [*false positive rate*](../glossary.md#false-positive-rate) the accepted fraction of the QCD jets:
#
# $$\text{TPR} = \frac{\text{top jets above the cut}}{\text{top jets}} = \varepsilon_S, \qquad \text{FPR} = \frac{\text{QCD jets above the cut}}{\text{QCD jets}} = \varepsilon_B.$$
#
# **Task.** Write both.
# No score in the test lies exactly at the cut.
#
# <details><summary>Hint 1</summary>
#
# Both are the same number for different jets: choose the jets of one kind by their label first, and forget the others.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `scores[labels == 1]` are the scores of the tops.
# Comparing them with the cut gives an array of `True` and `False`, whose [mean](https://numpy.org/doc/stable/reference/generated/numpy.mean.html) is the fraction that is `True`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "rates", "locked": false, "schema_version": 3, "solution": true, "task": false}
# scores: (n_jets,), large for tops. labels: (n_jets,), 1 = top, 0 = QCD, of any type. cut: a number.
# Both return a number from 0 to 1.
def true_positive_rate(scores, labels, cut):
    ### BEGIN SOLUTION
    return np.mean(scores[labels == 1] > cut)
    ### END SOLUTION


def false_positive_rate(scores, labels, cut):
    ### BEGIN SOLUTION
    return np.mean(scores[labels == 0] > cut)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "rates-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

scores = np.array([0.9, 0.8, 0.7, 0.2, 0.75, 0.6, 0.4, 0.3, 0.1, 0.05])
labels = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
for cut in (0.5, 0.78, 0.25, -1, 2):
    checks.rates(true_positive_rate, false_positive_rate, scores, labels, cut)
checks.rates(true_positive_rate, false_positive_rate, 100 * scores - 300, labels.astype(float), -250)
checks.passed("both rates are the fraction of their own jets above the cut, from 0 to 1")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(12)
labels = (rng.random(5000) < 0.2).astype("int8")
scores = (rng.normal(size=5000) + labels).astype("float32")
checks.rates(true_positive_rate, false_positive_rate, scores, labels, 0.6)
checks.rates(true_positive_rate, false_positive_rate, 100 * scores - 300, labels, -240.0)
checks.rates(true_positive_rate, false_positive_rate, scores, labels.astype(float), 0.1)
### END HIDDEN TESTS

# %% [markdown]
# Let the cut run through all values, and the two rates draw the [ROC curve](../glossary.md#roc-curve).
# Two numbers sum it up:
#
# - [**AUC**](../glossary.md#area-under-the-roc-curve), the area under it: the probability that a random top jet scores higher than a random QCD jet.
# 0.5 is a guess, 1 is perfect.
# - [**Background rejection**](../glossary.md#background-rejection) $1/\varepsilon_B$ at a fixed signal efficiency $\varepsilon_S$: of so many QCD jets one is let through, at the cut that keeps 30 % or 50 % of the tops.
# A search with a million times more QCD jets than tops works *there*, and two taggers with the same AUC can differ by a factor of two.
#
# These are the published scores on the field's reference set.
# It has the same kinematics and a simplified detector, too (made with the program [Delphes](https://delphes.github.io/)), but tracks and cells of the calorimeter become constituents in another way, and there are 1.2 million jets for training.
# They were **measured on that set, not on ours**:
#
# | tagger | what it is | AUC | source |
# |---|---|---|---|
# | TopoDNN | a DNN on sorted constituents | 0.972 | arXiv:1902.09914 |
# | LoLa | learned sums of four-momenta, and their masses and energies | 0.980 | arXiv:1902.09914 |
# | P-CNN | a convolution along the list of constituents, instead of over a picture | 0.9803 | arXiv:1902.08570 |
# | PFN | a sum over constituents (a [deep set](../glossary.md#deep-set)) | 0.9819 | arXiv:1902.08570 |
# | ResNeXt-50 | a deep image network | 0.9837 | arXiv:1902.08570 |
# | ParticleNet | a graph network: it compares each constituent with its nearest neighbours | 0.9858 | arXiv:1902.08570 |
# | LorentzNet | a graph network whose score is the same for a jet that is turned or boosted | 0.9868 | arXiv:2201.08187 |
# | PELICAN | the same symmetry, from the products of all pairs of four-momenta | 0.9870 | arXiv:2307.16506 |
#
# The steps look small.
# Count $1 - \text{AUC}$ instead: between the first and the last it halves.
#
# **Task.** Write `background_rejection`.
# Choose the cut such that the fraction `signal_efficiency` of the tops lies above it (to within one jet; any interpolation between neighbours is fine).
# If no QCD jet passes it, the answer is infinity, `np.inf`.
#
# <details><summary>Hint 1</summary>
#
# The cut is a matter of the tops alone: sort their scores, and ask where the fraction `signal_efficiency` of them lies above.
# What passes it is a matter of the QCD jets alone, and you have a function for that.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`np.quantile(values, q)`](https://numpy.org/doc/stable/reference/generated/numpy.quantile.html) is the number *below* which the fraction `q` of the values lies.
# Divide 1 by the false positive rate there, unless it is 0.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "background-rejection", "locked": false, "schema_version": 3, "solution": true, "task": false}
def background_rejection(scores, labels, signal_efficiency):
    """One over the false positive rate at the cut that keeps this fraction of the top jets; a number, at least 1.

    scores: (n_jets,), large for tops. labels: (n_jets,), 1 = top, 0 = QCD. signal_efficiency: between 0 and 1.
    Returns np.inf if no QCD jet passes the cut.
    """
    ### BEGIN SOLUTION
    cut = np.quantile(scores[labels == 1], 1 - signal_efficiency)
    background_efficiency = false_positive_rate(scores, labels, cut)
    return 1 / background_efficiency if background_efficiency > 0 else np.inf
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "background-rejection-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng = np.random.default_rng(3)
labels = (rng.random(40_000) < 0.1).astype("int8")
scores = rng.normal(1.5 * labels, 1)
for efficiency in (0.3, 0.5):
    checks.rejects(background_rejection, scores, labels, efficiency)
checks.rejects(background_rejection, scores + 20 * labels, labels, 0.5)  # no QCD jet passes
checks.passed("the cut keeps the tops asked for, and one over the QCD jets that pass is the rejection")
### BEGIN HIDDEN TESTS
labels = np.repeat([1, 0], [4000, 40_000])
scores = np.concatenate([rng.normal(1.5, 1, 4000), rng.normal(0, 1, 40_000)])
checks.rejects(background_rejection, scores, labels, 0.4)
checks.rejects(background_rejection, scores.astype("float32"), labels.astype("int8"), 0.3)
checks.rejects(background_rejection, 5000 * scores - 100, labels, 0.8)
checks.rejects(background_rejection, -scores, labels, 0.5)
separated = np.concatenate([np.linspace(10, 11, 100), np.linspace(0, 1, 300)])
checks.rejects(background_rejection, separated, np.repeat([1, 0], [100, 300]), 0.5)
### END HIDDEN TESTS

# %% [markdown]
# ## The peer to beat: a cut on the mass
#
# No network needed: call a jet the more top-like, the closer its [mass](../glossary.md#invariant-mass) is to the top's.
# The peak of *our* jets lies a little off 173 GeV, since constituents are lost and others get in.
# [`vector`](https://vector.readthedocs.io/) sums the four-momenta.


# %%
def jet_mass(constituents):
    """The mass of each jet in GeV, (n_jets,), of constituents (n_jets, n_constituents, 4) in GeV."""
    energy, px, py, pz = constituents.sum(axis=1, dtype=float).T
    return vector.array({"px": px, "py": py, "pz": pz, "E": energy}).mass


def mass_score(constituents):
    return -np.abs(jet_mass(constituents) - 175)


# %%
def report(name, scores, labels=validation_labels):
    area = roc_auc_score(labels, scores)
    rejections = [background_rejection(scores, labels, efficiency) for efficiency in (0.3, 0.5)]
    print(f"{name:24s} AUC {area:.4f}   1/eps_B {rejections[0]:6.0f} at 0.3 {rejections[1]:6.0f} at 0.5")


report("jet mass", mass_score(validation_jets))

# %% [markdown]
# ## A first network
#
# The simplest thing: give the network the four-momenta of the 20 leading constituents as they are, 80 numbers per jet, in units of 100 GeV so that they are of order one.
# Its layers are [`Dense`](https://keras.io/api/layers/core_layers/dense/) and [`Dropout`](https://keras.io/api/layers/regularization_layers/dropout/).
#
# In each step of the training, [dropout](../glossary.md#dropout) with $p = 0.2$ sets a random fifth of the outputs of the layer before it to zero.
# It multiplies the others by $1 / (1 - p) = 1.25$, so that what the next layer adds up stays the same on average.
# When the network predicts, dropout is silent: every output is passed on as it is.


# %%
import keras


def dense_network(n_inputs):
    return keras.Sequential(
        [
            keras.Input((n_inputs,)),
            keras.layers.Dense(200, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


# %% tags=["nbval-ignore-output"]
def four_momenta(constituents):
    return constituents[:, :20].reshape(len(constituents), 80) / 100


keras.utils.set_random_seed(SEED)
first_network = dense_network(80)
first_network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])

# %% [markdown]
# **Task.** Read three numbers off `first_network`, by asking the model (`first_network.summary()`, `first_network.layers`, `first_network.count_params()`) and not by counting on paper: how many *dense* layers it has (the output layer is one of them), how many *dropout* layers, and how many [*parameters*](../glossary.md#parameter) are trained.
#
# <details><summary>Hint 1</summary>
#
# [`summary()`](https://keras.io/api/models/model/) prints a row for each layer with its kind and the number of its parameters, and the total below.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `first_network.layers` is a list without the input; each layer is an object of `keras.layers.Dense` or `keras.layers.Dropout`, which `isinstance` tells.
# Or write down the three numbers that you have read: that is an answer, too.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "layers", "locked": false, "schema_version": 3, "solution": true, "task": false}
# n_dense, n_dropout, n_parameters: whole numbers
### BEGIN SOLUTION
n_dense = sum(isinstance(layer, keras.layers.Dense) for layer in first_network.layers)
n_dropout = sum(isinstance(layer, keras.layers.Dropout) for layer in first_network.layers)
n_parameters = first_network.count_params()
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "layers-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.layers(n_dense, n_dropout, n_parameters, units=(80, 200, 100, 50, 1), dropouts=2)
checks.passed("these are the dense layers, the dropout layers and the trained parameters of first_network", more=False)

# %% [markdown]
# Now train it.
# One [*epoch*](../glossary.md#epoch) is one pass through the training jets, in [*batches*](../glossary.md#batch) of 256.
# After each batch the parameters take one step that makes the loss of these 256 jets smaller: 94 steps an epoch here.
# The mean over a larger batch is less noisy, but there are fewer steps; after more epochs the network knows the training jets better, which need not hold for others.


# %% tags=["nbval-ignore-output"]
def train(network, inputs, validation_inputs, epochs):
    return network.fit(
        inputs, train_labels,
        validation_data=(validation_inputs, validation_labels),
        epochs=epochs, batch_size=256, verbose=2,
    ).history  # fmt: skip


first_history = train(first_network, four_momenta(train_jets), four_momenta(validation_jets), epochs=10)

# %% tags=["show-in-book"]
figure = figures.training_history(first_history, "four-momenta, 20 constituents")
figure.axes[0].set(ylim=(0.44, 0.58))
plt.show()

# %% [markdown]
# *Figure: loss (left, on an axis that does not begin at 0) and accuracy (right) of the first network against epoch, training and validation.
# The loss falls and the accuracy rises quickly for two or three epochs, and then both hardly change.
# In the first epoch the validation loss is even below the training loss: the training loss is a mean over the whole epoch, taken while the network learns and with dropout on, the validation loss is measured at the end of the epoch and without dropout.
# After that only a small gap opens between training and validation, about 0.005 in the loss, so it is not over-training that holds the network back.*

# %% tags=["nbval-ignore-output"]
def score(network, inputs):
    return network.predict(inputs, batch_size=1024, verbose=0).ravel()


validation_scores = {
    "jet mass": mass_score(validation_jets),
    "network, four-momenta": score(first_network, four_momenta(validation_jets)),
}
for name, scores in validation_scores.items():
    report(name, scores)

# %% [markdown]
# **Question.** (a) What are the dropout layers for, and why are they silent when the network predicts?
# (b) Which activation functions does `first_network` use, and why those in these places?
# (c) What is the loss function for, and which one is it?
# (d) Where are the number of epochs and the batch size set, and what changes if you double either?

# %% [markdown] nbgrader={"grade": true, "grade_id": "network-parts", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# (a) In each training step dropout sets a random fifth of the layer's outputs to zero (and scales the others up), so that no unit can rely on one particular other unit: the network learns redundant features and over-trains less.
# For a prediction we want the same, best answer each time, so all units take part.
#
# (b) ReLU in the hidden layers: not linear, cheap, and its gradient does not vanish for positive sums.
# Sigmoid at the end: one number from 0 to 1, which can be read as a probability.
#
# (c) The loss is the one number that training makes small; it must have a gradient.
# Here binary cross-entropy, minus the mean logarithm of the probability given to the true class.
#
# (d) Both in `fit` (here through `train`).
# Twice the epochs: twice the time, lower training loss, perhaps over-training.
# Twice the batch size: half as many, less noisy steps an epoch; each epoch is faster but moves the network less.
#
# **Marking scheme.** 1 point: dropout against over-training, off in prediction, with a reason.
# 1 point: ReLU and sigmoid with reasons.
# 1 point: what a loss is for and its name.
# 1 point: epochs and batch size, where and what they change.
# <!-- ### END SOLUTION -->

# %% [markdown]
# **Question.** What do the loss and accuracy curves of the first network tell you?
# How would over-training show in them, and does it?

# %% [markdown] nbgrader={"grade": true, "grade_id": "curves", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The loss falls steeply in the first two epochs and crawls afterwards, the accuracy stays below 0.8: the network has found the easy part and cannot find more, at least not with so many jets and epochs.
# Training and validation lie on top of each other to the end (the training values even start higher, since they are averaged while the network learns and with dropout on).
#
# Over-training would show as a validation loss that turns upwards, or stays where it is while the training loss falls on: a gap that opens.
# There is none here, so more dropout would not help; better inputs may.
#
# **Marking scheme.** 1 point: a reading of the curves that fits them (fast at first, then slow; still falling or not).
# 1 point: over-training is a validation loss that rises, or stays while the training loss falls on; a statement whether it does so here.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Help the network: use the symmetries
#
# That was sobering: a cut on one number, thought out by a physicist, does far better than a network with 80 inputs.
# The network spends its strength on finding out that physics does not care where in the detector a jet goes.
# We know that already.
# So give each constituent *relative* to the jet, as you did in the notebook *jets*.
#
# `helpers.jets` has a function for that: `pt, x, y = jets.centre(constituents)` gives $p_T$ in GeV, $\Delta\eta$ and $\Delta\phi$ of each constituent, each of shape `(n_jets, n_constituents)`.
# (Its centre is the mean position of the constituents, weighted with $p_T$, which lies close to the axis that you used.)


# %% tags=["nbval-ignore-output"]
def relative(constituents):
    """Share of pT, delta eta and delta phi of the 30 leading constituents, (n_jets, 90)."""
    pt, x, y = jets.centre(constituents)
    share = pt / pt.sum(axis=1, keepdims=True)
    return np.stack([share, x, y], axis=2)[:, :30].reshape(len(constituents), 90)


keras.utils.set_random_seed(SEED)
second_network = dense_network(90)
second_network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
second_history = train(second_network, relative(train_jets), relative(validation_jets), epochs=10)

# %% tags=["nbval-ignore-output"]
validation_scores["network, relative"] = score(second_network, relative(validation_jets))
for name, scores in validation_scores.items():
    report(name, scores)

# %% [markdown]
# The same layers, the same jets, about as many inputs, in other coordinates.
# Two more things changed, though: there are 30 constituents instead of 20, and no energies.
# To see what the coordinates alone do, train on the first 60 columns of `relative`, in a `dense_network(60)`.
#
# ## Your tagger
#
# Now build the best one you can.
# You choose the features *and* the network.
# Ideas, roughly in the order in which they help:
#
# - give it what you know: the jet's mass, the mass of its 5, 10, 20 leading constituents (is there a $W$ inside?), the number of constituents;
# - use the other symmetry: a jet can be turned around its axis and mirrored.
# After `jets.centre`, `x, y = jets.rotate(pt, x, y)` turns the longest axis of each jet upright, and `x, y = jets.flip(pt, x, y)` mirrors it so that the brighter halves are on the same side;
# - bring each input to order one: shares and angles as they are small, so multiply; logarithms of momenta; or let [`keras.layers.Normalization`](https://keras.io/api/layers/preprocessing_layers/numerical/normalization/) do it (its `adapt` sees the training jets only), which then is part of the network;
# - a wider network, [`keras.layers.BatchNormalization()`](https://keras.io/api/layers/normalization_layers/batch_normalization/), more or less dropout, more epochs while the *validation* loss falls; [`keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)`](https://keras.io/api/callbacks/early_stopping/) ends the training when the validation loss no longer falls and goes back to the best epoch (`train` has no place for it: call `network.fit(..., callbacks=[...])` yourself and keep its `.history`).
#
# **Task.** Write `features`, any features of a jet's constituents you like, each jet's from that jet alone, and build and train `network` on those of the training jets: one sigmoid unit at the end, the probability of a top.
# Its AUC on the *validation* jets must exceed **0.95**.
#
# <details><summary>Hint 1</summary>
#
# Start from the masses: seven of them, of the 5, 10, 15, 20, 30, 50 and all 200 leading constituents, each divided by 100 GeV, and the number of constituents divided by 50.
# `np.column_stack` puts them side by side.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Add shares or logarithms of $p_T$ and the positions `x` and `y`, turned and mirrored, of the 20 leading constituents.
# Two or three hidden layers of 64 to 256 units with `relu`, the optimiser `"adam"` and ten epochs of `train` then pass the bar.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "tagger", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
def features(constituents):
    """What your network sees of each jet: (n_jets, n_features). constituents: (n_jets, 200, 4), in GeV."""
    ### BEGIN SOLUTION
    masses = [jet_mass(constituents[:, :leading]) / 100 for leading in (5, 10, 15, 20, 30, 50, 200)]
    number = np.count_nonzero(constituents[:, :, 0], axis=1) / 50
    pt, x, y = jets.centre(constituents[:, :20])
    x, y = jets.flip(pt, *jets.rotate(pt, x, y))
    return np.column_stack([*masses, number, np.log1p(pt) / 2, 3 * x, 3 * y]).astype("float32")
    ### END SOLUTION


keras.utils.set_random_seed(SEED)

# network: a trained keras model, features (n_jets, n_features) to the probability of a top (n_jets, 1)
# history: dictionary of lists, what train returns (compile with metrics=["accuracy"])
### BEGIN SOLUTION
train_features, validation_features = features(train_jets), features(validation_jets)
network = keras.Sequential(
    [
        keras.Input(train_features.shape[1:]),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = train(network, train_features, validation_features, epochs=15)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "tagger-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks, datasets

checks.history(history)
files = {"training": "train", "validation": "validation", "test": "test"}
samples = {part: datasets.load_jets(f"top_tagging/{file}.h5", stop=8000) for part, file in files.items()}
area = checks.tags(features, network, samples, bar=0.95)
checks.scores_alone(features, network, samples["validation"][0][:400])
checks.passed(f"the AUC of your tagger on the validation jets is {area:.4f}, which is more than 0.95")
### BEGIN HIDDEN TESTS
samples["training"] = datasets.load_jets("top_tagging/train.h5", start=8000, stop=16000)
area = checks.tags(features, network, samples, bar=0.95)
checks.scores_alone(features, network, samples["validation"][0][400:900])
### END HIDDEN TESTS

# %%
figures.training_history(history, "your tagger")
plt.show()

# %% [markdown]
# *Figure: loss and accuracy of the better network against epoch.
# Look for the epoch after which the validation loss no longer falls: if the training loss falls on, the gap grows, and more epochs gain nothing.
# The reference solution, which was trained for 15 epochs, starts at a loss that the first network never reached, and its validation loss hardly falls after the tenth.*
#
# **Keep your network.** A kernel that stops takes it along.
# Put [`network.save("dnn.keras")`](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/) into a cell of your own and run it: the notebook *challenge* scores it on jets whose labels nobody shows you.
# (It needs your function `features` there as well.)

# %% [markdown]
# ## The luck of the seed
#
# Train the same network from other random numbers, and its AUC is another.
# So before you call one tagger better than another, find out how much one differs from itself, on the validation jets.
# [`clone_model`](https://keras.io/api/models/model_saving_apis/model_config_serialization/) makes a network of the same layers with new parameters.
# A `Normalization` layer is taken over as it is, because what its `adapt` has learned from the training jets would be lost.
# (The second cell trains two networks, each for as many epochs as were best for yours.)

# %% tags=["nbval-ignore-output"]
inputs, validation_inputs = (np.asarray(features(sample)) for sample in (train_jets, validation_jets))


def new(layer):
    return layer if isinstance(layer, keras.layers.Normalization) else type(layer).from_config(layer.get_config())


def train_again(seed):
    keras.utils.set_random_seed(seed)
    sibling = keras.models.clone_model(network, clone_function=new)
    sibling.compile_from_config(network.get_compile_config())
    sibling.fit(inputs, train_labels, epochs=int(np.argmin(history["val_loss"])) + 1, batch_size=256, verbose=0)
    return roc_auc_score(validation_labels, score(sibling, validation_inputs))


# %% tags=["nbval-ignore-output"]
areas = [roc_auc_score(validation_labels, score(network, validation_inputs)), train_again(11), train_again(12)]
print(f"your tagger, three seeds: AUC {np.round(areas, 4)}, standard deviation {np.std(areas, ddof=1):.4f}")

# %% [markdown]
# ## How good is it? The test jets, once
#
# Everything is fixed now: features, networks, and the 175 GeV of the mass.
# So far no number and no figure came from the test jets, and from here on nothing is changed because of them.

# %% tags=["nbval-ignore-output"]
test_jets, test_labels = datasets.load_jets("top_tagging/test.h5")
taggers = {
    "jet mass": mass_score(test_jets),
    "network, four-momenta": score(first_network, four_momenta(test_jets)),
    "network, relative": score(second_network, relative(test_jets)),
    "your tagger": score(network, np.asarray(features(test_jets))),
}
for name, scores in taggers.items():
    report(name, scores, test_labels)

# %%
figure, axes = plt.subplots()
for kind, label, style in (("top", 1, "-"), ("QCD", 0, "--")):
    histogram = hist.Hist(hist.axis.Regular(40, 0, 1)).fill(taggers["your tagger"][test_labels == label])
    mplhep.histplot(histogram, ax=axes, ls=style, lw=2, label=kind, flow="none")
axes.set(xlabel="network output", ylabel="test jets / 0.025", xlim=(0, 1), yscale="log", ylim=(1, 8000))
axes.legend(loc="upper center")
plt.show()

# %% [markdown]
# *Figure: the output of your tagger for the top and QCD jets of the test sample, on a logarithmic scale.
# For the reference solution tops pile up at one and QCD jets at zero; each class has a tail that reaches all the way to the other end.*

# %%
figure, (whole, rejection) = plt.subplots(1, 2, figsize=(13, 5))
for (name, scores), style in zip(taggers.items(), (":", "-.", "--", "-"), strict=True):
    false_positive, true_positive, _ = roc_curve(test_labels, scores)
    whole.plot(true_positive, 1 - false_positive, style, label=name)
    passing = false_positive > 0
    rejection.plot(true_positive[passing], 1 / false_positive[passing], style, label=name)
whole.plot([0, 1], [1, 0], color="grey", lw=1, label="guess")
whole.set(ylabel="1 − FPR (QCD jets rejected)", xlim=(0, 1), ylim=(0, 1.02))
rejection.set(ylabel="background rejection, 1 / FPR", xlim=(0, 1), ylim=(1, 6000), yscale="log")
for axes, place in ((whole, "lower left"), (rejection, "upper right")):
    axes.set_xlabel("signal efficiency (TPR)")
    axes.legend(loc=place)
plt.show()

# %% [markdown]
# *Figure: ROC curves of the four taggers on the test jets.
# Left, the fraction of the QCD jets that is rejected, 1 − FPR, against the signal efficiency: the nearer to the upper right corner, the better.
# Right, the background rejection 1/FPR on a logarithmic scale, which is where taggers are told apart: above an efficiency of 0.2 the four-momenta are worst; relative coordinates bring the same layers nearer to the mass; the reference solution, which has both, masses and coordinates, is best.
# Curves cross, so which tagger is better depends on the efficiency: relative coordinates are better than the mass above about 0.92, and worse than the four-momenta below about 0.13.
# Towards small efficiencies the curves become ragged: only a handful of QCD jets is left there.*
#
# How certain are these numbers?
# The [*bootstrap*](../glossary.md#bootstrap) of Exercise 5 says what another test sample would give: every jet gets a Poisson number of copies with mean 1, 200 times over.
# The two rejections are those at signal efficiencies of 0.3 and 0.5.

# %%
rng = np.random.default_rng(9)
resampled = {name: [] for name in taggers}
for _ in range(200):
    chosen = np.repeat(np.arange(len(test_labels)), rng.poisson(1, len(test_labels)))
    for name, scores in taggers.items():
        numbers = [background_rejection(scores[chosen], test_labels[chosen], efficiency) for efficiency in (0.3, 0.5)]
        resampled[name].append([roc_auc_score(test_labels[chosen], scores[chosen]), *numbers])
errors = {name: np.std(values, axis=0) for name, values in resampled.items()}


# %% tags=["nbval-ignore-output"]
def quoted(value, error):
    """Value and error as text, with two significant digits of an error between 0.1 and 100."""
    decimals = 2 if error < 1 else 1 if error < 10 else 0
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"


for name, scores in taggers.items():
    area, (area_error, *rejection_errors) = roc_auc_score(test_labels, scores), errors[name]
    rejections = (background_rejection(scores, test_labels, efficiency) for efficiency in (0.3, 0.5))
    at_30, at_50 = map(quoted, rejections, rejection_errors)
    print(f"{name:24s} AUC {area:.4f} ± {area_error:.4f}   1/eps_B {at_30} at 0.3, {at_50} at 0.5")
difference = np.subtract(resampled["your tagger"], resampled["jet mass"])[:, 0]
print(f"your tagger − jet mass: AUC {np.mean(difference):.4f} ± {np.std(difference):.4f}, on the same copies")

# %% [markdown]
# These uncertainties are of the test jets alone: they say how well you know *this* network.
# They leave out the spread between trainings, which you measured above with three seeds; for "such a network, trained anew" add both in quadrature.
# For the reference solution the AUC moves by about 0.001 from seed to seed, and by 0.002 with the test jets: far less than its distance from the mass.
# A rejection of 180 at an efficiency of 0.3 rests on 22 QCD jets, and is known to a quarter.

# %% [markdown]
# **Question.** Rate the tagger: what do output distribution and ROC curve say of its power to separate, and where on the curve would you work if QCD jets are a thousand times more frequent than tops?
# How certain are the numbers at that point, with 4000 QCD jets in the test sample?

# %% [markdown] nbgrader={"grade": true, "grade_id": "rate-it", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The distributions pile up at the ends, and on a logarithmic scale each class has a tail of about half a per cent per bin up to the other end: most jets are certain, a few are taken for the other kind with confidence (a QCD jet with two hard splittings *is* top-like).
# The AUC of 0.969 ± 0.002 is far above the mass (0.934), and a little below the 0.972 that a DNN on constituents reaches on the reference set with fifty times as many jets; the two sets differ, so this is a hint and not a ranking.
#
# With a thousand QCD jets for each top, what is accepted is pure only if $1/\varepsilon_B$ is of order a thousand: work at small $\varepsilon_S$, 0.3 or less, where the rejection is in the hundreds.
# There only $4000/180 = 22$ QCD jets are left, so the rejection is uncertain by $1/\sqrt{22} = 21\,\%$; to say more takes more test jets.
#
# **Marking scheme.** 1 point: a reading of the distribution or AUC that fits the figures (peaks at both ends, tails, compared with the mass cut or the published scores).
# 1 point: work at low efficiency and high rejection, with a reason.
# 1 point: few QCD jets pass there, so the error is large (about the root of the number that passes).
#
# **What the tests do not see:** a few steps of the training on validation or test jets, or a choice of network by the test jets.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# Which inputs does your tagger use?
# Shuffle one kind of input (all shares, all $\Delta\eta$, the mass) among the test jets, and see how far the AUC falls.
# Then check whether the tagger still finds tops among QCD jets *of the same mass*, between 150 and 200 GeV: an analysis that fits the mass spectrum wants a tagger that knows nothing about it.

# %% [markdown]
# [← Top tagging: jets](../top_tagging/jets.ipynb) · [Start](../start.md) · [Top tagging: CNN →](../top_tagging/cnn.ipynb)
