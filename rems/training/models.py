"""Training that a staff member took, and knowledge assessments with their score."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, fact_args
from rems.training.rules import Through, TrainingKind


def taken_once(table: str) -> Index:
    """What was taken from a sponsor's system (`came_as`: its own number of the record) is taken once in a scope."""
    where = text("came_as <> '' AND supersedes_id IS NULL")
    return Index(f"uq_{table}_came_as", "scope_id", "came_as", unique=True, postgresql_where=where)


class TrainingRecord(Fact, Base):
    """A staff member took a training under a program on a day (`holds_on`); of which edition, where it is kept here."""

    __tablename__ = "training_record"
    __table_args__ = fact_args(
        "training_record",
        taken_once("training_record"),
        ForeignKeyConstraint(["staff_member_id", "site_id"], ["staff_member.id", "staff_member.scope_id"]),
        ForeignKeyConstraint(["edition_id", "program_id"], ["course_edition.id", "course_edition.program_id"]),
    )
    site_id: Mapped[UUID]
    staff_member_id: Mapped[UUID]
    kind: Mapped[TrainingKind]
    material: Mapped[str]
    edition_id: Mapped[UUID | None]
    came_as: Mapped[str] = mapped_column(server_default=text("''"), default="")


class AssessmentAttempt(Fact, Base):
    """One try at a program's knowledge assessment; passed when the share of right answers reaches the pass mark.

    Of one that was taken here: the edition (`root_id` of the set) and each answer, as the keys of `shown` questions in
    their order, what was `chosen` of each, and those answered `right`.
    """

    __tablename__ = "assessment_attempt"
    __table_args__ = fact_args(
        "assessment_attempt",
        taken_once("assessment_attempt"),
        ForeignKeyConstraint(["staff_member_id", "site_id"], ["staff_member.id", "staff_member.scope_id"]),
        ForeignKeyConstraint(["question_set_id", "program_id"], ["question_set.id", "question_set.program_id"]),
        CheckConstraint("questions > 0", name="asks_something"),
        CheckConstraint("(came_through = 'recorded') = (question_set_id IS NULL)", name="taken_here_of_a_set"),
        CheckConstraint("correct BETWEEN 0 AND questions", name="score_within_questions"),
        CheckConstraint("pass_mark_percent BETWEEN 1 AND 100", name="pass_mark_is_a_share"),
        CheckConstraint("passed = (correct * 100 >= pass_mark_percent * questions)", name="passed_by_the_mark"),
    )
    site_id: Mapped[UUID]
    staff_member_id: Mapped[UUID]
    question_set: Mapped[str]
    questions: Mapped[int]
    correct: Mapped[int]
    pass_mark_percent: Mapped[int]
    passed: Mapped[bool]
    came_through: Mapped[Through]
    question_set_id: Mapped[UUID | None]
    answers: Mapped[dict[str, Any]]
    came_as: Mapped[str] = mapped_column(server_default=text("''"), default="")
