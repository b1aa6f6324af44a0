"""Look up patients, their dated facts, authorizations and infusion, from what is visible. Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, or_, select

from rems.access.models import Scope
from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import BadInput, NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.patients.consents import ConsentEvent, Covers, Reach
from rems.patients.milestones import STEPS, Dated, dated
from rems.patients.models import Authorization, Infusion, Patient, PatientFact
from rems.patients.rules import CONSENTS, FactKind, folded_number
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.signatures import queries as signatures
from rems.signatures.queries import Proved
from rems.sites.models import Site


@dataclass(frozen=True)
class Place:
    """A site in a program: where a patient is enrolled."""

    scope_id: UUID
    site: Site
    program_id: UUID
    program: Program


@dataclass(frozen=True)
class Listed:
    """A line of the list: the patient, where, and the day of the infusion (None: not infused)."""

    patient: Patient
    place: Place
    infused_on: date | None


def visible(actor: Actor) -> Select[Patient]:
    """The patients an actor may see: of its scopes, and of its programs. Row-level security says the same beneath."""
    query = select(Patient)
    if actor.everywhere:
        return query
    scopes = scopes_with(actor, Permission.PATIENT_READ)
    mine = frozenset(p for h in actor.holdings if Permission.PATIENT_READ in h.permissions for p in h.programs)
    either = []
    if len(scopes) == 1:
        either.append(Patient.scope_id == next(iter(scopes)))  # one scope: == keeps the order of the index
    elif scopes:
        either.append(Patient.scope_id.in_(scopes))
    if mine:
        either.append(Patient.program_id.in_(mine))
    return query.where(or_(*either)) if either else query.where(false())


def patient(actor: Actor, patient_id: UUID) -> Patient:
    """One patient. Raises NotFound, also for one that the actor may not see."""
    found = db.session.scalars(visible(actor).where(Patient.id == patient_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such patient, or it is not yours to see.")
    return found


def of_scope(patient_id: UUID, scope_id: UUID) -> Patient:
    """One patient of a scope, for who acts in it without an account. Raises NotFound."""
    found = db.session.scalars(select(Patient).where(Patient.id == patient_id, Patient.scope_id == scope_id)).first()
    if found is None:
        raise NotFound("There is no such patient, or it is not yours to see.")
    return found


def places(actor: Actor, permission: Permission) -> list[Place]:
    """The sites in programs where the actor holds the permission, by site and program."""
    query = select(Scope, Site).join(Site, Site.id == Scope.site_id).where(Scope.program_id.is_not(None))
    if not actor.everywhere:
        query = query.where(Scope.id.in_(scopes_with(actor, permission)))
    return sorted(_places(query), key=lambda p: (p.site.folded, p.program.title))


def programs_seen(actor: Actor) -> list[Program]:
    """The programs that patients of the actor may be in, by title."""
    scopes = scopes_with(actor, Permission.PATIENT_READ)
    entered = select(Scope.program_id).where(Scope.id.in_(scopes), Scope.program_id.is_not(None)).distinct()
    mine = {p for h in actor.holdings if Permission.PATIENT_READ in h.permissions for p in h.programs}
    found = {key for key in db.session.scalars(entered) if key} | mine
    return sorted((programs.by_key(key) for key in found), key=lambda p: p.title)


def place(actor: Actor, scope_id: UUID) -> Place:
    """The site in a program behind a scope. Raises NotFound."""
    found = places_of([scope_id]).get(scope_id)
    if found is None:
        raise NotFound("There is no such entry of a site into a program, or it is not yours to see.")
    return found


def places_of(scope_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Site and program of each scope, in one statement."""
    query = select(Scope, Site).join(Site, Site.id == Scope.site_id).where(Scope.id.in_(scope_ids))
    return {p.scope_id: p for p in _places(query)}


def _places(query: Select[Scope, Site]) -> list[Place]:
    rows = db.session.execute(query)
    return [Place(s.id, site, s.program_id, programs.by_key(s.program_id)) for s, site in rows if s.program_id]


