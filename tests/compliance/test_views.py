"""The pages of deviations: report one, state its cause, plan, do, check, close; lists and refusals."""

from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.compliance import actions
from rems.compliance.rules import DeviationSeverity
from rems.core.clock import utcnow
from tests.compliance.test_actions import DAY, HAPPENED, PLAN
from tests.factories import EUROPE, Hospital, World, csrf


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE, name="Klinikum Süd")


def post(client: FlaskClient, path: str, **sent: str):
    return client.post(path, data={"csrf_token": csrf(client.get(path).text), **hidden(client, path), **sent})


def hidden(client: FlaskClient, path: str) -> dict[str, str]:
    page = client.get(path).text
    marker = 'name="seen"'
    if marker not in page:
        return {}
    piece = page[page.rindex("<input", 0, page.index(marker)) :]
    return {"seen": piece.split('value="')[1].split('"')[0]}


def test_a_deviation_is_walked_through_its_pages(world: World, client: FlaskClient, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    sent = {
        "source": "site",
        "severity": "major",
        "found_on": "1 Jun 2026",
        "summary": "A nurse was not trained.",
        "immediate_action": "She was sent home.",
    }
    answer = post(client, f"/sites/{hospital.site_id}/programs/{EUROPE}/deviations/new", **sent)
    assert answer.status_code == 302
    path = answer.location
    assert "A nurse was not trained." in client.get(path).text
    assert post(client, f"{path}/cause", root_cause="The list was old.").status_code == 302
    plan = {"kind": "corrective", "what": "Train her", "owner": "Ilse", "planned_on": "1 Jun 2026"}
    days = {"due_on": "11 Jun 2026", "check_on": "11 Jul 2026"}
    assert post(client, f"{path}/actions/new", **plan, **days).status_code == 302
    refused = post(client, f"{path}/close", closed_on="1 Aug 2026")
    assert refused.status_code == 422
    assert "&#34;Train her&#34; is not done yet." in refused.text
    page = client.get(path).text
    done = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/actions/"))
    assert post(client, done, done_on="3 Jun 2026", note="Trained").status_code == 302
    page = client.get(path).text
    check = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/actions/"))
    assert check.endswith("/check")
    assert post(client, check, effective="yes", checked_on="1 Jul 2026", note="Asked her").status_code == 302
    assert post(client, f"{path}/close", closed_on="1 Aug 2026").status_code == 302
    assert "Closed on 1 August 2026" in client.get(path).text
    assert "Open" in client.get(f"{path}?as_of=2026-07-15").text
    assert "This page shows 15 July 2026" in client.get(f"{path}?as_of=2026-07-15").text


def test_an_empty_report_says_what_is_missing(world: World, client: FlaskClient, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    answer = post(client, f"/sites/{hospital.site_id}/programs/{EUROPE}/deviations/new", found_on="1 Jun 2026")
    text = unescape(answer.text)
    assert answer.status_code == 422
    for words in ("What happened is missing", "Severity: choose one", "What was done at once is missing"):
        assert words in text


def test_a_page_that_is_behind_is_refused_with_409(world: World, client: FlaskClient, hospital: Hospital) -> None:
    said = {"by": hospital.coordinator, "now": world.now}
    key = actions.report(hospital.scope_id, HAPPENED, **said)
    actions.investigate(key, "Another was faster", **said)
    world.sign_in(client, hospital.coordinator)
    path = f"/deviations/{key}/cause"
    sent = {"csrf_token": csrf(client.get(path).text), "seen": str(key), "root_cause": "Mine"}
    assert client.post(path, data=sent).status_code == 409


def test_the_list_is_filtered_paged_and_taken_away(world: World, client: FlaskClient, hospital: Hospital) -> None:
    said = {"by": hospital.coordinator, "now": world.now}
    key = actions.report(hospital.scope_id, HAPPENED, **said)
    actions.plan(key, PLAN, **said)
    world.sign_in(client, hospital.manager)
    assert "A nurse was not trained." in client.get("/deviations?state=late").text
    assert "Nothing fits" in client.get("/deviations?severity=minor").text
    assert client.get("/deviations?state=lost").status_code in (400, 422)
    assert "No deviation is known" in client.get("/deviations?as_of=2020-01-01").text
    listed = client.get("/deviations.csv").get_data(as_text=True)
    assert (
        "Klinikum Süd,EU-RMP-CART,major,2026-06-01,site,EU-HCP-EDUCATION,A nurse was not trained.,,open,,1,1" in listed
    )
    day = (DAY + timedelta(1)).isoformat()
    assert ",open,,1,0" in client.get(f"/deviations.csv?as_of={day}").get_data(as_text=True)


def test_who_only_looks_gets_no_buttons(world: World, client: FlaskClient, hospital: Hospital) -> None:
    key = actions.report(hospital.scope_id, HAPPENED, by=hospital.coordinator, now=world.now)
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id))
    page = client.get(f"/deviations/{key}").text
    assert "Plan an action" not in page
    assert client.get(f"/deviations/{key}/actions/new").status_code == 403
    assert client.get(f"/sites/{hospital.site_id}/programs/{EUROPE}/deviations/new").status_code == 403
    assert date(2026, 6, 1) == DAY


