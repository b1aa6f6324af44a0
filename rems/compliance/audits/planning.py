"""Plan an audit of a site, move it to another day, give it up, begin it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from rems.access.rules import Permission, require
from rems.compliance.audits import following, queries
from rems.compliance.audits.desk import mine, today_at
from rems.compliance.audits.models import SiteAudit
from rems.compliance.audits.rules import AuditFormat, AuditState
from rems.compliance.rules import not_after, required
from rems.core.actor import Actor
from rems.core.db import db, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.states import next_state
from rems.sites import queries as sites
from rems.sites.queries import Entry


@dataclass(frozen=True)
class Plan:
    """An audit to be held: how, on which day of the site, by whom, what it looks at, for which further programs."""

    format: AuditFormat
    planned_for: date
    auditors: str
    looks_at: str = ""
    also: tuple[str, ...] = ()


def plan(site_id: UUID, code: str, asked: Plan, *, by: Actor, now: datetime) -> UUID:
    """Plan an audit of a site under a program, and under further ones of the same manager.

    Raises NotFound, NotAllowed, BadInput for a day that has passed or a program that the site has not entered.
    """
    with transaction(by, "audits.plan", at=now) as session:
        entry = sites.entry(by, site_id, code)
        require(by, Permission.AUDIT_MANAGE, scope_id=entry.scope_id, program_id=entry.program_id)
        today = today_at(by, entry, now)
        _check_day(asked.planned_for, today)
        further = [_further(by, site_id, entry, other) for other in dict.fromkeys(asked.also)]
        key = uuid7()
        row = SiteAudit(
            id=key,
            root_id=key,
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=today,
            number=_next_number(entry),
            format=asked.format,
            planned_for=asked.planned_for,
            auditors=required(asked.auditors, "Auditors: name who holds the audit.", "auditors"),
            looks_at=asked.looks_at.strip(),
            also=[other.program.code for other in further],
            program_versions={},
            begun_on=None,
            reported_on=None,
            conclusion="",
            closed_on=None,
            canceled_on=None,
            note="",
        )
        session.add(row)
        session.flush()
        session.add_all(following.first_share(row, other, today) for other in further)
    return key


def move(audit_id: UUID, planned_for: date, *, by: Actor, now: datetime) -> UUID:
    """Plan an audit that has not begun for another day.

    Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord.
    """
    with transaction(by, "audits.move", at=now):
        row, entry = mine(audit_id, {AuditState.PLANNED}, by, now)
        _check_day(planned_for, today_at(by, entry, now))
        moved = next_state(row, planned_for=planned_for)
        following.follow_and_go_on(row.root_id, by)
        return moved.id


def cancel(audit_id: UUID, reason: str, *, by: Actor, now: datetime) -> UUID:
    """Give up an audit whose report is not signed. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    with transaction(by, "audits.cancel", reason.strip(), at=now):
        row, entry = mine(audit_id, {AuditState.PLANNED, AuditState.UNDERWAY}, by, now)
        why = required(reason, "Reason: say why the audit is not held.", "reason")
        canceled = next_state(row, canceled_on=today_at(by, entry, now), note=why)
        following.follow_and_go_on(row.root_id, by)
        return canceled.id


def begin(audit_id: UUID, *, begun_on: date, by: Actor, now: datetime) -> UUID:
    """Begin a planned audit: from now on its checklist is that of the rules of this day.

    Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord.
    """
    with transaction(by, "audits.begin", at=now):
        row, entry = mine(audit_id, {AuditState.PLANNED}, by, now)
        not_after(begun_on, today_at(by, entry, now), "The day it began", "begun_on")
        asked = queries.versions_of(row, entry, begun_on)
        if not asked:
            raise BadInput(
                f"{entry.program.title} asks nothing on that day, so there is nothing to look at.", "begun_on"
            )
        return next_state(row, begun_on=begun_on, program_versions={p.code: v.version for p, v in asked}).id


def _further(by: Actor, site_id: UUID, entry: Entry, code: str) -> Entry:
    """Another program of the site that the same person audits. Raises NotFound, NotAllowed, BadInput."""
    other = sites.entry(by, site_id, code)
    require(by, Permission.AUDIT_MANAGE, scope_id=other.scope_id, program_id=other.program_id)
    if other.scope_id == entry.scope_id:
        raise BadInput("The audit is held for this program already; choose others.", "also")
    return other


def _check_day(planned_for: date, today: date) -> None:
    if planned_for < today:
        raise BadInput("The day it is planned for has passed at the site; give today or a later one.", "planned_for")


def _next_number(entry: Entry) -> str:
    """The last word of the program's code and a running number; no two are the same, and some may be left out."""
    number = db.session.execute(text("select nextval('audit_number')")).scalar_one()
    return f"{entry.program.code.rsplit('-', 1)[-1]}-A{number:04d}"
