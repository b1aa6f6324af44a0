"""The pages of contact details and wallet cards through the client."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.access.waiting import ADDRESS_FREE
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.patients import actions as records
from rems.patients.identity import actions, cards, queries
from rems.patients.identity.rules import Purpose
from rems.patients.rules import FactKind
from tests.factories import Hospital, World, csrf
from tests.patients.identified import PHONE, by
from tests.patients.test_views import sent, shown

FILLED = {
    "name": "Maren Oyelaran",
    "phones": "+49 30 555 0199\n030 555 0177",
    "birth_on": "14 Mar 1961",
    "way": "phone",
    "other1_name": "Tunde Oyelaran",
    "other1_relation": "brother",
    "other1_phone": "+49 30 555 0188",
}
REASON = {"purpose": "follow_up", "words": "Call about the day-100 visit"}


@pytest.fixture
def world(world: World) -> World:
    """Pages read the clock, so what they are about happens now."""
    world.now = utcnow()
    return world


def test_details_are_entered_opened_with_a_reason_and_changed(
    client: FlaskClient, hospital: Hospital, patient_id: UUID
) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    address, keep = f"/patients/{patient_id}/contact", f"/patients/{patient_id}/contact/details"
    assert "Enter them" in shown(client, address)
    page = sent(client, keep, 422, opened=address, **{**FILLED, "birth_on": "14 Mar 1960"})
    assert "is not in 1961, the year of birth of HL-0417" in page and "Maren Oyelaran" in page
    assert sent(client, keep, opened=address, **FILLED) == f"/patients/{patient_id}"
    page = shown(client, address)
    assert "Open contact details" in page and "Maren" not in page
    page = sent(client, address, 422, purpose="follow_up", words="")
    assert "In your words is missing" in page and "Maren" not in page
    page = sent(client, address, 200, **REASON)
    for words in ("Maren Oyelaran", "14 Mar 1961", "+49 30 555 0199, 030 555 0177", "brother", "By phone"):
        assert words in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    sent(client, keep, opened=address, **{**FILLED, "seen": seen, "name": "Maren O. Lind"})
    assert "Maren O. Lind" in sent(client, address, 200, **REASON)
    sent(client, keep, 409, opened=address, **{**FILLED, "seen": seen})
    with reading(hospital.coordinator):
        assert queries.opened_times(patient_id) == 2


def test_the_answer_with_the_details_is_kept_by_nothing_on_its_way(
    client: FlaskClient, hospital: Hospital, known: UUID
) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    address = f"/patients/{known}/contact"
    token = csrf(client.get(address).text)
    answer = client.post(address, data={"csrf_token": token, **REASON})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "Maren Oyelaran" in answer.text
    assert "Maren Oyelaran" not in client.get(f"/patients/{known}").text


def test_the_page_of_the_patient_shows_who_opened_them_to_who_may_read_the_trail(
    client: FlaskClient, hospital: Hospital, known: UUID
) -> None:
    page = f"/patients/{known}"
    hospital.world.sign_in(client, hospital.coordinator)
    assert "Never opened." in shown(client, page) and "Open them, with a reason" in shown(client, page)
    actions.open_details(known, Purpose.SAFETY, "A batch was recalled", **by(hospital))
    told = f"{hospital.coordinator.name}: A safety matter"
    assert told in shown(client, page) and "The 1 opening" in shown(client, page)
    assert "A batch was recalled" in shown(client, f"{page}/openings")
    other = client.application.test_client()
    hospital.world.sign_in(other, hospital.manager)
    page_of_sponsor = shown(other, page)
    assert told in page_of_sponsor and "Open them" not in page_of_sponsor and "Kept, encrypted" not in page_of_sponsor
    shown(other, f"{page}/contact", 403)
    third = client.application.test_client()
    hospital.world.sign_in(third, hospital.world.account(Role.PHARMACIST, site_id=hospital.site_id))
    assert told not in shown(third, page)
    shown(third, f"{page}/openings", 403)


def test_under_another_day_nothing_is_opened(client: FlaskClient, hospital: Hospital, known: UUID) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    yesterday = hospital.world.today - timedelta(days=1)
    page = shown(client, f"/patients/{known}/contact?as_of={yesterday}")
    assert "Shown only as they are today" in page and "<textarea" not in page and 'name="words"' not in page
    page = shown(client, f"/patients/{known}/card?as_of={yesterday}")
    assert "Print the card" not in page and "None is printed on this day" in page
    assert "Never opened" in shown(client, f"/patients/{known}/openings?as_of={yesterday}")


def test_a_withdrawn_consent_to_be_contacted_is_said_first(
    client: FlaskClient, hospital: Hospital, known: UUID
) -> None:
    said = {"holds_on": hospital.world.today, **by(hospital)}
    records.record_consent(known, FactKind.CONSENT_CONTACT, **said)
    records.withdraw_consent(known, FactKind.CONSENT_CONTACT, **said)
    hospital.world.sign_in(client, hospital.coordinator)
    page = shown(client, f"/patients/{known}/contact")
    assert "Consent to be contacted is withdrawn" in page and "No call and no letter" in page


def test_a_withdrawal_says_what_stops_and_what_stays(client: FlaskClient, hospital: Hospital, patient_id: UUID) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    page = f"/patients/{patient_id}/record/consent-samples"
    today = f"{hospital.world.today:%Y-%m-%d}"
    sent(client, page, holds_on=today, what="given", edition="2")
    assert "Once it is withdrawn: No sample is stored any more" in shown(client, page)
    back = sent(client, page, holds_on=today, what="withdrawn", covers="past_too")
    told = shown(client, back)
    assert "Stored samples are to be destroyed" in told and "What stays: results that were reported" in told
    assert "Withdrawn: what was collected before as well" in shown(client, page)


def test_the_way_to_the_infusion_stands_on_the_page_of_the_patient(
    client: FlaskClient, hospital: Hospital, patient_id: UUID
) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    page = shown(client, f"/patients/{patient_id}")
    assert "Way to the infusion" in page and "0 of 6 steps done" in page
    sent(client, f"/patients/{patient_id}/record/apheresis", holds_on="22 Oct 2026", place="Blood bank")
    assert "1 of 6 steps done" in shown(client, f"/patients/{patient_id}")
    early = sent(client, f"/patients/{patient_id}/record/referral", 422, holds_on="24 Oct 2026")
    assert "24 Oct 2026 is after 22 Oct 2026, the day of the apheresis" in early


def test_a_card_is_printed_as_pdf_and_declared_void(client: FlaskClient, reachable: Hospital, patient_id: UUID) -> None:
    reachable.world.sign_in(client, reachable.coordinator)
    page = f"/patients/{patient_id}/card"
    token = csrf(client.get(page).text)
    answer = client.post(page, data={"csrf_token": token})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF") and "wallet-card.pdf" in answer.headers["Content-Disposition"]
    told = shown(client, page)
    assert "Print a new card" in told and "1 card" in told and "Valid" in told
    assert "Reason is missing" in sent(client, f"{page}/revoke", 422, opened=page, reason="")
    sent(client, f"{page}/revoke", opened=page, reason="Lost")
    assert "Void" in shown(client, page) and "Declare the card void" not in shown(client, page)


def test_without_a_number_the_page_says_where_to_name_one(
    client: FlaskClient, hospital: Hospital, patient_id: UUID
) -> None:
    hospital.world.sign_in(client, hospital.coordinator)
    page = shown(client, f"/patients/{patient_id}/card")
    assert "No number answers day and night" in page and "Print the card" not in page
    token = csrf(client.get(f"/patients/{patient_id}/card").text)
    answer = client.post(f"/patients/{patient_id}/card", data={"csrf_token": token})
    assert answer.status_code == 422 and "has no number that answers day and night" in answer.text


def test_the_code_is_looked_up_without_signing_in(client: FlaskClient, reachable: Hospital, patient_id: UUID) -> None:
    old, _ = cards.make_card(patient_id, **by(reachable))
    new, _ = cards.make_card(patient_id, **by(reachable))
    page = shown(client, f"/card/{new}")
    assert PHONE in page and "Nordheim University Hospital" in page and "Kymriah" in page
    assert "HL-0417" not in page and "1961" not in page
    assert "replaced by a newer one" in shown(client, f"/card/{old}", 410)


def test_a_wrong_code_is_said_and_many_make_the_address_wait(client: FlaskClient) -> None:
    for _ in range(ADDRESS_FREE + 2):
        assert "There is no wallet card with this code" in shown(client, "/card/AAAA-AAAA", 404)
    answer = client.get("/card/AAAA-AAAA")
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) >= 1
    assert "Too many attempts" in answer.text and "treat what threatens life" in answer.text
