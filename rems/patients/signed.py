"""How the content of a signed authorization is worked out again, for whoever checks a signature."""

from datetime import datetime
from uuid import UUID

from rems.core.actor import Actor
from rems.core.db import db
from rems.patients import queries
from rems.patients.models import Authorization
from rems.signatures.registry import Record, content_of


@content_of("authorization")
def authorization(actor: Actor, key: UUID, known_at: datetime | None) -> Record | None:
    """An authorization, which is never changed; None where the actor may not see it."""
    row = db.session.get(Authorization, key)
    if row is None:
        return None
    patient = queries.patient(actor, row.patient_id)
    path = f"/patients/{patient.id}/gate?as_of={row.holds_on.isoformat()}"
    return Record(queries.signed_content(row), f"Authorization {row.code} of {patient.number}", path)
