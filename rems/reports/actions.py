"""Note a report that was handed out, in a transaction of its own: a look leaves a trace too."""

from datetime import datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.reports.models import ReportMade


def note(
    kind: str, lens: Lens, digest: str, *, scope_id: UUID, program_id: UUID | None, by: Actor, now: datetime
) -> UUID:
    """Keep who got which report of which day. Raises NotAllowed."""
    require(by, Permission.REPORT_MAKE, scope_id=scope_id, program_id=program_id)
    with transaction(by, "reports.make", at=now) as session:
        row = ReportMade(
            id=uuid7(),
            scope_id=scope_id,
            program_id=program_id,
            kind=kind,
            as_of=lens.as_of,
            known_at=lens.known_at or now,
            digest=digest,
        )
        session.add(row)
    return row.id
