"""The form on which a lot is received, typed or scanned."""

from html import unescape

import pytest

from tests.stock.asking import on_hand, send, text
from tests.stock.test_gs1 import with_check


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


def test_a_scan_fills_in_what_the_box_says_and_remembers_the_strength(coordinator, hospital, here, today):
    box = f"01{with_check('0035024213601')}1728022910B7731\x1d21A-17"
    first = send(coordinator, f"{here}/receive", scan=box, vials="6", holds_on="x")
    page = unescape(first.text)
    assert first.status_code == 200
    for value in ('value="B7731"', 'value="29 Feb 2028"', 'value="6"', 'value="A-17"'):
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


def test_a_box_that_is_scanned_twice_is_said_at_once_and_again_when_sent_and_what_was_typed_stays(
    coordinator, hospital, here, today
):
    gtin = with_check("0035024213601")
    box = {
        "lot": "B7731",
        "strength_mg": "400",
        "vials": "4",
        "expires_on": "29 Feb 2028",
        "gtin": gtin,
        "serial": "A-17",
    }
    rest = {"holds_on": today.isoformat(), "location_id": str(hospital.location_id), "note": "Delivery 12"}
    assert send(coordinator, f"{here}/receive", **box, **rest).status_code == 302
    scan = f"01{gtin}1728022910B7731\x1d21A-17"
    for answer in (
        send(coordinator, f"{here}/receive", scan=scan, vials="4", note="Delivery 12"),
        send(coordinator, f"{here}/receive", **box, **rest),
    ):
        page = unescape(answer.text)
        assert answer.status_code == 422
        assert "The box with serial number A-17 was received on" in page
        for value in ("A-17", "B7731", "29 Feb 2028", "4", "Delivery 12", gtin):
            assert f'value="{value}"' in page
    assert on_hand(hospital, today) == 4
    page = text(coordinator.get(here))
    assert "serial A-17" in page


def test_a_serial_number_that_is_typed_without_its_product_is_asked_for_it(coordinator, hospital, here, today):
    fields = {"lot": "B7844", "strength_mg": "400", "vials": "2", "expires_on": "2031-06-30", "serial": "A-17"}
    fields |= {"location_id": str(hospital.location_id), "holds_on": today.isoformat()}
    answer = send(coordinator, f"{here}/receive", **fields)
    assert answer.status_code == 422
    assert "The product number (GTIN) is missing: a serial number tells apart the boxes of one product." in text(answer)
    answer = send(coordinator, f"{here}/receive", **fields, gtin="123")
    assert "The product number 123 is no GTIN of 14 digits" in text(answer)
    assert on_hand(hospital, today) == 0
