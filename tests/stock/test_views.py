"""The pages of the stock: what they show to whom, of which day, and what their forms say."""

from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.db import reading, transaction
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions, queries, steps
from rems.stock.rules import MovementKind
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH, csrf
from tests.stock.test_gs1 import with_check


@pytest.fixture
def now():
    """The pages read the clock of the machine, so these tests act at its moment."""
    return utcnow()


@pytest.fixture
def today(now):
    return now.date()


@pytest.fixture
def here(hospital):
    return f"/sites/{hospital.site_id}/stock"


@pytest.fixture
def coordinator(world, client, hospital):
    world.sign_in(client, hospital.coordinator)
    return client


def text(answer) -> str:
    return " ".join(answer.get_data(as_text=True).split())


def send(client, url, **fields):
    token = csrf(client.get(url).get_data(as_text=True))
    return client.post(url, data={"csrf_token": token, **fields})


def on_hand(hospital, today) -> int:
    with reading(hospital.coordinator):
        return sum(v.vials for v in queries.on_hand(hospital.site_id, Lens(today)))


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


def test_a_lot_of_another_site_is_not_found_under_this_one(world, coordinator, hospital, receive):
    lot_id, other = receive(), world.hospital()
    assert coordinator.get(f"/sites/{other.site_id}/stock/lots/{lot_id}").status_code == 404


def test_a_lot_is_received_through_its_form(coordinator, hospital, here, today):
    answer = send(
        coordinator, f"{here}/receive", lot="B7844", strength_mg="400", vials="2", expires_on="2031-06-30",
        location_id=str(hospital.location_id), holds_on=today.isoformat(),
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (302, here)
    assert on_hand(hospital, today) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vials": "0"}, "0 is less than 1"),
        ({"vials": "-2"}, "-2 is less than 1"),
        ({"strength_mg": "160"}, "is not in the list"),
        ({"location_id": "5d3b1f0e-0000-7000-8000-000000000000"}, "is not in the list"),
        ({"expires_on": "2020-01-31"}, "Lot B7844 expired on 31 Jan 2020; it cannot be received on"),
        ({"holds_on": "2199-01-01"}, "1 Jan 2199 lies ahead"),
        ({"lot": ""}, "Lot number is missing"),
    ],
)
def test_the_receive_form_says_what_is_wrong(coordinator, hospital, here, today, change, words):
    fields = {"lot": "B7844", "strength_mg": "400", "vials": "2", "expires_on": "2031-06-30"}
    fields |= {"location_id": str(hospital.location_id), "holds_on": today.isoformat()} | change
    answer = send(coordinator, f"{here}/receive", **fields)
    assert answer.status_code == 422 and words in text(answer)
    assert on_hand(hospital, today) == 0


@pytest.fixture
def lot(coordinator, receive, here) -> str:
    return f"{here}/lots/{receive(vials=4)}"


@pytest.mark.parametrize(
    ("kind", "vials", "left", "shown"),
    [
        ("wasted", "1", 3, "Wasted"),
        ("returned", "4", 0, "Returned to the supplier"),
        ("transfer_out", "2", 2, "Sent elsewhere"),
        ("count", "6", 6, "Adjusted to a count"),
        ("count", "0", 0, "Adjusted to a count"),
    ],
)
def test_vials_are_moved_through_the_form_of_their_lot(coordinator, hospital, lot, today, kind, vials, left, shown):
    answer = send(coordinator, lot, kind=kind, vials=vials, holds_on=today.isoformat(), note="as it was")
    assert (answer.status_code, answer.location) == (302, lot)
    assert on_hand(hospital, today) == left
    assert shown in text(coordinator.get(lot))


def test_vials_are_brought_to_another_place_through_the_form(coordinator, hospital, receive, here, today, now):
    said = {"by": hospital.coordinator, "now": now}
    clinic = sites.add_location(hospital.site_id, "Saltmarsh", LocationKind.CLINIC, **said)
    lot = f"{here}/lots/{receive(vials=4)}"
    fields = {"kind": "transfer", "vials": "3", "holds_on": today.isoformat(), "note": "for Thursday"}
    answer = send(coordinator, lot, **fields)
    assert answer.status_code == 422 and "choose the place where the vials are now" in text(answer)
    assert send(coordinator, lot, **fields, location_id=str(clinic)).status_code == 302
    with reading(hospital.coordinator):
        assert sum(v.vials for v in queries.on_hand(hospital.site_id, Lens(today), location_id=clinic)) == 3


