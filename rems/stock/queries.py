"""Look up lots, what is on hand of them, what is held for patients, and their movements. Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, column, exists, func, or_, select, table
from sqlalchemy.orm import aliased

from rems.access.models import Scope
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Location
from rems.stock.models import Reservation, StockLot, StockMovement
from rems.stock.rules import VialStock, doses_on_hand

# Patients stand on a floor above; here only their number is shown. Row-level security decides whose.
patient = table("patient", column("id"), column("scope_id"), column("number"))


@dataclass(frozen=True)
class LotLine:
    """A lot with its vials on hand, those held for patients among them, and the name of its location."""

    lot: StockLot
    location: str
    vials: int
    held: int

    @property
    def mg(self) -> int:
        return self.vials * self.lot.strength_mg


@dataclass(frozen=True)
class MovementLine:
    """A movement with its lot and the name of the lot's location."""

    movement: StockMovement
    lot: StockLot
    location: str


@dataclass(frozen=True)
class Held:
    """Doses held for one patient since a day. `number` is empty for a patient whom the reader may not see."""

    patient_id: UUID
    number: str
    doses: int
    vials: int
    since: date


def lot(actor: Actor, lot_id: UUID) -> StockLot:
    """One lot. Raises NotFound, also for one of a site that the actor may not see."""
    found = db.session.get(StockLot, lot_id)
    if found is None:
        raise NotFound("There is no such lot, or it is not yours to see.")
    sites.site(actor, found.scope_id)
    return found


def on_hand(
    site_id: UUID, lens: Lens, *, location_id: UUID | None = None, held_for_others_than: UUID | None = None
) -> list[VialStock]:
    """The vials of each lot of a site, expired ones too; with a location, only what lies there.

    `held_for_others_than`: a patient; vials held for other patients are taken off. Without it nobody's are.
    """
    held = held_by_lot(site_id, lens, but_for=held_for_others_than) if held_for_others_than else {}
    query = _lots(site_id, lens)
    if location_id is not None:
        query = query.where(StockLot.location_id == location_id)
    found = ((one, int(vials) - held.get(one.id, 0)) for one, _, vials in db.session.execute(query))
    return [VialStock(one.id, one.strength_mg, one.expires_on, vials) for one, vials in found if vials > 0]


def doses(site_id: UUID, lens: Lens, weight_kg: Decimal | int, *, location_id: UUID | None = None) -> int:
    """How many doses for that weight the vials in date make on the day; reservations are ignored. Raises BadInput."""
    return doses_on_hand(weight_kg, on_hand(site_id, lens, location_id=location_id), lens.as_of)


def doses_of(site_ids: Collection[UUID], lens: Lens, weight_kg: Decimal | int) -> dict[UUID, int]:
    """The same for several sites, in one statement. Raises BadInput."""
    move = StockMovement
    moves = facts(move, lens).where(move.scope_id.in_(site_ids)).with_only_columns(move.lot_id, move.vials).subquery()
    left = func.sum(moves.c.vials)
    query = (
        select(StockLot.scope_id, StockLot.id, StockLot.strength_mg, StockLot.expires_on, left)
        .join(moves, moves.c.lot_id == StockLot.id)
        .where(StockLot.expires_on >= lens.as_of)
        .group_by(StockLot.id)
        .having(left > 0)
    )
    found: dict[UUID, list[VialStock]] = {site_id: [] for site_id in site_ids}
    for site_id, key, strength, expires_on, vials in db.session.execute(query):
        found[site_id].append(VialStock(key, strength, expires_on, int(vials)))
    return {site_id: doses_on_hand(weight_kg, stock, lens.as_of) for site_id, stock in found.items()}


def lots(site_id: UUID, lens: Lens) -> list[LotLine]:
    """Every lot with vials on hand, first to expire first; an expired one stays until it is taken out."""
    held = held_by_lot(site_id, lens)
    rows = db.session.execute(_lots(site_id, lens))
    return [LotLine(one, place, int(vials), held.get(one.id, 0)) for one, place, vials in rows]


