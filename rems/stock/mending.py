"""Take back a movement that was recorded by mistake; what came after it must still add up on every day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.stock import actions, ledger, queries
from rems.stock.models import StockLot, StockMovement
from rems.stock.rules import MovementKind

BETWEEN_PLACES = {
    MovementKind.TRANSFER_IN: MovementKind.TRANSFER_OUT,
    MovementKind.TRANSFER_OUT: MovementKind.TRANSFER_IN,
}


def take_back(movement_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The movement never was; of a transfer between places, both of its halves.

    What was held for a patient and given by it is not held again: the gate holds vials. Raises NotFound, NotAllowed,
    BadInput without a reason, or with the first day on which vials would be missing or no longer free.
    """
    with transaction(by, "stock.take_back", reason.strip(), at=now):
        row = queries.movement(by, movement_id)
        today = day_in(sites.site(by, row.scope_id).timezone, now)
        actions.lot_to_change(row.lot_id, row.holds_on, by=by, now=now)
        row = queries.movement(by, movement_id)  # as it is now that nobody else changes this stock
        if not reason.strip():
            raise BadInput("Reason is missing: say what was wrong about the movement.", "reason")
        for one in (row, *other_half(row)):
            lot = queries.lot(by, one.lot_id)
            level = ledger.lowest(queries.changes(lot.id), from_on=one.holds_on)
            held = queries.held_of_lot(lot, Lens(today))
            ledger.check_taking_back(one.vials, level, lot=lot.lot, on=today, held=held)
            db.session.add(_never_was(one))


def other_half(row: StockMovement) -> list[StockMovement]:
    """The movement at the other place of the site, which the same act wrote; none for what left the site."""
    kind = BETWEEN_PLACES.get(row.kind)
    if kind is None:
        return []
    lot = db.session.get(StockLot, row.lot_id)
    assert lot is not None
    same = select(StockLot.id).where(
        StockLot.scope_id == lot.scope_id,
        StockLot.lot == lot.lot,
        StockLot.strength_mg == lot.strength_mg,
        StockLot.expires_on == lot.expires_on,
        StockLot.id != lot.id,
    )
    query = facts(StockMovement, scope_id=row.scope_id).where(
        StockMovement.kind == kind,
        StockMovement.vials == -row.vials,
        StockMovement.recorded_at == row.recorded_at,
        StockMovement.lot_id.in_(same),
    )
    return list(db.session.scalars(query))


def _never_was(row: StockMovement) -> StockMovement:
    return StockMovement(
        id=uuid7(),
        scope_id=row.scope_id,
        program_id=row.program_id,
        holds_on=row.holds_on,
        lot_id=row.lot_id,
        kind=row.kind,
        vials=row.vials,
        patient_id=row.patient_id,
        note=row.note,
        supersedes_id=row.id,
        void=True,
    )
