"""Find the signatures of a record and check each against it; who may sign, and what was tried. Nothing here writes."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rems.core.db import db
from rems.core.errors import NotFound
from rems.signatures.binding import (
    BROKEN,
    UNKEPT,
    VALID,
    Check,
    bound,
    canonical,
    differences,
    digest_of,
    earlier,
    sha256_of,
)
from rems.signatures.models import Signature


@dataclass(frozen=True)
class Proved:
    """A signature, and how it stands against its record."""

    signature: Signature
    check: Check

    @property
    def valid(self) -> bool:
        return self.check.valid


def of(table: str, subject_id: UUID) -> list[Signature]:
    """The signatures of one record, oldest first."""
    query = select(Signature).where(Signature.subject_table == table, Signature.subject_id == subject_id)
    return list(db.session.scalars(query.order_by(Signature.signed_at, Signature.id)))


def of_each(table: str, subject_ids: Collection[UUID]) -> dict[UUID, list[Signature]]:
    """The signatures of several records, oldest first, in one statement."""
    query = select(Signature).where(Signature.subject_table == table, Signature.subject_id.in_(subject_ids))
    found: dict[UUID, list[Signature]] = {subject_id: [] for subject_id in subject_ids}
    for row in db.session.scalars(query.order_by(Signature.signed_at, Signature.id)):
        found[row.subject_id].append(row)
    return found


def proved(table: str, subject_id: UUID, content_now: Mapping[str, Any]) -> list[Proved]:
    """The signatures of one record, oldest first, each checked against what the record says now."""
    return [Proved(found, checked(found, content_now)) for found in of(table, subject_id)]


def signature(signature_id: UUID) -> Signature:
    """One signature of a record that may be seen. Raises NotFound."""
    found = db.session.get(Signature, signature_id)
    if found is None:
        raise NotFound("There is no such signature, or its record is not yours to see.")
    return found


def checked(signature: Signature, content_now: Mapping[str, Any]) -> Check:
    """Whether a signature is of what the record says now, of an earlier version (and where that differs), or broken."""
    if signature.content is None:
        return VALID if signature.digest == digest_of(content_now) else UNKEPT
    kept = _kept(signature)
    if kept is None:
        return BROKEN
    now = json.loads(canonical(content_now))
    found = differences(kept, now)
    return earlier(found) if found else VALID


def _kept(signature: Signature) -> Any:
    """The content that was signed; None when the row no longer fits its digest, its record or its signer."""
    if signature.content is None or sha256_of(signature.content) != signature.digest:
        return None
    content = json.loads(signature.content)["content"]
    again = bound(
        content,
        table=signature.subject_table,
        subject_id=signature.subject_id,
        signer=signature.account_id,
        name=signature.printed_name,
        role=signature.role,
        meaning=signature.meaning,
        statement=signature.statement,
    )
    return content if again == signature.content else None
