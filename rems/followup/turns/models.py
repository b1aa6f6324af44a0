"""The turns of a patient's follow-up, and each attempt to reach the patient."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, desc
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, fact_args
from rems.followup.turns.rules import Outcome, TurnKind, Way


class FollowupTurn(Fact, Base):
    """From `holds_on` the follow-up goes another way: another track, lost, found again, handed on, completed."""

    __tablename__ = "followup_turn"
    __table_args__ = fact_args(
        "followup_turn",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("(kind = 'track') = (track <> '')", name="track_where_it_is_one"),
        Index("ix_followup_turn_patient_id", "patient_id", "holds_on"),
        Index("ix_followup_turn_scope_id", "scope_id", "kind"),
        Index("ix_followup_turn_lost", desc("holds_on"), desc("id"), postgresql_where="kind = 'lost'"),
    )
    patient_id: Mapped[UUID]
    kind: Mapped[TurnKind]
    track: Mapped[str]
    reason: Mapped[str]


class ContactAttempt(Fact, Base):
    """Somebody tried on a day to reach a patient who did not come, or to learn how they are."""

    __tablename__ = "contact_attempt"
    __table_args__ = fact_args(
        "contact_attempt",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        Index("ix_contact_attempt_patient_id", "patient_id", "holds_on"),
    )
    patient_id: Mapped[UUID]
    way: Mapped[Way]
    outcome: Mapped[Outcome]
    note: Mapped[str]
