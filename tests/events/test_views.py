"""The pages of events: the short form, the list by what runs out first, the case with its clocks, any other day."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.events import actions
from rems.events.actions import Happening
from rems.events.grading import CrsInputs
from rems.events.rules import Kind, Outcome, Seriousness
from rems.programs import queries as programs
from tests.factories import EUROPE, LABEL, Hospital, World, csrf

TODAY = utcnow().date()  # pages count from the day they are shown on
BEGAN = TODAY - timedelta(days=5)
FEVER = {"kind": "crs", "temperature_c": "39.4", "vasopressors": "1", "oxygen": "low_flow"}


def written(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


SENT: Mapping[str, str | list[str]] = {
    **FEVER,
    "began_on": written(BEGAN),
    "seriousness": ["hospitalization"],
    "outcome": "recovering",
    "site_aware_on": written(BEGAN),
    "day_zero": written(BEGAN),
}
HAPPENED = Happening(
    kind=Kind.CRS,
    term="",
    began_on=BEGAN,
    site_aware_on=BEGAN,
    day_zero=BEGAN,
    seriousness=[Seriousness.HOSPITALIZATION],
    outcome=Outcome.RECOVERING,
    crs_inputs=CrsInputs(39.4, vasopressors=1),
)


@pytest.fixture
def world(world: World) -> World:
    """The world of today: pages read the clock."""
    return replace(world, now=utcnow())


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US")


def reported(hospital: Hospital, days_ago: int = 5, term: str = "") -> UUID:
    day = TODAY - timedelta(days=days_ago)
    happened = replace(HAPPENED, term=term, began_on=day, site_aware_on=day, day_zero=day)
    patient_id = hospital.patient(enrolled_on=date(2025, 7, 1))
    return actions.report(patient_id, happened, by=hospital.coordinator, now=hospital.world.now)


def processor(world: World, code: str = LABEL) -> Actor:
    with reading(Actor.system("test")):
        program_id = programs.key(code)
    return world.account(Role.CASE_PROCESSOR, program_id=program_id)


def text_of(page: str) -> str:
    """What a reader sees, in single spaces."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def send(client: FlaskClient, address: str, sent: Mapping[str, str | list[str]], **more: str) -> tuple[int, str, str]:
    """Post the form of a page with its token: status, where it leads, and the page."""
    page = client.get(address.removesuffix("/assess")).get_data(as_text=True)
    token = csrf(page[page.index("<main") :])
    answer = client.post(address, data={**sent, **more, "csrf_token": token})
    return answer.status_code, answer.headers.get("Location", ""), answer.get_data(as_text=True)


def checked(page: str, name: str) -> list[str]:
    """The values that are ticked or chosen under a name."""
    boxes = re.findall(rf'<input class="form-check-input"[^>]*name="{name}"[^>]*value="([^"]*)" checked', page)
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return boxes + (re.findall(r'<option value="([^"]*)" selected', select[0]) if select else [])


def test_the_short_form_knows_the_patient_and_begins_with_crs_and_today(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    patient_id = hospital.patient("HL-0458", infused_on=TODAY - timedelta(days=4))
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/patients/{patient_id}/events/new").get_data(as_text=True)
    assert f"Kymriah, infused {written(TODAY - timedelta(days=4))}, day 4 today." in text_of(page)
    assert checked(page, "kind") == ["crs"]
    assert checked(page, "vasopressors") == ["0"]
    assert checked(page, "oxygen") == checked(page, "seriousness") == []
    assert page.count(f'value="{written(TODAY)}"') == 2
    assert "A day in UTC" in page
    assert 'name="not_serious_reason"' not in page


def test_the_grade_is_worked_out_and_explained_without_keeping_anything(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    address = f"/patients/{hospital.patient()}/events/new"
    world.sign_in(client, hospital.coordinator)
    status, _, page = send(client, address, FEVER, work_out="1")
    assert status == 200
    assert "CRS grade 3 Fever 39.4 °C counts: grade 1 or more One vasopressor: grade 3" in text_of(page)
    assert "Lee DW et al." in page
    assert checked(page, "grade") == ["3"]
    assert checked(page, "seriousness") == ["other_important"]
    assert "Other medically important reason is what such an event counts as at the least." in text_of(page)
    assert "There is" not in text_of(page)
    assert world.trail("events.report") == [] or "No case yet" in client.get("/events?view=all").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"temperature_c": "37.0"}, "Not CRS by ASTCT 2019"),
        (
            {"temperature_c": "37.0", "prior_fever": "1", "vasopressors": "0", "oxygen": "none"},
            "The CRS is over: grade 0",
        ),
        ({"grade": "2"}, "CRS grade 3 . You give grade 2: write below why it differs."),
        ({"oxygen": ""}, "Most oxygen needed: choose one"),
        ({"temperature_c": ""}, "Highest temperature is missing"),
        ({"temperature_c": "390"}, "Highest temperature: 390 °C is more than 45 °C"),
        ({"kind": "infection"}, "What happened: a grade is worked out for CRS alone; give the grade yourself."),
    ],
)
def test_what_the_button_answers(
    hospital: Hospital, world: World, client: FlaskClient, changes: dict[str, str], words: str
) -> None:
    world.sign_in(client, hospital.coordinator)
    _, _, page = send(client, f"/patients/{hospital.patient()}/events/new", {**FEVER, **changes}, work_out="1")
    assert words in text_of(page)


