"""The days that are marked on an axis, and how a day is written there."""

from collections.abc import Iterator
from datetime import date, timedelta


def tick_days(start: date, end: date) -> list[date]:
    """Both ends and what lies between: weeks, half months after seven weeks, then months, quarters, years."""
    span = (end - start).days
    if span <= 49:
        inner = [start + timedelta(days=n) for n in range(7, span, 7)]
    elif span <= 183:
        inner = [day.replace(day=n) for day in _months(start, end) for n in (1, 15)]
    else:
        every = 1 if span <= 731 else 3 if span <= 2200 else 12
        inner = [day for day in _months(start, end) if (day.month - 1) % every == 0]
    return [start, *(day for day in inner if start < day < end), *([end] if end > start else [])]


def _months(start: date, end: date) -> Iterator[date]:
    """The first day of each month from that of the start to that of the end."""
    for number in range(start.year * 12 + start.month - 1, end.year * 12 + end.month):
        yield date(number // 12, number % 12 + 1, 1)


def day_text(day: date, year: int, *, named: bool = False) -> str:
    """`15 Dec`, with its year when that is not `year` or when it is to be `named`."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if named or day.year != year else "")
