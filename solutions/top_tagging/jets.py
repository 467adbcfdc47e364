# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Top tagging I: what a jet is made of
#
# **What you will learn**
#
# - what a jet is made of, and what gives away one that came from a top quark;
# - how momentum and mass of a jet follow from the four-momenta of its constituents;
# - why one component of a momentum tells so little, and what to look at instead;
# - how a table of constituents becomes one row of inputs for a network.
#
# **What you need to know:** Exercise 5 (inputs, labels, ROC curve).
# **Time:** an hour and a half.
#
# **Data:** `top_tagging/train.h5`: 24 000 simulated jets, half from top quarks (**label 1**), half from gluons and all lighter quarks, called QCD jets (**label 0**).
# Each jet is a table of up to 200 *constituents*, one row ($E$, $p_x$, $p_y$, $p_z$) in GeV each, those with the largest transverse momentum first, filled up with rows of zeros.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Di-Higgs: multiclassifier](../dihiggs/multiclassifier.ipynb) · [Start](../start.md) · [Top tagging: DNN →](../top_tagging/dnn.ipynb)

# %%
import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np
import vector
from sklearn.metrics import roc_auc_score

from helpers import datasets, figures

figures.use_style()
train_jets, train_labels = datasets.load_jets("top_tagging/train.h5")
KINDS = {"top": train_labels == 1, "QCD": train_labels == 0}
print(train_jets.shape, train_labels.shape, "tops:", int(train_labels.sum()))


# %% [markdown]
# ## Two kinds of jet
#
# Quarks and gluons are never seen alone.
# What leaves the collision is a spray of [hadrons](../glossary.md#hadron), and what the detector sees of it is a list of [*constituents*](../glossary.md#constituent): tracks of charged particles and cells of the [calorimeter](../glossary.md#calorimeter).
# The [anti-$k_T$ algorithm](../glossary.md#anti-kt) with radius $R = 0.8$ gathers everything within about 0.8 of a common axis, in the plane of [pseudorapidity](../glossary.md#pseudorapidity) $\eta$ and azimuth $\phi$, into one [*jet*](../glossary.md#jet).
#
# A [top quark](../glossary.md#top-quark) decays before it can form hadrons: $t \to bW$, and here $W \to q\bar{q}'$.
# At rest the three quarks would fly apart.
# These tops have a transverse momentum of about 600 GeV, more than three times their mass of 173 GeV, and so the three sprays end up in one jet: their distance is roughly $2 m_t / p_T \approx 0.6$.
# This jet has to be told from the far more frequent jets that a gluon or a lighter quark makes, the [QCD jets](../glossary.md#qcd-jet).
# That is [*top tagging*](../glossary.md#tagging).
#
# The collisions (14 TeV) were generated with Pythia 8; a simple model of a detector like ATLAS measures the particles.
# Only jets with $550 < p_T < 650$ GeV and $|\eta| < 2$ are kept, and a top jet must hold the three quarks of the decay, $b$, $q$ and $\bar{q}'$.
#
# **Question.** In which quantities, measured from its constituents, should a top jet differ from a QCD jet?
# Name at least two, with the reason.
# Could a QCD jet have them by chance?

# %% [markdown] nbgrader={"grade": true, "grade_id": "top-and-qcd", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# *Mass:* the invariant mass of all constituents of a top jet is near $m_t = 173$ GeV.
# A QCD jet starts from one (almost) massless parton; its mass comes from radiation and is mostly small.
# *Substructure:* the top jet has three cores ("prongs"), two of which have the W mass of 80 GeV together; a QCD jet has one core and soft radiation around it, which falls off with the angle.
# *Energy sharing:* the three quarks share the momentum, so the leading constituents carry a smaller part of it.
# *b quark:* a displaced vertex, which these data do not hold.
#
# By chance a parton can radiate a hard gluon at a large angle, twice: then a QCD jet has three prongs and a large mass.
# It is rare, suppressed by the strong coupling each time, but there are vastly more QCD jets.
#
# **Marking scheme.** 1 point: two valid quantities, each with its reason (mass, number of prongs, W mass inside, momentum sharing, b hadron …).
# 1 point: hard radiation at large angles can imitate them, and how often or why.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## The jet's momentum
#
# A jet's [four-momentum](../glossary.md#four-momentum) is the sum of the four-momenta of its constituents, and rows of zeros add nothing.
# Its [transverse momentum](../glossary.md#transverse-momentum) is $p_T = \sqrt{p_x^2 + p_y^2}$.
#
# **Task.** Write `jet_pt` for any number of jets and constituents, with the four components $E$, $p_x$, $p_y$, $p_z$ along the last axis.
#
# <details><summary>Hint 1</summary>
#
# Momenta are vectors: two constituents that fly apart in the transverse plane cancel each other in part.
# So add components first, and take the root of the sums.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `constituents[:, :, 1]` holds $p_x$ of every constituent of every jet; its [`sum`](https://numpy.org/doc/stable/reference/generated/numpy.ndarray.sum.html) over `axis=1` is one number for each jet.
# [`np.hypot`](https://numpy.org/doc/stable/reference/generated/numpy.hypot.html) takes two arrays and gives the root of the sum of their squares.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "jet-pt", "locked": false, "schema_version": 3, "solution": true, "task": false}
def jet_pt(constituents):
    """Transverse momentum of each jet, (n_jets,), in GeV. The array that is given stays as it is.

    constituents: (n_jets, n_constituents, 4), with E, px, py, pz in GeV along the last axis.
    """
    ### BEGIN SOLUTION
    px, py = constituents[:, :, 1].sum(axis=1), constituents[:, :, 2].sum(axis=1)
    return np.hypot(px, py)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "jet-pt-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

