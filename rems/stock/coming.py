"""The infusions that are planned at a site, for which doses must be there. Nothing here writes."""

from datetime import date
from uuid import UUID

from sqlalchemy import column, exists, select, table

from rems.access.models import Scope
from rems.core.db import db
from rems.core.lens import Lens
from rems.trail.rows import rows_known_at

patient = table(
    "patient", *(column(name) for name in ("id", "scope_id", "program_id", "enrolled_on", "planned_infusion_on"))
)
infusion = table("infusion", *(column(name) for name in ("patient_id", "holds_on", "void", "recorded_at")))


def planned(site_id: UUID, lens: Lens, until: date) -> list[tuple[date, UUID]]:
    """The infusions that are planned at a site from the day on: each with its day and the program of its patient.

    Of the patients that the reader may see, and who were not infused by that day.
    """
    given = exists().where(infusion.c.patient_id == patient.c.id, ~infusion.c.void, infusion.c.holds_on <= lens.as_of)
    if lens.known_at is not None:
        given = given.where(infusion.c.recorded_at <= lens.known_at)
    query = (
        select(patient.c.id, patient.c.planned_infusion_on, patient.c.program_id)
        .join(Scope, Scope.id == patient.c.scope_id)
        .where(
            Scope.site_id == site_id,
            patient.c.enrolled_on <= lens.as_of,
            patient.c.planned_infusion_on.between(lens.as_of, until),
            ~given,
        )
        .order_by(patient.c.planned_infusion_on, patient.c.id)
    )
    rows = db.session.execute(query).all()
    known = rows_known_at("patient", [row.id for row in rows], lens.known_at) if lens.known_at else None
    return [(row.planned_infusion_on, row.program_id) for row in rows if known is None or row.id in known]
