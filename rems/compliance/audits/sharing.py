"""Give the report of an audit to another program of the site, redacted; accept it there as an audit, or decline it."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.compliance.audits import following, queries
from rems.compliance.audits.content import report_content, shared_content
from rems.compliance.audits.desk import of_my_site, today_at
from rems.compliance.audits.models import AuditShare
from rems.compliance.audits.rules import AuditState, places
from rems.compliance.rules import not_after, required
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput, IllegalMove, StaleRecord
from rems.core.states import CHANGED, next_state, take_turn
from rems.sites import queries as sites

REPORTED = frozenset({AuditState.REPORTED, AuditState.CLOSED})


def share(audit_id: UUID, code: str, withheld: Collection[str], *, by: Actor, now: datetime) -> UUID:
    """The site gives the report to the sponsor of another of its programs, without the places in `withheld`.

    Raises NotFound, NotAllowed, BadInput, IllegalMove.
    """
    with transaction(by, "audits.share", at=now) as session:
        row = of_my_site(audit_id, by)
        entry = sites.entry_of_scope(by, row.scope_id)
        today = today_at(by, entry, now)
        if queries.state(row, today) not in REPORTED or row.begun_on is None:
            raise IllegalMove("There is no signed report of this audit yet; what is not signed is not shared.")
        other = sites.entry(by, entry.site_id, code)
        if other.scope_id == entry.scope_id:
            raise BadInput("The audit was held for this program; choose another one.", "program")
        if any(one.scope_id == other.scope_id for one in queries.shares_of(row.root_id)):
            raise BadInput(f"{other.program.title} has this report already.", "program")
        unknown = set(withheld) - {name for name, _ in places(report_content(entry, row))}
        if unknown:
            raise BadInput(f'"{min(unknown)[:60]}" is no part of this report; open the page again.', "withheld")
        given = following.first_share(
            row,
            other,
            today,
            held_on=row.begun_on,
            content=shared_content(entry, row, withheld),
            digest=following.digest_of_report(row.root_id),
        )
        session.add(given)
    return given.root_id


def take_back(share_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The site takes a report back that no sponsor has accepted. Raises NotFound, NotAllowed, BadInput, IllegalMove."""
    with transaction(by, "audits.take_back", reason.strip(), at=now):
        given = _given(share_id, by)
        of_my_site(given.audit_id, by)
        if given.held_on is None:
            raise IllegalMove("This audit is planned for several programs; its sponsor can cancel it.")
        if given.accepted_on is not None:
            raise IllegalMove("The sponsor has accepted this report; it stays.")
        required(reason, "Reason: say why the report is taken back; the trail keeps it.", "reason")
        next_state(given, void=True)


def accept(share_id: UUID, *, accepted_on: date, note: str, by: Actor, now: datetime) -> UUID:
    """The sponsor takes a shared report as an audit of its own program: the next one is planned from it.

    Critical findings that are open stand against the certification here too. Raises NotFound, NotAllowed, BadInput,
    IllegalMove, StaleRecord.
    """
    with transaction(by, "audits.accept", at=now):
        given = _decidable(share_id, by)
        entry = sites.entry_of_scope(by, given.scope_id)
        not_after(accepted_on, today_at(by, entry, now), "The day it is accepted", "accepted_on")
        if given.held_on is None or accepted_on < given.held_on:
            raise BadInput("An audit cannot be accepted before it was held.", "accepted_on")
        kept = next_state(given, accepted_on=accepted_on, note=note.strip())
        following.count(entry, given.audit_id, "", given.held_on)
        following.stand_under(entry, given.content, accepted_on)
        following.go_on(given.audit_id)
    return kept.id


def decline(share_id: UUID, reason: str, *, by: Actor, now: datetime) -> UUID:
    """The sponsor does not take a shared report as an audit; it stays readable. Raises as `accept` does."""
    with transaction(by, "audits.decline", reason.strip(), at=now):
        given = _decidable(share_id, by)
        entry = sites.entry_of_scope(by, given.scope_id)
        why = required(reason, "Reason: say what it lacks; the site sees it.", "reason")
        return next_state(given, declined_on=today_at(by, entry, now), note=why).id


def _given(share_id: UUID, by: Actor) -> AuditShare:
    take_turn("audit share", queries.share(by, share_id).root_id)
    found = queries.share(by, share_id)
    if found.id != share_id:
        raise StaleRecord(CHANGED)
    return found


def _decidable(share_id: UUID, by: Actor) -> AuditShare:
    found = _given(share_id, by)
    require(by, Permission.AUDIT_MANAGE, scope_id=found.scope_id, program_id=found.program_id)
    if found.held_on is None:
        raise IllegalMove("This audit has no report yet.")
    if found.accepted_on is not None or found.declined_on is not None:
        raise IllegalMove("It was decided already whether this report counts.")
    return found
