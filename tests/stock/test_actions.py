"""Receive, move, transfer and count vials: what is kept, what is refused, and what the trail says."""

import contextvars
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions, queries
from rems.stock.models import Reservation, StockLot, StockMovement
from rems.stock.rules import MovementKind

TODAY = date(2026, 11, 24)
K = MovementKind
ALL = Actor.system("test")


@contextmanager
def nothing_new() -> Iterator[None]:
    """Neither a row of the stock nor an entry of the trail comes into being inside."""
    before = everything()
    yield
    assert everything() == before


def everything() -> list[int | None]:
    with reading(ALL):
        counts = [
            db.session.scalar(select(func.count()).select_from(t)) for t in (StockLot, StockMovement, Reservation)
        ]
        return [*counts, db.session.scalar(text("select count(*) from trail.entry"))]


def vials(lot_id: UUID, on: date = TODAY) -> int:
    with reading(ALL):
        lot = db.session.get(StockLot, lot_id)
        assert lot is not None
        return queries.vials_of(lot, Lens(on))


def by_role(world, hospital, role):
    return world.account(role, site_id=hospital.site_id)


def test_a_lot_is_received_and_counts_from_its_day(world, hospital, receive):
    lot_id = receive(" B7731 ", vials=3, holds_on=TODAY - timedelta(days=2), note=" With the morning delivery ")
    assert [vials(lot_id, TODAY - timedelta(days=n)) for n in (0, 2, 3)] == [3, 3, 0]
    with reading(hospital.coordinator):
        (line,) = queries.lots(hospital.site_id, Lens(TODAY))
        assert (line.lot.lot, line.lot.product, line.vials, line.held) == ("B7731", "tocilizumab", 3, 0)
        (moved,) = queries.movements(hospital.site_id, Lens(TODAY), 10)
        assert (moved.movement.kind, moved.movement.note) == (K.RECEIPT, "With the morning delivery")
    tables = [e["table_name"] for e in world.trail("stock.receive")]
    assert tables[-2:] == ["stock_lot", "stock_movement"]
    assert world.trail("stock.receive")[-1]["reason"] == "With the morning delivery"


def test_the_same_lot_again_adds_to_it_and_another_expiry_is_another_lot(receive):
    first = receive(vials=3)
    assert receive(vials=2, holds_on=TODAY, expires_on=TODAY + timedelta(days=365)) == first
    assert vials(first) == 5
    assert receive(vials=2, expires_on=TODAY + timedelta(days=366)) != first


@pytest.mark.parametrize("role", [Role.SITE_COORDINATOR, Role.PHARMACIST])
def test_those_who_keep_the_stock_may_receive(world, hospital, receive, role):
    assert vials(receive(by=by_role(world, hospital, role))) == 4


@pytest.mark.parametrize("role", [Role.TREATING_PHYSICIAN, Role.AUTHORIZED_REPRESENTATIVE, Role.AUDITOR])
def test_others_may_not_change_the_stock(world, hospital, receive, now, role):
    lot_id, other = receive(), by_role(world, hospital, role)
    with nothing_new(), pytest.raises(NotAllowed, match="site coordinator, pharmacist"):
        receive(by=other)
    said = {"holds_on": TODAY, "note": "x", "by": other, "now": now}
    for refused in (
        lambda: actions.move(lot_id, K.WASTED, -1, **said),
        lambda: actions.transfer(lot_id, hospital.location_id, 1, **said),
    ):
        with nothing_new(), pytest.raises(NotAllowed):
            refused()


def test_another_hospital_does_not_see_the_lot(world, receive, now):
    lot_id, other = receive(), world.hospital()
    with nothing_new(), pytest.raises(NotFound, match="There is no such lot, or it is not yours to see"):
        actions.move(lot_id, K.WASTED, -1, holds_on=TODAY, by=other.coordinator, now=now)
    with nothing_new(), pytest.raises(NotFound):
        receive(by=other.coordinator)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"vials": 0}, "vials", "must be 1 or more, not 0"),
        ({"vials": -1}, "vials", "must be 1 or more, not -1"),
        ({"strength_mg": 160}, "strength_mg", "hold 80, 200 or 400 mg, not 160"),
        ({"expires_on": TODAY - timedelta(days=1)}, "expires_on", "expired on 23 Nov 2026"),
        ({"holds_on": TODAY + timedelta(days=1)}, "holds_on", "25 Nov 2026 lies ahead; today is 24 Nov 2026"),
        ({"name": "  "}, "lot", "The lot number is missing"),
        ({"location_id": uuid7()}, "location_id", "no location of the site"),
    ],
)
def test_a_bad_receipt_is_refused_at_its_field_and_leaves_nothing(hospital, receive, change, field, words):
    with nothing_new(), pytest.raises(BadInput, match=words) as refused:
        receive(**change)
    assert refused.value.field == field


