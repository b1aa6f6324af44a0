"""What a person has to see to about audits in the coming days. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func

from rems.access.models import Scope
from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.certification.words import plural
from rems.compliance.audits import listing
from rems.compliance.audits.listing import Asked
from rems.compliance.audits.models import AuditFinding, AuditResponse, AuditShare, SiteAudit
from rems.compliance.audits.rules import AuditFormat, AuditState
from rems.compliance.queries import visible
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites.models import Site


@dataclass(frozen=True)
class Ahead:
    """One thing to see to: until when, what, where, why. `share`: it is a report that was given."""

    due_on: date
    what: str
    site_name: str
    why: str
    key: UUID
    share: bool = False


def ahead(actor: Actor, on: date, days: int) -> list[Ahead]:
    """Audits of the coming days and those underway, responses that are owed, given reports that wait for a decision."""
    return sorted(
        [*_coming(actor, on, days), *_unanswered(actor, on), *_given(actor, on)],
        key=lambda one: (one.due_on, one.what),
    )


def _coming(actor: Actor, on: date, days: int) -> list[Ahead]:
    lens, until = Lens(on), on + timedelta(days)
    found = []
    for state in (AuditState.PLANNED, AuditState.UNDERWAY):
        for line in listing.lines(actor, Asked(state=state), lens, until=until):
            row = line.row
            why = f"Underway, held by {row.auditors}." if state is AuditState.UNDERWAY else f"By {row.auditors}."
            if row.format is AuditFormat.QUESTIONNAIRE:
                why = f"{why} The site answers a questionnaire."
            found.append(Ahead(row.planned_for, f"Audit {row.number}", line.site.name, why, row.root_id))
    return found


def _unanswered(actor: Actor, on: date) -> list[Ahead]:
    """Findings of reports that the actor's own sites have not answered, by audit."""
    mine = scopes_with(actor, Permission.CAPA_MANAGE)
    if not mine:
        return []
    lens = Lens(on)
    answered = facts(AuditResponse, lens).where(AuditResponse.finding_id == AuditFinding.root_id)
    still = facts(AuditFinding, lens).where(~answered.with_only_columns(AuditResponse.id).exists()).subquery()
    query = (
        facts(SiteAudit, lens)
        .join(Scope, Scope.id == SiteAudit.scope_id)
        .join(Site, Site.id == Scope.site_id)
        .join(still, still.c.audit_id == SiteAudit.root_id)
        .where(SiteAudit.scope_id.in_(mine), listing.states(lens)[AuditState.REPORTED])
        .group_by(SiteAudit.root_id, SiteAudit.number, SiteAudit.reported_on, Site.name)
        .with_only_columns(SiteAudit.root_id, SiteAudit.number, SiteAudit.reported_on, Site.name, func.count())
    )
    return [
        Ahead(day or on, f"Answer {plural(count, 'finding')} of audit {number}", name, "The report waits.", key)
        for key, number, day, name, count in db.session.execute(query)
    ]


def _given(actor: Actor, on: date) -> list[Ahead]:
    """Reports that sites gave, and that the actor's programs have neither accepted nor declined."""
    query = (
        visible(actor, AuditShare, Lens(on), permission=Permission.AUDIT_MANAGE)
        .join(Scope, Scope.id == AuditShare.scope_id)
        .join(Site, Site.id == Scope.site_id)
        .where(AuditShare.held_on.is_not(None), AuditShare.accepted_on.is_(None), AuditShare.declined_on.is_(None))
        .with_only_columns(AuditShare.root_id, AuditShare.holds_on, Site.name)
    )
    why = "The site gave a report of another program. Does it serve yours?"
    return [Ahead(day, "Shared audit", name, why, key, share=True) for key, day, name in db.session.execute(query)]
