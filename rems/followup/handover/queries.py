"""Look up offers to hand a patient on. Nothing here writes."""

from datetime import datetime
from uuid import UUID

from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.followup.handover.models import HandoverOffer
from rems.patients.models import Patient


def offers(patient: Patient, lens: Lens | None = None) -> list[HandoverOffer]:
    """The offers to hand a patient on, in their newest states, the newest first."""
    query = facts(HandoverOffer, lens, scope_id=patient.scope_id).where(HandoverOffer.patient_id == patient.id)
    return list(db.session.scalars(query.order_by(HandoverOffer.root_id.desc())))


def holds(row: HandoverOffer, now: datetime) -> bool:
    return not row.taken and not row.withdrawn and now < row.expires_at


def state(row: HandoverOffer, now: datetime) -> tuple[str, str]:
    """What stands of an offer, in words and as a mark."""
    if row.taken:
        return "Taken over", "met"
    if row.withdrawn:
        return "Withdrawn", "off"
    return ("Open", "wait") if holds(row, now) else ("Expired", "off")


def offer(root_id: UUID) -> HandoverOffer:
    """An offer in its newest state. Raises NotFound."""
    found = db.session.scalars(facts(HandoverOffer).where(HandoverOffer.root_id == root_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such offer, or it is not yours to see.")
    return found


def by_digest(digest: str) -> HandoverOffer | None:
    """The newest state of the offer with that digest, whatever became of it; None: there never was one."""
    return db.session.scalars(facts(HandoverOffer).where(HandoverOffer.code_digest == digest)).one_or_none()
