"""What is due at the sites of an actor."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.followup import actions, queries
from rems.followup.rules import ContactKind, Survival
from rems.programs import queries as programs
from tests.factories import EUROPE, LABEL, Hospital, World

TODAY = date(2026, 11, 24)
INFUSED = date(2025, 11, 20)  # Day 100 closed on 15 Mar 2026, 6 months on 18 Jun 2026; year 1 closes on 19 Jan 2027


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone="America/Chicago")


def due(actor: Actor, days: int, *, today: date = TODAY) -> list[tuple[str, str]]:
    with reading(actor):
        return [(one.patient_number, one.code) for one in queries.due(actor, today, days)]


def test_the_longest_overdue_comes_first_then_what_closes_soon(hospital: Hospital) -> None:
    hospital.infused(INFUSED, number="HL-1")
    hospital.infused(date(2026, 8, 3), number="HL-2")
    assert due(hospital.coordinator, 7) == [("HL-1", "D100"), ("HL-1", "M06"), ("HL-2", "D100")]
    assert due(hospital.coordinator, 60)[-1] == ("HL-1", "Y01")
    assert due(hospital.coordinator, 0, today=date(2026, 3, 15)) == [("HL-1", "D100")]
    assert due(hospital.coordinator, 0, today=date(2026, 3, 14)) == []


def test_what_was_held_and_what_is_only_planned_is_not_due(world: World, hospital: Hospital) -> None:
    key = hospital.infused(INFUSED, number="HL-1")
    hospital.enrolled(date(2025, 7, 1), planned_infusion_on=date(2025, 8, 1))
    said = {"contact": ContactKind.PHONE, "survival": Survival.ALIVE, "answers": {}}
    actions.record_visit(key, "D100", holds_on=date(2026, 3, 1), **said, by=hospital.coordinator, now=world.now)
    assert due(hospital.coordinator, 7) == [("HL-1", "M06")]


def test_nothing_is_due_of_a_patient_who_has_died(world: World, hospital: Hospital) -> None:
    key = hospital.infused(INFUSED)
    said = {"contact": ContactKind.PHONE, "survival": Survival.DEAD, "answers": {}}
    actions.record_visit(key, "D100", holds_on=date(2026, 3, 1), **said, by=hospital.coordinator, now=world.now)
    assert due(hospital.coordinator, 400) == []


def test_each_sees_what_is_due_at_its_own_sites(world: World, hospital: Hospital) -> None:
    hospital.infused(INFUSED, number="HL-1")
    stranger = world.hospital(LABEL, country="US").coordinator
    auditor = world.account(Role.AUDITOR, program_id=programs.key(LABEL))
    administrator = world.account(Role.ADMINISTRATOR)
    assert due(stranger, 7) == []
    assert due(administrator, 7) == []
    assert len(due(auditor, 7)) == len(due(Actor.system("reminders"), 7)) == 2


def test_a_visit_without_a_window_is_named_around_its_target_day(world: World) -> None:
    hospital = world.hospital(EUROPE).certified(date(2025, 6, 1))
    hospital.infused(date(2026, 8, 16), number="EU-1")
    assert due(hospital.coordinator, 7) == [("EU-1", "D100")]
    assert due(hospital.coordinator, 7, today=TODAY - timedelta(days=8)) == []
    assert due(hospital.coordinator, 7, today=TODAY + timedelta(days=30)) == [("EU-1", "D100")]
    assert due(hospital.coordinator, 7, today=TODAY + timedelta(days=31)) == []


def test_what_is_due_is_found_through_an_index(hospital: Hospital) -> None:
    """Not by reading the whole table, under the policies of a coordinator as well."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        if "FROM planned_visit" in statement:
            asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        due(hospital.coordinator, 7)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(asked) == 2
    with reading(hospital.coordinator):
        db.session.execute(text("set local enable_seqscan = off"))
        for statement, values in asked:
            plan = db.session.connection().exec_driver_sql(f"explain {statement}", values).scalars().all()
            assert "using ix_planned_visit" in "\n".join(plan).lower(), plan
