# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Top tagging II: jets as pictures, and a convolutional network
#
# **What you will learn**
#
# - how a jet becomes a picture, and which symmetries are taken out on the way;
# - what a convolution and a pooling do, by writing both by hand;
# - how a convolutional network (CNN) is put together, and why it needs so few parameters;
# - how it compares with the DNN on the same jets.
#
# **What you need to know:** the notebook *dnn* (jets, constituents, AUC, background rejection). **Time:** two hours, about two minutes of it for training.
#
# **Data:** the jets of the notebook *dnn*: 24 000, 8 000 and 8 000 simulated jets for training, validation and test, half from top quarks (**label 1**), half QCD jets (**label 0**). Pictures of 40 × 40 pixels are made from them here.
#
# **Grading:** under each exercise stands a check with a visible part, which you run, and a hidden part, which asks the same of other inputs when you hand in.
# Questions are marked by hand.
#
# [← Top tagging: DNN](../top_tagging/dnn.ipynb) · [Start](../start.md) · [Top tagging: challenge →](../top_tagging/challenge.ipynb)

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm
from sklearn.metrics import roc_auc_score, roc_curve

from helpers import datasets, figures, jets

SEED = 1

figures.use_style()
train_jets, train_labels = datasets.load_jets("top_tagging/train.h5")
validation_jets, validation_labels = datasets.load_jets("top_tagging/validation.h5")
test_jets, test_labels = datasets.load_jets("top_tagging/test.h5")

# %% [markdown]
# ## From a jet to a picture
#
# Unroll the detector's cylinder: $\eta$ along the beam, $\phi$ around it. A jet is a few spots on this sheet, and each spot is as bright as the transverse momentum of a constituent. Where the jet is on the sheet, how it is turned and whether it is mirrored has nothing to do with what it is. So before the pixels are drawn, `helpers.jets` takes that out:
#
# 1. **centre**: shift so that the centre of the transverse momentum is at the origin;
# 2. **rotate** around it so that the longest axis of the jet is upright;
# 3. **flip** left-right and up-down so that the brighter half is always on the same side;
# 4. **pixelate**: add up the transverse momentum in each of 40 × 40 pixels;
# 5. **normalise**: divide by the sum, so that each picture adds up to one.

# %%
MINE = np.flatnonzero(train_labels == 1)[11]
one_jet = train_jets[MINE : MINE + 1]


def spots(axes, pt, x, y, title):
    seen = pt[0] > 0
    axes.scatter(x[0][seen], y[0][seen], s=2 * pt[0][seen], alpha=0.5, label="constituents, area $\\sim p_T$")
    axes.axhline(0, color="grey", lw=0.7)
    axes.axvline(0, color="grey", lw=0.7)
    axes.set(title=title, xlim=(-1, 1), ylim=(-1, 1), aspect="equal")
    axes.legend(loc="upper left", fontsize=9, markerscale=0.4)


pt, *centred = jets.centre(one_jet)
rotated = jets.rotate(pt, *centred)
flipped = jets.flip(pt, *rotated)
picture = jets.normalise(jets.pixelate(pt, *flipped))

figure, panels = plt.subplots(1, 4, figsize=(18, 4.8))
spots(panels[0], pt, *centred, "1. centred")
spots(panels[1], pt, *rotated, "2. rotated")
spots(panels[2], pt, *flipped, "3. flipped")
panels[0].set(xlabel="$\\Delta\\eta$", ylabel="$\\Delta\\phi$")
for axes in panels[1:]:
    axes.set(xlabel="across the jet's axis", ylabel="along the jet's axis")


EDGES = (-jets.HALF_WIDTH, jets.HALF_WIDTH, -jets.HALF_WIDTH, jets.HALF_WIDTH)


