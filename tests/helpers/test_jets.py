import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import datasets, jets

PI = np.pi
# Positions are calculated in double precision from momenta of size 1 to 1000: 1e-16 times a few thousand.
PRECISE = {"rtol": 0, "atol": 1e-12}
# A pixel is a float32 of at most 1, and the sum of up to some dozen of them.
PIXEL = {"rtol": 0, "atol": 1e-6}


def momenta(pt, eta, phi):
    """Massless four-momenta (…, 4) in the order E, PX, PY, PZ."""
    pt, eta, phi = np.broadcast_arrays(pt, eta, phi)
    return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=-1)


def random_jets(n_jets, n_constituents=30, seed=1):
    """pt, η and φ of constituents about η = φ = 0, some beyond the edge of an image, with padding at the end."""
    rng = np.random.default_rng(seed)
    pt = -np.sort(-rng.exponential(20, (n_jets, n_constituents)), axis=1)
    pt[np.arange(n_constituents) >= rng.integers(3, n_constituents + 1, n_jets)[:, np.newaxis]] = 0
    return pt, *rng.laplace(0, 0.2, (2, n_jets, n_constituents))


@pytest.fixture(scope="module")
def pattern():
    return random_jets(200)


# centre


def test_centre_by_hand():
    pt, x, y = jets.centre(momenta([[3, 1]], [[0.5, 0.9]], [[1.0, 1.2]]))
    np.testing.assert_allclose(pt, [[3, 1]], **PRECISE)
    np.testing.assert_allclose(x, [[-0.1, 0.3]], **PRECISE)
    np.testing.assert_allclose(y, [[-0.05, 0.15]], **PRECISE)


@pytest.mark.parametrize("middle", [0, PI / 2, PI, -PI])
def test_a_jet_across_the_seam_of_phi_is_in_one_piece(middle):
    _, _, y = jets.centre(momenta([[1, 1]], 0, [[middle - 0.1, middle + 0.1]]))
    np.testing.assert_allclose(y, [[-0.1, 0.1]], **PRECISE)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 8).flatmap(
        lambda n: st.tuples(
            st.lists(st.floats(0.1, 500), min_size=n, max_size=n),
            st.lists(st.floats(-2.5, 2.5), min_size=n, max_size=n),
            st.lists(st.floats(-0.7, 0.7), min_size=n, max_size=n),
        )
    ),
    st.floats(-PI, PI),
)
def test_the_centre_is_the_mean_weighted_by_transverse_momentum(jet, direction):
    pt, eta, phi = map(np.array, jet)
    found, x, y = jets.centre(momenta(pt, eta, phi + direction)[np.newaxis])
    np.testing.assert_allclose(found[0], pt, rtol=1e-12)
    np.testing.assert_allclose(x[0], eta - np.average(eta, weights=pt), **PRECISE)
    np.testing.assert_allclose(y[0], phi - np.average(phi, weights=pt), **PRECISE)


def test_padding_has_no_position_and_no_effect():
    jet = momenta([[3, 1]], [[0.5, 0.9]], [[1.0, 1.2]])
    padded = np.concatenate([jet[:, :1], np.zeros((1, 4, 4)), jet[:, 1:]], axis=1)
    for found, expected in zip(jets.centre(padded), jets.centre(jet), strict=True):
        np.testing.assert_array_equal(found[:, [0, 5]], expected)
        assert not found[:, 1:5].any()


def test_an_empty_jet_and_a_single_constituent_are_at_the_centre():
    for pt in (0, 7):
        found, x, y = jets.centre(momenta([[pt, 0, 0]], [[1.5, 0, 0]], [[-3.0, 0, 0]]))
        np.testing.assert_allclose(found, [[pt, 0, 0]], **PRECISE)
        assert not x.any() and not y.any()


# rotate


@pytest.mark.parametrize("angle", np.linspace(0, 2 * PI, 13))
def test_two_prongs_come_to_lie_on_the_vertical(angle):
    x, y = np.cos(angle) * np.array([[0.3, -0.1]]), np.sin(angle) * np.array([[0.3, -0.1]])
    x, y = jets.rotate(np.array([[1.0, 3.0]]), x, y)
    np.testing.assert_allclose(x, 0, **PRECISE)
    np.testing.assert_allclose(np.abs(y), [[0.3, 0.1]], **PRECISE)
    assert y[0, 0] * y[0, 1] < 0


