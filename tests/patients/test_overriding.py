"""A legal stop overridden: by the role that the program names, with a reason, kept, shown and reported."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rems.core.db import db, reading
from rems.core.errors import BadInput, Incomplete, NotAllowed
from rems.followup import actions as followup
from rems.patients import actions, overriding
from tests.factories import EUROPE, PASSWORD, Hospital, World
from tests.patients.overridden import ON, WHY, overridable, override, physician, prepared, suspended


@pytest.fixture
def local(app: Flask, request: pytest.FixtureRequest) -> Iterator[None]:
    """This installation lets a treating physician override a stop of the European program, or whom a test names."""
    with overridable(app, by=getattr(request, "param", "treating_physician")):
        yield


@pytest.fixture
def hospital(world: World) -> Hospital:
    return suspended(world)


@pytest.mark.usefixtures("local")
def test_an_overridden_stop_lets_the_infusion_be_recorded_and_has_to_be_reported(
    world: World, hospital: Hospital
) -> None:
    patient_id, by = prepared(hospital), physician(hospital)
    with pytest.raises(Incomplete):
        actions.authorize(patient_id, hospital.location_id, at=world.now, password=PASSWORD, by=by, now=world.now)
    row = override(hospital, patient_id, by)
    assert row.checks["override"]["reason"] == WHY
    with reading(hospital.manager):
        (found,) = overriding.overrides(hospital.manager)
        assert overriding.to_report(hospital.manager) == 1
        assert found.report is None and found.row.reason == WHY
        assert found.titles == ["Site certified on 24 Nov 2026"]
        key = found.row.id
    followup.infuse(
        patient_id, infused_at=world.now, location_id=hospital.location_id, lot="TK-1", bags=1, by=by, now=world.now
    )
    said = {"holds_on": world.today, "reference": "MED-7", "by": hospital.manager, "now": world.now}
    with pytest.raises(NotAllowed):
        actions.report_override(key, **{**said, "by": hospital.coordinator}, reported_to="Sponsor")
    actions.report_override(key, reported_to="Sponsor", **said)
    with pytest.raises(BadInput, match="It was reported on .* to Sponsor already"):
        actions.report_override(key, reported_to="Sponsor", **said)
    with reading(hospital.manager):
        assert overriding.to_report(hospital.manager) == 0
    assert {e["table_name"] for e in world.trail("patients.override_stop")} >= {"stop_override", "signature"}
    assert {e["reason"] for e in world.trail("patients.override_stop")} == {WHY}
    assert world.trail("patients.report_override")


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    ("day", "whom", "sentence"),
    [
        (date(2026, 11, 25), "Sponsor", "25 Nov 2026 has not come yet"),
        (date(2026, 11, 20), "Sponsor", "is before 24 Nov 2026, the day of the override"),
        (date(2026, 11, 24), " ", "Reported to: name the authority or the sponsor."),
    ],
)
def test_a_report_of_an_override_has_a_day_that_makes_sense_and_says_to_whom(
    world: World, hospital: Hospital, day: date, whom: str, sentence: str
) -> None:
    override(hospital, prepared(hospital), physician(hospital))
    with reading(hospital.manager):
        key = overriding.overrides(hospital.manager)[0].row.id
    with pytest.raises(BadInput, match=sentence):
        actions.report_override(key, holds_on=day, reported_to=whom, reference="", by=hospital.manager, now=world.now)


@pytest.mark.usefixtures("local")
def test_another_role_does_not_override(hospital: Hospital) -> None:
    patient_id = prepared(hospital)
    for by in (hospital.coordinator, hospital.manager):
        with pytest.raises(NotAllowed, match="is overridden by a treating physician of this site or program alone"):
            override(hospital, patient_id, by)


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("local", [""], indirect=True)
def test_where_the_program_names_nobody_nobody_overrides(hospital: Hospital) -> None:
    with pytest.raises(NotAllowed, match="names nobody who may override a stop"):
        override(hospital, prepared(hospital), physician(hospital))


@pytest.mark.usefixtures("local")
def test_what_protects_the_patient_is_never_overridden(world: World, hospital: Hospital) -> None:
    with pytest.raises(Incomplete) as refused:
        override(hospital, prepared(hospital, consent=False), physician(hospital))
    assert [gap.split(":")[0] for gap in refused.value.gaps] == ["Consent to treatment"]
    assert world.trail("patients.override_stop") == []


@pytest.mark.usefixtures("local")
def test_an_override_needs_a_reason_and_something_to_override(world: World, hospital: Hospital) -> None:
    patient_id, by = prepared(hospital), physician(hospital)
    with pytest.raises(BadInput, match="Reason is missing"):
        override(hospital, patient_id, by, reason=" ")
    other = world.hospital(EUROPE).certified(ON)
    with pytest.raises(BadInput, match="Nothing stops this infusion"):
        override(other, prepared(other), physician(other))


@pytest.mark.usefixtures("local")
def test_the_gate_offers_the_override_and_shows_it(client: FlaskClient, world: World, hospital: Hospital) -> None:
    patient_id, by = prepared(hospital), physician(hospital)
    world.sign_in(client, by)
    at = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)
    page = client.get(f"/patients/{patient_id}/gate?at={at:%d+%b+%Y+%H:%M}&location_id={hospital.location_id}").text
    assert "Override the stop" in page and "Sign and override" in page
    override(hospital, patient_id, by)
    page = client.get(f"/patients/{patient_id}/gate?at={at:%d+%b+%Y+%H:%M}&location_id={hospital.location_id}").text
    assert "Authorized over an open stop" in page and WHY in page
    world.sign_in(client, hospital.manager)
    assert "1 overridden stop" in client.get("/today").text
    assert "To be reported" in client.get("/overrides").text


@pytest.mark.usefixtures("local")
def test_the_override_asks_for_its_deviation_in_its_own_transaction(hospital: Hospital) -> None:
    patient_id, by = prepared(hospital), physician(hospital)
    override(hospital, patient_id, by)
    with pytest.raises(BadInput):
        override(hospital, patient_id, by, reason=" ")
    with reading(hospital.manager):
        key = str(overriding.overrides(hospital.manager)[0].row.id)
        jobs = db.session.execute(text("select task_name, args from procrastinate_jobs")).all()
    assert [tuple(job) for job in jobs] == [("compliance.report_override", {"override_id": key})]
