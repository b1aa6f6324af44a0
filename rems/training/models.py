"""Training that a staff member took, and knowledge assessments with their score."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, fact_args
from rems.training.rules import TrainingKind


class TrainingRecord(Fact, Base):
    """A staff member took a training under a program on a day (`holds_on`)."""

    __tablename__ = "training_record"
    __table_args__ = fact_args(
        "training_record",
        ForeignKeyConstraint(["staff_member_id", "site_id"], ["staff_member.id", "staff_member.scope_id"]),
    )
    site_id: Mapped[UUID]
    staff_member_id: Mapped[UUID]
    kind: Mapped[TrainingKind]
    material: Mapped[str]


class AssessmentAttempt(Fact, Base):
    """One try at a program's knowledge assessment; passed when the share of right answers reaches the pass mark."""

    __tablename__ = "assessment_attempt"
    __table_args__ = fact_args(
        "assessment_attempt",
        ForeignKeyConstraint(["staff_member_id", "site_id"], ["staff_member.id", "staff_member.scope_id"]),
        CheckConstraint("questions > 0", name="asks_something"),
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
