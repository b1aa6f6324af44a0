"""What is planned: each thing on the rungs of its ladder, once, for those who can act."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.db import db, reading, transaction
from rems.reminders.actions import plan_reminders
from rems.reminders.models import Reminder
from rems.reminders.rules import ReminderKind
from rems.stock import actions as stock
from rems.stock.rules import MovementKind
from tests.counting import counted
from tests.factories import ADMIN, Hospital, World
from tests.reminders.due import SYSTEM, at, case, days_before, holder, jobs_waiting, lot, reminders, visit

CLOSES = date(2026, 9, 15)


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital()


@pytest.mark.parametrize(
    ("days_left", "rung"),
    [(31, None), (30, 30), (29, 30), (8, 30), (7, 7), (6, 7), (2, 7), (1, 1), (0, 1)],
)
def test_a_window_is_told_on_the_newest_rung_of_its_ladder_that_has_come(days_left, rung, hospital: Hospital) -> None:
    visit(hospital, CLOSES)
    plan_reminders(now=days_before(CLOSES, days_left))
    found = [(r.kind, r.due_on) for r in reminders()]
    assert found == ([(ReminderKind.VISIT_CLOSES, CLOSES - timedelta(days=rung))] if rung else [])


@pytest.mark.parametrize(("days_after", "told"), [(0, False), (1, True), (30, True), (40, False)])
def test_a_window_that_closed_unrecorded_is_told_once_for_a_month(days_after, told, hospital: Hospital) -> None:
    visit(hospital, CLOSES)
    plan_reminders(now=days_before(CLOSES, -days_after))
    overdue = [r for r in reminders() if r.kind == ReminderKind.VISIT_OVERDUE]
    assert [r.due_on for r in overdue] == ([CLOSES] if told else [])


def test_from_the_first_rung_to_the_end_a_window_is_told_four_times_however_often_the_clock_ticks(hospital) -> None:
    visit(hospital, CLOSES)
    for days_left in range(40, -5, -1):
        for _ in range(2):
            plan_reminders(now=days_before(CLOSES, days_left))
    told = [(r.kind, (CLOSES - r.due_on).days) for r in reminders()]
    assert told == [("visit_closes", 30), ("visit_closes", 7), ("visit_closes", 1), ("visit_overdue", 0)]


def test_a_second_run_plans_nothing(hospital: Hospital) -> None:
    visit(hospital, CLOSES)
    now = days_before(CLOSES, 7)
    assert plan_reminders(now=now) == 1
    assert plan_reminders(now=now + timedelta(minutes=1)) == 0
    assert len(reminders()) == jobs_waiting() == 1


def test_the_plan_is_one_statement_whatever_is_due(hospital: Hospital) -> None:
    patient = hospital.patient(enrolled_on=date(2026, 1, 5))
    for _ in range(20):
        visit(hospital, CLOSES, patient)
    with counted() as sent:
        assert plan_reminders(now=days_before(CLOSES, 7)) == 20
    assert len([s for s in sent if "insert into reminder" in s]) == 1
    assert len(sent) == 4  # who acts, the beginning, the plan, its jobs
    assert jobs_waiting() == 20


def test_two_clocks_at_once_plan_nothing_twice(app: Flask, hospital: Hospital) -> None:
    patient = hospital.patient(enrolled_on=date(2026, 1, 5))
    for _ in range(10):
        visit(hospital, CLOSES, patient)

    def plan(_: int) -> int:
        with app.app_context():
            return plan_reminders(now=days_before(CLOSES, 7))

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(plan, range(4)))
    assert sum(new) == len(reminders()) == jobs_waiting() == 10


@pytest.mark.parametrize(
    ("timezone", "hour", "days_left"),
    [("UTC", 10, 8), ("Pacific/Auckland", 13, 7), ("America/Los_Angeles", 13, 8), ("Pacific/Auckland", 10, 8)],
)
def test_the_day_is_that_of_the_site(timezone: str, hour: int, days_left: int, world: World) -> None:
    """On 7 September 13:00 UTC it is the 8th in Auckland, a week before the window closes."""
    hospital = world.hospital(timezone=timezone)
    visit(hospital, CLOSES)
    plan_reminders(now=at(date(2026, 9, 7), hour=hour))
    [found] = reminders()
    assert (CLOSES - found.due_on).days == (7 if days_left == 7 else 30)


@pytest.mark.parametrize("more", [{"held_on": date(2026, 9, 1)}, {"provisional": True}, {"closes_on": None}])
def test_a_visit_that_was_held_or_is_not_certain_or_has_no_end_is_not_told(more, hospital: Hospital) -> None:
    visit(hospital, more.pop("closes_on", CLOSES), **more)
    assert plan_reminders(now=days_before(CLOSES, 1)) == 0


def test_a_lot_with_vials_left_is_told_to_the_pharmacist_and_the_coordinator(hospital: Hospital) -> None:
    pharmacist = holder(hospital, Role.PHARMACIST, from_on=date(2026, 1, 1))
    key = lot(hospital, date(2026, 12, 20))
    assert plan_reminders(now=at(date(2026, 12, 13))) == 2
    found = reminders()
    assert {r.account_id for r in found} == {pharmacist, hospital.coordinator.id}
    assert {(r.subject_id, r.kind, r.due_on, r.subject, r.path) for r in found} == {
        (key, "lot_expires", date(2026, 12, 13), "Tocilizumab lot B4", f"/sites/{hospital.site_id}/stock")
    }
    assert found[0].body == "This lot expires on 20 Dec 2026."


def test_a_lot_that_is_used_up_is_not_told(hospital: Hospital) -> None:
    key = lot(hospital, date(2026, 12, 20))
    stock.move(
        key,
        MovementKind.WASTED,
        -4,
        holds_on=date(2026, 2, 2),
        note="broken",
        by=hospital.coordinator,
        now=hospital.world.now,
    )
    assert plan_reminders(now=at(date(2026, 12, 13))) == 0


def test_a_clock_is_told_to_the_case_processors_of_its_program_alone(hospital: Hospital, world: World) -> None:
    [program] = hospital.manager.programs
    processor = world.account(Role.CASE_PROCESSOR, program_id=program)
    with reading(SYSTEM):
        other = db.session.scalar(text("select id from program where id <> :id limit 1"), {"id": program})
    world.account(Role.CASE_PROCESSOR, program_id=other)
    key, deadlines = case(hospital, day_zero=date(2026, 11, 20))
    assert deadlines
    what, due_on = deadlines[0]
    plan_reminders(now=days_before(due_on, 3))
    found = [r for r in reminders() if r.due_on == due_on - timedelta(days=3)]
    assert [(r.account_id, r.kind, r.path) for r in found] == [(processor.id, "clock_runs_out", f"/events/{key}")]
    assert found[0].subject.endswith(f": {what}")
    assert found[0].body == f"This report is due on {due_on.day} {due_on:%b} {due_on.year}."


@pytest.mark.parametrize(
    ("role", "from_on", "until_on", "told"),
    [
        (Role.SITE_COORDINATOR, date(2026, 9, 8), None, True),
        (Role.SITE_COORDINATOR, date(2026, 1, 1), date(2026, 9, 8), True),
        (Role.SITE_COORDINATOR, date(2026, 9, 9), None, False),
        (Role.SITE_COORDINATOR, date(2026, 1, 1), date(2026, 9, 7), False),
        (Role.PHARMACIST, date(2026, 1, 1), None, False),
        (Role.AUDITOR, date(2026, 1, 1), None, False),
    ],
)
def test_only_who_holds_the_role_on_that_day_is_told(role, from_on, until_on, told, hospital: Hospital) -> None:
    person = holder(hospital, role, from_on=from_on, until_on=until_on)
    visit(hospital, CLOSES)
    plan_reminders(now=days_before(CLOSES, 7))
    assert (person in {r.account_id for r in reminders()}) == told


def test_a_closed_account_is_told_nothing(hospital: Hospital) -> None:
    person = holder(hospital, Role.SITE_COORDINATOR, from_on=date(2026, 1, 1))
    access.close_account(person, by=ADMIN, now=hospital.world.now)
    visit(hospital, CLOSES)
    plan_reminders(now=days_before(CLOSES, 7))
    assert [r.account_id for r in reminders()] == [hospital.coordinator.id]


def test_nobody_of_another_site_is_told_and_nobody_twice(hospital: Hospital, world: World) -> None:
    world.hospital()
    assert hospital.coordinator.id
    access.grant(
        hospital.coordinator.id,
        Role.SITE_COORDINATOR,
        site_id=hospital.site_id,
        from_on=date(2026, 1, 1),
        by=ADMIN,
        now=world.now,
    )
    visit(hospital, CLOSES)
    plan_reminders(now=days_before(CLOSES, 7))
    assert [r.account_id for r in reminders()] == [hospital.coordinator.id]


def test_a_reminder_names_a_patient_by_the_registry_number_alone(hospital: Hospital) -> None:
    patient = hospital.patient("HL-0042", enrolled_on=date(2026, 1, 5))
    visit(hospital, CLOSES, patient)
    plan_reminders(now=days_before(CLOSES, 7))
    [found] = reminders()
    assert found.subject == "HL-0042: Day-100 assessment"
    assert found.body == "The window of this visit closes on 15 Sep 2026."
    assert found.path == f"/patients/{patient}"


def test_the_trail_shows_what_was_planned_and_nothing_stays_of_a_failure(hospital: Hospital, world: World) -> None:
    visit(hospital, CLOSES)
    plan_reminders(now=days_before(CLOSES, 7))
    [entry] = world.trail("reminders.plan")
    assert (entry["actor"], entry["table_name"], entry["scope_id"]) == (
        "system: reminders",
        "reminder",
        hospital.scope_id,
    )
    with pytest.raises(ZeroDivisionError), transaction(SYSTEM, "test.failing", at=world.now) as session:
        session.execute(text("delete from planned_visit"))
        raise ZeroDivisionError
    with reading(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(Reminder)) == 1
