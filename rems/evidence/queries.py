"""Find evidence in force. Nothing here writes."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, or_

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


def year_before(site_id: UUID, program_id: UUID, lens: Lens) -> list[Evidence]:
    """The infusions and cases of the 365 days before, and what is in force about those infusions and their patients."""
    happened = _in_force(site_id, program_id, lens).where(
        Evidence.kind.in_({EvidenceKind.INFUSION, EvidenceKind.CASE_REPORT}),
        Evidence.holds_on > lens.as_of - timedelta(days=YEAR_DAYS),
    )
    found = list(db.session.scalars(happened))
    given = [e for e in found if e.kind is EvidenceKind.INFUSION]
    about = {e.subject_id for e in given} | {UUID(e.detail["patient_id"]) for e in given if "patient_id" in e.detail}
    if not about:
        return found
    theirs = _in_force(site_id, program_id, lens).where(
        Evidence.subject_id.in_(about), Evidence.kind != EvidenceKind.INFUSION
    )
    return [*found, *db.session.scalars(theirs)]


def newest(site_id: UUID, program_id: UUID, kind: EvidenceKind, lens: Lens) -> Evidence | None:
    """The newest evidence of a kind, of any day up to the one asked about."""
    query = _in_force(site_id, program_id, lens).where(Evidence.kind == kind).order_by(None)
    return db.session.scalars(query.order_by(Evidence.holds_on.desc(), Evidence.id.desc()).limit(1)).one_or_none()


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


def _in_force(site_id: UUID, program_id: UUID, lens: Lens) -> Select[Evidence]:
    return (
        facts(Evidence, lens, scope_id=site_id)
        .where(Evidence.program_id == program_id)
        .where(or_(Evidence.until_on.is_(None), Evidence.until_on >= lens.as_of))
        .order_by(Evidence.holds_on, Evidence.id)
    )
