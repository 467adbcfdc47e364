# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Top tagging III: the challenge
#
# **What you will learn**
#
# - how to score data whose labels nobody shows you, without a slip;
# - a stronger idea than lists and pictures: a network on a *set* of constituents;
# - when one tagger is really better than another, and when it only had luck;
# - why a leaderboard keeps half of its jets to itself.
#
# **What you need to know:** the notebooks *dnn* and *cnn*. **Time:** one hour, and as long as your ambition lasts.
#
# **Data:** the labelled jets of the other two notebooks, and `challenge/jets.h5`: the *secret* jets, made by the same simulation and selection. Your instructor has the labels.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Top tagging: CNN](../top_tagging/cnn.ipynb) · [Start](../start.md)

# %%
import matplotlib.pyplot as plt
import numpy as np

from helpers import datasets, figures, jets
from helpers.challenge import submit

SEED = 1

figures.use_style()
train_jets, train_labels = datasets.load_jets("top_tagging/train.h5")
validation_jets, validation_labels = datasets.load_jets("top_tagging/validation.h5")
test_jets, test_labels = datasets.load_jets("top_tagging/test.h5")
secret_jets = datasets.load_challenge_jets()
print("every secret jet has 200 constituents of 4 numbers:", secret_jets.shape[1:] == (200, 4))


# %% [markdown]
# ## Look before you score
#
# A network answers whatever it is given: jets in other units, in another order of columns, from another simulation. So compare the inputs first. Half of the secret jets are tops, as in the training sample; then their distributions must agree within statistics.

# %%
def plain_mass(constituents):
    energy, px, py, pz = constituents.sum(axis=1, dtype=float).T
    return np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0))


figure, panels = plt.subplots(1, 2, figsize=(13, 5))
for axes, quantity, bins, label in (
    (panels[0], plain_mass, np.linspace(0, 300, 31), "jet mass [GeV]"),
    (panels[1], lambda c: np.count_nonzero(c[:, :, 0], axis=1), np.linspace(0, 150, 31), "constituents per jet"),
):
    for name, sample, style in (("training", train_jets, "-"), ("secret", secret_jets, "--")):
        axes.hist(quantity(sample), bins, histtype="step", lw=2, ls=style, density=True, label=name)
    axes.set(xlabel=label, ylabel="jets, normalised", xlim=(bins[0], bins[-1]))
    axes.legend()
panels[0].set_ylim(0, 0.018)
panels[1].set_ylim(0, 0.03)
plt.show()


# %% [markdown]
# *Figure: jet mass (left) and number of constituents (right) of the training jets (full line) and of the secret jets (broken line), tops and QCD jets together. The two agree within the fluctuations of the smaller sample.*

# %% [markdown]
# ## The rules
#
# - A group hands in **at most five networks**, each as a file `submission_predictions/<group>_<network>.npy`: one score per secret jet, in their order, large for tops.
# - Group and network are plain names: 1 to 32 letters, digits and hyphens; upper and lower case count as the same.
# - The score is the AUC; background rejection at $\varepsilon_S$ = 0.3 and 0.5 is shown beside it. Until the end only one half of the secret jets counts (the *public* half; nobody tells you which). The winner is found on the other.
# - Only the files are read. Hand in the assignment as usual, and they go along.
#
# `submit(scores, group, network)` writes such a file. It refuses what cannot be right: a wrong number of scores, NaN or infinity, the same score for every jet, a sixth network, a name that is none.
#
# **Task.** Write `predict_for_dnn_challenge`. It loads the secret jets (`datasets.load_challenge_jets()`), makes the features, lets the network predict, hands the scores to `submit` as they are, and returns the path of the file. `submit` takes one number per jet, also as a column, `(n_jets, 1)`, as a network gives it; a network with two outputs is one of the things it has to refuse, so do not pick a column yourself.

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
import contextlib
import os
import tempfile
from pathlib import Path

import keras
import numpy as np

from helpers import checks, datasets


def leading_energies(constituents):
    return constituents[:, :3, 0] / 100


