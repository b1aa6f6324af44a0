"""Report a deviation, state its cause, plan, do and check the actions against it, close it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.compliance import keeping, queries
from rems.compliance.audits import following
from rems.compliance.keeping import Happened
from rems.compliance.models import CorrectiveAction, Deviation
from rems.compliance.rules import (
    ActionKind,
    check_plan,
    gaps_before_closing,
    not_after,
    required,
)
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, IllegalMove, Incomplete, StaleRecord
from rems.core.ids import uuid7
from rems.core.states import CHANGED, next_state, take_turn
from rems.sites import queries as sites
from rems.sites.queries import Entry

CLOSED = "This deviation is closed; report a new one if it happened again."


@dataclass(frozen=True)
class Plan:
    """What is to be done against a deviation, by whom, and until when; its effect is checked by `check_on`."""

    kind: ActionKind
    what: str
    owner: str
    planned_on: date
    due_on: date
    check_on: date


def report(scope_id: UUID, happened: Happened, *, by: Actor, now: datetime) -> UUID:
    """Report a deviation at a site under a program. Raises NotFound, NotAllowed, BadInput with the field."""
    with transaction(by, "compliance.report", at=now):
        entry = sites.entry_of_scope(by, scope_id)
        require(by, Permission.DEVIATION_REPORT, scope_id=scope_id, program_id=entry.program_id)
        not_after(happened.found_on, _today(by, entry, now), "The day it was found", "found_on")
        _check_code(entry, happened)
        said = 'What was done at once: write it, or "nothing" and why.'
        row = keeping.open_deviation(
            entry,
            replace(
                happened,
                reference=happened.reference.strip(),
                summary=required(happened.summary, "What happened: write it in a few sentences.", "summary"),
                immediate_action=required(happened.immediate_action, said, "immediate_action"),
            ),
        )
    return row.id


def investigate(deviation_id: UUID, root_cause: str, *, by: Actor, now: datetime) -> UUID:
    """State the root cause of an open deviation. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    with transaction(by, "compliance.investigate", at=now):
        old = _open_deviation(deviation_id, by)
        cause = required(root_cause, "Root cause: write why it happened, not what happened.", "root_cause")
        return next_state(old, root_cause=cause).id


def plan(deviation_id: UUID, asked: Plan, *, by: Actor, now: datetime) -> UUID:
    """Plan an action against an open deviation. Raises NotFound, NotAllowed, BadInput, IllegalMove."""
    with transaction(by, "compliance.plan", at=now) as session:
        found = _open_deviation(deviation_id, by, newest=False)
        today = _today(by, sites.entry_of_scope(by, found.scope_id), now)
        not_after(asked.planned_on, today, "The day it was planned", "planned_on")
        check_plan(found_on=found.holds_on, planned_on=asked.planned_on, due_on=asked.due_on, check_on=asked.check_on)
        key = uuid7()
        session.add(
            CorrectiveAction(
                id=key,
                root_id=key,
                scope_id=found.scope_id,
                program_id=found.program_id,
                holds_on=asked.planned_on,
                deviation_id=found.root_id,
                kind=asked.kind,
                what=required(asked.what, "What is to be done: write it so that somebody else can check it.", "what"),
                owner=required(asked.owner, "Owner: name the person who does it.", "owner"),
                due_on=asked.due_on,
                check_on=asked.check_on,
                done_on=None,
                done_note="",
                checked_on=None,
                effective=None,
                check_note="",
            )
        )
    return key


def finish(action_id: UUID, *, done_on: date, note: str, by: Actor, now: datetime) -> UUID:
    """Say that an action is done. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    with transaction(by, "compliance.finish", at=now):
        old, today = _own_action(action_id, by, now)
        if old.done_on is not None:
            raise IllegalMove("This action is done already.")
        not_after(done_on, today, "The day it was done", "done_on")
        if done_on < old.holds_on:
            raise BadInput("An action cannot be done before the day it was planned.", "done_on")
        said = required(note, "What was done: write it, and where it can be seen.", "note")
        return next_state(old, done_on=done_on, done_note=said).id


def check_effect(action_id: UUID, *, effective: bool, checked_on: date, note: str, by: Actor, now: datetime) -> UUID:
    """Keep what the effectiveness check of a done action found.

    Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord.
    """
    with transaction(by, "compliance.check_effect", at=now):
        old, today = _own_action(action_id, by, now)
        if old.done_on is None:
            raise IllegalMove("This action is not done yet; its effect cannot be checked.")
        if old.checked_on is not None:
            raise IllegalMove("The effect of this action is checked already.")
        not_after(checked_on, today, "The day of the check", "checked_on")
        if checked_on < old.done_on:
            raise BadInput("The check cannot be before the day the action was done.", "checked_on")
        said = required(note, "What the check looked at and found: write it.", "note")
        return next_state(old, effective=effective, checked_on=checked_on, check_note=said).id


def close(deviation_id: UUID, *, closed_on: date, by: Actor, now: datetime) -> UUID:
    """Close a deviation whose cause is stated and whose actions are done and checked.

    Raises NotFound, NotAllowed, BadInput, Incomplete with each gap, IllegalMove, StaleRecord.
    """
    with transaction(by, "compliance.close", at=now):
        old = _open_deviation(deviation_id, by)
        not_after(closed_on, _today(by, sites.entry_of_scope(by, old.scope_id), now), "The last day", "closed_on")
        if closed_on < old.holds_on:
            raise BadInput("A deviation cannot be closed before the day it was found.", "closed_on")
        steps = [queries.step_of(row) for row in queries.actions_of(by, old.root_id)]
        if gaps := gaps_before_closing(old.severity, old.root_cause, steps, closed_on):
            raise Incomplete("This deviation cannot be closed yet.", gaps)
        closed = next_state(old, closed_on=closed_on)
        following.deviation_closed(closed.root_id, by)
    return closed.id


def _today(by: Actor, entry: Entry, now: datetime) -> date:
    return day_in(sites.site(by, entry.site_id).timezone, now)


def _check_code(entry: Entry, happened: Happened) -> None:
    """A deviation names a requirement of the version in force on its day, or none. Raises BadInput."""
    if not happened.requirement_code:
        return
    version = entry.program.version_on(happened.found_on)
    if version is None or happened.requirement_code not in {r.code for r in version.requirements}:
        raise BadInput(
            f"{happened.requirement_code[:40]} is no requirement of this program on that day; choose one of its list.",
            "requirement_code",
        )


def _open_deviation(deviation_id: UUID, by: Actor, *, newest: bool = True) -> Deviation:
    """The deviation in its last state, which has to be the one that was looked at where `newest` is set.

    Whoever plans an action and whoever closes the deviation at the same moment go one after the other.
    """
    root = queries.deviation(by, deviation_id).root_id
    take_turn("deviation", root)
    found = queries.deviation(by, deviation_id)
    require(by, Permission.CAPA_MANAGE, scope_id=found.scope_id, program_id=found.program_id)
    if newest and found.id != deviation_id:
        raise StaleRecord(CHANGED)
    if found.closed_on is not None:
        raise IllegalMove(CLOSED)
    return found


def _own_action(action_id: UUID, by: Actor, now: datetime) -> tuple[CorrectiveAction, date]:
    """The action in its last state, and today at its site."""
    found = queries.action(by, action_id)
    require(by, Permission.CAPA_MANAGE, scope_id=found.scope_id, program_id=found.program_id)
    if found.id != action_id:
        raise StaleRecord(CHANGED)
    return found, _today(by, sites.entry_of_scope(by, found.scope_id), now)
