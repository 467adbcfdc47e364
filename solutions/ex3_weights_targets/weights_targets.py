# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 3: weights and targets
#
# **What you will learn**
#
# - why simulated events carry weights, and what each factor of ours stands for;
# - how to turn weights into the number of events that the experiment expects;
# - how to scale weights for training without changing what they say about the background's composition;
# - how to make targets, and why you must always ask which class is 0.
#
# **What you need to know:** Exercise 2 (dictionaries of arrays). **Time:** 45 minutes.
#
# **Data:** the three H→WW and Drell–Yan files of Exercise 2.

# %%
import matplotlib.pyplot as plt
import mplhep
import numpy as np

from helpers import datasets, figures

figures.use_style()
WEIGHT_BRANCHES = [
    "XSWeight",
    "SFweight2l",
    "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "GenLepMatch2l",
    "METFilter_MC",
]


def read(file_name):
    with datasets.open_root(f"hww/{file_name}") as file:
        return file["Events"].arrays([*WEIGHT_BRANCHES, "mll"], library="np")


signal = read("GluGluHToWWTo2L2Nu_M125.root")
backgrounds = [read("DYJetsToLL_M-10to50-LO.root"), read("DYJetsToLL_M-50-LO.root")]

# %% [markdown]
# ## Six factors
#
# The generator makes as many events of a process as we ask for, not as many as nature would. The weight mends that, and it mends what the simulation gets wrong:
#
# | branch | what it does |
# |---|---|
# | `XSWeight` | cross-section × branching ratio × 1 fb⁻¹ / number of events generated: the same for all events of a file |
# | `SFweight2l` | event weight: the efficiency of the trigger, which is not simulated, × a correction of the number of overlapping collisions (pile-up) |
# | `LepSF2l__…` | the same for the efficiency to identify the two leptons; depends on their flavour, pT and η |
# | `LepCut2l__…` | 1 if both leptons pass the tight identification, else 0 |
# | `GenLepMatch2l` | 1 if both match a generated lepton that comes from a W, a Z or a τ and not from a jet, else 0 |
# | `METFilter_MC` | 1 if the missing momentum is not detector noise, else 0 |
#
# The weight of an event is their product. A zero removes the event, as a cut would. (The long names end in `HWWW`; older listings print one W too many.)

# %%
for branch in WEIGHT_BRANCHES:
    values = np.concatenate([sample[branch] for sample in (signal, *backgrounds)])
    print(f"{branch[:24]:24s} from {values.min():6.3f} to {values.max():7.3f}, {np.mean(values == 0):6.2%} zeros")


# %% [markdown]
# **Task.** Write `event_weights`. It must work for any file with these branches, whatever other branches it has.

