# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Top tagging IV: the challenge
#
# **What you will learn**
#
# - how to score data whose labels nobody shows you, without a slip;
# - a third idea beside lists and pictures, which keeps neither an order nor pixels: a network on a *set* of constituents;
# - when one tagger is really better than another, and when it only had luck;
# - why a leaderboard keeps half of its jets to itself.
#
# **What you need to know:** the notebooks *dnn* and *cnn*.
# If you want to hand in the networks that you trained there, save them there first (`network.save`).
# **Time:** one hour, and as long as your ambition lasts.
#
# **Data:** the labelled jets of the other two notebooks, and `challenge/jets.h5`: the *secret* jets, made by the same simulation and selection.
# Your instructor has the labels.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Top tagging: CNN](../top_tagging/cnn.ipynb) · [Start](../start.md)

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np

from helpers import datasets, figures, jets
from helpers.challenge import submit

SEED = 1

figures.use_style()
keras.utils.set_random_seed(SEED)
train_jets, train_labels = datasets.load_jets("top_tagging/train.h5")
validation_jets, validation_labels = datasets.load_jets("top_tagging/validation.h5")
secret_jets = datasets.load_challenge_jets()
print("every secret jet has 200 constituents of 4 numbers:", secret_jets.shape[1:] == (200, 4))


# %% [markdown]
# ## Look before you score
#
# A network answers whatever it is given: jets in other units, in another order of columns, from another simulation.
# So compare the inputs first.
# Half of the secret jets are tops, as in the training sample; then their distributions must agree within statistics.


# %%
def plain_mass(constituents):
    """Invariant mass of each jet, (n_jets,), in GeV."""
    energy, px, py, pz = constituents.sum(axis=1, dtype=float).T
    return np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0))


def multiplicity(constituents):
    """Number of constituents of each jet, (n_jets,)."""
    return np.count_nonzero(constituents[:, :, 0], axis=1)


# %%
import hist
import mplhep

figure, panels = plt.subplots(1, 2, figsize=(13, 5))
for axes, quantity, axis, unit in (
    (panels[0], plain_mass, hist.axis.Regular(30, 0, 300, label="jet mass [GeV]"), "GeV"),
    (panels[1], multiplicity, hist.axis.Regular(30, 0, 150, label="constituents per jet"), "constituent"),
):
    for name, sample, kind in (("training", train_jets, "step"), ("secret", secret_jets, "errorbar")):
        filled = hist.Hist(axis).fill(quantity(sample))
        mplhep.histplot(filled, histtype=kind, density=True, label=name, ax=axes, flow="none")
    axes.set_ylabel(f"fraction of jets / {unit}", labelpad=8)
    axes.set(xlim=(axis.edges[0], axis.edges[-1]), ylim=(0, None))
    axes.legend()
plt.show()

# %% [markdown]
# *Figure: jet mass (left) and number of constituents (right) of the training jets (steps) and of the secret jets (points), both with their statistical errors, tops and QCD jets together.
# The points scatter about the steps by about these errors.*

# %% [markdown]
# ## The rules
#
# - A group hands in **at most five networks**, each as a file `submission_predictions/<group>_<network>.npy`: one score per secret jet, in their order, large for tops.
# - Group and network are plain names: 1 to 32 letters, digits and hyphens; upper and lower case count as the same.
# - The score is the AUC; background rejection at $\varepsilon_S$ = 0.3 and 0.5 is shown beside it.
# Until the end only one half of the secret jets counts (the [*public half*](../glossary.md#public-and-private-half); nobody tells you which).
# The winner is found on the other.
# - Only the files are read.
# Hand in the assignment as usual, and they go along.
#
# `submit(scores, group, network)` writes such a file and returns its path.
# It refuses what cannot be right: a wrong number of scores, NaN or infinity, the same score for every jet, a sixth network, a name that is none.
#
# ## A network on features
#
# **Task.** Write `predict_for_dnn_challenge`.
# It takes the secret jets (`datasets.load_challenge_jets()`, or `secret_jets` from above), makes the features, lets the network [predict](https://keras.io/api/models/model_training_apis/#predict-method), hands the scores to `submit` as they are, and returns the path of the file.
# `submit` takes one number per jet, also as a column, `(n_jets, 1)`, as a network gives it.
# A network with two outputs is one of the things it has to refuse, so do not pick a column yourself: end a network of your own in one sigmoid unit.
#
# <details><summary>Hint 1</summary>
#
# `features` is a function: give it the constituents, and it returns what `model` needs.
# Both are arguments, so that the same lines serve each of your networks.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Four steps, each one call: load, `features(…)`, `model.predict(…)`, `submit(…)`.
# What `submit` returns is what your function returns; what it refuses, let it refuse (no `try`).
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "predict-dnn", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_for_dnn_challenge(model, features, group, network):
    """Score the secret jets with a network on features, write submission_predictions/<group>_<network>.npy, return its path.

    model: a trained keras model. features: the function that makes its inputs from constituents (n_jets, 200, 4).
    group, network: their names, strings.
    """
    ### BEGIN SOLUTION
    constituents = datasets.load_challenge_jets()
    return submit(model.predict(features(constituents), batch_size=1024, verbose=0), group, network)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "predict-dnn-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks, datasets

