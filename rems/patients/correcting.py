"""Correct an infusion that was recorded wrongly, inside the open transaction of the use case that does it."""

from datetime import datetime
from uuid import UUID

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput
from rems.core.states import next_state
from rems.evidence import queries as evidence
from rems.evidence import steps as proofs
from rems.patients import queries, records
from rems.patients.models import Infusion, Patient
from rems.patients.rules import said, when_words
from rems.patients.steps import check_enrolled
from rems.sites import tree


def correct_infusion(
    patient: Patient,
    old: Infusion,
    *,
    infused_at: datetime,
    location_id: UUID,
    lot: str,
    bags: int,
    by: Actor,
    now: datetime,
) -> Infusion:
    """The infusion as it really was: moment (UTC), place, lot, bags. What was proved by it is corrected with it.

    The authorization it was given under stays as it was. Raises BadInput with the field.
    """
    require_transaction("correcting an infusion")
    place = queries.place(by, patient.scope_id)
    zone = place.site.timezone
    on = day_in(zone, infused_at)
    if infused_at > now:
        raise BadInput(f"Moment of the infusion: {when_words(infused_at, zone)} has not come yet.", "infused_at")
    check_enrolled(patient, on, field="infused_at", what="Moment of the infusion")
    tree.check_open(place.site.id, location_id, on)
    records.check_bag(lot, bags, received=None)
    before = (old.infused_at, old.location_id, old.lot, old.bags)
    if before == (infused_at, location_id, lot.strip(), bags):
        raise BadInput("Nothing of it is changed: give the moment, place, lot or bags as they really were.")
    new = next_state(old, holds_on=on, infused_at=infused_at, location_id=location_id, lot=lot.strip(), bags=bags)
    db.session.flush()
    counted = "1 bag" if bags == 1 else f"{bags} bags"
    for piece in evidence.from_source(place.site.id, "infusion", old.id):
        summary = piece.summary.replace(said(old.holds_on), said(on))
        if old.lot in summary:
            summary = f"{patient.number}: {new.product}, lot {new.lot}, {counted}, {said(on)}."
        proofs.append(
            piece.kind,
            site_id=place.site.id,
            program_id=piece.program_id or place.program_id,
            subject_kind=piece.subject_kind,
            subject_id=new.id,
            holds_on=on,
            summary=summary,
            source_table="infusion",
            source_id=new.id,
            detail=piece.detail,
            supersedes_id=piece.id,
        )
    return new
