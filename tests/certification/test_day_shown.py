"""Nobody signs for a day whose facts were not on the page; of a closed program that is one of its own days."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from rems.certification import actions
from rems.core.actor import Actor
from rems.stock import actions as stock
from tests.certification.test_views import address, form_of, words
from tests.factories import EUROPE, KYMRIAH, Hospital, World

ON = date(2018, 6, 4)
LAST = "?as_of=2025-06-25"


def sent(client: FlaskClient, hospital: Hospital, to: str, page: str, by: Actor, **more: str) -> tuple[int, str]:
    """Send the form of a page with the day it showed; the status of the answer, and its page."""
    answer = client.post(address(hospital, to), data={**form_of(page, by, hospital.world), **more})
    return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def kymriah(world: World) -> Hospital:
    """Ready on a day of 2018, with tocilizumab that lasts until the program closed."""
    hospital = world.hospital(KYMRIAH, name="Harrow Lake").ready(ON, but=["SITE-TOCI-ON-SITE"])
    stock.receive(
        hospital.site_id,
        hospital.location_id,
        lot="B7731",
        strength_mg=400,
        vials=8,
        expires_on=date(2027, 3, 31),
        holds_on=ON,
        by=hospital.coordinator,
        now=world.now,
    )
    return hospital


def test_to_certify_from_another_day_shows_that_day_first(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(EUROPE).applied(date(2020, 5, 1))
    world.sign_in(client, hospital.manager)
    page = client.get(address(hospital, "/review")).get_data(as_text=True)
    chosen = {"holds_on": "1 May 2020", "shown_on": "2026-11-24"}
    status, page = sent(client, hospital, "/certify", page, hospital.manager, **chosen)
    assert status == 422
    said = words(page)
    assert "Certified from: another day stood on this page. It shows 1 May 2020 now: look at it, then sign." in said
    assert "Each requirement, as it stands on 1 May 2020" in said
    assert 'value="2020-05-01"' in page
    assert world.trail("certification.certify") == []
    status, _ = sent(client, hospital, "/certify", page, hospital.manager, **{**chosen, "shown_on": "2020-05-01"})
    assert status == 302


def test_to_submit_for_another_day_shows_that_day_first(client: FlaskClient, kymriah: Hospital) -> None:
    kymriah.world.sign_in(client, kymriah.representative)
    page = client.get(address(kymriah, "/application/check")).get_data(as_text=True)
    assert "as it stands on 25 June 2025" in words(page)
    chosen = {"holds_on": "4 Jun 2018", "shown_on": "2025-06-25"}
    status, page = sent(client, kymriah, "/application/check", page, kymriah.representative, **chosen)
    assert status == 422
    assert "Submitted for: another day stood on this page." in words(page)
    assert "as it stands on 4 June 2018" in words(page)
    assert kymriah.world.trail("certification.submit") == []
    chosen["shown_on"] = "2018-06-04"
    status, _ = sent(client, kymriah, "/application/check", page, kymriah.representative, **chosen)
    assert status == 302


def test_an_application_under_a_closed_program_is_reviewed_by_the_rules_of_its_days(
    client: FlaskClient, kymriah: Hospital
) -> None:
    kymriah.submitted(ON)
    kymriah.world.sign_in(client, kymriah.manager)
    certification = client.get(address(kymriah)).get_data(as_text=True)
    assert address(kymriah, "/review") in certification  # it waits, though the program asks nothing any more
    said = words(client.get(address(kymriah, "/review")).get_data(as_text=True))
    assert "Each requirement, as it stands on 4 June 2018 9 of 9 met" in said


def test_what_a_closed_program_returned_is_read_and_answered(client: FlaskClient, kymriah: Hospital) -> None:
    kymriah.submitted(ON)
    why = {"reason": "One procedure is not clear.", "tasks": {"SITE-PROC-VERIFY-TOCI": "Name the version."}}
    actions.return_application(kymriah.site_id, KYMRIAH, **kymriah.signed(ON), by=kymriah.manager, **why)
    kymriah.world.sign_in(client, kymriah.representative)
    page = client.get(address(kymriah, "/application")).get_data(as_text=True)
    assert "One procedure is not clear." in words(page)
    assert f"/application{LAST}" in page
    tasks = client.get(address(kymriah, f"/application{LAST}")).get_data(as_text=True)
    assert "To be corrected: Name the version." in words(tasks)
    assert address(kymriah, "/application/check") in tasks
    other_day = client.get(address(kymriah, "/application?as_of=2019-01-01")).get_data(as_text=True)
    assert address(kymriah, "/application/check") not in other_day
