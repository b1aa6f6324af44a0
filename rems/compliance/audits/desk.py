"""Whose turn it is: an audit as the sponsor works on it, and as the site answers it, one person after the other."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, can, require
from rems.compliance.audits import queries
from rems.compliance.audits.models import AuditFinding, SiteAudit
from rems.compliance.audits.rules import AuditState
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.errors import IllegalMove, NotAllowed, StaleRecord
from rems.core.states import CHANGED, take_turn
from rems.sites import queries as sites
from rems.sites.queries import Entry

NOT_HERE = {
    AuditState.PLANNED: "This audit has not begun yet.",
    AuditState.UNDERWAY: "This audit is underway; its report is not signed yet.",
    AuditState.REPORTED: "The report of this audit is signed; it is never changed. What is new is a deviation.",
    AuditState.CLOSED: "This audit is closed.",
    AuditState.CANCELED: "This audit was canceled.",
}


def mine(
    audit_id: UUID, states: Collection[AuditState], by: Actor, now: datetime, *, newest: bool = True
) -> tuple[SiteAudit, Entry]:
    """The audit in one of these states, to be worked on by its sponsor, one after the other.

    Raises NotFound, NotAllowed, IllegalMove, and StaleRecord where `newest` is set and a later state is there.
    """
    root = queries.audit(by, audit_id).root_id
    take_turn("audit", root)
    row = queries.audit(by, audit_id)
    entry = sites.entry_of_scope(by, row.scope_id)
    require(by, Permission.AUDIT_MANAGE, scope_id=entry.scope_id, program_id=entry.program_id)
    if newest and row.id != audit_id:
        raise StaleRecord(CHANGED)
    check_state(row, states, today_at(by, entry, now))
    return row, entry


def check_state(row: SiteAudit, states: Collection[AuditState], today: date) -> None:
    """Raises IllegalMove where the audit stands elsewhere."""
    if (stands := queries.state(row, max(today, row.begun_on or today))) not in states:
        raise IllegalMove(NOT_HERE[stands])


OF_THE_SITE = "Only the site's coordinator or authorized representative answers for the site."


def of_the_site(by: Actor, row: SiteAudit | AuditFinding) -> bool:
    """Whether the actor answers for the site, and not for its sponsor."""
    return can(by, Permission.CAPA_MANAGE, scope_id=row.scope_id)


def of_my_site(audit_id: UUID, by: Actor) -> SiteAudit:
    root = queries.audit(by, audit_id).root_id
    take_turn("audit", root)
    row = queries.audit(by, audit_id)
    if not of_the_site(by, row):
        raise NotAllowed(OF_THE_SITE)
    return row


def today_at(by: Actor, entry: Entry, now: datetime) -> date:
    return day_in(sites.site(by, entry.site_id).timezone, now)
