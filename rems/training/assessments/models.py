"""Question sets of programs, the links through which they are taken without an account, and attempts granted."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, ProgramFact, fact_args

FIRST = text("supersedes_id IS NULL")


class QuestionSet(ProgramFact, Base):
    """One state of an edition of a question set; `root_id` is the key of its first, `series_id` that of its editions.

    `content` holds the questions (`assessments.rules.Content`). `holds_on` is the day the edition was begun.
    `published_on`, `withdrawn_on`: the first day on which it is taken, and the first on which it is not any more.
    """

    __tablename__ = "question_set"
    __table_args__ = fact_args(
        "question_set",
        ForeignKeyConstraint(["root_id", "program_id"], ["question_set.id", "question_set.program_id"]),
        ForeignKeyConstraint(["series_id", "program_id"], ["question_set.id", "question_set.program_id"]),
        CheckConstraint("title <> '' AND edition <> ''", name="has_a_name"),
        CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= published_on", name="withdrawn_after_published"),
        Index("ix_question_set_program_id", "program_id"),
        Index("ix_question_set_root_id", "root_id"),
        Index("uq_question_set_edition", "series_id", "edition", unique=True, postgresql_where=FIRST),
        within="program_id",
    )
    root_id: Mapped[UUID]
    series_id: Mapped[UUID]
    title: Mapped[str]
    edition: Mapped[str]
    content: Mapped[dict[str, Any]]
    published_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]

    @property
    def label(self) -> str:
        """How a record of an attempt names it."""
        return f"{self.title}, edition {self.edition}"


class AssessmentLink(Fact, Base):
    """One state of a link through which a person without an account takes an assessment once.

    `root_id` is the key of its first. Of the link itself only a digest (SHA-256, hex) is kept. `holds_on` is the day
    on which it was made; `expires_at` the moment (UTC) from which it opens nothing.
    """

    __tablename__ = "assessment_link"
    __table_args__ = fact_args(
        "assessment_link",
        ForeignKeyConstraint(["root_id", "scope_id"], ["assessment_link.id", "assessment_link.scope_id"]),
        ForeignKeyConstraint(["staff_member_id", "site_id"], ["staff_member.id", "staff_member.scope_id"]),
        ForeignKeyConstraint(["question_set_id", "program_id"], ["question_set.id", "question_set.program_id"]),
        ForeignKeyConstraint(["attempt_id", "scope_id"], ["assessment_attempt.id", "assessment_attempt.scope_id"]),
        CheckConstraint("length(token_digest) = 64", name="digest_is_sha256"),
        CheckConstraint("NOT (used AND canceled)", name="used_or_canceled"),
        CheckConstraint("used = (attempt_id IS NOT NULL)", name="used_for_an_attempt"),
        Index("ix_assessment_link_scope_id", "scope_id"),
        Index("uq_assessment_link_token_digest", "token_digest", unique=True, postgresql_where=FIRST),
    )
    root_id: Mapped[UUID]
    site_id: Mapped[UUID]
    staff_member_id: Mapped[UUID]
    question_set_id: Mapped[UUID]
    token_digest: Mapped[str]
    expires_at: Mapped[datetime]
    used: Mapped[bool]
    canceled: Mapped[bool]
    attempt_id: Mapped[UUID | None]


class ExtraAttempt(Fact, Base):
    """The sponsor lets a person try once more at an edition, for a reason, after the last attempt."""

    __tablename__ = "extra_attempt"
    __table_args__ = fact_args(
        "extra_attempt",
        ForeignKeyConstraint(["staff_member_id", "site_id"], ["staff_member.id", "staff_member.scope_id"]),
        ForeignKeyConstraint(["question_set_id", "program_id"], ["question_set.id", "question_set.program_id"]),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        Index("ix_extra_attempt_scope_id", "scope_id"),
    )
    site_id: Mapped[UUID]
    staff_member_id: Mapped[UUID]
    question_set_id: Mapped[UUID]
    reason: Mapped[str]
