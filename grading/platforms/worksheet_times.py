"""The times in Moodle's grading worksheet, such as ``Friday, 6 November 2026, 5:12 PM``."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
    )
    for number, name in enumerate(names.split(), start=1)
}
TIME = re.compile(r"(?:\w+, *)?(\d{1,2})\.? (\w+) (\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))? ?([AaPp][Mm])?")


def in_utc(text: str, zone: ZoneInfo) -> datetime | None:
    """The time in UTC, without time zone; None for what is no time in English or German.

    >>> in_utc("Friday, 6 November 2026, 5:12 PM", ZoneInfo("Europe/Berlin"))
    datetime.datetime(2026, 11, 6, 16, 12)
    >>> in_utc("Freitag, 6. November 2026, 17:12", ZoneInfo("Europe/Berlin"))
    datetime.datetime(2026, 11, 6, 16, 12)
    """
    found = TIME.fullmatch(" ".join(text.split()))
    if not found or found[2].casefold() not in MONTHS:
        return None
    day, hour, minute = int(found[1]), int(found[4]), int(found[5])
    if half := (found[7] or "").lower():
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        local = datetime(int(found[3]), MONTHS[found[2].casefold()], day, hour, minute, int(found[6] or 0), tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(UTC).replace(tzinfo=None)
