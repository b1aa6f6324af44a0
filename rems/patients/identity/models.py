"""What identifies a patient, who opened it, and the cards that lead an emergency room to the site."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, Keyed, fact_args
from rems.core.sealing import SealedBytes
from rems.patients.identity.rules import Purpose

FIRST = text("supersedes_id IS NULL")


class CardState(StrEnum):
    """What became of a wallet card."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"


class PatientIdentity(Fact, Base):
    """How a patient is reached and when they were born, encrypted; one state of it, from `holds_on` until the next.

    It belongs to the site alone: its scope is that of the site, under no program, so that no sponsor sees the row.
    """

    __tablename__ = "patient_identity"
    __table_args__ = fact_args(
        "patient_identity",
        CheckConstraint("program_id IS NULL", name="is_the_sites_alone"),
        Index("uq_patient_identity_patient_id", "scope_id", "patient_id", unique=True, postgresql_where=FIRST),
    )
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    details: Mapped[bytes] = mapped_column(SealedBytes())
    birth_date: Mapped[bytes | None] = mapped_column(SealedBytes())


class IdentityOpening(Fact, Base):
    """Somebody opened the contact details of a patient: `recorded_by`, at `recorded_at`, and why."""

    __tablename__ = "identity_opening"
    __table_args__ = fact_args(
        "identity_opening",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("words <> ''", name="says_why"),
        Index("ix_identity_opening_patient_id", "patient_id", "recorded_at"),
    )
    patient_id: Mapped[UUID]
    purpose: Mapped[Purpose]
    words: Mapped[str]


class WalletCard(Fact, Base):
    """One state of a wallet card that was printed; `root_id` is the key of its first. Of its code a digest is kept."""

    __tablename__ = "wallet_card"
    __table_args__ = fact_args(
        "wallet_card",
        ForeignKeyConstraint(["root_id", "scope_id"], ["wallet_card.id", "wallet_card.scope_id"]),
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("length(code_digest) = 64", name="digest_is_sha256"),
        CheckConstraint("state <> 'revoked' OR reason <> ''", name="revoked_for_a_reason"),
        Index("ix_wallet_card_patient_id", "patient_id"),
        Index("uq_wallet_card_code_digest", "code_digest", unique=True, postgresql_where=FIRST),
    )
    root_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    code_digest: Mapped[str]
    state: Mapped[CardState]
    reason: Mapped[str]


class CardGuess(Keyed, Base):
    """A code that is none was asked for from an address; what slows the next guess down."""

    __tablename__ = "card_guess"
    __table_args__ = (Index("ix_card_guess_address", "address", "recorded_at"),)
    address: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
