"""Days and moments as people write them; pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTHS = ("January", "February", "March", "April", "May", "June", "July",
          "August", "September", "October", "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBER_OF = {name[:n].lower(): i for i, name in enumerate(MONTHS, 1) for n in (3, len(name))} | {"sept": 9}

ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
WORDS = re.compile(r"(?:[A-Za-z]{3,9},? +)?([0-9]{1,2})\.? +([A-Za-z]{3,9})\.?,? +([0-9]{4})")
CLOCK = re.compile(r"(.+?)(?:,? +|T)([0-9]{1,2}):([0-9]{2})(?: +([A-Z]{1,5}|[+-][0-9]{2}))?")
WRITE_A_DAY = "write it like 24 Nov 2026 or 2026-11-24"
WRITE_A_MOMENT = "write it like 24 Nov 2026 16:20 or 2026-11-24 16:20"
FIRST, LAST = 1880, 2200


def read_day(text: str) -> date | None:
    """The day in `24 Nov 2026`, `Tue 24 November 2026` or `2026-11-24`; None for anything else, `24/11` included."""
    text = text.strip()
    if found := ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := WORDS.fullmatch(text):
        year, month, day = int(found[3]), NUMBER_OF.get(found[2].lower(), 0), int(found[1])
    else:
        return None
    try:
        return date(year, month, day) if FIRST <= year <= LAST else None
    except ValueError:
        return None


def read_moment(text: str, zone: str) -> datetime:
    """The moment (UTC) of a day and a time on the clocks of `zone` (IANA name).

    A time that happened twice (clocks set back) needs its short zone name, `01:30 CST`; one that never was is refused.
    Raises ValueError with what is wrong and how to write it.
    """
    found = CLOCK.fullmatch(text.strip())
    day = read_day(found[1]) if found else None
    if found is None or day is None or int(found[2]) > 23 or int(found[3]) > 59:
        raise ValueError(f'"{text.strip()}" is no day with a time; {WRITE_A_MOMENT}')
    place, name = ZoneInfo(zone), found[4]
    local = datetime.combine(day, time(int(found[2]), int(found[3])))
    readings = [local.replace(tzinfo=place, fold=fold) for fold in (0, 1)]
    shown = f"{local:%H:%M} on {day.day} {MONTHS[day.month - 1]} {day.year}"
    if readings[0].astimezone(UTC).astimezone(place).replace(tzinfo=None) != local:
        raise ValueError(
            f"{shown} never happened in {zone}: the clocks were set forward; write a time before or after the gap"
        )
    names = [reading.tzname() or "" for reading in readings]
    if name and name not in names:
        raise ValueError(f'"{name}" is not the time in {zone} on that day; leave it out or write {names[0]}')
    if readings[0].utcoffset() != readings[1].utcoffset() and not name:
        raise ValueError(
            f"{shown} happened twice in {zone}: the clocks were set back; add {names[0]} (the first) or {names[1]}"
        )
    return readings[names.index(name) if name else 0].astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The first moment (UTC) after that day of a place."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
