"""The overrides on the page of the patient: what, by whom in which role, when, why, and whether it was reported."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rems.core.clock import utcnow
from rems.core.db import reading
from rems.patients import actions, overriding
from rems.trail.knowing import settled
from rems.web.filters import exact_moment, record_day
from tests.counting import counted
from tests.factories import Hospital, World
from tests.patients.overridden import WHY, overridable, override, physician, prepared, suspended


@pytest.fixture(autouse=True)
def local(app: Flask) -> Iterator[None]:
    """This installation lets a treating physician override a stop of the European program."""
    with overridable(app):
        yield


def page_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(answer.get_data(as_text=True))).split())


def moment_of(hospital: Hospital) -> str:
    """A moment that all of before is known at, as an address says it."""
    with reading(hospital.coordinator):
        return quote(settled()[0].isoformat())


def has_section(client: FlaskClient, address: str) -> bool:
    return 'id="overridden"' in client.get(address).text


class Kept(NamedTuple):
    """An override as the test needs it: its key, the day it is for, and when it was recorded (UTC)."""

    id: UUID
    day: date
    recorded_at: datetime


def kept(hospital: Hospital, patient_id: UUID) -> Kept:
    with reading(hospital.manager):
        [found] = overriding.of_patient(patient_id)
        return Kept(found.row.id, found.row.holds_on, found.row.recorded_at)


def report(hospital: Hospital, found: Kept) -> None:
    said: dict[str, Any] = {"holds_on": found.day, "by": hospital.manager}
    now = hospital.world.now + timedelta(days=1)
    actions.report_override(found.id, reported_to="The sponsor", reference="MED-7", now=now, **said)


def test_it_says_what_was_overridden_by_whom_when_why_and_its_report(client: FlaskClient, world: World) -> None:
    world.now = utcnow()
    hospital = suspended(world, timezone="Asia/Tokyo")
    patient_id, other_id = prepared(hospital), prepared(hospital)
    world.sign_in(client, hospital.coordinator)
    assert not has_section(client, f"/patients/{patient_id}")
    override(hospital, patient_id, physician(hospital, "Ines Varga"))
    found = kept(hospital, patient_id)
    day, moment = record_day(found.day), exact_moment(found.recorded_at, "Asia/Tokyo")
    assert has_section(client, f"/patients/{patient_id}")
    page = page_of(client, f"/patients/{patient_id}")
    assert "Overridden stops 1 of 1 to be reported" in page and "Authorized over a stop" in page
    assert f"Site certified on {day} {WHY} Ines Varga, treating physician, {moment}, for the infusion of {day}." in page
    assert "JST" in moment and "To be reported" in page
    assert "Ines Varga, treating physician" in page_of(client, f"/patients/{patient_id}/gate")
    assert not has_section(client, f"/patients/{other_id}")
    report(hospital, found)
    page = page_of(client, f"/patients/{patient_id}")
    assert "Overridden stops all reported" in page and "To be reported" not in page
    assert f"Reported on {day} to The sponsor, reference MED-7." in page


def test_another_day_or_knowledge_shows_the_overrides_of_then(client: FlaskClient, world: World) -> None:
    hospital = suspended(world)
    patient_id = prepared(hospital)
    before = moment_of(hospital)
    override(hospital, patient_id, physician(hospital))
    unreported, found = moment_of(hospital), kept(hospital, patient_id)
    report(hospital, found)
    world.sign_in(client, hospital.manager)
    at, one, day = f"/patients/{patient_id}", f"/overrides/{found.id}", found.day
    for ask in (f"as_of={day - timedelta(days=1)}", f"known_at={before}"):
        assert not has_section(client, f"{at}?{ask}")
        assert "There is no such override on this day" in page_of(client, f"{one}?{ask}", 404)
    page = page_of(client, f"{at}?known_at={unreported}")
    assert "1 of 1 to be reported" in page and "The sponsor" not in page
    assert f'href="{one}?known_at=' in client.get(f"{at}?known_at={unreported}").text
    page = page_of(client, f"{one}?known_at={unreported}")
    assert "Not today." in page and "To be reported" in page and "Record its report" not in page
    assert "all reported" in page_of(client, f"{at}?as_of={day}")


def test_another_hospital_sees_neither_the_patient_nor_kept(client: FlaskClient, world: World) -> None:
    hospital = suspended(world)
    patient_id = prepared(hospital)
    override(hospital, patient_id, physician(hospital))
    found = kept(hospital, patient_id)
    world.sign_in(client, world.hospital().coordinator)
    for address in (f"/patients/{patient_id}", f"/overrides/{found.id}"):
        assert WHY not in page_of(client, address, 404)


def test_many_overrides_cost_no_more_statements_than_one(world: World) -> None:
    hospital = suspended(world)
    by = physician(hospital)

    def cost() -> int:
        with reading(hospital.manager), counted() as sent:
            overriding.overrides(hospital.manager)
        return len(sent)

    override(hospital, prepared(hospital), by)
    alone = cost()
    for _ in range(3):
        override(hospital, prepared(hospital), by)
    assert cost() == alone