def show(axes, image, title, limits=(1e-4, 1), label="share of the jet's $p_T$"):
    shown = axes.imshow(
        image, origin="lower", extent=EDGES, norm=LogNorm(*limits), cmap="viridis", interpolation="nearest"
    )
    axes.set(title=title, xlabel="across the jet's axis", ylabel="along the jet's axis")
    axes.plot([], [], "s", color=plt.get_cmap("viridis")(0.5), label=label)
    axes.legend(loc="upper left", fontsize=9, frameon=True, facecolor="white")
    return shown


figure.colorbar(show(panels[3], picture[0], "4. pixels, 5. normalised"), ax=panels[3], label="share of $p_T$ per pixel")
plt.show()

# %% [markdown]
# *Figure: one top jet on its way to a picture: constituents around the centre, with areas that go with their transverse momentum; rotated so that the longest axis is upright; flipped; and as 40 × 40 pixels on a logarithmic colour scale. The three groups are the three quarks of the decay.*
#
# Now all of them. This takes a few seconds, since the helper treats thousands of jets at a time and not one by one.

# %%
train_images, validation_images, test_images = (
    jets.images(constituents) for constituents in (train_jets, validation_jets, test_jets)
)
print(train_images.shape, train_images.dtype, f"{train_images.nbytes / 1e6:.0f} MB")
print(f"filled pixels per picture: {np.mean(np.count_nonzero(train_images, axis=(1, 2, 3))):.0f} of 1600")

# %%
figure, panels = plt.subplots(2, 4, figsize=(18, 8.5), sharex=True, sharey=True)
for row, (kind, label) in enumerate((("top", 1), ("QCD", 0))):
    for axes, number in zip(panels[row], np.flatnonzero(train_labels == label)[:4], strict=True):
        shown = show(axes, train_images[number, :, :, 0], f"{kind} jet", label="pixels")
figure.colorbar(shown, ax=panels, label="share of $p_T$ per pixel", shrink=0.6)
plt.show()

# %% [markdown]
# *Figure: four top jets (above) and four QCD jets (below), after preprocessing. Single jets are sparse: some tens of pixels out of 1600. The top jets are spread along the upright axis and beside it, in two or three groups; QCD jets mostly have one bright core near the centre with faint radiation around it; some of those shown have a second bright spot, as hard radiation makes it.*

# %%
figure, panels = plt.subplots(1, 3, figsize=(18, 5.2))
average = {kind: train_images[train_labels == label, :, :, 0].mean(axis=0) for kind, label in (("top", 1), ("QCD", 0))}
for axes, (kind, image) in zip(panels, average.items(), strict=False):
    shown = show(axes, image, f"average {kind} jet", limits=(1e-6, 0.1), label="12 000 jets")
    figure.colorbar(shown, ax=axes, label="share of $p_T$ per pixel")
RED, BLUE = plt.get_cmap("RdBu_r")(0.9), plt.get_cmap("RdBu_r")(0.1)
difference = average["top"] - average["QCD"]
shown = panels[2].imshow(difference, origin="lower", extent=EDGES, cmap="RdBu_r", vmin=-0.01, vmax=0.01)
panels[2].plot([], [], "s", color=RED, label="more in top jets")
panels[2].plot([], [], "s", color=BLUE, label="more in QCD jets")
panels[2].set(title="top − QCD", xlabel="across the jet's axis", ylabel="along the jet's axis")
panels[2].legend(loc="upper left", fontsize=9)
figure.colorbar(shown, ax=panels[2], label="difference of the shares")
plt.show()


# %% [markdown]
# *Figure: the average of all top pictures, of all QCD pictures, on a logarithmic scale, and their difference on a linear one. The average top jet has light around three places, two above and one below the centre, and a dip between them; the average QCD jet has one peak in the centre. The sharp edges along the axes are made by the flips.*

# %% [markdown]
# **Question.** What differs between the pictures of top and QCD jets, single and on average, and how does it follow from the physics? Why is a single picture so unlike the average of its class?