# %% nbgrader={"grade": false, "grade_id": "event-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def event_weights(tree_arrays):
    """The weight of each event: the product of the six weight branches.

    tree_arrays: dictionary from branch names to arrays of shape (n_events,); all other branches are ignored. A file may be
    empty, and the cuts (0 or 1) may be stored as floats, integers or booleans.
    Returns a new array of shape (n_events,).
    """
    ### BEGIN SOLUTION
    return np.prod([tree_arrays[branch] for branch in WEIGHT_BRANCHES], axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "event-weights-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

weight_branches = [
    "XSWeight",
    "SFweight2l",
    "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "GenLepMatch2l",
    "METFilter_MC",
]
ones = {branch: np.ones(4) for branch in weight_branches}
for branch in weight_branches:
    example = {**ones, branch: np.array([0.5, 2.0, 3.0, 0.0])}
    weights = checks.call(
        event_weights, example, says="event_weights should need no other branches than the six in WEIGHT_BRANCHES"
    )
    checks.shape(weights, (4,), "the result of event_weights", hint="one weight for every event")
    for name, array in ones.items():
        checks.equal(
            array, np.ones(4), f"event_weights changed the array {name} that it was given; multiply into a new array"
        )
    checks.close(weights, [0.5, 2, 3, 0], f"the weight does not change with {branch} as a product should")
with_mass = {"mll": np.array([20.0, 40.0, 60.0, 80.0]), **ones}
weights = checks.call(event_weights, with_mass, says="event_weights should ignore the other branches of a file")
checks.close(weights, np.ones(4), "the weight should be the product of the six weight branches and of nothing else")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(3)
values = {branch: rng.uniform(0.5, 1.5, 50).astype("float32") for branch in weight_branches}
expected = np.exp(sum(np.log(array.astype(float)) for array in values.values()))
given = {
    "mll": rng.uniform(10, 200, 50),
    **values,
    "event": np.arange(50),
    "LepSF3l": np.full(50, 0.9),
    "XSWeight_up": np.full(50, 1.1),
}
copies = {name: array.copy() for name, array in given.items()}
found = checks.call(event_weights, given, says="event_weights should ignore the other branches of a file")
checks.shape(
    found, (50,), "the result of event_weights", hint="one weight for every event of the dictionary it is given"
)
checks.close(
    found, expected, "the weight should be the product of the six weight branches and of nothing else", rtol=1e-4
)
for name, array in copies.items():
    checks.equal(
        given[name], array, f"event_weights changed the array {name} that it was given; multiply into a new array"
    )
flags = {
    **values,
    "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW": np.arange(50, dtype="int32") % 2,
    "METFilter_MC": np.arange(50) % 3 > 0,
}
expected = np.where((np.arange(50) % 2 == 1) & (np.arange(50) % 3 > 0), 1, 0) * np.exp(
    sum(
        np.log(values[branch].astype(float))
        for branch in ("XSWeight", "SFweight2l", "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW", "GenLepMatch2l")
    )
)
found = checks.call(event_weights, flags, says="event_weights should take cuts that are stored as integers or booleans")
checks.close(found, expected, "flags stored as integers or booleans should count as 0 and 1", rtol=1e-4)
empty = checks.call(
    event_weights,
    {branch: np.ones(0) for branch in weight_branches},
    says="event_weights should work for an empty file",
)
checks.shape(empty, (0,), "the weights of an empty file")
### END HIDDEN TESTS

# %% [markdown]
# ## How many events do we expect?
#
# The weights refer to 1 fb⁻¹, so their sum is the number of events expected in 1 fb⁻¹ of data after the selection: the *yield*.
#
# (Zero-weight events stay in the arrays: they add nothing to a sum, and every array keeps its length.)
#
# **Task.** Compute the yields of the signal and of each background.

# %% nbgrader={"grade": false, "grade_id": "yields", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_yield: a number. background_yields: a list of two numbers, in the order of backgrounds. Events in 1 fb^-1.
### BEGIN SOLUTION
signal_yield = event_weights(signal).sum()
background_yields = [event_weights(background).sum() for background in backgrounds]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "yields-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

checks.that(checks.number(signal_yield, "signal_yield") > 0, "a yield is positive")
checks.shape(background_yields, (2,), "background_yields", hint="one yield for each file, low masses first")
### BEGIN HIDDEN TESTS
branches = [
    "XSWeight",
    "SFweight2l",
    "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "GenLepMatch2l",
    "METFilter_MC",
]
expected = []
for file_name in ("GluGluHToWWTo2L2Nu_M125.root", "DYJetsToLL_M-10to50-LO.root", "DYJetsToLL_M-50-LO.root"):
    with datasets.open_root(f"hww/{file_name}") as root_file:
        product = np.ones(root_file["Events"].num_entries)
        for array in root_file["Events"].arrays(branches, library="np").values():
            product *= array
    expected.append(product.sum())
# 1e-3 covers sums in float32.
checks.close(
    checks.number(signal_yield, "signal_yield"),
    expected[0],
    "signal_yield is not the sum of the signal's weights (before any division by their mean)",
    rtol=1e-3,
)
checks.close(
    background_yields,
    expected[1:],
    "background_yields are not the sums of weights of the two files, low masses first",
    rtol=1e-3,
)
### END HIDDEN TESTS

# %%
print(
    f"events in 1/fb: H → WW {signal_yield:.0f}, Drell–Yan 10–50 GeV {background_yields[0]:.3g}, above 50 GeV {background_yields[1]:.3g}"
)

# %% [markdown]
# One signal event hides among ten thousand background events. Now look at what the weights do to a distribution.

# %%
masses = [background["mll"] for background in backgrounds]
weights = [event_weights(background) for background in backgrounds]
by_number, by_weight = len(masses[0]) / sum(map(len, masses)), background_yields[0] / sum(background_yields)
print(f"low masses make {by_number:.0%} of the simulated background events and {by_weight:.1%} of the expected ones")
bins = np.linspace(10, 130, 61)
figure, panels = plt.subplots(1, 2, figsize=(12, 4.5))
labels = ["Drell–Yan, 10 < m < 50 GeV", "Drell–Yan, m > 50 GeV"]
for axes, w, title in (
    (panels[0], None, "every event counts 1"),
    (panels[1], weights, "every event counts its weight"),
):
    counts = [np.histogram(m, bins=bins, weights=w[i] if w else None)[0] for i, m in enumerate(masses)]
    mplhep.histplot(counts, bins, stack=True, histtype="fill", label=labels, ax=axes)
    axes.set(
        title=title,
        xlabel=r"$m_{\ell\ell}$ [GeV]",
        ylabel="expected events / 2 GeV" if w else "simulated events / 2 GeV",
        yscale="log",
    )
    axes.legend(loc="upper left")
    axes.set_ylim(1e-5 * np.sum(counts), 30 * np.sum(counts))
plt.show()

# %% [markdown]
# *Figure: invariant mass of the lepton pair, both backgrounds stacked. Both axes span the same number of decades. Left, unweighted, the low-mass sample looks like a sizeable part of the background. Right,
# weighted, it has sunk by a factor of more than ten beside the Z peak: the sample that has fewer generated events for its cross-section counts more per event.*

# %% [markdown]
# ## Weights of order one
#
# What a network minimises in training, the *loss*, is a weighted mean over events. With weights of about 50 for most of the background and 0.006 for the signal, to call everything background would be nearly perfect, and
# the size of a training step would depend on how many events somebody once generated. So each class gets a mean weight of 1.
#
# The background is *one* class made of two processes. Divide its weights by their common mean **after** merging, and the ratio of the two processes stays as nature made it.
#
# **Task.** Make the normalised weights of both classes, divided by the mean over all events of the class (zeros included); the background files merged in the order of the list.

# %% nbgrader={"grade": false, "grade_id": "normalised-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_weights, background_weights: arrays of shape (n_events,), mean 1
### BEGIN SOLUTION
signal_weights = event_weights(signal)
signal_weights = signal_weights / signal_weights.mean()
background_weights = np.concatenate([event_weights(background) for background in backgrounds])
background_weights = background_weights / background_weights.mean()
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "normalised-weights-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

branches = [
    "XSWeight",
    "SFweight2l",
    "LepSF2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "LepCut2l__ele_mvaFall17V1Iso_WP90__mu_cut_Tight_HWWW",
    "GenLepMatch2l",
    "METFilter_MC",
]
samples = {}
for file_name in ("GluGluHToWWTo2L2Nu_M125.root", "DYJetsToLL_M-10to50-LO.root", "DYJetsToLL_M-50-LO.root"):
    with datasets.open_root(f"hww/{file_name}") as root_file:
        samples[file_name] = root_file["Events"].arrays(branches, library="np")
n_signal, n_low, n_high = (len(sample["XSWeight"]) for sample in samples.values())
checks.shape(signal_weights, (n_signal,), "signal_weights")
checks.shape(background_weights, (n_low + n_high,), "background_weights", hint="merge the weights of both files")
# 1e-3 covers means of float32 arrays.
for name, weights in (("signal_weights", signal_weights), ("background_weights", background_weights)):
    values = checks.numbers(weights, name).astype(float)
    mean = values.mean()
    checks.that(values.std() > 0, f"{name} are all equal, but the weights of the events differ")
    checks.that(
        abs(mean - 1) < 1e-3,
        f"the mean of {name} is {mean:.4g}, but it should be 1: divide by the mean over all events",
    )
background_values = checks.numbers(background_weights, "background_weights").astype(float)
low_mean, high_mean = background_values[:n_low].mean(), background_values[n_low:].mean()
checks.that(
    not (abs(low_mean - 1) < 1e-3 and abs(high_mean - 1) < 1e-3),
    "each background was divided by its own mean: merge first, then divide by the common mean, or the ratio of the two processes is lost",
)
### BEGIN HIDDEN TESTS
products = [np.prod([sample[branch].astype(float) for branch in branches], axis=0) for sample in samples.values()]
merged = np.concatenate(products[1:])
checks.close(
    signal_weights,
    products[0] / products[0].mean(),
    "signal_weights are not the signal's event weights divided by their mean",
    rtol=1e-3,
)
checks.close(
    background_weights,
    merged / merged.mean(),
    "background_weights are not the merged event weights (low masses first) divided by their mean",
    rtol=1e-3,
)
### END HIDDEN TESTS

# %% [markdown]
# ## Targets
#
# The target, or *label*, of an event is what the network should answer. Exercises 3 to 6 say **0 for signal and 1 for background**, as the exercise sheet of the EOS PhD days does, from which they grew.
#
# Most code, and every later lesson of this course, uses the opposite: 1 for signal, so that a high score means signal-like. Neither is wrong. What goes wrong is to
# take the convention for granted: a ROC curve of the flipped label lies below the diagonal, and a paper's "score > 0.9" may be the background. Write down which it is wherever labels appear.
#
# **Task.** Make one label for every event of each class.

# %% nbgrader={"grade": false, "grade_id": "labels", "locked": false, "schema_version": 3, "solution": true, "task": false}
# signal_labels, background_labels: arrays of shape (n_events,), 0 = signal, 1 = background
### BEGIN SOLUTION
signal_labels = np.zeros(len(signal_weights))
background_labels = np.ones(len(background_weights))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "labels-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

n_events = {}
for file_name in ("GluGluHToWWTo2L2Nu_M125.root", "DYJetsToLL_M-10to50-LO.root", "DYJetsToLL_M-50-LO.root"):
    with datasets.open_root(f"hww/{file_name}") as root_file:
        n_events[file_name] = root_file["Events"].num_entries
n_signal, n_low, n_high = n_events.values()
checks.shape(signal_labels, (n_signal,), "signal_labels", hint="one label for every event")
checks.shape(background_labels, (n_low + n_high,), "background_labels", hint="one label for every event of both files")
checks.that(
    set(np.unique(checks.numbers(signal_labels, "signal_labels")).tolist()) == {0},
    "signal events should have label 0 in this exercise (0 = signal, 1 = background)",
)
checks.that(
    set(np.unique(checks.numbers(background_labels, "background_labels")).tolist()) == {1},
    "background events should have label 1 in this exercise (0 = signal, 1 = background)",
)
### BEGIN HIDDEN TESTS
together = np.concatenate([np.array(signal_labels), np.array(background_labels)])
checks.equal(
    together, np.repeat([0, 1], [n_signal, n_low + n_high]), "the labels should be 0 for signal and 1 for background"
)
### END HIDDEN TESTS

# %% [markdown]
# **Question.** A colleague divides the weights of *each background file* by their own mean and only then merges. What changes in the background that the network sees, and what would it do
# to a classifier that is used on real data?

# %% [markdown] nbgrader={"grade": true, "grade_id": "normalise-before-merging", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# Each file then counts in proportion to the number of events generated, not to its yield: low-mass Drell–Yan gets as much weight per event as the Z peak, though its expected yield is far smaller. The network spends
# its capacity on a background that hardly exists in data and learns less about the one that dominates; its score still separates, but is not optimal for the true mixture, and efficiencies computed with these weights
# are those of a wrong mixture.
#
# **Marking scheme.** 1 point: the relative size of the two processes no longer follows cross-section × efficiency (it follows the numbers of simulated events). 1 point: a consequence (training optimised for the wrong
# mixture, or background efficiency and ROC curve wrong for data).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# A sample of unequal weights is worth less than one of as many equal weights. The *effective* number of events, $N_\mathrm{eff} = (\sum w)^2 / \sum w^2$, is the number of unweighted events with the same relative error. Compute it for both backgrounds,
# alone and merged. Which of the two samples limits the merged one, and where would you spend the next hour of generating events?