two_jets = np.zeros((2, 5, 4))  # with a pT of 50 GeV and of 5 GeV
two_jets[0, :2] = [[50.0, 30.0, 0.0, 40.0], [100.0, 0.0, 40.0, 0.0]]
two_jets[1, 0] = [13.0, -3.0, 4.0, 12.0]
some_jets, _ = datasets.load_jets("top_tagging/train.h5", stop=300)
for given in (two_jets, some_jets, some_jets[:1, :10]):
    checks.jet_momenta(jet_pt, given)
checks.passed("px and py of all constituents are summed, and their root is the pT of each jet")
### BEGIN HIDDEN TESTS
given, _ = datasets.load_jets("top_tagging/validation.h5", stop=500)
for given_jets in (given, given[:, :10], given[:1], np.zeros((1, 3, 4))):
    checks.jet_momenta(jet_pt, given_jets)
### END HIDDEN TESTS

# %% [markdown]
# ## The jet's mass
#
# The [invariant mass](../glossary.md#invariant-mass) is $m = \sqrt{E^2 - p_x^2 - p_y^2 - p_z^2}$, with the summed four-momentum.
# Mind the numbers: for a light jet two large squares nearly cancel.
# In 32 bits, with about seven digits, the difference is little more than rounding: it can come out below zero, and its root is not a number.
#
# **Task.** Write `jet_mass`.
# Add up in 64 bits (a sum made in 32 bits has lost its digits already), and call a mass that comes out imaginary zero.
#
# <details><summary>Hint 1</summary>
#
# As for the transverse momentum: sum the four components over the constituents, then square.
# [`sum`](https://numpy.org/doc/stable/reference/generated/numpy.sum.html) takes the type in which it adds up as `dtype=float`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `constituents.sum(axis=1, dtype=float)` has the shape `(n_jets, 4)`, and its transpose `.T` can be unpacked into four arrays.
# [`np.maximum`](https://numpy.org/doc/stable/reference/generated/numpy.maximum.html) of the squared masses and 0 lets the root take what is never negative.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "jet-mass", "locked": false, "schema_version": 3, "solution": true, "task": false}
def jet_mass(constituents):
    """Invariant mass of each jet, (n_jets,), in GeV; zero where rounding would make its square negative.

    constituents: (n_jets, n_constituents, 4), with E, px, py, pz in GeV along the last axis. They stay as they are.
    """
    ### BEGIN SOLUTION
    energy, px, py, pz = constituents.sum(axis=1, dtype=float).T
    return np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "jet-mass-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

# Massless constituents: two that have 80 GeV together, one whose energy is rounded down, and a fast light jet of two.
pair = np.array([[[50.0, 40.0, 0.0, 30.0], [50.0, -40.0, 0.0, 30.0], [0.0, 0.0, 0.0, 0.0]]])
light = np.array([[[100.0, 60.0, 80.05, 0.0]]])
fast = np.array([[[2000, 2000, 0, 0], [5e-5, -5e-5, 0, 0]]], dtype="float32")
some_jets, _ = datasets.load_jets("top_tagging/train.h5", stop=300)
for given in (some_jets, some_jets[:, :10], pair, light, fast):
    checks.jet_masses(jet_mass, given)