def test_a_report_leads_to_its_case_with_the_clock_as_a_worked_sum(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    patient_id = hospital.patient("HL-0458", enrolled_on=date(2026, 1, 5), infused_on=BEGAN - timedelta(days=2))
    world.sign_in(client, hospital.coordinator)
    status, case, page = send(client, f"/patients/{patient_id}/events/new", SENT)
    assert status == 302, text_of(page)
    shown = text_of(client.get(case).get_data(as_text=True))
    due = BEGAN + timedelta(days=15)
    for words in (
        "The report is kept.",
        "Cytokine release syndrome, grade 3",
        "Patient HL-0458",
        "FDA: Serious and unexpected adverse experience",
        f"{BEGAN:%a} {written(BEGAN)} day 0 + 15 days calendar days, weekends and holidays count",
        f"= {due:%a} {written(due)} due",
        "= 10 days left",
        "21 CFR 600.80(c)(1)(i). Rule US-15DAY-ALERT, for the sponsor.",
        "Runs because it is serious and its expectedness is not assessed.",
        "Runs until expectedness is assessed",
        "Not verified",
        "day 2 after the infusion",
        "Entered 3, computed 3.",
        "Day 0 is a calendar day in UTC.",
        "version 2025-06",
    ):
        assert words in shown
    assert 'aria-label="Day 5 of 15"' in client.get(case).get_data(as_text=True)


def test_what_the_rules_refuse_is_said_above_and_at_its_field(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    address = f"/patients/{hospital.patient()}/events/new"
    world.sign_in(client, hospital.coordinator)
    status, _, page = send(client, address, {**SENT, "grade": "2"})
    assert status == 422
    assert "There is 1 thing to fix Grade 2 was entered, by ASTCT 2019 it is 3: write the reason" in text_of(page)
    assert '<a href="#grade_reason">' in page
    assert 'id="grade_reason-error"' in page


def test_a_severe_event_with_nothing_ticked_comes_back_with_the_default_that_can_be_taken_off(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    address = f"/patients/{hospital.patient()}/events/new"
    world.sign_in(client, hospital.coordinator)
    bare = {k: v for k, v in SENT.items() if k != "seriousness"} | {"grade": "3"}
    status, _, page = send(client, address, bare)
    assert status == 422
    assert "Was it serious? CRS of grade 3 counts as serious" in text_of(page)
    assert checked(page, "seriousness") == ["other_important"]
    status, case, _ = send(client, address, {**bare, "not_serious_reason": "Planned stay"})
    assert status == 302
    assert "Serious No. Reason: Planned stay" in text_of(client.get(case).get_data(as_text=True))


def test_an_infection_is_not_asked_for_the_bedside_values(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    world.sign_in(client, hospital.coordinator)
    sent = {**SENT, "kind": "infection", "term": "Pneumonia", "temperature_c": "", "oxygen": ""}
    status, case, page = send(client, f"/patients/{hospital.patient()}/events/new", sent)
    assert status == 302, text_of(page)
    assert "Infection: Pneumonia" in text_of(client.get(case).get_data(as_text=True))


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("kind", "What happened: choose one"),
        ("began_on", "When it began is missing"),
        ("outcome", "Outcome so far: choose one"),
        ("site_aware_on", "When the site learned of it is missing"),
        ("day_zero", "When the company learned of it, day 0 is missing"),
        ("oxygen", "Most oxygen needed: choose one"),
    ],
)
def test_what_is_left_out_is_named(
    hospital: Hospital, world: World, client: FlaskClient, left_out: str, sentence: str
) -> None:
    world.sign_in(client, hospital.coordinator)
    sent = {k: v for k, v in SENT.items() if k != left_out}
    status, _, page = send(client, f"/patients/{hospital.patient()}/events/new", sent)
    assert (status, sentence in text_of(page)) == (422, True)


def test_the_form_is_closed_to_who_may_only_look(hospital: Hospital, world: World, client: FlaskClient) -> None:
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id))
    assert client.get(f"/patients/{hospital.patient()}/events/new").status_code == 403
    assert "Report an event" not in client.get("/events").get_data(as_text=True)


