"""Deviations from what a program asks, and the corrective and preventive actions against them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource
from rems.core.db import Base, Fact, fact_args


class Deviation(Fact, Base):
    """One state of a deviation; `root_id` is the key of its first. `holds_on` is the day it was found.

    `closed_on` is the first day it is closed. `reference` names the audit, case or override it came from.
    """

    __tablename__ = "deviation"
    __table_args__ = fact_args(
        "deviation",
        ForeignKeyConstraint(["root_id", "scope_id"], ["deviation.id", "deviation.scope_id"]),
        CheckConstraint("summary <> ''", name="says_what_happened"),
        CheckConstraint("immediate_action <> ''", name="says_what_was_done"),
        CheckConstraint("closed_on >= holds_on", name="closed_after_found"),
        CheckConstraint("closed_on IS NULL OR root_cause <> ''", name="closed_with_its_cause"),
        Index("ix_deviation_scope_id", "scope_id", "holds_on"),
        Index("ix_deviation_root_id", "root_id"),
    )
    root_id: Mapped[UUID]
    source: Mapped[DeviationSource]
    severity: Mapped[DeviationSeverity]
    requirement_code: Mapped[str]
    reference: Mapped[str]
    summary: Mapped[str]
    immediate_action: Mapped[str]
    root_cause: Mapped[str]
    closed_on: Mapped[date | None]


class CorrectiveAction(Fact, Base):
    """One state of an action against a deviation; `root_id` is the key of its first, `holds_on` the day it was planned.

    `check_on` is the day its effectiveness is to be checked by. Its due days never move: a further action is planned.
    """

    __tablename__ = "corrective_action"
    __table_args__ = fact_args(
        "corrective_action",
        ForeignKeyConstraint(["root_id", "scope_id"], ["corrective_action.id", "corrective_action.scope_id"]),
        ForeignKeyConstraint(["deviation_id", "scope_id"], ["deviation.id", "deviation.scope_id"]),
        CheckConstraint("what <> ''", name="says_what"),
        CheckConstraint("owner <> ''", name="has_an_owner"),
        CheckConstraint("due_on >= holds_on", name="due_after_planned"),
        CheckConstraint("check_on > due_on", name="checked_after_due"),
        CheckConstraint("done_on >= holds_on", name="done_after_planned"),
        CheckConstraint(
            "checked_on IS NULL OR (done_on IS NOT NULL AND checked_on >= done_on)", name="done_then_checked"
        ),
        CheckConstraint("(checked_on IS NULL) = (effective IS NULL)", name="a_check_says_what_it_found"),
        Index("ix_corrective_action_scope_id", "scope_id", "due_on"),
        Index("ix_corrective_action_deviation_id", "deviation_id"),
        Index("ix_corrective_action_due_on", "due_on", postgresql_where="done_on IS NULL"),
        Index(
            "ix_corrective_action_check_on", "check_on", postgresql_where="done_on IS NOT NULL AND checked_on IS NULL"
        ),
    )
    root_id: Mapped[UUID]
    deviation_id: Mapped[UUID] = mapped_column()
    kind: Mapped[ActionKind]
    what: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date]
    check_on: Mapped[date]
    done_on: Mapped[date | None]
    done_note: Mapped[str]
    checked_on: Mapped[date | None]
    effective: Mapped[bool | None]
    check_note: Mapped[str]
