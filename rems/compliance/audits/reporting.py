"""Sign the report of an audit, answer its findings for the site, close it."""

from datetime import date, datetime
from uuid import UUID

from rems.compliance import keeping
from rems.compliance.audits import following, queries
from rems.compliance.audits.content import report_content
from rems.compliance.audits.desk import NOT_HERE, mine, of_my_site, today_at
from rems.compliance.audits.models import AuditFinding, AuditResponse, SiteAudit
from rems.compliance.audits.rules import AuditState, gaps_before_report
from rems.compliance.keeping import Happened
from rems.compliance.rules import DeviationSeverity, DeviationSource, not_after, required
from rems.core.actor import Actor
from rems.core.db import db, transaction
from rems.core.errors import BadInput, IllegalMove, Incomplete, StaleRecord
from rems.core.ids import uuid7
from rems.core.states import CHANGED, next_state
from rems.signatures import steps as signatures
from rems.signatures.rules import Given, Meaning
from rems.sites import queries as sites
from rems.sites.queries import Entry

STATEMENT = "I held this audit, or had it held under my direction, and report what was found."


def report(audit_id: UUID, *, conclusion: str, reported_on: date, password: Given, by: Actor, now: datetime) -> UUID:
    """Sign the report: each finding becomes a deviation, each critical one stands against the certification.

    The audit counts under its program and the further ones it was planned for. Raises NotFound, NotAllowed, BadInput,
    Incomplete with each gap, IllegalMove, StaleRecord.
    """
    signatures.check_password(by, password, now=now)
    with transaction(by, "audits.report", at=now):
        row, entry = mine(audit_id, {AuditState.UNDERWAY}, by, now)
        not_after(reported_on, today_at(by, entry, now), "The day of the report", "reported_on")
        if row.begun_on is None or reported_on < row.begun_on:
            raise BadInput("The report cannot be of a day before the audit began.", "reported_on")
        words = required(conclusion, "Conclusion: say in a few sentences how the site stands.", "conclusion")
        lines = queries.findings_of(row.root_id)
        verdicts = queries.verdicts(queries.answers_of(row.root_id))
        if gaps := gaps_before_report(queries.items_of(row, entry, reported_on), verdicts, queries.found(lines)):
            raise Incomplete("The report of this audit cannot be signed yet.", gaps)
        reported = next_state(row, reported_on=reported_on, conclusion=words)
        for line in lines:
            _follow_up(line.row, entry, reported, reported_on)
        following.count(entry, row.root_id, row.number, row.begun_on)
        _sign(entry, reported, by, now)
        following.follow_and_go_on(row.root_id, by)
    return reported.id


def _follow_up(found: AuditFinding, entry: Entry, row: SiteAudit, on: date) -> None:
    """A finding of the report is followed as a deviation; a critical one stands against the site until it is closed."""
    happened = Happened(
        DeviationSource.AUDIT,
        found.severity,
        on,
        found.text,
        "Told to the site in the report of the audit.",
        found.requirement_code,
        f"Audit {row.number}, finding {found.number}",
    )
    opened = keeping.open_deviation(entry, happened)
    db.session.flush()  # the finding names it by a key
    next_state(found, deviation_id=opened.root_id)
    if found.severity is DeviationSeverity.CRITICAL:
        following.stand_against(entry, found.root_id, found.text, on)


def _sign(entry: Entry, row: SiteAudit, by: Actor, now: datetime) -> None:
    site = sites.site(by, entry.site_id)
    signatures.sign(
        report_content(entry, row),
        table="site_audit",
        subject_id=row.root_id,
        scope_id=entry.scope_id,
        program_id=entry.program_id,
        meaning=Meaning.AUTHORSHIP,
        statement=STATEMENT,
        timezone=site.timezone,
        by=by,
        at=now,
    )


def respond(finding_id: UUID, words: str, *, seen: UUID | None, by: Actor, now: datetime) -> UUID:
    """The site answers a finding of the report; a later answer takes the place of the one before (`seen`).

    Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord.
    """
    with transaction(by, "audits.respond", at=now) as session:
        found = queries.finding(by, finding_id)
        row = of_my_site(found.audit_id, by)
        [line] = [one for one in queries.findings_of(row.root_id) if one.row.root_id == found.root_id]
        entry = sites.entry_of_scope(by, row.scope_id)
        if (stands := queries.state(row, today_at(by, entry, now))) is not AuditState.REPORTED:
            raise IllegalMove(NOT_HERE[stands])
        if (line.response.id if line.response else None) != seen:
            raise StaleRecord(CHANGED)
        text = required(words, "Response: say what the site answers to this finding.", "text")
        if line.response is not None:
            return next_state(line.response, text=text).id
        said = AuditResponse(
            id=uuid7(),
            scope_id=row.scope_id,
            program_id=row.program_id,
            holds_on=row.reported_on or row.holds_on,
            finding_id=found.root_id,
            text=text,
        )
        session.add(said)
    return said.id


def close(audit_id: UUID, *, closed_on: date, note: str, by: Actor, now: datetime) -> UUID:
    """Close an audit whose findings are all closed.

    Raises NotFound, NotAllowed, BadInput, Incomplete with each finding that is open, IllegalMove, StaleRecord.
    """
    with transaction(by, "audits.close", at=now):
        row, entry = mine(audit_id, {AuditState.REPORTED}, by, now)
        not_after(closed_on, today_at(by, entry, now), "The day it is closed", "closed_on")
        if row.reported_on is None or closed_on < row.reported_on:
            raise BadInput("An audit cannot be closed before its report.", "closed_on")
        still = [one for one in queries.findings_of(row.root_id) if one.is_open(closed_on)]
        if still:
            raise Incomplete(
                "This audit cannot be closed yet.",
                [f"Finding {one.row.number} ({one.row.severity}) is not closed on that day." for one in still],
            )
        return next_state(row, closed_on=closed_on, note=note.strip()).id