def page(
    actor: Actor, *, text: str = "", program: str = "", state: str = "", after: str = "", size: int = 50
) -> list[Listed]:
    """The newest enrolled first, after a key, `size` and one more. `state`: "waiting" or "infused". Raises BadInput.

    `text` is the beginning of a number; signs and case do not matter.
    """
    query = visible(actor)
    if prefix := folded_number(text):
        query = query.where(Patient.folded.op("^@")(prefix))
    if program:
        query = query.where(Patient.program_id == programs.key(program))
    if state in ("waiting", "infused"):
        given = facts(Infusion).where(Infusion.patient_id == Patient.id).exists()
        query = query.where(given if state == "infused" else ~given)
    if after:
        day, key = _read_key(after)
        query = query.where(or_(Patient.enrolled_on < day, and_(Patient.enrolled_on == day, Patient.id < key)))
    rows = list(db.session.scalars(query.order_by(Patient.enrolled_on.desc(), Patient.id.desc()).limit(size + 1)))
    where, given_on = places_of({r.scope_id for r in rows}), infused_on([r.id for r in rows])
    return [Listed(r, where[r.scope_id], given_on.get(r.id)) for r in rows]


def page_key(row: Listed) -> str:
    """Where the next page begins."""
    return f"{row.patient.enrolled_on.isoformat()}_{row.patient.id}"


def _read_key(text: str) -> tuple[date, UUID]:
    day, _, key = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(key)
    except ValueError as error:
        raise BadInput(
            f'after "{text[:60]}" is no place in the list of patients; begin at its first page', "after"
        ) from error


def numbers(patient_ids: Collection[UUID]) -> dict[UUID, str]:
    """The registry number of each patient."""
    rows = db.session.execute(select(Patient.id, Patient.number).where(Patient.id.in_(patient_ids)))
    return {row.id: row.number for row in rows}


def infused_on(patient_ids: Collection[UUID]) -> dict[UUID, date]:
    """The day of infusion of each patient who was infused."""
    rows = db.session.scalars(facts(Infusion).where(Infusion.patient_id.in_(patient_ids)))
    return {row.patient_id: row.holds_on for row in rows}


def infusion(patient_id: UUID, lens: Lens) -> Infusion | None:
    """The infusion of a patient, as of the day and as known."""
    query = facts(Infusion, lens).where(Infusion.patient_id == patient_id)
    return db.session.scalars(query.order_by(Infusion.infused_at.desc()).limit(1)).one_or_none()


def facts_of(patient_id: UUID, lens: Lens) -> Mapping[FactKind, PatientFact]:
    """The newest fact of each kind, as of the day and as known. A consent that was withdrawn by then is left out."""
    newest = {FactKind(row.kind): row for row in history(patient_id, lens)}
    return {kind: row for kind, row in newest.items() if not row.detail.get("withdrawn")}


def history(patient_id: UUID, lens: Lens | None = None, kind: FactKind | None = None) -> list[PatientFact]:
    """Every fact of a patient that stands, of one kind or of all, in the order of their days."""
    query = facts(PatientFact, lens).where(PatientFact.patient_id == patient_id)
    if kind is not None:
        query = query.where(PatientFact.kind == kind)
    return list(db.session.scalars(query.order_by(PatientFact.holds_on, PatientFact.id)))


def consent_events(patient_id: UUID, lens: Lens | None = None) -> list[ConsentEvent]:
    """Every consent that was given or withdrawn, in the order of its day; `consents.consents_on` reads them."""
    rows = (row for row in history(patient_id, lens) if row.kind in CONSENTS)
    return [
        ConsentEvent(
            FactKind(row.kind),
            row.holds_on,
            given=not row.detail.get("withdrawn"),
            edition=row.detail.get("edition", ""),
            ways=tuple(Reach(way) for way in row.detail.get("ways", ())),
            covers=Covers(row.detail["covers"]) if row.detail.get("covers") else None,
        )
        for row in rows
    ]