checks.passed("four-momenta are summed in 64 bits before they are squared, and no mass is imaginary")
### BEGIN HIDDEN TESTS
given, _ = datasets.load_jets("top_tagging/validation.h5", stop=500)
for given_jets in (given, given[:1], given[:, :7], np.zeros((2, 3, 4))):
    checks.jet_masses(jet_mass, given_jets)
massless = np.zeros((3, 4, 4), dtype="float32")
massless[:, 0, 1:] = [[300.1, 500.2, 100.3], [0.1, 0.7, 0.3], [600.6, -1.1, 900.9]]
massless[:, 0, 0] = np.sqrt((massless[:, 0, 1:].astype(float) ** 2).sum(axis=1)) * (1 - 1e-5)
checks.jet_masses(jet_mass, massless)
fast = np.array([[[0, 0, 0, 0], [1500, 0, 1500, 0], [6e-5, 0, -6e-5, 0]]], dtype="float32")
checks.jet_masses(jet_mass, fast)
### END HIDDEN TESTS

# %% [markdown]
# Here are both for all jets, as histograms of [`hist`](https://hist.readthedocs.io/) that [`mplhep`](https://mplhep.readthedocs.io/) draws with their statistical errors.
# Each jet counts as one over the number of jets of its kind, so that the bins add up to the fraction of jets that a histogram shows.

# %%
def draw(axes, quantity, bins, label):
    """Histograms of a quantity in GeV, (n_jets,), for tops and QCD jets: the fraction of the jets of a kind per bin."""
    for (kind, chosen), style in zip(KINDS.items(), ("-", "--"), strict=True):
        histogram = hist.Hist(hist.axis.Regular(*bins), storage=hist.storage.Weight())
        histogram.fill(np.asarray(quantity)[chosen], weight=1 / chosen.sum())
        mplhep.histplot(histogram, ax=axes, ls=style, lw=2, label=kind, flow="none")
    width = histogram.axes[0].widths[0]
    axes.set(xlabel=label, ylabel=f"fraction of the jets / {width:g} GeV", xlim=bins[1:])
    axes.legend()


# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
draw(left, jet_pt(train_jets), (24, 540, 660), "jet $p_T$ [GeV]")
draw(right, jet_mass(train_jets), (50, 0, 300), "jet mass [GeV]")
left.set(ylim=(0, 0.1))
plt.show()


# %% [markdown]
# *Figure: left, the transverse momentum of top and QCD jets, both between 550 and 650 GeV and falling by more than a factor of two, nearly alike: there is hardly anything to learn from it.
# Right, the mass: top jets gather near the top mass of 173 GeV, QCD jets have a broad peak near 60 GeV and a tail that reaches under the top peak.*

# %% [markdown]
# ## The constituents
#
# **Task.** Write `constituent_pt`: the transverse momentum of every constituent of every jet.
#
# <details><summary>Hint 1</summary>
#
# Nothing is summed here: each constituent has its own $p_x$ and $p_y$, so the result has a row for each jet and a column for each constituent.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Take $p_x$ and $p_y$ of all constituents as in `jet_pt`, and put both arrays into `np.hypot` as they are.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "constituent-pt", "locked": false, "schema_version": 3, "solution": true, "task": false}
def constituent_pt(constituents):
    """Transverse momentum of each constituent, (n_jets, n_constituents), in GeV; zero for the rows of zeros.

    constituents: (n_jets, n_constituents, 4), with E, px, py, pz in GeV along the last axis. They stay as they are.
    """
    ### BEGIN SOLUTION
    return np.hypot(constituents[:, :, 1], constituents[:, :, 2])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "constituent-pt-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks, datasets

two_jets = np.zeros((2, 3, 4))  # with constituents of 30 and 50 GeV, and one of 5 GeV
two_jets[0, :2] = [[50.0, 30.0, 0.0, 40.0], [100.0, -30.0, 40.0, 7.0]]
two_jets[1, 0] = [13.0, -3.0, 4.0, 12.0]
some_jets, _ = datasets.load_jets("top_tagging/train.h5", stop=300)
for given in (two_jets, some_jets, some_jets[:1, :7]):
    checks.constituent_momenta(constituent_pt, given)
checks.passed("each constituent of each jet has its own pT, and that of the rows of zeros is zero")
### BEGIN HIDDEN TESTS
given, _ = datasets.load_jets("top_tagging/validation.h5", stop=300)
for given_jets in (given, given[:1], given[:, :1], np.zeros((2, 3, 4))):
    checks.constituent_momenta(constituent_pt, given_jets)