# %% [markdown] nbgrader={"grade": true, "grade_id": "pictures", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# Top jets are wider: energy far from the centre, often in two or three spots, along the upright axis above and below the centre, because three quarks share the momentum and fly some $2 m_t/p_T \approx 0.6$ apart. QCD jets have one bright core in the centre and little around it: the radiation of one parton is mostly collinear and soft.
# The average is smooth, because the spots of each jet lie elsewhere: rotating and flipping lines up only one axis, and the number, distance and brightness of the spots differ from decay to decay. A network that only compared with the average would miss most of what a single picture shows.
#
# **Marking scheme.** 1 point: wider, several spots for tops, one core for QCD, with the reason. 1 point: single jets are sparse and vary (angles and sharing of the decay, fluctuations of shower), so the average blurs what each has.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## One convolution by hand
#
# A dense layer has a weight for each pixel and has to learn anew at every place what a spot looks like. A *convolution* looks for the same small pattern everywhere. Its *kernel* is a small table of weights, say 3 × 3. Lay it onto the image, multiply entry by entry, add up: that is one pixel of the output. Then slide it by one.
# At the border it stops when it would stick out, so an image of $H \times W$ becomes $(H - h + 1) \times (W - w + 1)$ for a kernel of $h \times w$.
#
# $$\text{output}_{ij} = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} \text{image}_{i+a,\,j+b}\ \text{kernel}_{ab}$$
#
# (Mathematicians turn the kernel upside down first and call this one a cross-correlation. Networks do not bother: they learn the kernel.)
#
# **Task.** Write `convolve2d` with NumPy, without Keras or SciPy.

