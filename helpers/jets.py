"""Jet images: from constituents to 40 × 40 pixels, one documented step a function, for all jets at once.

A jet's direction and its orientation about its own axis do not tell a top from a QCD jet, so they are taken out before
a network sees the image. The steps follow S. Macaluso and D. Shih, arXiv:1803.00107: the constituents are centred,
rotated and flipped before they are put into pixels, which keeps their full resolution. G. Kasieczka et al.,
arXiv:1701.08784, turn the image by its hardest and second hardest maximum instead of its principal axis.

Arrays are jets first: transverse momenta and positions have shape (n_jets, n_constituents), and a constituent of
transverse momentum 0 is padding, whose position is 0 and has no effect.
"""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from helpers import jet_files
from helpers.data_files import DataError
from helpers.files import replacing

N_PIXELS = 40
HALF_WIDTH = 0.8  # the radius of the jets: less than 0.01 % of their transverse momentum lies outside; pixels of 0.04
ROUNDING = 1e-9  # of a pixel: what rounding puts just below an edge counts as on it
TINY = 1e-9  # GeV
CHUNK = 512
FILE_CHUNK = 4096


def centre(constituents: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Transverse momenta in GeV and positions about the jet's centre, pt, Δη and Δφ, each (n_jets, n_constituents).

    constituents: (n_jets, n_constituents, 4) in the order E, PX, PY, PZ, in GeV; the energies are not used.

    The centre is the mean of η and φ weighted by transverse momentum. φ is taken about the direction of the jet's
    summed momentum, so that a jet at φ = ±π is in one piece.
    Raises ValueError for another shape, or if a value is not finite.
    """
    px, py, pz = (component.astype(np.float64) for component in np.moveaxis(_checked(constituents)[..., 1:], -1, 0))
    pt = np.sqrt(px * px + py * py)
    padding = pt == 0
    eta = np.arcsinh(pz / np.maximum(pt, TINY))
    jet_px, jet_py = px.sum(axis=1, keepdims=True), py.sum(axis=1, keepdims=True)
    phi = np.arctan2(jet_px * py - jet_py * px, jet_px * px + jet_py * py)
    total = pt.sum(axis=1)
    weights = pt / np.where(total > 0, total, 1)[:, np.newaxis]
    for position in (eta, phi):
        mean = np.vecdot(weights, position)
        if not np.isfinite(mean).all():
            raise ValueError(
                "a momentum is NaN or infinite; see np.isfinite(constituents).all(axis=(1, 2)) for the jets"
            )
        position -= mean[:, np.newaxis]
        position[padding] = 0
    return pt, eta, phi


def rotate(pt: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions turned about the centre so that each jet's principal axis, along which it is widest, is vertical (y).

    The axis is that of the covariance of the positions, weighted by transverse momentum. A jet that has none, with one
    constituent or as wide in every direction, is left as it is.
    """
    difference = np.vecdot(pt, x * x - y * y)
    mixed = np.vecdot(pt, 2 * x * y)
    has_axis = (difference != 0) | (mixed != 0)
    angle = np.where(has_axis, (np.pi - np.arctan2(mixed, difference)) / 2, 0)[:, np.newaxis]
    cosine, sine = np.cos(angle), np.sin(angle)
    return cosine * x - sine * y, sine * x + cosine * y


def flip(pt: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions mirrored so that the right half (x > 0) and the upper half (y > 0) hold more transverse momentum.

    Where both halves hold the same, nothing is mirrored.

    >>> pt, x, y = np.array([[30.0, 10.0]]), np.array([[-0.2, 0.6]]), np.array([[0.1, -0.3]])
    >>> flip(pt, x, y)  # most of the transverse momentum is on the left, and in the upper half
    (array([[ 0.2, -0.6]]), array([[ 0.1, -0.3]]))
    """
    x, y = (v * np.where(np.vecdot(pt, np.sign(v)) < 0, -1.0, 1.0)[:, np.newaxis] for v in (x, y))
    return x, y


def pixelate(
    pt: np.ndarray, x: np.ndarray, y: np.ndarray, n_pixels: int = N_PIXELS, half_width: float = HALF_WIDTH
) -> np.ndarray:
    """Images (n_jets, n_pixels, n_pixels), float32, of the transverse momentum in each pixel, in GeV.

    An image spans -half_width to half_width in x and y. Its rows rise with y and its columns with x, so draw it with
    ``imshow(image, origin="lower")``. A pixel's lower edge belongs to it, its upper edge to the next pixel, and what
    lies outside the image is dropped.
    """
    jet, pixel, weight = _hits(pt, x, y, n_pixels, half_width)
    images = np.zeros((len(pt), n_pixels, n_pixels), np.float32)
    np.add.at(images.reshape(-1), jet * n_pixels**2 + pixel, weight.astype(np.float32))
    return images


def normalise(images: np.ndarray) -> np.ndarray:
    """Images divided by the sum of their pixels, which is 1 afterwards; an empty image stays empty."""
    total = images.sum(axis=(1, 2), keepdims=True)
    return images / np.where(total > 0, total, 1)


def images(constituents: np.ndarray) -> np.ndarray:
    """Jet images (n_jets, 40, 40, 1), float32, after all steps; for the constituents and the errors see ``centre``.

    Beyond the result, memory is needed for ``CHUNK`` jets at a time. These have about as many constituents each, so
    that little time goes into padding. They are normalised before they are pixelated: the same, in fewer steps.
    """
    constituents = _checked(constituents)
    result = np.zeros((len(constituents), N_PIXELS, N_PIXELS, 1), np.float32)
    pixels = result.reshape(-1)
    lengths = _lengths(constituents)
    order = np.argsort(lengths)
    for first in range(0, len(order), CHUNK):
        jets = order[first : first + CHUNK]
        pt, x, y = centre(constituents[jets, : lengths[jets[-1]]])
        x, y = rotate(pt, x, y)
        x, y = flip(pt, x, y)
        jet, pixel, weight = _hits(pt, x, y, N_PIXELS, HALF_WIDTH)
        weight /= np.bincount(jet, weight)[jet]
        np.add.at(pixels, jets[jet] * N_PIXELS**2 + pixel, weight.astype(np.float32))
    return result


def write_images(source: str | Path, target: str | Path, constituents: int = 200) -> Path:
    """Write the images and labels of all jets of a file to a new HDF5 file, and return its path.

    source: shipped name or path, as for ``datasets.load_jets``; constituents: how many of each jet to draw.
    target: file that will hold ``images`` (n_jets, 40, 40, 1), float32, and ``is_signal_new`` (n_jets,), int8. It is
    written under another name, ``FILE_CHUNK`` jets at a time, and gets its own when it is complete.
    Raises DataError if the target exists or its folder does not, and for the source as ``datasets.load_jets`` does.
    """
    import h5py

    target = Path(target).expanduser()
    if target.exists():
        raise DataError(f"{target} exists: remove it, or choose another name for the images")
    if not target.parent.is_dir():
        raise DataError(f"{target} cannot be written: there is no folder {target.parent}")
    n_jets = jet_files.count_jets(source)
    with (
        replacing(target) as part,
        h5py.File(part, "w") as file,
        tqdm(total=n_jets, unit=" jets", desc=target.name) as progress,
    ):
        image = (N_PIXELS, N_PIXELS, 1)
        pixels = file.create_dataset(
            "images",
            (n_jets, *image),
            "f4",
            maxshape=(None, *image),
            chunks=(64, *image),
            compression="gzip",
            compression_opts=1,
        )
        signal = file.create_dataset("is_signal_new", (n_jets,), "i1")
        for start in range(0, n_jets, FILE_CHUNK):
            rows = slice(start, min(start + FILE_CHUNK, n_jets))
            momenta, signal[rows] = jet_files.load_jets(source, constituents, rows.start, rows.stop)
            pixels[rows] = images(momenta)
            progress.update(len(momenta))
    return target


def _hits(
    pt: np.ndarray, x: np.ndarray, y: np.ndarray, n_pixels: int, half_width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scale = n_pixels / (2 * half_width)
    column, row = ((v + half_width) * scale + ROUNDING for v in (x, y))
    inside = (pt > 0) & (np.minimum(column, row) >= 0) & (np.maximum(column, row) < n_pixels)
    jet = np.repeat(np.arange(len(pt)), np.count_nonzero(inside, axis=1))
    pixel = row[inside].astype(np.intp) * n_pixels + column[inside].astype(np.intp)
    return jet, pixel, pt[inside]


def _lengths(constituents: np.ndarray) -> np.ndarray:
    lengths = np.empty(len(constituents), np.intp)
    for first in range(0, len(lengths), CHUNK):
        chunk = slice(first, first + CHUNK)
        real = (constituents[chunk, :, 1] != 0) | (constituents[chunk, :, 2] != 0)
        lengths[chunk] = real.shape[1] - real[:, ::-1].argmax(axis=1)
    return lengths


def _checked(constituents: np.ndarray) -> np.ndarray:
    constituents = np.asarray(constituents)
    if constituents.ndim != 3 or constituents.shape[1] == 0 or constituents.shape[2] != 4:
        raise ValueError(
            f"the shape of the constituents is {constituents.shape}, but (jets, constituents, 4) is expected"
        )
    return constituents
