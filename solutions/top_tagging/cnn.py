# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Top tagging III: jets as pictures, and a convolutional network
#
# **What you will learn**
#
# - how a jet becomes a picture, and which symmetries are taken out on the way;
# - what a convolution and a pooling do, by writing both by hand;
# - how a convolutional network (CNN) is put together, and why it needs so few parameters;
# - how it compares with a DNN on the same jets, with the uncertainty of the comparison.
#
# **What you need to know:** the notebook *dnn* (jets, constituents, AUC, background rejection).
# **Time:** two hours, about two minutes of it for training.
#
# **Data:** the jets of the notebook *dnn*: 24 000, 8 000 and 8 000 simulated jets for training, validation and test, half from top quarks (**label 1**), half QCD jets (**label 0**).
# Pictures of 40 × 40 pixels are made from them here.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Top tagging: DNN](../top_tagging/dnn.ipynb) · [Start](../start.md) · [Top tagging: challenge →](../top_tagging/challenge.ipynb)

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm, SymLogNorm
from sklearn.metrics import roc_auc_score, roc_curve

from helpers import datasets, figures, jets

SEED = 1

figures.use_style()
train_jets, train_labels = datasets.load_jets("top_tagging/train.h5")
validation_jets, validation_labels = datasets.load_jets("top_tagging/validation.h5")

# %% [markdown]
# ## From a jet to a picture
#
# Unroll the detector's cylinder: $\eta$ along the beam, $\phi$ around it.
# A jet is a few spots on this sheet, and each spot is as bright as the transverse momentum of a constituent.
# Where the jet is on the sheet, how it is turned and whether it is mirrored has nothing to do with what it is.
# So before the pixels are drawn, `helpers.jets` takes that out, a function a step:
#
# 1. **centre**: shift so that the centre of the transverse momentum is at the origin;
# 2. **rotate** around it so that the longest axis of the jet is upright;
# 3. **flip** left-right and up-down so that the right half and the upper half are the brighter ones;
# 4. **pixelate**: add up the transverse momentum in each of 40 × 40 [pixels](../glossary.md#jet-picture), which are 0.04 wide and span ±0.8, the radius of the jets;
# 5. **normalise**: divide by the sum, so that each picture adds up to one.
#
# (The drawings go on to ±1, so that what lies beyond the picture shows.)

# %%
chosen = np.flatnonzero(train_labels == 1)[11]
one_jet = train_jets[chosen : chosen + 1]
pt, *centred = jets.centre(one_jet)
rotated = jets.rotate(pt, *centred)
flipped = jets.flip(pt, *rotated)
picture = jets.normalise(jets.pixelate(pt, *flipped))[0]
print("pixels that are filled:", np.count_nonzero(picture), "of", picture.size)

# %% [markdown]
# The two functions below draw a jet before and after it is put into pixels.

# %%
ACROSS, ALONG = "across the jet's axis", "along the jet's axis"
EDGES = (-jets.HALF_WIDTH, jets.HALF_WIDTH, -jets.HALF_WIDTH, jets.HALF_WIDTH)


def draw_spots(axes, x, y, title, xlabel=ACROSS, ylabel=ALONG):
    axes.scatter(x[pt > 0], y[pt > 0], s=2 * pt[pt > 0], alpha=0.5, label="constituents, area $\\sim p_T$")
    axes.set(title=title, xlim=(-1, 1), ylim=(-1, 1), aspect="equal", xlabel=xlabel, ylabel=ylabel)


def draw_picture(axes, pixels, title, limits=(1e-4, 1)):
    shown = axes.imshow(pixels, origin="lower", extent=EDGES, norm=LogNorm(*limits), interpolation="nearest")
    axes.set(title=title, xlim=(-1, 1), ylim=(-1, 1), xlabel=ACROSS, ylabel=ALONG)
    return shown


# %%
figure, panels = plt.subplots(2, 2, figsize=(13, 11))
draw_spots(panels[0, 0], *centred, "1. centred", "$\\Delta\\eta$", "$\\Delta\\phi$")
draw_spots(panels[0, 1], *rotated, "2. rotated")
draw_spots(panels[1, 0], *flipped, "3. flipped")
shown = draw_picture(panels[1, 1], picture, "4. pixels, 5. normalised")
for axes in panels.flat:
    axes.plot(0, 0, "o", color="C3", mfc="none", markersize=20, label="around the centre of $p_T$")
    axes.legend(loc="upper left", markerscale=0.5)