def test_a_rotation_keeps_distances_and_handedness_and_puts_the_widest_axis_upright(pattern):
    pt, x, y = jets.centre(momenta(*pattern))
    turned_x, turned_y = jets.rotate(pt, x, y)
    np.testing.assert_allclose(np.hypot(turned_x, turned_y), np.hypot(x, y), **PRECISE)
    cross = turned_x[:, :1] * turned_y - turned_y[:, :1] * turned_x
    np.testing.assert_allclose(cross, x[:, :1] * y - y[:, :1] * x, **PRECISE)
    for weights, across, up in zip(pt, turned_x, turned_y, strict=True):
        covariance = np.cov(across, up, aweights=weights)
        assert abs(covariance[0, 1]) < 1e-12
        assert covariance[1, 1] > covariance[0, 0]


def test_a_jet_without_a_principal_axis_stays_as_it_is():
    x, y = np.array([[0.25, -0.25, 0, 0]]), np.array([[0, 0, 0.25, -0.25]])
    for pt in (np.ones((1, 4)), np.zeros((1, 4))):
        turned = jets.rotate(pt, x, y)
        np.testing.assert_array_equal(turned[0], x)
        np.testing.assert_array_equal(turned[1], y)


# flip


@pytest.mark.parametrize("sign_x", [-1, 1])
@pytest.mark.parametrize("sign_y", [-1, 1])
def test_more_momentum_comes_to_the_right_and_to_the_top(sign_x, sign_y):
    x, y = np.array([[0.2, -0.5, 0.0]]), np.array([[-0.1, 0.4, 0.3]])
    flipped = jets.flip(np.array([[5.0, 4.0, 2.0]]), sign_x * x, sign_y * y)
    np.testing.assert_array_equal(flipped[0], x)  # 5 on the right, 4 on the left
    np.testing.assert_array_equal(flipped[1], y)  # 4 + 2 above, 5 below


def test_equal_halves_are_not_flipped():
    x, y = np.array([[-0.5, 0.2]]), np.array([[-0.1, 0.4]])
    flipped = jets.flip(np.array([[2.0, 2.0]]), x, y)
    np.testing.assert_array_equal(flipped[0], x)
    np.testing.assert_array_equal(flipped[1], y)


# pixelate and normalise


def test_pixels_by_hand():
    pt = np.array([[1.0, 2.0, 4.0, 8.0]])
    x = np.array([[-0.75, 0.25, 0.25, 0.75]])
    y = np.array([[-0.75, 0.25, 0.25, -0.25]])
    expected = np.zeros((1, 4, 4))
    expected[0, 0, 0] = 1  # bottom left
    expected[0, 2, 2] = 6
    expected[0, 1, 3] = 8  # row 1 from below, the column on the right
    np.testing.assert_array_equal(jets.pixelate(pt, x, y, n_pixels=4, half_width=1), expected)


@pytest.mark.parametrize(
    ("position", "pixel"),
    [(-1, 0), (-0.5, 1), (0, 2), (-1e-15, 2), (0.5 - 1e-15, 3), (0.5 - 1e-6, 2), (1 - 1e-6, 3)],
)
def test_the_lower_edge_belongs_to_a_pixel(position, pixel):
    pt, at, middle = np.array([[1.0]]), np.array([[position]]), np.array([[0.25]])
    (column,) = np.flatnonzero(jets.pixelate(pt, at, middle, 4, 1)[0].sum(axis=0))
    (row,) = np.flatnonzero(jets.pixelate(pt, middle, at, 4, 1)[0].sum(axis=1))
    assert (column, row) == (pixel, pixel)


@pytest.mark.parametrize("position", [-1.001, 1, 1.001, 50, -1e9])
def test_what_lies_outside_is_dropped(position):
    pt, at, middle = np.array([[1.0]]), np.array([[position]]), np.array([[0.25]])
    assert not jets.pixelate(pt, at, middle, 4, 1).any()
    assert not jets.pixelate(pt, middle, at, 4, 1).any()


