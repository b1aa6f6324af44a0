"""Look up the turns of a patient's follow-up, and the attempts to reach the patient. Nothing here writes."""

from uuid import UUID

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.followup.turns.models import ContactAttempt, FollowupTurn
from rems.followup.turns.rules import Turn
from rems.patients.models import Patient


def rows(patient: Patient, lens: Lens | None = None) -> list[FollowupTurn]:
    """The turns of a patient that stand, in the order of their days."""
    query = facts(FollowupTurn, lens, scope_id=patient.scope_id).where(FollowupTurn.patient_id == patient.id)
    return list(db.session.scalars(query.order_by(FollowupTurn.holds_on, FollowupTurn.id)))


def of(patient: Patient, lens: Lens | None = None) -> list[Turn]:
    """The same as the rules need them."""
    return [Turn(row.kind, row.holds_on, row.track) for row in rows(patient, lens)]


def attempts(patient_id: UUID, scope_id: UUID, lens: Lens | None = None) -> list[ContactAttempt]:
    """The attempts to reach a patient, the newest first."""
    query = facts(ContactAttempt, lens, scope_id=scope_id).where(ContactAttempt.patient_id == patient_id)
    return list(db.session.scalars(query.order_by(ContactAttempt.holds_on.desc(), ContactAttempt.id.desc())))