def movements(
    site_id: UUID, lens: Lens, limit: int, *, offset: int = 0, lot_id: UUID | None = None
) -> list[MovementLine]:
    """The newest movements of a site or of one lot, by their day and then as they were recorded."""
    moves = facts(StockMovement, lens, scope_id=site_id).subquery()
    move = aliased(StockMovement, moves)
    query = (
        select(move, StockLot, Location.name)
        .join(StockLot, StockLot.id == move.lot_id)
        .join(Location, Location.id == StockLot.location_id)
        .order_by(move.holds_on.desc(), move.id.desc())
    )
    if lot_id is not None:
        query = query.where(move.lot_id == lot_id)
    return [MovementLine(*row) for row in db.session.execute(query.limit(limit).offset(offset))]


def count_movements(site_id: UUID, lens: Lens, *, lot_id: UUID | None = None) -> int:
    """How many movements a site, or one of its lots, has."""
    query = facts(StockMovement, lens, scope_id=site_id)
    if lot_id is not None:
        query = query.where(StockMovement.lot_id == lot_id)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def strength_of(gtin: str) -> int | None:
    """The strength (mg) of the newest lot with that product number that the reader may see."""
    query = select(StockLot.strength_mg).where(StockLot.gtin == gtin, StockLot.gtin != "").order_by(StockLot.id.desc())
    return db.session.scalar(query.limit(1))


def movement(actor: Actor, movement_id: UUID) -> StockMovement:
    """One movement in force. Raises NotFound, also for one that was taken back or corrected, or may not be seen."""
    found = db.session.scalars(facts(StockMovement).where(StockMovement.id == movement_id)).one_or_none()
    if found is None:
        raise NotFound(
            "There is no such movement, or it was taken back or corrected already, or it is not yours to see."
        )
    lot(actor, found.lot_id)
    return found


def vials_of(found: StockLot, lens: Lens) -> int:
    """The vials of one lot on hand."""
    query = facts(StockMovement, lens).where(StockMovement.lot_id == found.id)
    return int(db.session.scalar(query.with_only_columns(func.sum(StockMovement.vials))) or 0)


def changes(lot_id: UUID) -> list[tuple[date, int]]:
    """Every change of a lot that stands, as far as is known now: its day and its vials."""
    query = facts(StockMovement).where(StockMovement.lot_id == lot_id)
    rows = db.session.execute(query.with_only_columns(StockMovement.holds_on, StockMovement.vials))
    return [(on, vials) for on, vials in rows]


def changes_at(site_id: UUID, location_id: UUID) -> list[tuple[date, int]]:
    """Every change of all that lies or lay at a location: its day and its vials."""
    query = facts(StockMovement, scope_id=site_id).join(StockLot, StockLot.id == StockMovement.lot_id)
    rows = db.session.execute(
        query.where(StockLot.location_id == location_id).with_only_columns(
            StockMovement.holds_on, StockMovement.vials, maintain_column_froms=True
        )
    )
    return [(on, vials) for on, vials in rows]


def held_of_lot(found: StockLot, lens: Lens) -> int:
    """The vials of a lot that are held for patients."""
    return held_by_lot(found.scope_id, lens).get(found.id, 0)


def reserved(patient_id: UUID, lens: Lens) -> list[Reservation]:
    """What is held for a patient, dose by dose."""
    query = _holds(lens).where(Reservation.patient_id == patient_id)
    return list(db.session.scalars(query.order_by(Reservation.dose_number, Reservation.id)))


def standing_holds(site_id: UUID, patient_id: UUID) -> list[Reservation]:
    """What is held for a patient at a site and was not released yet, of any day."""
    query = facts(Reservation, scope_id=site_id).where(Reservation.patient_id == patient_id)
    return list(db.session.scalars(query.order_by(Reservation.dose_number, Reservation.id)))