def test_today_is_the_day_of_the_site(world, now):
    """At 15:42 UTC it is 25 November in Auckland already."""
    place = world.hospital(timezone="Pacific/Auckland", country="NZ")
    said = {"lot": "B1", "strength_mg": 80, "vials": 1, "expires_on": date(2027, 1, 1), "by": place.coordinator}
    actions.receive(place.site_id, place.location_id, holds_on=date(2026, 11, 25), now=now, **said)
    with pytest.raises(BadInput, match="lies ahead"):
        actions.receive(place.site_id, place.location_id, holds_on=date(2026, 11, 26), now=now, **said)


def test_a_location_of_another_site_is_unknown(world, receive):
    with pytest.raises(BadInput, match="no location of the site"):
        receive(location_id=world.hospital().location_id)


@pytest.mark.parametrize("kind", [K.WASTED, K.RETURNED, K.TRANSFER_OUT])
def test_vials_go_and_the_trail_says_why(world, hospital, receive, now, kind):
    lot_id = receive(vials=4)
    actions.move(lot_id, kind, -3, holds_on=TODAY, note="dropped", by=hospital.coordinator, now=now)
    assert vials(lot_id) == 1
    (entry,) = [e for e in world.trail("stock.move") if e["after"]["lot_id"] == str(lot_id)]
    assert (entry["reason"], entry["after"]["vials"]) == ("dropped", -3)


def test_an_expired_lot_is_taken_out_after_its_last_day(hospital, receive, now):
    lot_id = receive(holds_on=TODAY - timedelta(days=9), expires_on=TODAY - timedelta(days=1))
    said = {"by": hospital.coordinator, "now": now}
    with pytest.raises(BadInput, match="it can be taken out as expired from 24 Nov 2026"):
        actions.move(lot_id, K.EXPIRED, -1, holds_on=TODAY - timedelta(days=1), **said)
    actions.move(lot_id, K.EXPIRED, -4, holds_on=TODAY, **said)
    assert vials(lot_id) == 0


@pytest.mark.parametrize(
    ("kind", "number", "said", "field", "words"),
    [
        (K.WASTED, 0, {}, "vials", "0 changes nothing"),
        (K.WASTED, -5, {}, "vials", "4 vials of this lot on hand; 5 cannot be taken away"),
        (K.WASTED, 1, {}, "vials", "does the opposite"),
        (K.WASTED, -1, {"holds_on": TODAY - timedelta(days=1)}, "vials", "0 vials of this lot on hand"),
        (K.WASTED, -1, {"holds_on": TODAY + timedelta(days=1)}, "holds_on", "lies ahead"),
        (K.COUNT_ADJUSTMENT, -1, {}, "note", "Reason is missing"),
        (K.USED, -1, {}, "patient_id", "name the patient"),
        (K.WASTED, -1, {"patient_id": uuid7()}, "patient_id", "for used vials only"),
        (K.USED, -1, {"patient_id": uuid7()}, "patient_id", "no such patient at this site"),
    ],
)
def test_a_bad_movement_is_refused_at_its_field_and_leaves_nothing(
    hospital, receive, now, kind, number, said, field, words
):
    lot_id = receive(vials=4)
    with nothing_new(), pytest.raises(BadInput, match=words) as refused:
        actions.move(lot_id, kind, number, **{"holds_on": TODAY, "by": hospital.coordinator, "now": now} | said)
    assert refused.value.field == field


def test_a_movement_entered_late_leaves_no_later_day_below_zero(hospital, receive, now):
    said = {"by": hospital.coordinator, "now": now}
    lot_id = receive(vials=4, holds_on=TODAY - timedelta(days=9))
    actions.move(lot_id, K.WASTED, -3, holds_on=TODAY - timedelta(days=2), **said)
    with pytest.raises(BadInput, match="1 vial of this lot .* 2 cannot .* for on 22 Nov 2026 no more were left"):
        actions.move(lot_id, K.WASTED, -2, holds_on=TODAY - timedelta(days=5), **said)


