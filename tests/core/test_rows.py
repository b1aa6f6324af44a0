"""Many rows in one statement: all of them, with their empty cells, in the scope of whoever writes."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from rems.core.db import db, reading, transaction
from rems.core.ids import uuid7
from rems.core.rows import insert_at_once
from rems.followup.models import PlannedVisit
from tests.counting import counted
from tests.factories import LABEL, World

DAYS = [(date(2026, 1, 2), None), (None, date(2026, 2, 2)), (None, None)]


def rows(world: World, scope_id: object = None) -> list[dict[str, object]]:
    hospital = world.hospital(LABEL)
    patient = hospital.patient(enrolled_on=date(2025, 7, 1))
    same = {"scope_id": scope_id or hospital.scope_id, "program_id": next(iter(hospital.manager.programs))}
    same |= {"patient_id": patient, "title": 'A, "visit" with {braces} and ünïcode\\', "kind": "query"}
    found = []
    for number, (opens, closes) in enumerate(DAYS):
        days = {"opens_on": opens, "target_on": date(2026, 1, 20), "closes_on": closes, "held_on": None}
        found.append({"id": uuid7(), **same, "code": f"X{number}", **days, "provisional": number == 1})
    return found


def test_rows_are_kept_as_they_were_given_by_one_statement(world: World) -> None:
    given: list[dict[str, object]] = rows(world)
    by = world.actor(next(key for key, mail in world.emails.items() if mail.startswith("site_coordinator")))
    with transaction(by, "test.rows", at=world.now), counted() as seen:
        insert_at_once(PlannedVisit, given)
        insert_at_once(PlannedVisit, [])
    assert len(seen) == 1
    with reading(by):
        kept = db.session.scalars(select(PlannedVisit).where(PlannedVisit.code.like("X_")).order_by(PlannedVisit.code))
        assert [{name: getattr(row, name) for name in given[0]} for row in kept] == given


def test_a_row_of_another_scope_is_refused_as_any_other(world: World) -> None:
    given = rows(world, scope_id=uuid7())
    stranger = world.hospital(LABEL).coordinator
    with pytest.raises(DBAPIError), transaction(stranger, "test.rows", at=world.now):
        insert_at_once(PlannedVisit, given)
