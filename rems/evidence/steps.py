"""Append a piece of evidence, or put it under a further program, inside the transaction in which it happens.

Every upper floor may. What happens to a piece happens to its shares: a correction corrects them, taking it back takes
them back.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from rems.core.db import db, require_transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.evidence.models import Evidence
from rems.evidence.rules import STANDING, EvidenceKind, SubjectKind


def append(
    kind: EvidenceKind,
    *,
    site_id: UUID,
    program_id: UUID,
    subject_kind: SubjectKind,
    subject_id: UUID,
    holds_on: date,
    summary: str,
    source_table: str,
    source_id: UUID,
    until_on: date | None = None,
    detail: Mapping[str, Any] | None = None,
    supersedes_id: UUID | None = None,
    void: bool = False,
) -> Evidence:
    """One dated fact in the site's home scope. `summary` is the sentence a finding shows under its requirement.

    With `supersedes_id` it corrects another one, or takes it back (`void`), also where that one was shared.
    """
    require_transaction("appending evidence")
    row = Evidence(
        id=uuid7(),
        scope_id=site_id,
        program_id=program_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        holds_on=holds_on,
        until_on=until_on,
        summary=summary,
        detail=dict(detail or {}),
        source_table=source_table,
        source_id=source_id,
        supersedes_id=supersedes_id,
        void=void,
    )
    if supersedes_id is not None:
        _one_at_a_time(supersedes_id)
    db.session.add(row)
    if supersedes_id is not None:
        for share in shares(site_id, supersedes_id):
            _copy(row, share.program_id, shared_from_id=row.id, supersedes_id=share.id, void=void)
    return row


def put_under(row: Evidence, program_id: UUID, *, title: str) -> Evidence:
    """Let a piece in force serve a further program of the site; `title` is that program's name for people.

    It holds for the same days. Whether the program takes it, the caller has asked. Raises BadInput where it stands
    under the program already, or is about no site and no person.
    """
    require_transaction("sharing evidence")
    if row.subject_kind not in STANDING:
        raise BadInput("What is about a patient serves the program of that patient alone.", "pieces")
    _one_at_a_time(row.root_id)
    root = db.session.scalars(facts(Evidence, scope_id=row.scope_id).where(Evidence.id == row.root_id)).one_or_none()
    if root is None:
        raise StaleRecord(f"This was corrected or taken back since you opened the page: {row.summary}")
    under = {root.program_id} | {share.program_id for share in shares(row.scope_id, root.id)}
    if program_id in under:
        raise BadInput(f"This stands under {title} already: {row.summary}", "pieces")
    return _copy(root, program_id, shared_from_id=root.id)


def take_back(row: Evidence) -> Evidence:
    """It never served this program; if it was shared from here, nor any other."""
    require_transaction("taking evidence back")
    _one_at_a_time(row.root_id)
    taken = _copy(row, row.program_id, shared_from_id=row.shared_from_id, supersedes_id=row.id, void=True)
    for share in shares(row.scope_id, row.id):
        _copy(share, share.program_id, shared_from_id=share.shared_from_id, supersedes_id=share.id, void=True)
    return taken


def shares(site_id: UUID, piece_id: UUID) -> list[Evidence]:
    """The further programs that a piece serves now."""
    query = facts(Evidence, scope_id=site_id).where(Evidence.shared_from_id == piece_id)
    return list(db.session.scalars(query.order_by(Evidence.id)))


def _one_at_a_time(root_id: UUID) -> None:
    """Whoever corrects a piece and whoever shares it go one after the other, until the transaction ends."""
    lock = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
    db.session.execute(lock, {"key": f"evidence {root_id}"})


def _copy(
    row: Evidence,
    program_id: UUID | None,
    *,
    shared_from_id: UUID | None,
    supersedes_id: UUID | None = None,
    void: bool = False,
) -> Evidence:
    same = ("scope_id", "kind", "subject_kind", "subject_id", "holds_on", "until_on", "summary")
    copy = Evidence(
        id=uuid7(),
        program_id=program_id,
        detail=dict(row.detail),
        source_table=row.source_table,
        source_id=row.source_id,
        shared_from_id=shared_from_id,
        supersedes_id=supersedes_id,
        void=void,
        **{name: getattr(row, name) for name in same},
    )
    db.session.add(copy)
    return copy