def test_with_one_place_nothing_can_be_brought_to_another(coordinator, lot):
    assert 'value="transfer"' not in coordinator.get(lot).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vials": "5"}, "4 vials of this lot on hand; 5 cannot be taken away"),
        ({"vials": "0"}, "0 changes nothing"),
        ({"vials": "-1"}, "-1 is less than 0"),
        ({"kind": "count", "vials": "4"}, "The count agrees"),
        ({"kind": "expired"}, "it can be taken out as expired from"),
        ({"kind": "used"}, "is not in the list"),
        ({"note": ""}, "Reason is missing"),
        ({"holds_on": "2199-01-01"}, "lies ahead"),
    ],
)
def test_the_form_of_a_lot_says_what_is_wrong(coordinator, hospital, lot, today, change, words):
    fields = {"kind": "wasted", "vials": "1", "holds_on": today.isoformat(), "note": "dropped"} | change
    answer = send(coordinator, lot, **fields)
    assert answer.status_code == 422 and words in text(answer)
    assert on_hand(hospital, today) == 4


def test_given_vials_are_recorded_for_their_patient(coordinator, hospital, receive, patient, here, today):
    lot_id, someone = receive(vials=4), patient("HL-0464")
    page = f"{here}/patients/{someone}"
    assert "Tocilizumab given to HL-0464" in text(coordinator.get(page))
    answer = send(coordinator, page, lot_id=str(lot_id), vials="9", holds_on=today.isoformat())
    assert answer.status_code == 422 and "9 cannot be taken away" in text(answer)
    assert send(coordinator, page, lot_id=str(lot_id), vials="2", holds_on=today.isoformat()).status_code == 302
    assert on_hand(hospital, today) == 2
    assert "Given to HL-0464" in text(coordinator.get(f"{here}/movements"))


def test_a_patient_of_another_site_is_not_found(world, coordinator, patient, here, receive):
    receive()
    assert coordinator.get(f"{here}/patients/{patient('X-1', of=world.hospital())}").status_code == 404


def test_movements_are_listed_the_newest_first(coordinator, hospital, receive, here, today, now):
    lot_id: UUID = receive(holds_on=today - timedelta(days=3))
    assert "Received" in text(coordinator.get(f"{here}/movements"))
    said = {"holds_on": today, "by": hospital.coordinator, "now": now}
    actions.move(lot_id, MovementKind.WASTED, -1, note="dropped", **said)
    page = text(coordinator.get(f"{here}/movements"))
    assert page.index("Wasted") < page.index("Received") and "-1 × 400 mg" in page and "1 to 2 of 2" in page
    assert "No movement" in text(coordinator.get(f"{here}/movements?as_of=2020-01-01"))


def test_a_scan_fills_in_what_the_box_says_and_remembers_the_strength(coordinator, hospital, here, today):
    box = f"01{with_check('0035024213601')}1728022910B7731\x1d21A-17"
    first = send(coordinator, f"{here}/receive", scan=box, vials="6", holds_on="x")
    page = unescape(first.text)
    assert first.status_code == 200
    for value in ('value="B7731"', 'value="29 Feb 2028"', 'value="6"', "serial A-17"):
        assert value in page
    assert 'value="400" checked' not in page  # nobody said it yet
    sent = {
        "lot": "B7731",
        "strength_mg": "400",
        "vials": "6",
        "expires_on": "29 Feb 2028",
        "holds_on": today.isoformat(),
    }
    more = {"gtin": with_check("0035024213601"), "location_id": str(hospital.location_id), "storage": "Refrigerator 2"}
    assert send(coordinator, f"{here}/receive", **sent, **more).status_code == 302
    again = send(coordinator, f"{here}/receive", scan=box)
    assert 'value="400" checked' in again.text
    lots = coordinator.get(f"{here}/lots.csv").data.decode("utf-8-sig")
    assert "B7731,tocilizumab,400,2028-02-29" in lots
    assert "Refrigerator 2" in lots


def test_a_misread_scan_is_said_and_what_was_typed_stays(coordinator, here):
    answer = send(coordinator, f"{here}/receive", scan="hello", vials="6", note="Delivery 12")
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "This is no GS1 code of a medicine. Scan it again, or type what the box says." in page
    for value in ('value="hello"', 'value="6"', 'value="Delivery 12"'):
        assert value in page


def test_a_movement_is_taken_back_through_its_page_and_the_table_has_the_rest(coordinator, receive, here):
    lot_id = receive(vials=4)
    page = coordinator.get(f"{here}/lots/{lot_id}").text
    path = next(part.split('"')[0] for part in page.split('href="') if part.split('"')[0].endswith("/take-back"))
    token = csrf(coordinator.get(path).text)
    refused = coordinator.post(path, data={"csrf_token": token, "reason": ""})
    assert refused.status_code == 422
    table = coordinator.get(f"{here}/movements.csv").data.decode("utf-8-sig").splitlines()
    assert len(table) == 2
    assert coordinator.post(path, data={"csrf_token": token, "reason": "Never came."}).status_code == 302
    assert len(coordinator.get(f"{here}/movements.csv").data.decode("utf-8-sig").splitlines()) == 1
    assert coordinator.get(path).status_code == 404


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
