"""When something was handed in, as a text says: the one reader of such times, which guesses nothing.

nbgrader's own reader takes a zone that it does not know for UTC, without a word.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST = 100
EARLIEST = datetime(2000, 1, 1)
AHEAD = timedelta(days=1)
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(?: ?(\S+))?", re.ASCII)
OFFSET = re.compile(r"(?:UTC|GMT)?([+-]\d\d):?([0-5]\d)?", re.ASCII)
HOURS_AHEAD = {
    **{"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9},
    **{"NZST": 12, "NZDT": 13, "AEST": 10, "AEDT": 11, "EDT": -4, "MDT": -6, "PDT": -7, "AKDT": -8, "HST": -10},
}
"""Abbreviations that mean one zone only; of EST, CST, IST, BST and others there are several."""
WAY_OUT = "write it as in 2026-07-01 17:30:00 +0200, or with UTC at its end"


def moment(text: bytes) -> datetime:
    """The time that a text names, in UTC, without time zone.

    Raises ValueError, with what to ask or to do, for what is no time at which one can hand in, and for one whose time
    zone is not certain.
    """
    if len(text) > LONGEST:
        raise ValueError(f"{len(text)} bytes")
    said = text.decode().removeprefix("\ufeff").strip()
    found = TIME.fullmatch(said)
    if not (found and said.isprintable()):
        raise ValueError(repr(said))
    date, time, fraction, zone = found.groups()
    when = datetime.fromisoformat(f"{date} {time}.{(fraction or '').ljust(6, '0')}")
    try:
        utc = when - _ahead(when, zone, said)
    except OverflowError:
        raise ValueError(repr(said)) from None
    if not EARLIEST <= utc <= datetime.now(UTC).replace(tzinfo=None) + AHEAD:
        raise ValueError(f"{said} is long ago or in the future")
    return utc


def in_utc(when: datetime) -> str:
    """A time in UTC, without time zone, as nbgrader's reader takes it."""
    return f"{when:%Y-%m-%d %H:%M:%S.%f} UTC"


def _ahead(when: datetime, zone: str | None, said: str) -> timedelta:
    """How far a zone is ahead of UTC."""
    if zone is None:
        raise ValueError(f"{said!r} names no time zone: {WAY_OUT}")
    if zone.upper() in HOURS_AHEAD:
        return timedelta(hours=HOURS_AHEAD[zone.upper()])
    if offset := OFFSET.fullmatch(zone):
        hours, minutes = offset.groups()
        return timezone(timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes or 0}"))).utcoffset(None)
    if "/" in zone:
        try:
            place = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{said!r} names no time zone that is known: {WAY_OUT}") from None
        first, second = (when.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1))
        if first is None or first != second:
            raise ValueError(f"{said!r} is in the hour in which the clocks are changed: {WAY_OUT}")
        return first
    raise ValueError(f"{said!r} names a time zone that is not known for certain: {WAY_OUT}")
