"""Take over an infusion that was given before the site worked with this system: history, without the gate of today.

The rule: a site's first day here, under a program, is the day of its own calendar on which it was entered into the
program in this system; the trail knows the moment, by the clock of the database. An infusion of an earlier day could
not have passed this gate and may be taken over, with a reason. One of that day or later had to pass it, and is refused.
"""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.patients import queries, records, rules
from rems.patients.models import Infusion, Patient
from rems.patients.queries import Place
from rems.patients.rules import said
from rems.patients.steps import alone, check_not_infused
from rems.sites import queries as sites
from rems.sites import tree
from rems.trail.rows import first_recorded_at

NOON = time(12)


def check_before_first_day(infused_on: date, first_day: date | None, *, site: str, program: str) -> None:
    """Raises BadInput for an infusion that had to pass the gate here. Days are the site's own. Pure."""
    if first_day is None:
        raise BadInput(
            f"Infusion: since when {site} works here under {program} is not on record, so none is taken over.",
            "infused_on",
        )
    if infused_on >= first_day:
        raise BadInput(
            f"Infusion: {site} works here under {program} since {said(first_day)}; one of {said(infused_on)} passes "
            "the gate and is recorded on the page of the patient, not taken over.",
            "infused_on",
        )


def first_day(place: Place) -> date | None:
    """The day of the site on which it was entered into the program in this system."""
    entered_at = first_recorded_at("scope", place.scope_id)
    return day_in(place.site.timezone, entered_at) if entered_at else None


def take_over(
    patient: Patient,
    place: Place,
    *,
    infused_on: date,
    infused_time: time | None,
    lot: str,
    bags: int,
    reason: str,
    began_on: date | None,
    by: Actor,
    now: datetime,
) -> Infusion:
    """Record an infusion of before the site's first day here (`began_on`, from `first_day`), marked as taken over.

    `infused_time` is by the clocks of the site; without one noon is kept and said so. It counts for the schedule and
    for tracing; what a program asks of infusions that passed its gate is not asked of it. Raises NotAllowed, BadInput.
    """
    require_transaction("taking over an infusion")
    require(by, Permission.PATIENT_INFUSE, scope_id=patient.scope_id, program_id=patient.program_id)
    records.check_reason(reason, "say where the record of the infusion comes from.")
    alone(patient.id)
    check_not_infused(patient, field="infused_on")
    today = day_in(place.site.timezone, now)
    rules.check_day(infused_on, today=today, field="infused_on", what="Infusion")
    check_before_first_day(infused_on, began_on, site=place.site.name, program=place.program.title)
    if infused_on < patient.enrolled_on:
        raise BadInput(
            f"Infusion: {said(infused_on)} is before {said(patient.enrolled_on)}, when {patient.number} was enrolled.",
            "infused_on",
        )
    records.check_bag(lot, bags, received=None)
    moment = datetime.combine(infused_on, infused_time or NOON, ZoneInfo(place.site.timezone))
    words = reason.strip() if infused_time else f"{reason.strip()} The time of day is not known."
    row = Infusion(
        id=uuid7(),
        scope_id=patient.scope_id,
        program_id=patient.program_id,
        holds_on=infused_on,
        patient_id=patient.id,
        authorization_id=None,
        infused_at=moment,
        location_id=_hospital(place.site.id, infused_on),
        product=patient.product,
        lot=lot.strip(),
        bags=bags,
        taken_over=words,
    )
    db.session.add(row)
    evidence.append(
        EvidenceKind.TRACEABILITY,
        site_id=place.site.id,
        program_id=place.program_id,
        subject_kind=SubjectKind.INFUSION,
        subject_id=row.id,
        holds_on=infused_on,
        summary=f"{patient.number}: {row.product}, lot {row.lot}, {said(infused_on)}, taken over.",
        source_table="infusion",
        source_id=row.id,
        detail=queries.named(patient),
    )
    return row


def _hospital(site_id: UUID, on: date) -> UUID:
    """The site as a whole: in which of its places an infusion of long ago was given, nobody asks."""
    root = sites.locations(site_id)[0]
    tree.check_open(site_id, root.id, on)
    return root.id
