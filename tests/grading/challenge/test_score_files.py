"""Files of any kind are read as scores or rejected with the reason; nothing in them is ever run."""

import io
import os
import pickle
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

from grading.challenge.score_files import Rejected, read

N = 40
SCORES = np.linspace(-1, 2, N)


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def npy(array, version=None, **options) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), version, **options)
    return stream.getvalue()


def with_header(text: str, data: bytes = b"", version=1, length=None) -> bytes:
    """A .npy file with any header text."""
    header = text.encode("latin-1")
    length = len(header) if length is None else length
    size = struct.pack("<H", length) if version == 1 else struct.pack("<I", length)
    return b"\x93NUMPY" + bytes([version, 0]) + size + header + data


def header(descr="'<f4'", shape=f"({N},)", fortran="False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n"


DATA = SCORES.astype("<f4").tobytes()

GOOD = {
    "float16": npy(SCORES.astype("<f2")),
    "float32": npy(SCORES.astype("<f4")),
    "float64": npy(SCORES.astype("<f8")),
    "big-endian float16": npy(SCORES.astype(">f2")),
    "big-endian float32": npy(SCORES.astype(">f4")),
    "big-endian float64": npy(SCORES.astype(">f8")),
    "version 2": npy(SCORES.astype("<f4"), (2, 0)),
    "Fortran order, which one dimension has too": with_header(header(fortran="True"), DATA),
    "written by Python 2": with_header(header(shape=f"({N}L,)"), DATA),
    "a header without padding": with_header(header(), DATA),
}

BAD = {
    "empty": (b"", "is empty"),
    "text": (b"0.1\n0.2\n" * N, "has no header"),
    "zip archive": (b"PK\x03\x04" + bytes(100), "is a zip archive"),
    "HDF5 file": (b"\x89HDF\r\n\x1a\n" + bytes(100), "is an HDF5 file"),
    "magic alone": (b"\x93NUMPY", "has no header"),
    "unknown version": (b"\x93NUMPY\x09\x00" + bytes(100), "has no header"),
    "header longer than the file": (with_header(header(), version=2, length=2**32 - 1), "has no header"),
    "header that is too long": (with_header(header() + " " * 600, DATA), "bytes; scores of all|has no header"),
    "deeply nested header": (with_header("(" * 450, DATA[:-40]), "has no header"),
    "nested dictionaries": (with_header("{1:" * 120 + "0" + "}" * 120, DATA[:-100]), "has no header"),
    "a call in the header": (with_header("__import__('os').abort()", DATA), "has no header"),
    "huge number in the header": (with_header(header(shape=f"({'9' * 300},)")), "says that it holds 999"),
    "binary header": (with_header("\xff\x00\xfe" * 20, DATA), "has no header"),
    "no dictionary": (with_header("[1, 2, 3]", DATA), "has no header"),
    "missing key": (with_header("{'descr': '<f4', 'shape': (40,)}", DATA), "has no header"),
    "unknown type": (with_header(header(descr="'<f9'"), DATA), "has no header"),
    "one score missing": (npy(SCORES[:-1].astype("<f4")), "says that it holds 39 scores, but there are 40"),
    "one score too many": (npy(np.append(SCORES, 0).astype("<f4")), "says that it holds 41 scores"),
    "negative length": (with_header(header(shape="(-1,)"), DATA), "says that it holds -1 scores"),
    "no dimension": (npy(np.float32(0.5)), "0 dimensions"),
    "two dimensions": (npy(SCORES[:, np.newaxis].astype("<f4")), "2 dimensions"),
    "1000 dimensions": (with_header(header(shape="(" + "1," * 150 + ")")), "150 dimensions"),
    "cut short": (npy(SCORES.astype("<f4"))[:-1], "has 159 bytes of scores instead of 160"),
    "trailing bytes": (npy(SCORES.astype("<f4")) + b"x", "has 161 bytes of scores instead of 160"),
    "10 GB announced": (with_header(header(shape="(2500000000,)")), "says that it holds 2500000000 scores"),
    "whole numbers": (npy(np.arange(N)), "holds int64, but float32"),
    "truth values": (npy(SCORES > 0), "holds bool"),
    "complex numbers": (npy(SCORES.astype("<c8")), "holds complex64"),
    "long doubles": (with_header(header(descr="'<f16'"), bytes(480)), "holds float128|holds longdouble|has no header"),
    "strings": (npy(np.array(["top"] * N)), "holds str"),
    "table": (with_header(header(descr="[('a', '<f4')]"), DATA), "holds a table"),
    "sub-arrays": (with_header(header(descr="('<f4', (40,))", shape="(1,)"), DATA), "holds a table"),
    "nan": (npy(np.where(SCORES > 1.9, np.nan, SCORES)), "holds 2 scores that are not finite"),
    "infinity": (npy(np.where(SCORES > 1.9, -np.inf, SCORES)), "holds 2 scores that are not finite"),
    "constant": (npy(np.full(N, 0.25)), r"holds the score 0\.25 for every jet"),
}


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "quarks_dnn.npy"


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_scores_are_read(path, content):
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = read(path, N)
    assert (scores.dtype, scores.shape) == (np.dtype(float), (N,))
    np.testing.assert_allclose(scores, SCORES, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD)
def test_anything_else_is_rejected(path, content, reason):
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Rejected, match=reason) as rejected:
            read(path, N)
    assert "\n" not in str(rejected.value)
    assert len(str(rejected.value)) < 500


