"""The offer of a site to hand a patient on to another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, fact_args


class HandoverOffer(Fact, Base):
    """One state of an offer; `root_id` is the key of its first. `holds_on` is the day on which it was made.

    Whoever has its code may take the patient over before `expires_at` (UTC); a digest of it (SHA-256, hex) is kept.
    """

    __tablename__ = "handover_offer"
    __table_args__ = fact_args(
        "handover_offer",
        ForeignKeyConstraint(["root_id", "scope_id"], ["handover_offer.id", "handover_offer.scope_id"]),
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("length(code_digest) = 64", name="digest_is_sha256"),
        CheckConstraint("NOT (taken AND withdrawn)", name="taken_or_withdrawn"),
        Index("ix_handover_offer_patient_id", "patient_id"),
        Index(
            "uq_handover_offer_code_digest",
            "code_digest",
            unique=True,
            postgresql_where=text("supersedes_id IS NULL"),
        ),
    )
    root_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    code_digest: Mapped[str]
    expires_at: Mapped[datetime]
    reason: Mapped[str]
    taken: Mapped[bool]
    withdrawn: Mapped[bool]
