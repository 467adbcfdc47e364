# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Di-Higgs I: from collisions to fifteen numbers
#
# **What you will learn**
#
# - to work with jagged arrays: events that have any number of leptons and jets, without a loop over events;
# - to select objects first and events afterwards, and to tell in a cut flow what each cut costs, with errors that hold for weighted events;
# - to compute masses with four-vectors, also of what is only partly seen;
# - to turn an event into the row of numbers that a network takes, and to store such rows well.
#
# **What you need to know:** Exercises 1 to 3 (ROOT files, weights); *Top tagging: jets* helps with four-momenta.
# **Time:** two and a half hours.
#
# **Data:** `dihiggs/`: simulated collisions at 13 TeV with a lepton and jets, one file for each process ([datasheet](../../data/dihiggs/datasheet.md)).
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Ntuple experiment: networks](../ntuple_experiment/experiment.ipynb) · [Start](../start.md) · [Di-Higgs: multiclassifier →](../dihiggs/multiclassifier.ipynb)

# %%
import awkward as ak
import h5py
import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import pandas as pd
import vector

from helpers import datasets, figures

PROCESSES = {"HH": "HH", "TTbar": r"$t\bar{t}$", "SingleTop": "single top", "WJets": "W + jets"}
LUMINOSITY = 139  # fb⁻¹
vector.register_awkward()
figures.use_style()

# %% [markdown]
# ## Two Higgs bosons
#
# The Higgs boson should couple to itself.
# Its potential fixes how strongly, and nobody has measured it yet.
# The way to it is a collision that makes *two* Higgs bosons, HH.
#
# Two kinds of diagram lead there, and their amplitudes have opposite signs.
# In the *triangle*, gluons make one virtual Higgs boson, which splits into two: here the self-coupling enters.
# In the *box*, a loop of top quarks radiates both.
# The two nearly cancel near threshold, so that the [cross-section](../glossary.md#cross-section) is a mere 31 fb, less than a thousandth of that of a single Higgs boson.
#
# We look for HH → bb̄ WW, with one W to a lepton and a neutrino, and the other to two quarks.
# So an event has one lepton, missing transverse momentum, two [b jets](../glossary.md#b-tag) and two more jets.
# Top pairs have exactly the same: they are the main background, with a cross-section that is 27 000 times as large.
# Single top quarks and W bosons with jets come next.

# %%
events = {name: datasets.open_root(f"dihiggs/{name}.root")["Events"].arrays() for name in PROCESSES}
for name, some in events.items():
    print(f"{name:10s} {len(some):6d} simulated events stand for {ak.sum(some['weight']):10.4g} fb")
print(", ".join(events["HH"].fields))

# %% [markdown]
# Branches have the names of CMS's NanoAOD format.
# `weight` is the part of the cross-section in fb that a simulated event stands for; times the [integrated luminosity](../glossary.md#integrated-luminosity) it is a number of expected events.
# (HH carries more: what the generator knew, and weights for other self-couplings, for the end of this notebook.)
#
# ## Jagged arrays
#
# `MET_pt` is one number an event, and an ordinary column.
# `Jet_pt` is a *list* of numbers for each event, and the lists differ in length: a [jagged array](../glossary.md#jagged-array).
# NumPy has no such array, and [awkward](https://awkward-array.org/) is made for it.

# %%
jet_pt = events["HH"]["Jet_pt"]
print(jet_pt.type)
for event in range(3):
    print(np.round(jet_pt[event].to_list(), 1))
print("jets in each event:     ", ak.num(jet_pt)[:3].to_list())
print("above 40 GeV:           ", ak.sum(jet_pt > 40, axis=1)[:3].to_list())
print("the hardest jet:        ", np.round(ak.firsts(jet_pt)[:3].to_list(), 1))
print("the jets above 40 GeV:  ", [np.round(row, 1).tolist() for row in jet_pt[jet_pt > 40][:3].to_list()])

# %% [markdown]
# Most of this notebook is made of these few moves:
#
# | | what it does |
# |---|---|
# | `array > 40` | compares every entry and keeps the lists |
# | `array[mask]` with a jagged mask | drops *entries*, keeps all events |
# | `array[mask]` with one value an event | drops *events* |
# | [`ak.num`](https://awkward-array.org/doc/main/reference/generated/ak.num.html), [`ak.sum`](https://awkward-array.org/doc/main/reference/generated/ak.sum.html), [`ak.any`](https://awkward-array.org/doc/main/reference/generated/ak.any.html), [`ak.all`](https://awkward-array.org/doc/main/reference/generated/ak.all.html) with `axis=1` | one number for each event |
# | [`ak.zip`](https://awkward-array.org/doc/main/reference/generated/ak.zip.html) | joins branches to *records*: `jets.pt` and `jets.eta` stay together |
# | [`ak.firsts`](https://awkward-array.org/doc/main/reference/generated/ak.firsts.html), [`ak.pad_none`](https://awkward-array.org/doc/main/reference/generated/ak.pad_none.html) | `None` where there is no such entry |
#
# A loop over events can do all that, too. Compare:

# %% tags=["nbval-ignore-output"]
import time

