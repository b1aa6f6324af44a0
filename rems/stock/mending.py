"""Take back or correct a movement that was recorded wrongly; what came after it must still add up on every day."""

from datetime import date, datetime
from uuid import UUID

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput
from rems.core.states import in_place_of, next_state
from rems.sites import queries as sites
from rems.sites import tree
from rems.stock import actions, chains, ledger, queries, steps
from rems.stock.models import StockMovement
from rems.stock.rules import MovementKind

GONE_ON_ITS_OWN = frozenset({MovementKind.USED, MovementKind.WASTED, MovementKind.EXPIRED})
"""What was given or broke is recorded all the same though it was held."""


def take_back(movement_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The movement never was; of a transfer between places, both of its halves; of an adjustment, its count too.

    What was held for a patient and given by it is not held again: the gate holds vials. Raises NotFound, NotAllowed,
    BadInput without a reason, or with the first day on which vials would be missing or no longer free.
    """
    with transaction(by, "stock.take_back", reason.strip(), at=now):
        row = queries.movement(by, movement_id)
        actions.lot_to_change(row.lot_id, row.holds_on, by=by, now=now)
        row = queries.movement(by, movement_id)  # as it is now that nobody else changes this stock
        check_reason(reason, "the movement")
        for one in (row, *chains.other_half(row)):
            check_change(one, [], when="Without it", by=by, now=now)
            next_state(one, void=True)
        if counted := chains.count_of(row):
            next_state(counted, void=True)


def correct(movement_id: UUID, reason: str, *, vials: int, holds_on: date, note: str, by: Actor, now: datetime) -> UUID:
    """The movement was of that many vials (above 0), on that day, for that reason; of a transfer, both of its halves.

    Vials given besides are taken off what is held for the patient. Returns the key of the new row. Raises NotFound,
    NotAllowed, BadInput with the field, also with the first day on which vials would be missing.
    """
    with transaction(by, "stock.correct", reason.strip(), at=now) as session:
        row = queries.movement(by, movement_id)
        actions.lot_to_change(row.lot_id, holds_on, by=by, now=now)
        row = queries.movement(by, movement_id)  # as it is now that nobody else changes this stock
        check_reason(reason, "the movement")
        if row.kind is MovementKind.COUNT_ADJUSTMENT:
            raise BadInput("An adjustment says what was counted: take it back, and count again without the record.")
        ledger.check_number(vials)
        if (abs(row.vials), row.holds_on, row.note) == (vials, holds_on, note.strip()):
            raise BadInput(
                "Nothing of it is changed: give the right number of vials, the right day or reason.", "vials"
            )
        made = []
        for one in (row, *chains.other_half(row)):
            number = vials if one.vials > 0 else -vials
            new = in_place_of(one, vials=number, holds_on=holds_on, note=note.strip())
            check_change(one, [new], when="So corrected", by=by, now=now)
            session.add(new)
            made.append(new)
        if row.patient_id is not None and vials > -row.vials:
            held = queries.standing_holds(row.scope_id, row.patient_id)
            steps.use_up(held, row.lot_id, vials + row.vials, on=holds_on)
    return made[0].id


def check_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise BadInput(f"Reason is missing: say what was wrong about {what}.", "reason")


def check_change(row: StockMovement, instead: list[StockMovement], *, when: str, by: Actor, now: datetime) -> None:
    """Whether a movement may be what stands `instead` of it (nothing: it never was). Raises BadInput with the field."""
    lot = queries.lot(by, row.lot_id)
    before = queries.changes(lot.id)
    after = [*before, *((new.holds_on, new.vials) for new in instead)]
    after.remove((row.holds_on, row.vials))
    for new in instead:
        ledger.check_expiry(new.kind, lot.lot, lot.expires_on, on=new.holds_on)
        if new.vials > 0:
            tree.check_open(lot.scope_id, lot.location_id, new.holds_on)
    ledger.check_adds_up(after, lot=lot.lot, when=when)
    if row.kind not in GONE_ON_ITS_OWN:
        today = day_in(sites.site(by, lot.scope_id).timezone, now)
        holds = [(one.holds_on, one.until_on, one.vials) for one in chains.holds_of(lot.id, lot.scope_id)]
        held = ledger.most_held(holds, from_on=today)
        ledger.check_still_held(_sum(before), _sum(after), held=held, lot=lot.lot)


def _sum(changes: list[tuple[date, int]]) -> int:
    return sum(vials for _, vials in changes)
