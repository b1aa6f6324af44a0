"""My training, and signing for a course through its page."""

from datetime import timedelta

import pytest

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.ids import uuid7
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from rems.training.rules import TrainingKind
from tests.counting import counted
from tests.factories import ADMIN, EUROPE, KYMRIAH, LABEL, PASSWORD, Hospital
from tests.training.teaching import PDF, publish, trainings
from tests.training.test_courses_views import send, text

DAY = timedelta(days=1)


@pytest.fixture
def now():
    """The pages read the clock of the machine, so these tests act at its moment."""
    return utcnow()


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def pharmacist(world, hospital):
    actor = world.account(Role.PHARMACIST, site_id=hospital.site_id, name="Đặng Thị Ngọc")
    listed(hospital, actor)
    return actor


@pytest.fixture
def learner(world, client, pharmacist):
    world.sign_in(client, pharmacist)
    return client


def listed(hospital: Hospital, actor, **change):
    given = {"email": hospital.world.emails[actor.id], "by": hospital.coordinator, "now": hospital.world.now}
    given |= {"from_on": hospital.world.today - 900 * DAY}
    return sites.add_staff(hospital.site_id, actor.name, StaffRole.PHARMACIST, **{**given, **change})


def sign_page(hospital: Hospital, root) -> str:
    return f"/sites/{hospital.site_id}/programs/{EUROPE}/courses/{root}/sign"


def signed(world, actor, **change):
    return {"read": "1", "signer": world.emails[actor.id], "password": PASSWORD, **change}


def test_what_is_asked_and_what_there_is_to_read_stands_on_one_page(learner, hospital):
    root = publish(hospital)
    live = publish(hospital, title="On site", kind=TrainingKind.LIVE_TRAINING)
    page = text(learner.get("/learning"))
    for words in (
        "Missing",
        "Not met",
        "Handling CAR-T cells, edition 1.0",
        "Not signed",
        "On site, edition 1.0",
        "At a session",
    ):
        assert words in page
    assert f'href="{sign_page(hospital, root)}"' in page and sign_page(hospital, live) not in page
    assert f'href="/sites/{hospital.site_id}/programs/{EUROPE}/sessions"' in page
    assert 'href="/learning"' in text(learner.get("/today"))


def test_a_course_is_read_and_signed_for(world, learner, hospital, pharmacist):
    root = publish(hospital)
    page = text(learner.get(sign_page(hospital, root)))
    assert "Read by Đặng Thị Ngọc" in page and "<strong>dose</strong>" in page
    answer = send(learner, sign_page(hospital, root), **signed(world, pharmacist))
    assert (answer.status_code, answer.location) == (302, "/learning")
    mine = text(learner.get("/learning"))
    assert "You signed for Handling CAR-T cells, edition 1.0." in mine and "Signed " in mine and "Missing" not in mine
    [row] = trainings(hospital)
    assert row.edition_id == root
    again = text(learner.get(sign_page(hospital, root)))
    assert "You signed for it on" in again


def test_a_pdf_is_read_and_signed_for(world, learner, hospital, pharmacist):
    root = publish(hospital, file=("Übersicht.pdf", PDF))
    assert f'href="/courses/{root}/material.pdf"' in text(learner.get(sign_page(hospital, root)))
    assert learner.get(f"/courses/{root}/material.pdf").data == PDF
    assert send(learner, sign_page(hospital, root), **signed(world, pharmacist)).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"read": ""}, "You sign that: tick it to go on"),
        ({"password": ""}, "Your password is missing"),
        ({"password": "wrong"}, "This is not your password. A signature needs it again."),
        ({"signer": "other@test.example"}, "This is not your e-mail address and password."),
    ],
)
def test_what_is_wrong_with_a_signature_is_said_and_nothing_is_signed(
    world, learner, hospital, pharmacist, change, words
):
    root = publish(hospital)
    answer = send(learner, sign_page(hospital, root), **signed(world, pharmacist, **change))
    page = text(answer)
    assert answer.status_code == 422 and words in page
    assert trainings(hospital) == []
    assert "read" in change or 'name="read" id="read" value="1" checked' in page
    assert PASSWORD not in page


def test_what_is_not_to_be_signed_for_says_so(world, learner, hospital, pharmacist):
    live = publish(hospital, title="On site", kind=TrainingKind.LIVE_TRAINING)
    coming = publish(hospital, title="Coming", from_on=hospital.world.today + DAY)
    told = {live: "A live training is taken at a session", coming: "Coming, edition 1.0 is not in use today"}
    for root, words in told.items():
        answer = learner.get(sign_page(hospital, root))
        assert answer.status_code == 409 and words in text(answer)
    assert learner.get(sign_page(hospital, uuid7())).status_code == 404
    assert learner.get(sign_page(hospital, publish(world.hospital(KYMRIAH)))).status_code == 404


def test_who_is_on_no_staff_list_is_told_what_to_do(world, client, hospital):
    root = publish(hospital)
    world.sign_in(client, hospital.coordinator)
    assert "You are on no staff list" in text(client.get("/learning"))
    answer = client.get(sign_page(hospital, root))
    assert answer.status_code == 409 and "The site coordinator adds you" in text(answer)


def test_whose_program_asks_and_offers_nothing_is_told_so(world, client):
    place = world.hospital(LABEL)
    world.sign_in(client, place.representative)
    assert "Nothing is asked of you" in text(client.get("/learning"))


def test_an_auditor_has_no_training_here_and_signs_for_nothing(world, client, hospital):
    auditor = world.account(Role.AUDITOR, site_id=hospital.site_id)
    listed(hospital, auditor)
    world.sign_in(client, auditor)
    assert "You are on no staff list" in text(client.get("/learning"))
    assert 'href="/learning"' not in text(client.get("/today"))
    answer = client.get(sign_page(hospital, publish(hospital)))
    assert answer.status_code == 403


def test_a_sponsor_of_many_sites_is_answered_at_once(world, client, hospital):
    for _ in range(3):
        world.hospital(EUROPE)
    world.sign_in(client, hospital.manager)
    client.get("/learning")
    with counted() as sent:
        assert "You are on no staff list" in text(client.get("/learning"))
    assert len(sent) <= 12, sent


def test_two_sites_stand_under_each_other_by_name(world, client, hospital, pharmacist):
    other = world.hospital(EUROPE, name="Aachen")
    said = {"program_id": None, "from_on": hospital.world.today - DAY, "by": ADMIN, "now": world.now}
    access.grant(pharmacist.id, Role.PHARMACIST, site_id=other.site_id, **said)
    listed(other, pharmacist)
    publish(hospital)
    world.sign_in(client, pharmacist)
    page = text(client.get("/learning"))
    assert page.index("Aachen") < page.index("Hospital ")
    assert page.count("Handling CAR-T cells, edition 1.0") == 2
