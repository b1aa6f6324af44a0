"""The figures of a scorecard: how long a task is open, how late events are reported, how long the stock lasts. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

AGES = ((7, "7 days or less"), (30, "8 to 30 days"), (90, "31 to 90 days"))
OLDEST = "more than 90 days"
MOST_DAYS_LOOKED_AT = 60


def open_since(
    codes: Collection[str], open_on: Callable[[date], Collection[str]], days: Sequence[date], *, on: date
) -> dict[str, date]:
    """From which day on each task that is open on a day has been open without a break.

    `open_on` says what was open on an earlier day; `days` are those on which anything may have changed. At most
    sixty of them are looked at, the newest first: what was open on all of these is open since the earliest.
    """
    since = dict.fromkeys(codes, on)
    going_on = set(codes)
    earlier = sorted({day for day in days if day < on}, reverse=True)[:MOST_DAYS_LOOKED_AT]
    for day in earlier:
        if not going_on:
            break
        going_on &= set(open_on(day))
        since |= dict.fromkeys(going_on, day)
    return since


def by_age(since: Mapping[str, date], *, on: date) -> dict[str, int]:
    """How many tasks are of each age, in words, the youngest first."""
    found = dict.fromkeys([words for _, words in AGES] + [OLDEST], 0)
    for day in since.values():
        age = (on - day).days
        found[next((words for most, words in AGES if age <= most), OLDEST)] += 1
    return found


@dataclass(frozen=True)
class Delays:
    """Days from the beginning of an event to its report, over some reports; None of both without one."""

    reports: int
    median: float | None
    worst: int | None

    @property
    def words(self) -> str:
        """The median: `2.5 days`, `no report`."""
        if self.median is None or self.worst is None:
            return "no report"
        middle = int(self.median) if self.median == int(self.median) else self.median
        return f"{middle} {'day' if middle == 1 else 'days'}"


def delays(pairs: Sequence[tuple[date, date]]) -> Delays:
    """Of pairs of the day an event began and the day the company had its report."""
    days = [(reported - began).days for began, reported in pairs]
    return Delays(len(days), float(median(days)) if days else None, max(days, default=None))


@dataclass(frozen=True)
class Stock:
    """Doses on hand and asked for, and the first day on which too few are left as lots expire; None within a year."""

    doses: int
    asked: int
    short_on: date | None

    def days(self, on: date) -> int | None:
        """How many days from then on there are enough; None where none is asked, or there are for a year."""
        return None if not self.asked or self.short_on is None else (self.short_on - on).days

    def state(self, on: date, *, soon_days: int = 30) -> str:
        """The state of a tag."""
        left = self.days(on)
        if not self.asked:
            return "off"
        return "met" if left is None or left > soon_days else "late" if left <= 0 else "soon"

    def words(self, on: date) -> str:
        """`212 days`, `too few today`, `not asked`."""
        left = self.days(on)
        if not self.asked:
            return "not asked"
        if left is None:
            return "a year or more"
        return "too few" if left <= 0 else f"{left} {'day' if left == 1 else 'days'}"


@dataclass(frozen=True)
class People:
    """People of whom training is asked, and how many of them lack some of it."""

    asked: int
    with_gap: int


@dataclass(frozen=True)
class Compliance:
    """Findings of audits that are open, by severity; corrective and preventive actions, open and late of them."""

    findings: Mapping[str, int]
    actions_open: int
    actions_late: int

    @property
    def open_findings(self) -> int:
        return sum(self.findings.values())

    @property
    def critical(self) -> int:
        return self.findings.get("critical", 0)

    @property
    def words(self) -> str:
        """`1 critical, 2 minor`; empty without one."""
        return ", ".join(f"{number} {severity}" for severity, number in self.findings.items() if number)
