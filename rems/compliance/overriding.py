"""A stop that was overridden before an infusion becomes a deviation, by itself and once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from rems.compliance.models import Deviation
from rems.compliance.rules import DeviationSeverity, DeviationSource, override_words, requirement_of
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.patients import overriding as overrides
from rems.patients.models import Authorization
from rems.patients.overriding import Override
from rems.patients.rules import said

WATCH = Actor.system("compliance")


def report_override(override_id: UUID, *, now: datetime) -> bool:
    """Report the deviation that an override is; whether it was new. A second run, also at once, finds it reported.

    The deviation has the key of its override: there is one at most, and each leads to the other. Raises NotFound.
    """
    with transaction(WATCH, "compliance.report_override", at=now) as session:
        found = overrides.override(WATCH, override_id)
        new = insert(Deviation).values(**_deviation(found, now)).on_conflict_do_nothing(index_elements=[Deviation.id])
        return session.scalar(new.returning(Deviation.id)) is not None


def _deviation(found: Override, now: datetime) -> dict[str, object]:
    """Its first state, found on the day of the infusion at the site, or today where that day has not come."""
    row, place = found.row, found.place
    code = db.session.get_one(Authorization, row.authorization_id).code
    found_on = min(row.holds_on, day_in(place.site.timezone, now))
    who = row.recorded_by.split(" <")[0]
    told = "It was put before the program manager, who reports it and records to whom."
    if found.report:
        told = f"It was reported to {found.report.reported_to} on {said(found.report.holds_on)}."
    return {
        "id": row.id,
        "root_id": row.id,
        "scope_id": row.scope_id,
        "program_id": row.program_id,
        "holds_on": found_on,
        "source": DeviationSource.OVERRIDE,
        "severity": DeviationSeverity.MAJOR,
        "requirement_code": requirement_of(row.stops, place.program.version_on(found_on)),
        "reference": f"authorization {code}",
        "summary": override_words(found.titles, row.reason),
        "immediate_action": f"{who} overrode it and signed for it. {told}",
        "root_cause": "",
    }
