"""The calendar feed: what it holds, who it is for, when it ends, and that it tells of nobody."""

import logging
import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import icalendar
import pytest
from flask.testing import FlaskClient

from rems.access import actions as access
from rems.access import queries as accounts
from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.errors import IllegalMove, NotAllowed, NotFound
from rems.events import actions as events
from rems.events.actions import Happening
from rems.events.rules import Kind, Outcome, Seriousness
from rems.followup import actions as followup
from rems.followup.feed import actions, queries
from rems.followup.feed.rules import Entry, calendar_of, visit_title
from rems.followup.rules import ContactKind, Survival
from tests.factories import ADMIN, LABEL, Hospital, World, csrf

BASE = "https://rems.example"


@pytest.fixture
def world(world: World) -> World:
    world.now = utcnow()
    return world


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone="America/Chicago", name="Nordheim; Süd, \\ Haus")


@pytest.fixture
def patient(world: World, hospital: Hospital) -> UUID:
    return hospital.infused(world.today - timedelta(days=120), number="HL-SECRET-1")


Fetch = Callable[..., icalendar.Calendar]


def entries(feed: actions.Feed) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(feed.content).walk("VEVENT"))


def made_by(hospital: Hospital) -> tuple[str, actions.Feed]:
    secret = actions.make(by=hospital.coordinator, now=hospital.world.now)
    return secret, actions.fetch(secret, base_url=BASE, now=hospital.world.now)


def test_a_title_names_visit_window_and_site_and_nobody() -> None:
    assert visit_title("Day 100", date(2026, 1, 13), date(2026, 5, 13), "Nordheim") == (
        "Day 100 visit, window 13 Jan to 13 May, Nordheim"
    )
    assert visit_title("Yearly visit 1", date(2026, 12, 1), date(2027, 1, 13), "Nordheim") == (
        "Yearly visit 1, window 1 Dec 2026 to 13 Jan 2027, Nordheim"
    )
    assert visit_title("2 years", None, None, "Nordheim") == "2 years visit, target day, no window set, Nordheim"


def test_the_feed_is_read_by_the_package_and_holds_the_windows(hospital: Hospital, patient: UUID) -> None:
    _, feed = made_by(hospital)
    whole = icalendar.Calendar.from_ical(feed.content)
    assert not whole.errors and whole["VERSION"] == "2.0" and str(whole["METHOD"]) == "PUBLISH"
    day_100 = next(e for e in entries(feed) if "Day 100" in str(e["SUMMARY"]))
    assert not day_100.errors
    with reading(hospital.coordinator):
        [planned] = [
            e
            for e in queries.entries(hospital.coordinator, today=hospital.world.today, base_url=BASE)
            if "Day 100" in e.title
        ]
    assert day_100["DTSTART"].dt == planned.begins_on
    assert day_100["DTEND"].dt == planned.ends_on + timedelta(days=1)
    assert day_100["DTSTART"].params["VALUE"] == "DATE"
    assert str(day_100["SUMMARY"]).endswith("Nordheim; Süd, \\ Haus")
    assert str(day_100["URL"]) == f"{BASE}/patients/{patient}/visits/D100"


def test_lines_are_folded_at_75_octets_and_end_as_the_standard_asks(hospital: Hospital, patient: UUID) -> None:
    lines = made_by(hospital)[1].content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert any(line.startswith(b" ") for line in lines)


def test_every_entry_has_a_uid_of_its_own_that_stays(hospital: Hospital, patient: UUID) -> None:
    secret, feed = made_by(hospital)
    keys = [str(e["UID"]) for e in entries(feed)]
    assert len(set(keys)) == len(keys) > 0
    said = {"contact": ContactKind.PHONE, "survival": Survival.ALIVE, "answers": {}, "by": hospital.coordinator}
    on = hospital.world.today - timedelta(days=20)
    followup.record_visit(patient, "D100", holds_on=on, **said, now=hospital.world.now)
    later = {str(e["UID"]) for e in entries(actions.fetch(secret, base_url=BASE, now=hospital.world.now))}
    assert later < set(keys)
    assert len(later) == len(keys) - 1


def test_nothing_in_the_feed_tells_of_a_patient(hospital: Hospital, patient: UUID) -> None:
    text = made_by(hospital)[1].content.replace(b"\r\n ", b"").decode()
    for secret in ("HL-SECRET-1", "HLSECRET1", "1961", "lymphoma", "Kymriah", hospital.coordinator.name):
        assert secret not in text
    assert set(re.findall(r"^([A-Z-]+)[;:]", text, re.MULTILINE)) == {
        *("BEGIN", "END", "PRODID", "VERSION", "METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"),
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "URL", "DESCRIPTION", "CATEGORIES", "CLASS", "TRANSP"),
    }