@pytest.mark.parametrize("how", ["pickle", "pickle of an old protocol", "array of objects", "archive of objects"])
def test_nothing_is_unpickled(path, tmp_path, how):
    payload = Payload(tmp_path / "executed")
    content = {
        "pickle": lambda: pickle.dumps(payload),
        "pickle of an old protocol": lambda: pickle.dumps(payload, protocol=0),
        "array of objects": lambda: npy(np.array([payload] * N, dtype=object)),
        "archive of objects": lambda: archive(payload),
    }[how]()
    path.write_bytes(content)
    with pytest.raises(Rejected, match=r"never|has no header|zip"):
        read(path, 10_000)
    assert not (tmp_path / "executed").exists()
    if how != "archive of objects":
        # The payload works: this is what opening such a file without care does.
        np.load(path, allow_pickle=True)
        assert (tmp_path / "executed").exists()


def archive(payload) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, scores=np.array([payload], dtype=object))
    return stream.getvalue()


@pytest.mark.parametrize("n_scores", [N // 2, N + 1, 500 * N])
def test_a_file_of_another_round_is_called_so(path, n_scores):
    np.save(path, np.random.default_rng(1).random(n_scores))
    with pytest.raises(Rejected, match="of another round"):
        read(path, N)


def test_a_huge_file_is_not_read(path, monkeypatch):
    with path.open("wb") as file:
        file.write(with_header(header(shape="(2500000000,)")))
        file.truncate(10**10)
    monkeypatch.setattr(os, "open", lambda *_, **__: pytest.fail("the file was opened"))
    with pytest.raises(Rejected, match="has 10000000000 bytes; scores of all jets take at most"):
        read(path, N)


@pytest.mark.parametrize("target", ["whole.npy", "missing.npy", ".", "quarks_dnn.npy", "/dev/zero"])
def test_links_are_not_followed(path, target):
    (path.parent / "whole.npy").write_bytes(GOOD["float32"])
    path.symlink_to(target)
    with pytest.raises(Rejected, match="is a link, and links are not followed"):
        read(path, N)


def test_a_folder_is_not_opened(path):
    path.mkdir()
    with pytest.raises(Rejected, match="is a folder"):
        read(path, N)


def test_an_unreadable_file_is_told(path, monkeypatch):
    path.write_bytes(GOOD["float32"])

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Rejected, match="cannot be read: Permission denied"):
        read(path, N)
    with pytest.raises(Rejected, match="cannot be read: No such file"):
        read(path.parent / "nothing.npy", N)