start = time.perf_counter()
looped = [sum(pt > 40 for pt in event) for event in jet_pt[:1000]]
by_loop = (time.perf_counter() - start) / 1000
start = time.perf_counter()
counted = ak.sum(jet_pt > 40, axis=1)
by_array = (time.perf_counter() - start) / len(jet_pt)
print(f"loop {1e6 * by_loop:.0f} µs an event, awkward {1e6 * by_array:.2f} µs: {by_loop / by_array:.0f} times faster")
print("same result:", looped == counted[:1000].to_list())

# %% [markdown]
# ## Objects first: leptons
#
# The detector takes many things for a lepton.
# One from a W boson stands alone, and one from inside a jet has other particles around it.
# Its [isolation](../glossary.md#isolation) `Lepton_iso` is the sum of the transverse momenta around the lepton, over its own: small for an isolated one.
#
# **Task.** Write `good_leptons`: in each event, the leptons with more than 15 GeV and an isolation below 0.15, in the order of the file.
# An event without one keeps its place, with an empty list.
#
# <details><summary>Hint 1</summary>
#
# Zip the branches to records first; then one jagged mask drops what is not good in all fields at once.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `ak.zip({"pt": events["Lepton_pt"], "eta": …})` makes the records, and `leptons[(leptons.pt > 15) & …]` selects them.
# Mind the brackets around each comparison.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "good-leptons", "locked": false, "schema_version": 3, "solution": true, "task": false}
def good_leptons(events):
    """The leptons above 15 GeV with an isolation below 0.15: a jagged array of records with pt, eta and phi.

    events: (n_events,), with the branches Lepton_pt (GeV), Lepton_eta, Lepton_phi and Lepton_iso.
    The result has a list for each event, which may be empty. It may have more fields.
    """
    ### BEGIN SOLUTION
    leptons = ak.zip({field: events[f"Lepton_{field}"] for field in ("pt", "eta", "phi", "iso")})
    return leptons[(leptons.pt > 15) & (leptons.iso < 0.15)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "good-leptons-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

checks.keeps_leptons(good_leptons, checks.example_events(60, seed=1))
checks.keeps_leptons(good_leptons, datasets.open_root("dihiggs/HH.root")["Events"].arrays(entry_stop=100))
checks.passed("leptons above 15 GeV that are isolated are kept, and every event has its place")
### BEGIN HIDDEN TESTS
checks.keeps_leptons(good_leptons, checks.example_events(60, seed=2))
checks.keeps_leptons(good_leptons, datasets.open_root("dihiggs/TTbar.root")["Events"].arrays(entry_stop=150))
### END HIDDEN TESTS

# %% [markdown]
# ## Objects first: jets
#
# In these files, as in NanoAOD, each lepton is clustered into a jet, too, mostly of nothing but itself.
# Who counts jets without a look at leptons counts the lepton twice.
# So keep the jets that are away from every good lepton, where the distance is
#
# $$\Delta R = \sqrt{(\Delta\eta)^2 + (\Delta\phi)^2}.$$
#
# [Azimuth](../glossary.md#azimuth) is an angle: 3.1 and −3.1 are close together.
# So $\Delta\phi$ is to be brought to between −π and π first.
#
# **Task.** Write `good_jets`: in each event, the jets with more than 25 GeV and $\Delta R > 0.4$ to *every* lepton that it is given, in the order of the file.
# In an event without leptons all jets above 25 GeV are good.
#
# <details><summary>Hint 1</summary>
#
# Each jet meets each lepton of its event: [`ak.cartesian`](https://awkward-array.org/doc/main/reference/generated/ak.cartesian.html) with `nested=True` makes for each jet the list of its pairs.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `jet, lepton = ak.unzip(ak.cartesian([jets, leptons], nested=True))` has three levels: events, jets, leptons.
# `ak.all(far, axis=2)` goes back to jets, and is true for an empty list.
# `(angle + np.pi) % (2 * np.pi) - np.pi` lies between −π and π.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "good-jets", "locked": false, "schema_version": 3, "solution": true, "task": false}
def good_jets(events, leptons):
    """The jets above 25 GeV with ΔR > 0.4 to every lepton: jagged, records with pt, eta, phi, mass and btag.

    events: (n_events,), with the branches Jet_pt (GeV), Jet_eta, Jet_phi, Jet_mass (GeV) and Jet_btag.
    leptons: jagged, (n_events,), records with pt, eta and phi; there may be none, or several.
    """
    ### BEGIN SOLUTION
    jets = ak.zip({field: events[f"Jet_{field}"] for field in ("pt", "eta", "phi", "mass", "btag")})
    jet, lepton = ak.unzip(ak.cartesian([jets, leptons], nested=True))
    delta_phi = (jet.phi - lepton.phi + np.pi) % (2 * np.pi) - np.pi
    is_far = np.hypot(jet.eta - lepton.eta, delta_phi) > 0.4
    return jets[(jets.pt > 25) & ak.all(is_far, axis=2)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "good-jets-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

checks.keeps_jets(good_jets, checks.example_events(120, seed=3))
checks.keeps_jets(good_jets, datasets.open_root("dihiggs/HH.root")["Events"].arrays(entry_stop=100))
checks.passed("jets above 25 GeV are kept if they are away from every lepton, also across φ = ±π")
### BEGIN HIDDEN TESTS
checks.keeps_jets(good_jets, checks.example_events(120, seed=4))
checks.keeps_jets(good_jets, datasets.open_root("dihiggs/TTbar.root")["Events"].arrays(entry_stop=150))
### END HIDDEN TESTS

# %% [markdown]
# ## Events afterwards
#
# A [b tag](../glossary.md#b-tag) is a number from 0 to 1 for each jet, high for jets with a b hadron.
# Experiments agree on *working points*: above 0.2783, the medium one, lie 78 % of the b jets here, 13 % of the c jets, and 1.2 % of the others.
#
# **Task.** Write `select`.
# It returns a dictionary with a mask for each cut, in this order, where **each mask includes all cuts before it**:
#
# | cut | an event passes with |
# |---|---|
# | `"one lepton"` | exactly one good lepton, which has more than 25 GeV |
# | `"three jets"` | at least three good jets |
# | `"one b tag"` | at least one good jet with `btag` above 0.2783 |
# | `"two b tags"` | at least two of them |
#
# Good are the leptons and jets of your two functions, with the good leptons given to `good_jets`.
#
# <details><summary>Hint 1</summary>
#
# Count what is good: `nJet` counts what is in the file.
# A second good lepton of 20 GeV makes two leptons, and the event goes.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `ak.num(leptons) == 1` counts, and `ak.any(leptons.pt > 25, axis=1)` asks for a hard one.
# `three = one & (ak.num(jets) >= 3)` includes the cut before it.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "select", "locked": false, "schema_version": 3, "solution": true, "task": false}
def select(events):
    """Which events pass each cut and all before it: {cut: mask}, the four cuts in the order of the table above.

    events: (n_events,), with the branches of Lepton and Jet. A mask: (n_events,), True and False.
    """
    ### BEGIN SOLUTION
    leptons = good_leptons(events)
    jets = good_jets(events, leptons)
    n_tags = ak.sum(jets.btag > 0.2783, axis=1)
    one_lepton = (ak.num(leptons) == 1) & ak.any(leptons.pt > 25, axis=1)
    three_jets = one_lepton & (ak.num(jets) >= 3)
    return {
        "one lepton": one_lepton,
        "three jets": three_jets,
        "one b tag": three_jets & (n_tags >= 1),
        "two b tags": three_jets & (n_tags >= 2),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "select-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

checks.selects_events(select, checks.example_events(200, seed=5))
checks.selects_events(select, datasets.open_root("dihiggs/HH.root")["Events"].arrays(entry_stop=100))
checks.passed("each cut asks for what is good, and for all cuts before it")
### BEGIN HIDDEN TESTS
checks.selects_events(select, checks.example_events(200, seed=6))
checks.selects_events(select, datasets.open_root("dihiggs/SingleTop.root")["Events"].arrays(entry_stop=150))
### END HIDDEN TESTS

# %% [markdown]
# ## The cut flow
#
# What does a cut cost, and what does it bring?
# The [*cut flow*](../glossary.md#cut-flow) says so: what is left after each cut, and the efficiency $\varepsilon$ of each, to the cut before and to all events.
#
# Events have weights, so a [yield](../glossary.md#yield) is a sum of weights, with the error $\sqrt{\sum w^2}$.
# An efficiency is a ratio of two such sums, of which the first is *part* of the second:
#
# $$\varepsilon = \frac{\sum_\text{pass} w}{\sum_\text{before} w}, \qquad
# \sigma_\varepsilon = \frac{\sqrt{(1 - \varepsilon)^2 \sum_\text{pass} w^2 + \varepsilon^2 \sum_\text{fail} w^2}}{\sum_\text{before} w}.$$
#
# With equal weights this is $\sqrt{\varepsilon (1 - \varepsilon) / N}$, the *binomial* error.
# Here weights differ: those of W + jets by a factor of hundreds, because tagged events were made more often than they are.
#
# **Task.** Write `cut_flow`.
# Its rows are `"all"` and then each cut; its columns are
#
# | column | holds |
# |---|---|
# | `events` | number of simulated events |
# | `yield`, `error` | sum of the weights, and its error |
# | `to_previous`, `to_previous_error` | efficiency to the row before, and its error; 1 and 0 in the row `"all"` |
# | `to_all`, `to_all_error` | efficiency to all events, and its error; 1 and 0 in the row `"all"` |
#
# Where an efficiency has nothing to compare with, because those weights sum to 0, efficiency and error are NaN, in the row `"all"`, too.
#
# <details><summary>Hint 1</summary>
#
# A small function of three arguments (weights, mask before, mask after) gives an efficiency and its error; the table calls it twice a row.
# "Fail" are the events that pass the mask before, but not the one after.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Begin with a mask of all events, and remember in the loop over cuts what the mask before was.
# Collect a dictionary for each row; `pd.DataFrame(rows, index=["all", *masks])` makes the table.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "cut-flow", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cut_flow(masks, weights):
    """The cut flow, a data frame: rows "all" and each cut, in order; columns as in the table above.

    masks: {cut: (n_events,) True or False}, each mask with all cuts before it. weights: (n_events,).
    """

    ### BEGIN SOLUTION
    def efficiency(before, after):
        total = weights[before].sum()
        if total == 0:
            return np.nan, np.nan
        share = weights[after].sum() / total
        passed, failed = (np.sum(weights[chosen] ** 2) for chosen in (after, before & ~after))
        return share, np.sqrt((1 - share) ** 2 * passed + share**2 * failed) / total

    everything = np.ones(len(weights), dtype=bool)
    rows, previous = [], everything
    for mask in (everything, *map(np.asarray, masks.values())):
        row = {"events": mask.sum(), "yield": weights[mask].sum(), "error": np.sqrt(np.sum(weights[mask] ** 2))}
        row["to_previous"], row["to_previous_error"] = efficiency(previous, mask)
        row["to_all"], row["to_all_error"] = efficiency(everything, mask)
        rows.append(row)
        previous = mask
    return pd.DataFrame(rows, index=["all", *masks])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "cut-flow-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

dice = np.random.default_rng(7)
drawn, chance = dice.choice([0.5, 1.0, 3.0, 40.0], 200), dice.random(200)
cuts = {"one lepton": chance < 0.7, "three jets": chance < 0.5, "one b tag": chance < 0.1}
checks.tabulates_cut_flow(cut_flow, cuts, drawn)
checks.tabulates_cut_flow(cut_flow, {"rare": chance < 0.05, "none": chance < 0, "still none": chance < 0}, drawn)
checks.tabulates_cut_flow(cut_flow, {"any": drawn[:0] > 0}, drawn[:0])
checks.passed("yields and efficiencies are weighted, and their errors hold for events of different weight")
### BEGIN HIDDEN TESTS
drawn, chance = dice.exponential(2, 500), dice.random(500)
cuts = {"first": chance < 0.9, "second": chance < 0.9, "third": chance < 0.3, "fourth": chance < 0.2}
checks.tabulates_cut_flow(cut_flow, cuts, drawn)
checks.tabulates_cut_flow(cut_flow, cuts, np.full(500, 0.01))
checks.tabulates_cut_flow(cut_flow, {"nothing": chance < 0, "no more": chance < 0}, np.ones(500))
### END HIDDEN TESTS

# %%
masks = {name: {cut: ak.to_numpy(mask) for cut, mask in select(some).items()} for name, some in events.items()}
weights = {name: LUMINOSITY * ak.to_numpy(some["weight"]).astype(float) for name, some in events.items()}
flows = {name: cut_flow(masks[name], weights[name]) for name in PROCESSES}
for name, flow in flows.items():
    print(f"{name}: events in {LUMINOSITY} fb⁻¹")
    print(flow.to_string(float_format=lambda value: f"{value:.4g}"))

# %%
figure, axes = plt.subplots(figsize=(8, 5.5))
for (name, label), style in zip(PROCESSES.items(), ("o-", "s--", "^-.", "d:"), strict=True):
    flow = flows[name]
    axes.errorbar(range(len(flow)), flow["yield"], flow["error"], fmt=style, ms=7, capsize=3, label=label)
axes.set(xticks=range(len(flow)), xticklabels=flow.index, yscale="log", ylim=(20, 1e9), xlim=(-0.3, 4.3))
axes.tick_params(axis="x", which="minor", bottom=False, top=False)
axes.set(xlabel="cut", ylabel=f"expected events in {LUMINOSITY} fb$^{{-1}}$")
axes.legend(ncols=2, loc="upper right")
plt.show()

# %% [markdown]
# *Figure: the expected events of the four processes after each cut, on a logarithmic scale; the errors of the simulation are mostly smaller than the markers.
# HH falls slowly and stays far below all others.
# Top pairs fall as slowly, and after the first b tag they are nearly all of the background.
# Each b tag takes nine tenths of W + jets away.*

# %%
for cut in flows["HH"].index:
    signal = flows["HH"].loc[cut, "yield"]
    background = sum(flows[name].loc[cut, "yield"] for name in PROCESSES if name != "HH")
    ratios = f"S/B {signal / background:.1e}  S/√B {signal / np.sqrt(background):.4f}"
    print(f"{cut:10s}  S {signal:6.1f}  B {background:9.3g}  {ratios}")

# %% [markdown]
# $S/\sqrt{B}$, the [expected significance](../glossary.md#expected-significance) in its simplest form, is a few hundredths.
# (Events of jets alone, against which one asks for an isolated lepton, are not in these files: with them the second line would look better than the first.)
# No cut on jets and leptons finds HH in top pairs; the network of the next notebook has to look at everything at once, and even it will not get far.
# That is the honest state of this channel: experiments combine many channels, and wait for more collisions.
#
# **Question.** Which of the four cuts raise $S/\sqrt{B}$, which does next to nothing for it, and which lower it?
# Which background does the cut on b tags remove, which does it not remove, and why?
# The efficiency of "one b tag" for W + jets: what would you get if you counted events instead of adding up weights, and why is that so far off?

# %% [markdown] nbgrader={"grade": true, "grade_id": "what-cuts-do", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# One b tag raises $S/\sqrt{B}$ a little (0.025 to 0.027), three jets do next to nothing, and one lepton and the second b tag lower it (0.032 to 0.025, and 0.027 to 0.019).
# The one lepton is needed all the same: without it there are backgrounds from jets that are not in these files.
# The second b tag still raises $S/B$.
#
# The b tags remove W + jets, whose jets are mostly light: 11 % are left after the first.
# They do not remove top pairs, which have two b quarks, as HH has: 89 % of either are left.
#
# By counting, half of the W + jets events (5104 of 10 238) would pass one b tag, instead of 11 %.
# The generator dealt out tags: events with a tag were made far more often than nature makes them, and carry small weights for it.
#
# **Marking scheme.** 1 point: a cut that helps, one that does next to nothing and one that lowers, read from the printed values.
# 1 point: W + jets goes, because its jets are mostly light; top pairs stay, because each has two b quarks as the signal has.
# 1 point: the efficiency by counting, and that tagged events of W + jets were made more often than in nature and carry small weights.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Which jets are which?
#
# Which two jets come from H → bb̄ is not written on them; the b tag is the best guess.
# So take the **two jets with the highest b tags**, whatever these are.
# Of the others, the two hardest are the guess for the W boson that decays to quarks.
#
# **Task.** Write `split_jets`.
# It returns `b`, the two jets with the highest b tags (or fewer, if an event has fewer), and `rest`, all others.
# **Within `b` and within `rest` the jet with the largest transverse momentum comes first.**
#
# <details><summary>Hint 1</summary>
#
# Sort twice: by b tag to choose, and what was chosen by momentum.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`ak.argsort`](https://awkward-array.org/doc/main/reference/generated/ak.argsort.html)`(jets.btag, ascending=False)` gives places in each event, and `jets[places]` puts them in order.
# `ordered[:, :2]` are the first two of each event, where there are as many.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "split-jets", "locked": false, "schema_version": 3, "solution": true, "task": false}
def split_jets(jets):
    """(b, rest): the two jets of each event with the highest b tags, and all others; each hardest first.

    jets: jagged, records with pt, eta, phi, mass and btag; an event may have none. So are b and rest.
    """

    ### BEGIN SOLUTION
    def hardest_first(some):
        return some[ak.argsort(some.pt, ascending=False)]

    by_tag = jets[ak.argsort(jets.btag, ascending=False)]
    return hardest_first(by_tag[:, :2]), hardest_first(by_tag[:, 2:])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "split-jets-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.splits_jets(split_jets, checks.example_jets(100, seed=8))
checks.passed("the two highest b tags are told from the rest, and both are in the order of pT")
### BEGIN HIDDEN TESTS
checks.splits_jets(split_jets, checks.example_jets(300, seed=9))
### END HIDDEN TESTS

# %% [markdown]
# ## Masses
#
# The mass of two jets is that of the sum of their [four-momenta](../glossary.md#four-momentum).
# [`vector`](https://vector.readthedocs.io/) knows how to add them: records with the fields pt, eta, phi and mass become four-vectors when they get the name `"Momentum4D"`, and then `(one + other).mass` is a mass.
#
# The neutrino escapes, and [MET](../glossary.md#missing-transverse-momentum) has its momentum across the beam alone.
# That is enough for the [transverse mass](../glossary.md#transverse-mass) of the W boson that decays to a lepton,
#
# $$m_T = \sqrt{2\, p_T^\ell \, p_T^\text{miss} \, (1 - \cos\Delta\phi)},$$
#
# but not for the mass of HH.
# Lepton and neutrino of a fast W boson fly roughly in the same direction, so let the neutrino have the η of the lepton, and no mass.
#
# **Task.** Write `masses`.
# It returns a dictionary of four arrays with one number an event, in GeV:
#
# | key | mass |
# |---|---|
# | `"bb"` | of the two jets in `b` |
# | `"jj"` | of the first two jets in `rest`; None or NaN where `rest` has fewer |
# | `"transverse"` | transverse mass of lepton and MET |
# | `"hh"` | of both jets in `b`, the first two in `rest`, the lepton, and a neutrino with the momentum and azimuth of MET and the η of the lepton; None or NaN where `rest` has fewer than two |
#
# Jets have their masses; lepton and neutrino count as massless.
#
# <details><summary>Hint 1</summary>
#
# [`ak.pad_none`](https://awkward-array.org/doc/main/reference/generated/ak.pad_none.html)`(rest, 2)` fills up with None where a second jet is missing; then `[:, 1]` exists everywhere, and a sum with None is None.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `ak.with_name(b, "Momentum4D")` makes four-vectors of the jets.
# `vector.zip({"pt": met_pt, "eta": lepton.eta, "phi": met_phi, "mass": 0 * met_pt})` is the neutrino.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "masses", "locked": false, "schema_version": 3, "solution": true, "task": false}
def masses(lepton, b, rest, met_pt, met_phi):
    """Masses in GeV, each (n_events,): {"bb": …, "jj": …, "transverse": …, "hh": …}.

    lepton: (n_events,), records with pt, eta and phi. b: jagged, two jets an event, records with pt, eta, phi, mass, btag.
    rest: jagged, the same, one jet or more an event. met_pt (GeV), met_phi: (n_events,).
    """
    ### BEGIN SOLUTION
    b, pair = (ak.with_name(jets, "Momentum4D") for jets in (b, ak.pad_none(rest, 2)))
    higgs, w_to_quarks = b[:, 0] + b[:, 1], pair[:, 0] + pair[:, 1]
    muon = vector.zip({"pt": lepton.pt, "eta": lepton.eta, "phi": lepton.phi, "mass": 0 * lepton.pt})
    neutrino = vector.zip({"pt": met_pt, "eta": lepton.eta, "phi": met_phi, "mass": 0 * lepton.pt})
    return {
        "bb": higgs.mass,
        "jj": w_to_quarks.mass,
        "transverse": np.sqrt(2 * lepton.pt * met_pt * (1 - np.cos(lepton.phi - met_phi))),
        "hh": (higgs + w_to_quarks + muon + neutrino).mass,
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "masses-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.weighs_events(masses, n_events=40, seed=10)
checks.passed("the four masses are right, and missing where a jet is missing")
### BEGIN HIDDEN TESTS
checks.weighs_events(masses, n_events=100, seed=11)
checks.weighs_events(masses, n_events=1, seed=14)
### END HIDDEN TESTS


# %%
def masses_of(name, cut="one b tag"):
    """Masses of the events of a process that pass a cut, and their weights."""
    chosen = events[name][masks[name][cut]]
    leptons = good_leptons(chosen)
    b, rest = split_jets(good_jets(chosen, leptons))
    found = masses(leptons[:, 0], b, rest, chosen["MET_pt"], chosen["MET_phi"])
    values = {key: np.array(ak.fill_none(ak.Array(mass), np.nan), float) for key, mass in found.items()}
    return values, weights[name][masks[name][cut]]


found = {name: masses_of(name) for name in PROCESSES}

# %%
def draw(axes, key, bins, label):
    """Histograms of a mass for each process, as fractions of its events that have the mass."""
    for (name, process), style in zip(PROCESSES.items(), ("-", "--", "-.", ":"), strict=True):
        values, some_weights = found[name]
        there = np.isfinite(values[key])
        histogram = hist.Hist(hist.axis.Regular(*bins), storage=hist.storage.Weight())
        histogram.fill(values[key][there], weight=some_weights[there] / some_weights[there].sum())
        mplhep.histplot(histogram, ax=axes, ls=style, lw=2, label=process, flow="none")
    axes.set(xlabel=f"{label} [GeV]", ylabel=f"fraction / {histogram.axes[0].widths[0]:g} GeV", xlim=bins[1:])
    axes.set_ylim(bottom=0)


# %% tags=["show-in-book"]
figure, panels = plt.subplots(2, 2, figsize=(13, 9.5))
draw(panels[0, 0], "bb", (20, 0, 300), "$m_{bb}$")
draw(panels[0, 1], "jj", (20, 0, 300), "$m_{jj}$")
draw(panels[1, 0], "transverse", (20, 0, 200), "$m_T$")
draw(panels[1, 1], "hh", (20, 200, 1200), "$m_{HH}$ as measured")
panels[0, 1].legend()
plt.show()

# %% [markdown]
# *Figure: four masses of the events with one b tag, for each process as a fraction of those events that have the mass, with the statistical errors of the simulation.
# Top left, HH has a peak between 90 and 135 GeV, highest between 105 and 120 GeV, and no background has one there as narrow.
# Top right, top pairs have a peak near 80 GeV, and HH at most a broad one.
# Bottom left, all backgrounds rise to 80 GeV and fall steeply beyond; HH is flat up to there.
# Bottom right, all processes reach far beyond 500 GeV; top pairs have the smallest masses.*

# %%
values, some_weights = found["HH"]
true_mass = ak.to_numpy(events["HH"]["GenHH_mass"])[masks["HH"]["one b tag"]]
there = np.isfinite(values["hh"])
ratio = values["hh"][there] / true_mass[there]
low, middle, high = np.quantile(ratio, [0.16, 0.5, 0.84])
print(f"HH with four good jets: {there.mean():.2f} of the selected events")
print(f"measured over true mass of HH: median {middle:.2f}, two thirds between {low:.2f} and {high:.2f}")

# %% [markdown]
# The measured mass of HH is too high in most events: of the jets some are not from the Higgs bosons, and the neutrino has the η of the lepton only because nobody knows its own.
#
# **Question.** Where should $m_{bb}$, $m_{jj}$ and $m_T$ of HH have their peak or edge, and where do you see it?
# Name two reasons why $m_{bb}$ of HH is not a narrow peak at 125 GeV.
# Where does the transverse mass of the backgrounds end, and why is HH different? (Only one of the two W bosons of a Higgs boson can have its full mass.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "shapes-of-masses", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# $m_{bb}$ should peak at 125 GeV: HH has a peak there, a little lower and some 30 GeV wide.
# $m_{jj}$ should peak at 80 GeV, or below where this W boson is the lighter one: HH has at most a broad maximum, top pairs a clear one.
# $m_T$ should end at 80 GeV: the backgrounds do, within the resolution of MET, and HH falls earlier.
#
# The peak of $m_{bb}$ is broad and low because jets are measured with 10 % or worse; neutrinos from b and c hadrons and radiation outside the jets take energy away; and one of the two jets may not come from H → bb̄ at all.
#
# It ends near 80 GeV for single top, top pairs and W + jets, where each W boson has its full mass of 80 GeV.
# 125 GeV is less than twice that, so one of the two in H → WW has 45 GeV or less, and half of the time it is the one with the lepton.
#
# **Marking scheme.** 1 point: 125 GeV, 80 GeV or below, 80 GeV, and what the figure shows.
# 1 point: two reasons (resolution of jets, neutrinos in b decays, radiation outside the jets, a wrong jet taken for a b jet).
# 1 point: the W bosons of top decays and of W + jets are on their mass shell; 125 GeV is less than twice the mass of the W, so that one of the two in H → WW is lighter.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Fifteen numbers
#
# A dense network takes rows of the same length, and every column must mean the same in each.
# The published analysis takes three numbers of the lepton and four of each of three jets:
#
# | columns | number |
# |---|---|
# | 0, 1, 2 | lepton: $p_T$, $\eta$, $\phi$ |
# | 3 to 6 | first jet in `b`: $p_T$, $\eta$, $\phi$, b tag |
# | 7 to 10 | second jet in `b`: the same |
# | 11 to 14 | first jet in `rest`: the same |
#
# **Task.** Write `vectors`, for the events that pass `"one b tag"`.
#
# <details><summary>Hint 1</summary>
#
# Drop events first: `events[mask]`.
# What is left has one lepton and three jets or more, so that nothing needs to be padded.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`ak.concatenate`](https://awkward-array.org/doc/main/reference/generated/ak.concatenate.html)`([b, rest[:, :1]], axis=1)` has the three jets of each event.
# `np.stack([…], axis=1)` makes columns of fifteen arrays, and `ak.to_numpy` makes an array of each.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "vectors", "locked": false, "schema_version": 3, "solution": true, "task": false}
def vectors(events):
    """The fifteen numbers of each event that passes "one b tag", (n_selected, 15), in the order of the table above.

    events: (n_events,), with the branches of Lepton and Jet. Momenta in GeV. Perhaps no event is selected.
    """
    ### BEGIN SOLUTION
    chosen = events[select(events)["one b tag"]]
    leptons = good_leptons(chosen)
    b, rest = split_jets(good_jets(chosen, leptons))
    jets = ak.concatenate([b, rest[:, :1]], axis=1)
    of_lepton = [leptons[field][:, 0] for field in ("pt", "eta", "phi")]
    of_jets = [jets[field][:, number] for number in range(3) for field in ("pt", "eta", "phi", "btag")]
    return np.stack([ak.to_numpy(column) for column in (*of_lepton, *of_jets)], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "vectors-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

checks.builds_vectors(vectors, checks.example_events(150, seed=12))
checks.builds_vectors(vectors, datasets.open_root("dihiggs/HH.root")["Events"].arrays(entry_stop=100))
checks.builds_vectors(vectors, checks.example_events(2, seed=0))
checks.passed("each selected event has its fifteen numbers, lepton first and then three jets")
### BEGIN HIDDEN TESTS
checks.builds_vectors(vectors, checks.example_events(150, seed=13))
checks.builds_vectors(vectors, datasets.open_root("dihiggs/WJets.root")["Events"].arrays(entry_stop=150))
### END HIDDEN TESTS

# %%
rows = {name: np.asarray(vectors(some), np.float32) for name, some in events.items()}
selected = {name: (rows[name], weights[name][masks[name]["one b tag"]]) for name in PROCESSES}
for name, (some, its_weights) in selected.items():
    effective = its_weights.sum() ** 2 / np.sum(its_weights**2)
    print(f"{name:10s} {some.shape}  effective number of events {effective:.0f}")

# %%
columns = ["lepton pT", "lepton η", "lepton φ"]
columns += [f"jet {number} {quantity}" for number in (1, 2, 3) for quantity in ("pT", "η", "φ", "b tag")]
pd.DataFrame(rows["HH"][:3].astype(float), columns=columns).T.round(2)

# %% [markdown]
# ## To a file
#
# The published analysis writes these numbers as text: a line for each of the fifteen numbers, with all events in it.
# Text can be read by eye, and that is all that speaks for it.
# [HDF5](https://docs.h5py.org/) keeps arrays as they are, with names and types, compressed.
#
# **Task.** Write `write_hdf5`.
# The file has a group for each process, with the datasets `vectors` and `weight`, both `float32` and compressed with gzip.
# Whatever was at the path before is replaced.
#
# <details><summary>Hint 1</summary>
#
# Open the file with `with h5py.File(path, "w") as file:`, and it is closed whatever happens.
# A name such as `"HH/vectors"` makes its group.
#
# </details>
# <details><summary>Hint 2</summary>
#
# [`create_dataset`](https://docs.h5py.org/en/stable/high/group.html#h5py.Group.create_dataset) takes a name, and `data`, `dtype` and `compression`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "write-hdf5", "locked": false, "schema_version": 3, "solution": true, "task": false}
def write_hdf5(path, samples):
    """Write a file with a group for each process: the datasets vectors (n_events, 15) and weight (n_events,).

    path: str or Path. samples: {process: (vectors, weights)}, with at least one event each.
    Both datasets are float32 and compressed with gzip.
    """
    ### BEGIN SOLUTION
    with h5py.File(path, "w") as file:
        for process, arrays in samples.items():
            for name, array in zip(("vectors", "weight"), arrays, strict=True):
                file.create_dataset(f"{process}/{name}", data=array, dtype="float32", compression="gzip")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "write-hdf5-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng = np.random.default_rng(14)
samples = {name: (rng.normal(0, 40, (n, 15)), rng.exponential(2, n)) for name, n in (("HH", 300), ("WJets", 90))}
checks.keeps_in_hdf5(write_hdf5, samples)
checks.passed("the file holds vectors and weights of each process, as float32 and compressed")
### BEGIN HIDDEN TESTS
samples = {
    name: (rng.normal(0, 40, (n, 15)), rng.exponential(2, n)) for name, n in (("TTbar", 1), ("b", 15), ("c", 40))
}
checks.keeps_in_hdf5(
    write_hdf5, {name: tuple(array.astype("float32") for array in pair) for name, pair in samples.items()}
)
### END HIDDEN TESTS

# %% [markdown]
# Now the comparison: the text file as it is published, a shorter text with four digits, and HDF5.
# The fifteen numbers of the text have no names, no types and no weights.

# %% tags=["nbval-ignore-output"]
import tempfile
from pathlib import Path


def write_text(path, digits):
    for name in PROCESSES:
        np.savetxt(f"{path}_{name}.txt", rows[name].T, delimiter=" ", fmt=digits)


def read_text(path):
    return {name: np.loadtxt(f"{path}_{name}.txt", delimiter=" ").T for name in PROCESSES}


# %% tags=["nbval-ignore-output"]
def read_hdf5(path):
    with h5py.File(path) as file:
        return {process: group["vectors"][:] for process, group in file.items()}


folder = tempfile.TemporaryDirectory()
ways = {
    "text as published": (lambda path: write_text(path, "%.18e"), read_text),
    "text, four digits": (lambda path: write_text(path, "%.4g"), read_text),
    "HDF5": (lambda path: write_hdf5(path, selected), read_hdf5),
}

# %% tags=["nbval-ignore-output"]
table = []
for number, (write, read) in enumerate(ways.values()):
    path = Path(folder.name) / f"way{number}"
    moments = [time.perf_counter()]
    write(path)
    moments.append(time.perf_counter())
    result = read(path)
    moments.append(time.perf_counter())
    size = sum(file.stat().st_size for file in Path(folder.name).glob(f"way{number}*"))
    error = max(np.abs(result[name] - rows[name]).max() for name in PROCESSES)
    table.append([size / 1e6, *np.diff(moments), error])
pd.DataFrame(table, index=list(ways), columns=["MB", "write [s]", "read [s]", "largest error"]).round(4)

# %% [markdown]
# **Question.** How many times larger is the published text, how many times slower is it to read, and what does the short text lose?
# Which mistake can a reader make with a text file of fifteen lines that the HDF5 file does not allow?

# %% [markdown] nbgrader={"grade": true, "grade_id": "why-hdf5", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# In our run the published text took 8.5 MB, HDF5 1.0 MB with the weights; writing took twice, reading twenty times as long.
# Text with four digits is a quarter of that and loses up to 0.5 GeV of a large momentum; HDF5 loses nothing of a float32.
#
# A file of fifteen long lines can be read as fifteen events with thousands of numbers each: the published notebook failed on such a confusion of shapes.
# It does not say which line is which number, and the weights lie elsewhere, perhaps in another order.
#
# **Marking scheme.** 1 point: size and time read from the table, and that four digits lose what float32 still has.
# 1 point: a mistake that a file without names, types or weights invites: rows taken for events, another order of columns, weights of other events.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# - *Another self-coupling.* `HH.root` holds the weight of each event by powers of $\kappa_\lambda$, the self-coupling over that of the standard model: $\kappa_\lambda^2$ `weight_triangle` + $\kappa_\lambda$ `weight_interference` + `weight_box`. How do the yield and the shape of `GenHH_mass` change at $\kappa_\lambda = 0$? `HH_kappa2p45.root` and `HH_kappa5.root` were generated at 2.45 and 5. Compare with `HH.root` after weighting to 5: how large is the effective number of events, and where do the few events with a large weight lie?
# - *Better pairs.* Choose the two jets of `rest` whose mass is nearest to 80 GeV. Does $m_{jj}$ now peak for HH, and what happens to the backgrounds?
# - *The neutrino.* Ask for $m_{\ell\nu} = 80.4$ GeV and solve for the neutrino's momentum along the beam. For which events is there no solution? Is the mass of HH nearer to the true one?

# %% [markdown]
# [← Ntuple experiment: networks](../ntuple_experiment/experiment.ipynb) · [Start](../start.md) · [Di-Higgs: multiclassifier →](../dihiggs/multiclassifier.ipynb)
