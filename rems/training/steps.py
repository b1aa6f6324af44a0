"""Record a training or a try at an assessment, and take one back, inside the open transaction of the use case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from rems.core.db import db, require_transaction
from rems.core.errors import BadInput, NotFound
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.states import next_state
from rems.evidence import steps as evidence
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import said
from rems.training.models import AssessmentAttempt, TrainingRecord
from rems.training.rules import KIND_WORDS, Through, TrainingKind, passed

KINDS: dict[str, Any] = {kind.__tablename__: kind for kind in (TrainingRecord, AssessmentAttempt)}


@dataclass(frozen=True)
class Taken:
    """An attempt that was taken here: how, of which edition, whether every question was answered, and each answer."""

    through: Through
    question_set_id: UUID
    whole: bool
    answers: Mapping[str, Any]


def trained(
    entry: Entry,
    who: StaffMember,
    kind: TrainingKind,
    *,
    holds_on: date,
    material: str,
    edition_id: UUID | None = None,
    came_as: str = "",
) -> Evidence:
    """A person took a training of a program; it is evidence from that day on. The caller checked person and day.

    `edition_id`: of which edition, where it is kept here. `came_as`: the number of the record in the sponsor's own
    system, empty for one that was made here.
    """
    require_transaction("recording a training")
    row = TrainingRecord(
        id=uuid7(),
        scope_id=entry.scope_id,
        program_id=entry.program_id,
        holds_on=holds_on,
        site_id=entry.site_id,
        staff_member_id=who.id,
        kind=kind,
        material=material.strip(),
        edition_id=edition_id,
        came_as=came_as,
    )
    db.session.add(row)
    db.session.flush()
    summary = f"{who.name}: {KIND_WORDS[kind].lower()} on {said(holds_on)}, {row.material}."
    return _proof(entry, who, EvidenceKind(kind), holds_on, summary, row)


def tried(
    entry: Entry,
    who: StaffMember,
    *,
    holds_on: date,
    question_set: str,
    questions: int,
    correct: int,
    pass_mark_percent: int,
    taken: Taken | None = None,
    came_as: str = "",
) -> tuple[AssessmentAttempt, Evidence | None]:
    """One try of a person at the assessment of a program; only a pass is evidence. Raises BadInput for its score.

    `taken`: it was taken here. One with a question left open is refused, whatever its score.
    """
    require_transaction("recording an assessment")
    if taken is not None and not taken.whole:
        raise BadInput("An assessment with an open question is not taken; answer each of them.")
    row = AssessmentAttempt(
        id=uuid7(),
        scope_id=entry.scope_id,
        program_id=entry.program_id,
        holds_on=holds_on,
        site_id=entry.site_id,
        staff_member_id=who.id,
        question_set=question_set.strip(),
        questions=questions,
        correct=correct,
        pass_mark_percent=pass_mark_percent,
        passed=passed(correct=correct, questions=questions, pass_mark_percent=pass_mark_percent),
        came_through=taken.through if taken else Through.RECORDED,
        question_set_id=taken.question_set_id if taken else None,
        answers=dict(taken.answers) if taken else {},
        came_as=came_as,
    )
    db.session.add(row)
    db.session.flush()
    if not row.passed:
        return row, None
    summary = f"{who.name}: knowledge assessment passed on {said(holds_on)}, {correct} of {questions}."
    return row, _proof(entry, who, EvidenceKind.KNOWLEDGE_ASSESSMENT, holds_on, summary, row)


def _proof(
    entry: Entry,
    who: StaffMember,
    kind: EvidenceKind,
    holds_on: date,
    summary: str,
    row: TrainingRecord | AssessmentAttempt,
) -> Evidence:
    return evidence.append(
        kind,
        site_id=entry.site_id,
        program_id=entry.program_id,
        subject_kind=SubjectKind.PERSON,
        subject_id=who.id,
        holds_on=holds_on,
        summary=summary,
        source_table=row.__tablename__,
        source_id=row.id,
    )


def take_back(table: str, key: UUID) -> None:
    """The record never held. Raises NotFound, also for one that was taken back already."""
    require_transaction("taking back a training")
    kind = KINDS[table]
    row = db.session.scalars(facts(kind).where(kind.id == key)).one_or_none()
    if row is None:
        raise NotFound("There is no such record of a training, or it was taken back already.")
    next_state(row, void=True)