def test_momentum_is_neither_lost_nor_moved_to_another_jet(pattern):
    pt, x, y = pattern
    image = jets.pixelate(pt, x, y)
    inside = (np.abs(x) < 0.8) & (np.abs(y) < 0.8)
    assert 0 < np.count_nonzero(~inside) < inside.size
    np.testing.assert_allclose(image.sum(axis=(1, 2)), (pt * inside).sum(axis=1), rtol=1e-6)
    expected = np.stack([np.histogram2d(y[i], x[i], 40, [[-0.8, 0.8]] * 2, weights=pt[i])[0] for i in range(len(pt))])
    np.testing.assert_allclose(image, expected, rtol=1e-6)


def test_normalised_images_sum_to_one_and_empty_ones_stay_empty():
    image = np.array([[[1.0, 3.0], [0, 4.0]], [[0, 0], [0, 0]]])
    np.testing.assert_array_equal(jets.normalise(image), [[[0.125, 0.375], [0, 0.5]], [[0, 0], [0, 0]]])


# images


def test_images_are_the_steps_one_after_the_other(pattern):
    constituents = momenta(*pattern).astype(np.float32)
    pt, x, y = jets.centre(constituents)
    x, y = jets.rotate(pt, x, y)
    x, y = jets.flip(pt, x, y)
    expected = jets.normalise(jets.pixelate(pt, x, y))
    found = jets.images(constituents)
    assert found.shape == (200, 40, 40, 1)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[..., 0], expected, **PIXEL)
    np.testing.assert_allclose(found.sum(axis=(1, 2, 3)), 1, rtol=1e-6)


def turned(pt, eta, phi):
    """The pattern turned by 0.7 rad about η = φ = 0, which moves its centre as it turns everything else."""
    return pt, np.cos(0.7) * eta - np.sin(0.7) * phi, np.sin(0.7) * eta + np.cos(0.7) * phi


def permuted(pt, eta, phi):
    order = np.random.default_rng(2).permuted(np.tile(np.arange(pt.shape[1]), (len(pt), 1)), axis=1)
    return tuple(np.take_along_axis(values, order, axis=1) for values in (pt, eta, phi))


@pytest.mark.parametrize(
    "change",
    [
        lambda pt, eta, phi: (pt, eta + 1.3, phi),
        lambda pt, eta, phi: (pt, eta, phi + 2.0),
        lambda pt, eta, phi: (pt, eta, phi + PI),
        lambda pt, eta, phi: (pt, -eta, phi),
        lambda pt, eta, phi: (pt, eta, -phi),
        lambda pt, eta, phi: (2.5 * pt, eta, phi),
        turned,
        permuted,
    ],
    ids=[
        "boosted",
        "turned-in-phi",
        "across-the-seam",
        "mirrored-in-eta",
        "mirrored-in-phi",
        "scaled",
        "turned",
        "permuted",
    ],
)
def test_what_does_not_tell_a_top_does_not_alter_the_image(pattern, change):
    np.testing.assert_allclose(jets.images(momenta(*change(*pattern))), jets.images(momenta(*pattern)), **PIXEL)


def test_the_images_are_not_all_alike(pattern):
    image = jets.images(momenta(*pattern))
    assert np.abs(image[1:] - image[:-1]).max(axis=(1, 2, 3)).min() > 0.01


@pytest.mark.parametrize("chunk", [1, 7, 199, 10_000])
def test_neither_the_chunks_nor_the_other_jets_matter(pattern, chunk, monkeypatch):
    constituents = momenta(*pattern)
    expected = jets.images(constituents)
    monkeypatch.setattr(jets, "CHUNK", chunk)
    np.testing.assert_allclose(jets.images(constituents), expected, **PIXEL)
    np.testing.assert_allclose(jets.images(constituents[50:60]), expected[50:60], **PIXEL)


def test_padding_does_not_alter_the_image(pattern):
    constituents = momenta(*pattern)
    wider = np.zeros((200, 75, 4))
    wider[:, 5:65:2] = constituents
    np.testing.assert_allclose(jets.images(wider), jets.images(constituents), **PIXEL)


@pytest.mark.parametrize(("along", "direction"), [([3, 3, 0, 0], 0), ([3, 0, 3, 0], PI / 2)], ids=["x", "y"])
def test_a_constituent_along_one_axis_is_not_padding(along, direction):
    expected = jets.images(momenta([[5, 3]], 0, [[0.7, 1]]))
    assert np.count_nonzero(expected) == 2
    jet = momenta([[5, 3]], 0, [[direction - 0.3, direction]])
    jet[0, 1] = along
    np.testing.assert_allclose(jets.images(jet), expected, **PIXEL)