def milestone_days(patient_id: UUID, lens: Lens | None = None) -> dict[FactKind, list[Dated]]:
    """The days of each step on the way to the infusion, the newest last; that of a slot is the day it is for."""
    found: dict[FactKind, list[Dated]] = {}
    for row in history(patient_id, lens):
        if (kind := FactKind(row.kind)) in STEPS:
            found.setdefault(kind, []).append(dated(row.holds_on, row.detail))
    return found


def weight(patient_id: UUID, lens: Lens) -> tuple[Decimal, date] | None:
    """The newest weight (kg) and its day."""
    found = facts_of(patient_id, lens).get(FactKind.WEIGHT)
    return (found.weight_kg, found.holds_on) if found and found.weight_kg is not None else None


def authorizations(patient_id: UUID, lens: Lens | None = None) -> list[Authorization]:
    """The authorizations of a patient, the newest first."""
    query = facts(Authorization, lens).where(Authorization.patient_id == patient_id)
    return list(db.session.scalars(query.order_by(Authorization.valid_until.desc(), Authorization.id.desc())))


def valid_authorization(patient_id: UUID, at: datetime) -> Authorization | None:
    """The authorization that allows an infusion at that moment (UTC), if one does."""
    return standing_authorization(patient_id, at, at)


def standing_authorization(patient_id: UUID, begin: datetime, end: datetime) -> Authorization | None:
    """The newest authorization that is valid at some moment (UTC) between two."""
    found = authorizations(patient_id)
    return next((a for a in found if authorized_at(a) <= end and begin <= a.valid_until), None)


def booked_at(location_id: UUID, now: datetime) -> list[tuple[str, datetime]]:
    """The patients who may still be infused at a location: their number, and until when (UTC), in that order."""
    given = facts(Infusion).where(Infusion.patient_id == Authorization.patient_id).exists()
    query = facts(Authorization).where(
        Authorization.location_id == location_id, Authorization.valid_until >= now, ~given
    )
    rows = list(db.session.scalars(query.order_by(Authorization.valid_until, Authorization.id)))
    named = numbers([row.patient_id for row in rows])
    return [(named[row.patient_id], row.valid_until) for row in rows]


def infused_at(location_id: UUID, *, after: date) -> list[tuple[str, date]]:
    """The patients who were infused at a location after a day: their number, and the day."""
    query = facts(Infusion).where(Infusion.location_id == location_id, Infusion.holds_on > after)
    rows = list(db.session.scalars(query.order_by(Infusion.holds_on, Infusion.id)))
    named = numbers([row.patient_id for row in rows])
    return [(named[row.patient_id], row.holds_on) for row in rows]


def signed_by(row: Authorization) -> list[Proved]:
    """The signatures of an authorization, each proved anew."""
    return signatures.proved("authorization", row.id, signed_content(row))


def signed_content(row: Authorization) -> dict[str, Any]:
    """What the signature of an authorization is bound to."""
    names = ("id", "patient_id", "code", "holds_on", "location_id", "valid_until", "checks", "program_version")
    return {name: getattr(row, name) for name in names}


def overridden(row: Authorization) -> frozenset[str]:
    """The codes of the checks that an authorization overrode; none for an ordinary one."""
    return frozenset(row.checks.get("override", {}).get("stops", ()))


def named(patient: Patient) -> dict[str, Any]:
    """How evidence names a patient."""
    return {"patient_id": str(patient.id), "number": patient.number}


def authorized_at(row: Authorization) -> datetime:
    """The moment (UTC) from which it is valid: when it was signed, or the planned one where that lies before."""
    signed_at = row.checks.get("signed_at")
    planned = planned_at(row)
    return min(planned, datetime.fromisoformat(signed_at)) if signed_at else planned


def planned_at(row: Authorization) -> datetime:
    """The moment (UTC) for which the gate answered yes."""
    return datetime.fromisoformat(row.checks["at"])