def linear_tagger(weights, activation="linear"):
    inputs = keras.Input((3,), name="features")
    output = keras.layers.Dense(np.shape(weights)[1], activation=activation, name="output")
    model = keras.Sequential([inputs, output], name="small_network")
    model.layers[0].set_weights([np.asarray(weights, dtype="float32"), np.zeros(np.shape(weights)[1], dtype="float32")])
    return model


def written_by(predict, *arguments):
    """What the function leaves in an empty folder: the scores of each file by name, and what it returned or raised."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            outcome = predict(*arguments)
        except NotImplementedError:
            raise
        except Exception as error:
            outcome = error
        files = {path.relative_to(folder).as_posix(): path for path in Path(folder).rglob("*") if path.is_file()}
        arrays = {
            name: checks.call(np.load, path, says=f"{name} is not a file that np.load can read")
            for name, path in files.items()
            if name.endswith(".npy")
        }
        return arrays, outcome, len(files)


secret = datasets.load_challenge_jets()
model = linear_tagger([[1.0], [-0.5], [0.25]], "sigmoid")
files, outcome, _ = written_by(predict_for_dnn_challenge, model, leading_energies, "quarks", "small")
checks.that(not isinstance(outcome, Exception), f"predict_for_dnn_challenge failed with a small network: {outcome}")
checks.that(
    list(files) == ["submission_predictions/quarks_small.npy"],
    f"group quarks, network small: expected the file submission_predictions/quarks_small.npy, found {sorted(files) or 'none'}",
)
scores = files["submission_predictions/quarks_small.npy"]
checks.shape(scores, (len(secret),), "the array in the file", hint="one score per secret jet")
checks.that(scores.dtype == np.float32, f"the scores should be float32, but they are {scores.dtype}")
### BEGIN HIDDEN TESTS
energies = secret[:, :3, 0].astype(float) / 100
wanted = 1 / (1 + np.exp(-(energies @ [1.0, -0.5, 0.25])))
checks.close(
    scores,
    wanted,
    "the scores are not those of the network for the secret jets, in their order: features of the secret jets into model.predict, nothing else",
    atol=1e-5,
)
files, outcome, _ = written_by(
    predict_for_dnn_challenge,
    linear_tagger([[0.0], [1.0], [2.0]]),
    lambda constituents: constituents[:, :, 1:].sum(axis=1) / 1000,
    "group-2",
    "Deep",
)
checks.that(
    not isinstance(outcome, Exception), f"predict_for_dnn_challenge failed with another small network: {outcome}"
)
checks.that(
    list(files) == ["submission_predictions/group-2_Deep.npy"],
    f"group-2 and Deep should name the file, found {sorted(files)}",
)
checks.close(
    files["submission_predictions/group-2_Deep.npy"],
    secret[:, :, 1:].astype(float).sum(axis=1) / 1000 @ [0.0, 1.0, 2.0],
    "with other features and another network the scores are wrong: use the model and the features that are given, and all 200 constituents",
    atol=1e-4,
)
checks.that(
    isinstance(outcome, str | os.PathLike) and Path(outcome).name == "group-2_Deep.npy",
    "predict_for_dnn_challenge should return the path of the file that it wrote",
)
for what, arguments in {
    "a network with two outputs": (linear_tagger(np.eye(3)[:, :2], "softmax"), leading_energies, "quarks", "two"),
    "a network that gives the same score to every jet": (
        linear_tagger(np.zeros((3, 1))),
        leading_energies,
        "quarks",
        "flat",
    ),
    "scores that are not a number": (linear_tagger([[np.nan]] * 3), leading_energies, "quarks", "nan"),
    "a jet that is left out": (model, lambda c: leading_energies(c)[1:], "quarks", "short"),
    "a group that is a path": (model, leading_energies, "../quarks", "small"),
    "an empty group": (model, leading_energies, "", "small"),
    "a network name with a blank": (model, leading_energies, "quarks", "my network"),
}.items():
    files, outcome, n_files = written_by(predict_for_dnn_challenge, *arguments)
    checks.that(
        isinstance(outcome, Exception),
        f"predict_for_dnn_challenge accepts {what}: hand the scores to submit as they are, and let it refuse them",
    )
    checks.that(n_files == 0, f"predict_for_dnn_challenge refuses {what}, but leaves a file behind")


def six_networks():
    for number in range(6):
        predict_for_dnn_challenge(model, leading_energies, "quarks", f"net{number}")


files, outcome, _ = written_by(six_networks)
checks.that(
    isinstance(outcome, Exception) and len(files) == 5, "a group may hand in five networks; the sixth should be refused"
)
### END HIDDEN TESTS

# %% [markdown]
# **Task.** Write `predict_for_cnn_challenge`, the same for a network on pictures as `jets.images` gives them.

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
import contextlib
import os
import tempfile
from pathlib import Path

import keras
import numpy as np

from helpers import checks, datasets, jets


def pixel_tagger(weights, units=1):
    """A network that multiplies each picture with weights (40, 40) and adds up."""
    layers = [keras.layers.Flatten(name="row"), keras.layers.Dense(units, name="output")]
    model = keras.Sequential([keras.Input((40, 40, 1), name="pictures"), *layers], name="small_network")
    kernel = np.repeat(np.reshape(weights, (1600, 1)), units, axis=1).astype("float32")
    model.layers[-1].set_weights([kernel, np.zeros(units, dtype="float32")])
    return model


def cnn_file(*arguments):
    """What predict_for_cnn_challenge leaves in an empty folder, and what it returned or raised."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            outcome = predict_for_cnn_challenge(*arguments)
        except NotImplementedError:
            raise
        except Exception as error:
            outcome = error
        files = {path.relative_to(folder).as_posix(): path for path in Path(folder).rglob("*") if path.is_file()}
        arrays = {
            name: checks.call(np.load, path, says=f"{name} is not a file that np.load can read")
            for name, path in files.items()
            if name.endswith(".npy")
        }
        return arrays, outcome, len(files)


