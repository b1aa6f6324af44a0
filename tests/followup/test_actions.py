"""Enrolling and infusing, against the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from rems.access.rules import Role
from rems.core.db import db, reading, transaction
from rems.core.errors import BadInput, Incomplete, NotAllowed, NotFound
from rems.followup import actions, steps
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.rules import Sex
from tests.factories import EUROPE, Hospital, World
from tests.followup.treated import INFUSED, Treated


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement that reaches the database inside the block."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def enrolling(world: World, hospital: Hospital, **said: Any) -> dict[str, Any]:
    """All that an enrollment asks, with what the test is about."""
    return {
        "number": "HL-0417",
        "sex": Sex.FEMALE,
        "birth_year": 1961,
        "indication": "Relapsed follicular lymphoma",
        "prior_lines": 3,
        "product": "Kymriah",
        "track": "CIBMTR-15Y-CRF",
        "enrolled_on": date(2026, 11, 20),
        "planned_infusion_on": date(2026, 12, 15),
        "by": hospital.coordinator,
        "now": world.now,
        **said,
    }


def test_enrolling_plans_every_visit_from_the_planned_infusion(world: World, hospital: Hospital) -> None:
    key = actions.enroll(hospital.scope_id, **enrolling(world, hospital))
    rows = Treated(key, hospital, world).planned()
    assert len(rows) == 17
    assert all(row.provisional and row.held_on is None and row.scope_id == hospital.scope_id for row in rows)
    assert (rows[0].code, rows[0].opens_on) == ("D100", date(2026, 12, 15) + timedelta(days=85))
    assert [e["table_name"] for e in world.trail("followup.enroll")[-1:]] == ["patient"]


def test_without_a_planned_day_the_visits_are_counted_from_the_enrollment(world: World, hospital: Hospital) -> None:
    key = actions.enroll(hospital.scope_id, **enrolling(world, hospital, planned_infusion_on=None))
    assert Treated(key, hospital, world).planned()[0].target_on == date(2026, 11, 20) + timedelta(days=100)


def test_enrolling_a_patient_with_seventeen_visits_takes_at_most_fifteen_statements(
    world: World, hospital: Hospital
) -> None:
    actions.enroll(hospital.scope_id, **enrolling(world, hospital, number="HL-0001"))
    with counting() as seen:
        actions.enroll(hospital.scope_id, **enrolling(world, hospital))
    assert len(seen) <= 15, "\n".join(seen)
    assert sum("INSERT INTO planned_visit" in one for one in seen) == 1


def test_rebuilding_the_planned_visits_takes_four_statements_and_keeps_their_keys(treated: Treated) -> None:
    treated.record("D100", date(2026, 3, 1))
    before = treated.planned()
    with transaction(treated.by, "test.plan", at=treated.world.now) as session:
        patient = session.get(Patient, treated.id)
        with counting() as seen:
            assert steps.plan_visits(patient, from_on=INFUSED, provisional=False) == 17
    assert len(seen) == 4, "\n".join(seen)
    assert [(r.id, r.code, r.held_on) for r in treated.planned()] == [(r.id, r.code, r.held_on) for r in before]
    assert before[0].held_on == date(2026, 3, 1)


def test_planning_outside_a_transaction_is_refused(treated: Treated) -> None:
    with reading(treated.by):
        patient = patients.patient(treated.by, treated.id)
        with pytest.raises(RuntimeError, match="planning visits must be called inside a transaction"):
            steps.plan_visits(patient, from_on=INFUSED, provisional=False)


def test_planned_visits_leave_no_trail(world: World, waiting: Treated) -> None:
    tables = {e["table_name"] for e in world.trail("followup.enroll")}
    assert "planned_visit" not in tables
    assert len(waiting.planned()) == 17


WRONG_ENROLLMENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"enrolled_on": date(2026, 11, 25)}, "25 Nov 2026 has not come yet; today is 24 Nov 2026", "enrolled_on"),
    ({"planned_infusion_on": date(2026, 11, 19)}, "before the enrollment on 20 Nov 2026", "planned_infusion_on"),
    ({"number": "Maria Lopez"}, "looks like a name", "number"),
    ({"number": "HL 14.03.1961"}, "looks like a full date of birth", "number"),
    ({"birth_year": 1890}, "is not between", "birth_year"),
    ({"product": "Aspirin"}, "is not of this program", "product"),
    ({"track": "EBMT-PASS-15Y"}, "is not of this program", "track"),
]


def test_an_enrollment_that_makes_no_sense_leaves_neither_patient_nor_trail(world: World, hospital: Hospital) -> None:
    before = len(world.trail("followup.enroll"))
    for said, sentence, field in WRONG_ENROLLMENTS:
        with pytest.raises(BadInput, match=sentence) as refused:
            actions.enroll(hospital.scope_id, **enrolling(world, hospital, **said))
        assert refused.value.field == field
    assert len(world.trail("followup.enroll")) == before
    with reading(hospital.coordinator):
        assert not list(db.session.scalars(patients.visible(hospital.coordinator)))


def test_enrolling_infusing_and_recording_are_refused_to_the_wrong_role(
    world: World, hospital: Hospital, treated: Treated
) -> None:
    place = {"location_id": hospital.location_id, "lot": "TK-1", "bags": 1}
    for role in (Role.PHARMACIST, Role.AUDITOR, Role.AUTHORIZED_REPRESENTATIVE):
        other = world.account(role, site_id=hospital.site_id)
        with pytest.raises(NotAllowed):
            actions.enroll(hospital.scope_id, **enrolling(world, hospital, by=other))
        with pytest.raises(NotAllowed):
            actions.infuse(treated.id, infused_at=world.now, **place, by=other, now=world.now)
        with pytest.raises(NotAllowed):
            treated.record("D100", date(2026, 3, 1), by=other)
    assert treated.course().done == 0


def test_a_patient_of_another_site_is_not_found(world: World, treated: Treated) -> None:
    stranger = world.hospital(EUROPE).coordinator
    with pytest.raises(NotFound):
        treated.record("D100", date(2026, 3, 1), by=stranger)
    with pytest.raises(NotFound):
        actions.enroll(treated.hospital.scope_id, **enrolling(world, treated.hospital, by=stranger))


def test_the_infusion_counts_the_visits_anew_from_its_day(world: World, treated: Treated) -> None:
    rows = treated.planned()
    assert not any(row.provisional for row in rows)
    assert rows[0].target_on == INFUSED + timedelta(days=100)
    assert "infusion" in {e["table_name"] for e in world.trail("followup.infuse")}


def test_without_an_authorization_no_infusion_is_recorded_and_nothing_is_left(world: World, waiting: Treated) -> None:
    before, trail = waiting.planned(), len(world.trail("followup.infuse"))
    with pytest.raises(Incomplete, match="No authorization"):
        actions.infuse(
            waiting.id,
            infused_at=world.now - timedelta(hours=1),
            location_id=waiting.hospital.location_id,
            lot="TK-1",
            bags=1,
            by=waiting.by,
            now=world.now,
        )
    assert [row.provisional for row in waiting.planned()] == [row.provisional for row in before]
    assert len(world.trail("followup.infuse")) == trail
