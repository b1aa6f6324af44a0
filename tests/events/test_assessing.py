"""Assessing events against a real database: clocks worked out anew, both states kept, nobody overwritten."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.events import actions, queries
from rems.events.grading import CrsInputs
from rems.events.models import DeadlineRow
from rems.events.rules import Seriousness
from rems.evidence.models import Evidence
from tests.events.cases import DAY, SEVERE, cache, kept, processor, reported, trail
from tests.factories import EUROPE, LABEL, Hospital, World


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE)


def assessed(
    event_id: UUID, by: Actor, world: World, *, expected: bool = True, reason: str = "Label of 11/2025"
) -> UUID:
    return actions.assess(
        event_id,
        expected=expected,
        seriousness=[Seriousness.HOSPITALIZATION],
        reason=reason,
        by=by,
        now=world.now,
    )


def test_assessed_as_expected_the_clock_for_the_unexpected_stops(world: World) -> None:
    hospital = world.hospital(LABEL, country="US")
    key = reported(hospital)
    reviewer = processor(world, LABEL, Role.MEDICAL_REVIEWER)
    new = assessed(key, reviewer, world)
    row = kept(reviewer, key)
    assert (row.id, row.supersedes_id, row.expected, row.day_zero) == (new, key, True, DAY)
    assert cache(reviewer) == []
    with reading(reviewer):
        assert [s.id for s in queries.states(reviewer, row.case_number)] == [key, new]


def test_assessed_as_unexpected_the_clock_runs_on_without_its_condition_under_the_same_key(world: World) -> None:
    hospital = world.hospital(LABEL, country="US")
    key = reported(hospital)
    with reading(hospital.coordinator):
        before = db.session.scalars(select(DeadlineRow.id)).all()
    new = assessed(key, processor(world, LABEL), world, expected=False)
    assert cache(hospital.coordinator) == [("US-15DAY-ALERT", date(2026, 11, 27), "")]
    with reading(hospital.coordinator):
        assert db.session.scalars(select(DeadlineRow.id)).all() == before
        assert db.session.scalars(select(DeadlineRow.event_id)).all() == [new]


def test_an_upgrade_to_serious_is_evidence_too(world: World) -> None:
    hospital = world.hospital(EUROPE)
    light = replace(SEVERE, crs_inputs=CrsInputs(38.4), seriousness=[])
    key = reported(hospital, light)
    new = assessed(key, processor(world), world)
    with reading(hospital.coordinator):
        assert db.session.scalars(select(Evidence.kind).where(Evidence.subject_id == new)).all() == ["case-report"]
    assert [c[0] for c in cache(hospital.coordinator)] == ["EU-SERIOUS"]


def test_assessing_is_refused_to_the_site(hospital: Hospital, world: World) -> None:
    key = reported(hospital)
    with pytest.raises(NotAllowed, match="case processor, medical reviewer"):
        assessed(key, hospital.coordinator, world)
    assert kept(hospital.coordinator, key).id == key
    assert trail(hospital, "events.assess") == []


def test_an_assessment_without_its_reason_is_refused(hospital: Hospital, world: World) -> None:
    with pytest.raises(BadInput, match="Reason is missing: say against which reference safety information"):
        assessed(reported(hospital), processor(world), world, reason="  ")


def test_two_who_assess_the_same_state_do_not_overwrite_each_other(hospital: Hospital, world: World) -> None:
    key, by = reported(hospital), processor(world)
    assessed(key, by, world)
    with pytest.raises(StaleRecord):
        assessed(key, by, world, expected=False)
    assert kept(by, key).expected is True


def test_an_assessment_of_a_hidden_case_is_not_found(hospital: Hospital, world: World) -> None:
    with pytest.raises(NotFound):
        assessed(reported(hospital), processor(world, LABEL), world)


def test_the_trail_shows_the_assessment_with_its_reason(hospital: Hospital, world: World) -> None:
    assessed(reported(hospital), processor(world), world)
    (entry,) = [e for e in trail(hospital, "events.assess") if e["table_name"] == "adverse_event"]
    assert (entry["operation"], entry["reason"]) == ("insert", "Label of 11/2025")


def test_what_was_known_before_the_assessment_can_be_asked_for_ever(hospital: Hospital, world: World) -> None:
    key, by = reported(hospital), processor(world)
    with reading(by):
        before = db.session.execute(text("select clock_timestamp()")).scalar_one()
    assessed(key, by, world)
    with reading(by):
        assert queries.event(by, key, Lens(world.today, before)).expected is None
        assert queries.event(by, key, Lens(world.today)).expected is True
        assert len(queries.states(by, queries.event(by, key).case_number, Lens(world.today, before))) == 1
        with pytest.raises(NotFound, match="had not begun on that day"):
            queries.event(by, key, Lens(DAY - timedelta(days=1)))