secret_pictures = jets.images(datasets.load_challenge_jets())
weights = np.random.default_rng(6).normal(size=(40, 40))
files, outcome, _ = cnn_file(pixel_tagger(weights), "quarks", "pixels")
checks.that(not isinstance(outcome, Exception), f"predict_for_cnn_challenge failed with a small network: {outcome}")
checks.that(
    list(files) == ["submission_predictions/quarks_pixels.npy"],
    f"group quarks, network pixels: expected the file submission_predictions/quarks_pixels.npy, found {sorted(files) or 'none'}",
)
scores = files["submission_predictions/quarks_pixels.npy"]
checks.shape(scores, (len(secret_pictures),), "the array in the file", hint="one score per secret jet")
checks.that(scores.dtype == np.float32, f"the scores should be float32, but they are {scores.dtype}")
### BEGIN HIDDEN TESTS
checks.close(
    scores,
    (secret_pictures[:, :, :, 0].astype(float) * weights).sum(axis=(1, 2)),
    "the scores are not those of the network for the pictures of the secret jets, in their order: jets.images of the secret jets into model.predict, nothing else",
    atol=1e-4,
)
upper = np.repeat([[0.0], [1.0]], 20, axis=0) * np.ones((40, 40))
files, outcome, _ = cnn_file(pixel_tagger(upper), "group-2", "Half")
checks.that(
    not isinstance(outcome, Exception), f"predict_for_cnn_challenge failed with another small network: {outcome}"
)
checks.that(
    list(files) == ["submission_predictions/group-2_Half.npy"],
    f"group-2 and Half should name the file, found {sorted(files)}",
)
checks.close(
    files["submission_predictions/group-2_Half.npy"],
    (secret_pictures[:, :, :, 0].astype(float) * upper).sum(axis=(1, 2)),
    "with another network the scores are wrong: use the model that is given, on pictures that are not scaled or turned again",
    atol=1e-4,
)
checks.that(
    isinstance(outcome, str | os.PathLike) and Path(outcome).name == "group-2_Half.npy",
    "predict_for_cnn_challenge should return the path of the file that it wrote",
)
for what, arguments in {
    "a network with two outputs": (pixel_tagger(weights, 2), "quarks", "two"),
    "a network that gives the same score to every jet": (pixel_tagger(np.zeros((40, 40))), "quarks", "flat"),
    "scores that are not a number": (pixel_tagger(np.full((40, 40), np.nan)), "quarks", "nan"),
    "a group that is a path": (pixel_tagger(weights), "a/b", "pixels"),
    "an empty network name": (pixel_tagger(weights), "quarks", ""),
}.items():
    files, outcome, n_files = cnn_file(*arguments)
    checks.that(
        isinstance(outcome, Exception),
        f"predict_for_cnn_challenge accepts {what}: hand the scores to submit as they are, and let it refuse them",
    )
    checks.that(n_files == 0, f"predict_for_cnn_challenge refuses {what}, but leaves a file behind")
