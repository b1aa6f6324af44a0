"""Days, moments and numbers as pages write them (Jinja filters). An absent value prints nothing."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup

from rems.core.clock import day_in, utcnow
from rems.web.days import MONTHS, WEEKDAYS


def _day(value: date) -> date:
    if isinstance(value, datetime):
        raise TypeError("a moment has a day only in a place: use moment(zone)")
    return value


def _month(value: date) -> str:
    return MONTHS[value.month - 1][:3]


def record_day(value: date | None) -> str:
    """27 Nov 2026: a day in a record."""
    return f"{value.day} {_month(value)} {value.year}" if value and _day(value) else ""


def full_day(value: date | None) -> str:
    """Fri 27 Nov 2026."""
    return f"{WEEKDAYS[value.weekday()][:3]} {record_day(value)}" if value else ""


def day(value: date | None, today: date | None = None) -> str:
    """Fri 27 Nov of this year, 27 Nov 2027 of another. `today` says which year this is; else it is that of UTC."""
    if value is None:
        return ""
    this = (today or utcnow().date()).year
    return (
        f"{WEEKDAYS[_day(value).weekday()][:3]} {value.day} {_month(value)}"
        if value.year == this
        else record_day(value)
    )


def long_day(value: date | None) -> str:
    """27 November 2026: a day in a sentence."""
    return f"{_day(value).day} {MONTHS[value.month - 1]} {value.year}" if value else ""


def _local(value: datetime, zone: str) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment must carry its time zone")
    return value.astimezone(ZoneInfo(zone))


def _zone_name(local: datetime) -> str:
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name[:3]}"


def clock_time(value: datetime | None, zone: str = "UTC") -> str:
    """16:20 CET."""
    if value is None:
        return ""
    local = _local(value, zone)
    return f"{local:%H:%M} {_zone_name(local)}"


def moment(value: datetime | None, zone: str = "UTC", today: date | None = None) -> str:
    """Tue 24 Nov, 16:20 CET; with the year when it is not this one."""
    if value is None:
        return ""
    return f"{day(day_in(zone, value), today or day_in(zone, utcnow()))}, {clock_time(value, zone)}"


def exact_moment(value: datetime | None, zone: str = "UTC") -> str:
    """Mon 9 Nov 2026, 16:20:41 CET: a moment in a record or a signature."""
    if value is None:
        return ""
    local = _local(value, zone)
    return f"{full_day(local.date())}, {local:%H:%M:%S} {_zone_name(local)}"


def day_tag(value: date | None, today: date | None = None) -> Markup:
    """The day in a `time` element, so that machines read it too."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), day(value, today)) if value else Markup("")


def moment_tag(value: datetime | None, zone: str = "UTC", today: date | None = None) -> Markup:
    """The moment in a `time` element."""
    if value is None:
        return Markup("")
    stamp = _local(value, zone).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(stamp, moment(value, zone, today))


def number(value: int | float | Decimal | None) -> str:
    """1,204,118; a fraction keeps its own places."""
    return "" if value is None else f"{value:,}"


def percent(value: int | float | Decimal | None, places: int = 1) -> str:
    """98.6 %: the value is a percentage, not a fraction of one."""
    return "" if value is None else f"{value:,.{places}f} %"


def plural(value: int, one: str, many: str = "") -> str:
    """1 dose, 2 doses, 1,204 entries. `many` where the rule of thumb is wrong."""
    return f"{number(value)} {one if value == 1 else many or _many(one)}"


def _many(one: str) -> str:
    if one.endswith("y") and one[-2:-1] not in set("aeiou"):
        return f"{one[:-1]}ies"
    return f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s"


def digest(value: str | bytes | None, groups: int = 4) -> str:
    """3f9a 11c4 70de 5b22: the beginning of a digest, in groups of four that can be read aloud."""
    text = value.hex() if isinstance(value, bytes) else value or ""
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4)[:groups])


FILTERS: dict[str, Any] = {
    f.__name__: f
    for f in (
        day,
        record_day,
        full_day,
        long_day,
        clock_time,
        moment,
        exact_moment,
        day_tag,
        moment_tag,
        number,
        percent,
        plural,
        digest,
    )
}


def init_filters(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
