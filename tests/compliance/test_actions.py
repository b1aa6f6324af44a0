"""Deviations and the actions against them, through the real database."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rems.access.rules import Role
from rems.compliance import actions, listing, queries
from rems.compliance.actions import Plan
from rems.compliance.keeping import Happened
from rems.compliance.listing import Asked
from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource
from rems.core.db import reading
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH, Hospital, World

DAY = date(2026, 6, 1)
HAPPENED = Happened(
    DeviationSource.SITE,
    DeviationSeverity.MAJOR,
    DAY,
    "A nurse was not trained.",
    "She was sent home.",
    "EU-HCP-EDUCATION",
)
PLAN = Plan(ActionKind.CORRECTIVE, "Train her", "Ilse", DAY, DAY + timedelta(10), DAY + timedelta(40))


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def said(world: World, hospital: Hospital) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": world.now}


@pytest.fixture
def key(hospital: Hospital, said):
    return actions.report(hospital.scope_id, HAPPENED, **said)


def now_state(hospital: Hospital, key, lens: Lens | None = None):
    with reading(hospital.coordinator):
        row = queries.deviation(hospital.coordinator, key, lens)
        return row.id, row.root_id, row.root_cause, row.closed_on


def test_a_deviation_goes_from_its_report_to_its_end(world: World, hospital: Hospital, said, key) -> None:
    with reading(hospital.coordinator):
        then, _ = settled()
    seen = actions.investigate(key, "The list was old.", **said)
    action = actions.plan(seen, PLAN, **said)
    with pytest.raises(Incomplete) as early:
        actions.close(seen, closed_on=DAY + timedelta(60), **said)
    assert early.value.gaps == ('"Train her" is not done yet.',)
    action = actions.finish(action, done_on=DAY + timedelta(3), note="Trained, file 12", **said)
    with pytest.raises(IllegalMove, match="done already"):
        actions.finish(action, done_on=DAY + timedelta(3), note="Again", **said)
    actions.check_effect(action, effective=True, checked_on=DAY + timedelta(30), note="Asked her", **said)
    actions.close(seen, closed_on=DAY + timedelta(60), **said)
    newest, *rest = now_state(hospital, key)
    assert rest == [key, "The list was old.", DAY + timedelta(60)]
    assert now_state(hospital, key, Lens(DAY, then)) == (key, key, "", None)
    for again in (lambda: actions.investigate(newest, "Other", **said), lambda: actions.plan(newest, PLAN, **said)):
        with pytest.raises(IllegalMove, match="closed; report a new one"):
            again()
    verbs = ("report", "investigate", "plan", "finish", "check_effect", "close")
    assert [len(world.trail(f"compliance.{verb}")) for verb in verbs] == [1] * 6


def test_the_second_of_two_who_state_the_cause_is_told(hospital: Hospital, said, key) -> None:
    actions.investigate(key, "First", **said)
    with pytest.raises(StaleRecord, match="Somebody else changed this since you opened it"):
        actions.investigate(key, "Second", **said)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"found_on": date(2100, 1, 1)}, "found_on"),
        ({"summary": " "}, "summary"),
        ({"immediate_action": ""}, "immediate_action"),
        ({"requirement_code": "AR-LIVE-TRAINING"}, "requirement_code"),
    ],
)
def test_what_a_report_lacks_is_said_at_its_field(world: World, hospital: Hospital, said, changed, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        actions.report(hospital.scope_id, replace(HAPPENED, **changed), **said)
    assert refused.value.field == field
    assert world.trail("compliance.report") == []


def test_an_action_is_checked_once_it_is_done_and_not_before(hospital: Hospital, said, key) -> None:
    action = actions.plan(key, PLAN, **said)
    check = {"effective": True, "checked_on": DAY + timedelta(30), "note": "Looked", **said}
    with pytest.raises(IllegalMove, match="not done yet"):
        actions.check_effect(action, **check)
    with pytest.raises(BadInput, match="before the day it was planned"):
        actions.finish(action, done_on=DAY - timedelta(1), note="x", **said)
    action = actions.finish(action, done_on=DAY + timedelta(31), note="x", **said)
    with pytest.raises(BadInput, match="cannot be before the day the action was done"):
        actions.check_effect(action, **check)


def test_who_may_not_is_refused_and_another_sponsor_finds_nothing(world: World, hospital: Hospital, key) -> None:
    auditor_like = world.hospital(EUROPE)
    with pytest.raises(NotFound):
        actions.investigate(key, "x", by=auditor_like.coordinator, now=world.now)
    with pytest.raises(NotFound):
        actions.investigate(key, "x", by=world.manager(KYMRIAH), now=world.now)
    with pytest.raises(NotAllowed):
        actions.report(
            hospital.scope_id, HAPPENED, by=world.account(Role.AUDITOR, site_id=hospital.site_id), now=world.now
        )


def test_late_actions_stand_on_top_and_are_counted(world: World, hospital: Hospital, said, key) -> None:
    other = actions.report(
        hospital.scope_id, replace(HAPPENED, severity=DeviationSeverity.CRITICAL, source=DeviationSource.AUDIT), **said
    )
    actions.plan(key, PLAN, **said)
    with reading(hospital.manager):
        lens = Lens(DAY + timedelta(11))
        assert [one.row.root_id for one in listing.lines(hospital.manager, Asked(), lens)] == [key, other]
        assert [one.row.root_id for one in listing.lines(hospital.manager, Asked(state="late"), lens)] == [key]
        assert listing.lines(hospital.manager, Asked(severity="minor"), lens) == []
        assert [one.late for one in listing.lines(hospital.manager, Asked(text="NURSE"), Lens(DAY))] == [0, 0]
        count = queries.counts([hospital.scope_id], lens)[hospital.scope_id]
        assert (count.actions_open, count.actions_late) == (1, 1)
        assert count.audit_findings[DeviationSeverity.CRITICAL] == 1


def test_what_is_due_is_told_to_those_who_keep_actions_the_longest_due_first(world: World, hospital: Hospital) -> None:
    key, today = hospital.deviation(DAY), DAY + timedelta(30)
    said = {"by": hospital.coordinator, "now": world.now}
    later = hospital.action(key, due_on=today + timedelta(7), what="Later")
    hospital.action(key, due_on=today + timedelta(8), what="Much later")
    late = hospital.action(key, due_on=today - timedelta(1), what="Late")
    done = hospital.action(key, due_on=DAY + timedelta(10), check_on=today, what="Done")
    actions.finish(done, done_on=DAY + timedelta(3), note="Trained", **said)
    checked = hospital.action(key, due_on=DAY + timedelta(10), check_on=today, what="Checked")
    seen = actions.finish(checked, done_on=DAY + timedelta(3), note="Trained", **said)
    actions.check_effect(seen, effective=True, checked_on=DAY + timedelta(5), note="Asked her", **said)
    for actor in (hospital.coordinator, hospital.representative, hospital.manager):
        with reading(actor):
            found = [(one.row.root_id, one.is_check, one.due_on) for one in queries.due(actor, today, 7)]
        assert found == [
            (late, False, today - timedelta(1)),
            (done, True, today),
            (later, False, today + timedelta(7)),
        ]
    auditor, stranger = world.account(Role.AUDITOR, site_id=hospital.site_id), world.hospital(EUROPE).coordinator
    for actor in (auditor, stranger):
        with reading(actor):
            assert queries.due(actor, today, 7) == []