def held_at(site_id: UUID, lens: Lens) -> list[Held]:
    """For whom how many doses are held at a site, the longest held first."""
    first = func.min(Reservation.holds_on)
    query = (
        _holds(lens)
        .where(Reservation.scope_id == site_id)
        .outerjoin(patient, patient.c.id == Reservation.patient_id)
        .with_only_columns(
            Reservation.patient_id,
            func.coalesce(patient.c.number, ""),
            func.count(Reservation.dose_number.distinct()),
            func.sum(Reservation.vials),
            first,
        )
        .group_by(Reservation.patient_id, patient.c.number)
        .order_by(first, Reservation.patient_id)
    )
    return [Held(key, number, n, int(vials), since) for key, number, n, vials, since in db.session.execute(query)]


def patient_numbers(patient_ids: Collection[UUID]) -> dict[UUID, str]:
    """The registry numbers of the patients that movements name, as far as the reader may see them."""
    rows = db.session.execute(select(patient.c.id, patient.c.number).where(patient.c.id.in_(patient_ids)))
    return {row.id: row.number for row in rows}


def patient_number(site_id: UUID, patient_id: UUID) -> str:
    """The registry number of a patient of the site. Raises NotFound."""
    if not is_patient_of(site_id, patient_id):
        raise NotFound("There is no such patient at this site, or none that you may see.")
    return patient_numbers([patient_id])[patient_id]


def is_patient_of(site_id: UUID, patient_id: UUID) -> bool:
    """Whether the reader may see such a patient at the site. A foreign key alone would take a hidden one."""
    query = select(patient.c.id).join(Scope, Scope.id == patient.c.scope_id)
    return db.session.execute(query.where(Scope.site_id == site_id, patient.c.id == patient_id)).first() is not None


def _lots(site_id: UUID, lens: Lens) -> Select[StockLot, str, int]:
    """The lots of a site with vials, their location and how many, first to expire first."""
    moves = (
        facts(StockMovement, lens, scope_id=site_id)
        .with_only_columns(StockMovement.lot_id, StockMovement.vials)
        .subquery()
    )
    left = func.sum(moves.c.vials)
    return (
        select(StockLot, Location.name, left)
        .join(moves, moves.c.lot_id == StockLot.id)
        .join(Location, Location.id == StockLot.location_id)
        .group_by(StockLot.id, Location.name)
        .having(left > 0)
        .order_by(StockLot.expires_on, StockLot.lot, StockLot.id)
    )


def _holds(lens: Lens) -> Select[Reservation]:
    """The reservations in force under the lens.

    Unlike a correction, a release ends a hold only from its own day on: the days before, the vials were held.
    """
    newer = aliased(Reservation)
    ended = exists().where(newer.supersedes_id == Reservation.id, newer.holds_on <= lens.as_of)
    query = select(Reservation).where(
        ~Reservation.void,
        Reservation.holds_on <= lens.as_of,
        or_(Reservation.until_on.is_(None), Reservation.until_on >= lens.as_of),
    )
    if lens.known_at is not None:
        ended = ended.where(newer.recorded_at <= lens.known_at)
        query = query.where(Reservation.recorded_at <= lens.known_at)
    return query.where(~ended)


def held_later(site_id: UUID, *, but_for: UUID, after: date, until: date | None) -> dict[UUID, int]:
    """The vials of each lot whose hold for another patient begins after a day, and not after `until` (None: ever)."""
    query = facts(Reservation, scope_id=site_id).where(Reservation.patient_id != but_for, Reservation.holds_on > after)
    if until is not None:
        query = query.where(Reservation.holds_on <= until)
    rows = db.session.execute(
        query.with_only_columns(Reservation.lot_id, func.sum(Reservation.vials)).group_by(Reservation.lot_id)
    )
    return {key: int(vials) for key, vials in rows}


def held_by_lot(site_id: UUID, lens: Lens, *, but_for: UUID | None = None) -> dict[UUID, int]:
    """The vials of each lot that are held; `but_for`: a patient whose holds are left out."""
    query = _holds(lens).where(Reservation.scope_id == site_id)
    if but_for is not None:
        query = query.where(Reservation.patient_id != but_for)
    rows = db.session.execute(
        query.with_only_columns(Reservation.lot_id, func.sum(Reservation.vials)).group_by(Reservation.lot_id)
    )
    return {key: int(vials) for key, vials in rows}