def test_jets_of_one_and_of_no_constituent():
    constituents = np.concatenate([momenta([[3, 0]], [[1.5, 0]], [[-3.1, 0]]), np.zeros((1, 2, 4))])
    single, empty = jets.images(constituents)[..., 0]
    assert single[20, 20] == single.sum() == 1
    assert not empty.any()
    assert not jets.images(np.zeros((3, 5, 4))).any()
    assert jets.images(np.zeros((0, 5, 4))).shape == (0, 40, 40, 1)


@pytest.mark.parametrize("function", [jets.centre, jets.images])
@pytest.mark.parametrize("shape", [(3, 4), (5, 20, 3), (5, 0, 4), (2, 5, 20, 4)])
def test_another_shape_is_refused(function, shape):
    with pytest.raises(ValueError, match=rf"the shape of the constituents is \({', '.join(map(str, shape))}\)"):
        function(np.zeros(shape))


@pytest.mark.parametrize("function", [jets.centre, jets.images])
@pytest.mark.parametrize("component", [1, 2, 3])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_momentum_that_is_not_finite_is_refused(function, component, value):
    constituents = momenta(*random_jets(10))
    constituents[3, 0, component] = value
    with pytest.raises(ValueError, match="NaN or infinite"):
        function(constituents)


# write_images


@pytest.fixture
def source(pattern, tmp_path):
    with h5py.File(tmp_path / "jets.h5", "w") as file:
        file["constituents"] = momenta(*pattern).astype(np.float32)
        file["is_signal_new"] = (np.arange(200) % 3 == 0).astype(np.int8)
    return tmp_path / "jets.h5"


@pytest.mark.parametrize("chunk", [64, 4096])
def test_written_images_are_the_images(source, chunk, monkeypatch):
    monkeypatch.setattr(jets, "FILE_CHUNK", chunk)
    target = source.with_name("images.h5")
    assert jets.write_images(source, target, constituents=30) == target
    constituents, labels = datasets.load_jets(source, 30)
    with h5py.File(target) as file:
        assert set(file) == {"images", "is_signal_new"}
        assert (file["images"].dtype, file["is_signal_new"].dtype) == (np.float32, np.int8)
        np.testing.assert_allclose(file["images"], jets.images(constituents), **PIXEL)
        np.testing.assert_array_equal(file["is_signal_new"], labels)
    assert sorted(path.name for path in source.parent.iterdir()) == ["images.h5", "jets.h5"]


def test_fewer_constituents_and_a_target_named_by_a_string(source):
    target = jets.write_images(str(source), str(source.with_name("images.h5")), constituents=4)
    constituents, _ = datasets.load_jets(source, 4)
    with h5py.File(target) as file:
        np.testing.assert_allclose(file["images"], jets.images(constituents), **PIXEL)


def test_a_file_that_exists_is_not_overwritten(source):
    before = source.read_bytes()
    with pytest.raises(datasets.DataError, match=r"jets\.h5 exists: remove it, or choose another name"):
        jets.write_images(source, source, constituents=30)
    assert source.read_bytes() == before


def test_a_missing_folder_is_named(source):
    with pytest.raises(datasets.DataError, match=r"images\.h5 cannot be written: there is no folder .*nowhere"):
        jets.write_images(source, source.parent / "nowhere" / "images.h5", constituents=30)


def test_an_interruption_leaves_nothing_behind(source, monkeypatch):
    make = jets.images
    calls = []

    def interrupted(constituents):
        calls.append(len(constituents))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return make(constituents)

    monkeypatch.setattr(jets, "FILE_CHUNK", 64)
    monkeypatch.setattr(jets, "images", interrupted)
    with pytest.raises(KeyboardInterrupt):
        jets.write_images(source, source.with_name("images.h5"), constituents=30)
    assert calls == [64, 64]
    assert list(source.parent.iterdir()) == [source]


def test_jets_without_labels_or_with_fewer_constituents_leave_nothing_behind(source):
    with pytest.raises(datasets.DataError, match="holds 30 constituents"):
        jets.write_images(source, source.with_name("images.h5"))
    with h5py.File(source, "a") as file:
        del file["is_signal_new"]
    with pytest.raises(datasets.DataError, match="no labels"):
        jets.write_images(source, source.with_name("images.h5"), constituents=30)
    assert list(source.parent.iterdir()) == [source]
