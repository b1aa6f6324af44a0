"""Look up adverse events and their deadlines. Every query starts from `visible`. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, false, func, or_, select

from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.events.clocks import CaseFacts, Deadline, deadlines
from rems.events.models import AdverseEvent, DeadlineRow
from rems.events.rules import CRS_OR_NEUROTOXICITY, Kind
from rems.patients.models import Patient
from rems.programs import queries as programs


@dataclass(frozen=True)
class Running:
    """A legal clock that runs for a case."""

    event: AdverseEvent
    deadline: DeadlineRow
    patient_number: str


def visible(actor: Actor, lens: Lens | None = None) -> Select[tuple[AdverseEvent]]:
    """The events an actor may see, as last corrected. Row-level security says the same beneath."""
    query = facts(AdverseEvent, lens)
    if actor.everywhere:
        return query
    scopes = scopes_with(actor, Permission.EVENT_READ)
    mine = frozenset(p for h in actor.holdings if Permission.EVENT_READ in h.permissions for p in h.programs)
    if not scopes and not mine:
        return query.where(false())
    return query.where(or_(AdverseEvent.scope_id.in_(scopes), AdverseEvent.program_id.in_(mine)))


def event(actor: Actor, event_id: UUID) -> AdverseEvent:
    """One event as last corrected, found by its own key or that of an earlier state. Raises NotFound."""
    asked = db.session.get(AdverseEvent, event_id)
    if asked is not None:
        found = db.session.scalars(visible(actor).where(AdverseEvent.case_number == asked.case_number)).one_or_none()
        if found is not None:
            return found
    raise NotFound("There is no such adverse event, or it is not yours to see.")


def states(actor: Actor, case_number: str) -> list[AdverseEvent]:
    """Every state of an event, oldest first: the report, then each assessment or correction."""
    query = (
        select(AdverseEvent)
        .where(AdverseEvent.case_number == case_number)
        .order_by(AdverseEvent.recorded_at, AdverseEvent.id)
    )
    return list(db.session.scalars(query))


def page(
    actor: Actor, *, text: str = "", kind: str = "", number: int = 1, size: int = 25
) -> tuple[list[Running | AdverseEvent], int]:
    """One page of events, what runs out first on top, then the newest; and how many in all (counted up to 1,001)."""
    query = visible(actor)
    if text:
        query = query.where(AdverseEvent.case_number.startswith(text.strip().upper(), autoescape=True))
    if kind:
        query = query.where(AdverseEvent.group == kind)
    total = db.session.scalar(select(func.count()).select_from(query.limit(1001).subquery())) or 0
    rows = db.session.scalars(
        query.order_by(AdverseEvent.day_zero.desc(), AdverseEvent.id.desc()).limit(size).offset((number - 1) * size)
    )
    return list(rows), total


def of_patient(patient_id: UUID, lens: Lens | None = None) -> list[AdverseEvent]:
    """The events of a patient, the newest first."""
    query = (
        facts(AdverseEvent, lens).where(AdverseEvent.patient_id == patient_id).order_by(AdverseEvent.holds_on.desc())
    )
    return list(db.session.scalars(query))


def clocks_of(row: AdverseEvent) -> tuple[Deadline, ...]:
    """Every clock that runs for an event, by the rules of its program, soonest first."""
    if row.program_id is None:
        return ()
    case = CaseFacts(
        serious=bool(row.seriousness),
        expected=row.expected,
        domestic=True,
        crs_or_neurotoxicity=Kind(row.group) in CRS_OR_NEUROTOXICITY,
    )
    return deadlines(case, programs.by_key(row.program_id), day_zero=row.day_zero)


def due(actor: Actor, *, on: date, within_days: int, past_days: int = 30, limit: int = 50) -> list[Running]:
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
