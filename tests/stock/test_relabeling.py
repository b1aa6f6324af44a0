"""A lot that was entered wrongly: what was recorded of it stands under the right one, and the old one is kept."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.db import reading
from rems.core.errors import BadInput, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions, boxes, counting, lists, mending, queries, relabeling
from rems.stock.counting import Found
from rems.stock.rules import MovementKind as K
from rems.trail.knowing import settled
from tests.factories import Hospital, World
from tests.stock.test_boxes import GTIN

TODAY = date(2026, 11, 24)
GOOD = TODAY + timedelta(300)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def relabel(hospital: Hospital, lot_id: UUID, reason: str = "Misread.", **more: Any) -> UUID:
    """Correct a lot; what is not said stays as it is."""
    said = {"by": hospital.coordinator, "now": hospital.world.now} | {k: more.pop(k) for k in ("by",) if k in more}
    with reading(hospital.coordinator):
        lot = queries.lot(hospital.coordinator, lot_id)
        storage = more.pop("storage", lot.storage)
        label = replace(boxes.label_of(lot), **more)
    return relabeling.correct_lot(lot_id, label, storage, reason, **said)


def lots(hospital: Hospital, lens: Lens | None = None) -> list[tuple[str, date, int, int]]:
    with reading(hospital.coordinator):
        lines = queries.lots(hospital.site_id, lens or Lens(TODAY))
        return [(line.lot.called, line.lot.expires_on, line.vials, line.held) for line in lines]


def test_a_lot_number_and_expiry_are_corrected_with_all_that_was_moved_and_held(
    world: World, hospital, receive, patient, reserve, now
) -> None:
    said = {"by": hospital.coordinator, "now": now}
    wrong = receive("B7713", vials=6, holds_on=ago(5), expires_on=GOOD)
    actions.move(wrong, K.WASTED, -1, holds_on=ago(3), **said)
    reserve(patient(), 2)
    with reading(hospital.coordinator):
        then, _ = settled()
    right = relabel(hospital, wrong, "The 3 is a 1.", lot="B7711", expires_on=GOOD + timedelta(30))
    assert lots(hospital) == [("B7711", GOOD + timedelta(30), 5, 4)]
    assert lots(hospital, Lens(ago(4))) == [("B7711", GOOD + timedelta(30), 6, 0)]
    assert lots(hospital, Lens(TODAY, then)) == [("B7713", GOOD, 5, 4)]
    with reading(hospital.coordinator):
        old, new = (queries.lot(hospital.coordinator, key) for key in (wrong, right))
        assert [(e.was.vials, e.lot.id, e.reason, e.elsewhere) for e in lists.earlier(old, Lens(TODAY))] == [
            (-1, right, "The 3 is a 1.", True),
            (6, right, "The 3 is a 1.", True),
        ]
        assert [one.id for one in lists.was_called(new, Lens(TODAY))] == [wrong]
        assert lists.was_called(new, Lens(TODAY, then)) == []
    assert {entry["reason"] for entry in world.trail("stock.correct_lot")} == {"The 3 is a 1."}
    with pytest.raises(StaleRecord, match="Lot B7713 was corrected already"):
        relabel(hospital, wrong, lot="B1")


def test_how_a_lot_is_kept_is_corrected_and_more_of_it_comes_to_the_corrected_one(hospital, receive) -> None:
    wrong = receive(storage="Shelf", holds_on=ago(2), expires_on=GOOD)
    right = relabel(hospital, wrong, storage="Refrigerator 2")
    assert receive(vials=1, expires_on=GOOD) == right != wrong
    with reading(hospital.coordinator):
        kept = [queries.lot(hospital.coordinator, key).storage for key in (wrong, right)]
    assert kept == ["Shelf", "Refrigerator 2"]
    assert lots(hospital) == [("B7731", GOOD, 5, 0)]


def test_a_lot_of_the_right_number_that_lies_there_takes_it_in(hospital, receive) -> None:
    right, wrong = receive("B1", vials=2, expires_on=GOOD), receive("B7", vials=3, holds_on=ago(2), expires_on=GOOD)
    assert relabel(hospital, wrong, lot="B1") == right
    assert lots(hospital) == [("B1", GOOD, 5, 0)]


def test_the_wrong_number_may_come_in_later_as_a_lot_of_its_own_and_be_corrected_again(hospital, receive) -> None:
    wrong = receive("B7", expires_on=GOOD)
    relabel(hospital, wrong, lot="B1")
    later = receive("B7", vials=2, expires_on=GOOD)
    assert later != wrong
    assert lots(hospital) == [("B1", GOOD, 4, 0), ("B7", GOOD, 2, 0)]
    relabel(hospital, later, lot="B1")
    assert lots(hospital) == [("B1", GOOD, 6, 0)]


def test_boxes_brought_to_another_place_are_corrected_there_too_and_keep_their_halves(hospital, receive, now) -> None:
    said = {"by": hospital.coordinator, "now": now}
    ward = sites.add_location(hospital.site_id, "Ward", LocationKind.UNIT, **said)
    wrong = receive("B7", vials=6, holds_on=ago(5), expires_on=GOOD)
    clinic = sites.add_location(hospital.site_id, "Clinic", LocationKind.CLINIC, **said)
    loose = receive("B7", vials=1, expires_on=GOOD, location_id=clinic)
    for _ in range(2):
        there = actions.transfer(wrong, ward, 2, holds_on=ago(3), **said)
    relabel(hospital, there, lot="B1")
    assert sorted(lots(hospital)) == [("B1", GOOD, 2, 0), ("B1", GOOD, 4, 0), ("B7", GOOD, 1, 0)]
    with reading(hospital.coordinator):
        line = next(m for m in queries.movements(hospital.site_id, Lens(TODAY), 9) if m.movement.kind is K.TRANSFER_IN)
        half = line.movement.id
    mending.take_back(half, "One only.", **said)  # both halves of this one, not of its twin
    with reading(hospital.coordinator):
        assert sorted(line.vials for line in queries.lots(hospital.site_id, Lens(TODAY))) == [1, 2, 4]
        assert queries.lot(hospital.coordinator, loose).lot == "B7"


def test_a_lot_becomes_a_box_by_its_serial_number_unless_that_box_is_another(hospital, receive) -> None:
    lot = receive(expires_on=GOOD)
    receive("B9", gtin=GTIN, serial="21B", expires_on=GOOD)
    with pytest.raises(BadInput, match="21B was received on 24 Nov 2026 already, as lot B9") as refused:
        relabel(hospital, lot, gtin=GTIN, serial="21B")
    assert refused.value.field == "serial"
    box = relabel(hospital, lot, gtin=GTIN, serial="21A")
    assert lots(hospital) == [("B7731, serial 21A", GOOD, 4, 0), ("B9, serial 21B", GOOD, 4, 0)]
    relabel(hospital, box, lot="B7732")
    assert lots(hospital)[0] == ("B7732, serial 21A", GOOD, 4, 0)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"lot": ""}, "lot", "The lot number is missing"),
        ({"reason": " "}, "reason", "say what was wrong about the lot"),
        ({}, "lot", "Nothing of it is changed"),
        ({"serial": "21A"}, "gtin", "is missing: a serial number tells apart"),
        ({"gtin": "1"}, "gtin", "is no GTIN"),
        ({"expires_on": ago(6)}, "expires_on", "expired on 18 Nov 2026; it cannot be received on 19 Nov 2026"),
        ({"expires_on": ago(2)}, "expires_on", "expired on 22 Nov 2026; it cannot be given on 23 Nov 2026"),
    ],
)
def test_a_label_that_makes_no_sense_is_refused_at_its_field(
    world, hospital, receive, patient, now, change, field, words
) -> None:
    lot = receive(holds_on=ago(5), expires_on=GOOD)
    actions.move(lot, K.USED, -1, holds_on=ago(1), patient_id=patient(), by=hospital.coordinator, now=now)
    before = lots(hospital)
    with pytest.raises(BadInput, match=words) as refused:
        relabel(hospital, lot, **change)
    assert refused.value.field == field
    assert (lots(hospital), world.trail("stock.correct_lot")) == (before, [])


def test_what_went_out_as_expired_and_what_is_held_bind_the_day_of_expiry(
    hospital, receive, patient, reserve, now
) -> None:
    said = {"by": hospital.coordinator, "now": now}
    old = receive("A1", holds_on=ago(9), expires_on=ago(3))
    actions.move(old, K.EXPIRED, -1, holds_on=ago(2), **said)
    with pytest.raises(BadInput, match="may be given up to and on 22 Nov 2026; it can be taken out as expired from"):
        relabel(hospital, old, expires_on=ago(2))
    lot = receive("B2", holds_on=ago(5), expires_on=GOOD)
    reserve(patient(), 2)
    with pytest.raises(BadInput, match="4 vials of it are held for patients up to 24 Nov 2026; release them first"):
        relabel(hospital, lot, expires_on=ago(1))
    relabel(hospital, lot, expires_on=TODAY)


def test_a_lot_of_which_nothing_stands_is_received_anew(hospital, receive, now) -> None:
    lot = receive()
    with reading(hospital.coordinator):
        receipt = queries.movements(hospital.site_id, Lens(TODAY), 1)[0].movement.id
    mending.take_back(receipt, "Never came.", by=hospital.coordinator, now=now)
    with pytest.raises(BadInput, match="No movement of this lot stands; receive it again"):
        relabel(hospital, lot, lot="B1")


def test_an_adjustment_of_a_corrected_lot_is_still_taken_back_with_its_count(hospital, receive, now) -> None:
    said = {"by": hospital.coordinator, "now": now}
    lot = receive("B7", expires_on=GOOD, holds_on=ago(1))
    counting.count(hospital.site_id, {lot: Found(3, "One broke.")}, holds_on=TODAY, **said)
    relabel(hospital, lot, lot="B1")
    with reading(hospital.coordinator):
        adjusted = queries.movements(hospital.site_id, Lens(TODAY), 1)[0].movement.id
        assert len(counting.counts(hospital.site_id, Lens(TODAY), 9)) == 1
    mending.take_back(adjusted, "Behind the door.", **said)
    with reading(hospital.coordinator):
        assert counting.counts(hospital.site_id, Lens(TODAY), 9) == []


def test_who_may_not_move_vials_corrects_no_lot(world: World, hospital, receive, now) -> None:
    lot = receive()
    inspector = world.account(Role.AUDITOR, site_id=hospital.site_id)
    with pytest.raises(NotAllowed):
        relabel(hospital, lot, lot="B1", by=inspector)
    with pytest.raises(NotFound):
        relabel(hospital, lot, lot="B1", by=world.hospital().coordinator)


def test_of_two_who_correct_a_lot_at_once_the_second_is_told(app, hospital, receive) -> None:
    lot, start = receive(expires_on=GOOD), Barrier(2)

    def mend(name: str) -> bool:
        with app.app_context():
            start.wait()
            try:
                relabel(hospital, lot, lot=name)
            except StaleRecord:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(contextvars.Context().run, mend, name) for name in ("B1", "B2")]
        assert sum(one.result() for one in done) == 1
    assert [vials for _, _, vials, _ in lots(hospital)] == [4]
