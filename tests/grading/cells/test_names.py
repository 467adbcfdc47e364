"""Names are read from cells as IPython reads these, in a time that a student cannot choose."""

import time

import pytest

from grading.cells.names import LONGEST, bound, mentioned, parsed


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("%matplotlib inline\nx = 1", {"x"}),
        ("x = %sql select\ny = !ls\nz, w = 1, 2", {"x", "y", "z", "w"}),
        ("x = 1\nx?\n?x\nx??\ny = 2", {"x", "y"}),
        ("if True:\n    %time f()\n    x = 1", {"x"}),
        ("  x = 1\n  y = 2", {"x", "y"}),
        (">>> x = 1\n>>> y = 2", {"x", "y"}),
        ("x = (7\n  % 2)\ny = 1", {"x", "y"}),
        ("x = '''\n%time\n'''\n%time f()", {"x"}),
        ("%%bash\nx = 1", set()),
        ("%%time\nx = 1", set()),
        ("x = = 1", set()),
    ],
)
def test_names_beside_magics(source, names):
    assert bound(parsed(source)) == names


def test_what_follows_a_line_that_looks_like_a_magic_is_mentioned():
    assert mentioned(parsed("!ls\nx = (a\n  % b)")) == {"x", "a", "b"}


@pytest.mark.parametrize(
    "source",
    [
        "%time x = 1\n" * 4000,
        "x = %time 1\n" * 4000,
        "!ls\n" * 12_000,
        "x?\n" * 16_000,
        " " * LONGEST,
        "\t=" * (LONGEST // 2),
        "%" * LONGEST,
        "?" * LONGEST,
        "\n" * LONGEST,
        "a = \\\n" * 8_000,
        "(" * LONGEST,
        "x = 1;" * 10 * LONGEST,
        ">>> " * (LONGEST // 4),
    ],
    ids=lambda source: source[:9].encode("unicode_escape").decode(),
)
def test_no_cell_takes_long_to_read(source):
    start = time.process_time()
    parsed.__wrapped__(source)
    assert time.process_time() - start < 5