# %% nbgrader={"grade": false, "grade_id": "convolve2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
def convolve2d(image, kernel):
    """Slide the kernel (h, w) over the image (H, W), as in the formula above. Returns an array (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", patches, kernel)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "convolve2d-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

image = np.arange(12.0).reshape(3, 4)
kernel = np.array([[1.0, 2.0], [0.0, 10.0]])
found = checks.call(
    convolve2d, image.copy(), kernel.copy(), says="convolve2d could not handle an image of 3 x 4 and a kernel of 2 x 2"
)
checks.shape(found, (2, 3), "the result of convolve2d", hint="3 - 2 + 1 by 4 - 2 + 1: the kernel must not stick out")
flipped = 10 * image[:-1, :-1] + 2 * image[1:, :-1] + image[1:, 1:]
checks.that(
    not np.allclose(checks.numbers(found, "the result of convolve2d"), flipped),
    "your kernel is upside down: in the formula kernel[0, 0] meets the pixel with the smallest indices",
)
checks.close(
    np.asarray(found)[0, 0],
    0 * 1 + 1 * 2 + 5 * 10,
    "the first output pixel should be image[0, 0] * 1 + image[0, 1] * 2 + image[1, 1] * 10",
)
checks.close(found, [[52, 65, 78], [104, 117, 130]], "some output pixels are not what the formula gives")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
for size, window in (((6, 9), (3, 3)), ((9, 6), (2, 4)), ((5, 5), (5, 5)), ((7, 4), (1, 1)), ((40, 40), (5, 3))):
    image, kernel = rng.normal(size=size), rng.normal(size=window)
    what = f"an image of {size[0]} x {size[1]} and a kernel of {window[0]} x {window[1]}"
    wanted = np.zeros((size[0] - window[0] + 1, size[1] - window[1] + 1))
    for a in range(window[0]):
        for b in range(window[1]):
            wanted += image[a : a + wanted.shape[0], b : b + wanted.shape[1]] * kernel[a, b]
    found = checks.call(convolve2d, image.copy(), kernel.copy(), says=f"convolve2d could not handle {what}")
    checks.shape(found, wanted.shape, f"the result for {what}")
    checks.close(found, wanted, f"the result is wrong for {what}", atol=1e-5)
found = checks.call(
    convolve2d, np.eye(4, dtype=int), np.full((2, 2), 0.5), says="convolve2d could not handle an image of whole numbers"
)
checks.close(
    found,
    [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]],
    "the result is wrong for an image of whole numbers and a kernel of fractions",
    atol=1e-6,
)
kept_image, kept_kernel = np.ones((4, 4)), np.ones((2, 2))
convolve2d(kept_image, kept_kernel)
checks.that(
    np.all(kept_image == 1) and np.all(kept_kernel == 1), "convolve2d changed the image or the kernel it was given"
)
### END HIDDEN TESTS

# %% [markdown]
# ## One pooling by hand
#
# After a convolution it matters *whether* there was a spot, less so in which pixel exactly. *Max pooling* cuts the image into blocks of `size` × `size` that do not overlap and keeps the largest value of each. Rows and columns that do not fill a block at the lower and right end are left out, as Keras does.
#
# **Task.** Write `max_pool` with NumPy.

# %% nbgrader={"grade": false, "grade_id": "max-pool", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool(image, size):
    """Largest value of each block of size x size pixels. image: (H, W). Returns an array (H // size, W // size)."""
    ### BEGIN SOLUTION
    height, width = image.shape[0] // size, image.shape[1] // size
    return image[: height * size, : width * size].reshape(height, size, width, size).max(axis=(1, 3))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "max-pool-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from helpers import checks

image = np.array([[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, -1.0, 0.0], [0.0, 0.0, -3.0, -2.0], [9.0, 0.0, -4.0, -5.0]])
found = checks.call(max_pool, image.copy(), 2, says="max_pool could not handle an image of 4 x 4 in blocks of 2")
checks.shape(found, (2, 2), "the result of max_pool", hint="blocks do not overlap")
checks.that(
    not np.allclose(checks.numbers(found, "the result of max_pool"), [[2.5, 1.0], [2.25, -3.5]]),
    "you took the mean of each block: max pooling keeps the largest value",
)
checks.close(found, [[4, 5], [9, -2]], "each output pixel should be the largest value of its block of 2 x 2")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(5)
for shape, size in (((6, 6), 3), ((7, 5), 2), ((8, 12), 4), ((5, 5), 1), ((38, 38), 2), ((11, 9), 5)):
    image = rng.normal(size=shape) - 3
    what = f"an image of {shape[0]} x {shape[1]} in blocks of {size}"
    found = checks.call(max_pool, image.copy(), size, says=f"max_pool could not handle {what}")
    wanted = [
        [image[i * size : (i + 1) * size, j * size : (j + 1) * size].max() for j in range(shape[1] // size)]
        for i in range(shape[0] // size)
    ]
    checks.shape(found, np.shape(wanted), f"the result for {what}", hint="what does not fill a block is left out")
    checks.close(found, wanted, f"the result is wrong for {what}", atol=1e-9)
kept = np.arange(16.0).reshape(4, 4)
max_pool(kept, 2)
checks.equal(kept, np.arange(16.0).reshape(4, 4), "max_pool changed the image it was given")
### END HIDDEN TESTS

# %% [markdown]
# Both at work on one jet: a kernel with 8 in the middle and −1 around it answers to isolated spots, one that rises from left to right to edges. Keras's own layers do the same, for many images and kernels at a time.

# %% tags=["nbval-ignore-output"]
import keras

spot = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
edge = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])

image = jets.images(one_jet)
theirs = keras.layers.Conv2D(1, 3, use_bias=False)
theirs.build(image.shape)
theirs.set_weights([spot[:, :, None, None]])
pooled = keras.layers.MaxPooling2D(2)(theirs(image))
mine = max_pool(convolve2d(image[0, :, :, 0], spot), 2)
print("largest difference from Keras:", float(np.abs(mine - keras.ops.convert_to_numpy(pooled)[0, :, :, 0]).max()))

# %%
figure, panels = plt.subplots(1, 4, figsize=(19, 4.6))
spots_seen, edges_seen = (convolve2d(np.sqrt(image[0, :, :, 0]), kernel) for kernel in (spot, edge))
for axes, drawn, title in (
    (panels[0], np.sqrt(image[0, :, :, 0]), "root of the picture"),
    (panels[1], spots_seen, "spot kernel"),
    (panels[2], edges_seen, "edge kernel"),
    (panels[3], max_pool(spots_seen, 2), "spot kernel, pooled"),
):
    limit = np.abs(drawn).max()
    shown = axes.imshow(drawn, origin="lower", cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes.plot([], [], "s", color=RED, label="positive")
    axes.set(title=title, xlabel="pixel, across", ylabel="pixel, along")
    axes.legend(loc="upper left", fontsize=9)
    figure.colorbar(shown, ax=axes, shrink=0.8, label="value")
plt.show()

# %% [markdown]
# *Figure: the root of one picture (so that faint pixels show), what the spot kernel and the edge kernel make of it, and the spots after pooling. The spot kernel is positive where a pixel outshines its neighbours and negative around it; the edge kernel is positive left of a spot and negative right of it. Pooling halves each side of the picture and keeps the spots.*

# %% [markdown]
# ## Counting before building
#
# A convolutional layer has several kernels, and each sees all *channels* of its input: with $c$ channels in and $k$ kernels of $h \times w$ it has $k\,(h\,w\,c + 1)$ parameters (one bias per kernel) and gives $k$ channels. *Flatten* writes all pixels of all channels into one row, so that dense layers can take over.
#
# **Task.** A picture of 40 × 40 × 1 goes through: a convolution with 8 kernels of 5 × 5, max pooling 2, a convolution with 16 kernels of 3 × 3, max pooling 2, flatten, and a dense layer of one unit. Give the length of the row after *flatten* and the number of parameters of the whole network, worked out on paper or by building it.

# %% nbgrader={"grade": false, "grade_id": "count", "locked": false, "schema_version": 3, "solution": true, "task": false}
# flat_length, n_parameters: whole numbers
### BEGIN SOLUTION
# 40 -> 36 -> 18 -> 16 -> 8
flat_length = 8 * 8 * 16
n_parameters = 8 * (5 * 5 * 1 + 1) + 16 * (3 * 3 * 8 + 1) + (flat_length + 1)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "count-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from helpers import checks

checks.that(
    checks.number(flat_length, "flat_length") not in (10 * 10 * 16, 10 * 10 * 8),
    "flat_length does not know of the border: a kernel of 5 x 5 makes 36 x 36 pixels of 40 x 40",
)
checks.that(
    checks.number(flat_length, "flat_length") != 8 * 8,
    "flat_length lacks the channels: flatten takes the pixels of all of them",
)
checks.that(
    checks.number(flat_length, "flat_length") <= 40 * 40,
    "flat_length is too long: each of the two poolings halves both sides of the picture",
)
checks.that(
    checks.number(n_parameters, "n_parameters") > checks.number(flat_length, "flat_length"),
    "n_parameters is too small: the dense layer alone has a weight for each entry of the row",
)
### BEGIN HIDDEN TESTS
sides = [40 - 4, (40 - 4) // 2, (40 - 4) // 2 - 2, ((40 - 4) // 2 - 2) // 2]
checks.that(
    checks.number(flat_length, "flat_length") == sides[-1] ** 2 * 16,
    "flat_length is not right: follow the side of the picture, 40, through convolution (minus 4), pooling (half), convolution (minus 2), pooling (half), and count the channels",
)
checks.that(
    checks.number(n_parameters, "n_parameters") == 200 + 8 + 16 * 72 + 16 + sides[-1] ** 2 * 16 + 1,
    "n_parameters is not right: the second convolution's kernels see 8 channels each, every kernel and unit has a bias, pooling and flatten have nothing to learn",
)
### END HIDDEN TESTS

# %% [markdown]
# **Question.** What does a convolutional layer do for a picture of a jet that a dense layer cannot, what is pooling for, and why is there a *flatten*? Name a price that pooling has.

# %% [markdown] nbgrader={"grade": true, "grade_id": "layers-of-a-cnn", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The convolution uses the same few weights everywhere: a prong looks the same wherever it is, so what is learned at one place serves at all others, with far fewer parameters and less over-training than a dense layer, which has a weight of its own for each pixel and unit. Pooling makes the picture smaller and the answer insensitive to shifts by a pixel; later kernels see a larger part of the jet, so that spots can be combined to patterns.
# Flatten turns the picture with its channels into one row of numbers, because a dense layer, which makes the decision, takes a vector. The price: pooling throws away where exactly something was, and angles and masses depend on exactly that.
#
# **Marking scheme.** 1 point: shared weights, the same pattern at any place, fewer parameters. 1 point: pooling shrinks, tolerates shifts or widens the view, and loses position. 1 point: flatten makes the vector that dense layers need.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Your CNN
#
# The pixels are small numbers that add up to one, and most of the light is in few of them. The square root, or a factor of a hundred, brings the faint ones up to where a network can see them; as the first step of the network itself (`keras.layers.Rescaling`, or `keras.ops.sqrt` of the input) they cannot be forgotten later. An operation such as the root does not fit into the list of a `Sequential`; chain the layers instead: `pictures = keras.Input((40, 40, 1))`, `x = keras.ops.sqrt(pictures)`, `x = keras.layers.Conv2D(…)(x)`, …, `network = keras.Model(pictures, x)`.
#
# **Task.** Build and train `network`, a CNN on the pictures as `jets.images` gives them, with at least one convolution, and one sigmoid unit at the end: the probability of a top. Its AUC on the test pictures must exceed **0.96**. `train` below takes any compiled network. Watch the time: an epoch should take a few seconds on an idle laptop (the first is slower); `strides=2` lets the first convolution skip every other pixel and makes it four times faster.

# %% tags=["nbval-ignore-output"]
def train(network, epochs, batch_size=128):
    return network.fit(
        train_images, train_labels,
        validation_data=(validation_images, validation_labels),
        epochs=epochs, batch_size=batch_size, verbose=2,
    ).history  # fmt: skip


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
history = train(network, epochs=6)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "cnn-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
import keras
import numpy as np
from sklearn.metrics import roc_auc_score

from helpers import checks, datasets, jets

given_jets, given_labels = datasets.load_jets("top_tagging/test.h5")
given_images = jets.images(given_jets)
checks.that(
    isinstance(network, keras.Model), f"network should be a keras model, but its type is {type(network).__name__}"
)
outputs = checks.numbers(
    checks.call(
        lambda: network.predict(given_images, batch_size=512, verbose=0),
        says="network could not handle pictures of the shape (n_jets, 40, 40, 1)",
    ),
    "the output of network",
)
checks.that(
    outputs.shape in ((len(given_images),), (len(given_images), 1)),
    f"network should end in one unit, but its output has the shape {outputs.shape}",
)
checks.that(
    outputs.min() >= 0 and outputs.max() <= 1,
    f"the output should be a probability in [0, 1], but it reaches from {outputs.min():.3g} to {outputs.max():.3g}: end in a sigmoid",
)
# The kernels of a convolution over two dimensions, wherever in the network, are a table of four.
checks.that(
    any(len(weights.shape) == 4 for weights in network.trainable_weights),
    "network has no convolution in it that was trained: this notebook asks for a CNN",
)
scores = outputs.ravel().astype(float)
checks.that(
    scores.std() > 1e-3,
    "network gives every picture the same score: are the pixels too faint for it, and did it train?",
)
area = roc_auc_score(given_labels, scores)
checks.that(
    area > 0.5,
    f"network is upside down or not trained (AUC {area:.3f}): its output should be the probability of label 1, the top",
)
# 0.96: the reference solution reaches 0.971 to 0.974 with 20 seeds (make bars), a DNN on the 40 leading constituents
# 0.942, a CNN trained on shuffled labels 0.5.
checks.that(
    area > 0.96,
    f"the AUC on the test pictures is {area:.4f}; it should exceed 0.96: brighten the pixels, add a convolution, train while the validation loss falls",
)
### BEGIN HIDDEN TESTS
some = np.random.default_rng(18).permutation(len(given_images))[:300]
again = checks.numbers(network.predict(given_images[some], batch_size=64, verbose=0), "the output of network")
checks.close(
    again.ravel(),
    scores[some],
    "a picture's score changes with the pictures that are scored with it",
    atol=2e-3,
    rtol=0,
)
checks.that(
    isinstance(history, dict)
    and all(np.size(history.get(key, [])) > 0 for key in ("loss", "val_loss", "accuracy", "val_accuracy")),
    "history should be what train returns, with the accuracy in it: compile with metrics=['accuracy']",
)
### END HIDDEN TESTS

# %%
figures.training_history(history, "your CNN")
plt.show()

# %% [markdown]
# *Figure: loss (left) and accuracy (right) of the CNN against epoch, training and validation. One epoch brings the reference network to a validation loss for which that of the notebook *dnn* needs four; after two or three the validation values stay and only those of training improve.*

# %% [markdown]
# ## What has it learned to look for?

# %%
kernels = next(weights for weights in network.get_weights() if weights.ndim == 4)[:, :, 0]
drawn = min(kernels.shape[-1], 8)
figure, panels = plt.subplots(1, drawn, figsize=(2 * drawn + 1, 2.6), squeeze=False)
for axes, kernel in zip(panels.flat, np.moveaxis(kernels, -1, 0), strict=False):
    shown = axes.imshow(kernel, origin="lower", cmap="RdBu_r", vmin=-0.6, vmax=0.6)
    axes.set(xticks=[], yticks=[], xlabel="pixel, across", ylabel="pixel, along")
panels[0, 0].plot([], [], "s", color=RED, label="positive")
panels[0, 0].legend(loc="upper left", fontsize=8, frameon=True, facecolor="white")
figure.colorbar(shown, ax=panels, label="weight")
plt.show()


# %% [markdown]
# *Figure: the kernels of the first convolution (eight of them, if there are more), red where a weight is positive and blue where it is negative. Nobody told the network which patterns to look for. Some kernels rise from one side to the other, as our edge did, others weigh neighbouring pixels against each other.*

# %% [markdown]
# ## The CNN and the DNN on one ROC curve
#
# For comparison a DNN sees the same jets, not as pixels but as the list of the 40 leading constituents, after the same centring, rotation and flips. (Your own tagger of the notebook *dnn* may be better: it can have the mass.)

# %% tags=["nbval-ignore-output"]
def listed(constituents):
    pt, x, y = jets.centre(constituents[:, :40])
    x, y = jets.flip(pt, *jets.rotate(pt, x, y))
    return np.concatenate([np.log1p(pt) / 2, 3 * x, 3 * y], axis=1).astype("float32")


keras.utils.set_random_seed(SEED)
dnn = keras.Sequential(
    [
        keras.Input((120,)),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
dnn.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
dnn.fit(listed(train_jets), train_labels, epochs=12, batch_size=256, verbose=0)
scores = {
    "CNN": network.predict(test_images, batch_size=512, verbose=0).ravel(),
    "DNN": dnn.predict(listed(test_jets), batch_size=1024, verbose=0).ravel(),
}

# %%
figure, axes = plt.subplots()
for (name, style), color in zip((("CNN", "-"), ("DNN", "--")), ("C0", "C1"), strict=True):
    for kind, label in (("top", 1), ("QCD", 0)):
        axes.hist(
            scores[name][test_labels == label], np.linspace(0, 1, 41), histtype="step", lw=2 if label else 1,
            ls=style, color=color, label=f"{name}, {kind}",
        )  # fmt: skip
axes.set(xlabel="network output", ylabel="test jets / 0.025", xlim=(0, 1), yscale="log", ylim=(1, 20000))
axes.legend(loc="upper center", ncols=2)
plt.show()

# %% [markdown]
# *Figure: the outputs of CNN (full) and DNN (broken) for top jets (thick) and QCD jets (thin) of the test sample, on a logarithmic scale. Both push the classes to the ends.*

# %% tags=["nbval-ignore-output"]
for name, network_scores in scores.items():
    false_positive, true_positive, _ = roc_curve(test_labels, network_scores)
    rejections = [1 / np.interp(efficiency, true_positive, false_positive) for efficiency in (0.3, 0.5)]
    print(
        f"{name}  AUC {roc_auc_score(test_labels, network_scores):.4f}   "
        f"1/eps_B {rejections[0]:5.0f} at 0.3 {rejections[1]:5.0f} at 0.5"
    )

# %%
figure, axes = plt.subplots()
for name, style in (("CNN", "-"), ("DNN", "--")):
    false_positive, true_positive, _ = roc_curve(test_labels, scores[name])
    seen = false_positive > 0
    axes.plot(true_positive[seen], 1 / false_positive[seen], style, label=name)
guess = np.linspace(0.01, 1, 200)
axes.plot(guess, 1 / guess, ":", color="grey", label="guess")
axes.set(xlabel="signal efficiency (TPR)", ylabel="background rejection, 1 / FPR", xlim=(0.1, 1), ylim=(1, 4000))
axes.set_yscale("log")
axes.legend()
plt.show()

# %% [markdown]
# *Figure: background rejection 1/FPR against signal efficiency for CNN and DNN on the same test jets. The CNN lies above the DNN at every efficiency. Below an efficiency of 0.3 the curves move in steps: each step is one QCD jet.*

# %% [markdown]
# **Question.** Which of the two is better here, and by how much at a signal efficiency of 0.3, given how few QCD jets are left there? What does each of them get to know about a jet that the other does not?

# %% [markdown] nbgrader={"grade": true, "grade_id": "cnn-or-dnn", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# <!-- ### BEGIN SOLUTION -->
# The CNN: an AUC of 0.973 against 0.942, and at $\varepsilon_S = 0.3$ a rejection of about 360 against 60. At 360 only 11 of the 4000 QCD jets are left, so that number is uncertain by $1/\sqrt{11} \approx 30\,\%$, and the other, with 65 jets, by 12 %: the difference is larger than both together. (Both are scored on the same jets, which makes the difference known better still.)
# The DNN gets exact positions and transverse momenta, in the order of the momentum, of the 40 leading constituents only; it has to learn for itself what is close to what, and a swap of two constituents moves all columns. The CNN gets positions rounded to 0.04 and no single constituents, but all of them, and it knows from the start that neighbouring pixels belong together and that a pattern is the same wherever it is.
#
# **Marking scheme.** 1 point: a comparison that fits the numbers, with the size of its uncertainty. 1 point: pixels against exact positions, order and number of constituents, prior knowledge (what is near what).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## Going further
#
# How much of the preprocessing does the CNN need? Make the pictures again without rotation and flips (`jets.pixelate(*jets.centre(constituents))`, in chunks, then `jets.normalise`), and train the same network. Then give it the turned pictures in random mirror images instead (`keras.layers.RandomFlip` as its first layer): is it cheaper to remove a symmetry or to learn it? Keep your trained network with
# `network.save("cnn.keras")` for the notebook *challenge*.

# %% [markdown]
# [← Top tagging: DNN](../top_tagging/dnn.ipynb) · [Start](../start.md) · [Top tagging: challenge →](../top_tagging/challenge.ipynb)
