"""The page of the stock: what it shows to whom, and of which day."""

from datetime import timedelta

import pytest

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.db import reading, transaction
from rems.sites import actions as sites
from rems.stock import steps
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH
from tests.stock.asking import text


def test_the_stock_is_closed_without_a_sign_in(client, here):
    assert client.get(here).status_code in (302, 401)


def test_who_has_one_site_is_led_there(coordinator, here):
    answer = coordinator.get("/stock")
    assert (answer.status_code, answer.location) == (302, here)


def test_who_has_several_sites_chooses_one(world, client, hospital, receive):
    receive(vials=4)
    world.hospital(name="Saltmarsh Clinic")
    world.sign_in(client, world.manager())
    page = text(client.get("/stock"))
    assert "Saltmarsh Clinic" in page and "Short by 1 dose" in page and "Enough" in page
    assert "Saltmarsh" not in text(client.get("/stock?q=hospital"))
    assert "No site with that in its name" in text(client.get("/stock?q=nowhere"))


def test_an_empty_stock_says_what_to_do_first(coordinator, here):
    page = text(coordinator.get(here))
    assert "Receive the first lot" in page and "Short by 1 dose today" in page


def test_doses_lots_and_movements_are_shown(coordinator, hospital, receive, here, today):
    receive("B7714", strength_mg=400, vials=3)
    receive("B7731", strength_mg=200, vials=3, expires_on=today + timedelta(days=6))
    receive("B7702", vials=1, holds_on=today - timedelta(days=9), expires_on=today - timedelta(days=4))
    page = text(coordinator.get(here))
    for words in ("8 mg/kg for 75 kg: 600 mg each", "1,800 mg in 2 lots", "6 days left", "Expired, take out"):
        assert words in page
    table = page[page.index("Lots on hand") :]
    assert table.index("B7702") < table.index("B7731") < table.index("B7714")
    assert "Received: +3 × 400 mg, lot B7714" in page
    assert page.count('role="img"') >= 2  # the figure, for a desk and for a phone


def test_the_dose_of_a_weight_is_worked_out(coordinator, receive, here):
    receive(strength_mg=400, vials=2)
    assert "8 mg/kg for 82 kg: 656 mg, made of 400 + 400 mg, 144 mg left over. 1 such dose" in text(
        coordinator.get(f"{here}?weight=82")
    )


@pytest.mark.parametrize(("weight", "words"), [("x", "is no number"), ("500", "is more than 400"), ("", "is missing")])
def test_a_weight_that_is_none_is_said(coordinator, here, weight, words):
    answer = coordinator.get(f"{here}?weight={weight}")
    assert answer.status_code == 422 and words in text(answer)


def test_another_day_shows_that_day_and_no_buttons(coordinator, receive, here, today):
    receive("OLD-1", holds_on=today - timedelta(days=9))
    receive("NEW-1")
    page = text(coordinator.get(f"{here}?as_of={today - timedelta(days=5)}"))
    assert "OLD-1" in page and "NEW-1" not in page
    assert "Not today." in page and f"{here}/receive" not in page
    assert f"as_of={today - timedelta(days=5)}" in page


def test_a_hold_is_shown_by_the_number_of_its_patient(world, client, hospital, receive, patient, here, today, now):
    receive(vials=4)
    someone = patient("HL-0464")
    with transaction(hospital.coordinator, "test.reserve", at=now):
        steps.reserve(hospital.site_id, someone, doses=2, weight_kg=75, location_id=None, holds_on=today)
    world.sign_in(client, hospital.coordinator)
    page = text(client.get(here))
    assert "HL-0464" in page and "2 doses, since" in page and f"{here}/patients/{someone}" in page


def test_a_patient_of_another_program_is_not_named(world, client, hospital, receive, patient, here, today, now):
    sites.enter(hospital.site_id, KYMRIAH, by=hospital.coordinator, now=now)
    receive(vials=4)
    with transaction(hospital.coordinator, "test.reserve", at=now):
        steps.reserve(hospital.site_id, patient("HL-0464"), doses=2, weight_kg=75, location_id=None, holds_on=today)
    world.sign_in(client, world.manager(KYMRIAH))
    page = text(client.get(here))
    assert "A patient of another program" in page and "HL-0464" not in page


def test_the_pharmacist_changes_the_stock_and_the_physician_reads_it(world, client, hospital, receive, here):
    lot_id = receive()
    world.sign_in(client, world.account(Role.TREATING_PHYSICIAN, site_id=hospital.site_id))
    page = text(client.get(here))
    assert f"{here}/receive" not in page and "B7731" in page
    assert client.get(f"{here}/receive").status_code == 403
    assert "Record movement" not in text(client.get(f"{here}/lots/{lot_id}"))
    pharmacy = client.application.test_client()
    world.sign_in(pharmacy, world.account(Role.PHARMACIST, site_id=hospital.site_id))
    assert f"{here}/receive" in text(pharmacy.get(here))
    assert "Record movement" in text(pharmacy.get(f"{here}/lots/{lot_id}"))


def test_another_hospital_s_stock_is_not_found(world, client, here, receive):
    lot_id = receive()
    other = world.hospital()
    world.sign_in(client, other.coordinator)
    for url in (here, f"{here}/receive", f"{here}/movements", f"/sites/{other.site_id}/stock/lots/{lot_id}"):
        assert client.get(url).status_code == 404, url


def test_infusions_that_are_planned_ask_for_their_doses_on_the_page_and_as_they_were_known(world, client, today):
    hospital = world.hospital(EUROPE).certified(today - timedelta(days=40))
    world.now = utcnow()
    planned = today + timedelta(days=12)
    with reading(hospital.coordinator):
        before, _ = settled()
    for _ in range(4):
        hospital.enrolled(today - timedelta(days=3), planned_infusion_on=planned)
    world.sign_in(client, hospital.coordinator)
    here = f"/sites/{hospital.site_id}/stock"
    page = text(client.get(here))
    assert f"on {planned.day} {planned:%b %Y} unless vials for" in page
    assert "The infusions planned on that day need 4 doses." in page
    earlier = text(client.get(here, query_string={"as_of": today.isoformat(), "known_at": before.isoformat()}))
    assert "The infusions planned" not in earlier
