"""The page of a site's evidence, one piece, and taking it back; and the question that other forms ask for it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading
from rems.evidence.rules import EvidenceKind
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, World, csrf
from tests.sharing import taking_from_each_other

ON = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def shareable(app: Flask) -> Iterator[None]:
    with taking_from_each_other(app):
        yield


@pytest.fixture
def hospital(world: World) -> Hospital:
    """A site certified for one program, that has entered another one and kept records for the first."""
    world.now = utcnow()
    found = world.hospital(EUROPE, name="Universitätsklinik Nordstadt").certified(ON)
    said = {"by": found.coordinator, "now": world.now}
    sites.record_process(
        found.site_id, EUROPE, EvidenceKind.RECORDS_KEPT, holds_on=ON, summary="Training file NS-7.", **said
    )
    sites.enter(found.site_id, KYMRIAH, **said)
    assert found.coordinator.id
    return replace(found, coordinator=world.actor(found.coordinator.id))


def at(hospital: Hospital, rest: str = "") -> str:
    return f"/sites/{hospital.site_id}/evidence{rest}"


def shared() -> int:
    with reading(Actor.system("test")):
        query = text("select count(*) from evidence where shared_from_id is not null and not void")
        return int(db.session.execute(query).scalar_one())


def offered(page: str) -> str:
    """What the button for all pieces sends."""
    return max(re.findall(r'name="pieces" value="([0-9a-f,-]+)"', page), key=len)


def test_one_click_puts_all_that_fits_under_a_program(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    page = client.get(at(hospital)).text
    assert "Put these 2 pieces under KYMRIAH REMS" in page
    assert "Training file NS-7." in page
    sent = {"csrf_token": csrf(page), "pieces": offered(page)}
    answer = client.post(f"/sites/{hospital.site_id}/programs/{KYMRIAH}/evidence", data=sent, follow_redirects=True)
    assert "2 pieces of evidence stand under KYMRIAH REMS now." in answer.text
    assert shared() == 2
    assert "2 shared" in answer.text
    assert "Put these" not in answer.text
    again = client.post(f"/sites/{hospital.site_id}/programs/{KYMRIAH}/evidence", data=sent)
    assert again.status_code == 422
    assert "This stands under KYMRIAH REMS already" in again.text
    assert shared() == 2


@pytest.mark.parametrize(("pieces", "sentence"), [("", "Nothing is chosen"), ("abc", "names no piece of evidence")])
def test_what_is_no_piece_is_refused(
    client: FlaskClient, world: World, hospital: Hospital, pieces: str, sentence: str
) -> None:
    world.sign_in(client, hospital.coordinator)
    sent = {"csrf_token": csrf(client.get(at(hospital)).text), "pieces": pieces}
    answer = client.post(f"/sites/{hospital.site_id}/programs/{KYMRIAH}/evidence", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.TREATING_PHYSICIAN, Role.AUDITOR])
def test_who_may_not_share_sees_what_would_fit_without_a_button(
    client: FlaskClient, world: World, hospital: Hospital, role: Role
) -> None:
    world.sign_in(client, world.account(role, site_id=hospital.site_id))
    page = client.get(at(hospital)).text
    assert "Would serve KYMRIAH REMS too" in page
    assert 'name="pieces"' not in page
    assert ("Binder, PDF" in page) is (role is Role.AUDITOR)
    assert "The coordinator or the authorized representative of the site can put them there" in page


def test_another_day_has_no_buttons(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    page = client.get(at(hospital, "?as_of=2026-07-01")).text
    assert "Not today." in page
    assert 'name="pieces"' not in page
    assert "No evidence yet" in client.get(at(hospital, "?as_of=2026-05-01")).text


def test_a_sponsor_sees_its_own_column_alone(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, world.manager(KYMRIAH))
    page = client.get(at(hospital)).text
    assert "KYMRIAH REMS" in page
    assert "Training file NS-7." not in page
    assert "EU risk management plan" not in page


def test_the_pieces_are_found_by_their_words(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    assert "1 of 3" in client.get(at(hospital, "?q=records+kept")).text
    assert "No piece fits" in client.get(at(hospital, "?q=nothing+like+it")).text


def test_a_piece_shows_where_it_serves_and_is_taken_back_with_a_reason(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, hospital.coordinator)
    page = client.get(at(hospital, "?q=records"))
    [piece] = set(re.findall(r"/evidence/([0-9a-f-]{36})\"", page.text.split('class="table matrix"')[1]))
    shown = client.get(at(hospital, f"/{piece}")).text
    assert "Given for this program" in shown
    assert hospital.coordinator.name in shown
    form = client.get(at(hospital, f"/{piece}/take-back")).text
    assert "recorded by mistake" in form
    refused = client.post(at(hospital, f"/{piece}/take-back"), data={"csrf_token": csrf(form), "reason": " "})
    assert refused.status_code == 422
    sent = {"csrf_token": csrf(form), "reason": "Recorded twice."}
    done = client.post(at(hospital, f"/{piece}/take-back"), data=sent, follow_redirects=True)
    assert "Taken back: Training file NS-7." in done.text
    assert client.get(at(hospital, f"/{piece}")).status_code == 404
    assert client.get(at(hospital, f"/{piece}/take-back")).status_code == 404


def test_forms_ask_for_which_other_programs_it_counts(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    path = f"/sites/{hospital.site_id}/programs/{EUROPE}/process/procedure-new-staff"
    page = client.get(path).text
    assert "Counts for" in page
    sent = {"csrf_token": csrf(page), "summary": "SOP 12.", "holds_on": "1 Jun 2026", "also": KYMRIAH}
    assert client.post(path, data=sent).status_code == 302
    assert shared() == 1
    path = f"/sites/{hospital.site_id}/programs/{EUROPE}/training/new"
    sent = {
        "csrf_token": csrf(client.get(path).text),
        "staff_id": str(hospital.staff_id),
        "kind": "live-training",
        "holds_on": "1 Jun 2026",
        "material": "Slides",
        "also": KYMRIAH,
    }
    refused = client.post(path, data=sent)
    assert refused.status_code == 422
    assert "Counts for: KYMRIAH REMS asks for its own." in refused.text
    assert client.post(path, data={**sent, "kind": "staff-training"}).status_code == 302
    path = f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments/new"
    assert "Counts for, when passed" in client.get(path).text


def test_forms_ask_nothing_where_no_other_program_takes_it(client: FlaskClient, world: World) -> None:
    alone = world.hospital(EUROPE)
    world.sign_in(client, alone.coordinator)
    for path in ("process/records-kept", "training/new", "assessments/new"):
        page = client.get(f"/sites/{alone.site_id}/programs/{EUROPE}/{path}")
        assert page.status_code == 200
        assert "Counts for" not in page.text


def test_asked_with_an_earlier_knowledge_the_page_says_the_same_as_then(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, hospital.coordinator)
    known = settled()[0].isoformat().replace("+", "%2B")
    asked = at(hospital, f"?as_of=2026-07-01&known_at={known}")
    before = re.sub(r'value="[0-9A-Za-z_.-]{40,}"', "", client.get(asked).text)
    said = {"by": hospital.coordinator, "now": world.now}
    sites.record_process(
        hospital.site_id, EUROPE, EvidenceKind.RECORDS_KEPT, holds_on=ON, summary="Found later.", also=[KYMRIAH], **said
    )
    sites.enter(hospital.site_id, LABEL, **said)
    sites.add_staff(hospital.site_id, "Later Known", StaffRole.NURSE, from_on=ON, **said)
    assert re.sub(r'value="[0-9A-Za-z_.-]{40,}"', "", client.get(asked).text) == before
    assert "Found later." not in before