### END HIDDEN TESTS

# %% [markdown]
# First the four components of the hardest constituent, at position 0, as they stand in the table.

# %%
figure, panels = plt.subplots(2, 2, figsize=(13, 9))
ranges = {"E": (50, 0, 2500), "p_x": (52, -650, 650), "p_y": (52, -650, 650), "p_z": (48, -2400, 2400)}
for axes, position, (name, bins) in zip(panels.flat, range(4), ranges.items(), strict=True):
    draw(axes, train_jets[:, 0, position], bins, f"${name}$ of constituent 0 [GeV]")
    axes.set(yscale="log", ylim=(3e-5, 2))
plt.show()

# %% [markdown]
# *Figure: energy and the three momentum components of constituent 0 for top jets (full lines) and QCD jets (broken lines), on a logarithmic scale; the ranges hold every jet.
# The momentum components are symmetric around zero for both kinds.
# Those of $p_x$ and $p_y$ dip at zero: as the azimuth $\phi$ goes round, $p_T \cos\phi$ and $p_T \sin\phi$ stay long near $\pm p_T$ and pass zero quickly.
# Small values are more frequent for tops and large ones for QCD jets, whose hardest constituent is harder: around an energy of 700 GeV there are four to six times as many QCD jets as tops.*
#
# How much does one of these numbers tell?
# The [area under the ROC curve](../glossary.md#area-under-the-roc-curve) says it: take the number itself as a score, and its size.

# %%
components = dict(zip(("E", "px", "py", "pz"), train_jets[:, 0].T, strict=True))
scores = components | {f"|{name}|": np.abs(values) for name, values in components.items() if name != "E"}
scores["pT"] = np.asarray(constituent_pt(train_jets[:, :1]))[:, 0]
for name, values in scores.items():
    area = roc_auc_score(train_labels, values)
    print(f"{name:4s} of constituent 0: area {max(area, 1 - area):.2f}")
from_the_top = np.abs(np.asarray(jet_mass(train_jets)) - 175)
print(f"jet mass, its distance from 175 GeV: area {roc_auc_score(train_labels, -from_the_top):.2f}")

# %% [markdown]
# The sign of $p_x$, $p_y$ or $p_z$ tells nothing; the size tells a little, because it is large if the constituent carries much.
# $E$ tells more than each of the three, because it is large in whichever direction a hard constituent goes.
# The transverse momentum tells still more: these jets have nearly the same $p_T$, so that of a constituent is a share of it, while $E$ also grows with the jet's distance from the transverse plane, which has little to do with its kind.
# The last line is the mass, which all constituents make together.
#
# Now the transverse momentum, of the constituents at positions 0, 10, 30 and 70.

# %%
pt = np.asarray(constituent_pt(train_jets))
figure, panels = plt.subplots(2, 2, figsize=(13, 9))
for axes, rank, largest in zip(panels.flat, (0, 10, 30, 70), (650, 40, 10, 3), strict=True):
    there = {kind: np.mean(pt[chosen, rank] > 0) for kind, chosen in KINDS.items()}
    draw(axes, np.where(pt[:, rank] > 0, pt[:, rank], np.nan), (50, 0, largest), f"$p_T$ of constituent {rank} [GeV]")
    axes.set(yscale="log", title=f"there in {there['top']:.0%} of tops, {there['QCD']:.0%} of QCD jets")
plt.show()

# %% [markdown]
# *Figure: transverse momentum of constituents 0, 10, 30 and 70, each on a range of its own, for the jets that have such a constituent; above each panel, how many have one.
# A curve adds up to the fraction of jets above its panel, so its height tells two things at once: how hard a constituent is, and whether it is there at all.
# The hardest constituent of a QCD jet often carries more than that of a top jet.
# At positions 10 and 30 it is the top jets that have the harder constituents, and more often have one; at position 70 nearly no jet of either kind has one, and the two hardly differ.*

# %% [markdown]
# **Question.** What differs between top and QCD jets in these distributions, and how does it follow from the decay of the top quark?
# Why do the components $p_x$, $p_y$, $p_z$ of one constituent tell so little, although together they hold all the information there is?

