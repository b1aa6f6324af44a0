"""The laboratory series of a schedule: when each test is due, and what a result asks for next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rems.followup.questionnaires.branching import Values
from rems.programs.rules import Schedule
from rems.programs.terms import Quantity, Unit, add_months

PREFIX = "LAB-"
MONTHS_OF = {Unit.MONTHS: 1, Unit.YEARS: 12}
SAMPLED, CARRYING, SITES, CLONE = "sampled-on", "carrying-percent", "integration-done", "integration-pattern"
"""The codes by which the questionnaire `persistence` asks what the rules read; a test sees to it."""
EXPANDING = frozenset({"oligoclonal", "expanding"})


@dataclass(frozen=True)
class Occasion:
    """A day on which laboratory tests are due: a code such as LAB-M06, and the titles of the tests."""

    code: str
    title: str
    due_on: date
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Trigger:
    """From which share of cells with the vector on (percent) integration sites are analyzed, and repeated within."""

    percent: Decimal
    repeat_months: int


@dataclass(frozen=True)
class FollowUp:
    """What a result asks for, by when, and whether a later result has answered it."""

    title: str
    why: str
    asked_on: date
    due_on: date
    met_on: date | None = None


def occasions(schedule: Schedule, *, infused_on: date) -> tuple[Occasion, ...]:
    """Every day on which the schedule asks for laboratory tests, earliest first; months count from the infusion."""
    asked: dict[int, list[str]] = {}
    for test in schedule.laboratory:
        for month in _months(test.due, test.then_every, test.until):
            asked.setdefault(month, []).append(test.title)
    return tuple(
        Occasion(f"{PREFIX}M{month:02}", _title(month), add_months(infused_on, month), tuple(asked[month]))
        for month in sorted(asked)
    )


def _months(due: Sequence[Quantity], every: Quantity | None, until: Quantity | None) -> list[int]:
    found = [_in_months(one) for one in due]
    if every is None or until is None or not found:
        return found
    step, last = _in_months(every), _in_months(until)
    following = range(found[-1] + step, last + 1, step) if step else range(0)
    return [*found, *following]


def _in_months(span: Quantity) -> int:
    if span.unit not in MONTHS_OF:
        raise ValueError(f"a laboratory series counts in months or years, not in {span}")
    return span.value * MONTHS_OF[span.unit]


def _title(month: int) -> str:
    years, rest = divmod(month, 12)
    return f"Year {years}" if not rest else f"Month {month}"


def follow_ups(results: Mapping[date, Values], trigger: Trigger) -> tuple[FollowUp, ...]:
    """What the results ask for, by the day of their sample, oldest first.

    From `trigger.percent` of cells with the vector on, the integration sites are analyzed (Mol Ther 2018, cited in the
    FDA guidance on long-term follow-up); where one clone stands out, the analysis is repeated. Both within the months
    that this installation set. A later sample whose integration sites were analyzed answers it.
    """
    found = []
    for on in sorted(results):
        values = results[on]
        analyzed = values.get(SITES) == "yes"
        share = values.get(CARRYING)
        due_on = add_months(on, trigger.repeat_months)
        later = min((d for d, v in results.items() if d > on and v.get(SITES) == "yes"), default=None)
        if isinstance(share, str) and Decimal(share) >= trigger.percent and not analyzed:
            why = (
                f"{share} % of the cells carry the vector; from {trigger.percent.normalize():f} % on they are analyzed."
            )
            found.append(FollowUp("Analysis of integration sites", why, on, due_on, later))
        if analyzed and values.get(CLONE) in EXPANDING:
            why = "One clone stands out or grows; the analysis is repeated."
            found.append(FollowUp("Repeated analysis of integration sites", why, on, due_on, later))
    return tuple(found)
