"""Reminders: planned once by a unique key, sent once, each with what became of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Scoped
from rems.reminders.rules import ReminderKind, ReminderState


class Reminder(Scoped, Base):
    """One thing due, told to one person. The key makes planning it twice impossible."""

    __tablename__ = "reminder"
    __table_args__ = (
        Index("uq_reminder_key", "scope_id", "subject_id", "kind", "due_on", "account_id", unique=True),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_moment"),
        Index("ix_reminder_account_id", "account_id", "due_on"),
    )
    subject_id: Mapped[UUID]
    kind: Mapped[ReminderKind]
    due_on: Mapped[date]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    subject: Mapped[str]
    body: Mapped[str]
    path: Mapped[str]
    state: Mapped[ReminderState]
    planned_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    failure: Mapped[str]
