"""Questionnaires as they were asked, their answers, the links given to patients, and sample kits with their custody."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, Scoped, fact_args
from rems.followup.questionnaires.rules import AnswersState, GivenBy, KitStage, LinkOutcome

FIRST = text("supersedes_id IS NULL")
OF_PATIENT = (["patient_id", "scope_id"], ["patient.id", "patient.scope_id"])


class QuestionnaireAsked(Scoped, Base):
    """A version of a questionnaire, word for word as a site in a program began to ask it; its answers point at it.

    `digest` (SHA-256, hex) is that of `content` (`terms.kept`).
    """

    __tablename__ = "questionnaire_asked"
    __table_args__ = (
        UniqueConstraint("id", "scope_id"),
        UniqueConstraint("scope_id", "code", "version"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
    )
    code: Mapped[str]
    version: Mapped[int]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]


class VisitAnswers(Fact, Base):
    """One state of the answers to a questionnaire at one visit; `root_id` is the key of the first.

    `holds_on` is the day, of the site, on which answers were first given; each answer carries its own.
    `visit_code` is a visit of the schedule or a day of its laboratory series. `event_id`: the event they opened.
    """

    __tablename__ = "visit_answers"
    __table_args__ = fact_args(
        "visit_answers",
        ForeignKeyConstraint(["root_id", "scope_id"], ["visit_answers.id", "visit_answers.scope_id"]),
        ForeignKeyConstraint(*OF_PATIENT),
        ForeignKeyConstraint(["asked_id", "scope_id"], ["questionnaire_asked.id", "questionnaire_asked.scope_id"]),
        ForeignKeyConstraint(["event_id", "scope_id"], ["adverse_event.id", "adverse_event.scope_id"]),
        CheckConstraint("visit_code <> ''", name="has_a_visit"),
        Index("ix_visit_answers_patient_id", "patient_id", "visit_code"),
        Index(
            "uq_visit_answers_first",
            "scope_id",
            "patient_id",
            "visit_code",
            "code",
            unique=True,
            postgresql_where=FIRST,
        ),
    )
    root_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    visit_code: Mapped[str]
    code: Mapped[str]
    asked_id: Mapped[UUID]
    state: Mapped[AnswersState]
    given_by: Mapped[GivenBy]
    answers: Mapped[dict[str, Any]]
    reason: Mapped[str]
    event_id: Mapped[UUID | None]


class AnswerLink(Fact, Base):
    """One state of a link through which a patient answers once, without an account; `root_id` is the key of the first.

    Of the link itself only a digest (SHA-256, hex) is kept. `asked` are keys of questionnaires as they were asked;
    `answers` what came in, by the code of the questionnaire; `expires_at` the moment (UTC) from which it opens nothing.
    """

    __tablename__ = "answer_link"
    __table_args__ = fact_args(
        "answer_link",
        ForeignKeyConstraint(["root_id", "scope_id"], ["answer_link.id", "answer_link.scope_id"]),
        ForeignKeyConstraint(*OF_PATIENT),
        CheckConstraint("length(token_digest) = 64", name="digest_is_sha256"),
        CheckConstraint("NOT (used AND canceled)", name="used_or_canceled"),
        CheckConstraint("used = (answered_on IS NOT NULL)", name="used_on_a_day"),
        CheckConstraint("used OR outcome = 'waiting'", name="looked_at_when_used"),
        Index("ix_answer_link_patient_id", "patient_id", "visit_code"),
        Index("uq_answer_link_token_digest", "token_digest", unique=True, postgresql_where=FIRST),
    )
    root_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    visit_code: Mapped[str]
    asked: Mapped[list[str]]
    token_digest: Mapped[str]
    expires_at: Mapped[datetime]
    used: Mapped[bool]
    canceled: Mapped[bool]
    answered_on: Mapped[date | None]
    answers: Mapped[dict[str, Any]]
    outcome: Mapped[LinkOutcome]
    note: Mapped[str]


class SampleKit(Fact, Base):
    """Samples are asked for because of an event: a kit whose way is kept step by step. `holds_on`: since when."""

    __tablename__ = "sample_kit"
    __table_args__ = fact_args(
        "sample_kit",
        ForeignKeyConstraint(*OF_PATIENT),
        ForeignKeyConstraint(["event_id", "scope_id"], ["adverse_event.id", "adverse_event.scope_id"]),
        Index("ix_sample_kit_patient_id", "patient_id"),
        Index("uq_sample_kit_event", "scope_id", "event_id", unique=True, postgresql_where=FIRST),
    )
    patient_id: Mapped[UUID]
    event_id: Mapped[UUID]
    visit_code: Mapped[str]


class KitStep(Fact, Base):
    """One step of a kit, done on `holds_on` by `who`, with the reference number of that step."""

    __tablename__ = "kit_step"
    __table_args__ = fact_args(
        "kit_step",
        ForeignKeyConstraint(["kit_id", "scope_id"], ["sample_kit.id", "sample_kit.scope_id"]),
        CheckConstraint("who <> ''", name="says_who"),
        CheckConstraint("supersedes_id IS NULL OR reason <> ''", name="corrected_for_a_reason"),
        Index("uq_kit_step_first", "scope_id", "kit_id", "stage", unique=True, postgresql_where=FIRST),
    )
    kit_id: Mapped[UUID]
    stage: Mapped[KitStage]
    who: Mapped[str]
    reference: Mapped[str]
    note: Mapped[str]
    reason: Mapped[str]
