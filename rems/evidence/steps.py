"""Append a piece of evidence inside the transaction in which it happens. Every upper floor may."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from rems.core.db import db, require_transaction
from rems.core.ids import uuid7
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, SubjectKind


def append(
    kind: EvidenceKind,
    *,
    site_id: UUID,
    program_id: UUID | None,
    subject_kind: SubjectKind,
    subject_id: UUID,
    holds_on: date,
    summary: str,
    source_table: str,
    source_id: UUID,
    until_on: date | None = None,
    detail: Mapping[str, Any] | None = None,
    supersedes_id: UUID | None = None,
) -> Evidence:
    """One dated fact in the site's home scope. `summary` is the sentence a finding shows under its requirement."""
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
    )
    db.session.add(row)
    return row
