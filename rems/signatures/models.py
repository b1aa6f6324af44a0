"""Electronic signatures, who may give one, and every attempt to (21 CFR 11.50, 11.70, 11.100(b), 11.300(d))."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Keyed, Scoped
from rems.signatures.rules import Meaning, Outcome, Way


class Signature(Scoped, Base):
    """One signing of one record. The digest binds it to the content, which is kept beside it; neither is ever changed.

    `content` is empty only for what was signed before contents were kept.
    """

    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint(
            "content IS NULL OR digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')",
            name="digest_is_of_the_content",
        ),
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
    content: Mapped[str | None]


class IdentityCheck(Keyed, Base):
    """That somebody made sure who a person is, before the first signature (21 CFR 11.100(b)).

    It holds for the name it was made for. A void row takes the one before it back.
    """

    __tablename__ = "identity_check"
    __table_args__ = (
        CheckConstraint("recorder_id <> account_id", name="not_by_oneself"),
        CheckConstraint("name <> '' AND document <> '' AND verified_by <> ''", name="says_who_and_how"),
        CheckConstraint("NOT void OR reason <> ''", name="withdrawn_with_a_reason"),
        Index("ix_identity_check_account_id", "account_id", "recorded_at"),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    way: Mapped[Way]
    document: Mapped[str]
    verified_by: Mapped[str]
    verified_on: Mapped[date]
    void: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    reason: Mapped[str] = mapped_column(server_default="", default="")
    recorder_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
    recorded_by: Mapped[str] = mapped_column(server_default=text("rems_actor()"))


class SigningAttempt(Keyed, Base):
    """One attempt to sign, kept although the signing may be refused. `whole`: e-mail address and password were given.

    `series` is the continuous session of one browser: after a whole one in it, a password alone signs.
    """

    __tablename__ = "signing_attempt"
    __table_args__ = (
        Index("ix_signing_attempt_account_id", "account_id", "recorded_at"),
        Index("ix_signing_attempt_recorded_at", "recorded_at"),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[Outcome]
    whole: Mapped[bool]
    series: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))


class SigningLock(Keyed, Base):
    """That an account's signing was locked, or unlocked again; the newest row counts."""

    __tablename__ = "signing_lock"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="says_why"),
        Index("ix_signing_lock_account_id", "account_id", "recorded_at"),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    locked: Mapped[bool]
    reason: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
    recorded_by: Mapped[str] = mapped_column(server_default=text("rems_actor()"))