secret = datasets.load_challenge_jets()
for name, weights, features in (
    ("small", [1.0, -0.5, 0.25], lambda constituents: constituents[:, :3, 0] / 100),
    ("momenta", [0.0, 1.0, 2.0], lambda constituents: constituents[:, :, 1:].sum(axis=1) / 1000),
):
    checks.hands_in(predict_for_dnn_challenge, features(secret), weights, "quarks", name, [features])
checks.lets_submit_refuse(predict_for_dnn_challenge, weights, [features])
checks.allows_five(predict_for_dnn_challenge, weights, [features])
checks.passed("the file holds your network's scores of the secret jets, and what submit refuses is not handed in")
### BEGIN HIDDEN TESTS
import numpy as np


def squares(constituents):
    return constituents[:, 5:9, 1:3] ** 2 / 1e4


weights = np.array([[0.5, -1.0], [2.0, 0.0], [0.0, 1.0], [-3.0, 0.25]])
checks.hands_in(predict_for_dnn_challenge, squares(secret), weights, "group-2", "Deep", [squares])
### END HIDDEN TESTS

# %% [markdown]
# ## A network on pictures
#
# **Task.** Write `predict_for_cnn_challenge`, the same for a network on pictures as `jets.images` gives them.
#
# <details><summary>Hint 1</summary>
#
# The pictures take the place of the features; all else stays.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `jets.images` is a function from constituents to inputs, as `features` was.
# A network brightens its pictures itself, so give it them as they are.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "predict-cnn", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_for_cnn_challenge(model, group, network):
    """Score the secret jets with a network on pictures, write submission_predictions/<group>_<network>.npy, return its path.

    model: a trained keras model on pictures (n_jets, 40, 40, 1). group, network: their names, strings.
    """
    ### BEGIN SOLUTION
    pictures = jets.images(datasets.load_challenge_jets())
    return submit(model.predict(pictures, batch_size=512, verbose=0), group, network)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "predict-cnn-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
import numpy as np

from helpers import checks, datasets, jets

pictures = jets.images(datasets.load_challenge_jets())
weights = np.random.default_rng(6).normal(size=(40, 40, 1))
checks.hands_in(predict_for_cnn_challenge, pictures, weights, "quarks", "pixels")
checks.hands_in(predict_for_cnn_challenge, pictures, weights > 1, "quarks", "bright")
checks.lets_submit_refuse(predict_for_cnn_challenge, weights)
checks.passed("the file holds your network's scores of the pictures, and what submit refuses is not handed in")
### BEGIN HIDDEN TESTS
upper = np.repeat([[[0.0]], [[1.0]]], 20, axis=0) * np.ones((40, 40, 1))
checks.hands_in(predict_for_cnn_challenge, pictures, upper, "group-2", "Half")
### END HIDDEN TESTS

# %% [markdown]
# ## A worked example: a deep set
#
# The list of the DNN has an order that physics does not: if two constituents have nearly the same $p_T$, a small error swaps all their columns.
# And the picture rounds every position to a pixel.
# A jet is a *set*.
# A function of a set must not change when its elements change places, and every continuous function of that kind can be written as
#
# $$ f(\{p_1, p_2, \ldots\}) = F\Big(\sum_i \Phi(p_i)\Big), $$
#
# if $\Phi$ gives enough numbers: with one network $\Phi$ that sees one constituent at a time and a second, $F$, that sees the sum ([*deep sets*](../glossary.md#deep-set), [arXiv:1703.06114](https://arxiv.org/abs/1703.06114); for jets *particle-flow networks*, [arXiv:1810.05165](https://arxiv.org/abs/1810.05165)).
# Each constituent gives four numbers here: the logarithms of its $p_T$ (of one plus it, so that it is 0 where there is none) and of its share, and its two coordinates after centring, rotation and flips.
# The factors in front of them bring all four to order one, and the sum over some tens of constituents is divided by ten for the same reason.
# A dense layer acts on the last axis alone: on the table of shape (jets, 60, 4) the same weights take one constituent at a time, and this is what makes a $\Phi$ of three such layers.
# Missing constituents must not count, so their $\Phi$ is multiplied by zero.

