"""The legal clocks of a case: which run, and the day on which each ends. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rems.programs.rules import Confidence, Party, Program, Quantity, ReportingClock, Start

UNTIL_ASSESSED = "runs until expectedness is assessed"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class CaseFacts:
    """What clocks depend on. `expected` None: not assessed. `domestic`: it happened in the program's jurisdiction."""

    serious: bool
    expected: bool | None
    domestic: bool
    crs_or_neurotoxicity: bool


@dataclass(frozen=True)
class Deadline:
    """A clock that runs for a case. `due_on` None: no day can be named, and `arithmetic` says why."""

    code: str
    due_on: date | None
    cite: str
    what: str
    who: Party
    limit: Quantity | None
    condition: str
    confidence: Confidence
    destination: str
    arithmetic: tuple[tuple[str, str], ...]

    def days_left(self, on: date) -> int | None:
        """Days from `on` to the due day: 0 on the day itself, below 0 when late, None where there is no due day."""
        return None if self.due_on is None else (self.due_on - on).days


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


def _runs(clock: ReportingClock, facts: CaseFacts) -> bool:
    """Not assessed counts as unexpected: the stricter reading, and the one that can be taken back."""
    holds = {
        "serious": facts.serious,
        "expected": facts.expected is True,
        "domestic": facts.domestic,
        "crs_or_neurotoxicity": facts.crs_or_neurotoxicity,
    }
    return all(holds[name] == asked for name, asked in clock.when.items())


def _deadline(
    clock: ReportingClock, facts: CaseFacts, day_zero: date, is_working_day: Callable[[date], bool] | None
) -> Deadline:
    due_on = clock.limit.after(day_zero, is_working_day=is_working_day) if clock.limit else None
    if due_on:
        answer = _written(due_on)
    elif clock.limit:
        answer = "no calendar of working days is set"
    else:
        answer = "no day limit is established"
    added = (("+", str(clock.limit)),) if clock.limit else ()
    return Deadline(
        code=clock.code,
        due_on=due_on,
        cite=clock.cite,
        what=clock.what,
        who=clock.who,
        limit=clock.limit,
        condition=UNTIL_ASSESSED if facts.expected is None and "expected" in clock.when else "",
        confidence=clock.confidence,
        destination=clock.destination,
        arithmetic=(("day 0", _written(day_zero)), *added, ("=", answer)),
    )


def _written(day: date) -> str:
    """27 Nov 2026, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