### END HIDDEN TESTS

# %% [markdown]
# ## Going further, a worked example: a deep set
#
# The list of the DNN has an order that physics does not: if two constituents have nearly the same $p_T$, a small error swaps all their columns. And the picture rounds every position to a pixel. A jet is a *set*. A function of a set must not change when its elements change places, and every continuous function of that kind can be written as
#
# $$ f(\{p_1, p_2, \ldots\}) = F\Big(\sum_i \Phi(p_i)\Big), $$
#
# if $\Phi$ gives enough numbers: with one network $\Phi$ that sees one constituent at a time and a second, $F$, that sees the sum (*deep sets*, arXiv:1703.06114; for jets *particle-flow networks*, arXiv:1810.05165). Each constituent gives four numbers here: the logarithms of its $p_T$ and of its share, and its two coordinates after centring. Missing ones must not count, so their $\Phi$ is multiplied by zero.

# %%
N_CONSTITUENTS = 60


def constituent_table(constituents):
    """Each of the leading constituents in four numbers, (n_jets, 60, 4): log pT (0 if missing), log share of pT, two angles."""
    pt, x, y = jets.centre(constituents[:, :N_CONSTITUENTS])
    x, y = jets.flip(pt, *jets.rotate(pt, x, y))
    share = pt / pt.sum(axis=1, keepdims=True)
    return np.stack([np.log1p(pt) / 4, np.log(np.where(pt > 0, share, 1)) / 4, 3 * x, 3 * y], axis=2)


train_table, validation_table, test_table = map(constituent_table, (train_jets, validation_jets, test_jets))
print(train_table.shape[1:])

# %% tags=["nbval-ignore-output"]
import keras


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


def trained(build, seed, epochs):
    keras.utils.set_random_seed(seed)
    model = build()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    validation = (validation_table, validation_labels)
    model.fit(train_table, train_labels, validation_data=validation, epochs=epochs, batch_size=128, verbose=2)
    return model


network = trained(deep_set, SEED, epochs=10)

# %% [markdown]
# First the promise: jets whose constituents have been shuffled must get the same score.

# %%
few = test_table[:200]
shuffled = np.random.default_rng(9).permuted(np.arange(N_CONSTITUENTS)[None, :].repeat(200, axis=0), axis=1)
shuffled = np.take_along_axis(few, shuffled[:, :, None], axis=1)
change = np.abs(network.predict(shuffled, verbose=0) - network.predict(few, verbose=0)).max()
print("largest change of a score is below 0.0001:", bool(change < 1e-4))

# %% [markdown]
# For comparison: the same deep set, trained with another seed of its random numbers, and a dense network on the same numbers in one row of 240 (not tuned, and trained for fewer epochs: the difference overstates what the set alone brings).

