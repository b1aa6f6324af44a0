"""What the compliance report counts, under its lens. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.events.models import AdverseEvent
from rems.patients.models import Authorization, Infusion, Patient
from rems.sites.models import Location
from rems.stock.models import StockLot, StockMovement


@dataclass(frozen=True)
class LotOnHand:
    lot: str
    location: str
    strength_mg: int
    vials: int
    expires_on: date


@dataclass(frozen=True)
class GivenInfusion:
    number: str
    on: date
    product: str
    lot: str
    code: str


@dataclass(frozen=True)
class Year:
    infusions: tuple[GivenInfusion, ...]
    events: tuple[AdverseEvent, ...]


def lots_on(site_id: UUID, lens: Lens) -> list[LotOnHand]:
    """The lots with vials on hand on the day, by expiry; expired ones too, for they must be seen."""
    moves = (
        facts(StockMovement, lens, scope_id=site_id)
        .with_only_columns(StockMovement.lot_id, StockMovement.vials)
        .subquery()
    )
    left = func.sum(moves.c.vials)
    query = (
        select(StockLot.lot, Location.name, StockLot.strength_mg, left, StockLot.expires_on)
        .join(moves, moves.c.lot_id == StockLot.id)
        .join(Location, Location.id == StockLot.location_id)
        .group_by(StockLot.id, Location.name)
        .having(left > 0)
        .order_by(StockLot.expires_on, StockLot.lot)
    )
    return [
        LotOnHand(lot, place, mg, int(vials), expires) for lot, place, mg, vials, expires in db.session.execute(query)
    ]


def year_before(scope_id: UUID, lens: Lens) -> Year:
    """Infusions, and adverse events by their day zero, of the 365 days up to the day asked about."""
    first = lens.as_of - timedelta(days=365)
    given = facts(Infusion, lens, scope_id=scope_id).where(Infusion.holds_on > first).subquery()
    query = (
        select(Patient.number, given.c.holds_on, given.c.product, given.c.lot, Authorization.code)
        .join(given, given.c.patient_id == Patient.id)
        .join(Authorization, Authorization.id == given.c.authorization_id)
        .order_by(given.c.holds_on, Patient.number)
    )
    events = facts(AdverseEvent, lens, scope_id=scope_id).where(
        AdverseEvent.day_zero > first, AdverseEvent.day_zero <= lens.as_of
    )
    return Year(
        tuple(GivenInfusion(*row) for row in db.session.execute(query)),
        tuple(db.session.scalars(events.order_by(AdverseEvent.day_zero, AdverseEvent.case_number))),
    )
