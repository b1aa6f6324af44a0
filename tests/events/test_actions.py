"""Reporting events against a real database: who may, what is kept, what the trail says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading, transaction
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.events import actions, queries
from rems.events.actions import Happening
from rems.events.models import DeadlineRow
from rems.events.rules import Kind, Outcome, Seriousness
from rems.events.steps import rebuild_deadlines
from rems.evidence.models import Evidence
from tests.events.cases import DAY, MILD, SEVERE, cache, kept, nothing_is_kept, processor, reported, trail
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, World


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE)


def test_a_report_keeps_the_grade_the_days_and_the_infusion_before_it(hospital: Hospital) -> None:
    row = kept(hospital.coordinator, reported(hospital))
    assert (row.term, row.grade, row.computed_grade) == ("Cytokine release syndrome", 3, 3)
    assert (row.grade_system, row.grade_reason) == ("ASTCT 2019", "")
    assert row.grade_inputs is not None
    assert row.grade_inputs["vasopressors"] == 1
    assert row.grade_steps[-1] == "Grade 3 is the worse of blood pressure (3) and oxygen (2)"
    assert (row.holds_on, row.site_aware_on, row.day_zero, row.day_zero_zone) == (DAY, DAY, DAY, "UTC")
    assert row.received_at == hospital.world.now
    assert row.reporter == f"{hospital.coordinator.name}, site coordinator"
    assert (row.case_number[:13], row.program_version) == ("DE-REMS-2026-", "annex-II-D")
    assert row.infusion_id is not None
    assert row.expected is None


def test_an_event_before_the_infusion_names_none(hospital: Hospital) -> None:
    key = actions.report(
        hospital.patient(infused_on=date(2026, 11, 20)), MILD, by=hospital.coordinator, now=hospital.world.now
    )
    assert kept(hospital.coordinator, key).infusion_id is None


@pytest.mark.parametrize(
    ("code", "country", "happened", "expected"),
    [
        (EUROPE, "DE", SEVERE, [("EU-SERIOUS", date(2026, 11, 27), "")]),
        (EUROPE, "DE", MILD, [("EU-NONSERIOUS", date(2027, 2, 10), "")]),
        (EUROPE, "NO", MILD, [("EU-NONSERIOUS", date(2027, 2, 10), "")]),
        (EUROPE, "CH", MILD, []),
        (EUROPE, "CH", SEVERE, [("EU-SERIOUS", date(2026, 11, 27), "")]),
        (LABEL, "US", SEVERE, [("US-15DAY-ALERT", date(2026, 11, 27), "runs until expectedness is assessed")]),
        (LABEL, "US", MILD, []),
    ],
)
def test_the_clocks_of_its_program_start(
    world: World, code: str, country: str, happened: Happening, expected: list[tuple[str, date, str]]
) -> None:
    hospital = world.hospital(code, country=country)
    reported(hospital, happened)
    assert cache(hospital.coordinator) == expected


def test_a_closed_program_is_walked_on_its_own_days(world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US", timezone="America/Chicago")
    then = date(2021, 12, 15)
    key = reported(hospital, replace(SEVERE, began_on=then, site_aware_on=then, day_zero=then))
    row = kept(hospital.coordinator, key)
    assert (row.day_zero_zone, row.program_version != "") == ("America/Chicago", True)
    with reading(hospital.coordinator):
        assert [c.code for c in queries.clocks_of(row)] == ["US-15DAY-ALERT", "SITE-TO-PROGRAM-SAE"]
    assert [c[1] for c in cache(hospital.coordinator)] == [date(2021, 12, 30)]


def test_after_the_program_closed_its_own_clock_does_not_run_but_the_law_does(world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US")
    key = reported(hospital, patient_id=hospital.patient())
    row = kept(hospital.coordinator, key)
    assert row.program_version == ""
    with reading(hospital.coordinator):
        assert [c.code for c in queries.clocks_of(row)] == ["US-15DAY-ALERT"]


@pytest.mark.parametrize(
    ("happened", "serious"),
    [(SEVERE, True), (MILD, False), (replace(MILD, seriousness=[Seriousness.HOSPITALIZATION]), False)],
)
def test_only_a_serious_case_of_crs_or_neurotoxicity_is_evidence_of_reporting(
    hospital: Hospital, happened: Happening, serious: bool
) -> None:
    key = reported(hospital, happened)
    with reading(hospital.coordinator):
        found = db.session.scalars(select(Evidence).where(Evidence.subject_id == key)).all()
        assert [e.summary.split(", ", 1)[1] for e in found] == (
            ["Cytokine release syndrome, reported 12 Nov 2026."] if serious else []
        )


def test_the_company_may_keep_a_calendar_of_its_own(
    hospital: Hospital, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = app.extensions["rems_settings"]
    values = {**given.values, "safety": {"company_timezone": "America/Chicago"}}
    monkeypatch.setitem(app.extensions, "rems_settings", replace(given, values=values))
    night = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)  # the 25th at the site, still the 24th in Chicago
    today = replace(SEVERE, began_on=date(2026, 11, 25), site_aware_on=date(2026, 11, 25), day_zero=date(2026, 11, 24))
    patient_id = hospital.patient(infused_on=date(2026, 11, 20))
    row = kept(hospital.coordinator, actions.report(patient_id, today, by=hospital.coordinator, now=night))
    assert (row.day_zero, row.day_zero_zone) == (date(2026, 11, 24), "America/Chicago")
    with pytest.raises(BadInput, match=r"25 Nov 2026 is not between .* and today, 24 Nov 2026"):
        actions.report(patient_id, replace(today, day_zero=date(2026, 11, 25)), by=hospital.coordinator, now=night)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"began_on": date(2026, 11, 25)}, "began_on", "When it began: 25 Nov 2026 lies ahead"),
    ({"day_zero": date(2026, 11, 25)}, "day_zero", "and today, 24 Nov 2026."),
    ({"kind": Kind.OTHER, "crs_inputs": None}, "term", "write the diagnosis or the sign in a few words."),
    ({"grade": 2}, "grade_reason", "Grade 2 was entered, by ASTCT 2019 it is 3"),
    ({"seriousness": []}, "seriousness", "CRS of grade 3 counts as serious"),
    ({"outcome": Outcome.FATAL}, "outcome", "a fatal outcome and the tick at Death go together"),
]


def test_what_makes_no_sense_is_said_at_its_field_and_nothing_is_kept(hospital: Hospital) -> None:
    patient_id = hospital.patient()
    for changes, field, sentence in WRONG:
        with pytest.raises(BadInput) as refused:
            reported(hospital, replace(SEVERE, **changes), patient_id)
        assert sentence in refused.value.sentence
        assert refused.value.field == field
    assert nothing_is_kept(hospital)
    assert cache(Actor.system("test")) == []


def test_a_grade_that_differs_is_kept_beside_the_computed_one_with_its_reason(hospital: Hospital) -> None:
    row = kept(hospital.coordinator, reported(hospital, replace(SEVERE, grade=2, grade_reason="Pressor for sedation")))
    assert (row.grade, row.computed_grade, row.grade_reason) == (2, 3, "Pressor for sedation")


def test_the_expected_criterion_may_be_left_with_a_reason(hospital: Hospital) -> None:
    left = replace(SEVERE, seriousness=[], not_serious_reason="Planned stay, over in a day")
    row = kept(hospital.coordinator, reported(hospital, left))
    assert (row.seriousness, row.not_serious_reason) == ([], "Planned stay, over in a day")


def test_reporting_is_refused_to_who_may_only_look(hospital: Hospital) -> None:
    patient_id = hospital.patient()
    auditor = hospital.world.account(Role.AUDITOR, site_id=hospital.site_id)
    with pytest.raises(NotAllowed, match="It is for: site coordinator"):
        actions.report(patient_id, SEVERE, by=auditor, now=hospital.world.now)
    assert nothing_is_kept(hospital)


def test_a_patient_of_another_site_is_not_found(hospital: Hospital, world: World) -> None:
    with pytest.raises(NotFound):
        actions.report(hospital.patient(), SEVERE, by=world.hospital().coordinator, now=world.now)
    assert nothing_is_kept(hospital)


def test_the_trail_shows_the_report_and_who_made_it(hospital: Hospital) -> None:
    key = reported(hospital)
    entries = trail(hospital, "events.report")
    assert {e["table_name"] for e in entries} == {"adverse_event", "evidence"}
    assert all(e["actor"] == hospital.coordinator.label for e in entries)
    assert str(key) in {e["row_key"] for e in entries}


def test_the_cache_can_be_thrown_away_and_built_anew(
    hospital: Hospital, world: World, superuser: psycopg.Connection
) -> None:
    reported(hospital)
    reported(hospital, MILD)
    everything = Actor.system("test")
    with reading(everything):
        before = db.session.scalars(select(DeadlineRow.id).order_by(DeadlineRow.id)).all()
    superuser.execute("delete from deadline")
    with transaction(everything, "events.rebuild_deadlines", at=world.now) as session:
        assert sum(rebuild_deadlines(row) for row in session.scalars(queries.visible(everything)).all()) == 2
    with reading(everything):
        assert db.session.scalars(select(DeadlineRow.id).order_by(DeadlineRow.id)).all() == before


def test_what_is_due_is_shown_to_who_may_read_it_alone(hospital: Hospital, world: World) -> None:
    reported(hospital)
    for actor, seen in ((processor(world), 1), (hospital.coordinator, 1), (world.hospital().coordinator, 0)):
        with reading(actor):
            assert len(queries.due(actor, on=world.today, within_days=7)) == seen


def test_a_role_that_may_not_read_events_sees_none(hospital: Hospital, world: World) -> None:
    key = reported(hospital)
    pharmacist = world.account(Role.PHARMACIST, site_id=hospital.site_id)
    with reading(pharmacist):
        assert queries.of_patient(pharmacist, kept(hospital.coordinator, key).patient_id) == []
    with reading(hospital.coordinator):
        row = queries.event(hospital.coordinator, key)
        assert [e.id for e in queries.of_patient(hospital.coordinator, row.patient_id)] == [key]
