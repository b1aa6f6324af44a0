"""The certification page and the certificate: what is shown, to whom, and for which day."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from rems.access.rules import Role
from rems.certification import actions
from rems.certification.mending import place_of
from rems.core.actor import Actor
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from tests.factories import EUROPE, KYMRIAH, LABEL, PASSWORD, Hospital, World, csrf

ON = date(2018, 6, 4)


def address(hospital: Hospital, end: str = "") -> str:
    return f"/sites/{hospital.site_id}/programs/{hospital.code}{end}"


def form_of(page: str, signer: Actor, world: World, **sent: str) -> dict[str, str]:
    """What a form of a page sends: its token, the last act it saw, and both parts of a signature."""
    assert signer.id is not None
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    both = {"signer": world.emails[signer.id], "password": PASSWORD}
    return {"csrf_token": csrf(page), "seen": seen[1] if seen else "", **both, **sent}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_the_page_says_what_is_so_today_and_leads_to_where_a_gap_is_mended(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(EUROPE, name="Östra Sjukhuset")
    world.sign_in(client, hospital.coordinator)
    page = client.get(address(hospital)).get_data(as_text=True)
    said = words(page)
    assert "Not enrolled: may not treat" in said and "Östra Sjukhuset" in said
    assert "3 of 3 requirements to become certified are not met" in said
    assert f"/sites/{hospital.site_id}/stock" in page
    assert f"/sites/{hospital.site_id}/programs/{EUROPE}/training" in page
    assert "To be mended by the program manager." in said
    assert 'name="password"' not in page
    assert "not verified" in said and "found S21" in said


def test_whoever_may_not_mend_a_gap_is_told_who_may(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(EUROPE)
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id))
    said = words(client.get(address(hospital)).get_data(as_text=True))
    assert "To be mended by the site coordinator or pharmacist." in said
    assert "To be mended by the site coordinator or authorized representative." in said


def test_a_manager_certifies_a_ready_site_through_the_form(client: FlaskClient, world: World) -> None:
    on = date(2020, 5, 1)
    hospital = world.hospital(EUROPE).applied(on)
    world.sign_in(client, hospital.manager)
    page = client.get(address(hospital, "/review")).get_data(as_text=True)
    sent = form_of(page, hospital.manager, world, holds_on="1 May 2020")
    answer = client.post(address(hospital, "/certify"), data=sent, follow_redirects=True)
    said = words(answer.get_data(as_text=True))
    assert "The site is certified. Its certificate is signed." in said
    assert "Certificate CART-" in said and "since 1 May 2020" in said
    assert "Valid Signed by" in said and hospital.manager.name in said
    assert "Review the application" not in said


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"holds_on": ""}, "Certified from"),
        ({"holds_on": "1 May 2020", "password": ""}, "Your password"),
        ({"holds_on": "1 May 2020", "password": "wrong"}, "This is not your password. A signature needs it again."),
        ({"holds_on": "30 Apr 2020"}, "30 Apr 2020 is before the last act"),
        ({"holds_on": "1 May 2100"}, "1 May 2100 lies ahead"),
    ],
)
def test_what_stops_the_certificate_is_said_on_the_page(
    client: FlaskClient, world: World, sent: dict[str, str], sentence: str
) -> None:
    hospital = world.hospital(EUROPE).applied(date(2020, 5, 1))
    world.sign_in(client, hospital.manager)
    page = client.get(address(hospital, "/review")).get_data(as_text=True)
    answer = client.post(address(hospital, "/certify"), data=form_of(page, hospital.manager, world, **sent))
    assert answer.status_code == 422
    assert sentence in words(answer.get_data(as_text=True))


def test_another_day_shows_its_version_and_offers_nothing_to_change(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    sites.add_staff(
        hospital.site_id,
        "Тобиас Ренквист",
        StaffRole.NURSE,
        from_on=date(2021, 12, 6),
        by=hospital.coordinator,
        now=world.now,
    )
    world.sign_in(client, hospital.coordinator)
    page = client.get(address(hospital, "?as_of=2021-12-15")).get_data(as_text=True)
    said = words(page)
    assert "Not today. This page shows 15 December 2021" in said
    assert "Certified, with open findings on 15 December 2021" in said
    assert "No record for Тобиас Ренквист, nurse since 6 December 2021." in said
    assert "Program version of 30 August 2017" in said
    assert "Training on this day" in said and f"/programs/{KYMRIAH}/training?as_of=2021-12-15" in page
    assert "Sign the enrollment form" not in said and 'id="certify"' not in page
    assert "report.pdf?as_of=2021-12-15" in page


def test_a_closed_program_says_since_when_and_why(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital)).get_data(as_text=True))
    assert "Nothing is asked today" in said
    assert "KYMRIAH REMS closed on 26 June 2025. No longer necessary" in said
    assert "was given on 4 June 2018" in said
    assert "Show its last day, 25 June 2025" in said
    for step in ("Version 2017, 19 requirements", "This site: certified", "Program closed", "The day shown"):
        assert step in said


def test_a_program_of_labeling_asks_for_no_certification(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(LABEL)
    world.sign_in(client, hospital.manager)
    said = words(client.get(address(hospital)).get_data(as_text=True))
    assert "No certification is asked" in said
    assert "Application and its tasks" not in said


def test_what_became_known_later_is_told_apart(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(EUROPE).ready(date(2020, 5, 1))
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital, "?as_of=2020-05-01&known_at=2026-01-01")).get_data(as_text=True))
    assert "Known since then" in said
    assert "not met then, met as known now" in said


def test_the_certificate_is_a_paper_of_the_day(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH, name="Harrow Lake").certified(ON)
    world.sign_in(client, hospital.coordinator)
    answer = client.get(address(hospital, "/certificate.pdf?as_of=2018-07-01"))
    assert answer.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.data))
    assert len(reader.pages) == 1
    said = " ".join(reader.pages[0].extract_text().split())
    for part in ("Harrow Lake", "KYMRIAH-", "4 June 2018", "Dr. Rep", "Approval of certificate", "Certified"):
        assert part in said
    closed = PdfReader(io.BytesIO(client.get(address(hospital, "/certificate.pdf")).data))
    assert "The program asks nothing" in " ".join(closed.pages[0].extract_text().split())


@pytest.mark.parametrize(
    ("act", "words"),
    [(actions.suspend, "Suspended: may not treat"), (actions.decertify, "De-certified: may not treat")],
)
def test_the_certificate_of_a_site_that_may_not_treat_says_so(
    client: FlaskClient, world: World, act: Callable[..., Any], words: str
) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    day = ON + timedelta(days=30)
    act(hospital.site_id, KYMRIAH, **hospital.signed(day), reason="Untrained staff.", by=hospital.manager)
    world.sign_in(client, hospital.coordinator)
    for on, printed in ((day, words), (day - timedelta(days=1), "Certified, with open findings")):
        paper = PdfReader(io.BytesIO(client.get(address(hospital, f"/certificate.pdf?as_of={on}")).data))
        said = " ".join(paper.pages[0].extract_text().split())
        assert printed in said
        assert "asks nothing" not in said


def test_there_is_no_certificate_before_its_day(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    world.sign_in(client, hospital.coordinator)
    answer = client.get(address(hospital, "/certificate.pdf?as_of=2018-06-03"))
    assert answer.status_code == 404
    assert "has no certificate under KYMRIAH REMS on 3 June 2018." in words(answer.get_data(as_text=True))


@pytest.mark.parametrize("end", ["", "/certificate.pdf"])
def test_a_site_of_others_is_not_found(client: FlaskClient, world: World, end: str) -> None:
    hospital = world.hospital(EUROPE)
    world.sign_in(client, world.hospital(EUROPE).coordinator)
    assert client.get(address(hospital, end)).status_code == 404


def test_a_pharmacist_sees_the_page_without_the_report(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(EUROPE)
    world.sign_in(client, world.account(Role.PHARMACIST, site_id=hospital.site_id))
    page = client.get(address(hospital)).get_data(as_text=True)
    assert "Not enrolled: may not treat" in page
    assert "report.pdf" not in page


def test_every_place_where_a_gap_is_mended_is_a_page(app: Flask) -> None:
    asked = [r for p in programs.catalogue().programs.values() for v in p.versions for r in v.requirements]
    places = {place_of(r) for r in asked} - {None}
    assert len(places) > 5
    for place in places:
        assert place is not None
        rules = app.url_map.iter_rules(place.endpoint)
        assert any(set(place.takes) == rule.arguments for rule in rules), place
