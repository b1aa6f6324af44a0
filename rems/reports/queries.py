"""What the compliance report counts, under its lens. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.events.models import AdverseEvent
from rems.patients.models import Authorization, Infusion, Patient
from rems.reports.rules import Change
from rems.stock.models import StockLot, StockMovement

YEAR_DAYS = 365


@dataclass(frozen=True)
class GivenInfusion:
    """One infusion: whose, when, of what, and the code of its authorization, or that it was taken over."""

    number: str
    on: date
    product: str
    lot: str
    code: str


def infusions(scope_id: UUID, lens: Lens) -> list[GivenInfusion]:
    """The infusions of the 365 days up to the day, in order."""
    given = facts(Infusion, lens, scope_id=scope_id).where(Infusion.holds_on > _first(lens)).subquery()
    code = func.coalesce(Authorization.code, "taken over")
    query = (
        select(Patient.number, given.c.holds_on, given.c.product, given.c.lot, code)
        .join(given, given.c.patient_id == Patient.id)
        .outerjoin(Authorization, Authorization.id == given.c.authorization_id)
        .order_by(given.c.holds_on, Patient.number)
    )
    return [GivenInfusion(*row) for row in db.session.execute(query)]


def events(scope_id: UUID, lens: Lens) -> Sequence[AdverseEvent]:
    """The adverse events whose day zero lies in the 365 days up to the day, in order."""
    query = facts(AdverseEvent, lens, scope_id=scope_id).where(
        AdverseEvent.day_zero > _first(lens), AdverseEvent.day_zero <= lens.as_of
    )
    return db.session.scalars(query.order_by(AdverseEvent.day_zero, AdverseEvent.case_number)).all()


def _first(lens: Lens) -> date:
    return lens.as_of - timedelta(days=YEAR_DAYS)


def changes(site_id: UUID, lens: Lens) -> list[Change]:
    """Every movement of a site's vials up to the day of the lens, with what a dose needs to know of its lot."""
    moves = facts(StockMovement, lens, scope_id=site_id).subquery()
    query = (
        select(StockLot.id, StockLot.strength_mg, StockLot.expires_on, moves.c.holds_on, moves.c.vials, StockLot.lot)
        .join(moves, moves.c.lot_id == StockLot.id)
        .order_by(moves.c.holds_on, StockLot.id, moves.c.id)
    )
    return [Change(*row) for row in db.session.execute(query)]
