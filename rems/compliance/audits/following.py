"""What follows from an audit elsewhere: under its further programs, and in the certification of the site.

What the actor sees follows in the same transaction; a job does the same for the programs that the actor does not see.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rems.compliance.audits import queries
from rems.compliance.audits.content import shared_content
from rems.compliance.audits.models import AuditFinding, AuditShare, SiteAudit
from rems.compliance.audits.rules import Found, concerned
from rems.compliance.models import Deviation
from rems.compliance.rules import DeviationSeverity
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.states import next_state
from rems.evidence import steps as evidence
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.signatures import queries as signatures
from rems.sites import queries as sites
from rems.sites.queries import Entry
from rems.work.engine import defer

SHOWN = 200  # characters of a finding in the sentence of a requirement


def follow_and_go_on(root_id: UUID, by: Actor) -> None:
    """Let all follow that this actor sees, and the rest by the worker."""
    follow(root_id, by)
    go_on(root_id)


def go_on(root_id: UUID) -> None:
    """Let the worker do what this actor does not see."""
    defer("audits.follow", audit_id=root_id)


def follow(root_id: UUID, by: Actor) -> None:
    """Bring what stands under further programs in line with the audit. Run again it finds nothing to do."""
    db.session.flush()
    row = db.session.scalars(facts(SiteAudit).where(SiteAudit.root_id == root_id)).one()
    for share in queries.shares_of(root_id):
        _bring_in_line(share, row, by)
    db.session.flush()
    _end_closed(root_id)


def deviation_closed(root_id: UUID, by: Actor) -> None:
    """A deviation was closed: if it followed a critical finding, that ends to stand against the site."""
    row = queries.finding_of_deviation(root_id)
    if row is not None and row.severity is DeviationSeverity.CRITICAL:
        follow_and_go_on(row.audit_id, by)


def first_share(
    row: SiteAudit,
    other: Entry,
    today: date,
    *,
    held_on: date | None = None,
    content: Mapping[str, Any] = MappingProxyType({}),
    digest: str = "",
) -> AuditShare:
    """What another program of the site sees of an audit first: its plan alone, or a report that was given."""
    key = uuid7()
    return AuditShare(
        id=key,
        root_id=key,
        scope_id=other.scope_id,
        program_id=other.program_id,
        holds_on=today,
        audit_id=row.root_id,
        format=row.format,
        planned_for=row.planned_for,
        held_on=held_on,
        content=dict(content),
        digest=digest,
        accepted_on=None,
        declined_on=None,
        note="",
    )


def count(entry: Entry, audit_id: UUID, number: str, held_on: date) -> None:
    """The site went through an audit under this program. `number` may be empty: it was withheld."""
    summary = f"{f'Audit {number}' if number else 'An audit'} of {held_on:%-d %B %Y}."
    _append(entry, EvidenceKind.AUDIT, held_on, summary, "site_audit", audit_id)


def stand_against(entry: Entry, finding_id: UUID, text: str, found_on: date) -> None:
    """A critical finding is open under this program until it is closed where it is followed."""
    summary = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    _append(entry, EvidenceKind.AUDIT_FINDING, found_on, summary, "audit_finding", finding_id)


def _append(entry: Entry, kind: EvidenceKind, holds_on: date, summary: str, table: str, key: UUID) -> None:
    """Evidence about the site under one program."""
    evidence.append(
        kind,
        site_id=entry.site_id,
        program_id=entry.program_id,
        subject_kind=SubjectKind.SITE,
        subject_id=entry.site_id,
        holds_on=holds_on,
        summary=summary,
        source_table=table,
        source_id=key,
    )


def stand_under(entry: Entry, content: Mapping[str, Any], found_on: date) -> None:
    """Each critical finding that was not withheld, and that this program asks about, stands against the site."""
    version = entry.program.version_on(found_on)
    for one in content["findings"]:
        known = Found(one["number"], DeviationSeverity(one["severity"]), one["requirement"])
        if known.severity is DeviationSeverity.CRITICAL and "key" in one and concerned(known, version):
            stand_against(entry, UUID(one["key"]), one["text"], found_on)


def _bring_in_line(share: AuditShare, row: SiteAudit, by: Actor) -> None:
    """What a further program was given once stays as it was given; until then it follows the plan."""
    if share.held_on is not None:
        return
    if row.canceled_on is not None:
        next_state(share, void=True)
    elif row.reported_on is not None and row.begun_on is not None:
        content = shared_content(sites.entry_of_scope(by, row.scope_id), row)
        entry = sites.entry_of_scope(by, share.scope_id)
        next_state(
            share,
            held_on=row.begun_on,
            content=content,
            digest=digest_of_report(row.root_id),
            accepted_on=row.reported_on,
        )
        count(entry, row.root_id, row.number, row.begun_on)
        stand_under(entry, content, row.reported_on)
    elif share.planned_for != row.planned_for:
        next_state(share, planned_for=row.planned_for)


def digest_of_report(root_id: UUID) -> str:
    """The digest that the signature of a report is bound to; empty before it is signed."""
    signed = signatures.of("site_audit", root_id)
    return signed[-1].digest if signed else ""


def _end_closed(audit_id: UUID) -> None:
    """What closed findings of an audit hold against the site ends, under every program that the actor sees."""
    known = facts(AuditFinding).where(AuditFinding.audit_id == audit_id).subquery()
    newest = facts(Deviation).subquery()
    closed = (
        select(known.c.root_id, newest.c.closed_on)
        .join(newest, newest.c.root_id == known.c.deviation_id)
        .where(newest.c.closed_on.is_not(None))
    )
    over = {key: day for key, day in db.session.execute(closed) if day}
    still = facts(Evidence).where(
        Evidence.kind == EvidenceKind.AUDIT_FINDING, Evidence.source_id.in_(over), Evidence.until_on.is_(None)
    )
    for row in db.session.scalars(still).all():
        _end(row, over[row.source_id] - timedelta(days=1))


def _end(row: Evidence, last: date) -> None:
    """The finding stood against the site up to that day; one closed on the day it was found never did."""
    if last < row.holds_on or row.program_id is None:
        evidence.take_back(row)
        return
    evidence.append(
        row.kind,
        site_id=row.scope_id,
        program_id=row.program_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        holds_on=row.holds_on,
        until_on=last,
        summary=row.summary,
        source_table=row.source_table,
        source_id=row.source_id,
        supersedes_id=row.id,
    )
