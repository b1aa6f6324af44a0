"""Receive lots of tocilizumab, and move their vials."""

from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites import tree
from rems.sites.rules import check_not_ahead
from rems.stock import boxes, ledger, queries, steps
from rems.stock.boxes import Label
from rems.stock.models import StockLot, StockMovement
from rems.stock.rules import MovementKind


def receive(
    site_id: UUID,
    location_id: UUID,
    *,
    lot: str,
    strength_mg: int,
    vials: int,
    expires_on: date,
    holds_on: date,
    note: str = "",
    gtin: str = "",
    storage: str = "",
    serial: str = "",
    by: Actor,
    now: datetime,
) -> UUID:
    """Take vials of a lot into the stock of a location; the same lot again adds to it. Returns the key of the lot.

    With a `serial` number they are those of one box, which comes in once. `gtin` and `storage` are kept with the lot
    when it comes to that place first. `holds_on` is the site's own calendar day. Raises NotFound, NotAllowed, BadInput
    with the field.
    """
    with transaction(by, "stock.receive", note.strip(), at=now):
        site = sites.site(by, site_id)
        require(by, Permission.STOCK_MOVE, scope_id=site_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="Day received")
        ledger.check_receipt(lot, strength_mg, vials, expires_on, holds_on)
        tree.check_open(site_id, location_id, holds_on)
        steps.one_at_a_time(site_id)
        label = Label(lot.strip(), strength_mg, expires_on, gtin.strip(), serial.strip())
        boxes.check_new(site_id, label)
        found = boxes.lot_at(site_id, location_id, label, storage=storage.strip())
        _write(found, MovementKind.RECEIPT, vials, holds_on=holds_on, note=note)
    return found.id


def move(
    lot_id: UUID,
    kind: MovementKind,
    vials: int,
    *,
    holds_on: date,
    patient_id: UUID | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> UUID:
    """Change the vials of a lot: `vials` bears the sign of its kind. Returns the key of the movement.

    Used vials name the patient, and are taken off what is held for that patient. No day of the lot is left below zero.
    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "stock.move", note.strip(), at=now):
        lot = lot_to_change(lot_id, holds_on, by=by, now=now)
        _check_patient(kind, patient_id, site_id=lot.scope_id)
        moved = change(lot, kind, vials, holds_on=holds_on, patient_id=patient_id, note=note)
        if patient_id is not None:
            steps.use_up(queries.standing_holds(lot.scope_id, patient_id), lot.id, -vials, on=holds_on)
    return moved.id


def transfer(
    lot_id: UUID, location_id: UUID, vials: int, *, holds_on: date, note: str = "", by: Actor, now: datetime
) -> UUID:
    """Bring vials of a lot to another location of the same site. Returns the key of the lot there.

    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "stock.transfer", note.strip(), at=now):
        lot = lot_to_change(lot_id, holds_on, by=by, now=now)
        if vials < 1:
            raise BadInput(f"The number of vials brought over must be 1 or more, not {vials}.", "vials")
        tree.check_open(lot.scope_id, location_id, holds_on)
        if location_id == lot.location_id:
            raise BadInput("The lot lies there already; choose another place.", "location_id")
        there = boxes.lot_at(lot.scope_id, location_id, boxes.label_of(lot))
        change(lot, MovementKind.TRANSFER_OUT, -vials, holds_on=holds_on, note=note)
        _write(there, MovementKind.TRANSFER_IN, vials, holds_on=holds_on, note=note)
    return there.id


def lot_to_change(lot_id: UUID, holds_on: date, *, by: Actor, now: datetime) -> StockLot:
    """The lot, once the actor may change it on that day and nobody else is changing this stock."""
    lot = queries.lot(by, lot_id)
    require(by, Permission.STOCK_MOVE, scope_id=lot.scope_id)
    site = sites.site(by, lot.scope_id)
    check_not_ahead(holds_on, today=day_in(site.timezone, now), words="Day")
    steps.one_at_a_time(lot.scope_id)
    return lot


def change(
    lot: StockLot, kind: MovementKind, vials: int, *, holds_on: date, note: str, patient_id: UUID | None = None
) -> StockMovement:
    """Write a movement of a lot once its rules let it through, inside an open transaction. Raises BadInput."""
    changes = queries.changes(lot.id)
    ledger.check_movement(kind, vials, ledger.lowest(changes, from_on=holds_on), on=holds_on)
    ledger.check_expiry(kind, lot.lot, lot.expires_on, on=holds_on)
    ledger.check_reason(kind, note)
    on_hand = sum(n for on, n in changes if on <= holds_on)
    ledger.check_held(kind, vials, on_hand=on_hand, held=queries.held_of_lot(lot, Lens(holds_on)))
    return _write(lot, kind, vials, holds_on=holds_on, note=note, patient_id=patient_id)


def _write(
    lot: StockLot, kind: MovementKind, vials: int, *, holds_on: date, note: str, patient_id: UUID | None = None
) -> StockMovement:
    row = StockMovement(
        id=uuid7(),
        scope_id=lot.scope_id,
        holds_on=holds_on,
        lot_id=lot.id,
        kind=kind,
        vials=vials,
        patient_id=patient_id,
        note=note.strip(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _check_patient(kind: MovementKind, patient_id: UUID | None, *, site_id: UUID) -> None:
    if kind is MovementKind.USED and patient_id is None:
        raise BadInput("Used vials were given to somebody: name the patient.", "patient_id")
    if kind is not MovementKind.USED and patient_id is not None:
        raise BadInput("A patient is named for used vials only; leave the patient out.", "patient_id")
    if patient_id is not None and not queries.is_patient_of(site_id, patient_id):
        raise BadInput("There is no such patient at this site, or none that you may see.", "patient_id")
