"""Give vials of a lot to a patient, inside the transaction of an upper floor that records the treatment."""

from datetime import date
from uuid import UUID

from rems.core.db import require_transaction
from rems.core.errors import BadInput
from rems.stock import queries, steps
from rems.stock.actions import change
from rems.stock.models import StockLot
from rems.stock.rules import MovementKind


def give(site_id: UUID, lot: StockLot, patient_id: UUID, vials: int, *, holds_on: date, note: str = "") -> None:
    """Take the vials off the lot and off what is held for the patient. Raises BadInput with the field."""
    require_transaction("giving vials")
    if lot.scope_id != site_id:
        raise BadInput("The lot is not one of this site; choose one that lies here.", "lot_id")
    if vials < 1:
        raise BadInput(f"The number of vials given must be 1 or more, not {vials}.", "vials")
    steps.one_at_a_time(site_id)
    change(lot, MovementKind.USED, -vials, holds_on=holds_on, note=note, patient_id=patient_id)
    steps.use_up(queries.standing_holds(site_id, patient_id), lot.id, vials, on=holds_on)