# %% tags=["nbval-ignore-output"]
def dense_network():
    return keras.Sequential(
        [
            keras.Input((N_CONSTITUENTS, 4)),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


networks = {
    "deep set": network,
    "other seed": trained(deep_set, SEED + 100, epochs=10),
    "dense": trained(dense_network, SEED, epochs=8),
}
scores = {name: one.predict(test_table, batch_size=1024, verbose=0).ravel() for name, one in networks.items()}

# %% [markdown]
# ## Better, or lucky?
#
# An AUC has an error: other test jets would have given another number. The *bootstrap* asks how different: draw as many jets again from the test sample, with replacement, and compute it anew; the spread of the results is the error. To compare two networks, draw the **same** jets for both and look at the *difference*: what is hard for one is mostly hard for the other, so the difference is known better than either.

# %% tags=["nbval-ignore-output"]
from sklearn.metrics import roc_auc_score, roc_curve

rng = np.random.default_rng(SEED)
resampled = {name: [] for name in scores}
for _ in range(200):
    chosen = rng.integers(len(test_labels), size=len(test_labels))
    for name in scores:
        resampled[name].append(roc_auc_score(test_labels[chosen], scores[name][chosen]))
resampled = {name: np.array(areas) for name, areas in resampled.items()}
for name, areas in resampled.items():
    print(f"{name:22s} AUC {roc_auc_score(test_labels, scores[name]):.4f} ± {areas.std():.4f}")
differences = {name: resampled["deep set"] - resampled[name] for name in ("other seed", "dense")}
for name, difference in differences.items():
    observed = roc_auc_score(test_labels, scores["deep set"]) - roc_auc_score(test_labels, scores[name])
    print(f"deep set - {name:11s}     {observed:.4f} ± {difference.std():.4f}")

# %%
figure, (curves, spread) = plt.subplots(1, 2, figsize=(14, 5.2))
for (name, network_scores), style in zip(scores.items(), ("-", "--", ":"), strict=True):
    false_positive, true_positive, _ = roc_curve(test_labels, network_scores)
    seen = false_positive > 0
    curves.plot(true_positive[seen], 1 / false_positive[seen], style, label=name)
curves.set(xlabel="signal efficiency (TPR)", ylabel="background rejection, 1 / FPR", xlim=(0.1, 1), ylim=(1, 4000))
curves.set_yscale("log")
moved = {name: resampled[name] for name in ("deep set", "other seed")} | {"their difference": differences["other seed"]}
for (name, values), style in zip(moved.items(), ("-", "--", ":"), strict=True):
    spread.plot(np.sort(values - values.mean()), np.linspace(0, 1, len(values)), style, label=name)
spread.set(xlabel="AUC of resampled test jets, minus the mean", ylabel="fraction below", xlim=(-0.006, 0.006))
spread.set_ylim(0, 1)
for axes in (curves, spread):
    axes.legend()
plt.show()

# %% [markdown]
# *Figure: left, the ROC curves of the deep set, of the same with another seed, and of the dense network. Right, how far the AUC of the two deep sets moves when the test jets are drawn anew, and how far their difference moves: its curve is steeper, so the difference is known better than either AUC.*

# %% [markdown]
# **Question.** A leaderboard lists forty networks whose true AUC is the same. How would the best of them look, on the jets it was ranked on and on fresh ones? What are the limit of five networks and the private half good for, then, and when would *you* say that one of two networks is better?

# %% [markdown] nbgrader={"grade": true, "grade_id": "better-or-lucky", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The best of forty equal networks stands about two standard deviations above the truth, because it was chosen for its luck on these jets; on fresh ones it falls back to the others. Whoever may try often and look each time climbs the public ranking by luck, and tunes the networks to the public jets. Five entries bound the number of tries, and the private half, which nobody could tune to, shows what remains.
# One is better if the *paired* difference on jets that neither was tuned or chosen on is several times its error, better still for several seeds of the training, which fluctuates, too. If not, they share the place.
#
# **Marking scheme.** 1 point: the best of many is best partly by luck and falls back on fresh jets. 1 point: few tries and unseen jets limit that selection. 1 point: a criterion with the paired difference and its error (or several seeds, or an equivalent test).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Hand in
#
# Name your group and run the cell: it hands in the deep set above. For the networks that you kept in the other notebooks, remove the # in front of their lines. The features of a kept DNN are those of the notebook *dnn*; copy the function `features`, and what it uses, to here if you hand that one in. Run it again after you have improved something; a file of the same name is replaced.

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
# Now win. Let $\Phi$ see a constituent *and its neighbours* (the particle cloud of ParticleNet, arXiv:1902.08570). Give pairs of constituents instead of single ones: their distance and invariant mass (this is what LorentzNet and the Particle Transformer, arXiv:2202.03772, do). Average the scores of several trainings with different seeds; that alone is worth as much as many a new idea. Train on mirrored
# and rotated copies. Make more jets: `make data DATASET=top_tagging EVENTS=200000`. And measure every gain on the validation jets, with its error, before you spend one of five entries on it.

# %% [markdown]
# [← Top tagging: CNN](../top_tagging/cnn.ipynb) · [Start](../start.md)
