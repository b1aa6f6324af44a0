"""A box with a serial number is one box of its lot: it comes in once, and is kept by its number wherever it goes."""

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from rems.core.db import reading, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions, gs1, mending, queries
from rems.stock.models import StockLot
from rems.stock.rules import MovementKind
from tests.factories import Hospital, World
from tests.stock.test_gs1 import with_check

TODAY = date(2026, 11, 24)
GTIN, OTHER = with_check("0035024213601"), with_check("0035024213701")


@pytest.fixture
def scan(receive: Callable[..., UUID]) -> Callable[..., UUID]:
    """Receive a box of 4 vials of lot B7731 by its serial number."""

    def box(serial: str, name: str = "B7731", **more: object) -> UUID:
        return receive(name, **{"gtin": GTIN, "serial": serial, "expires_on": TODAY + timedelta(300)} | more)

    return box


def called(hospital: Hospital) -> list[tuple[str, int]]:
    with reading(hospital.coordinator):
        return sorted((line.lot.called, line.vials) for line in queries.lots(hospital.site_id, Lens(TODAY)))


def test_two_boxes_of_a_lot_are_kept_apart_and_boxes_that_were_not_scanned_together(hospital, receive, scan) -> None:
    assert scan("21A") != scan("21B")
    loose = receive("B7731", expires_on=TODAY + timedelta(300), vials=2)
    assert receive("B7731", expires_on=TODAY + timedelta(300), vials=1) == loose
    assert called(hospital) == [("B7731", 3), ("B7731, serial 21A", 4), ("B7731, serial 21B", 4)]


def test_a_box_that_is_scanned_twice_is_refused_wherever_it_should_lie(world: World, hospital, scan, now) -> None:
    ward = sites.add_location(hospital.site_id, "Ward", LocationKind.UNIT, by=hospital.coordinator, now=now)
    box = scan("21A", holds_on=TODAY - timedelta(3))
    for more in ({}, {"location_id": ward}, {"name": "B9"}, {"strength_mg": 80}):
        with pytest.raises(BadInput) as refused:
            scan("21A", **more)
        assert refused.value.field == "serial"
        assert refused.value.sentence == (
            "The box with serial number 21A was received on 21 Nov 2026 already, as lot B7731. "
            "A serial number stands on one box only: this one was scanned twice, or its number is another."
        )
    actions.move(box, MovementKind.WASTED, -4, holds_on=TODAY, by=hospital.coordinator, now=now)
    with pytest.raises(BadInput, match="already"):
        scan("21A")  # an empty box is one that was here


def test_the_same_serial_number_of_another_product_or_at_another_hospital_is_another_box(
    world: World, hospital, scan, now
) -> None:
    assert scan("21A") != scan("21A", "C1", gtin=OTHER, strength_mg=80)
    other = world.hospital()
    said = {"gtin": GTIN, "serial": "21A", "expires_on": TODAY + timedelta(300), "holds_on": TODAY}
    assert actions.receive(
        other.site_id, other.location_id, lot="B7731", strength_mg=400, vials=4, by=other.coordinator, now=now, **said
    )


@pytest.mark.parametrize("kind", [MovementKind.RETURNED, MovementKind.TRANSFER_OUT])
def test_a_box_that_left_the_site_may_come_again_under_its_own_label(hospital, scan, now, kind) -> None:
    box = scan("21A")
    actions.move(box, kind, -4, holds_on=TODAY, by=hospital.coordinator, now=now)
    with pytest.raises(BadInput, match="is known as lot B7731, 400 mg, good until 20 Sep 2027. Look at the box again"):
        scan("21A", "B9")
    assert scan("21A") == box


def test_a_box_whose_receipt_was_taken_back_is_free_to_be_scanned_rightly(hospital, scan, now) -> None:
    box = scan("21A", "B77")
    with reading(hospital.coordinator):
        [line] = queries.movements(hospital.site_id, Lens(TODAY), 9, lot_id=box)
        receipt = line.movement.id
    mending.take_back(receipt, "Misread.", by=hospital.coordinator, now=now)
    assert scan("21A") != box
    assert called(hospital) == [("B7731, serial 21A", 4)]


def test_a_box_keeps_its_number_at_another_place(hospital, scan, now) -> None:
    said = {"by": hospital.coordinator, "now": now}
    ward = sites.add_location(hospital.site_id, "Ward", LocationKind.UNIT, **said)
    box = scan("21A")
    there = actions.transfer(box, ward, 3, holds_on=TODAY, **said)
    assert actions.transfer(box, ward, 1, holds_on=TODAY, **said) == there
    assert called(hospital) == [("B7731, serial 21A", 4)]
    with pytest.raises(BadInput, match="already"):
        scan("21A")


def test_a_box_that_two_browsers_scan_at_once_comes_in_once(app, hospital, scan) -> None:
    start = Barrier(2)

    def take_in() -> bool:
        with app.app_context():
            start.wait()
            try:
                scan("21A")
            except BadInput:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(contextvars.Context().run, take_in) for _ in range(2)]
        assert sum(one.result() for one in done) == 1
    assert called(hospital) == [("B7731, serial 21A", 4)]


@pytest.mark.parametrize(
    ("gtin", "serial", "field", "words"),
    [
        ("", "21A", "gtin", r"The product number \(GTIN\) is missing: a serial number tells apart the boxes"),
        (GTIN, "21 A", "serial", '"21 A" is no serial number; it has 1 to 20 letters, digits and signs'),
        (GTIN, "x" * 21, "serial", "is no serial number"),
        (GTIN, "Ä1", "serial", "is no serial number"),
        ("12345678901234", "", "gtin", "12345678901234 is no GTIN of 14 digits with its check digit"),
        (GTIN[1:], "", "gtin", "is no GTIN of 14 digits"),
    ],
)
def test_numbers_that_stand_on_no_box_are_refused_in_words(hospital, scan, gtin, serial, field, words) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        scan(serial, gtin=gtin)
    assert refused.value.field == field
    assert called(hospital) == []


def test_a_box_may_bear_neither_number_and_any_sign_of_the_set() -> None:
    gs1.check_box("", "")
    gs1.check_box(GTIN, "")
    gs1.check_box(GTIN, "!\"%&'()*+,-./:;<=>?_")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "would stand twice at a place"),
        ({"serial": "", "lot": "L1"}, "would stand twice at a place"),
        ({"gtin": ""}, "ck_stock_lot_serial_of_a_product"),
    ],
)
def test_the_database_itself_keeps_a_lot_and_a_box_once_at_a_place(hospital, receive, scan, now, change, words) -> None:
    scan("21A")
    receive("L1", strength_mg=80, expires_on=TODAY)
    same = {"scope_id": hospital.site_id, "location_id": hospital.location_id, "product": "tocilizumab", "lot": "X"}
    same |= {"strength_mg": 80, "expires_on": TODAY, "gtin": GTIN, "serial": "21A"} | change
    refused = pytest.raises(DBAPIError, match=words)
    with refused, transaction(hospital.coordinator, "test.lot", at=now) as session:
        session.add(StockLot(id=uuid7(), **same))
