"""A movement with a wrong number or day is corrected; every day still adds up, and the old one stays readable."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from rems.access.rules import Role
from rems.core.db import reading, transaction
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.core.states import in_place_of
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites.rules import LocationKind
from rems.stock import actions, counting, lists, mending, queries
from rems.stock.counting import Found
from rems.stock.models import StockMovement
from rems.stock.rules import MovementKind as K
from rems.trail.knowing import settled
from tests.factories import Hospital, World

TODAY = date(2026, 11, 24)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def movements(hospital: Hospital, lot_id: UUID, lens: Lens | None = None) -> list[tuple[UUID, int, date]]:
    with reading(hospital.coordinator):
        lines = queries.movements(hospital.site_id, lens or Lens(TODAY), 100, lot_id=lot_id)
        return [(line.movement.id, line.movement.vials, line.movement.holds_on) for line in lines]


def correct(hospital: Hospital, key: UUID, vials: int, on: date, reason: str = "A slip.", **more: Any) -> UUID:
    said = {"note": "", "by": hospital.coordinator, "now": hospital.world.now} | more
    return mending.correct(key, reason, vials=vials, holds_on=on, **said)


def test_the_right_number_and_day_count_and_the_old_ones_stay_readable(world: World, hospital, receive, now) -> None:
    lot_id = receive(vials=4, holds_on=ago(5))
    wasted = actions.move(lot_id, K.WASTED, -3, holds_on=ago(1), by=hospital.coordinator, now=now)
    with reading(hospital.coordinator):
        then, _ = settled()
    new = correct(hospital, wasted, 2, ago(2), note="dropped")
    assert movements(hospital, lot_id)[0] == (new, -2, ago(2))
    assert movements(hospital, lot_id, Lens(TODAY, then))[0] == (wasted, -3, ago(1))
    [entry] = world.trail("stock.correct")
    assert entry["reason"] == "A slip."
    with reading(hospital.coordinator):
        [one] = lists.earlier(queries.lot(hospital.coordinator, lot_id), Lens(TODAY))
        assert (one.was.id, one.now.id, one.reason, one.elsewhere) == (wasted, new, "A slip.", False)
        assert lists.earlier(queries.lot(hospital.coordinator, lot_id), Lens(TODAY, then)) == []
    with pytest.raises(NotFound, match="taken back or corrected already"):
        correct(hospital, wasted, 1, TODAY)
    again = correct(hospital, new, 1, ago(2))
    mending.take_back(again, "Never was.", by=hospital.coordinator, now=now)
    assert [vials for _, vials, _ in movements(hospital, lot_id)] == [4]


def test_a_correction_that_leaves_a_past_day_short_is_refused_by_the_first_such_day(hospital, receive, now) -> None:
    said = {"by": hospital.coordinator, "now": now}
    lot_id = receive(vials=5, holds_on=ago(9))
    receipt = movements(hospital, lot_id)[0][0]
    first = actions.move(lot_id, K.WASTED, -3, holds_on=ago(6), **said)
    actions.move(lot_id, K.WASTED, -2, holds_on=ago(3), **said)
    before = movements(hospital, lot_id)
    for key, vials, on, words in (
        (
            receipt,
            2,
            ago(9),
            "So corrected lot B7731 would have 1 vial too few at the end of 18 Nov 2026; first take back",
        ),
        (receipt, 5, ago(2), "3 vials too few at the end of 18 Nov 2026"),
        (receipt, 4, ago(9), "1 vial too few at the end of 21 Nov 2026"),
        (first, 4, ago(6), "1 vial too few at the end of 21 Nov 2026"),
    ):
        with pytest.raises(BadInput, match=words) as refused:
            correct(hospital, key, vials, on)
        assert refused.value.field == "reason"
    assert movements(hospital, lot_id) == before


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"vials": 0}, "vials", "must be 1 or more, not 0; what never was is taken back"),
        ({"vials": -1}, "vials", "must be 1 or more, not -1"),
        ({"vials": 10_001}, "vials", "10,001 vials are more than 10,000"),
        ({"on": TODAY + timedelta(1)}, "holds_on", "lies ahead"),
        ({"reason": "  "}, "reason", "say what was wrong about the movement"),
        ({}, "vials", "Nothing of it is changed"),
        ({"on": date(2027, 1, 1)}, "holds_on", "lies ahead"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused_at_its_field(
    world, hospital, receive, change, field, words
) -> None:
    lot_id = receive(vials=4, holds_on=ago(5))
    [(receipt, _, _)] = movements(hospital, lot_id)
    with pytest.raises(BadInput, match=words) as refused:
        correct(hospital, receipt, **{"vials": 4, "on": ago(5)} | change)
    assert refused.value.field == field
    assert world.trail("stock.correct") == []


def test_the_day_of_expiry_and_of_the_place_bind_a_correction_too(hospital, receive, now) -> None:
    said = {"by": hospital.coordinator, "now": now}
    ward = sites.add_location(hospital.site_id, "Ward", LocationKind.UNIT, **said)
    lot_id = receive(vials=4, holds_on=ago(9), expires_on=ago(3), location_id=ward)
    receipt = movements(hospital, lot_id)[0][0]
    gone = actions.move(lot_id, K.EXPIRED, -4, holds_on=ago(2), **said)
    with pytest.raises(BadInput, match="it can be taken out as expired from 22 Nov 2026"):
        correct(hospital, gone, 4, ago(3))
    with pytest.raises(BadInput, match="expired on 21 Nov 2026; it cannot be received on 22 Nov 2026"):
        correct(hospital, receipt, 4, ago(2))
    keeping.close_location(ward, until_on=ago(2), version=1, **said)
    late = receive("C1", location_id=ward, vials=1, holds_on=ago(8))
    with pytest.raises(BadInput, match="Ward was open until 22 Nov 2026"):
        correct(hospital, movements(hospital, late)[0][0], 1, ago(1))


def test_both_halves_of_a_transfer_are_corrected_and_found_again_afterwards(hospital, receive, now) -> None:
    said = {"by": hospital.coordinator, "now": now}
    ward = sites.add_location(hospital.site_id, "Ward", LocationKind.UNIT, **said)
    lot_id = receive(vials=4, holds_on=ago(5))
    there = actions.transfer(lot_id, ward, 3, holds_on=ago(2), **said)
    arrived = correct(hospital, movements(hospital, there)[0][0], 2, ago(1))
    assert [row[1:] for row in movements(hospital, there)] == [(2, ago(1))]
    assert [row[1:] for row in movements(hospital, lot_id)] == [(-2, ago(1)), (4, ago(5))]
    actions.move(there, K.WASTED, -2, holds_on=TODAY, **said)
    with pytest.raises(BadInput, match="1 vial too few at the end of 24 Nov 2026"):
        correct(hospital, movements(hospital, lot_id)[0][0], 1, ago(1))
    with pytest.raises(BadInput, match="Without it lot B7731 would have 2 vials too few at the end of 24 Nov 2026"):
        mending.take_back(arrived, "It stayed.", **said)
    mending.take_back(movements(hospital, there)[0][0], "Not wasted.", **said)
    mending.take_back(arrived, "It stayed.", **said)
    assert (movements(hospital, there), [row[1] for row in movements(hospital, lot_id)]) == ([], [4])


def test_held_vials_are_not_corrected_away_but_what_was_given_is_said_rightly(
    hospital, receive, patient, reserve, now
) -> None:
    said = {"by": hospital.coordinator, "now": now}
    lot_id, someone = receive(vials=6, holds_on=ago(5)), patient()
    [(receipt, _, _)] = movements(hospital, lot_id)
    reserve(someone, 2)  # 4 vials
    with pytest.raises(BadInput, match="4 vials of lot B7731 are held for patients, and 3 would be left; release them"):
        correct(hospital, receipt, 3, ago(5))
    used = actions.move(lot_id, K.USED, -1, holds_on=TODAY, patient_id=someone, **said)
    correct(hospital, used, 3, TODAY)
    with reading(hospital.coordinator):
        lot = queries.lot(hospital.coordinator, lot_id)
        assert (queries.vials_of(lot, Lens(TODAY)), queries.held_of_lot(lot, Lens(TODAY))) == (3, 1)
        assert queries.movements(hospital.site_id, Lens(TODAY), 1)[0].movement.patient_id == someone


def test_a_day_long_ago_without_vials_forbids_no_correction_of_what_came_since(
    hospital, receive, patient, reserve, now
) -> None:
    said = {"by": hospital.coordinator, "now": now}
    expires = TODAY + timedelta(300)
    lot_id = receive(vials=2, holds_on=ago(9), expires_on=expires)
    actions.move(lot_id, K.WASTED, -1, holds_on=ago(8), **said)
    receive(vials=6, holds_on=ago(3), expires_on=expires)
    reserve(patient(), 2)
    wasted, oldest = movements(hospital, lot_id)[1][0], movements(hospital, lot_id)[2][0]
    mending.take_back(wasted, "It was whole.", **said)
    mending.take_back(oldest, "Never came.", **said)
    assert [row[1] for row in movements(hospital, lot_id)] == [6]


def test_an_adjustment_is_not_corrected_but_counted_again(hospital, receive, now) -> None:
    lot_id = receive(vials=4, holds_on=ago(5))
    said = {"holds_on": TODAY, "by": hospital.coordinator, "now": now}
    counting.count(hospital.site_id, {lot_id: Found(3, "One broke.")}, **said)
    with pytest.raises(BadInput, match="take it back, and count again without the record"):
        correct(hospital, movements(hospital, lot_id)[0][0], 2, TODAY)


def test_who_may_not_move_vials_corrects_none(world: World, hospital, receive) -> None:
    [(receipt, _, _)] = movements(hospital, receive())
    with pytest.raises(NotAllowed):
        correct(hospital, receipt, 1, TODAY, by=world.account(Role.AUDITOR, site_id=hospital.site_id))
    with pytest.raises(NotFound):
        correct(hospital, receipt, 1, TODAY, by=world.hospital().coordinator)


def test_of_two_corrections_at_once_the_second_finds_the_first(app, hospital, receive) -> None:
    lot_id, start = receive(vials=4, holds_on=ago(5)), Barrier(2)
    [(receipt, _, _)] = movements(hospital, lot_id)

    def mend(vials: int) -> bool:
        with app.app_context():
            start.wait()
            try:
                correct(hospital, receipt, vials, ago(5))
            except NotFound:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(contextvars.Context().run, mend, vials) for vials in (2, 3)]
        assert sum(one.result() for one in done) == 1
    assert len(movements(hospital, lot_id)) == 1


def test_of_a_correction_and_a_movement_at_once_that_do_not_add_up_one_is_refused(app, hospital, receive, now) -> None:
    lot_id, start = receive(vials=4, holds_on=ago(5)), Barrier(2)
    [(receipt, _, _)] = movements(hospital, lot_id)

    def mend() -> None:
        correct(hospital, receipt, 1, ago(5))

    def waste() -> None:
        actions.move(lot_id, K.WASTED, -3, holds_on=TODAY, by=hospital.coordinator, now=now)

    def tried(act: Any) -> bool:
        with app.app_context():
            start.wait()
            try:
                act()
            except BadInput:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(contextvars.Context().run, tried, act) for act in (mend, waste)]
        assert sum(one.result() for one in done) == 1
    assert sum(row[1] for row in movements(hospital, lot_id)) == 1


def test_the_database_itself_refuses_a_correction_that_leaves_a_day_short_here_or_in_the_lot_it_leaves(
    hospital, receive, now
) -> None:
    """Past our own rules: the deferred trigger has the last word."""
    lot_id, other = receive(vials=4, holds_on=ago(5)), receive("C1", vials=4, holds_on=ago(5))
    actions.move(lot_id, K.WASTED, -3, holds_on=ago(2), by=hospital.coordinator, now=now)
    receipt = movements(hospital, lot_id)[1][0]
    for changed, words in (
        ({"vials": 1}, "would have -2 vials at the end of 2026-11-22"),
        ({"lot_id": other}, f"lot {lot_id} would have -3 vials at the end of 2026-11-22"),
    ):
        with (
            pytest.raises(DBAPIError, match=words) as refused,
            transaction(hospital.coordinator, "test.correct", at=now) as session,
        ):
            session.add(in_place_of(session.get_one(StockMovement, receipt), **changed))
        assert getattr(refused.value.orig, "sqlstate", "") == "RM011"
