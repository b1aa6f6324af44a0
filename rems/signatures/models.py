"""Electronic signatures: who, meaning, moment, and the digest of what was signed (21 CFR 11.50, 11.70)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Scoped
from rems.signatures.rules import Meaning


class Signature(Scoped, Base):
    """One signing of one record. The digest binds it to the content; it is never changed."""

    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        Index("ix_signature_subject", "subject_table", "subject_id"),
    )
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    printed_name: Mapped[str]
    role: Mapped[str]
    meaning: Mapped[Meaning]
    statement: Mapped[str]
    subject_table: Mapped[str]
    subject_id: Mapped[UUID]
    digest: Mapped[str]
    timezone: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
