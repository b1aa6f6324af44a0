"""What a deviation and its actions must say, when they are late, and when a deviation may be closed. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rems.core.errors import BadInput
from rems.patients.gate import CARD_OF
from rems.programs.rules import Ask, Version


class DeviationSource(StrEnum):
    """Through whom or what a deviation came to light."""

    AUDIT = "audit"
    SITE = "site"
    SPONTANEOUS = "spontaneous"
    SYSTEM = "system"
    OVERRIDE = "override"


class DeviationSeverity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class ActionKind(StrEnum):
    """Corrective: against the cause of what happened. Preventive: so that the like does not happen elsewhere."""

    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


class ActionState(StrEnum):
    OPEN = "open"
    LATE = "late"
    TO_BE_CHECKED = "to_be_checked"
    CHECK_LATE = "check_late"
    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"


UNFINISHED = frozenset({ActionState.OPEN, ActionState.LATE, ActionState.TO_BE_CHECKED, ActionState.CHECK_LATE})
LATE = frozenset({ActionState.LATE, ActionState.CHECK_LATE})
NEEDS_ACTION = frozenset({DeviationSeverity.CRITICAL, DeviationSeverity.MAJOR})


@dataclass(frozen=True)
class Step:
    """The days of one action: planned, due, done, its effectiveness check due, checked, and what the check said."""

    planned_on: date
    due_on: date
    check_on: date
    what: str = ""
    done_on: date | None = None
    checked_on: date | None = None
    effective: bool | None = None


def state_of(step: Step, on: date) -> ActionState:
    """Where an action stands on a day. On its due day it is not late yet."""
    if step.done_on is None or step.done_on > on:
        return ActionState.LATE if on > step.due_on else ActionState.OPEN
    if step.checked_on is None or step.checked_on > on:
        return ActionState.CHECK_LATE if on > step.check_on else ActionState.TO_BE_CHECKED
    return ActionState.EFFECTIVE if step.effective else ActionState.NOT_EFFECTIVE


def is_open(closed_on: date | None, on: date) -> bool:
    """Whether a deviation is open on a day; on the day it is closed it is closed."""
    return closed_on is None or closed_on > on


def cause_on(cause: str, stated_on: date | None, on: date) -> str:
    """The root cause as far as it was stated on a day; empty: it was not stated yet."""
    return cause if stated_on is not None and stated_on <= on else ""


def required(text: str, sentence: str, field: str) -> str:
    """The text without space around it. Raises BadInput where nothing is left."""
    if not (kept := text.strip()):
        raise BadInput(sentence, field)
    return kept


def not_after(day: date, today: date, what: str, field: str) -> None:
    """Raises BadInput for a day that has not come at the site."""
    if day > today:
        raise BadInput(f"{what} has not come yet at the site; give that day or an earlier one.", field)


def check_plan(*, found_on: date, planned_on: date, due_on: date, check_on: date) -> None:
    """Raises BadInput unless found, planned, due and checked follow each other."""
    if planned_on < found_on:
        raise BadInput("An action cannot be planned before the deviation was found.", "planned_on")
    if due_on < planned_on:
        raise BadInput("The due day cannot be before the day the action is planned.", "due_on")
    if check_on <= due_on:
        raise BadInput(
            "The effectiveness check must be after the due day: it looks at what the action did.", "check_on"
        )


def gaps_before_closing(
    severity: DeviationSeverity, root_cause: str, steps: Iterable[Step], on: date
) -> tuple[str, ...]:
    """What is missing before a deviation may be closed on a day, one sentence each; empty: it may be closed."""
    planned = list(steps)
    found = [] if root_cause else ["The root cause is not stated."]
    if severity in NEEDS_ACTION and not planned:
        found.append(f"A {severity} deviation needs at least one corrective or preventive action.")
    for step in planned:
        state = state_of(step, on)
        if state in UNFINISHED:
            missing = "done" if state in (ActionState.OPEN, ActionState.LATE) else "checked for its effect"
            found.append(f'"{step.what}" is not {missing} yet.')
        elif state is ActionState.NOT_EFFECTIVE and not _followed(step, planned, on):
            found.append(f'"{step.what}" was not effective, and no further action was planned since.')
    return tuple(found)


def _followed(failed: Step, planned: Iterable[Step], on: date) -> bool:
    """Whether another action was planned after the check of the failed one, and did not fail itself."""
    return any(
        failed.checked_on is not None
        and step.planned_on >= failed.checked_on
        and state_of(step, on) is not ActionState.NOT_EFFECTIVE
        for step in planned
        if step is not failed
    )


def requirement_of(stops: Collection[str], version: Version | None) -> str:
    """The first requirement of a version that one of these stops of the gate stands for; empty: none does.

    A stop is named by the code of its check, such as `training:EU-HCP-EDUCATION`, `rescue` or `wallet_card`. That a
    site is not certified is no single requirement.
    """
    named = {stop.partition(":")[2] for stop in stops}
    return next(
        (
            one.code
            for one in (version.requirements if version else ())
            if one.code in named
            or (one.ask is Ask.DOSES_ON_SITE and "rescue" in stops)
            or (one.evidence in CARD_OF and CARD_OF[one.evidence] in stops)
        ),
        "",
    )


def override_words(titles: Sequence[str], reason: str) -> str:
    """What happened when stops were overridden, by the titles of their checks: the patient is not named."""
    many = "A stop before an infusion was" if len(titles) == 1 else f"{len(titles)} stops before an infusion were"
    return f"{many} overridden ({'; '.join(titles)}). The reason given: {reason}"