figure.colorbar(shown, ax=panels[1, 1], label="share of $p_T$ per pixel")
plt.show()

# %% [markdown]
# *Figure: one top jet on its way to a picture.
# Above, its constituents around the centre, with areas that go with their transverse momentum, and rotated so that the longest axis is upright.
# Below, flipped, and as 40 × 40 pixels on a logarithmic colour scale; empty pixels are white.
# The three groups are the three quarks of the decay: this jet was chosen because they lie so far apart in it.*
#
# Now all of them.
# This takes a few seconds, since the helper treats hundreds of jets at a time and not one by one.

# %%
train_images, validation_images = jets.images(train_jets), jets.images(validation_jets)
print(train_images.shape, train_images.dtype, f"{train_images.nbytes / 1e6:.0f} MB")
print(f"filled pixels per picture: {np.mean(np.count_nonzero(train_images, axis=(1, 2, 3))):.0f} of 1600")

# %%
figure, panels = plt.subplots(2, 3, figsize=(14, 9.5), sharex=True, sharey=True)
for row, (kind, label) in enumerate((("top", 1), ("QCD", 0))):
    for axes, number in zip(panels[row], np.flatnonzero(train_labels == label)[:3], strict=True):
        shown = draw_picture(axes, train_images[number, :, :, 0], f"{kind} jet")
        axes.plot(0, 0, "o", color="C3", mfc="none", markersize=20, label="around the centre of $p_T$")
        axes.legend(loc="upper left")
figure.colorbar(shown, ax=panels, label="share of $p_T$ per pixel", shrink=0.6)
plt.show()

# %% [markdown]
# *Figure: three top jets (above) and three QCD jets (below), after preprocessing.
# Single jets are sparse: some tens of pixels out of 1600 are filled.*

# %%
average = {kind: train_images[train_labels == label, :, :, 0].mean(axis=0) for kind, label in (("top", 1), ("QCD", 0))}
figure, panels = plt.subplots(1, 2, figsize=(13, 5.5))
for axes, (kind, pixels) in zip(panels, average.items(), strict=True):
    shown = draw_picture(axes, pixels, f"average of 12 000 {kind} jets", limits=(1e-6, 0.3))
    axes.plot(0, 0, "o", color="C3", mfc="none", markersize=20, label="around the centre of $p_T$")
    axes.legend(loc="upper left")
    figure.colorbar(shown, ax=axes, label="share of $p_T$ per pixel")
plt.show()

# %% [markdown]
# *Figure: the average of all top pictures (left) and of all QCD pictures (right), on a logarithmic colour scale.
# The average top jet has light around three places, two above and one below the centre, and a dip between them; the average QCD jet has one peak in the centre.
# The sharp edges along the axes are made by the flips.*
#
# What can be positive and negative gets a *diverging* colour scale: white is zero, red positive, blue negative, and the scale reaches equally far to both sides.

# %%
RED, BLUE = plt.get_cmap("RdBu_r")(0.9), plt.get_cmap("RdBu_r")(0.1)


