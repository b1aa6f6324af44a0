"""The pages on which a follow-up takes a turn, and its summary as PDF."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from rems.access.rules import Role
from rems.core.clock import utcnow
from tests.factories import EUROPE, csrf


@pytest.fixture
def hospital(world):
    world.now = utcnow()
    return world.hospital(EUROPE).certified(date(2022, 1, 10))


@pytest.fixture
def patient(hospital):
    return hospital.infused(date(2022, 3, 1))


def send(client, path: str, **data):
    token = csrf(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **data})


def test_attempts_lead_to_lost_and_found(world, hospital, patient, client):
    world.sign_in(client, hospital.coordinator)
    path, here = f"/patients/{patient}", f"/patients/{patient}/followup"
    assert "Nobody had to be looked for" in client.get(here).text
    today = world.today
    refused = send(client, f"{path}/lost", on=today.isoformat(), reason="Moved, no address.")
    assert refused.status_code == 422
    assert "asks to try 3 times" in refused.text
    assert "Moved, no address." in refused.text
    for days in (30, 20, 10):
        day = (today - timedelta(days=days)).isoformat()
        send(client, f"{path}/attempts/new", holds_on=day, way="call", outcome="not_reached", note="Number not in use")
    assert "3 attempts" in client.get(here).text
    send(client, f"{path}/lost", on=today.isoformat(), reason="Moved, no address.")
    page = client.get(here).text
    assert "Lost to follow-up since" in page
    assert "lost to follow-up since" in client.get(path).text
    send(client, f"{path}/found", on=today.isoformat(), reason="Called from the new town.")
    assert "In follow-up" in client.get(here).text
    back = re.search(r'href="([^"]+/turns/[^"]+/take-back)"', client.get(here).text)[1]
    send(client, back, reason="It was somebody else.")
    assert "Lost to follow-up since" in client.get(here).text
    attempt = re.search(r'href="([^"]+/attempts/[^"]+/take-back)"', client.get(here).text)[1]
    send(client, attempt, reason="Another patient.")
    assert "2 attempts" in client.get(here).text


def test_an_attempt_that_cannot_be_keeps_what_was_typed(world, hospital, patient, client):
    world.sign_in(client, hospital.coordinator)
    said = {"holds_on": world.today.isoformat(), "way": "call", "outcome": "no_record", "note": "Register of deaths"}
    answer = send(client, f"/patients/{patient}/attempts/new", **said)
    assert answer.status_code == 422
    assert "Only a vital-status source can have no word of the patient." in answer.text
    assert "Register of deaths" in answer.text


def test_another_day_and_other_roles_have_no_buttons(world, hospital, patient, client):
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/patients/{patient}/followup?as_of=2024-01-01").text
    assert "Note an attempt" not in page
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id))
    assert "Note an attempt" not in client.get(f"/patients/{patient}/followup").text
    for way in ("attempts/new", "lost", "found", "completed", "track"):
        assert client.get(f"/patients/{patient}/{way}").status_code == 403


def test_the_summary_says_how_it_stands_with_each_visit(world, hospital, patient, client):
    world.sign_in(client, hospital.coordinator)
    pdf = client.get(f"/patients/{patient}/summary.pdf")
    assert pdf.mimetype == "application/pdf"
    said = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages).split())
    for words in ("Summary of the follow-up", "In follow-up", "0 of", "Follow-up took no turn.", "None is reported."):
        assert words in said, words


def test_there_is_no_summary_before_the_infusion(hospital, world, client):
    world.sign_in(client, hospital.coordinator)
    waiting = hospital.enrolled(world.today)
    assert client.get(f"/patients/{waiting}/summary.pdf").status_code == 404
    assert "Not infused yet" in client.get(f"/patients/{waiting}/followup").text