# %% [markdown] nbgrader={"grade": true, "grade_id": "constituents-differ", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The leading constituent of a QCD jet is often harder, those further down the list are softer and there are fewer of them: one parton gives its momentum to a few hard particles, while a top jet consists of three sprays that share the momentum and of the radiation of three partons.
# Gluon jets lie between the two.
#
# One component depends above all on where in the detector the jet happened to go: $\phi$ is uniform, so $p_x$ and $p_y$ are symmetric (area 0.50), and that has nothing to do with the class.
# Its size still knows a little of how hard the constituent is (area below 0.7).
# What does, the pattern of the constituents around their common axis, shows only in differences between constituents.
#
# **Marking scheme.** 1 point: harder leading constituent for QCD and more or harder constituents further down for tops, with the reason (three prongs, sharing, more radiation).
# 1 point: the direction of the whole jet dominates single components; the information is in the relations.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Let a library do it
#
# Sums, masses and angles of four-momenta are needed in every analysis, and [`vector`](https://vector.readthedocs.io/) has them.
# Now that you have done it by hand, compare.

# %%
few = train_jets[:2000].astype(float)
energy, px, py, pz = np.moveaxis(few, -1, 0)
constituents = vector.array({"px": px, "py": py, "pz": pz, "E": energy})
summed = constituents.sum(axis=1)
print("transverse momenta agree:", np.allclose(summed.pt, jet_pt(few)))
print("masses agree:", np.allclose(summed.mass, jet_mass(few), atol=0.01))
print("pseudorapidity of the first jet:", round(float(summed.eta[0]), 3))


# %% [markdown]
# The masses agree because none of these jets is massless.
# Where rounding makes a squared mass negative, `vector` returns minus the root of its size, which tells you that something was rounded, where you return 0.

# %% [markdown]
# ## From a table to a row of inputs
#
# A [dense network](../glossary.md#dense-layer) takes one row of numbers for each jet.
# Physics does not care where in the detector a jet goes, so leave that out, and give each constituent *relative* to the jet:
#
# - its share of the transverse momentum, $p_{T,i} / p_{T,\text{jet}}$;
# - its distance from the jet axis in pseudorapidity, $\Delta\eta_i = \eta_i - \eta_\text{jet}$, with $\eta = \operatorname{arsinh}(p_z / p_T)$;
# - and in azimuth, $\Delta\phi_i = \phi_i - \phi_\text{jet}$, with $\phi = \operatorname{atan2}(p_y, p_x)$.
#
# Mind the edge: $\phi = -3.1$ and $\phi = +3.1$ are neighbours.
# Bring each difference $\Delta\phi_i$ into $[-\pi, \pi)$.
#
# The jet axis and $p_{T,\text{jet}}$ are those of the sum of **all constituents that the function is given**, be it 200 or 30.
# A row of zeros is no constituent: its three numbers are 0.
#
# **Task.** Write `relative_features` for the 30 leading constituents.
# The columns: $p_{T,0}/p_{T,\text{jet}}, \Delta\eta_0, \Delta\phi_0, p_{T,1}/p_{T,\text{jet}}, \Delta\eta_1, \Delta\phi_1, \ldots$, 90 in all.
#
# <details><summary>Hint 1</summary>
#
# Make three arrays of shape `(n_jets, 30)`, one for each kind of number, set them to 0 where a constituent is missing, and [`np.stack`](https://numpy.org/doc/stable/reference/generated/numpy.stack.html) them along a new last axis.
# A `reshape` to 90 columns then gives the order that is asked for.
#
# </details>
# <details><summary>Hint 2</summary>
#
# By hand: add $\pi$ to the difference of two azimuths, take it modulo $2\pi$ with `%`, and subtract $\pi$ again.
# With `vector`: `constituents[:, :30]` and the sum over all, given a second axis by `[:, np.newaxis]`, have `.pt`, [`.deltaeta` and `.deltaphi`](https://vector.readthedocs.io/) of each other.
# Where $p_T$ is 0 there is no $\eta$: divide by 1 there, and put 0 in its place with `np.where`.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "relative-features", "locked": false, "schema_version": 3, "solution": true, "task": false}
def relative_features(constituents):
    """Share of pT, delta eta and delta phi of the 30 leading constituents: (n_jets, 90), without units.

    constituents: (n_jets, n_constituents, 4), with E, px, py, pz in GeV along the last axis; at least 30 constituents.
    They stay as they are.
    """
    ### BEGIN SOLUTION
    px, py, pz = constituents[:, :, 1:].sum(axis=1, keepdims=True, dtype=float).T[:, 0, :, None]
    pt = constituent_pt(constituents[:, :30]).astype(float)
    there = pt > 0
    x, y, z = np.moveaxis(constituents[:, :30, 1:].astype(float), -1, 0)
    eta = np.arcsinh(np.divide(z, pt, out=np.zeros_like(pt), where=there))
    delta_eta = eta - np.arcsinh(pz / np.hypot(px, py))
    delta_phi = (np.arctan2(y, x) - np.arctan2(py, px) + np.pi) % (2 * np.pi) - np.pi
    table = np.stack([pt / np.hypot(px, py), delta_eta, delta_phi], axis=2)
    return np.where(there[:, :, None], table, 0).reshape(len(constituents), 90)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "relative-features-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
