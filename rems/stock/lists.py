"""The lots of a site page by page, by what is left of them, and what of a lot was corrected. Nothing here writes."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import aliased

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites.models import Location
from rems.stock.models import StockLot, StockMovement
from rems.stock.queries import LotLine, held_by_lot
from rems.trail.rows import reasons_of

MOST_EARLIER = 50


class Left(StrEnum):
    """What is left of a lot on a day: vials in date, vials that expired, or none."""

    IN_STOCK = "in-stock"
    EXPIRED = "expired"
    EMPTY = "empty"


@dataclass(frozen=True)
class Earlier:
    """A movement as it stood before, what took its place, the lot of that, and the reason that was given."""

    was: StockMovement
    now: StockMovement
    lot: StockLot
    reason: str

    @property
    def elsewhere(self) -> bool:
        """Whether it stands under another lot since."""
        return self.was.lot_id != self.now.lot_id


def lots(site_id: UUID, lens: Lens, left: Left | None, limit: int, *, offset: int = 0) -> list[LotLine]:
    """Lots that came in by the day, first to expire first and the used up last; `left` None: all of them."""
    moves, vials = _moves(site_id, lens)
    query = (
        select(StockLot, Location.name, vials)
        .join(moves, moves.c.lot_id == StockLot.id)
        .join(Location, Location.id == StockLot.location_id)
        .group_by(StockLot.id, Location.name)
        .order_by(vials <= 0, StockLot.expires_on, StockLot.lot, StockLot.id)
    )
    if left is not None:
        query = query.having(_left(vials, lens) == left.value)
    held = held_by_lot(site_id, lens)
    rows = db.session.execute(query.limit(limit).offset(offset))
    return [LotLine(one, place, int(n), held.get(one.id, 0)) for one, place, n in rows]


def count_lots(site_id: UUID, lens: Lens) -> dict[Left, int]:
    """How many lots there are of each kind."""
    moves, vials = _moves(site_id, lens)
    each = (
        select(_left(vials, lens).label("left"))
        .select_from(StockLot)
        .join(moves, moves.c.lot_id == StockLot.id)
        .group_by(StockLot.id)
        .subquery()
    )
    numbers = db.session.execute(select(each.c.left, func.count()).group_by(each.c.left))
    found: dict[str, int] = {row[0]: row[1] for row in numbers}
    return {left: found.get(left.value, 0) for left in Left}


def earlier(lot: StockLot, lens: Lens) -> list[Earlier]:
    """The movements of a lot that were corrected or taken back, as known by then; the newest change first."""
    newer = aliased(StockMovement)
    query = (
        select(StockMovement, newer, StockLot)
        .join(newer, newer.supersedes_id == StockMovement.id)
        .join(StockLot, StockLot.id == newer.lot_id)
        .where(StockMovement.lot_id == lot.id, StockMovement.scope_id == lot.scope_id)
        .order_by(newer.id.desc())
    )
    if lens.known_at is not None:
        query = query.where(newer.recorded_at <= lens.known_at)
    rows = db.session.execute(query.limit(MOST_EARLIER)).all()
    why = reasons_of("stock_movement", [now.id for _, now, _ in rows])
    return [Earlier(was, now, other, why.get(now.id, "")) for was, now, other in rows]


def was_called(lot: StockLot, lens: Lens) -> list[StockLot]:
    """The lots whose movements stand under this one since they were corrected, as far as was known by then."""
    newer, old = aliased(StockMovement), aliased(StockMovement)
    moved = (
        select(old.lot_id)
        .join(newer, newer.supersedes_id == old.id)
        .where(newer.lot_id == lot.id, old.lot_id != lot.id, newer.scope_id == lot.scope_id)
    )
    if lens.known_at is not None:
        moved = moved.where(newer.recorded_at <= lens.known_at)
    return list(db.session.scalars(select(StockLot).where(StockLot.id.in_(moved)).order_by(StockLot.id.desc())))


def _moves(site_id: UUID, lens: Lens) -> tuple[Subquery, ColumnElement[int]]:
    """The movements in force, and their sum for a lot."""
    rows = facts(StockMovement, lens, scope_id=site_id)
    moves = rows.with_only_columns(StockMovement.lot_id, StockMovement.vials).subquery()
    return moves, func.sum(moves.c.vials)


def _left(vials: ColumnElement[int], lens: Lens) -> ColumnElement[str]:
    in_date = StockLot.expires_on >= lens.as_of
    return case((vials <= 0, Left.EMPTY.value), (in_date, Left.IN_STOCK.value), else_=Left.EXPIRED.value)