def test_used_vials_name_a_patient_of_the_site(world, hospital, receive, now, patient):
    lot_id, someone, stranger = receive(), patient(), patient("X-1", of=world.hospital())
    said = {"holds_on": TODAY, "by": hospital.coordinator, "now": now}
    actions.move(lot_id, K.USED, -2, patient_id=someone, **said)
    assert vials(lot_id) == 2
    with pytest.raises(BadInput, match="no such patient at this site"):
        actions.move(lot_id, K.USED, -1, patient_id=stranger, **said)


def test_an_expired_vial_is_not_given(hospital, receive, now, patient):
    lot_id = receive(holds_on=TODAY - timedelta(days=9), expires_on=TODAY - timedelta(days=1))
    with pytest.raises(BadInput, match="expired on 23 Nov 2026; it cannot be given on 24 Nov 2026"):
        actions.move(lot_id, K.USED, -1, patient_id=patient(), holds_on=TODAY, by=hospital.coordinator, now=now)


def test_a_transfer_moves_vials_to_another_place_of_the_site(world, hospital, receive, now):
    said = {"by": hospital.coordinator, "now": now}
    clinic = sites.add_location(hospital.site_id, "Clinic", LocationKind.CLINIC, **said)
    here = receive(vials=4)
    there = actions.transfer(here, clinic, 3, holds_on=TODAY, note="for Thursday", **said)
    assert (vials(here), vials(there)) == (1, 3)
    assert actions.transfer(here, clinic, 1, holds_on=TODAY, **said) == there
    assert len(world.trail("stock.transfer")) >= 3
    with reading(hospital.coordinator):
        assert sum(v.vials for v in queries.on_hand(hospital.site_id, Lens(TODAY), location_id=clinic)) == 4
        assert queries.doses(hospital.site_id, Lens(TODAY), 75, location_id=hospital.location_id) == 0


@pytest.mark.parametrize(
    ("number", "field", "words"),
    [(0, "vials", "1 or more, not 0"), (-1, "vials", "1 or more"), (5, "vials", "5 cannot be taken away")],
)
def test_a_bad_transfer_leaves_nothing(hospital, receive, now, number, field, words):
    said = {"by": hospital.coordinator, "now": now}
    clinic = sites.add_location(hospital.site_id, "Clinic", LocationKind.CLINIC, **said)
    lot_id = receive(vials=4)
    with nothing_new(), pytest.raises(BadInput, match=words) as refused:
        actions.transfer(lot_id, clinic, number, holds_on=TODAY, **said)
    assert refused.value.field == field


@pytest.mark.parametrize(("place", "words"), [("same", "lies there already"), ("unknown", "no location of the site")])
def test_a_transfer_leads_to_another_place(hospital, receive, now, place, words):
    lot_id, there = receive(), {"same": hospital.location_id, "unknown": uuid7()}[place]
    with nothing_new(), pytest.raises(BadInput, match=words) as refused:
        actions.transfer(lot_id, there, 1, holds_on=TODAY, by=hospital.coordinator, now=now)
    assert refused.value.field == "location_id"


def test_two_browsers_at_once_never_take_the_same_vials(app, hospital, receive, now):
    lot_id, start = receive(vials=4), Barrier(8)

    def waste() -> bool:
        with app.app_context():
            start.wait()
            try:
                actions.move(lot_id, K.WASTED, -1, holds_on=TODAY, by=hospital.coordinator, now=now)
            except BadInput:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(contextvars.Context().run, waste) for _ in range(8)]
        assert sum(one.result() for one in done) == 4
    assert vials(lot_id) == 0


def test_a_new_lot_received_by_two_browsers_at_once_is_one_lot(app, hospital, receive):
    start = Barrier(2)

    def take_in() -> UUID:
        with app.app_context():
            start.wait()
            return receive("B9999", vials=2)

    with ThreadPoolExecutor(2) as pool:
        first, second = [pool.submit(contextvars.Context().run, take_in) for _ in range(2)]
        assert first.result() == second.result()
    assert vials(first.result()) == 4
