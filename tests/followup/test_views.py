"""The pages of enrollment, infusion, visits, and of the patient."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.clock import day_in, utcnow, zone
from tests.factories import ADMIN, EUROPE, KYMRIAH, LABEL, Hospital, World, csrf

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
def treated(client: FlaskClient, hospital: Hospital) -> UUID:
    """An infused patient, whose coordinator is signed in."""
    key = hospital.infused(INFUSED)
    hospital.world.sign_in(client, hospital.coordinator)
    return key


def see(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    page = answer.get_data(as_text=True)
    assert answer.status_code == status, page
    return page


def send(client: FlaskClient, url: str, values: dict[str, Any], *, status: int = 302, to: str = "") -> str:
    """Send the form of a page as a browser would, with its token."""
    token = csrf(see(client, url))
    answer = client.post(to or url, data={"csrf_token": token, **values})
    page = answer.get_data(as_text=True)
    assert answer.status_code == status, page
    return answer.headers.get("Location", page)


def enrollment(hospital: Hospital, **said: Any) -> dict[str, Any]:
    today = hospital.world.today
    return {
        "scope": str(hospital.scope_id),
        "number": "HL-0417",
        "sex": "female",
        "birth_year": "1961",
        "indication": "Relapsed follicular lymphoma",
        "prior_lines": "3",
        "product": "Kymriah",
        "track": "CIBMTR-15Y-CRF",
        "enrolled_on": (today - timedelta(days=1)).isoformat(),
        "planned_infusion_on": (today + timedelta(days=20)).isoformat(),
        **said,
    }


def visiting(on: date, **said: Any) -> dict[str, Any]:
    asked = ("SUBSEQUENT-INFUSION", "RELAPSE", "NEW-MALIGNANCY", "PERSISTENCE-OF-CELLS", "CRS")
    asked += ("NEUROTOXICITY", "INFECTION", "FERTILITY-PREGNANCY")
    answers = {f"ask_{code}": "no" for code in asked}
    return {"seen": "", "holds_on": on.isoformat(), "contact": "on_site", "survival": "alive", **answers, **said}


def test_a_coordinator_of_one_site_enrolls_without_being_asked_where(client: FlaskClient, hospital: Hospital) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    page = see(client, "/patients/new")
    assert "Harrow Lake" in page
    assert "CIBMTR 15-year track" in page
    url = send(client, "/patients/new", enrollment(hospital))
    shown = see(client, url)
    assert "HL-0417" in shown
    assert "Woman, born 1961. Relapsed follicular lymphoma, 3 prior lines." in shown
    assert "Planned" in shown
    assert "17 visits, as planned" in shown


WRONG_ENROLLMENTS: list[tuple[dict[str, str], str]] = [
    ({"number": "Maria Lopez"}, "looks like a name"),
    ({"number": "1961-03-14"}, "looks like a full date of birth"),
    ({"number": ""}, "Registry number is missing"),
    ({"birth_year": "61"}, "61 is less than 1,900"),
    ({"product": "Aspirin"}, "is not in the list"),
    ({"enrolled_on": "2999-01-01"}, "is no date"),
    ({"planned_infusion_on": "2025-01-01"}, "is before the enrollment on"),
    ({"sex": ""}, "Sex: choose one"),
]


def test_an_enrollment_that_makes_no_sense_says_what_is_wrong(client: FlaskClient, hospital: Hospital) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    for said, sentence in WRONG_ENROLLMENTS:
        page = send(client, "/patients/new", enrollment(hospital, **said), status=422)
        assert sentence in page
        assert "thing to fix" in page


def test_where_there_are_several_places_the_first_step_chooses_one(client: FlaskClient, world: World) -> None:
    first = world.hospital(LABEL, name="Harrow Lake", country="US")
    second = world.hospital(EUROPE, name="Ostrava General", country="CZ")
    both = world.account(Role.SITE_COORDINATOR, site_id=first.site_id)
    begin = date(2015, 1, 1)
    access.grant(both.id, Role.SITE_COORDINATOR, site_id=second.site_id, from_on=begin, by=ADMIN, now=world.now)
    world.sign_in(client, both)
    page = see(client, "/patients/new")
    assert "at which site, and in which program?" in page
    assert f"/patients/new?scope={second.scope_id}" in page
    assert "Ostrava General" in see(client, f"/patients/new?scope={second.scope_id}")
    see(client, f"/patients/new?scope={world.hospital(KYMRIAH, country='US').scope_id}", 404)


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.AUDITOR])
def test_who_may_only_read_sees_the_patient_without_buttons(
    client: FlaskClient, world: World, hospital: Hospital, role: Role
) -> None:
    key = hospital.infused(INFUSED)
    world.sign_in(client, world.account(role, site_id=hospital.site_id))
    page = see(client, f"/patients/{key}")
    assert "Record a visit" not in page
    assert "Report an event" not in page
    see(client, "/patients/new", 403)
    see(client, f"/patients/{key}/infusion", 403)
    visit = see(client, f"/patients/{key}/visits/D100")
    assert "<form" not in visit.split("<main")[1]


def test_another_sites_patient_is_not_found(client: FlaskClient, world: World, hospital: Hospital) -> None:
    key = hospital.enrolled(date(2025, 10, 20))
    world.sign_in(client, world.hospital(EUROPE).coordinator)
    for page in ("", "/infusion", "/visits/D100"):
        see(client, f"/patients/{key}{page}", 404)


def test_without_an_authorization_the_infusion_page_leads_to_the_gate(client: FlaskClient, hospital: Hospital) -> None:
    key = hospital.enrolled(date(2025, 10, 20))
    hospital.world.sign_in(client, hospital.coordinator)
    page = see(client, f"/patients/{key}/infusion")
    assert "No authorization. Do not infuse yet." in page
    assert f"/patients/{key}/gate" in page
    assert "Lot of the product" not in page


def test_an_infusion_is_recorded_under_the_code_of_its_authorization(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    key = hospital.enrolled(date(2025, 10, 20))
    hospital.authorized(key, world.now - timedelta(hours=2))
    world.sign_in(client, hospital.coordinator)
    url = f"/patients/{key}/infusion"
    page = see(client, url)
    assert "Authorized, code " in page
    assert 'value="TK-22871"' in page
    at = (world.now - timedelta(hours=1)).astimezone(zone("America/Chicago"))
    said = {"infused_at": f"{at:%Y-%m-%d %H:%M}", "location_id": str(hospital.location_id), "lot": "TK-22871"}
    wrong = send(client, url, {**said, "bags": "1", "lot": "XX-1"}, status=422)
    assert "is not TK-22871, the lot that was received for this patient" in wrong
    shown = see(client, send(client, url, {**said, "bags": "1"}))
    assert "The infusion is recorded." in shown
    assert "lot TK-22871" in shown
    day = (day_in("America/Chicago", utcnow()) - at.date()).days  # 1 where midnight lies between
    assert f"day {day} today" in shown
    assert "Infused on" in see(client, url)


def test_a_visit_is_recorded_corrected_and_shown_as_it_was_known(client: FlaskClient, hospital: Hospital) -> None:
    key = hospital.infused(INFUSED)
    hospital.world.sign_in(client, hospital.coordinator)
    url = f"/patients/{key}/visits/D100"
    assert "New malignancy" in see(client, url)
    shown = see(client, send(client, url, visiting(date(2026, 2, 28), note_RELAPSE="CT of 2 March")))
    assert "Day 100 is recorded." in shown
    assert "28 Feb 2026" in shown
    page = see(client, url)
    assert "No: CT of 2 March" in page
    assert "Correct the record" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    corrected = visiting(date(2026, 3, 1), seen=seen, reason="")
    assert "Why the record is corrected is missing" in send(client, url, corrected, status=422)
    shown = see(client, send(client, url, {**corrected, "reason": "mistyped"}))
    assert "Day 100 is corrected." in shown
    assert "1 Mar 2026" in shown


WRONG_VISITS: list[tuple[dict[str, str], str]] = [
    ({"holds_on": "2025-11-19"}, "before the infusion on 20 Nov 2025"),
    ({"holds_on": "2190-01-01"}, "has not come yet"),
    ({"holds_on": "2026-06-01"}, "outside the window of Day 100, 13 Feb 2026 to 15 Mar 2026; say why"),
    ({"ask_RELAPSE": ""}, "Relapse or progression: choose one"),
    ({"ask_RELAPSE": "maybe"}, "is not in the list"),
    ({"died_on": "2026-02-01"}, "there is one only where the patient has died"),
    ({"contact": "pigeon"}, "is not in the list"),
    ({"seen": "not-a-key"}, "is not the key of a record"),
]


def test_a_visit_that_makes_no_sense_says_what_is_wrong(client: FlaskClient, treated: UUID) -> None:
    for said, sentence in WRONG_VISITS:
        page = send(client, f"/patients/{treated}/visits/D100", visiting(date(2026, 3, 1), **said), status=422)
        assert sentence in page


def test_a_visit_that_the_schedule_does_not_have_is_not_found(client: FlaskClient, treated: UUID) -> None:
    assert "Its visits are: D100, M06" in see(client, f"/patients/{treated}/visits/Y99", 404)


def test_before_the_infusion_a_visit_has_no_form(client: FlaskClient, hospital: Hospital) -> None:
    key = hospital.enrolled(date(2025, 10, 20))
    hospital.world.sign_in(client, hospital.coordinator)
    page = see(client, f"/patients/{key}/visits/D100")
    assert "Not infused yet" in page
    assert "Record visit" not in page


def test_a_visit_recorded_by_somebody_else_meanwhile_is_not_overwritten(client: FlaskClient, treated: UUID) -> None:
    url = f"/patients/{treated}/visits/D100"
    stale = visiting(date(2026, 2, 28))
    send(client, url, stale)
    assert "is recorded already" in send(client, url, stale, status=409)


def test_the_page_of_another_day_shows_that_day_without_buttons(client: FlaskClient, treated: UUID) -> None:
    page = see(client, f"/patients/{treated}?as_of=2025-12-01")
    assert "Not today." in page
    assert "day 11 then" in page
    assert "Report an event" not in page
    assert f"/patients/{treated}/visits/D100?as_of=2025-12-01" in page
    before = see(client, f"/patients/{treated}?as_of=2025-11-01")
    assert "Infusion planned" in before
    assert "Not enrolled yet" in see(client, f"/patients/{treated}?as_of=2025-10-01")
    assert "<form" not in see(client, f"/patients/{treated}/visits/D100?as_of=2026-02-20").split("<main")[1]


def test_the_ribbon_tells_its_finding_and_the_table_says_the_same(client: FlaskClient, treated: UUID) -> None:
    page = see(client, f"/patients/{treated}?as_of=2026-11-24")
    assert "Overdue: Day 100, 6 months." in page
    assert page.count("<svg class=") >= 2
    assert "13 Feb to 15 Mar 2026" in page
    assert "254 days late" in page
    assert "style=" not in page


def test_after_a_death_the_page_says_that_nothing_is_due(client: FlaskClient, treated: UUID) -> None:
    url = f"/patients/{treated}/visits/D100"
    died = visiting(date(2026, 3, 1), survival="dead", died_on="2026-02-27", cause="relapse")
    page = see(client, send(client, url, died))
    assert "the patient died on 27 Feb 2026" in page
    assert page.count("No longer due") >= 16
    assert "relapse" in see(client, url)
