"""When each certified site is to be audited next, by the interval of its program. Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, or_

from rems.certification import listing as certifications
from rems.certification.gathering import certificates_of
from rems.certification.listing import Step
from rems.compliance.audits.models import AuditShare, SiteAudit
from rems.compliance.audits.rules import next_due
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites.queries import Entry


class DueState(StrEnum):
    OVERDUE = "overdue"
    PLANNED_LATE = "planned_late"
    TO_PLAN = "to_plan"
    PLANNED = "planned"
    NO_INTERVAL = "no_interval"


DUE_WORDS: dict[DueState, tuple[str, str]] = {
    DueState.OVERDUE: ("Overdue", "late"),
    DueState.PLANNED_LATE: ("Planned after it is due", "soon"),
    DueState.TO_PLAN: ("To be planned", "open"),
    DueState.PLANNED: ("Planned", "wait"),
    DueState.NO_INTERVAL: ("No interval set", "off"),
}


@dataclass(frozen=True)
class Due:
    """One certified site under one program: its last audit, the last day for the next, and the day planned."""

    entry: Entry
    name: str
    place: str
    certified_on: date
    last_held_on: date | None
    due_on: date | None
    planned_for: date | None
    state: DueState


def state_of(due_on: date | None, planned_for: date | None, on: date) -> DueState:
    """How the plan of the next audit stands on a day; on the day it is due it is not overdue yet."""
    if due_on is None:
        return DueState.PLANNED if planned_for else DueState.NO_INTERVAL
    if due_on < on:
        return DueState.OVERDUE
    if planned_for is None:
        return DueState.TO_PLAN
    return DueState.PLANNED_LATE if planned_for > due_on else DueState.PLANNED


def due(actor: Actor, lens: Lens, *, program: str = "", text: str = "") -> list[Due]:
    """The certified sites of programs that are in force, those first that are to be audited first.

    A number of statements that does not grow with the sites.
    """
    listed = certifications.listed(actor, lens, program=program, text=text)
    asked = [one for one in listed if one.step is not Step.DECERTIFIED]
    scopes = [one.entry.scope_id for one in asked]
    certificates, held, planned = certificates_of(scopes, lens), _held(scopes, lens), _planned(scopes, lens)
    found = []
    for one in asked:
        known = programs.as_known(one.entry.program, lens.known_at)
        certificate = certificates.get(one.entry.scope_id)
        if certificate is None or known.version_on(lens.as_of) is None:
            continue
        last, ahead = held.get(one.entry.scope_id), planned.get(one.entry.scope_id)
        day = next_due(certificate.holds_on, last, known.local.audit_first_within, known.local.audit_every)
        stands = state_of(day, ahead, lens.as_of)
        found.append(Due(one.entry, one.name, one.place, certificate.holds_on, last, day, ahead, stands))
    return sorted(found, key=lambda d: (d.due_on or date.max, d.name))


def _held(scope_ids: Collection[UUID], lens: Lens) -> dict[UUID, date]:
    """The day of the last audit of each entry: its own, or one of another program that it accepted."""
    own = facts(SiteAudit, lens).where(SiteAudit.scope_id.in_(scope_ids), SiteAudit.reported_on <= lens.as_of)
    theirs = facts(AuditShare, lens).where(AuditShare.scope_id.in_(scope_ids), AuditShare.accepted_on <= lens.as_of)
    days = [
        own.with_only_columns(SiteAudit.scope_id, func.max(SiteAudit.begun_on)).group_by(SiteAudit.scope_id),
        theirs.with_only_columns(AuditShare.scope_id, func.max(AuditShare.held_on)).group_by(AuditShare.scope_id),
    ]
    found: dict[UUID, date] = {}
    for query in days:
        for scope_id, day in db.session.execute(query):
            if day is not None:
                found[scope_id] = max(day, found.get(scope_id, day))
    return found


def _planned(scope_ids: Collection[UUID], lens: Lens) -> dict[UUID, date]:
    """The day for which the next audit of each entry is planned, also one that is underway or held for several."""
    own = facts(SiteAudit, lens).where(
        SiteAudit.scope_id.in_(scope_ids),
        or_(SiteAudit.reported_on.is_(None), SiteAudit.reported_on > lens.as_of),
        or_(SiteAudit.canceled_on.is_(None), SiteAudit.canceled_on > lens.as_of),
    )
    theirs = facts(AuditShare, lens).where(AuditShare.scope_id.in_(scope_ids), AuditShare.held_on.is_(None))
    days = [
        own.with_only_columns(SiteAudit.scope_id, func.min(SiteAudit.planned_for)).group_by(SiteAudit.scope_id),
        theirs.with_only_columns(AuditShare.scope_id, func.min(AuditShare.planned_for)).group_by(AuditShare.scope_id),
    ]
    found: dict[UUID, date] = {}
    for query in days:
        for scope_id, day in db.session.execute(query):
            found[scope_id] = min(day, found.get(scope_id, day))
    return found
