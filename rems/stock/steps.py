"""Hold vials for a patient and let them go, inside the transaction of an upper floor."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from rems.core.db import db, require_transaction
from rems.core.errors import Incomplete
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import tree
from rems.stock import queries, rules
from rems.stock.models import Reservation
from rems.stock.rules import Pick, Shortfall


def one_at_a_time(site_id: UUID) -> None:
    """Wait until nobody else changes the stock of this site; the rest of the transaction then sees it as it is.

    No location of the site is closed meanwhile. The database lets go when the transaction ends, however it ends.
    """
    require_transaction("changing the stock")
    tree.still(site_id)
    db.session.execute(
        text("select pg_advisory_xact_lock(hashtextextended('stock ' || :site, 0))"), {"site": str(site_id)}
    )


def reserve(
    site_id: UUID,
    patient_id: UUID,
    *,
    doses: int,
    weight_kg: Decimal | int,
    location_id: UUID | None,
    holds_on: date,
    until_on: date | None = None,
    given_on: date | None = None,
) -> tuple[Pick, ...]:
    """Hold the vials of so many doses for a patient from that day on; what was held for the patient before is released.

    Vials held for other patients, on that day or later, are not taken. `location_id`: only what lies there; None:
    anywhere at the site.
    `until_on` is the last day of the hold (None: until released); `given_on` a day on which the vials must be in date
    too (None: that of the hold).
    Raises Incomplete with what is missing; BadInput for fewer than one dose or a weight outside 1 to 400 kg.
    """
    one_at_a_time(site_id)
    release(patient_id, site_id=site_id, holds_on=holds_on)
    usable = queries.on_hand(site_id, Lens(holds_on), location_id=location_id, held_for_others_than=patient_id)
    later = queries.held_later(site_id, but_for=patient_id, after=holds_on, until=until_on)
    usable = [replace(one, vials=one.vials - later.get(one.lot_id, 0)) for one in usable]
    usable = [one for one in usable if one.vials > 0]
    picks = rules.reserve(doses, weight_kg, usable, given_on or holds_on)
    if isinstance(picks, Shortfall):
        raise Incomplete("The doses of tocilizumab cannot be held.", [picks.words])
    db.session.add_all(
        Reservation(
            id=uuid7(),
            scope_id=site_id,
            holds_on=holds_on,
            lot_id=taken.lot_id,
            patient_id=patient_id,
            dose_number=number,
            vials=taken.vials,
            until_on=until_on,
        )
        for number, pick in enumerate(picks, 1)
        for taken in pick.vials
    )
    db.session.flush()
    return picks


def release(patient_id: UUID, *, site_id: UUID, holds_on: date) -> int:
    """Let go of all that is held for a patient at a site, from that day on. Returns how many holds ended."""
    one_at_a_time(site_id)
    held = queries.standing_holds(site_id, patient_id)
    db.session.add_all(ending(row, on=holds_on) for row in held)
    db.session.flush()
    return len(held)


def keep(patient_id: UUID, *, site_id: UUID, from_on: date, until_on: date) -> int:
    """Go on holding what is held for a patient on that day, up to another last day. Returns how many holds go on."""
    one_at_a_time(site_id)
    standing = queries.standing_holds(site_id, patient_id)
    held = [row for row in standing if row.until_on is None or row.until_on >= from_on]
    db.session.add_all(ending(row, on=from_on, left=row.vials, until_on=until_on) for row in held)
    db.session.flush()
    return len(held)


def use_up(held: Iterable[Reservation], lot_id: UUID, vials: int, *, on: date) -> None:
    """Take given vials of a lot off what is held for the patient; a hold given in part goes on with the rest."""
    require_transaction("using held vials")
    for row in (r for r in held if r.lot_id == lot_id):
        given = min(vials, row.vials)
        if given:
            vials -= given
            db.session.add(ending(row, on=on, left=row.vials - given))


def ending(row: Reservation, *, on: date, left: int = 0, until_on: date | None = None) -> Reservation:
    """The fact that ends a hold: void when nothing of it is left, else a hold of the rest. Never before it began.

    `until_on` is the last day of the rest, None: as before.
    """
    begins = max(on, row.holds_on)
    last = until_on or row.until_on
    return Reservation(
        id=uuid7(),
        scope_id=row.scope_id,
        holds_on=begins,
        until_on=max(last, begins) if last and left else None,
        lot_id=row.lot_id,
        patient_id=row.patient_id,
        dose_number=row.dose_number,
        vials=left or row.vials,
        supersedes_id=row.id,
        void=not left,
    )
