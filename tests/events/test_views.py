"""The pages of events: the short form, the case with its clocks, its assessment, any other day."""

from dataclasses import replace
from datetime import date, timedelta

from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.events import actions
from tests.events.cases import processor
from tests.events.pages import BEGAN, FEVER, HAPPENED, SENT, TODAY, checked, reported, send, text_of, written
from tests.factories import EUROPE, LABEL, Hospital, World


def test_the_short_form_knows_the_patient_and_begins_with_crs_and_today(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    patient_id = us_hospital.patient("HL-0458", infused_on=TODAY - timedelta(days=4))
    today_world.sign_in(client, us_hospital.coordinator)
    page = client.get(f"/patients/{patient_id}/events/new").get_data(as_text=True)
    assert f"Kymriah, infused {written(TODAY - timedelta(days=4))}, day 4 today." in text_of(page)
    assert checked(page, "kind") == ["crs"]
    assert checked(page, "vasopressors") == ["0"]
    assert checked(page, "oxygen") == checked(page, "seriousness") == []
    assert page.count(f'value="{written(TODAY)}"') == 2
    assert "A day in UTC" in page
    assert 'name="not_serious_reason"' not in page


def test_the_grade_is_worked_out_and_explained_without_keeping_anything(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    address = f"/patients/{us_hospital.patient()}/events/new"
    today_world.sign_in(client, us_hospital.coordinator)
    status, _, page = send(client, address, FEVER, work_out="1")
    assert status == 200
    assert "CRS grade 3 Fever 39.4 °C counts: grade 1 or more One vasopressor: grade 3" in text_of(page)
    assert "Lee DW et al." in page
    assert checked(page, "grade") == ["3"]
    assert checked(page, "seriousness") == ["other_important"]
    assert "Such an event counts as serious at the least by: other medically important reason." in text_of(page)
    assert "There is" not in text_of(page)
    assert "No case yet" in client.get("/events?view=all").get_data(as_text=True)


ANSWERS: list[tuple[dict[str, str], str]] = [
    ({"temperature_c": "37.0"}, "Not CRS by ASTCT 2019"),
    (
        {"temperature_c": "37.0", "signs": "prior_fever", "vasopressors": "0", "oxygen": "none"},
        "The CRS is over: grade 0",
    ),
    ({"grade": "2"}, "CRS grade 3 . You give grade 2: write below why it differs."),
    ({"oxygen": ""}, "Most oxygen needed: choose one"),
    ({"temperature_c": ""}, "Highest temperature is missing"),
    ({"temperature_c": "390"}, "Highest temperature: 390 °C is more than 45 °C"),
    ({"kind": "infection"}, "What happened: a grade is worked out for CRS alone; give the grade yourself."),
]


def test_what_the_button_answers(us_hospital: Hospital, today_world: World, client: FlaskClient) -> None:
    address = f"/patients/{us_hospital.patient()}/events/new"
    today_world.sign_in(client, us_hospital.coordinator)
    for changes, words in ANSWERS:
        _, _, page = send(client, address, {**FEVER, **changes}, work_out="1")
        assert words in text_of(page)


def test_a_report_leads_to_its_case_with_the_clock_as_a_worked_sum(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    patient_id = us_hospital.patient("HL-0458", enrolled_on=date(2026, 1, 5), infused_on=BEGAN - timedelta(days=2))
    today_world.sign_in(client, us_hospital.coordinator)
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
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    address = f"/patients/{us_hospital.patient()}/events/new"
    today_world.sign_in(client, us_hospital.coordinator)
    status, _, page = send(client, address, {**SENT, "grade": "2"})
    assert status == 422
    assert "There is 1 thing to fix Grade 2 was entered, by ASTCT 2019 it is 3: write the reason" in text_of(page)
    assert '<a href="#grade_reason">' in page
    assert 'id="grade_reason-error"' in page


def test_a_severe_event_with_nothing_ticked_comes_back_with_the_default_that_can_be_taken_off(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    address = f"/patients/{us_hospital.patient()}/events/new"
    today_world.sign_in(client, us_hospital.coordinator)
    bare = {k: v for k, v in SENT.items() if k != "seriousness"} | {"grade": "3"}
    status, _, page = send(client, address, bare)
    assert status == 422
    assert "Was it serious? CRS of grade 3 counts as serious" in text_of(page)
    assert checked(page, "seriousness") == ["other_important"]
    status, case, _ = send(client, address, {**bare, "not_serious_reason": "Planned stay"})
    assert status == 302
    assert "Serious No. Reason: Planned stay" in text_of(client.get(case).get_data(as_text=True))


def test_an_infection_is_not_asked_for_the_bedside_values(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    today_world.sign_in(client, us_hospital.coordinator)
    sent = {**SENT, "kind": "infection", "term": "Pneumonia", "temperature_c": "", "oxygen": ""}
    status, case, page = send(client, f"/patients/{us_hospital.patient()}/events/new", sent)
    assert status == 302, text_of(page)
    assert "Infection: Pneumonia" in text_of(client.get(case).get_data(as_text=True))


LEFT_OUT = [
    ("kind", "What happened: choose one"),
    ("began_on", "When it began is missing"),
    ("outcome", "Outcome so far: choose one"),
    ("site_aware_on", "When the site learned of it is missing"),
    ("day_zero", "When the company learned of it, day 0 is missing"),
    ("oxygen", "Most oxygen needed: choose one"),
]


def test_what_is_left_out_is_named(us_hospital: Hospital, today_world: World, client: FlaskClient) -> None:
    address = f"/patients/{us_hospital.patient()}/events/new"
    today_world.sign_in(client, us_hospital.coordinator)
    for left_out, sentence in LEFT_OUT:
        status, _, page = send(client, address, {k: v for k, v in SENT.items() if k != left_out})
        assert (status, sentence in text_of(page)) == (422, True)


def test_the_form_is_closed_to_who_may_only_look(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    today_world.sign_in(client, today_world.account(Role.AUDITOR, site_id=us_hospital.site_id))
    assert client.get(f"/patients/{us_hospital.patient()}/events/new").status_code == 403
    assert "Report an event" not in client.get("/events").get_data(as_text=True)


def test_another_program_sees_none_of_it(us_hospital: Hospital, today_world: World, client: FlaskClient) -> None:
    key = reported(us_hospital)
    today_world.sign_in(client, processor(today_world, EUROPE))
    assert "No clock is open" in text_of(client.get("/events").get_data(as_text=True))
    assert client.get(f"/events/{key}").status_code == 404


def test_an_assessment_stops_the_clock_and_the_page_keeps_both_states(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    key = reported(us_hospital)
    today_world.sign_in(client, processor(today_world, LABEL))
    assert "Assess" in client.get(f"/events/{key}").get_data(as_text=True)
    sent = {"expected": "yes", "seriousness": ["hospitalization"], "reason": "Label of 11/2025"}
    status, case, page = send(client, f"/events/{key}/assess", sent)
    assert status == 302, text_of(page)
    shown = text_of(client.get(case).get_data(as_text=True))
    assert "The assessment is kept" in shown
    assert "No clock runs" in shown
    assert "Assessed: expected, serious. Case Processor" in shown
    assert client.get(f"/events/{key}").headers["Location"] == case  # the older state leads to the one in force


def test_an_assessment_without_a_reason_is_shown_again(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    key = reported(us_hospital)
    today_world.sign_in(client, processor(today_world, LABEL))
    status, _, page = send(client, f"/events/{key}/assess", {"expected": "", "reason": ""})
    assert status == 422
    assert "There are 2 things to fix" in text_of(page)
    status, _, page = send(
        client, f"/events/{key}/assess", {"expected": "no", "reason": "Label", "seriousness": ["death"]}
    )
    assert (status, "a fatal outcome and the tick at Death go together" in text_of(page)) == (422, True)


def test_under_another_day_a_case_shows_its_clock_then_and_no_form(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    key = reported(us_hospital)
    today_world.sign_in(client, processor(today_world, LABEL))
    page = client.get(f"/events/{key}?as_of={TODAY - timedelta(days=1)}").get_data(as_text=True)
    assert "= 11 days left" in text_of(page)
    assert "<form" not in page[page.index("<main") : page.index("</main>")]
    assert "Keep assessment" not in page
    assert client.get(f"/events/{key}?as_of={BEGAN - timedelta(days=1)}").status_code == 404
    assert client.get(f"/events/{key}?as_of=tomorrow").status_code == 422


def test_between_onset_and_day_zero_no_clock_had_begun(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    happened = replace(HAPPENED, began_on=BEGAN - timedelta(days=3), site_aware_on=BEGAN - timedelta(days=3))
    key = actions.report(us_hospital.patient(), happened, by=us_hospital.coordinator, now=today_world.now)
    today_world.sign_in(client, us_hospital.coordinator)
    page = client.get(f"/events/{key}?as_of={BEGAN - timedelta(days=1)}").get_data(as_text=True)
    assert "No clock ran yet The company had this case from" in text_of(page)


def test_the_site_sees_the_case_without_the_assessment_form(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    key = reported(us_hospital)
    today_world.sign_in(client, us_hospital.coordinator)
    page = client.get(f"/events/{key}").get_data(as_text=True)
    assert "Keep assessment" not in page
    assert "Its trail" in page