# %%
N_CONSTITUENTS = 60


def constituent_table(constituents):
    """Each of the leading constituents in four numbers, (n_jets, 60, 4): log pT (0 if missing), log share of pT, two angles."""
    pt, x, y = jets.centre(constituents[:, :N_CONSTITUENTS])
    x, y = jets.flip(pt, *jets.rotate(pt, x, y))
    share = pt / pt.sum(axis=1, keepdims=True)
    return np.stack([np.log1p(pt) / 4, np.log(np.where(pt > 0, share, 1)) / 4, 3 * x, 3 * y], axis=2)


train_table, validation_table = constituent_table(train_jets), constituent_table(validation_jets)
print(train_table.shape[1:])


# %%
def deep_set():
    constituents = keras.Input((N_CONSTITUENTS, 4))
    there = keras.ops.cast(constituents[:, :, :1] > 0, "float32")
    phi = constituents
    for _ in range(3):
        phi = keras.layers.Dense(64, activation="relu")(phi)
    jet = keras.ops.sum(phi * there, axis=1) / 10
    for _ in range(2):
        jet = keras.layers.Dense(64, activation="relu")(jet)
    jet = keras.layers.Dropout(0.1)(jet)
    return keras.Model(constituents, keras.layers.Dense(1, activation="sigmoid")(jet))


# %% tags=["nbval-ignore-output"]
def trained(build, seed, epochs):
    keras.utils.set_random_seed(seed)
    model = build()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    validation = (validation_table, validation_labels)
    model.fit(train_table, train_labels, validation_data=validation, epochs=epochs, batch_size=128, verbose=2)
    return model


network = trained(deep_set, SEED, epochs=6)

# %% [markdown]
# First the promise: jets whose constituents have been shuffled must get the same score.

# %%
few = validation_table[:200]
shuffled = np.random.default_rng(9).permuted(np.arange(N_CONSTITUENTS)[None, :].repeat(200, axis=0), axis=1)
shuffled = np.take_along_axis(few, shuffled[:, :, None], axis=1)
change = np.abs(network.predict(shuffled, verbose=0) - network.predict(few, verbose=0)).max()
print("largest change of a score is below 0.0001:", bool(change < 1e-4))

# %% [markdown]
# For comparison: the same deep set, trained with another seed of its random numbers, and a dense network on the same numbers in one row of 240 (not tuned: the difference overstates what the set alone brings).


# %% tags=["nbval-ignore-output"]
def dense_network():
    network = keras.Sequential([keras.Input((N_CONSTITUENTS, 4)), keras.layers.Flatten()])
    network.add(keras.layers.Dense(64, activation="relu"))
    network.add(keras.layers.Dropout(0.3))
    network.add(keras.layers.Dense(64, activation="relu"))
    network.add(keras.layers.Dense(1, activation="sigmoid"))
    return network


networks = {
    "deep set": network,
    "other seed": trained(deep_set, SEED + 100, epochs=6),
    "dense": trained(dense_network, SEED, epochs=6),
}

# %% [markdown]
# ## Better, or lucky?
#
# The networks are fixed, and only now the test jets are looked at.
# An AUC has an error: other test jets would have given another number.
# The [*bootstrap*](../glossary.md#bootstrap) asks how different: draw as many jets again from the test sample, with replacement, and compute it anew; the spread of the results is the error.
# To compare two networks, draw the **same** jets for both and look at the *difference*: what is hard for one is mostly hard for the other, so the difference is known better than either.
#
# The bootstrap knows nothing of the *training*: with other random numbers the same network would have learned something else.
# That spread is seen only by training again, which is what "other seed" is for.

# %% tags=["nbval-ignore-output"]
from sklearn.metrics import roc_auc_score, roc_curve

test_jets, test_labels = datasets.load_jets("top_tagging/test.h5")
test_table = constituent_table(test_jets)
scores = {name: one.predict(test_table, batch_size=1024, verbose=0).ravel() for name, one in networks.items()}
draws = np.random.default_rng(SEED).integers(len(test_labels), size=(200, len(test_labels)))
resampled = {
    name: np.array([roc_auc_score(test_labels[rows], values[rows]) for rows in draws])
    for name, values in scores.items()
}

# %% tags=["nbval-ignore-output"]
areas = {name: roc_auc_score(test_labels, values) for name, values in scores.items()}
for name, area in areas.items():
    print(f"{name:22s} AUC {area:.4f} ± {resampled[name].std():.4f}")
