"""The lot that boxes belong to, and the one box that a serial number names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from rems.core.db import db
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.stock import gs1
from rems.stock.models import StockLot, StockMovement
from rems.stock.rules import MovementKind, said

PRODUCT = "tocilizumab"
CAME_OR_LEFT = (MovementKind.RECEIPT, MovementKind.TRANSFER_IN, MovementKind.TRANSFER_OUT, MovementKind.RETURNED)
"""Kinds that bring a box to a site or from it; between places of one site they add up to nothing."""


@dataclass(frozen=True)
class Label:
    """What is printed on a box. `gtin` empty: not known; `serial` empty: not one box, but those of the lot together."""

    lot: str
    strength_mg: int
    expires_on: date
    gtin: str = ""
    serial: str = ""


def label_of(lot: StockLot) -> Label:
    return Label(lot.lot, lot.strength_mg, lot.expires_on, lot.gtin, lot.serial)


def lot_at(site_id: UUID, location_id: UUID, label: Label, *, storage: str = "") -> StockLot:
    """The lot, or the box, at that location; made when it does not stand there.

    A box that stands there under another label, of which everything was taken back, makes way.
    """
    found = standing(site_id, location_id, label)
    if found is None or (label.serial and label_of(found) != label):
        return make(site_id, location_id, label, storage=storage, instead_of=found)
    return found


def standing(site_id: UUID, location_id: UUID, label: Label) -> StockLot | None:
    """The lot of that label at a location or, by its serial number, the box under any label; but none that made way."""
    newer = aliased(StockLot)
    query = select(StockLot).where(
        StockLot.scope_id == site_id,
        StockLot.location_id == location_id,
        StockLot.serial == label.serial,
        ~exists().where(newer.supersedes_id == StockLot.id),
    )
    of_box = query.where(StockLot.gtin == label.gtin)
    of_lot = query.filter_by(lot=label.lot, strength_mg=label.strength_mg, expires_on=label.expires_on)
    return db.session.scalars(of_box if label.serial else of_lot).one_or_none()


def made_way(lot: StockLot) -> bool:
    """Whether another lot took the place of this one."""
    return db.session.scalar(select(exists().where(StockLot.supersedes_id == lot.id))) or False


def make(
    site_id: UUID, location_id: UUID, label: Label, *, storage: str, instead_of: StockLot | None = None
) -> StockLot:
    """A new lot at that location, which takes the place of one that was entered wrongly."""
    made = StockLot(
        id=uuid7(),
        scope_id=site_id,
        location_id=location_id,
        product=PRODUCT,
        storage=storage,
        lot=label.lot,
        strength_mg=label.strength_mg,
        expires_on=label.expires_on,
        gtin=label.gtin,
        serial=label.serial,
        supersedes_id=instead_of.id if instead_of else None,
    )
    db.session.add(made)
    db.session.flush()
    return made


def check_fresh(site_id: UUID, gtin: str, serial: str, *, but_for: Collection[UUID] = ()) -> StockLot | None:
    """Whether a box is not at the site already; one that was sent away or returned may come again.

    The lot it was known as by then, if it ever was. `but_for`: lots that are looked past. Raises BadInput.
    """
    if not serial:
        return None
    moved = facts(StockMovement, scope_id=site_id).join(StockLot, StockLot.id == StockMovement.lot_id)
    moved = moved.where(StockLot.gtin == gtin, StockLot.serial == serial, StockLot.id.not_in(but_for))
    rows = db.session.execute(moved.add_columns(StockLot).order_by(StockMovement.holds_on, StockMovement.id)).all()
    if sum(row.vials for row, _ in rows if row.kind in CAME_OR_LEFT) > 0:
        first, known = rows[0]
        raise BadInput(
            f"The box with serial number {serial} was received on {said(first.holds_on)} already, as lot {known.lot}. "
            "A serial number stands on one box only: this one was scanned twice, or its number is another.",
            "serial",
        )
    return rows[0][1] if rows else None


def check_new(site_id: UUID, label: Label, *, but_for: Collection[UUID] = ()) -> None:
    """Whether a box of that label may come to the site. `but_for`: lots that are about to bear it. Raises BadInput."""
    gs1.check_box(label.gtin, label.serial)
    known = check_fresh(site_id, label.gtin, label.serial, but_for=but_for)
    if known and label != label_of(known):
        raise BadInput(
            f"The box with serial number {label.serial} is known as lot {known.lot}, {known.strength_mg} mg, "
            f"good until {said(known.expires_on)}. Look at the box again.",
            "serial",
        )