def draw_signed(axes, values, title, limit=None, extent=None, **labels):
    limit = np.abs(values).max() if limit is None else limit
    shown = axes.imshow(values, origin="lower", extent=extent, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes.set(**{"title": title, "xlabel": "pixel, across", "ylabel": "pixel, along"} | labels)
    return shown


# %%
figure, axes = plt.subplots(figsize=(8, 6))
difference = average["top"] - average["QCD"]
shown = draw_signed(axes, difference, "average top − average QCD", extent=EDGES, xlabel=ACROSS, ylabel=ALONG)
shown.set_norm(SymLogNorm(1e-4, vmin=-0.3, vmax=0.3))
axes.plot([], [], "s", color=RED, label="more light in top jets")
axes.plot([], [], "s", color=BLUE, label="more light in QCD jets")
axes.legend(loc="upper left")
figure.colorbar(shown, ax=axes, label="difference of the shares per pixel")
plt.show()


# %% [markdown]
# *Figure: the difference of the two averages, on a colour scale that is linear up to 0.0001 in size and logarithmic beyond.
# QCD jets have more light in the pixels around the centre (blue), most of all in the one right of it and above it: with 40 pixels the centre lies where four of them meet, and the flips put the brighter halves there.
# Where top jets have more of it (red), it is less per pixel and spread over many more pixels.*

# %% [markdown]
# **Question.** What differs between the pictures of top and QCD jets, single and on average, and how does it follow from the physics?
# Why is a single picture so unlike the average of its class?

# %% [markdown] nbgrader={"grade": true, "grade_id": "pictures", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# Top jets are wider: energy far from the centre, often in two or three spots, along the upright axis above and below the centre, because three quarks share the momentum and fly some $2 m_t/p_T \approx 0.6$ apart.
# QCD jets have one bright core in the centre and little around it: the radiation of one parton is mostly collinear and soft.
# The average is smooth, because the spots of each jet lie elsewhere: rotating and flipping lines up only one axis, and the number, distance and brightness of the spots differ from decay to decay.
# A network that only compared with the average would miss most of what a single picture shows.
#
# **Marking scheme.** 1 point: wider, several spots for tops, one core for QCD, with the reason.
# 1 point: single jets are sparse and vary (angles and sharing of the decay, fluctuations of shower), so the average blurs what each has.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## One convolution by hand
#
# A dense layer has a weight for each pixel and has to learn anew at every place what a spot looks like.
# A [*convolution*](../glossary.md#convolution) looks for the same small pattern everywhere.
# Its [*kernel*](../glossary.md#kernel) is a small table of weights, say 3 × 3.
# Lay it onto the image, multiply entry by entry, add up: that is one pixel of the output.
# Then slide it by one.
# At the border it stops when it would stick out, so an image of $H \times W$ becomes $(H - h + 1) \times (W - w + 1)$ for a kernel of $h \times w$.
#
# $$\text{output}_{ij} = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} \text{image}_{i+a,\,j+b}\ \text{kernel}_{ab}$$
#
# (Mathematicians turn the kernel by 180 degrees first and call this one a cross-correlation.
# Networks do not bother: they learn the kernel.)
#
# **Task.** Write `convolve2d` with [NumPy](https://numpy.org/doc/stable/reference/arrays.indexing.html), without Keras or SciPy, for images and kernels of any height and width.
# It returns a new array and leaves the image and the kernel as they are.
# (The check sees what comes out, not how: a library's convolution passes it, and teaches you nothing.)
#
# <details><summary>Hint 1</summary>
#
# Begin with an array of zeros of the shape of the output ([`np.zeros`](https://numpy.org/doc/stable/reference/generated/numpy.zeros.html)), and fill it with two loops, one over its rows and one over its columns.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The patch of the image that belongs to the output pixel (i, j) has the rows from `i` to `i + h` and the columns from `j` to `j + w`.
# Multiply it with the kernel, entry by entry with `*`, and add all products up.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "convolve2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def convolve2d(image, kernel):
    """Slide the kernel (h, w) over the image (H, W), as in the formula above. Returns a new array (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", patches, kernel)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "convolve2d-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

rng = np.random.default_rng(3)
checks.convolves(convolve2d, np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0], [0.0, 10.0]]))
for size, window in (((6, 9), (3, 3)), ((9, 6), (2, 4)), ((5, 5), (5, 5)), ((7, 4), (1, 1))):
    checks.convolves(convolve2d, rng.normal(size=size), rng.normal(size=window))
checks.convolves(convolve2d, np.eye(4, dtype=int), np.full((2, 2), 0.5))
checks.passed("kernels slide over images of any shape as the formula says, and both stay as they were")
### BEGIN HIDDEN TESTS
for size, window in (((8, 5), (3, 2)), ((4, 11), (4, 3)), ((40, 40), (5, 3)), ((1, 6), (1, 2))):
    checks.convolves(convolve2d, rng.normal(size=size), rng.normal(size=window))
checks.convolves(convolve2d, np.arange(20).reshape(4, 5), np.array([[0.25, -0.5]]))
### END HIDDEN TESTS

# %% [markdown]
# ## One pooling by hand
#
# After a convolution it matters *whether* there was a spot, less so in which pixel exactly.
# [*Max pooling*](../glossary.md#max-pooling) cuts the image into blocks of `size` × `size` that do not overlap and keeps the largest value of each.
# The last rows and columns are left out where they do not fill a block, as [Keras does](https://keras.io/api/layers/pooling_layers/max_pooling2d/).
#
# **Task.** Write `max_pool` with NumPy.
# It returns a new array and leaves the image as it is.
#
# <details><summary>Hint 1</summary>
#
# `H // size` is the number of whole blocks above each other, without the rows that are left over.
# Two loops over the blocks, as in `convolve2d`, do it; values may be negative, so a block's maximum may be, too.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The block (i, j) has the rows from `i * size` to `(i + 1) * size`, and the columns likewise.
# Without loops: cut the image to whole blocks, reshape it to four axes (block row, row in the block, block column, column in the block), and take the maximum over the second and the fourth.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "max-pool", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool(image, size):
    """Largest value of each block of size x size pixels. image: (H, W). Returns a new array (H // size, W // size)."""
    ### BEGIN SOLUTION
    height, width = image.shape[0] // size, image.shape[1] // size
    return image[: height * size, : width * size].reshape(height, size, width, size).max(axis=(1, 3))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "max-pool-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

square = np.array([[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, -1.0, 0.0], [0.0, 0.0, -3.0, -2.0], [9.0, 0.0, -4.0, -5.0]])
checks.pools(max_pool, square, 2)
rng = np.random.default_rng(4)
for shape, size in (((6, 6), 3), ((7, 5), 2), ((8, 12), 4), ((5, 5), 1)):
    checks.pools(max_pool, rng.normal(size=shape) - 2, size)
checks.passed("each whole block gives its largest value, whatever the shape of the image and the size of the blocks")
### BEGIN HIDDEN TESTS
for shape, size in (((9, 7), 3), ((38, 38), 2), ((11, 9), 5), ((4, 13), 4)):
    checks.pools(max_pool, rng.normal(size=shape) - 3, size)
### END HIDDEN TESTS

# %% [markdown]
# Both at work on one jet: a kernel with 8 in the middle and −1 around it answers to isolated spots, and a kernel whose weights rise from left to right answers to edges.
# Keras's own layers [`Conv2D`](https://keras.io/api/layers/convolution_layers/convolution2d/) and `MaxPooling2D` do the same, for many images and kernels at a time.

# %% tags=["nbval-ignore-output"]
import keras

spot = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
edge = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
theirs = keras.layers.Conv2D(1, 3, use_bias=False)
theirs.build((1, 40, 40, 1))
theirs.set_weights([spot[:, :, None, None]])
pooled = keras.layers.MaxPooling2D(2)(theirs(picture[None, :, :, None]))
ours = np.asarray(max_pool(np.asarray(convolve2d(picture, spot)), 2))
print("largest difference from Keras:", float(np.abs(ours - keras.ops.convert_to_numpy(pooled)[0, :, :, 0]).max()))

# %%
bright = np.sqrt(picture)
answers = {
    "spot kernel": np.asarray(convolve2d(bright, spot)),
    "edge kernel": np.asarray(convolve2d(bright, edge)),
}
answers["spot kernel, pooled"] = np.asarray(max_pool(answers["spot kernel"], 2))
for title, values in answers.items():
    print(f"{title:20s} {values.shape}")

# %% tags=["show-in-book"]
figure, panels = plt.subplots(2, 2, figsize=(13, 11))
shown = panels[0, 0].imshow(bright, origin="lower")
panels[0, 0].set(title="root of the picture", xlabel="pixel, across", ylabel="pixel, along")
figure.colorbar(shown, ax=panels[0, 0], label="root of the share of $p_T$")
without_border, whole = (0.5, 38.5, 0.5, 38.5), (-0.5, 39.5)
for axes, (title, values) in zip(panels.flat[1:], answers.items(), strict=True):
    shown = draw_signed(axes, values, title, extent=without_border, xlim=whole, ylim=whole)
    red, blue = ("on the right", "on the left") if "edge" in title else ("in the middle", "around it")
    axes.plot([], [], "s", color=RED, label=f"brighter {red}")
    axes.plot([], [], "s", color=BLUE, label=f"brighter {blue}")
    axes.legend(loc="upper left")
    figure.colorbar(
        shown, ax=axes, label="largest of four outputs" if "pooled" in title else "output of the convolution"
    )
plt.show()

# %% [markdown]
# *Figure: the root of one picture (so that faint pixels show), what the spot kernel and the edge kernel make of it, and the spots after pooling.
# The spot kernel is positive where a pixel outshines its neighbours and negative around it; the edge kernel is positive left of a spot and negative right of it.
# Pooling makes one pixel of four and keeps the spots.
# Each output is drawn at the middle of its patch, row i and column j of it at i + 1 and j + 1, so that spots stay where they are; a pixel is lost at each border.*

# %% [markdown]
# ## Counting before building
#
# A convolutional layer has several kernels, and each sees all [*channels*](../glossary.md#channel) of its input: with $c$ channels in and $k$ kernels of $h \times w$ it has $k\,(h\,w\,c + 1)$ parameters (one bias per kernel) and gives $k$ channels.
# *Flatten* writes all pixels of all channels into one row, so that dense layers can take over.
#
# **Task.** A picture of 40 × 40 × 1 goes through: a convolution with 8 kernels of 5 × 5, max pooling 2, a convolution with 16 kernels of 3 × 3, max pooling 2, flatten, and a dense layer of one unit.
# Give the length of the row after *flatten* and the number of parameters of the whole network, worked out on paper or by building it.
#
# <details><summary>Hint 1</summary>
#
# Follow the side of the picture: 40, then what the first convolution leaves of it, half of that, and so on.
# Pooling and flatten have no parameters.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A convolution with kernels of 5 × 5 takes 4 from the side, one with 3 × 3 takes 2.
# The row holds side × side × channels numbers, with the channels of the last convolution.
# The kernels of the second convolution see 8 channels each; the dense unit has a weight for each number in the row, and a bias.
# ([`Model.summary`](https://keras.io/api/models/model/) counts for you, if you build the network.)
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "count", "locked": false, "schema_version": 3, "solution": true, "task": false}
# flat_length, n_parameters: whole numbers
### BEGIN SOLUTION
# 40 -> 36 -> 18 -> 16 -> 8
flat_length = 8 * 8 * 16
n_parameters = 8 * (5 * 5 * 1 + 1) + 16 * (3 * 3 * 8 + 1) + (flat_length + 1)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "count-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.counts(flat_length, n_parameters, side=40, convolutions=((8, 5), (16, 3)), pool=2)
checks.passed("you know the length of the row and the number of parameters before the network is built", more=False)


# %% [markdown]
# **Question.** What does a convolutional layer do for a picture of a jet that a dense layer cannot?
# What is pooling for, and what does it cost?
# Why is there a *flatten*?

# %% [markdown] nbgrader={"grade": true, "grade_id": "layers-of-a-cnn", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The convolution uses the same few weights everywhere: a prong looks the same wherever it is, so what is learned at one place serves at all others, with far fewer parameters and less over-training than a dense layer, which has a weight of its own for each pixel and unit.
# Pooling makes the picture smaller and the answer insensitive to shifts by a pixel; later kernels see a larger part of the jet, so that spots can be combined to patterns.
# The price: pooling throws away where exactly something was, and angles and masses depend on exactly that.
# Flatten turns the picture with its channels into one row of numbers, because a dense layer, which makes the decision, takes a vector.
#
# **Marking scheme.** 1 point: shared weights, the same pattern at any place, fewer parameters.
# 1 point: pooling shrinks, tolerates shifts or widens the view, and loses position.
# 1 point: flatten makes the vector that dense layers need.
#
# **What the tests do not see:** whether the loops of `convolve2d` and `max_pool` are the student's, or a library's.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Your CNN
#
# The pixels are small numbers that add up to one, and most of the light is in few of them.
# The square root, or a factor of a hundred, brings the faint ones up to where a network can see them.
# As the first step of the network itself ([`keras.layers.Rescaling`](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/), or `keras.ops.sqrt` of the input) it cannot be forgotten later; so leave the pictures as they are.
#
# An operation such as the root does not fit into the list of a `Sequential`.
# Chain the layers instead ([functional API](https://keras.io/guides/functional_api/)): `pictures = keras.Input((40, 40, 1))`, `x = keras.ops.sqrt(pictures)`, `x = keras.layers.Conv2D(…)(x)`, …, `network = keras.Model(pictures, x)`.
#
# `train` takes any compiled network and returns the history, the dictionary that the plot below needs.

# %% tags=["nbval-ignore-output"]
def train(network, epochs, batch_size=128):
    """Fit a compiled network to the training pictures, watch the validation pictures, and return the history."""
    return network.fit(
        train_images, train_labels,
        validation_data=(validation_images, validation_labels),
        epochs=epochs, batch_size=batch_size, verbose=2,
    ).history  # fmt: skip


# %% [markdown]
# **Task.** Build and train `network`, a CNN on the pictures as `jets.images` gives them, with at least one convolution (over both directions, or over rows or columns alone), and one sigmoid unit at the end: the probability of a top.
# Train it on the training pictures alone.
# (The check compares the AUC of the three samples, so it notices a network that has learned the validation or test pictures by heart.
# A few steps on them it cannot notice; they spoil your comparison all the same.)
# Its AUC on the *validation* pictures must exceed **0.96**.
#
# Watch the time: an epoch should take a few seconds on an idle laptop (the first is slower).
# `strides=2` lets the first convolution skip every other pixel and makes it four times faster.
#
# <details><summary>Hint 1</summary>
#
# Brighten, convolve, pool, convolve, flatten, dense, and at the end a dense layer of one unit with `activation="sigmoid"`.
# Sixteen to thirty-two kernels a convolution are enough, and `activation="relu"` belongs to each layer but the last.
# Compile with `optimizer="adam"`, `loss="binary_crossentropy"`, `metrics=["accuracy"]`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Ten times the root of the pixels; 16 kernels of 4 × 4 with `strides=2`; pooling 2; 32 kernels of 3 × 3; flatten; a dense layer of 64 units; the last unit.
# Three or four epochs of `train` get there.
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "cnn", "locked": false, "schema_version": 3, "solution": true, "task": false} tags=["nbval-ignore-output"]
keras.utils.set_random_seed(SEED)

