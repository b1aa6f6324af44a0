"""Look up audits, what was found in them, and what was shared of them. Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from rems.compliance.audits.models import AuditAnswer, AuditFile, AuditFinding, AuditResponse, AuditShare, SiteAudit
from rems.compliance.audits.rules import AuditState, Days, Found, Item, Side, Verdict, checklist, state_of
from rems.compliance.models import Deviation
from rems.compliance.queries import visible
from rems.compliance.rules import is_open
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.programs.rules import Program, Version
from rems.sites.queries import Entry

GONE = "There is no such audit, or it is not yours to see."
NO_SHARE = "There is no such report, or it is not yours to see."


@dataclass(frozen=True)
class FindingLine:
    """A finding, what the site answered, and the deviation that follows it from the report on."""

    row: AuditFinding
    response: AuditResponse | None
    deviation: Deviation | None

    def is_open(self, on: date) -> bool:
        """Whether it is open on a day; before the report every finding is."""
        return self.deviation is None or is_open(self.deviation.closed_on, on)


def audit(actor: Actor, audit_id: UUID, lens: Lens | None = None) -> SiteAudit:
    """One audit as it stood under the lens, found by the key of any of its states. Raises NotFound."""
    root = select(SiteAudit.root_id).where(SiteAudit.id == audit_id).scalar_subquery()
    found = db.session.scalars(visible(actor, SiteAudit, lens).where(SiteAudit.root_id == root)).one_or_none()
    if found is None:
        raise NotFound(GONE)
    return found


def days_of(row: SiteAudit) -> Days:
    return Days(row.planned_for, row.begun_on, row.reported_on, row.closed_on, row.canceled_on)


def state(row: SiteAudit, on: date) -> AuditState:
    return state_of(days_of(row), on)


def versions_of(row: SiteAudit, entry: Entry, on: date) -> list[tuple[Program, Version]]:
    """The rules an audit goes through: those of its beginning; while it is planned, those in force on a day.

    The program it is held for comes first. A program that asks nothing on that day is left out.
    """
    several = [entry.program, *(programs.program(code) for code in row.also)]
    if row.program_versions:
        return [
            (p, programs.version(p.code, row.program_versions[p.code]))
            for p in several
            if p.code in row.program_versions
        ]
    found = [(program, program.version_on(on)) for program in several]
    return [(program, version) for program, version in found if version is not None]


def items_of(row: SiteAudit, entry: Entry, on: date) -> tuple[Item, ...]:
    return checklist(versions_of(row, entry, on))


def answers_of(root_id: UUID, lens: Lens | None = None) -> dict[tuple[str, Side], AuditAnswer]:
    """What each side says of each requirement."""
    rows = db.session.scalars(facts(AuditAnswer, lens).where(AuditAnswer.audit_id == root_id))
    return {(row.requirement_code, row.side): row for row in rows}


def verdicts(answers: Mapping[tuple[str, Side], AuditAnswer]) -> dict[str, Verdict]:
    """What the auditor says of each requirement."""
    return {code: row.verdict for (code, side), row in answers.items() if side is Side.AUDITOR}


def findings_of(root_id: UUID, lens: Lens | None = None) -> list[FindingLine]:
    """The findings of an audit by their number, in three statements."""
    query = facts(AuditFinding, lens).where(AuditFinding.audit_id == root_id).order_by(AuditFinding.number)
    rows = db.session.scalars(query).all()
    said = facts(AuditResponse, lens).where(AuditResponse.finding_id.in_([r.root_id for r in rows]))
    responses = {one.finding_id: one for one in db.session.scalars(said)}
    known = Lens(date.max, lens.known_at) if lens else None  # one that is closed since is found too
    followed = facts(Deviation, known).where(Deviation.root_id.in_([r.deviation_id for r in rows if r.deviation_id]))
    deviations = {one.root_id: one for one in db.session.scalars(followed)}
    return [
        FindingLine(r, responses.get(r.root_id), deviations.get(r.deviation_id) if r.deviation_id else None)
        for r in rows
    ]


def finding(actor: Actor, finding_id: UUID) -> AuditFinding:
    """One finding as it is now, by the key of any of its states. Raises NotFound."""
    root = select(AuditFinding.root_id).where(AuditFinding.id == finding_id).scalar_subquery()
    found = db.session.scalars(visible(actor, AuditFinding).where(AuditFinding.root_id == root)).one_or_none()
    if found is None:
        raise NotFound("There is no such finding, or it is not yours to see.")
    return found


def found(rows: Collection[FindingLine]) -> list[Found]:
    return [Found(one.row.number, one.row.severity, one.row.requirement_code) for one in rows]


def files_of(root_id: UUID, lens: Lens | None = None) -> Sequence[AuditFile]:
    """The files of an audit without their content, in the order they came."""
    query = facts(AuditFile, lens).where(AuditFile.audit_id == root_id)
    return db.session.scalars(query.order_by(AuditFile.id)).all()


def file(actor: Actor, file_id: UUID) -> AuditFile:
    """One file with its content to be loaded. Raises NotFound, also for one that was taken back."""
    one = db.session.scalars(visible(actor, AuditFile).where(AuditFile.id == file_id)).one_or_none()
    if one is None:
        raise NotFound("There is no such file, or it was taken back, or it is not yours to see.")
    return one


def finding_of_deviation(root_id: UUID) -> AuditFinding | None:
    """The finding that a deviation follows."""
    return db.session.scalars(facts(AuditFinding).where(AuditFinding.deviation_id == root_id)).one_or_none()


def share(actor: Actor, share_id: UUID, lens: Lens | None = None) -> AuditShare:
    """What a program was given of an audit, by the key of any of its states. Raises NotFound."""
    root = select(AuditShare.root_id).where(AuditShare.id == share_id).scalar_subquery()
    one = db.session.scalars(visible(actor, AuditShare, lens).where(AuditShare.root_id == root)).one_or_none()
    if one is None:
        raise NotFound(NO_SHARE)
    return one


def shares_of(root_id: UUID, lens: Lens | None = None) -> Sequence[AuditShare]:
    """The further programs of a site that were given this audit, as far as the reader may see."""
    return db.session.scalars(facts(AuditShare, lens).where(AuditShare.audit_id == root_id)).all()
