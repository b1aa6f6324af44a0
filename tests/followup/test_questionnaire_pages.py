"""The pages of questionnaires: answered at a visit, asked by a link, kits and laboratory days."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.followup.questionnaires import remote
from rems.patients import actions as patients
from rems.patients.rules import FactKind
from rems.sites import keeping
from rems.sites.rules import ContactRole, Reach
from tests.factories import LABEL, Hospital, World, csrf
from tests.followup.answered import CANCER, Asked, on_fda_track
from tests.followup.test_questionnaire_links import SAID

INFUSED = date(2025, 11, 20)


@pytest.fixture
def world(world: World) -> World:
    """Pages read the real clock, so what they show is recorded by it as well."""
    world.now = utcnow()
    return world


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone="America/Chicago", name="Harrow Lake")


@pytest.fixture
def asked(client: FlaskClient, hospital: Hospital) -> Asked:
    """An infused patient, whose coordinator is signed in."""
    key = hospital.infused(INFUSED, number="HL-0417")
    hospital.world.sign_in(client, hospital.coordinator)
    return Asked(key, hospital, hospital.world)


def path(asked: Asked, code: str, visit: str = "D100") -> str:
    return f"/patients/{asked.id}/visits/{visit}/questionnaires/{code}"


def see(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.text
    return answer.text


def send(client: FlaskClient, url: str, *, status: int = 302, **values: Any) -> str:
    """Send the form of a page as a browser would, with its token and the state that it showed."""
    page = client.get(url).text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    more = {"seen": seen[1]} if seen else {}
    answer = client.post(url, data={"csrf_token": csrf(page), **more, **values})
    assert answer.status_code == status, answer.text
    return answer.headers.get("Location", answer.text)


def fields(values: dict[str, Any]) -> dict[str, Any]:
    return {f"q_{code}": value for code, value in values.items()}


def today(asked: Asked) -> str:
    return asked.world.today.isoformat()


def test_a_visit_lists_its_questionnaires_and_how_each_stands(client: FlaskClient, asked: Asked) -> None:
    asked.finish("relapse", {"found": "no"})
    asked.save("infection", {"new": "yes"})
    page = see(client, f"/patients/{asked.id}/visits/D100")
    assert "1 of 7 finished" in page
    assert "6 answers missing" in page
    assert "Not begun" in page
    assert path(asked, "survival") in page


def test_a_visit_that_asks_nothing_shows_no_questionnaires(client: FlaskClient, hospital: Hospital) -> None:
    key = hospital.infused(INFUSED, track="CIBMTR-STANDARD-TED")
    hospital.world.sign_in(client, hospital.coordinator)
    assert "Questionnaires" not in see(client, f"/patients/{key}/visits/D100")


def test_hidden_questions_are_shown_once_their_answer_is_saved(client: FlaskClient, asked: Asked) -> None:
    url = path(asked, "relapse")
    page = see(client, url)
    assert re.search(r'data-hangs-on="q_found" data-any-of="yes" data-at-least="" hidden>', page)
    send(client, url, answered_on=today(asked), q_found="yes", save="1")
    page = see(client, url)
    assert re.search(r'data-hangs-on="q_found" data-any-of="yes" data-at-least="">', page)
    assert "Half-done since" in page


def test_finishing_names_each_open_question_at_its_field_and_keeps_what_was_typed(
    client: FlaskClient, asked: Asked
) -> None:
    page = send(
        client, path(asked, "relapse"), status=422, answered_on=today(asked), finish="1", q_found="yes", q_how=["blood"]
    )
    assert "There are 2 things to fix" in page
    assert "When was it first found: write a day, a month or a year" in page
    assert "Was treatment begun for it: choose one" in page
    assert re.search(r'value="blood" checked', page)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"q_found-on": "yesterday"}, "&#34;yesterday&#34; is no date; write it like 2026, May 2026 or 3 May 2026"),
        ({"q_found-on": "May 2020"}, "May 2020 is before the infusion on 20 Nov 2025"),
        ({"q_found": "maybe"}, "&#34;maybe&#34; is not in the list; choose one of it"),
        ({"answered_on": "2031-01-01"}, "1 Jan 2031 has not come yet"),
        ({"answered_on": ""}, "Day of the answers is missing"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_field_also_half_done(client, asked, values, sentence) -> None:
    filled = {"answered_on": today(asked), "q_found": "yes", "save": "1", **values}
    assert sentence in send(client, path(asked, "relapse"), status=422, **filled)


def test_what_was_typed_at_a_question_that_does_not_apply_is_dropped(client: FlaskClient, asked: Asked) -> None:
    filled = {"q_found": "no", "q_found-on": "nonsense"}
    send(client, path(asked, "relapse"), answered_on=today(asked), finish="1", **filled)
    assert asked.sheet("relapse").finished


def test_a_finished_one_is_corrected_on_its_page_with_a_reason(client: FlaskClient, asked: Asked) -> None:
    asked.finish("relapse", {"found": "no"})
    url = path(asked, "relapse")
    page = see(client, url)
    assert "As answered" in page
    assert "Save half-done" not in page
    filled = {"answered_on": today(asked), "q_found": "unknown", "finish": "1"}
    assert "Why the answers are corrected is missing" in send(client, url, status=422, **filled)
    send(client, url, **filled, reason="The letter came later")
    page = see(client, url)
    assert "Corrected: The letter came later" in page
    assert "State 1" in page


def test_on_another_day_and_for_a_reader_there_is_no_form(client: FlaskClient, asked: Asked) -> None:
    asked.finish("relapse", {"found": "no"})
    page = see(client, f"{path(asked, 'relapse')}?as_of=2026-03-01")
    assert "Nothing is answered of this questionnaire" in page
    assert "<form" not in page.split("<main")[1]
    asked.world.sign_in(client, asked.world.account(Role.AUDITOR, site_id=asked.hospital.site_id))
    page = see(client, path(asked, "relapse"))
    assert "As answered" in page
    assert 'id="questionnaire"' not in page
    visit = see(client, f"/patients/{asked.id}/visits/D100")
    assert "Ask the patient by a link" not in visit


def test_a_new_cancer_leads_to_its_event_and_its_kit(client: FlaskClient, asked: Asked) -> None:
    send(client, path(asked, "new-malignancy"), answered_on=today(asked), finish="1", **fields(CANCER))
    page = see(client, path(asked, "new-malignancy"))
    [event] = re.findall(r'href="(/events/[0-9a-f-]{36})"', page)
    assert "Day 100, questionnaire New malignancy, version 1, answered by the site" in see(client, event)
    kit = asked.kit()
    assert f"/sample-kits/{kit}" in see(client, f"/patients/{asked.id}/laboratory")
    assert "Waits for" in see(client, "/sample-kits")
    url = f"/sample-kits/{kit}/steps/ordered"
    assert "Reference is missing" in send(client, url, status=422, holds_on=today(asked), who="The manufacturer")
    send(client, url, holds_on=today(asked), who="The manufacturer", reference="SK-77")
    page = see(client, f"/sample-kits/{kit}")
    assert "SK-77" in page
    assert "Record: kit sent" in page
    assert "1 of 7 steps" in page
    assert "Why the step is corrected is missing" in send(client, url, status=422, holds_on=today(asked), who="Another")
    see(client, f"/sample-kits/{kit}/steps/lost", 404)
    assert "Chain of custody" in see(client, f"/sample-kits/{kit}?as_of={today(asked)}")
    see(client, f"/sample-kits/{kit}?as_of=2026-01-01", 404)


def test_a_kit_that_waits_too_long_is_shown_as_late(client: FlaskClient, asked: Asked) -> None:
    asked.finish("new-malignancy", CANCER, on=date(2026, 11, 2))
    assert re.search(r"\d+ days late", see(client, "/sample-kits"))
    assert "No sample kit" in see(client, "/sample-kits?as_of=2026-01-01")


def made(client: FlaskClient, asked: Asked) -> str:
    """Make a link on its page; returns its address."""
    page = see(client, send(client, f"/patients/{asked.id}/visits/D100/link", days="14"))
    return re.search(r'value="http://[^/]+(/answer/[^"]+)"', page)[1]


def test_a_link_is_shown_once_and_asks_in_plain_words_without_any_identity(client: FlaskClient, asked: Asked) -> None:
    contact = {"role": ContactRole.SAFETY, "name": "Ilse Vantongeren", "phone": "+1 312 555 0100", "email": ""}
    said: dict[str, Any] = {"by": asked.hospital.coordinator, "now": asked.world.now}
    keeping.save_contact(asked.hospital.site_id, **contact, preferred=Reach.PHONE, holds_on=asked.world.today, **said)
    url = made(client, asked)
    [key] = re.findall(r"answer-links/([0-9a-f-]{36})/cancel", see(client, visit_of(asked)))
    see(client, f"/answer-links/{key}/made", 404)
    stranger = client.application.test_client()
    page = stranger.get(url)
    assert page.status_code == 200
    assert "Harrow Lake" in page.text
    assert "+1 312 555 0100" in page.text
    assert "Since we last spoke, has a doctor found a new cancer" in page.text
    for secret in ("HL-0417", "Vantongeren", "Kymriah", str(asked.id), "1961", "Follicular"):
        assert secret.casefold() not in page.text.casefold()
        assert secret.casefold() not in url.casefold()


def visit_of(asked: Asked) -> str:
    return f"/patients/{asked.id}/visits/D100"


def by_patient(values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {f"{code}-{q}": value for code, said in values.items() for q, value in said.items()}


def test_a_patient_answers_once_and_the_site_takes_it_over(client: FlaskClient, asked: Asked) -> None:
    url = made(client, asked)
    stranger = client.application.test_client()
    page = send(stranger, url, status=422, **by_patient({**SAID, "relapse": {"found": "yes"}}))
    assert "When did you learn of it: write a day, a month or a year" in page
    assert send(stranger, url, **by_patient(SAID)) == "/answer"
    assert "Thank you. Your answers have been sent." in see(stranger, "/answer")
    assert remote.SAID.used in see(stranger, url, 410)
    page = see(client, visit_of(asked))
    assert "Answers to look at" in page
    [link] = re.findall(r'href="(/answer-links/[0-9a-f-]{36})"', page)[:1]
    assert "Given by the patient: HL-0417" in see(client, link)
    token = csrf(see(client, link))
    client.post(f"{link}/take-over", data={"csrf_token": token})
    page = see(client, visit_of(asked))
    assert "Taken over. Finished: Relapse or progression" in page
    assert "5 of 7 finished" in page


def test_answers_are_set_aside_to_ask_by_phone(client: FlaskClient, asked: Asked) -> None:
    url = made(client, asked)
    send(client.application.test_client(), url, **by_patient(SAID))
    [link] = re.findall(r'href="(/answer-links/[0-9a-f-]{36})"', see(client, visit_of(asked)))[:1]
    assert "Why they are not taken over is missing" in send(client, f"{link}/set-aside", status=422, note="")
    send(client, f"{link}/set-aside", note="We ask by phone")
    page = see(client, visit_of(asked))
    assert "We ask by phone" in page
    assert "Set aside" in page


def test_links_that_open_nothing_say_so_plainly(client: FlaskClient, asked: Asked) -> None:
    url = made(client, asked)
    page = see(client, visit_of(asked))
    [key] = re.findall(r"answer-links/([0-9a-f-]{36})/cancel", page)
    client.post(f"/answer-links/{key}/cancel", data={"csrf_token": csrf(page)})
    stranger = client.application.test_client()
    assert remote.SAID.canceled in see(stranger, url, 410)
    assert remote.NO_LINK in see(stranger, "/answer/nothing-at-all", 410)
    assert "Nothing was sent from here" in see(stranger, "/answer")


def test_without_consent_the_visit_says_why_there_is_no_link(client: FlaskClient, asked: Asked) -> None:
    said: dict[str, Any] = {"by": asked.hospital.coordinator, "now": asked.world.now}
    patients.withdraw_consent(asked.id, FactKind.CONSENT_CONTACT, holds_on=asked.world.today, **said)
    page = see(client, visit_of(asked))
    assert "No link to the patient: HL-0417 has given no consent to be contacted" in page
    assert "Ask the patient by a link" not in page


def test_the_laboratory_series_shows_days_results_and_what_they_ask_for(
    client: FlaskClient, hospital: Hospital, superuser: psycopg.Connection
) -> None:
    key: UUID = on_fda_track(superuser, hospital.infused(INFUSED))
    hospital.world.sign_in(client, hospital.coordinator)
    month = Asked(key, hospital, hospital.world, "LAB-M06")
    result = {"sampled": "yes", "sampled-on": "2026-05-22", "rcr-rcl": "negative", "vector": "yes"}
    send(
        client,
        path(month, "persistence", "LAB-M06"),
        answered_on=today(month),
        finish="1",
        **fields({**result, "carrying-percent": "1.4", "integration-done": "no"}),
    )
    page = see(client, f"/patients/{key}/laboratory")
    assert "1.4 % of the cells carry the vector; from 1 % on they are analyzed." in page
    assert "Late" in page
    assert "Month 3" in page
    assert "No laboratory series" in see(client, f"/patients/{hospital.infused(INFUSED)}/laboratory")


def test_an_examination_by_phone_is_refused_at_its_field(client, hospital, superuser) -> None:
    key = on_fda_track(superuser, hospital.infused(INFUSED))
    hospital.world.sign_in(client, hospital.coordinator)
    filled = {"holds_on": today(Asked(key, hospital, hospital.world)), "contact": "phone", "survival": "alive"}
    url = f"/patients/{key}/visits/Y01"
    no = dict.fromkeys(re.findall(r'name="(ask_[^"]+)"', see(client, url)), "no")
    page = send(client, url, status=422, **filled, **no)
    assert "Year 1 is an examination, so the patient is seen on site or at another clinic" in page
