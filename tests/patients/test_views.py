"""The pages of patients through the client: the list, the gate in its states, and the records."""

from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.lens import Lens
from rems.patients import actions, queries
from rems.patients.rules import FactKind
from tests.factories import EUROPE, KYMRIAH, PASSWORD, Hospital, World, csrf
from tests.patients.acting import CERTIFIED, ENROLLED, SYSTEM, prepared, said


@pytest.fixture
def world(world: World) -> World:
    """Pages read the clock, so what they are about happens now."""
    world.now = utcnow()
    return world


def shown(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return " ".join(unescape(answer.get_data(as_text=True)).split())


def sent(client: FlaskClient, address: str, status: int = 302, **data: str) -> str:
    token = csrf(client.get(data.pop("opened", address)).get_data(as_text=True))
    answer = client.post(address, data={"csrf_token": token, **data})
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.headers.get("Location", "") or " ".join(unescape(answer.get_data(as_text=True)).split())


def test_the_list_is_searched_by_the_beginning_of_a_number(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    for number in ("HL-0417", "HL-0418", "NH-0112"):
        hospital.patient(number, enrolled_on=ENROLLED)
    world.sign_in(client, hospital.coordinator)
    page = shown(client, "/patients?q=hl04")
    assert "HL-0417" in page and "HL-0418" in page and "NH-0112" not in page
    assert "No patient fits" in shown(client, "/patients?q=417")
    assert "No patient fits" in shown(client, "/patients?state=infused")
    assert "NH-0112" in shown(client, "/patients?state=waiting")


def test_the_list_shows_own_patients_only_and_filters_by_program(client: FlaskClient, world: World) -> None:
    hospital, other = world.hospital(), world.hospital(KYMRIAH, country="US")
    hospital.patient("HL-0417", enrolled_on=ENROLLED)
    other.patient("US-0001", enrolled_on=date(2021, 3, 1), infused_on=date(2021, 4, 1))
    world.sign_in(client, hospital.coordinator)
    assert "US-0001" not in shown(client, "/patients")
    assert "Program" not in shown(client, "/patients").split("<form")[-1]
    shown(client, "/patients?program=NOWHERE", 404)
    client.post("/sign-out", data={"csrf_token": csrf(client.get("/patients").get_data(as_text=True))})
    world.sign_in(client, other.manager)
    page = shown(client, f"/patients?program={KYMRIAH}&state=infused")
    assert "US-0001" in page and "1 Apr 2021" in page and "Enroll a patient" not in page


def test_an_empty_list_says_what_to_do_first(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    world.sign_in(client, hospital.coordinator)
    assert "Enroll the first one" in shown(client, "/patients")


def test_to_report_an_event_each_row_leads_to_its_form(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    patient_id = hospital.patient("HL-0417", enrolled_on=ENROLLED)
    world.sign_in(client, hospital.coordinator)
    page = shown(client, "/patients?act=report")
    assert f'href="/patients/{patient_id}/events/new"' in page and "Whose event is it?" in page


def test_a_long_list_goes_on_page_by_page(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    for number in range(1, 53):
        hospital.patient(f"HL-{number:04d}", enrolled_on=ENROLLED + timedelta(days=number % 3))
    world.sign_in(client, hospital.coordinator)
    first = shown(client, "/patients")
    assert "1 to 50" in first
    onward = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = shown(client, onward)
    seen = [page.count("Relapsed") + page.count("Diffuse") for page in (first, second)]
    assert seen == [50, 2] and "From the beginning" in second
    assert "is no place in the list" in shown(client, "/patients?after=nowhere", 422)


@pytest.fixture
def europe(world: World) -> Hospital:
    return world.hospital(timezone="Europe/Berlin").certified(CERTIFIED)


def test_the_gate_names_what_is_missing_who_can_mend_it_and_where(client: FlaskClient, europe: Hospital) -> None:
    patient_id = europe.enrolled(ENROLLED)
    europe.world.sign_in(client, europe.coordinator)
    page = shown(client, f"/patients/{patient_id}/gate")
    assert "Not authorized. Do not infuse yet." in page
    assert page.index("Not authorized.") < page.index("What is missing") < page.index("In order")
    for kind in ("weight", "alert-card", "consent-treatment", "deferral", "product-receipt"):
        assert f"/patients/{patient_id}/record/{kind}?next=" in page
    assert "Dr. Rep" in page and "nobody of the staff on this day" in page
    assert "Sign and authorize" not in page


def test_the_gate_shows_buttons_only_to_who_may(client: FlaskClient, europe: Hospital) -> None:
    patient_id = prepared(europe, europe.enrolled(ENROLLED), europe.world.today)
    auditor = europe.world.account(Role.AUDITOR, site_id=europe.site_id)
    europe.world.sign_in(client, auditor)
    page = shown(client, f"/patients/{patient_id}/gate")
    assert "Not authorized yet. Nothing is missing." in page
    assert "Sign and authorize" not in page and "A treating physician or the site coordinator signs" in page
    asked = {**plan(europe), "signer": europe.world.emails[auditor.id]}
    sent(client, f"/patients/{patient_id}/gate", 403, opened="/another-day?next=/", **asked)


def test_the_program_manager_sees_the_gate_as_the_site_does(client: FlaskClient, europe: Hospital) -> None:
    patient_id = prepared(europe, europe.enrolled(ENROLLED), europe.world.today)
    europe.world.sign_in(client, europe.manager)
    page = shown(client, f"/patients/{patient_id}/gate")
    assert "Not authorized yet. Nothing is missing." in page and "Sign and authorize" not in page


def plan(hospital: Hospital, at: str = "") -> dict[str, str]:
    return {
        "at": at or f"{hospital.world.now.astimezone():%Y-%m-%d} 00:30",
        "location_id": str(hospital.location_id),
        "signer": hospital.world.emails[hospital.coordinator.id],
        "password": PASSWORD,
    }


def test_the_gate_is_signed_and_shows_its_code(client: FlaskClient, europe: Hospital) -> None:
    patient_id = prepared(europe, europe.enrolled(ENROLLED), europe.world.today)
    europe.world.sign_in(client, europe.coordinator)
    gate = f"/patients/{patient_id}/gate"
    page = sent(client, gate, 422, **{**plan(europe), "password": "wrong"})
    assert "This is not your password" in page and "Not authorized yet" in page
    page = shown(client, sent(client, gate, **plan(europe)))
    with reading(SYSTEM):
        (code,) = [a.code for a in queries.authorizations(patient_id)]
    assert f"Authorized: {code}" in page and f"Authorization {code} is signed." in page
    assert "Record the infusion" in page and "Responsibility for authorization" in page
    assert "Reason is missing" in sent(client, f"{gate}/withdraw", 422, opened=gate, reason=" ")
    sent(client, f"{gate}/withdraw", opened=gate, reason="Fever")
    assert "Not authorized yet" in shown(client, gate)


def test_the_gate_of_another_moment_and_place_is_asked_for_in_the_address(
    client: FlaskClient, europe: Hospital
) -> None:
    patient_id = europe.enrolled(ENROLLED)
    europe.world.sign_in(client, europe.coordinator)
    gate = f"/patients/{patient_id}/gate"
    asked = f"at=1+Nov+2026+10:00&location_id={europe.location_id}"
    assert "Site certified on 1 Nov 2026" in shown(client, f"{gate}?{asked}")
    assert "is no day with a time" in shown(client, f"{gate}?at=soon&location_id={europe.location_id}", 422)
    assert "more than 24 hours ahead" in shown(
        client, f"{gate}?at=1+Nov+2199+10:00&location_id={europe.location_id}", 422
    )
    assert "is not in the list" in shown(client, f"{gate}?at=1+Nov+2026+10:00&location_id=nowhere", 422)


def test_under_another_day_the_gate_answers_and_offers_nothing(client: FlaskClient, europe: Hospital) -> None:
    patient_id = prepared(europe, europe.enrolled(ENROLLED), ENROLLED)
    europe.world.sign_in(client, europe.coordinator)
    page = shown(client, f"/patients/{patient_id}/gate?as_of={ENROLLED}")
    assert "Not authorized on 20 October 2026" in page and "Nothing was missing" in page
    assert "Sign and authorize" not in page and "Planned moment" not in page and "/record/" not in page
    assert "Not enrolled on this day" in shown(client, f"/patients/{patient_id}/gate?as_of=2026-10-19")


def test_a_closed_program_is_walked_on_the_page(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH, timezone="America/Chicago", country="US").certified(date(2018, 3, 1))
    on = date(2018, 6, 20)
    patient_id = prepared(hospital, hospital.enrolled(date(2018, 6, 1)), on)
    world.sign_in(client, hospital.coordinator)
    gate = f"/patients/{patient_id}/gate"
    assert "stops nothing" in shown(client, gate)
    asked = f"?at=20+Jun+2018+10:00&location_id={hospital.location_id}"
    page = shown(client, gate + asked)
    assert "Two doses of tocilizumab for this patient" in page and "Not authorized yet. Nothing is missing." in page
    page = shown(client, sent(client, gate, opened=gate + asked, **plan(hospital, "20 Jun 2018 10:00 CDT")))
    assert "Valid until 21 Jun 2018, 10:00 CDT" in page


def test_an_infused_patient_shows_what_the_authorization_rested_on(client: FlaskClient, europe: Hospital) -> None:
    patient_id = europe.infused(date(2026, 11, 20))
    europe.world.sign_in(client, europe.coordinator)
    page = shown(client, f"/patients/{patient_id}/gate")
    assert "Infused on 20 November 2026" in page and "What the authorization rested on" in page
    assert "Sign and authorize" not in page


RECORDS: dict[FactKind, dict[str, str]] = {
    FactKind.WEIGHT: {"weight_kg": "82.4"},
    FactKind.CONSENT_TREATMENT: {"what": "given", "edition": "4"},
    **dict.fromkeys((FactKind.CONSENT_REGISTRY, FactKind.CONSENT_CONTACT), {"what": "given"}),
    **dict.fromkeys((FactKind.APHERESIS, FactKind.WALLET_CARD), {}),
    FactKind.CONSENT_SAMPLES: {"what": "given", "edition": "2"},
    FactKind.STUDY_STATUS: {"stands": "on_study"},
    FactKind.REFERRAL: {"place": "Practice Dr. Lind"},
    FactKind.MANUFACTURING_SLOT: {"slot_on": "20 Nov 2026", "order": "MF-88"},
    FactKind.LYMPHODEPLETION: {"ends_on": "22 Nov 2026", "regimen": "Flu/Cy"},
    FactKind.ALERT_CARD: {"edition": "2026-1"},
    FactKind.DEFERRAL: {"infection": "no", "inflammatory": "no", "reaction": "yes", "gvhd": "no"},
    FactKind.PRODUCT_RECEIPT: {
        "identity": "NH-0112-A7",
        "product": "Kymriah",
        "lot": "YE-40918",
        "bags": "1",
        "expires_on": "1 Mar 2031",
    },
}


def test_every_kind_of_record_is_kept_through_its_page(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    patient_id = hospital.enrolled(ENROLLED)
    world.sign_in(client, hospital.coordinator)
    assert set(RECORDS) == set(FactKind)
    for kind, data in RECORDS.items():
        page = f"/patients/{patient_id}/record/{kind}"
        back = f"/patients/{patient_id}/gate"
        assert sent(client, page, holds_on="20 Nov 2026", next=back, **data) == back
        assert "20 Nov 2026" in shown(client, page)
    with reading(SYSTEM):
        assert set(queries.facts_of(patient_id, Lens(world.today))) == set(FactKind)
    assert "Yes: Unresolved serious reaction" in shown(client, f"/patients/{patient_id}/record/deferral")
    assert "use by 1 Mar 2031" in shown(client, f"/patients/{patient_id}/record/product-receipt")
    sent(client, f"/patients/{patient_id}/record/consent-contact", holds_on="21 Nov 2026", what="withdrawn")
    assert "Withdrawn" in shown(client, f"/patients/{patient_id}/record/consent-contact")


def test_what_is_wrong_is_said_at_its_field(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    patient_id = hospital.enrolled(ENROLLED)
    world.sign_in(client, hospital.coordinator)
    for kind, data, words in (
        ("weight", {"weight_kg": "82.45"}, '"82.45" has more than 1 decimal place'),
        ("weight", {"weight_kg": "500"}, "is more than 400 kg"),
        ("weight", {"holds_on": "1 Jan 2199", "weight_kg": "80"}, "1 Jan 2199 has not come yet"),
        ("consent-treatment", {}, "What happened: choose one"),
        ("consent-treatment", {"what": "withdrawn"}, "No consent (treatment) is in force"),
        ("deferral", {"infection": "no"}, "Inflammatory disorder: choose one"),
        ("product-receipt", {**RECORDS[FactKind.PRODUCT_RECEIPT], "expires_on": "1 Nov 2026"}, "expired on 1 Nov 2026"),
        ("product-receipt", {**RECORDS[FactKind.PRODUCT_RECEIPT], "product": "Aspirin"}, "is not in the list"),
    ):
        page = f"/patients/{patient_id}/record/{kind}"
        assert words in sent(client, page, 422, **{"holds_on": "20 Nov 2026", **data})
    assert "There is no record" in shown(client, f"/patients/{patient_id}/record/fever", 404)


def test_a_record_leads_on_only_within_this_server(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    patient_id = hospital.enrolled(ENROLLED)
    world.sign_in(client, hospital.coordinator)
    page = f"/patients/{patient_id}/record/weight"
    data = {"holds_on": "20 Nov 2026", "weight_kg": "80", "next": "https://elsewhere.example/"}
    assert sent(client, page, **data) == f"/patients/{patient_id}"


def test_a_record_is_taken_back_with_a_reason(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    patient_id = hospital.enrolled(ENROLLED)
    key = actions.record_weight(patient_id, Decimal("8.2"), **said(hospital))
    world.sign_in(client, hospital.coordinator)
    record = f"/patients/{patient_id}/record/weight"
    page = f"{record}/{key}/take-back"
    assert page in shown(client, record) and "8.2 kg" in shown(client, page)
    assert "Reason is missing" in sent(client, page, 422, reason="")
    assert sent(client, page, reason="A decimal too far") == record
    assert "Nothing is recorded yet" in shown(client, record)
    shown(client, page, 404)


def test_who_only_reads_sees_records_and_no_form(client: FlaskClient, world: World) -> None:
    hospital = world.hospital()
    patient_id = hospital.enrolled(ENROLLED)
    key = actions.record_weight(patient_id, Decimal("82.0"), **said(hospital))
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id))
    page = shown(client, f"/patients/{patient_id}/record/weight")
    assert "82.0 kg" in page and "Record weight" not in page and "take-back" not in page
    shown(client, f"/patients/{patient_id}/record/weight/{key}/take-back", 403)
    assert "Nothing is recorded on this day" in shown(client, f"/patients/{patient_id}/record/weight?as_of={ENROLLED}")


def test_a_patient_of_another_hospital_is_not_found(client: FlaskClient, world: World) -> None:
    patient_id: UUID = world.hospital().enrolled(ENROLLED)
    stranger: Actor = world.hospital(EUROPE).coordinator
    world.sign_in(client, stranger)
    for page in ("gate", "record/weight", f"record/weight/{patient_id}/take-back"):
        shown(client, f"/patients/{patient_id}/{page}", 404)
