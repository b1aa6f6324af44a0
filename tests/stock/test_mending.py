"""A movement that was a mistake is taken back; no day before or after it falls below zero by that."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from rems.access.rules import Role
from rems.core.db import reading, transaction
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions, mending, queries
from rems.stock.models import StockMovement
from rems.stock.rules import MovementKind as K
from rems.trail.knowing import settled
from tests.factories import Hospital, World

TODAY = date(2026, 11, 24)


def movements(hospital: Hospital, lot_id: UUID, lens: Lens | None = None) -> list[tuple[UUID, int]]:
    with reading(hospital.coordinator):
        lines = queries.movements(hospital.site_id, lens or Lens(TODAY), 100, lot_id=lot_id)
        return [(line.movement.id, line.movement.vials) for line in lines]


def test_a_movement_that_never_was_counts_no_more_and_the_trail_says_why(world: World, hospital, receive, now) -> None:
    lot_id = receive(vials=4)
    said = {"by": hospital.coordinator, "now": now}
    wasted = actions.move(lot_id, K.WASTED, -3, holds_on=TODAY, **said)
    with reading(hospital.coordinator):
        then, _ = settled()
    mending.take_back(wasted, "It was the other lot.", **said)
    assert [vials for _, vials in movements(hospital, lot_id)] == [4]
    assert [vials for _, vials in movements(hospital, lot_id, Lens(TODAY, then))] == [-3, 4]
    [entry] = world.trail("stock.take_back")
    assert entry["reason"] == "It was the other lot."
    with pytest.raises(NotFound, match="taken back or corrected already"):
        mending.take_back(wasted, "Again", **said)


def test_a_receipt_is_not_taken_back_under_what_went_out_after_it_and_the_day_is_named(hospital, receive, now) -> None:
    lot_id = receive(vials=4, holds_on=TODAY - timedelta(9))
    said = {"by": hospital.coordinator, "now": now}
    actions.move(lot_id, K.WASTED, -1, holds_on=TODAY - timedelta(5), note="", **said)
    [_, (receipt, _)] = movements(hospital, lot_id)
    with pytest.raises(BadInput, match=r"Without it lot B7731 would have 1 vial too few at the end of 19 Nov 2026"):
        mending.take_back(receipt, "Never came.", **said)
    with pytest.raises(BadInput, match="say what was wrong") as refused:
        mending.take_back(receipt, " ", **said)
    assert refused.value.field == "reason"


def test_held_vials_stay_until_they_are_released(hospital, receive, patient, reserve, now) -> None:
    lot_id = receive(vials=4)
    reserve(patient(), 2)
    [(receipt, _)] = movements(hospital, lot_id)
    with pytest.raises(BadInput, match="4 vials of lot B7731 are held for patients"):
        mending.take_back(receipt, "Never came.", by=hospital.coordinator, now=now)


def test_both_halves_of_a_transfer_are_taken_back(world: World, hospital, receive, now) -> None:
    said = {"by": hospital.coordinator, "now": now}
    ward = sites.add_location(hospital.site_id, "Ward", LocationKind.UNIT, **said)
    lot_id = receive(vials=4, holds_on=TODAY)
    there = actions.transfer(lot_id, ward, 3, holds_on=TODAY, **said)
    [(arrived, _)] = movements(hospital, there)
    mending.take_back(arrived, "It stayed.", **said)
    assert movements(hospital, there) == []
    assert [vials for _, vials in movements(hospital, lot_id)] == [4]


def test_who_may_not_move_vials_takes_none_back(world: World, hospital, receive, now) -> None:
    lot_id = receive()
    [(receipt, _)] = movements(hospital, lot_id)
    inspector = world.account(Role.AUDITOR, site_id=hospital.site_id)
    with pytest.raises(NotAllowed):
        mending.take_back(receipt, "x", by=inspector, now=now)
    with pytest.raises(NotFound):
        mending.take_back(receipt, "x", by=world.hospital().coordinator, now=now)


def test_the_database_itself_keeps_every_day_above_zero(hospital, receive, now: datetime) -> None:
    """Past our own rules: a movement that an action would refuse is refused when the transaction ends."""
    lot_id = receive(vials=2, holds_on=TODAY - timedelta(3))
    below = pytest.raises(DBAPIError, match="would have -1 vials at the end of 2026-11-23")
    with below as refused, transaction(hospital.coordinator, "test.move", at=now) as session:
        session.add(row(hospital, lot_id, -3, TODAY - timedelta(1)))
    assert refused.value.orig is not None
    assert getattr(refused.value.orig, "sqlstate", "") == "RM011"
    assert [vials for _, vials in movements(hospital, lot_id)] == [2]


def row(hospital: Hospital, lot_id: UUID, vials: int, on: date) -> StockMovement:
    kind = K.RECEIPT if vials > 0 else K.WASTED
    return StockMovement(
        id=uuid7(), scope_id=hospital.site_id, holds_on=on, lot_id=lot_id, kind=kind, vials=vials, note=""
    )
