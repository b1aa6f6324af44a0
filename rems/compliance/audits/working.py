"""Work on an audit before its report: answer its checklist, note what was found, keep the files it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from rems.compliance.audits import queries
from rems.compliance.audits.desk import check_state, mine, of_my_site, of_the_site, today_at
from rems.compliance.audits.models import AuditAnswer, AuditFile, AuditFinding, SiteAudit
from rems.compliance.audits.rules import AuditFormat, AuditState, Side, Verdict, check_verdict
from rems.compliance.rules import DeviationSeverity, required
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput, IllegalMove, StaleRecord
from rems.core.ids import uuid7
from rems.core.states import CHANGED, next_state
from rems.sites import queries as sites
from rems.sites.queries import Entry

MOST_MEGABYTES = 10


@dataclass(frozen=True)
class Said:
    """What one side says of one requirement."""

    verdict: Verdict
    said: str


@dataclass(frozen=True)
class Noted:
    """What was found: how grave, about which requirement (empty: none in particular), in words."""

    severity: DeviationSeverity
    requirement_code: str
    text: str


@dataclass(frozen=True)
class Upload:
    """A file as it was sent; `kind` was read from its content, `shows` says what it is evidence of."""

    name: str
    kind: str
    content: bytes
    shows: str


def answer(
    audit_id: UUID, side: Side, given: Mapping[str, Said], *, seen: UUID | None, by: Actor, now: datetime
) -> int:
    """Keep what one side says of the requirements; what is as before is left. Returns how many answers are new.

    The auditor answers while the audit is underway; the site answers a questionnaire until the report. `seen` is the
    newest answer that the page showed. Raises NotFound, NotAllowed, BadInput with the field, IllegalMove, StaleRecord.
    """
    with transaction(by, "audits.answer", at=now) as session:
        row, entry = _answering(audit_id, side, by, now)
        kept = queries.answers_of(row.root_id)
        newest = max((one.id for (_, whose), one in kept.items() if whose is side), default=None)
        if newest != seen:
            raise StaleRecord(CHANGED)
        titles = {i.code: i.title for i in queries.items_of(row, entry, today_at(by, entry, now))}
        new = 0
        for code, said in given.items():
            if code not in titles:
                raise BadInput(f'"{code[:40]}" is no requirement of this audit; open the page again.')
            check_verdict(said.verdict, said.said, titles[code], f"said:{code}")
            before = kept.get((code, side))
            if before is None:
                session.add(_first_answer(row, code, side, said))
            elif (before.verdict, before.said) != (said.verdict, said.said.strip()):
                next_state(before, verdict=said.verdict, said=said.said.strip())
            else:
                continue
            new += 1
    return new


def note_finding(audit_id: UUID, noted: Noted, *, by: Actor, now: datetime) -> UUID:
    """Note what an audit underway found. Raises NotFound, NotAllowed, BadInput, IllegalMove."""
    with transaction(by, "audits.note_finding", at=now) as session:
        row, entry = mine(audit_id, {AuditState.UNDERWAY}, by, now, newest=False)
        _check_code(row, entry, noted, today_at(by, entry, now))
        words = required(noted.text, "What was found: write it so that the site can act on it.", "text")
        last = session.scalar(select(func.max(AuditFinding.number)).where(AuditFinding.audit_id == row.root_id))
        key = uuid7()
        session.add(
            AuditFinding(
                id=key,
                root_id=key,
                scope_id=row.scope_id,
                program_id=row.program_id,
                holds_on=row.holds_on,
                audit_id=row.root_id,
                number=(last or 0) + 1,
                severity=noted.severity,
                requirement_code=noted.requirement_code,
                text=words,
                deviation_id=None,
            )
        )
    return key


def change_finding(finding_id: UUID, noted: Noted, *, by: Actor, now: datetime) -> UUID:
    """Say a finding in other words before the report.

    Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord.
    """
    with transaction(by, "audits.change_finding", at=now):
        old, row, entry = _own_finding(finding_id, by, now)
        _check_code(row, entry, noted, today_at(by, entry, now))
        words = required(noted.text, "What was found: write it so that the site can act on it.", "text")
        return next_state(old, severity=noted.severity, requirement_code=noted.requirement_code, text=words).id


def withdraw_finding(finding_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """Take a finding back before the report. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    with transaction(by, "audits.withdraw_finding", reason.strip(), at=now):
        old, _, _ = _own_finding(finding_id, by, now)
        required(reason, "Reason: say why this is no finding; the trail keeps it.", "reason")
        next_state(old, void=True)


