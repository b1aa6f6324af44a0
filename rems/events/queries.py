"""Look up adverse events and their clocks. Every query starts from `visible`. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, false, or_, select

from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.core.settings import Settings
from rems.events.clocks import SHOWN_LATE_DAYS, CaseFacts, Deadline, deadlines
from rems.events.models import AdverseEvent, DeadlineRow
from rems.events.rules import CRS_OR_NEUROTOXICITY, GRAVEST, Kind
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.programs.jurisdictions import belongs
from rems.programs.rules import Program
from rems.sites.models import Site


@dataclass(frozen=True)
class Running:
    """A legal clock that runs for a case."""

    event: AdverseEvent
    deadline: DeadlineRow
    patient_number: str


def visible(actor: Actor, lens: Lens | None = None) -> Select[AdverseEvent]:
    """The events an actor may see, as last corrected. Row-level security says the same beneath."""
    query = facts(AdverseEvent, lens)
    if actor.everywhere:
        return query
    scopes = scopes_with(actor, Permission.EVENT_READ)
    mine = frozenset(p for h in actor.holdings if Permission.EVENT_READ in h.permissions for p in h.programs)
    either = []
    if len(scopes) == 1:
        either.append(AdverseEvent.scope_id == next(iter(scopes)))  # one scope: == keeps the order of the index
    elif scopes:
        either.append(AdverseEvent.scope_id.in_(scopes))
    if mine:
        either.append(AdverseEvent.program_id.in_(mine))
    return query.where(or_(*either)) if either else query.where(false())


def event(actor: Actor, event_id: UUID, lens: Lens | None = None) -> AdverseEvent:
    """One event as it stood under the lens (none: now), found by the key of any of its states. Raises NotFound."""
    asked = db.session.get(AdverseEvent, event_id)
    if asked is None:
        raise NotFound("There is no such adverse event, or it is not yours to see.")
    same = AdverseEvent.case_number == asked.case_number
    found = db.session.scalars(visible(actor, lens).where(same)).one_or_none()
    if found is None and lens and db.session.scalars(visible(actor).where(same)).one_or_none():
        raise NotFound(f"{asked.case_number} had not begun on that day, or was not known by then. Ask for a later day.")
    if found is None:
        raise NotFound("There is no such adverse event, or it is not yours to see.")
    return found


def states(actor: Actor, case_number: str, lens: Lens | None = None) -> list[AdverseEvent]:
    """Every state of an event that was known under the lens, oldest first: the report, then each assessment."""
    mine = visible(actor).with_only_columns(AdverseEvent.case_number)
    query = select(AdverseEvent).where(AdverseEvent.case_number == case_number, AdverseEvent.case_number.in_(mine))
    if lens and lens.known_at:
        query = query.where(AdverseEvent.recorded_at <= lens.known_at)
    return list(db.session.scalars(query.order_by(AdverseEvent.recorded_at, AdverseEvent.id)))


def of_patient(actor: Actor, patient_id: UUID, lens: Lens | None = None) -> list[AdverseEvent]:
    """The events of a patient, the newest first."""
    query = visible(actor, lens).where(AdverseEvent.patient_id == patient_id).order_by(AdverseEvent.holds_on.desc())
    return list(db.session.scalars(query))


def day_zero_zone(site: Site) -> str:
    """The IANA time zone whose calendar decides day zero of a case from this site: the company's, or the site's own."""
    settings: Settings = current_app.extensions["rems_settings"]
    return settings.value("safety", "company_timezone") or site.timezone


def clocks_of(row: AdverseEvent) -> tuple[Deadline, ...]:
    """Every clock that runs for an event, by the rules of its program, soonest first."""
    place = patients.places_of([row.scope_id])[row.scope_id]
    return clocks_at(row, place.site, place.program)


def clocks_at(row: AdverseEvent, site: Site, program: Program) -> tuple[Deadline, ...]:
    """The same where the site and the program are at hand. It happened where the site is."""
    case = CaseFacts(
        serious=bool(row.seriousness),
        expected=row.expected,
        domestic=belongs(site.country, program.jurisdiction, row.holds_on),
        crs_or_neurotoxicity=Kind(row.group) in CRS_OR_NEUROTOXICITY,
        fatal_or_life_threatening=not GRAVEST.isdisjoint(row.seriousness),
    )
    return deadlines(case, program, day_zero=row.day_zero)


def due(
    actor: Actor, *, on: date, within_days: int, past_days: int = SHOWN_LATE_DAYS, limit: int = 50
) -> list[Running]:
    """The deadlines that end soon, or ended within `past_days`, soonest first."""
    query = (
        select(AdverseEvent, DeadlineRow, Patient.number)
        .join(DeadlineRow, DeadlineRow.event_id == AdverseEvent.id)
        .join(Patient, Patient.id == AdverseEvent.patient_id)
        .where(DeadlineRow.due_on.between(on - timedelta(days=past_days), on + timedelta(days=within_days)))
        .where(AdverseEvent.id.in_(visible(actor).with_only_columns(AdverseEvent.id)))
        .order_by(DeadlineRow.due_on, AdverseEvent.id)
        .limit(limit)
    )
    return [Running(*row) for row in db.session.execute(query)]
