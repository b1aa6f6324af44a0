"""The states of answers, of a patient's link and of a sample kit, and what each may become. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rems.core.errors import BadInput, IllegalMove
from rems.patients.rules import said

LINK_DAYS = 14
LONGEST_LINK_DAYS = 60


class AnswersState(StrEnum):
    """A half-done state goes on to the next half-done one or is finished; a finished one is only corrected."""

    HALF_DONE = "half_done"
    FINISHED = "finished"


class GivenBy(StrEnum):
    SITE = "site"
    PATIENT = "patient"


class LinkOutcome(StrEnum):
    """What the site did with the answers that came in through a link."""

    WAITING = "waiting"
    TAKEN_OVER = "taken_over"
    SET_ASIDE = "set_aside"


class KitStage(StrEnum):
    """The way of a sample kit, in order."""

    ORDERED = "ordered"
    SENT = "sent"
    AT_SITE = "at_site"
    SAMPLED = "sampled"
    SHIPPED = "shipped"
    AT_LABORATORY = "at_laboratory"
    RESULT = "result"


STAGE_WORDS: Mapping[KitStage, str] = {
    KitStage.ORDERED: "Kit ordered",
    KitStage.SENT: "Kit sent",
    KitStage.AT_SITE: "Kit received at the site",
    KitStage.SAMPLED: "Sample taken",
    KitStage.SHIPPED: "Sample shipped",
    KitStage.AT_LABORATORY: "Received by the laboratory",
    KitStage.RESULT: "Result",
}
STAGES = tuple(KitStage)
REFERENCED = frozenset({KitStage.ORDERED, KitStage.SHIPPED, KitStage.AT_LABORATORY, KitStage.RESULT})
"""Steps that have a number by which the other side knows them: order, waybill, laboratory."""


@dataclass(frozen=True)
class Next:
    """The step that a kit waits for, the day by which it should be done, and whether that day is past."""

    stage: KitStage
    due_on: date
    late: bool


def check_reason(state: AnswersState, reason: str, *, title: str) -> None:
    """Finished answers are corrected with a reason. Raises BadInput."""
    if state is AnswersState.FINISHED and not reason.strip():
        raise BadInput(f"Reason is missing: say why the answers to {title} are corrected.", "reason")


def check_answered(on: date, *, infused_on: date, today: date) -> None:
    """Answers were given by today, and not before the infusion. Days are the site's own. Raises BadInput."""
    if on > today:
        raise BadInput(f"Day of the answers: {said(on)} has not come yet; today is {said(today)}.", "answered_on")
    if on < infused_on:
        raise BadInput(
            f"Day of the answers: {said(on)} is before the infusion on {said(infused_on)}; they are about the time "
            "after it.",
            "answered_on",
        )


def next_step(done: Mapping[KitStage, date], days: Mapping[str, int], *, opened_on: date, on: date) -> Next | None:
    """The step that a kit waits for on a day; None: its result is there. `days`: how long each step may take."""
    since = opened_on
    for stage in STAGES:
        if stage not in done:
            due_on = since + timedelta(days=days[stage])
            return Next(stage, due_on, on > due_on)
        since = done[stage]
    return None


def check_step(
    stage: KitStage, on: date, done: Mapping[KitStage, date], *, reference: str, who: str, opened_on: date, today: date
) -> None:
    """Steps follow each other, and no day goes back or lies ahead. Raises BadInput with the field, IllegalMove."""
    place = STAGES.index(stage)
    words = STAGE_WORDS[stage]
    missing = next((s for s in STAGES[:place] if s not in done), None)
    if missing:
        raise IllegalMove(f'"{words}" follows "{STAGE_WORDS[missing]}", which is not recorded yet.')
    if on > today:
        raise BadInput(f"Day: {said(on)} has not come yet; today is {said(today)}.", "holds_on")
    before = (
        (STAGE_WORDS[STAGES[place - 1]], done[STAGES[place - 1]]) if place else ("The kit was asked for", opened_on)
    )
    if on < before[1]:
        raise BadInput(f'Day: {said(on)} is before "{before[0]}" on {said(before[1])}.', "holds_on")
    after = next((s for s in STAGES[place + 1 :] if s in done), None)
    if after and on > done[after]:
        raise BadInput(f'Day: {said(on)} is after "{STAGE_WORDS[after]}" on {said(done[after])}.', "holds_on")
    if not who.strip():
        raise BadInput("Who is missing: write who did it, or which company.", "who")
    if stage in REFERENCED and not reference.strip():
        raise BadInput(f'Reference is missing: "{words}" has a number by which it is found again.', "reference")