def add_file(audit_id: UUID, sent: Upload, *, by: Actor, now: datetime) -> UUID:
    """Keep a file that an audit rests on, of the sponsor or of the site.

    Raises NotFound, NotAllowed, BadInput, IllegalMove.
    """
    with transaction(by, "audits.add_file", at=now) as session:
        row = _filing(audit_id, by, now)
        shows = required(sent.shows, "What it shows: say it in a few words.", "shows")
        if len(sent.content) > MOST_MEGABYTES * 1024 * 1024:
            raise BadInput(f'"{sent.name}" is larger than {MOST_MEGABYTES} MB.', "file")
        digest = sha256(sent.content).hexdigest()
        if any(one.sha256 == digest for one in queries.files_of(row.root_id)):
            raise BadInput(f'"{sent.name}" is kept already: its content is the same.', "file")
        kept = AuditFile(
            id=uuid7(),
            scope_id=row.scope_id,
            program_id=row.program_id,
            holds_on=row.holds_on,
            audit_id=row.root_id,
            name=sent.name.strip() or "file",
            kind=sent.kind,
            size=len(sent.content),
            sha256=digest,
            shows=shows,
            content=sent.content,
        )
        session.add(kept)
    return kept.id


def remove_file(file_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """Take a file back before the report; its digest stays in the trail, its content where it was kept.

    Raises NotFound, NotAllowed, BadInput, IllegalMove.
    """
    with transaction(by, "audits.remove_file", reason.strip(), at=now):
        one = queries.file(by, file_id)
        _filing(one.audit_id, by, now)
        required(reason, "Reason: say why the file is taken back; the trail keeps it.", "reason")
        next_state(one, void=True, size=0, content=b"")


def _answering(audit_id: UUID, side: Side, by: Actor, now: datetime) -> tuple[SiteAudit, Entry]:
    if side is Side.AUDITOR:
        return mine(audit_id, {AuditState.UNDERWAY}, by, now, newest=False)
    row = of_my_site(audit_id, by)
    entry = sites.entry_of_scope(by, row.scope_id)
    if row.format is not AuditFormat.QUESTIONNAIRE:
        raise IllegalMove("Only a questionnaire is answered by the site itself.")
    check_state(row, {AuditState.PLANNED, AuditState.UNDERWAY}, today_at(by, entry, now))
    return row, entry


def _filing(audit_id: UUID, by: Actor, now: datetime) -> SiteAudit:
    """The audit to which both sides may add files until its report is signed."""
    row = queries.audit(by, audit_id)
    if not of_the_site(by, row):
        return mine(audit_id, {AuditState.PLANNED, AuditState.UNDERWAY}, by, now, newest=False)[0]
    row = of_my_site(audit_id, by)
    entry = sites.entry_of_scope(by, row.scope_id)
    check_state(row, {AuditState.PLANNED, AuditState.UNDERWAY}, today_at(by, entry, now))
    return row


def _own_finding(finding_id: UUID, by: Actor, now: datetime) -> tuple[AuditFinding, SiteAudit, Entry]:
    old = queries.finding(by, finding_id)
    row, entry = mine(old.audit_id, {AuditState.UNDERWAY}, by, now, newest=False)
    old = queries.finding(by, finding_id)
    if old.id != finding_id:
        raise StaleRecord(CHANGED)
    return old, row, entry


def _first_answer(row: SiteAudit, code: str, side: Side, said: Said) -> AuditAnswer:
    return AuditAnswer(
        id=uuid7(),
        scope_id=row.scope_id,
        program_id=row.program_id,
        holds_on=row.holds_on,
        audit_id=row.root_id,
        requirement_code=code,
        side=side,
        verdict=said.verdict,
        said=said.said.strip(),
    )


def _check_code(row: SiteAudit, entry: Entry, noted: Noted, today: date) -> None:
    if noted.requirement_code and noted.requirement_code not in {i.code for i in queries.items_of(row, entry, today)}:
        raise BadInput(
            f"{noted.requirement_code[:40]} is no requirement of this audit; choose one of its list.",
            "requirement_code",
        )
