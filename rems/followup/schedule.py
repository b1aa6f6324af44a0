"""The fifteen years laid out: each visit's window and target from the day of infusion, and how a visit stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from rems.patients.rules import said
from rems.programs.rules import Confidence, Schedule, Unit, VisitKind, VisitPlan

DUE_SOON_DAYS = 30  # a window that closes within so many days is due soon


class VisitState(StrEnum):
    DONE = "done"
    DONE_LATE = "done_late"
    DONE_EARLY = "done_early"
    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PLANNED = "planned"
    WINDOW_NOT_SET = "window_not_set"
    NOT_DUE = "not_due"

    @property
    def words(self) -> str:
        """As a page says it."""
        return _WORDS[self]


_WORDS = {
    VisitState.DONE: "Done",
    VisitState.DONE_LATE: "Done after its window",
    VisitState.DONE_EARLY: "Done before its window",
    VisitState.OPEN: "Window open",
    VisitState.DUE_SOON: "Window closes soon",
    VisitState.OVERDUE: "Overdue",
    VisitState.PLANNED: "Planned",
    VisitState.WINDOW_NOT_SET: "Target day passed, no window set",
    VisitState.NOT_DUE: "No longer due",
}
DONE = frozenset({VisitState.DONE, VisitState.DONE_LATE, VisitState.DONE_EARLY})


@dataclass(frozen=True)
class Visit:
    """One visit of a patient. `year` is the year of follow-up it closes or lies in, from 1; days are the site's own."""

    code: str
    title: str
    kind: VisitKind
    year: int
    opens_on: date | None
    target_on: date
    closes_on: date | None
    asks: tuple[str, ...]
    confidence: Confidence
    forms: tuple[str, ...] = ()

    @property
    def has_window(self) -> bool:
        return self.opens_on is not None and self.closes_on is not None

    @property
    def window(self) -> str:
        """13 Jan to 13 May 2027: the year is said once where it is the same. Empty where no window is set."""
        if self.opens_on is None or self.closes_on is None:
            return ""
        opens, same = said(self.opens_on), self.opens_on.year == self.closes_on.year
        return f"{opens.removesuffix(f' {self.opens_on.year}') if same else opens} to {said(self.closes_on)}"


def plan(schedule: Schedule, *, infused_on: date) -> tuple[Visit, ...]:
    """Every visit of a schedule, earliest first.

    Days count from the infusion, day 0. Months and years keep the day of the month of the infusion, or the last day of
    a shorter month: 29 February has its anniversary on 28 February, and on 29 February in a leap year. Each is counted
    from the infusion, never from the visit before. A target that falls outside its window moves to the nearest day of
    it: CIBMTR's first year must be after day 365 (window day 366 to 425), but most anniversaries are day 365.
    """
    return tuple(_visit(one, infused_on) for one in schedule.visits)


def plan_over(tracks: Sequence[tuple[Schedule, date | None]], *, infused_on: date) -> tuple[Visit, ...]:
    """Every visit of a patient whose schedule changed: each with the day from which it holds, None for the first.

    What lies before a change stays as the old schedule planned it, what lies on or after it is the new one's. Windows
    never overlap: that of the first new visit begins after the last old one has closed.
    """
    found: list[Visit] = []
    for place, (schedule, from_on) in enumerate(tracks):
        until = tracks[place + 1][1] if place + 1 < len(tracks) else None
        for visit in plan(schedule, infused_on=infused_on):
            begun = from_on is None or visit.target_on >= from_on
            if begun and (until is None or visit.target_on < until) and visit.code not in {v.code for v in found}:
                found.append(_after_windows_of(found, visit) if from_on else visit)
    return tuple(found)


def _after_windows_of(before: Sequence[Visit], visit: Visit) -> Visit:
    """A visit whose window, if it has one, begins once those before have closed."""
    closed = max((one.closes_on for one in before if one.closes_on), default=None)
    if closed is None or visit.opens_on is None or visit.closes_on is None:
        return visit
    opens_on = max(visit.opens_on, closed + timedelta(days=1))
    closes_on = max(visit.closes_on, opens_on)
    return replace(visit, opens_on=opens_on, closes_on=closes_on, target_on=max(visit.target_on, opens_on))


def ends_on(schedule: Schedule, *, infused_on: date) -> date:
    """The last day of follow-up: the anniversary, 15 years on for most schedules."""
    return _after(schedule.duration.after(infused_on))


def is_asked(visit: Visit, *, ended_on: date | None) -> bool:
    """Whether a visit is asked where follow-up ended on a day: only one whose window or target day lies before it."""
    return ended_on is None or (visit.closes_on or visit.target_on) < ended_on


def state(visit: Visit, *, held_on: date | None, on: date, ended_on: date | None = None) -> VisitState:
    """How a visit stands on a day; one held after that day was not held yet. Both ends of a window belong to it.

    What was not held when the patient died or follow-up stopped, and was not overdue by then, is no longer due.
    """
    if held_on is not None and held_on <= on:
        if visit.opens_on is not None and held_on < visit.opens_on:
            return VisitState.DONE_EARLY
        if visit.closes_on is not None and held_on > visit.closes_on:
            return VisitState.DONE_LATE
        return VisitState.DONE
    if ended_on is not None and ended_on <= on and not is_asked(visit, ended_on=ended_on):
        return VisitState.NOT_DUE
    if visit.closes_on is None:
        return VisitState.WINDOW_NOT_SET if on > visit.target_on else VisitState.PLANNED
    if on > visit.closes_on:
        return VisitState.OVERDUE
    if visit.opens_on is not None and on < visit.opens_on:
        return VisitState.PLANNED
    return VisitState.DUE_SOON if (visit.closes_on - on).days <= DUE_SOON_DAYS else VisitState.OPEN


def _visit(one: VisitPlan, infused_on: date) -> Visit:
    target_on = _after(one.offset.after(infused_on))
    opens_on = closes_on = None
    if one.opens is not None and one.closes is not None:
        opens_on, closes_on = infused_on + timedelta(days=one.opens), infused_on + timedelta(days=one.closes)
        target_on = min(max(target_on, opens_on), closes_on)
    elif one.before is not None and one.after is not None:
        opens_on, closes_on = target_on - timedelta(days=one.before), target_on + timedelta(days=one.after)
    return Visit(
        code=one.code,
        title=one.title,
        kind=one.kind,
        year=_year(one),
        opens_on=opens_on,
        target_on=target_on,
        closes_on=closes_on,
        asks=one.asks,
        confidence=one.confidence,
        forms=one.forms,
    )


def _year(one: VisitPlan) -> int:
    """The year of follow-up: day 100, 6 months and 1 year lie in year 1, 2 years in year 2."""
    in_a_year = {Unit.CALENDAR_DAYS: 365, Unit.WEEKS: 52, Unit.MONTHS: 12}.get(one.offset.unit, 1)
    return max(1, -(-one.offset.value // in_a_year))


def _after(day: date | None) -> date:
    if day is None:
        raise ValueError("a schedule counts in calendar days, weeks, months or years")
    return day