def test_an_earlier_day_shows_neither_a_cause_nor_an_end_nor_what_was_done_later(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    """A cause has no day of its own: it counts from the day on which one was first recorded, today at the site."""
    world.now = utcnow()
    said, today = {"by": hospital.coordinator, "now": world.now}, world.today
    key = hospital.deviation(today - timedelta(9), severity=DeviationSeverity.MINOR)
    first = actions.investigate(key, "The list was old.", **said)
    action = hospital.action(key, due_on=today + timedelta(5), check_on=today + timedelta(9))
    seen = actions.finish(action, done_on=today - timedelta(2), note="Trained, file 12", **said)
    actions.check_effect(seen, effective=True, checked_on=today - timedelta(1), note="Asked her", **said)
    second = actions.investigate(first, "Nobody kept the list.", **said)
    actions.close(second, closed_on=today, **said)
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/deviations/{key}").text
    assert "Nobody kept the list." in page and "Closed on" in page and "Asked her" in page
    page = client.get(f"/deviations/{key}?as_of={today - timedelta(1)}").text
    assert "Not stated yet" in page and "Closed on" not in page and "Asked her" in page
    assert "The list was old." not in page and "Nobody kept the list." not in page
    page = client.get(f"/deviations/{key}?as_of={today - timedelta(3)}").text
    assert "Train her" in page and "Trained, file 12" not in page and "Asked her" not in page
    for day, cause in ((today, "Nobody kept the list."), (today - timedelta(1), "")):
        listed = client.get(f"/deviations.csv?as_of={day}").get_data(as_text=True)
        assert ("Nobody kept the list." in listed) == bool(cause)


def test_a_deviation_is_not_known_before_it_was_found_or_recorded(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    key = hospital.deviation(date(2026, 3, 3))
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/deviations/{key}?as_of=2026-03-02").text
    assert "This deviation was found on 3 March 2026; on the day you ask for it was not known." in page
    assert "A nurse was not trained." not in page
    assert "What is known of it now" in page
    page = client.get(f"/deviations/{key}?known_at=2020-01-01").text
    assert "This deviation was recorded later than the moment you ask for" in page
    world.sign_in(client, world.hospital(EUROPE).coordinator)
    assert client.get(f"/deviations/{key}?as_of=2026-03-02").status_code == 404


def test_a_page_of_the_list_is_cut_by_the_database_and_the_csv_is_whole(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    for number in range(27):
        hospital.deviation(DAY, summary=f"Number {number:02d}.")
    world.sign_in(client, hospital.coordinator)
    first, second = client.get("/deviations").text, client.get("/deviations?page=2").text
    assert "1 to 25 of 27" in first and "26 to 27 of 27" in second
    shown = [n for n in range(27) if f"Number {n:02d}." in first]
    assert shown == list(range(2, 27))
    assert len(client.get("/deviations.csv").get_data(as_text=True).splitlines()) == 28
    assert "1 to 25 of 27" in client.get("/deviations?state=open").text
    assert "Nothing fits" in client.get("/deviations?state=closed").text
