"""Corrective and preventive actions: told before their day to the site, after it also to the program manager."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.compliance import actions
from rems.compliance.models import Deviation
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.ids import uuid7
from rems.reminders.actions import plan_reminders
from tests.counting import counted
from tests.factories import KYMRIAH, Hospital, World
from tests.reminders.due import SYSTEM, at, days_before, jobs_waiting, reminders

DUE, CHECK = date(2026, 10, 1), date(2026, 11, 15)
FOUND = DUE - timedelta(days=20)


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(name="Klinikum Süd")


@pytest.fixture
def said(hospital: Hospital) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": hospital.world.now}


@pytest.fixture
def action(hospital: Hospital) -> UUID:
    return hospital.action(hospital.deviation(FOUND), due_on=DUE, check_on=CHECK)


@pytest.fixture
def done(action: UUID, said: dict[str, Any]) -> UUID:
    return actions.finish(action, done_on=DUE, note="Trained, file 12", **said)


def keys(*people: Actor) -> set[UUID | None]:
    return {person.id for person in people}


@pytest.mark.parametrize(
    ("days_left", "kind", "rung"),
    [
        *[(15, "", None), (14, "action_due", 14), (8, "action_due", 14), (7, "action_due", 7), (2, "action_due", 7)],
        *[(1, "action_due", 1), (0, "action_due", 1), (-1, "action_late", -1), (-6, "action_late", -1)],
        *[(-7, "action_late", -7), (-14, "action_late", -14), (-29, "action_late", -14), (-30, "action_late", -30)],
        *[(-61, "action_late", -30), (-63, "", None)],
    ],
)
@pytest.mark.usefixtures("action")
def test_an_action_is_told_on_the_newest_rung_before_and_after_its_day(days_left: int, kind: str, rung: Any) -> None:
    plan_reminders(now=days_before(DUE, days_left))
    assert {(r.kind, (DUE - r.due_on).days) for r in reminders()} == ({(kind, rung)} if kind else set())


@pytest.mark.parametrize(
    ("days_left", "kind", "rung"), [(15, "", None), (7, "check_due", 7), (0, "check_due", 1), (-8, "check_late", -7)]
)
@pytest.mark.usefixtures("done")
def test_once_it_is_done_the_check_of_its_effect_is_told_likewise(days_left: int, kind: str, rung: Any) -> None:
    plan_reminders(now=days_before(CHECK, days_left))
    assert {(r.kind, (CHECK - r.due_on).days) for r in reminders()} == ({(kind, rung)} if kind else set())


@pytest.mark.parametrize(("day", "days_left"), [(DUE, 7), (CHECK, 7)])
def test_before_the_day_the_site_is_told_and_after_it_the_program_manager_too(
    hospital: Hospital, world: World, action: UUID, said: dict[str, Any], day: date, days_left: int
) -> None:
    for role in (Role.PHARMACIST, Role.TREATING_PHYSICIAN, Role.AUDITOR):
        world.account(role, site_id=hospital.site_id)
    other = world.hospital()
    if day == CHECK:
        actions.finish(action, done_on=DUE, note="Trained", **said)
    ours = keys(hospital.coordinator, hospital.representative)
    plan_reminders(now=days_before(day, days_left))
    assert {r.account_id for r in reminders()} == ours
    plan_reminders(now=days_before(day, -1))
    late = [r.account_id for r in reminders() if r.kind in ("action_late", "check_late")]
    assert set(late) == ours | keys(hospital.manager, other.manager)
    assert len(late) == 4


def test_the_manager_of_another_program_is_told_nothing(world: World, action: UUID) -> None:
    stranger = world.manager(KYMRIAH)
    plan_reminders(now=days_before(DUE, -1))
    assert stranger.id not in {r.account_id for r in reminders()}


@pytest.mark.usefixtures("action")
def test_each_rung_is_told_once_however_often_the_clock_ticks(hospital: Hospital) -> None:
    for days_left in range(16, -70, -1):
        for _ in range(2):
            plan_reminders(now=days_before(DUE, days_left))
    told = [(DUE - r.due_on).days for r in reminders() if r.account_id == hospital.coordinator.id]
    assert told == [14, 7, 1, -1, -7, -14, -30]


def test_what_is_done_is_not_told_as_late_nor_what_is_checked(done: UUID, said: dict[str, Any]) -> None:
    for days_left in (7, 1, 0, -1, -10):
        plan_reminders(now=days_before(DUE, days_left))
    assert reminders() == []
    actions.check_effect(done, effective=False, checked_on=DUE + timedelta(2), note="Asked her", **said)
    for days_left in (14, 1, 0, -1, -30):
        plan_reminders(now=days_before(CHECK, days_left))
    assert reminders() == []


def test_nothing_is_told_of_a_deviation_that_is_closed(hospital: Hospital, world: World, action: UUID) -> None:
    """No action stays open where one is closed; should a row ever say otherwise, nobody is told of it."""
    with transaction(SYSTEM, "test.close", at=world.now) as session:
        old = session.query(Deviation).one()
        own = ("scope_id", "program_id", "holds_on", "root_id", "source", "severity", "requirement_code", "reference")
        kept = {name: getattr(old, name) for name in (*own, "summary", "immediate_action")}
        session.add(Deviation(id=uuid7(), supersedes_id=old.id, root_cause="Known", closed_on=DUE, **kept))
    plan_reminders(now=days_before(DUE, -1))
    assert reminders() == []


def test_two_actions_against_one_deviation_are_two_things(hospital: Hospital, world: World) -> None:
    deviation = hospital.deviation(FOUND)
    for what in ("Train her", "Train all"):
        hospital.action(deviation, due_on=DUE, what=what)
    plan_reminders(now=days_before(DUE, 1))
    assert len(reminders()) == 4


def test_the_mail_says_the_site_what_is_to_be_done_and_until_when(hospital: Hospital, said: dict[str, Any]) -> None:
    deviation = hospital.deviation(FOUND)
    action = hospital.action(deviation, due_on=DUE, check_on=CHECK, what="Train the  night\r\nshift " + "x" * 200)
    plan_reminders(now=days_before(DUE, 1))
    plan_reminders(now=days_before(DUE, -1))
    actions.finish(action, done_on=DUE + timedelta(2), note="Trained", **said)
    plan_reminders(now=days_before(CHECK, 1))
    plan_reminders(now=days_before(CHECK, -1))
    assert {(r.subject[:58], len(r.subject), r.path) for r in reminders()} == {
        ("Klinikum Süd, corrective action: Train the night shift xxx", 153, f"/deviations/{deviation}")
    }
    assert [r.body for r in reminders() if r.account_id == hospital.coordinator.id] == [
        "This action is to be done by 1 Oct 2026.",
        "This action was to be done by 1 Oct 2026.",
        "The effect of this action is to be checked by 15 Nov 2026.",
        "The effect of this action was to be checked by 15 Nov 2026.",
    ]


def test_the_day_is_that_of_the_site(world: World) -> None:
    """On 1 October 13:00 UTC it is the 2nd in Auckland: there the action is late."""
    far = world.hospital(timezone="Pacific/Auckland")
    far.action(far.deviation(FOUND), due_on=DUE)
    plan_reminders(now=at(DUE, hour=10))
    assert {r.kind for r in reminders()} == {"action_due"}
    plan_reminders(now=at(DUE, hour=13))
    assert {r.kind for r in reminders()} == {"action_due", "action_late"}


def test_the_plan_stays_one_statement_and_each_reminder_a_job(hospital: Hospital) -> None:
    deviation = hospital.deviation(FOUND)
    for _ in range(5):
        hospital.action(deviation, due_on=DUE)
    with counted() as sent:
        assert plan_reminders(now=days_before(DUE, -1)) == 15
    assert len([s for s in sent if "insert into reminder" in s]) == 1
    assert len(sent) == 4
    assert jobs_waiting() == 15