def test_the_list_has_what_runs_out_first_on_top_and_leaves_the_long_past_to_the_other_tab(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    for days_ago, term in ((2, "Early"), (14, "Nearly due"), (20, "Just late"), (200, "Long past")):
        reported(hospital, days_ago, term)
    world.sign_in(client, processor(world))
    shown = text_of(client.get("/events").get_data(as_text=True))
    assert shown.index("5 days late") < shown.index("Just late") < shown.index("1 day left") < shown.index("Early")
    assert "Long past" not in shown
    assert "Open clocks 3" in shown
    every = text_of(client.get("/events?view=all").get_data(as_text=True))
    assert every.index("Early") < every.index("Nearly due") < every.index("Just late") < every.index("Long past")
    assert f"Ended {written(TODAY - timedelta(days=185))}" in every
    assert "All cases 4" in every


def test_the_list_of_another_day_shows_the_clocks_as_they_stood_then(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    reported(hospital, 200, "Long past")
    reported(hospital, 2, "Early")
    world.sign_in(client, hospital.coordinator)
    assert "Report an event" in client.get("/events").get_data(as_text=True)
    then = TODAY - timedelta(days=190)
    page = client.get(f"/events?as_of={then}").get_data(as_text=True)
    assert "Not today." in page
    assert "Long past" in text_of(page)
    assert "5 days left" in text_of(page)
    assert "Early" not in text_of(page)
    assert "Report an event" not in page
    assert f"as_of={then}" in re.findall(r'<a class="what" href="([^"]*)"', page)[0]
    before_anything = f"/events?as_of={then}&known_at={then}"
    assert "No clock is open" in text_of(client.get(before_anything).get_data(as_text=True))
    assert "No case yet" in text_of(client.get(f"{before_anything}&view=all").get_data(as_text=True))


def test_the_list_can_be_filtered_and_says_when_nothing_fits(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    reported(hospital, 2, "Early")
    world.sign_in(client, hospital.coordinator)
    number = re.search(r"US-REMS-\d{4}-\d+", client.get("/events").get_data(as_text=True))
    assert number
    for found in (number[0].lower(), "us-rems", number[0][-5:]):
        assert "Early" in text_of(client.get(f"/events?q={found}").get_data(as_text=True))
    for query in ("q=DE-", "q=99999", "kind=infection", "kind=infection&view=all"):
        assert "No case fits" in text_of(client.get(f"/events?{query}").get_data(as_text=True))
    assert "is unknown; it is one of open, all" in client.get("/events?view=mine").get_data(as_text=True)


def test_another_program_sees_none_of_it(hospital: Hospital, world: World, client: FlaskClient) -> None:
    key = reported(hospital)
    world.sign_in(client, processor(world, EUROPE))
    assert "No clock is open" in text_of(client.get("/events").get_data(as_text=True))
    assert client.get(f"/events/{key}").status_code == 404


def test_an_assessment_stops_the_clock_and_the_page_keeps_both_states(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    key = reported(hospital)
    world.sign_in(client, processor(world))
    assert "Assess" in client.get(f"/events/{key}").get_data(as_text=True)
    sent = {"expected": "yes", "seriousness": ["hospitalization"], "reason": "Label of 11/2025"}
    status, case, page = send(client, f"/events/{key}/assess", sent)
    assert status == 302, text_of(page)
    shown = text_of(client.get(case).get_data(as_text=True))
    assert "The assessment is kept" in shown
    assert "No clock runs" in shown
    assert "Assessed: expected, serious. Case Processor" in shown
    assert client.get(f"/events/{key}").headers["Location"] == case  # the older state leads to the one in force


def test_an_assessment_without_a_reason_is_shown_again(hospital: Hospital, world: World, client: FlaskClient) -> None:
    key = reported(hospital)
    world.sign_in(client, processor(world))
    status, _, page = send(client, f"/events/{key}/assess", {"expected": "", "reason": ""})
    assert status == 422
    assert "There are 2 things to fix" in text_of(page)
    status, _, page = send(
        client, f"/events/{key}/assess", {"expected": "no", "reason": "Label", "seriousness": ["death"]}
    )
    assert (status, "a fatal outcome and the tick at Death go together" in text_of(page)) == (422, True)


def test_under_another_day_a_case_shows_its_clock_then_and_no_form(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    key = reported(hospital)
    world.sign_in(client, processor(world))
    page = client.get(f"/events/{key}?as_of={TODAY - timedelta(days=1)}").get_data(as_text=True)
    assert "= 11 days left" in text_of(page)
    assert "<form" not in page[page.index("<main") : page.index("</main>")]
    assert "Keep assessment" not in page
    assert client.get(f"/events/{key}?as_of={BEGAN - timedelta(days=1)}").status_code == 404
    assert client.get(f"/events/{key}?as_of=tomorrow").status_code == 422


def test_between_onset_and_day_zero_no_clock_had_begun(hospital: Hospital, world: World, client: FlaskClient) -> None:
    happened = replace(HAPPENED, began_on=BEGAN - timedelta(days=3), site_aware_on=BEGAN - timedelta(days=3))
    key = actions.report(hospital.patient(), happened, by=hospital.coordinator, now=world.now)
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/events/{key}?as_of={BEGAN - timedelta(days=1)}").get_data(as_text=True)
    assert "No clock ran yet The company had this case from" in text_of(page)


def test_the_site_sees_the_case_without_the_assessment_form(
    hospital: Hospital, world: World, client: FlaskClient
) -> None:
    key = reported(hospital)
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/events/{key}").get_data(as_text=True)
    assert "Keep assessment" not in page
    assert "Its trail" in page
