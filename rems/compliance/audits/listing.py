"""Audits of many sites: by state, program and words; those that are late first. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_

from rems.access.models import Scope
from rems.compliance.audits.models import AuditFinding, AuditShare, SiteAudit
from rems.compliance.audits.queries import state
from rems.compliance.audits.rules import AuditState
from rems.compliance.models import Deviation
from rems.compliance.queries import visible
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites import details
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import folded

STATES = {s: s.capitalize() for s in AuditState}


@dataclass(frozen=True)
class Line:
    """An audit with its site and program, where it stands on the day, and how many findings there are and are open."""

    row: SiteAudit
    site: Site
    name: str
    entry: Entry
    state: AuditState
    overdue: bool
    findings: int
    open: int


@dataclass(frozen=True)
class Given:
    """What a program was given of an audit that was held, or is planned, for another one of the site."""

    row: AuditShare
    site: Site
    name: str
    entry: Entry


@dataclass(frozen=True)
class Asked:
    """The filters of the list; empty: all."""

    state: str = ""
    program: str = ""
    site: str = ""
    text: str = ""


def lines(
    actor: Actor, asked: Asked, lens: Lens, *, number: int = 1, size: int | None = None, until: date | None = None
) -> list[Line]:
    """The audits that fit, under the lens: what is to be done first, by its day; then the newest. One statement.

    `until`: only those planned for that day or an earlier one.
    """
    stands = states(lens)
    every, still = _numbers(lens)
    query = _query(actor, asked, lens).with_only_columns(SiteAudit, Site, every, still)
    if asked.state:
        query = query.where(stands[AuditState(asked.state)])
    if until is not None:
        query = query.where(SiteAudit.planned_for <= until)
    ahead = or_(stands[AuditState.PLANNED], stands[AuditState.UNDERWAY])
    query = query.order_by(
        ahead.desc(),
        case((ahead, SiteAudit.planned_for)),
        func.coalesce(SiteAudit.reported_on, SiteAudit.canceled_on).desc(),
        SiteAudit.id.desc(),
    )
    if size is not None:
        query = query.limit(size).offset((number - 1) * size)
    rows = db.session.execute(query).all()
    names = details.names([row[1] for row in rows], lens)
    return [_line(*found, names, lens) for found in rows]


def counts(actor: Actor, asked: Asked, lens: Lens) -> dict[str, int]:
    """How many audits fit in each state, and in all (under the empty one), whichever state is asked for."""
    stands = states(lens)
    numbers = [func.count().filter(stands[one]) for one in AuditState]
    every, *several = db.session.execute(_query(actor, asked, lens).with_only_columns(func.count(), *numbers)).one()
    return {"": every, **dict(zip(AuditState, several, strict=True))}


def given(actor: Actor, lens: Lens, *, site: str = "") -> list[Given]:
    """What the programs of an actor were given of audits held for others, the newest first."""
    query = visible(actor, AuditShare, lens).join(Scope, Scope.id == AuditShare.scope_id)
    query = query.join(Site, Site.id == Scope.site_id)
    if site:
        query = query.where(Scope.site_id == site)
    day = func.coalesce(AuditShare.held_on, AuditShare.planned_for)
    rows = db.session.execute(query.with_only_columns(AuditShare, Site).order_by(day.desc(), AuditShare.id.desc()))
    found = rows.all()
    names = details.names([place for _, place in found], lens)
    return [Given(row, place, names[place.id], _entry(row, place)) for row, place in found]


def states(lens: Lens) -> Mapping[AuditState, ColumnElement[bool]]:
    """Where an audit stands on the day, as SQL; `rules.state_of` says the same of one."""
    on = lens.as_of
    canceled, closed, reported, begun = (
        and_(column.is_not(None), column <= on)
        for column in (SiteAudit.canceled_on, SiteAudit.closed_on, SiteAudit.reported_on, SiteAudit.begun_on)
    )
    return {
        AuditState.PLANNED: ~or_(canceled, closed, reported, begun),
        AuditState.UNDERWAY: and_(begun, ~or_(canceled, closed, reported)),
        AuditState.REPORTED: and_(reported, ~or_(canceled, closed)),
        AuditState.CLOSED: and_(closed, ~canceled),
        AuditState.CANCELED: canceled,
    }


def _query(actor: Actor, asked: Asked, lens: Lens) -> Select[Any]:
    query = visible(actor, SiteAudit, lens).join(Scope, Scope.id == SiteAudit.scope_id)
    query = query.join(Site, Site.id == Scope.site_id)
    if asked.program:
        query = query.where(Scope.program_id == programs.keys().get(asked.program))
    if asked.site:
        query = query.where(Scope.site_id == asked.site)
    if words := folded(asked.text):
        named = Site.folded.contains(words, autoescape=True)
        query = query.where(or_(named, SiteAudit.number.icontains(asked.text.strip(), autoescape=True)))
    return query


def _numbers(lens: Lens) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """How many findings an audit has, and how many of them are not closed on the day."""
    of_it = facts(AuditFinding, lens).where(AuditFinding.audit_id == SiteAudit.root_id).correlate(SiteAudit)
    closed = (
        facts(Deviation, lens)
        .where(Deviation.root_id == AuditFinding.deviation_id, Deviation.closed_on <= lens.as_of)
        .correlate(AuditFinding)
        .with_only_columns(Deviation.id)
    )
    count = of_it.with_only_columns(func.count())
    return count.scalar_subquery(), count.where(~closed.exists()).scalar_subquery()


def _line(row: SiteAudit, site: Site, findings: int, still: int, names: Mapping[UUID, str], lens: Lens) -> Line:
    stands = state(row, lens.as_of)
    overdue = stands is AuditState.PLANNED and row.planned_for < lens.as_of
    return Line(row, site, names[site.id], _entry(row, site), stands, overdue, findings, still)


def _entry(row: SiteAudit | AuditShare, site: Site) -> Entry:
    assert row.program_id is not None
    return Entry(row.scope_id, site.id, row.program_id, programs.by_key(row.program_id))
