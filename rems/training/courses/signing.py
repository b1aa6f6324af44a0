"""A trainee takes a course and signs for it; the signature is bound to what was read."""

import hashlib
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import IllegalMove
from rems.signatures import steps as signatures
from rems.signatures.registry import Record, content_of
from rems.signatures.rules import Given, Meaning
from rems.sites import queries as sites
from rems.sites.queries import Entry
from rems.training import people, steps
from rems.training.courses import queries
from rems.training.courses.models import CourseEdition
from rems.training.courses.rules import EditionState
from rems.training.models import TrainingRecord
from rems.training.rules import TrainingKind

STATEMENT = "I have read this material and understood it."


def sign_off(site_id: UUID, code: str, root_id: UUID, *, password: Given, by: Actor, now: datetime) -> UUID:
    """A person who is signed in took a course, and signs for it; it is evidence from today on.

    Raises NotFound, NotAllowed, BadInput for the components of the signature, IllegalMove.
    """
    signatures.check_password(by, password, now=now)
    with transaction(by, "courses.sign_off", at=now):
        entry = sites.entry(by, site_id, code)
        require(by, Permission.TRAINING_SIGN, scope_id=entry.scope_id)
        site = sites.site(by, site_id)
        today = day_in(site.timezone, now)
        who = people.myself(by, entry, today)
        row = to_sign(entry, root_id, today)
        proof = steps.trained(entry, who, row.kind, holds_on=today, material=row.label, edition_id=row.root_id)
        record = db.session.get(TrainingRecord, proof.source_id)
        assert record is not None
        signatures.sign(
            signed_content(record, row),
            table="training_record",
            subject_id=record.id,
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            meaning=Meaning.ATTESTATION,
            statement=STATEMENT,
            timezone=site.timezone,
            by=by,
            at=now,
        )
    return record.id


def to_sign(entry: Entry, root_id: UUID, on: date) -> CourseEdition:
    """An edition that is signed for by reading it. Raises NotFound, IllegalMove."""
    row = queries.edition(root_id)
    if row.program_id != entry.program_id or queries.state(row, queries.editions(row.program_id), on) is not (
        EditionState.IN_USE
    ):
        raise IllegalMove(f"{row.label} is not in use today under {entry.program.title}.")
    if row.kind is TrainingKind.LIVE_TRAINING:
        raise IllegalMove("A live training is taken at a session; reading its material does not stand for it.")
    return row


def signed_content(record: TrainingRecord, row: CourseEdition) -> dict[str, Any]:
    """What the signature is bound to: the person, the day, and the very material, whatever is noted of its digest."""
    kept = queries.file(row.file_id) if row.file_id else None
    return {
        "training": str(record.id),
        "person": str(record.staff_member_id),
        "kind": record.kind.value,
        "holds_on": record.holds_on.isoformat(),
        "course": row.title,
        "edition": row.edition,
        "form": row.form.value,
        "material": hashlib.sha256(kept.content).hexdigest() if kept else row.page,
    }


@content_of("training_record")
def training(actor: Actor, key: UUID, known_at: datetime | None) -> Record | None:
    """The signed record of a course that was taken, as it is now."""
    record = db.session.get(TrainingRecord, key)
    if record is None or record.edition_id is None:
        return None
    entry = sites.entry_of_scope(actor, record.scope_id)
    who, row = sites.staff_member(actor, record.staff_member_id), queries.edition(record.edition_id)
    path = f"/sites/{entry.site_id}/programs/{entry.program.code}/training?as_of={record.holds_on.isoformat()}"
    return Record(signed_content(record, row), f"{row.label}, taken by {who.name}", path)
