"""One reader of times: what it is certain of it reads, and nothing else."""

from datetime import datetime

import pytest
from nbgrader.utils import parse_utc

from grading.cells.times import in_utc, moment

NOON = {
    "2026-07-01 12:00:00.000000 UTC",
    "2026-07-01 12:00:00 GMT\n",
    "2026-07-01T12:00:00Z",
    "2026-07-01T14:00:00+02:00",
    "2026-07-01 14:00:00 +0200",
    "2026-07-01 05:00:00 -07",
    "2026-07-01 17:30:00 UTC+05:30",
    "2026-07-01 09:30:00 -0230",
    "2026-07-01 14:00:00 CEST",
    "2026-07-01 13:00:00 CET",
    "2026-07-01 08:00:00 EDT",
    "2026-07-01 05:00:00 pdt",
    "2026-07-01 14:00:00 Europe/Berlin",
    "2026-07-01 21:00:00 Asia/Tokyo",
    "\ufeff2026-07-01 12:00:00 UTC",
}
ASKED = {
    "2026-07-01 12:00:00": "names no time zone",
    "2026-07-01T12:00:00": "names no time zone",
    "2026-07-01 12:00:00 EST": "not known for certain",
    "2026-07-01 12:00:00 IST": "not known for certain",
    "2026-07-01 12:00:00 BST": "not known for certain",
    "2026-07-01 12:00:00 Europe/Atlantis": "no time zone that is known",
    "2026-07-01 12:00:00 ../etc/passwd": "no time zone that is known",
    "2025-10-26 02:30:00 Europe/Berlin": "the clocks are changed",
    "2026-03-29 02:30:00 Europe/Berlin": "the clocks are changed",
}
NONE = ("", "monday", "2026-07-01", "0001-01-01 00:00:00 +1400", "2026-13-01 00:00:00 UTC", "1999-12-31 23:59:59 UTC")
NONE += ("9999-12-31 23:00:00 UTC", "2026-07-01 12:00:00 \x1b[2J", "2" * 101, "\u0662026-07-01 12:00:00 UTC")


@pytest.mark.parametrize("text", sorted(NOON))
def test_a_time_with_a_zone_is_read(text):
    assert moment(text.encode()) == datetime(2026, 7, 1, 12)


def test_fractions_of_a_second_are_kept():
    when = datetime(2026, 7, 1, 12, 0, 0, 250_000)
    assert moment(b"2026-07-01 12:00:00.25 UTC") == moment(b"2026-07-01 12:00:00.2500000001 UTC") == when
    assert parse_utc(in_utc(when)) == when


@pytest.mark.parametrize("text", ASKED)
def test_what_is_not_certain_is_asked(text):
    with pytest.raises(ValueError, match=ASKED[text]) as asked:
        moment(text.encode())
    assert "+0200" in str(asked.value)


@pytest.mark.parametrize("text", NONE, ids=ascii)
def test_what_is_no_time_is_none(text):
    with pytest.raises(ValueError):
        moment(text.encode())
    with pytest.raises(ValueError):
        moment(b"\xff\xfe2026")
