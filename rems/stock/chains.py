"""A movement through its corrections: the first it was, the newest it is, and what was written together with it."""

from uuid import UUID

from sqlalchemy import select

from rems.core.db import db
from rems.core.facts import facts
from rems.stock.models import Reservation, StockCount, StockLot, StockMovement
from rems.stock.rules import MovementKind

BETWEEN_PLACES = {
    MovementKind.TRANSFER_IN: MovementKind.TRANSFER_OUT,
    MovementKind.TRANSFER_OUT: MovementKind.TRANSFER_IN,
}


def first(row: StockMovement) -> StockMovement:
    """The movement as it was recorded first."""
    while row.supersedes_id is not None:
        row = db.session.get_one(StockMovement, row.supersedes_id)
    return row


def newest(row: StockMovement) -> StockMovement | None:
    """The movement as it stands now; None when it was taken back."""
    while newer := db.session.scalars(select(StockMovement).filter_by(supersedes_id=row.id)).one_or_none():
        row = newer
    return None if row.void else row


def other_half(row: StockMovement) -> list[StockMovement]:
    """The movement at the other place of the site, which the same act wrote; none for what left the site.

    The two are known by the moment of that act, so they are looked for among the movements as they were first.
    """
    kind = BETWEEN_PLACES.get(row.kind)
    if kind is None:
        return []
    act = first(row)
    lot = db.session.get_one(StockLot, act.lot_id)
    same = select(StockLot.id).where(
        StockLot.scope_id == lot.scope_id,
        StockLot.lot == lot.lot,
        StockLot.strength_mg == lot.strength_mg,
        StockLot.expires_on == lot.expires_on,
        StockLot.serial == lot.serial,
        StockLot.id != lot.id,
    )
    query = select(StockMovement).where(
        StockMovement.scope_id == act.scope_id,
        StockMovement.supersedes_id.is_(None),
        StockMovement.kind == kind,
        StockMovement.vials == -act.vials,
        StockMovement.holds_on == act.holds_on,
        StockMovement.recorded_at == act.recorded_at,
        StockMovement.lot_id.in_(same),
    )
    half = db.session.scalars(query.order_by(StockMovement.id).limit(1)).one_or_none()
    found = newest(half) if half else None
    return [found] if found else []


def count_of(row: StockMovement) -> StockCount | None:
    """The count that wrote an adjustment, if it still stands."""
    if row.kind is not MovementKind.COUNT_ADJUSTMENT:
        return None
    act = first(row)
    query = facts(StockCount, scope_id=act.scope_id).where(
        StockCount.lot_id == act.lot_id,
        StockCount.recorded_at == act.recorded_at,
        StockCount.found - StockCount.expected == act.vials,
    )
    return db.session.scalars(query).one_or_none()


def carried(lot: StockLot) -> list[StockLot]:
    """The lot, and what of it was brought to other places of the site or from there: the same boxes."""
    found, todo = {lot.id: lot}, [lot]
    while todo:
        between = movements_of(todo.pop(), kinds=tuple(BETWEEN_PLACES))
        for half in (half for one in between for half in other_half(one)):
            if half.lot_id not in found:
                found[half.lot_id] = db.session.get_one(StockLot, half.lot_id)
                todo.append(found[half.lot_id])
    return list(found.values())


def movements_of(lot: StockLot, *, kinds: tuple[MovementKind, ...] = tuple(MovementKind)) -> list[StockMovement]:
    """Every movement of a lot that stands, of any day, the first recorded first."""
    query = facts(StockMovement, scope_id=lot.scope_id).where(StockMovement.lot_id == lot.id)
    return list(db.session.scalars(query.where(StockMovement.kind.in_(kinds)).order_by(StockMovement.id)))


def holds_of(lot_id: UUID, scope_id: UUID) -> list[Reservation]:
    """Every hold of a lot that was not released, of any day."""
    return list(db.session.scalars(facts(Reservation, scope_id=scope_id).where(Reservation.lot_id == lot_id)))