def test_the_clock_of_an_event_stands_in_it_without_its_case(world: World, hospital: Hospital, patient: UUID) -> None:
    on = world.today - timedelta(days=2)
    happened = Happening(
        Kind.OTHER, "Pneumonia", on, on, on, [Seriousness.HOSPITALIZATION], Outcome.RECOVERING, grade=3
    )
    event = events.report(patient, happened, by=hospital.coordinator, now=world.now)
    text = made_by(hospital)[1].content.replace(b"\r\n ", b"").decode()
    assert f"{BASE}/events/{event}" in text and "CATEGORIES:Deadline" in text
    assert "Pneumonia" not in text


def test_each_feed_holds_the_sites_of_its_person_alone(world: World, hospital: Hospital, patient: UUID) -> None:
    stranger = world.hospital(LABEL, country="US")
    assert entries(made_by(stranger)[1]) == []


def test_a_new_address_ends_the_one_before_and_a_revoked_one_opens_nothing(hospital: Hospital) -> None:
    first, _ = made_by(hospital)
    second, _ = made_by(hospital)
    with pytest.raises(actions.Gone, match="opens nothing any more"):
        actions.fetch(first, base_url=BASE, now=hospital.world.now)
    actions.revoke(by=hospital.coordinator, now=hospital.world.now)
    with pytest.raises(actions.Gone):
        actions.fetch(second, base_url=BASE, now=hospital.world.now)
    with pytest.raises(IllegalMove, match="no calendar address"):
        actions.revoke(by=hospital.coordinator, now=hospital.world.now)
    with pytest.raises(NotFound):
        actions.fetch("no such secret", base_url=BASE, now=hospital.world.now)


def test_an_account_that_is_closed_has_no_feed_and_one_without_its_role_an_empty_one(
    world: World, hospital: Hospital, patient: UUID
) -> None:
    secret, feed = made_by(hospital)
    assert entries(feed)
    key = hospital.coordinator.id
    assert key is not None
    with reading(ADMIN):
        [grant] = [row.id for row in accounts.grants([key])[key]]
    access.end_grant(grant, until_on=world.today - timedelta(days=2), by=ADMIN, now=world.now)
    assert entries(actions.fetch(secret, base_url=BASE, now=world.now)) == []
    access.close_account(key, by=ADMIN, now=world.now)
    with pytest.raises(actions.Gone):
        actions.fetch(secret, base_url=BASE, now=world.now)


def test_who_sees_no_patients_makes_no_address(world: World) -> None:
    with pytest.raises(NotAllowed):
        actions.make(by=world.account(Role.ADMINISTRATOR), now=world.now)


def test_that_it_was_fetched_is_noted_once_an_hour(world: World, hospital: Hospital, patient: UUID) -> None:
    secret, first = made_by(hospital)
    again = actions.fetch(secret, base_url=BASE, now=world.now + timedelta(minutes=10))
    assert (again.digest, again.changed_at) == (first.digest, first.changed_at)
    assert len(world.trail("followup.fetch_calendar")) == 1
    actions.fetch(secret, base_url=BASE, now=world.now + timedelta(minutes=70))
    assert len(world.trail("followup.fetch_calendar")) == 2
    assert secret not in str(world.trail("followup.make_calendar"))


def test_the_same_entries_on_the_same_day_give_the_same_bytes() -> None:
    one = Entry(uuid4(), "Day 100 visit", date(2026, 1, 13), date(2026, 5, 13), f"{BASE}/x", "Visit")
    assert calendar_of([one], name="F", on=date(2026, 1, 1)) == calendar_of([one], name="F", on=date(2026, 1, 1))


@pytest.fixture
def signed(client: FlaskClient, hospital: Hospital, patient: UUID) -> FlaskClient:
    hospital.world.sign_in(client, hospital.coordinator)
    return client


def test_the_page_shows_the_address_once(signed: FlaskClient) -> None:
    page = signed.get("/calendar").text
    assert "No calendar address yet" in page
    assert signed.post("/calendar", data={"csrf_token": csrf(page)}).status_code == 302
    page = signed.get("/calendar").text
    [path] = re.findall(r'value="http://[^"/]+(/calendar/[^"]+\.ics)"', page)
    assert ".ics" not in signed.get("/calendar").text
    stranger = signed.application.test_client()
    answer = stranger.get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert stranger.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert stranger.get(path, headers={"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304
    assert stranger.head(path).status_code == 200
    assert "Not yet" not in signed.get("/calendar").text.split("Last changed")[0].split("Last fetched")[1]
    signed.post("/calendar/revoke", data={"csrf_token": csrf(page)})
    assert stranger.get(path).status_code == 410
    assert stranger.get("/calendar/none.ics").status_code == 404
    assert signed.post("/calendar/revoke", data={"csrf_token": csrf(signed.get("/calendar").text)}).status_code == 409


def test_a_failure_at_a_secret_address_is_logged_without_it(
    signed: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = signed.application
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    app.extensions["rems_settings"], kept = None, app.extensions["rems_settings"]
    try:
        with caplog.at_level(logging.ERROR):
            assert signed.get("/calendar/a-secret-of-somebody-that-is-long.ics").status_code == 500
    finally:
        app.extensions["rems_settings"] = kept
    assert "/calendar/<secret>.ics" in caplog.text
    assert "a-secret-of-somebody" not in caplog.text
