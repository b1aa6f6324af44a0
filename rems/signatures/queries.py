"""Find the signatures of a record. Nothing here writes."""

from uuid import UUID

from sqlalchemy import select

from rems.core.db import db
from rems.signatures.models import Signature


def of(table: str, subject_id: UUID) -> list[Signature]:
    """The signatures of one record, oldest first."""
    query = select(Signature).where(Signature.subject_table == table, Signature.subject_id == subject_id)
    return list(db.session.scalars(query.order_by(Signature.signed_at)))
