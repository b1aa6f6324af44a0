"""The steps on the way to an infusion, their order, and how they and a study stand on a day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from rems.core.errors import BadInput
from rems.patients.rules import MILESTONES, FactKind, said

STEPS: dict[FactKind, str] = {
    FactKind.REFERRAL: MILESTONES[FactKind.REFERRAL],
    FactKind.APHERESIS: MILESTONES[FactKind.APHERESIS],
    FactKind.MANUFACTURING_SLOT: MILESTONES[FactKind.MANUFACTURING_SLOT],
    FactKind.PRODUCT_RECEIPT: "Product received",
    FactKind.LYMPHODEPLETION: MILESTONES[FactKind.LYMPHODEPLETION],
}
_CELLS = (FactKind.REFERRAL, FactKind.APHERESIS)
FOLLOWS: dict[FactKind, tuple[FactKind, ...]] = {
    FactKind.REFERRAL: (),
    FactKind.APHERESIS: (FactKind.REFERRAL,),
    FactKind.MANUFACTURING_SLOT: _CELLS,
    FactKind.PRODUCT_RECEIPT: (*_CELLS, FactKind.MANUFACTURING_SLOT),
    FactKind.LYMPHODEPLETION: _CELLS,
}
"""What came first for each step. A step may be repeated: the first of it counts."""
LONGEST_LYMPHODEPLETION = timedelta(days=14)
LONGEST_AHEAD = timedelta(days=366)  # of a slot


class StudyStatus(StrEnum):
    """How a patient stands in a study, where a program or a registry asks for it."""

    SCREENING = "screening"
    ON_STUDY = "on_study"
    FOLLOW_UP_ONLY = "follow_up_only"
    COMPLETED = "completed"
    LEFT = "left"


STATUS_WORDS: dict[StudyStatus, str] = {
    StudyStatus.SCREENING: "In screening",
    StudyStatus.ON_STUDY: "On study",
    StudyStatus.FOLLOW_UP_ONLY: "Off treatment, in long-term follow-up",
    StudyStatus.COMPLETED: "Completed the study",
    StudyStatus.LEFT: "Left the study",
}


@dataclass(frozen=True)
class Dated:
    """When a step was, or is to be; `until` where it takes more than a day."""

    on: date
    until: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One step as the page of the patient shows it. `kind` None: the infusion."""

    kind: FactKind | None
    title: str
    words: str
    done: bool


def dated(holds_on: date, detail: Mapping[str, Any]) -> Dated:
    """The days of a step as its fact keeps them: a slot is for a day of its own, lymphodepletion may have an end."""
    on = date.fromisoformat(detail["slot_on"]) if "slot_on" in detail else holds_on
    until = date.fromisoformat(detail["ends_on"]) if "ends_on" in detail else None
    return Dated(on, until, detail.get("place", "") or detail.get("order", "") or detail.get("regimen", ""))


def check_order(
    kind: FactKind,
    step: Dated,
    days: Mapping[FactKind, Sequence[Dated]],
    *,
    infused_on: date | None,
    field: str = "holds_on",
) -> None:
    """A step comes after those before it and before those after it, as far as they are recorded. Raises BadInput."""
    on, last = step.on, step.until or step.on
    first = min([on, *(d.on for d in days.get(kind, ()))])
    for other, theirs in days.items():
        if other is kind or not theirs:
            continue
        since = min(d.on for d in theirs)
        if other in FOLLOWS[kind] and on < since:
            raise BadInput(_out_of_order(on, since, "before", STEPS[other], STEPS[kind]), field)
        if kind in FOLLOWS[other] and since < first:
            raise BadInput(_out_of_order(on, since, "after", STEPS[kind], STEPS[other]), field)
    if infused_on is not None and last > infused_on:
        raise BadInput(_out_of_order(last, infused_on, "after", STEPS[kind], "Infusion"), field)


def _out_of_order(on: date, other: date, how: str, earlier: str, later: str) -> str:
    named = earlier if how == "before" else later
    return (
        f"Day: {said(on)} is {how} {said(other)}, the day of {_inside(named)}. {earlier} comes before "
        f"{_inside(later)}; if the other day is wrong, take it back first."
    )


def _inside(title: str) -> str:
    """A title within a sentence."""
    words = "the product's receipt" if title == STEPS[FactKind.PRODUCT_RECEIPT] else title.lower()
    return words if words.startswith("the ") else f"the {words}"


def check_before_infusion(on: date, days: Mapping[FactKind, Sequence[Dated]], *, field: str) -> None:
    """An infusion comes after the first of each step that is recorded. Raises BadInput."""
    for kind, theirs in days.items():
        since = min(d.on for d in theirs)
        if since > on:
            raise BadInput(
                f"Moment of the infusion: {said(on)} is before {said(since)}, the day of {_inside(STEPS[kind])}. "
                "One of the two days is wrong.",
                field,
            )


def check_slot(slot_on: date, *, confirmed_on: date) -> None:
    """A slot may lie ahead, not years. Raises BadInput."""
    if not confirmed_on <= slot_on <= confirmed_on + LONGEST_AHEAD:
        raise BadInput(
            f"Day of the slot: {said(slot_on)} is not within a year after {said(confirmed_on)}, when it was confirmed.",
            "slot_on",
        )


def check_end(begin: date, end: date) -> None:
    """Lymphodepletion takes some days. Raises BadInput."""
    if not begin <= end <= begin + LONGEST_LYMPHODEPLETION:
        raise BadInput(
            f"Last day: {said(end)} is not within {LONGEST_LYMPHODEPLETION.days} days after {said(begin)}, its first.",
            "ends_on",
        )


def steps_on(
    days: Mapping[FactKind, Sequence[Dated]], *, infused_on: date | None, planned_on: date | None, on: date
) -> tuple[Step, ...]:
    """The steps of a patient on a day, the infusion last; a step that is repeated shows its newest day."""
    found = []
    for kind, title in STEPS.items():
        newest = days[kind][-1] if days.get(kind) else None
        found.append(
            Step(kind, title, _words(newest, on), done=newest is not None and (newest.until or newest.on) <= on)
        )
    when = said(infused_on) if infused_on else f"planned for {said(planned_on)}" if planned_on else "no day planned"
    return (*found, Step(None, "Infusion", when, done=infused_on is not None))


def _words(step: Dated | None, on: date) -> str:
    if step is None:
        return "not recorded"
    days = f"{said(step.on)} to {said(step.until)}" if step.until and step.until != step.on else said(step.on)
    return f"planned for {days}" if step.on > on else days
