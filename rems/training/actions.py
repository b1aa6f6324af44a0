"""Record training that a staff member took, and each try at a knowledge assessment."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput
from rems.sites import queries as sites
from rems.sites import serving
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import check_not_ahead, said, was_there
from rems.training import steps
from rems.training.rules import TrainingKind


def record_training(
    site_id: UUID,
    code: str,
    staff_id: UUID,
    kind: TrainingKind,
    *,
    holds_on: date,
    material: str,
    also: Collection[str] = (),
    by: Actor,
    now: datetime,
) -> UUID:
    """Record that a staff member took a training of a program on a day; it is evidence from that day on.

    `also` are codes of further programs of the site that it serves. Raises NotFound, NotAllowed, BadInput with field.
    """
    with transaction(by, "training.record_training", at=now):
        entry = sites.entry(by, site_id, code)
        require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
        who = staff_member(entry, staff_id, holds_on, by=by, now=now)
        if not material.strip():
            raise BadInput("Material is missing: say what was taught or read, with its edition.", "material")
        proof = steps.trained(entry, who, kind, holds_on=holds_on, material=material)
        serving.serve(proof, entry, also, by=by, on=_today(entry, by=by, now=now))
    return proof.source_id


def record_attempt(
    site_id: UUID,
    code: str,
    staff_id: UUID,
    *,
    holds_on: date,
    question_set: str,
    questions: int,
    correct: int,
    pass_mark_percent: int,
    also: Collection[str] = (),
    by: Actor,
    now: datetime,
) -> UUID:
    """Record one try at a program's knowledge assessment; only a pass is evidence.

    `also` are codes of further programs of the site that a pass serves. Raises NotFound, NotAllowed, BadInput (field).
    """
    with transaction(by, "training.record_attempt", at=now):
        entry = sites.entry(by, site_id, code)
        require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
        who = staff_member(entry, staff_id, holds_on, by=by, now=now)
        if not question_set.strip():
            raise BadInput("Question set is missing: name the assessment, with its edition.", "question_set")
        row, proof = steps.tried(
            entry,
            who,
            holds_on=holds_on,
            question_set=question_set,
            questions=questions,
            correct=correct,
            pass_mark_percent=pass_mark_percent,
        )
        if proof is not None:
            serving.serve(proof, entry, also, by=by, on=_today(entry, by=by, now=now))
    return row.id


def staff_member(entry: Entry, staff_id: UUID, holds_on: date, *, by: Actor, now: datetime) -> StaffMember:
    """The person, who worked at the site on that day. Raises BadInput with the field."""
    check_not_ahead(holds_on, today=_today(entry, by=by, now=now), words="Day")
    who = db.session.get(StaffMember, staff_id)
    if who is None or who.scope_id != entry.site_id:
        raise BadInput("Person: this is nobody of the site's staff; choose one of its list.", "staff_id")
    if not was_there(who.from_on, who.until_on, holds_on):
        until = f" to {said(who.until_on)}" if who.until_on else " on"
        raise BadInput(
            f"{who.name} worked at the site from {said(who.from_on)}{until}, not on {said(holds_on)}.", "holds_on"
        )
    return who


def _today(entry: Entry, *, by: Actor, now: datetime) -> date:
    """The day it is at the site."""
    return day_in(sites.site(by, entry.site_id).timezone, now)
