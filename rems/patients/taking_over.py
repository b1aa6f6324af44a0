"""Take over an infusion that was given before the site worked with this system: history, without the gate of today.

The rule: a site's first day here, for a product, is the day of its own calendar on which it was first entered into a
program of that product in this system; the trail knows the moment, by the clock of the database. An infusion of an
earlier day could not have passed this gate and may be taken over, with a reason. One of that day or later had to pass
it, under whichever program, and is refused.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from rems.access.models import Scope
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
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites import tree
from rems.trail.rows import first_recorded_at

NOON = time(12)


def check_before_first_day(infused_on: date, first_day: date | None, *, site: str, product: str) -> None:
    """Raises BadInput for an infusion that had to pass the gate here. Days are the site's own. Pure."""
    if first_day is None:
        raise BadInput(
            f"Infusion: since when {site} works here with {product} is not on record, so none is taken over.",
            "infused_on",
        )
    if infused_on >= first_day:
        raise BadInput(
            f"Infusion: {site} works here with {product} since {said(first_day)}; one of {said(infused_on)} passes "
            "the gate and is recorded on the page of the patient, not taken over.",
            "infused_on",
        )


def first_days(place: Place) -> dict[str, date]:
    """The site's first day here for each product of the programs that it was entered into."""
    entered = select(Scope).where(Scope.site_id == place.site.id, Scope.program_id.is_not(None))
    found: dict[str, date] = {}
    for scope in db.session.scalars(entered):
        entered_at = first_recorded_at("scope", scope.id)
        if entered_at is None or scope.program_id is None:
            continue
        on = day_in(place.site.timezone, entered_at)
        for product in programs.by_key(scope.program_id).products:
            found[product.name] = min(found.get(product.name, on), on)
    return found


def take_over(
    patient: Patient,
    place: Place,
    *,
    infused_on: date,
    infused_time: time | None,
    lot: str,
    bags: int,
    reason: str,
    began: Mapping[str, date],
    by: Actor,
    now: datetime,
) -> Infusion:
    """Record an infusion of before the site's first day here (`began`, from `first_days`), marked as taken over.

    `infused_time` is by the clocks of the site; without one noon is kept and said so. It counts for the schedule and
    for tracing; what a program asks of infusions that passed its gate is not asked of it. It may lie before the day of
    enrollment: who was treated before a program began enters it for the follow-up. Raises NotAllowed, BadInput.
    """
    require_transaction("taking over an infusion")
    require(by, Permission.PATIENT_INFUSE, scope_id=patient.scope_id, program_id=patient.program_id)
    records.check_reason(reason, "say where the record of the infusion comes from.")
    alone(patient.id)
    check_not_infused(patient, field="infused_on")
    today = day_in(place.site.timezone, now)
    born: dict[str, Any] = {"not_before": date(patient.birth_year, 1, 1), "since": "the year of birth"}
    rules.check_day(infused_on, today=today, field="infused_on", what="Infusion", **born)
    check_before_first_day(infused_on, began.get(patient.product), site=place.site.name, product=patient.product)
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