# network: a trained keras model, pictures (n_jets, 40, 40, 1) to the probability of a top (n_jets, 1)
# history: dictionary of lists, what train returns (compile with metrics=["accuracy"])
### BEGIN SOLUTION
pictures = keras.Input((40, 40, 1))
x = 10 * keras.ops.sqrt(pictures)
for layer in (
    keras.layers.Conv2D(16, 4, strides=2, activation="relu"),
    keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(32, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dropout(0.4),
    keras.layers.Dense(1, activation="sigmoid"),
):
    x = layer(x)
network = keras.Model(pictures, x)
network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = train(network, epochs=4)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "cnn-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} tags=["nbval-ignore-output"]
from helpers import checks, datasets, jets

samples = {}
for part, file in (("training", "train"), ("validation", "validation"), ("test", "test")):
    constituents, labels = datasets.load_jets(f"top_tagging/{file}.h5", stop=8000)
    samples[part] = jets.images(constituents), labels
checks.history(history)
area = checks.tags_pictures(network, samples, bar=0.96)
checks.passed(f"the AUC of your network on the validation pictures is {area:.4f}, which exceeds 0.96", more=False)

# %% tags=["nbval-ignore-output"]
figures.training_history(history, "your CNN")
plt.show()

# %% [markdown]
# *Figure: loss (left) and accuracy (right) of the CNN against epoch, training and validation.
# Typically most is learned in the first epoch; after two or three the validation values move little.*
#
# **Keep your network.** The notebook *challenge* can hand it in: save it now with [`network.save("cnn.keras")`](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/) in a cell of your own.

# %% [markdown]
# ## What does it look for?

# %% tags=["nbval-ignore-output"]
kernels = next(weights for weights in network.get_weights() if weights.ndim == 4)[:, :, 0].transpose(2, 0, 1)[:8]
rows = -(-len(kernels) // 4)
figure, panels = plt.subplots(rows, 4, figsize=(13, 2 + 2.8 * rows), squeeze=False)
figure.get_layout_engine().set(hspace=0.15)
for number, (axes, kernel) in enumerate(zip(panels.flat, kernels, strict=False), start=1):
    ticks = {"xticks": range(kernel.shape[1]), "yticks": range(kernel.shape[0])}
    shown = draw_signed(axes, kernel, f"kernel {number}", limit=np.abs(kernels).max(), **ticks)
    axes.minorticks_off()
for axes in panels.flat[len(kernels) :]:
    axes.remove()
panels[0, 0].plot([], [], "s", color=RED, label="positive weight")
panels[0, 0].plot([], [], "s", color=BLUE, label="negative weight")
panels[0, 0].legend(loc="lower left", bbox_to_anchor=(0, 1.15))
figure.colorbar(shown, ax=list(panels.flat[: len(kernels)]), label="weight")
plt.show()


# %% [markdown]
# *Figure: the kernels of the first convolution (eight of them, if there are more), on one colour scale that reaches as far as their largest weight; red where a weight is positive and blue where it is negative.
# Do not read too much into them: they began as random numbers, and training has moved them little (our kernels keep a correlation of about 0.9 with their start), so another seed gives other patterns.
# What is learned lies in these small changes, and in the later layers, which find out what the answers of such kernels are good for.*

# %% [markdown]
# ## A DNN on the same jets
#
# For comparison a DNN sees the same jets, not as pixels but as the list of the 40 leading constituents, after the same centring, rotation and flips.
# (Your own tagger of the notebook *dnn* may be better: it can have the mass.)

# %%
def listed(constituents):
    """Transverse momentum and position of the 40 leading constituents, (n_jets, 120), all of order one."""
    pt, x, y = jets.centre(constituents[:, :40])
    x, y = jets.flip(pt, *jets.rotate(pt, x, y))
    return np.concatenate([np.log1p(pt) / 2, 3 * x, 3 * y], axis=1).astype("float32")


# %% tags=["nbval-ignore-output"]
keras.utils.set_random_seed(SEED)
dnn = keras.Sequential([keras.Input((120,))])
for units in (256, 128):
    dnn.add(keras.layers.Dense(units, activation="relu"))
    dnn.add(keras.layers.Dropout(0.3))
dnn.add(keras.layers.Dense(1, activation="sigmoid"))
dnn.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
dnn.fit(listed(train_jets), train_labels, epochs=8, batch_size=256, verbose=0)
for name, tagger, inputs in (("CNN", network, validation_images), ("DNN", dnn, listed(validation_jets))):
    area = roc_auc_score(validation_labels, tagger.predict(inputs, batch_size=1024, verbose=0))
    print(f"{name}  AUC {area:.4f} on the validation jets")

# %% [markdown]
# ## The test jets, once
#
# Both networks are fixed now, and no number and no figure so far came from the test jets, apart from the check of your CNN, which only looks for a leak in them.

# %% tags=["nbval-ignore-output"]
test_jets, test_labels = datasets.load_jets("top_tagging/test.h5")
scores = {
    "CNN": network.predict(jets.images(test_jets), batch_size=512, verbose=0).ravel(),
    "DNN": dnn.predict(listed(test_jets), batch_size=1024, verbose=0).ravel(),
}

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots(figsize=(8, 5.5))
for (name, values), style, color in zip(scores.items(), ("-", "--"), ("C0", "C1"), strict=True):
    for kind, label, width in (("top", 1, 2.5), ("QCD", 0, 1)):
        content, edges = np.histogram(values[test_labels == label], bins=40, range=(0, 1))
        axes.stairs(content, edges, ls=style, color=color, lw=width, label=f"{name}, {kind}")
axes.set(xlabel="network output", ylabel="test jets / 0.025", xlim=(0, 1), yscale="log", ylim=(1, 2e4))
axes.legend(loc="upper center", ncols=2)
plt.show()


# %% [markdown]
# *Figure: the outputs of CNN (full) and DNN (broken) for top jets (thick) and QCD jets (thin) of the test sample, on a logarithmic scale.
# Both put most QCD jets into the lowest bin; the top jets of the CNN crowd towards 1, and the DNN spreads its top jets over the outputs.*
#
# Now two numbers: the AUC, and how many of the 4000 QCD jets are left where three in ten top jets are kept (4000 over that number is the background rejection).
# Each comes with the uncertainty that comes from the test jets: the [bootstrap](../glossary.md#bootstrap) of Exercise 5, with the *same* jets drawn for both networks, so that their difference is known better than either.
# How much another seed of the training would change is not in it; the notebook *challenge* asks that.

# %%
def qcd_left(labels, values):
    """How many QCD jets pass the cut that three in ten top jets pass."""
    return np.count_nonzero(values[labels == 0] > np.quantile(values[labels == 1], 0.7))


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
draws = rng.integers(len(test_labels), size=(200, len(test_labels)))
for title, measure in (("AUC", roc_auc_score), ("QCD jets left", qcd_left)):
    found = {name: measure(test_labels, values) for name, values in scores.items()}
    again = {name: [measure(test_labels[rows], values[rows]) for rows in draws] for name, values in scores.items()}
    found["CNN - DNN"], again["CNN - DNN"] = found["CNN"] - found["DNN"], np.subtract(again["CNN"], again["DNN"])
    for name, value in found.items():
        print(f"{title:13s}  {name:10s} {value:8.4g} ± {np.std(again[name]):.2g}")

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots()
for (name, values), style in zip(scores.items(), ("-", "--"), strict=True):
    false_positive, true_positive, _ = roc_curve(test_labels, values)
    seen = false_positive > 0
    axes.plot(true_positive[seen], 1 / false_positive[seen], style, label=name)
guess = np.linspace(0.01, 1, 200)
axes.plot(guess, 1 / guess, ":", color="grey", label="guess")
axes.set(xlabel="signal efficiency (TPR)", ylabel="background rejection, 1 / FPR", xlim=(0, 1), ylim=(1, 5000))
axes.set_yscale("log")
axes.legend(loc="upper right")
plt.show()

# %% [markdown]
# *Figure: background rejection 1/FPR against signal efficiency for CNN and DNN on the same test jets.
# The curve of the CNN lies above that of the DNN.
# At low efficiencies the curves move in steps: each step is one QCD jet.*

# %% [markdown]
# **Question.** Which of the two is better here, and by how much at a signal efficiency of 0.3, given how few QCD jets are left there?
# What does each of them get to know about a jet that the other does not?

# %% [markdown] nbgrader={"grade": true, "grade_id": "cnn-or-dnn", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The CNN: an AUC of 0.972 ± 0.002 against 0.939 ± 0.003, with a difference of 0.034 ± 0.002, more than ten standard deviations.
# At $\varepsilon_S = 0.3$ it leaves 11 ± 4 of the 4000 QCD jets, a rejection of about 360, and the DNN 71 ± 9, a rejection of about 56.
# With so few jets the first number is uncertain by a third; but the difference, 60 ± 9, is not in doubt.
# (These are uncertainties of the test jets; other seeds of the training change the AUC of the CNN by about 0.001, far less than the difference.)
# The DNN gets exact positions and transverse momenta, in the order of the momentum, of the 40 leading constituents only; it has to learn for itself what is close to what, and a swap of two constituents moves all columns.
# The CNN gets positions rounded to 0.04 and no single constituents, but all of them, and it knows from the start that neighbouring pixels belong together and that a pattern is the same wherever it is.
#
# **Marking scheme.** 1 point: a comparison that fits the numbers, with the size of its uncertainty.
# 1 point: pixels against exact positions, order and number of constituents, prior knowledge (what is near what).
#
# **What the tests do not see:** a few steps of the training on validation or test pictures, or a choice of network by the test pictures.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# How much of the preprocessing does the CNN need?
# Make the pictures again without rotation and flips (`jets.pixelate(*jets.centre(constituents))`, in chunks, then `jets.normalise`), and train the same network.
# Then give it the turned pictures in random mirror images instead ([`keras.layers.RandomFlip`](https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/) as its first layer): is it cheaper to remove a symmetry or to learn it?
# Compare on the validation pictures, with an uncertainty.

# %% [markdown]
# [← Top tagging: DNN](../top_tagging/dnn.ipynb) · [Start](../start.md) · [Top tagging: challenge →](../top_tagging/challenge.ipynb)
