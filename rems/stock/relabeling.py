"""Correct what a lot was entered as: its number, expiry, how it is kept, or which box it is."""

from datetime import date, datetime
from uuid import UUID

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.states import next_state
from rems.sites import queries as sites
from rems.stock import actions, boxes, chains, ledger, queries
from rems.stock.boxes import Label
from rems.stock.mending import check_reason
from rems.stock.models import Reservation, StockLot
from rems.stock.rules import counted, said


def correct_lot(lot_id: UUID, label: Label, storage: str, reason: str, *, by: Actor, now: datetime) -> UUID:
    """The lot bears that label and is kept so; every movement and hold of it stands under the right lot from now on.

    A wrong label is wrong wherever the boxes were brought at this site, so their lots at other places are corrected
    too; how they are kept is said of one place. A lot of the right label that lies there already takes them in. The old
    lot and its movements stay readable as they were known. Returns the key of the lot as corrected. Raises NotFound,
    NotAllowed, StaleRecord, BadInput with the field.
    """
    with transaction(by, "stock.correct_lot", reason.strip(), at=now):
        lot = queries.lot(by, lot_id)
        today = day_in(sites.site(by, lot.scope_id).timezone, now)
        lot = actions.lot_to_change(lot_id, today, by=by, now=now)
        if boxes.made_way(lot):
            raise StaleRecord(f"Lot {lot.lot} was corrected already.")
        check_reason(reason, "the lot")
        if not label.lot:
            raise BadInput("The lot number is missing; it is printed on the box beside LOT.", "lot")
        if (label, storage) == (boxes.label_of(lot), lot.storage):
            raise BadInput("Nothing of it is changed: give what the box really says, or how it is kept.", "lot")
        if not chains.movements_of(lot):
            raise BadInput("No movement of this lot stands; receive it again as the box says.", "lot")
        lots = [lot] if label == boxes.label_of(lot) else chains.carried(lot)
        boxes.check_new(lot.scope_id, label, but_for=[one.id for one in lots])
        for one in lots:
            _check_expiry(one, label, today)
        under = {one.id: _under(one, label, storage if one is lot else one.storage) for one in lots}
        for one in lots:
            key = under[one.id].id
            for moved in chains.movements_of(one):
                next_state(moved, lot_id=key)
            for held in chains.holds_of(one.id, one.scope_id):
                next_state(held, lot_id=key)
    return under[lot.id].id


def _check_expiry(lot: StockLot, label: Label, today: date) -> None:
    """Whether what was moved of a lot, and what is held of it, fits the day of expiry that is really on it."""
    if label.expires_on == lot.expires_on:
        return
    ledger.check_new_expiry([(m.kind, m.holds_on) for m in chains.movements_of(lot)], label.lot, label.expires_on)
    late = [hold for hold in chains.holds_of(lot.id, lot.scope_id) if _held_until(hold, today) > label.expires_on]
    if late:
        vials = counted(sum(hold.vials for hold in late), "vial")
        until = said(max(_held_until(hold, today) for hold in late))
        raise BadInput(f"{vials} of it are held for patients up to {until}; release them first.", "expires_on")


def _held_until(hold: Reservation, today: date) -> date:
    return hold.until_on or max(hold.holds_on, today)


def _under(lot: StockLot, label: Label, storage: str) -> StockLot:
    """The lot that takes the place of one that was entered wrongly, or takes it in."""
    there = boxes.standing(lot.scope_id, lot.location_id, label)
    if there is None or there.id == lot.id:
        return boxes.make(lot.scope_id, lot.location_id, label, storage=storage, instead_of=lot)
    return boxes.lot_at(lot.scope_id, lot.location_id, label, storage=storage)
