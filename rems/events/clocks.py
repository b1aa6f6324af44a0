"""The legal clocks of a case: which run, why, and the day on which each ends. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from rems.programs.rules import Confidence, Party, Program, Quantity, ReportingClock, Start, Unit

UNTIL_ASSESSED = "runs until expectedness is assessed"
SHOWN_LATE_DAYS = 30
"""How long a clock that ended is shown as late. What was sent is not kept, so an older one is only called ended."""

Row: TypeAlias = tuple[str, str, str]
"""One row of a worked sum: the sign, the amount, and what it is. A row with `=` is a total."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHY: Mapping[tuple[str, bool], str] = {
    ("serious", True): "it is serious",
    ("serious", False): "it is not serious",
    ("expected", True): "it is expected",
    ("expected", False): "it is not expected",
    ("domestic", True): "it happened in the jurisdiction of the program",
    ("domestic", False): "it happened outside the jurisdiction of the program",
    ("crs_or_neurotoxicity", True): "it is CRS or neurotoxicity",
    ("crs_or_neurotoxicity", False): "it is neither CRS nor neurotoxicity",
    ("fatal_or_life_threatening", True): "it is fatal or life-threatening",
    ("fatal_or_life_threatening", False): "it is neither fatal nor life-threatening",
}


@dataclass(frozen=True)
class CaseFacts:
    """What clocks depend on. `expected` None: not assessed. `domestic`: it happened in the program's jurisdiction."""

    serious: bool
    expected: bool | None
    domestic: bool
    crs_or_neurotoxicity: bool
    fatal_or_life_threatening: bool = False


@dataclass(frozen=True)
class Deadline:
    """A clock that runs for a case. `due_on` None: no day can be named, and `arithmetic` says why."""

    code: str
    due_on: date | None
    cite: str
    what: str
    who: Party
    limit: Quantity | None
    why: str
    condition: str
    confidence: Confidence
    destination: str
    arithmetic: tuple[Row, ...]

    def days_left(self, on: date) -> int | None:
        """Days from `on` to the due day: 0 on the day itself, below 0 when late, None where there is no due day."""
        return None if self.due_on is None else (self.due_on - on).days

    def is_open(self, on: date) -> bool:
        """Whether it has a due day that lies ahead, or behind by no more than `SHOWN_LATE_DAYS`."""
        left = self.days_left(on)
        return left is not None and left >= -SHOWN_LATE_DAYS

    def worked(self, on: date, *, called: str = "today") -> tuple[Row, ...]:
        """The sum to the due day and, while the clock is open, on to the days that are left on a day."""
        left = self.days_left(on)
        if left is None or not self.is_open(on):
            return self.arithmetic
        rest = f"{abs(left)} day" if abs(left) == 1 else f"{abs(left)} days"
        return (*self.arithmetic, ("−", written(on), called), ("=", rest, "left" if left >= 0 else "late"))


def deadlines(
    facts: CaseFacts, program: Program, *, day_zero: date, is_working_day: Callable[[date], bool] | None = None
) -> tuple[Deadline, ...]:
    """Every clock of the program that runs for these facts, soonest first; those without a due day stand last.

    Day zero is the calendar day on which anyone of the company first had a valid case; day 1 is the next. Weekends and
    holidays count, so due = day zero + N (21 CFR 600.80(c)(1)(i): 15 calendar days; Dir. 2001/83/EC Art. 107(3)).
    While expectedness is not assessed, a clock for the unexpected runs, marked so. A clock that had ended before day
    zero does not run; one that counts from a period or an anniversary never starts from a case. `is_working_day` says
    which days count where a limit is in working days.
    """
    running = [
        _deadline(clock, facts, day_zero, is_working_day)
        for clock in program.clocks
        if clock.start is Start.DAY_ZERO
        and (clock.effective_to is None or clock.effective_to >= day_zero)
        and _runs(clock, facts)
    ]
    return tuple(sorted(running, key=lambda d: (d.due_on is None, d.due_on or day_zero, d.code)))


def first_open(found: tuple[Deadline, ...], on: date) -> Deadline | None:
    """The clock that runs out first of those that are open on a day."""
    return next((d for d in found if d.is_open(on)), None)


def written(day: date) -> str:
    """Fri 27 Nov 2026, whatever the locale."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _runs(clock: ReportingClock, facts: CaseFacts) -> bool:
    """Not assessed counts as unexpected: the stricter reading, and the one that can be taken back."""
    holds = {
        "serious": facts.serious,
        "expected": facts.expected is True,
        "domestic": facts.domestic,
        "crs_or_neurotoxicity": facts.crs_or_neurotoxicity,
        "fatal_or_life_threatening": facts.fatal_or_life_threatening,
    }
    return all(holds[name] == asked for name, asked in clock.when.items())


def _why(clock: ReportingClock, facts: CaseFacts) -> str:
    """Runs because it is serious and it is not expected."""
    reasons = [
        "its expectedness is not assessed" if name == "expected" and facts.expected is None else _WHY[name, asked]
        for name, asked in clock.when.items()
    ]
    return f"Runs because {' and '.join(reasons)}." if reasons else "Runs for every case."


def _deadline(
    clock: ReportingClock, facts: CaseFacts, day_zero: date, is_working_day: Callable[[date], bool] | None
) -> Deadline:
    due_on = clock.limit.after(day_zero, is_working_day=is_working_day) if clock.limit else None
    if due_on:
        total = ("=", written(due_on), "due")
    elif clock.limit:
        total = ("=", "no day", "no calendar of working days is set")
    else:
        total = ("=", "no day", "no day limit is established")
    return Deadline(
        code=clock.code,
        due_on=due_on,
        cite=clock.cite,
        what=clock.what,
        who=clock.who,
        limit=clock.limit,
        why=_why(clock, facts),
        condition=UNTIL_ASSESSED if facts.expected is None and "expected" in clock.when else "",
        confidence=clock.confidence,
        destination=clock.destination,
        arithmetic=(("", written(day_zero), "day 0"), *((_added(clock.limit),) if clock.limit else ()), total),
    )


def _added(limit: Quantity) -> Row:
    days = f"{limit.value} day" if limit.value == 1 else f"{limit.value} days"
    if limit.unit is Unit.CALENDAR_DAYS:
        return ("+", days, "calendar days, weekends and holidays count")
    if limit.unit is Unit.WORKING_DAYS:
        return ("+", days, "working days alone")
    return ("+", str(limit), "by the calendar")