from helpers import checks, datasets

some_jets, _ = datasets.load_jets("top_tagging/train.h5", stop=400)
for given in (some_jets, some_jets[:50, :30], some_jets[:1]):
    checks.relative_columns(relative_features, given)
checks.passed("90 columns hold share, delta eta and wrapped delta phi, relative to the sum of all constituents")
### BEGIN HIDDEN TESTS
given, _ = datasets.load_jets("top_tagging/validation.h5", stop=400)
for given_jets in (given, given[:50, :40], given[:1], given[:100].astype(float)):
    checks.relative_columns(relative_features, given_jets)
### END HIDDEN TESTS

# %% [markdown]
# This is what the columns show: a top jet with a mass of 173 GeV and 43 constituents, and a QCD jet with 58 GeV and 33, both near the peak of their kind in mass and near its mean in the number of constituents, as spots around their axis, each spot as large as its share of the transverse momentum.

# %% tags=["show-in-book"]
table = np.asarray(relative_features(train_jets)).reshape(-1, 30, 3)
figure, panels = plt.subplots(1, 2, figsize=(13, 6))
for axes, (kind, jet), color in zip(panels, {"top": 49, "QCD": 712}.items(), ("C0", "C1"), strict=True):
    share, delta_eta, delta_phi = table[jet].T
    axes.scatter(delta_eta, delta_phi, s=2000 * share, color=color, alpha=0.5)
    axes.set(title=f"one {kind} jet", xlabel=r"$\Delta\eta$", ylabel=r"$\Delta\phi$ [rad]")
    axes.scatter([], [], s=200, color="grey", alpha=0.5, label="10 % of the jet's $p_T$")
    axes.set(xlim=(-0.8, 0.8), ylim=(-0.8, 0.8), aspect="equal")
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.08))
plt.show()

# %% [markdown]
# *Figure: the 30 leading constituents of one top jet (left) and one QCD jet (right) around the jet axis; the area of a spot is its share of the transverse momentum, and the grey spot below shows the scale.
# Those of the top jet form two tight groups and a wide one, all away from the axis; those of the QCD jet scatter around one hard group at the axis.*

# %%
distance = np.hypot(table[..., 1], table[..., 2])
figure, axes = plt.subplots()
for (kind, chosen), style in zip(KINDS.items(), ("-", "--"), strict=True):
    axis = hist.axis.Regular(25, 0, 1, label=r"distance from the jet axis, $\Delta R$")
    profile = hist.Hist(axis, storage=hist.storage.Weight())
    profile.fill(distance[chosen].ravel(), weight=table[chosen, :, 0].ravel() / chosen.sum())
    mplhep.histplot(profile, ax=axes, ls=style, lw=2, label=kind, flow="none")
axes.set(ylabel=r"mean share of the jet's $p_T$ / 0.04", xlim=(0, 1))
axes.legend()
plt.show()

# %% [markdown]
# *Figure: how much of the jet's transverse momentum its 30 leading constituents carry at a distance $\Delta R = \sqrt{\Delta\eta^2 + \Delta\phi^2}$ from its axis, a mean over all jets of a kind.
# The further constituents, which `relative_features` leaves out, carry 3 % of it in top jets and 1 % in QCD jets.
# QCD jets have most of it next to the axis; top jets have little there and most between 0.1 and 0.4, where the three quarks went.*

# %% [markdown]
# ## Going further
#
# Is there a W inside?
# Compute the mass of the 3, 5, 10 and 20 leading constituents for both kinds of jet, and look for a peak.
# Then make one number of the last figure, the width $\sum_i p_{T,i} \Delta R_i / \sum_i p_{T,i}$, and compare its area under the ROC curve with that of the mass: does it tell anything about jets *of the same mass*?

# %% [markdown]
# [← Di-Higgs: multiclassifier](../dihiggs/multiclassifier.ipynb) · [Start](../start.md) · [Top tagging: DNN →](../top_tagging/dnn.ipynb)
