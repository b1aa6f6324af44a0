"""The list of lots, the page of one, and what its forms say."""

import pytest

from rems.core.db import reading
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import queries
from tests.stock.asking import on_hand, send, text


def test_a_lot_of_another_site_is_not_found_under_this_one(world, coordinator, hospital, receive):
    lot_id, other = receive(), world.hospital()
    assert coordinator.get(f"/sites/{other.site_id}/stock/lots/{lot_id}").status_code == 404


@pytest.fixture
def lot(coordinator, receive, here) -> str:
    return f"{here}/lots/{receive(vials=4)}"


@pytest.mark.parametrize(
    ("kind", "vials", "left", "shown"),
    [
        ("wasted", "1", 3, "Wasted"),
        ("returned", "4", 0, "Returned to the supplier"),
        ("transfer_out", "2", 2, "Sent elsewhere"),
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
        ({"kind": "count", "vials": "4"}, "is not in the list"),  # a count is made without a look at the record
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