differences = {name: resampled["deep set"] - resampled[name] for name in ("other seed", "dense")}
for name, difference in differences.items():
    print(f"deep set - {name:11s}     {areas['deep set'] - areas[name]:.4f} ± {difference.std():.4f}")

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
for (name, values), style in zip(scores.items(), ("-", "--", ":"), strict=True):
    false_positive, true_positive, _ = roc_curve(test_labels, values)
    seen = false_positive > 0
    axes.plot(true_positive[seen], 1 / false_positive[seen], style, label=name)
axes.set(xlabel="signal efficiency (TPR)", ylabel="background rejection, 1 / FPR", xlim=(0, 1), ylim=(1, 5000))
axes.set_yscale("log")
axes.legend()
plt.show()

# %% [markdown]
# *Figure: the ROC curves of the deep set, of the same with another seed, and of the dense network, on the test jets.
# Each step at low efficiency is one QCD jet.*
#
# How does a set compare with a picture?
# Our CNN of the notebook before has an AUC of 0.972 ± 0.002 on the same test jets, a little above that of these deep sets.
# At a signal efficiency of 0.3 its background rejection is above 300, against about 200 and 130 here.
# But a deep set has a sixth of the CNN's parameters and is trained in less time, and you may improve either.

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
moved = {name: resampled[name] for name in ("deep set", "other seed")} | {"their difference": differences["other seed"]}
for (name, values), style in zip(moved.items(), ("-", "--", ":"), strict=True):
    axes.plot(np.sort(values - values.mean()), np.linspace(0, 1, len(values)), style, label=name)
axes.set(
    xlabel="AUC of resampled test jets, minus the mean", ylabel="fraction below", xlim=(-0.008, 0.008), ylim=(0, 1)
)
axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# *Figure: how far the AUC of the two deep sets moves when the test jets are drawn anew, and how far their difference moves.
# The curve of the difference is steeper, so the difference is known better than either AUC.*

# %% [markdown]
# **Question.** A leaderboard lists forty networks whose true AUC is the same.
# How would the best of them look on the jets it was ranked on, and how on fresh ones?
# What are the limit of five networks and the private half good for, then?
# When would *you* say that one of two networks is better?

# %% [markdown] nbgrader={"grade": true, "grade_id": "better-or-lucky", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The best of forty equal networks stands about two standard deviations above the truth, because it was chosen for its luck on these jets; on fresh ones it falls back to the others.
# Whoever may try often and look each time climbs the public ranking by luck, and tunes the networks to the public jets.
# Five entries bound the number of tries, and the private half, which nobody could tune to, shows what remains.
# One is better if the *paired* difference on jets that neither was tuned or chosen on is several times its error, better still for several seeds of the training, which fluctuates, too.
# If not, they share the place.
#
# **Marking scheme.** 1 point: the best of many is best partly by luck and falls back on fresh jets.
# 1 point: few tries and unseen jets limit that selection.
# 1 point: a criterion with the paired difference and its error (or several seeds, or an equivalent test).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Hand in
#
# Name your group and run the cell: it hands in the deep set above.
# For the networks that you kept in the other notebooks (`network.save("dnn.keras")` in *dnn*, `network.save("cnn.keras")` in *cnn*), remove the # in front of their lines.
# The features of a kept DNN are those of the notebook *dnn*; if you hand that one in, copy the function `features` to here, and what it uses: in ours `jet_mass`, with `import vector`.
# Run it again after you have improved something; a file of the same name is replaced.

# %%
GROUP = ""

if GROUP:
    print(predict_for_dnn_challenge(network, constituent_table, GROUP, "deep-set"))
    # print(predict_for_dnn_challenge(keras.models.load_model("dnn.keras"), features, GROUP, "dnn"))
    # print(predict_for_cnn_challenge(keras.models.load_model("cnn.keras"), GROUP, "cnn"))
else:
    print("No group, no submission: give it a name and run this cell again.")

# %% [markdown]
# ## Going further
#
# Now win.
# Let $\Phi$ see a constituent *and its neighbours* (the particle cloud of ParticleNet, [arXiv:1902.08570](https://arxiv.org/abs/1902.08570)).
# Give pairs of constituents instead of single ones: their distance and invariant mass (this is what LorentzNet and the Particle Transformer, [arXiv:2202.03772](https://arxiv.org/abs/2202.03772), do).
# Average the scores of several trainings with different seeds; that alone is worth as much as many a new idea.
# Train on mirrored and rotated copies.
# Make more jets: `make data DATASET=top_tagging EVENTS=200000`.
# And measure every gain on the validation jets, with its error, before you spend one of five entries on it.

# %% [markdown]
# [← Top tagging: CNN](../top_tagging/cnn.ipynb) · [Start](../start.md)
