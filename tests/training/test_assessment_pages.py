"""The pages of assessments: written by the sponsor, taken with an account or by a link, kept apart from others."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from rems.training.assessments import links, taking
from rems.training.assessments.rules import Content
from tests.factories import EUROPE, csrf
from tests.questions import answers, drafted, newest, published


@pytest.fixture
def hospital(world):
    world.now = utcnow()
    return world.hospital(EUROPE)


@pytest.fixture
def nurse(world, hospital):
    said = {"from_on": date(2018, 3, 1), "by": hospital.coordinator, "now": world.now}
    return sites.add_staff(hospital.site_id, "Žofia Nowak", StaffRole.NURSE, email="zofia@ward.example", **said)


def send(client: FlaskClient, path: str, **data):
    """Fill in the form of a page and send it."""
    token = csrf(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **data})


def seen(client: FlaskClient, path: str) -> str:
    return re.search(r'name="seen" value="([^"]+)"', client.get(path).text)[1]


def filled(root, *, wrong: int = 0, open_: int = 0) -> dict[str, list[str]]:
    return {f"q{key}": sorted(chosen) for key, chosen in answers(root, wrong=wrong, open_=open_).chosen.items()}


QUESTION = {
    "text": "What stops an infusion?",
    "kind": "single",
    "choice1": "Fewer doses than asked",
    "right1": "1",
    "choice2": "Rain",
}


def test_a_sponsor_begins_writes_and_publishes_a_set(world, hospital, client):
    world.sign_in(client, hospital.manager)
    assert "No question set yet" in client.get(f"/programs/{EUROPE}/assessments").text
    answer = send(
        client, f"/programs/{EUROPE}/assessments/new", title="Safe use", edition="1.0", messages="CRS\nICANS\n"
    )
    path = answer.location
    page = client.get(path).text
    assert "Not ready to be used" in page
    assert "No question covers the key risk message &#34;CRS&#34;." in page
    for message in ("CRS", "ICANS"):
        add = f"{path}/questions/new"
        send(client, add, **QUESTION, seen=seen(client, add), message=message)
    assert "Ready to be published" in client.get(path).text
    send(client, f"{path}/publish", seen=seen(client, f"{path}/publish"), from_on=world.today.isoformat())
    page = client.get(path).text
    assert "In use since" in page
    assert "Add a question" not in page
    assert "In use" in client.get(f"/programs/{EUROPE}/assessments").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"right1": ""}, "No choice is marked as right; a question needs a right answer."),
        ({"choice2": ""}, "Choice 2 is missing"),
        ({"right2": "1"}, "2 choices are marked as right, but one answer is asked for."),
        ({"text": ""}, "Question is missing"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why_and_keeps_what_was_typed(
    world, hospital, client, change, sentence
):
    root = drafted(hospital.manager, world.now)
    world.sign_in(client, hospital.manager)
    path = f"/assessments/{root}/questions/new"
    answer = send(client, path, **{**QUESTION, "explanation": "Kept as typed.", **change}, seen=seen(client, path))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept as typed." in answer.text
    assert "Fewer doses than asked" in answer.text


def test_a_question_is_changed_and_taken_out_on_the_page_of_a_draft(world, hospital, client):
    root = drafted(hospital.manager, world.now)
    key = Content.of(newest(root).content).items[0].key
    world.sign_in(client, hospital.manager)
    path = f"/assessments/{root}/questions/{key}"
    assert "Fewer doses than asked" in client.get(path).text
    send(client, path, **{**QUESTION, "text": "What has to be there?"}, seen=seen(client, path))
    page = client.get(f"/assessments/{root}").text
    assert "What has to be there?" in page
    token = csrf(page)
    client.post(f"{path}/remove", data={"csrf_token": token, "seen": str(newest(root).id)})
    assert "What has to be there?" not in client.get(f"/assessments/{root}").text
    assert client.get(path).status_code == 404


def test_the_next_edition_and_its_name_and_the_end_of_one(world, hospital, client):
    root = published(hospital.manager, world.now)
    world.sign_in(client, hospital.manager)
    new = send(client, f"/assessments/{root}/edition", edition="2.0").location
    assert "Ready to be published" in client.get(new).text
    send(client, f"{new}/name", seen=seen(client, f"{new}/name"), title="Safe use", edition="2.1", messages="")
    assert "Edition 2.1" in client.get(new).text
    end = f"/assessments/{root}/withdraw"
    send(client, end, seen=seen(client, end), on=world.today.isoformat())
    assert "Withdrawn from" in client.get(f"/assessments/{root}").text


@pytest.mark.parametrize("role", [Role.SITE_COORDINATOR, Role.AUDITOR])
def test_right_answers_are_read_by_the_sponsor_alone(world, hospital, client, role):
    root = published(hospital.manager, world.now)
    world.sign_in(client, world.account(role, site_id=hospital.site_id))
    for path in (f"/assessments/{root}", f"/assessments/{root}/items", f"/programs/{EUROPE}/assessments"):
        assert client.get(path).status_code == 404


def test_a_person_with_an_account_takes_it_and_prints_the_certificate(world, hospital, client):
    root = published(hospital.manager, world.now)
    world.sign_in(client, hospital.representative)
    path = f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments/{root}/take"
    page = client.get(path).text
    assert "5 questions; 80 % of right answers pass. You have 3 attempts, this one included." in page
    assert "The doses must be on site before." not in page  # what explains comes after passing
    failed = send(client, path, **filled(root, wrong=2))
    page = client.get(failed.location).text
    assert "Not passed" in page
    assert "3 of 5 questions right; 80 % were needed." in page
    assert "2 attempts are left" in page
    assert "Right:" not in page
    assert client.get(f"{failed.location}/certificate.pdf").status_code == 409
    passed = send(client, path, **filled(root, wrong=1))
    page = client.get(passed.location).text
    assert "Your answer: Rain." in page
    assert "<b>Right:</b> Fewer doses than asked. The doses must be on site before." in page.replace("\n", " ")
    pdf = client.get(f"{passed.location}/certificate.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_partial_answer_says_which_question_is_open_and_keeps_the_others(world, hospital, client):
    root = published(hospital.manager, world.now)
    world.sign_in(client, hospital.representative)
    path = f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments/{root}/take"
    answer = send(client, path, **{k: v for k, v in filled(root, open_=1).items() if v})
    assert answer.status_code == 422
    assert re.search(r"Question \d has no answer yet", answer.text)
    assert answer.text.count(" checked") == 5  # four questions, one of them with two right choices
    assert send(client, path).status_code == 422


def test_a_coordinator_sees_that_a_question_was_missed_and_not_what_is_right(world, hospital, client):
    root = published(hospital.manager, world.now)
    said = {"by": hospital.representative, "now": world.now}
    key = taking.take(hospital.site_id, EUROPE, root, answers(root, wrong=1), **said)
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/assessments/attempts/{key}").text
    assert "Missed" in page
    assert "Fewer doses than asked" not in page


def test_a_link_is_shown_once_and_taken_without_an_account(world, hospital, nurse, client, app):
    root = published(hospital.manager, world.now)
    world.sign_in(client, hospital.coordinator)
    where = f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments"
    made = send(client, f"{where}/{root}/link", staff_id=str(nurse), days="14")
    page = client.get(made.location).text
    address = re.search(r"http://[^\"]+/take/[\w-]+", page)[0]
    assert "mailto:zofia%40ward.example" in page
    assert client.get(made.location).status_code == 404
    assert address not in client.get(where).text
    path = address[address.index("/take/") :]
    anybody = app.test_client()
    page = anybody.get(path).text
    assert "Taken by <b>Žofia Nowak</b>" in page
    assert "Sign out" not in page
    done = send(anybody, path, **filled(root))
    assert done.location == f"{path}/result"
    page = anybody.get(done.location).text
    assert "Passed" in page
    assert anybody.get(f"{path}/certificate.pdf").mimetype == "application/pdf"
    again = anybody.get(path)
    assert again.status_code == 410
    assert taking.LINK_USED in again.text
    stranger = app.test_client()
    for part in ("", "/result", "/certificate.pdf"):
        assert stranger.get(f"{path}{part}").status_code == 410
    assert "Used" in client.get(where).text


def test_a_link_that_opens_nothing_says_why(world, hospital, nurse, client):
    before = world.now - timedelta(days=3)
    root = published(hospital.manager, before)
    said = {"days": 1, "by": hospital.coordinator}
    expired, _ = links.make(hospital.site_id, EUROPE, nurse, root, **said, now=before)
    canceled, key = links.make(hospital.site_id, EUROPE, nurse, root, **said, now=world.now)
    links.cancel(key, by=hospital.coordinator, now=world.now)
    for token, sentence in (
        ("no-such-word", taking.NO_LINK),
        (canceled, taking.LINK_CANCELED),
        (expired, taking.LINK_OVER),
    ):
        answer = client.get(f"/take/{token}")
        assert (answer.status_code, sentence in answer.text) == (410, True)


def test_the_site_sees_who_stands_how_and_cancels_a_link(world, hospital, nurse, client):
    root = published(hospital.manager, world.now)
    for _ in range(3):
        taking.take(hospital.site_id, EUROPE, root, answers(root, wrong=5), by=hospital.representative, now=world.now)
    _, key = links.make(hospital.site_id, EUROPE, nurse, root, days=14, by=hospital.coordinator, now=world.now)
    world.sign_in(client, hospital.coordinator)
    where = f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments"
    page = client.get(where).text
    assert "0 of 2 passed" in page
    assert "No attempt left" in page
    assert "Let try again" not in page
    client.post(f"/assessments/links/{key}/cancel", data={"csrf_token": csrf(page)})
    assert "Canceled" in client.get(where).text
    lines = client.get(f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments.csv").text.splitlines()
    assert len(lines) == 4
    assert lines[1].endswith("0,5,80,no,Taken here")


def test_the_sponsor_lets_somebody_try_again(world, hospital, client):
    root = published(hospital.manager, world.now)
    by = hospital.representative
    for _ in range(3):
        taking.take(hospital.site_id, EUROPE, root, answers(root, wrong=5), by=by, now=world.now)
    world.sign_in(client, hospital.manager)
    where = f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments"
    path = re.search(r'href="([^"]+/again)"', client.get(where).text)[1]
    assert send(client, path, reason="").status_code == 422
    send(client, path, reason="She had the old slides.")
    assert "Let try again" not in client.get(where).text


def test_item_analysis_names_the_most_missed_question_first(world, hospital, client):
    root = published(hospital.manager, world.now)
    by = hospital.representative
    taking.take(hospital.site_id, EUROPE, root, answers(root, wrong=2), by=by, now=world.now)
    taking.take(hospital.site_id, EUROPE, root, answers(root, wrong=1), by=by, now=world.now)
    world.sign_in(client, hospital.manager)
    path = f"/assessments/{root}/items"
    page = client.get(path).text
    assert page.index("1. What stops an infusion?") < page.index("2. Which are signs?") < page.index("3. How long")
    assert "1 of 1" in page
    assert "Rain (1)" in page
    assert "Passed with attempt 2" in page
    everything = client.get(f"{path}?of=all").text
    assert "2 of 2" in everything
    assert "Rain (2)" in everything
    assert "Nobody has taken it" not in client.get(f"{path}?since={world.today.isoformat()}").text
    later = client.get(f"{path}?since={(world.today + timedelta(days=1)).isoformat()}").text
    assert "never asked" in later
    assert client.get(f"{path}?since=soon").status_code == 422
    lines = client.get(f"{path}.csv").text.splitlines()
    assert lines[1] == "1,What stops an infusion?,Cytokine release syndrome,1,0,1,0,Rain (1)"
    assert len(lines) == 6
