"""Find evidence in force. Nothing here writes."""

from uuid import UUID

from sqlalchemy import or_

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.evidence.models import Evidence


def in_force(site_id: UUID, program_id: UUID, lens: Lens) -> list[Evidence]:
    """The evidence of a site that serves a program, in force under the lens, oldest first."""
    query = (
        facts(Evidence, lens, scope_id=site_id)
        .where(or_(Evidence.program_id.is_(None), Evidence.program_id == program_id))
        .where(or_(Evidence.until_on.is_(None), Evidence.until_on >= lens.as_of))
        .order_by(Evidence.holds_on, Evidence.id)
    )
    return list(db.session.scalars(query))
