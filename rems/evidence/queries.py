"""Find evidence in force. Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_
from sqlalchemy.dialects.postgresql import distinct_on

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.evidence.models import Evidence
from rems.evidence.rules import STANDING, EvidenceKind, SubjectKind

YEAR_DAYS = 365


def in_force(
    site_id: UUID, program_id: UUID, lens: Lens, *, subjects: Collection[SubjectKind] = STANDING
) -> list[Evidence]:
    """The evidence of a site that serves a program, in force under the lens, oldest first; of such subjects only."""
    query = _in_force(site_id, program_id, lens).where(Evidence.subject_kind.in_(subjects))
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Kept:
    """A record as findings need it: without what only a page shows. `patient_id` and `label` for what was infused."""

    id: UUID
    scope_id: UUID
    program_id: UUID
    kind: EvidenceKind
    subject_id: UUID
    holds_on: date
    until_on: date | None
    summary: str
    label: str = ""
    patient_id: UUID | None = None


def newest_of(site_ids: Collection[UUID], program_ids: Collection[UUID], lens: Lens) -> list[Kept]:
    """Of several sites, what is in force about each site and person under each program: the newest of each kind.

    Findings of audits are all given, for each of them counts.
    """
    row = Evidence
    chain = (row.scope_id, row.program_id, row.kind, row.subject_id)
    of_all = _in_force_of(site_ids, program_ids, lens).where(row.subject_kind.in_(STANDING))
    newest = (
        of_all.where(row.kind != EvidenceKind.AUDIT_FINDING)
        .ext(distinct_on(*chain))
        .order_by(*chain, row.holds_on.desc(), row.id.desc())
    )
    every = of_all.where(row.kind == EvidenceKind.AUDIT_FINDING).order_by(row.holds_on, row.id)
    return [_kept(found) for query in (newest, every) for found in db.session.execute(query.with_only_columns(*PLAIN))]


def year_of(site_ids: Collection[UUID], program_ids: Collection[UUID], lens: Lens) -> list[Kept]:
    """Of several sites, the infusions and cases of the 365 days before, oldest first."""
    row = Evidence
    happened = _in_force_of(site_ids, program_ids, lens).where(
        row.kind.in_({EvidenceKind.INFUSION, EvidenceKind.CASE_REPORT}),
        row.holds_on > lens.as_of - timedelta(days=YEAR_DAYS),
    )
    found = happened.order_by(row.holds_on, row.id).with_only_columns(*PLAIN, row.detail)
    return [_kept(one, one.detail) for one in db.session.execute(found)]


def about_of(
    site_ids: Collection[UUID], program_ids: Collection[UUID], happened: Collection[Kept], lens: Lens
) -> list[Kept]:
    """What is in force about these infusions and their patients, oldest first."""
    row = Evidence
    given = [one for one in happened if one.kind is EvidenceKind.INFUSION]
    about = {one.subject_id for one in given} | {one.patient_id for one in given if one.patient_id}
    if not about:
        return []
    theirs = _in_force_of(site_ids, program_ids, lens).where(
        row.subject_id.in_(about), row.kind != EvidenceKind.INFUSION
    )
    found = theirs.order_by(row.holds_on, row.id).with_only_columns(*PLAIN)
    return [_kept(one) for one in db.session.execute(found)]


def last_of(
    site_ids: Collection[UUID], program_ids: Collection[UUID], kind: EvidenceKind, lens: Lens
) -> dict[tuple[UUID, UUID], date]:
    """The newest day of a kind under each site and program, of any day up to the one asked about."""
    row = Evidence
    query = _in_force_of(site_ids, program_ids, lens).where(row.kind == kind).group_by(row.scope_id, row.program_id)
    found = query.with_only_columns(row.scope_id, row.program_id, func.max(row.holds_on))
    return {(site_id, program_id): on for site_id, program_id, on in db.session.execute(found) if program_id}


def days_of(
    site_ids: Collection[UUID], program_ids: Collection[UUID], kind: EvidenceKind, lens: Lens
) -> dict[tuple[UUID, UUID], list[tuple[UUID, date]]]:
    """Every record of a kind under each site and program: about whom, and its day; oldest first, ended ones too."""
    row = Evidence
    query = facts(row, lens).where(row.scope_id.in_(site_ids), row.program_id.in_(program_ids), row.kind == kind)
    columns = (row.scope_id, row.program_id, row.subject_id, row.holds_on)
    found: dict[tuple[UUID, UUID], list[tuple[UUID, date]]] = {}
    for site_id, program_id, about, on in db.session.execute(
        query.order_by(row.holds_on, row.id).with_only_columns(*columns)
    ):
        if program_id:
            found.setdefault((site_id, program_id), []).append((about, on))
    return found


PLAIN = (
    Evidence.id,
    Evidence.scope_id,
    Evidence.program_id,
    Evidence.kind,
    Evidence.subject_id,
    Evidence.holds_on,
    Evidence.until_on,
    Evidence.summary,
)


def _kept(row: Any, detail: Mapping[str, Any] = MappingProxyType({})) -> Kept:
    patient = detail.get("patient_id")
    return Kept(
        row.id,
        row.scope_id,
        row.program_id,
        row.kind,
        row.subject_id,
        row.holds_on,
        row.until_on,
        row.summary,
        str(detail.get("number") or detail.get("name") or ""),
        UUID(patient) if patient else None,
    )


def library(site_id: UUID, lens: Lens) -> list[Evidence]:
    """What is in force about a site and its people under each program that the reader may see, oldest first."""
    query = facts(Evidence, lens, scope_id=site_id).where(
        Evidence.subject_kind.in_(STANDING), or_(Evidence.until_on.is_(None), Evidence.until_on >= lens.as_of)
    )
    return list(db.session.scalars(query.order_by(Evidence.holds_on, Evidence.id)))


def pieces(site_id: UUID, keys: Collection[UUID]) -> list[Evidence]:
    """Those of these pieces of a site that are in force on any day, as corrected, in the order of the keys."""
    query = facts(Evidence, scope_id=site_id).where(Evidence.id.in_(keys))
    found = {row.id: row for row in db.session.scalars(query)}
    return [found[key] for key in keys if key in found]


def from_source(site_id: UUID, table: str, key: UUID) -> list[Evidence]:
    """What came from one record of the site, but for its shares."""
    query = facts(Evidence, scope_id=site_id).where(
        Evidence.source_table == table, Evidence.source_id == key, Evidence.shared_from_id.is_(None)
    )
    return list(db.session.scalars(query.order_by(Evidence.id)))


def _in_force_of(site_ids: Collection[UUID], program_ids: Collection[UUID], lens: Lens) -> Select[Evidence]:
    return facts(Evidence, lens).where(
        Evidence.scope_id.in_(site_ids),
        Evidence.program_id.in_(program_ids),
        or_(Evidence.until_on.is_(None), Evidence.until_on >= lens.as_of),
    )


def _in_force(site_id: UUID, program_id: UUID, lens: Lens) -> Select[Evidence]:
    return (
        facts(Evidence, lens, scope_id=site_id)
        .where(Evidence.program_id == program_id)
        .where(or_(Evidence.until_on.is_(None), Evidence.until_on >= lens.as_of))
        .order_by(Evidence.holds_on, Evidence.id)
    )
