"""Look up question sets, attempts at them, and the links through which they are taken. Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites.queries import Entry
from rems.training.assessments.models import AssessmentLink, ExtraAttempt, QuestionSet
from rems.training.assessments.rules import Content, SetState, Terms, terms
from rems.training.models import AssessmentAttempt


def state(row: QuestionSet, on: date) -> SetState:
    """What stands of an edition on a day."""
    if row.published_on is None:
        return SetState.DRAFT
    if row.withdrawn_on is not None and row.withdrawn_on <= on:
        return SetState.WITHDRAWN
    return SetState.COMING if on < row.published_on else SetState.IN_USE


def sets(program_id: UUID, lens: Lens | None = None) -> list[QuestionSet]:
    """Every edition of a program in its newest state, by title, the newest edition first."""
    query = facts(QuestionSet, lens).where(QuestionSet.program_id == program_id)
    return list(db.session.scalars(query.order_by(QuestionSet.title, QuestionSet.root_id.desc())))


def in_use(program_id: UUID, on: date) -> list[QuestionSet]:
    """The editions that are taken on a day."""
    return [row for row in sets(program_id) if state(row, on) is SetState.IN_USE]


def question_set(root_id: UUID) -> QuestionSet:
    """An edition in its newest state. Raises NotFound."""
    found = db.session.scalars(facts(QuestionSet).where(QuestionSet.root_id == root_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such question set, or it is not yours to see.")
    return found


def attempts(
    scope_id: UUID, *, root_id: UUID | None = None, staff_id: UUID | None = None, lens: Lens | None = None
) -> list[AssessmentAttempt]:
    """The attempts of a site under a program, the newest first; of one edition, of one person."""
    query = facts(AssessmentAttempt, lens, scope_id=scope_id)
    if root_id is not None:
        query = query.where(AssessmentAttempt.question_set_id == root_id)
    if staff_id is not None:
        query = query.where(AssessmentAttempt.staff_member_id == staff_id)
    order = AssessmentAttempt.holds_on.desc(), AssessmentAttempt.id.desc()
    return list(db.session.scalars(query.order_by(*order)))


def attempt(key: UUID) -> AssessmentAttempt:
    """One attempt that stands. Raises NotFound."""
    found = db.session.scalars(facts(AssessmentAttempt).where(AssessmentAttempt.id == key)).one_or_none()
    if found is None:
        raise NotFound("There is no such attempt at an assessment, or it is not yours to see.")
    return found


@dataclass(frozen=True)
class Standing:
    """How a person stands with an edition: attempts taken here, those granted besides, whether one was passed."""

    taken: int
    granted: int
    passed: AssessmentAttempt | None
    terms: Terms

    @property
    def left(self) -> int | None:
        """Attempts that are left; None: there is no limit."""
        return self.terms.left(self.taken, more=self.granted)

    @property
    def may_try(self) -> bool:
        return not self.terms.missing and self.left != 0


def standing(entry: Entry, staff_id: UUID, row: QuestionSet, on: date) -> Standing:
    """How a person stands with an edition, on the terms of the day."""
    tried = attempts(entry.scope_id, root_id=row.root_id, staff_id=staff_id)
    granted = select(func.count()).select_from(
        facts(ExtraAttempt, scope_id=entry.scope_id)
        .where(ExtraAttempt.question_set_id == row.root_id, ExtraAttempt.staff_member_id == staff_id)
        .subquery()
    )
    newest = next((one for one in tried if one.passed), None)
    now = terms(entry.program, entry.program.version_on(on))
    return Standing(len(tried), db.session.scalar(granted) or 0, newest, now)


def links(scope_id: UUID, lens: Lens | None = None) -> list[AssessmentLink]:
    """The links of a site under a program in their newest state, the newest first."""
    query = facts(AssessmentLink, lens, scope_id=scope_id)
    return list(db.session.scalars(query.order_by(AssessmentLink.root_id.desc())))


def waiting(scope_id: UUID, lens: Lens, now: datetime) -> set[UUID]:
    """The people of a site who have a link under a program that opens something now."""
    return {one.staff_member_id for one in links(scope_id, lens) if opens(one, now)}


def opens(row: AssessmentLink, now: datetime) -> bool:
    """Whether a link still opens its assessment."""
    return not row.used and not row.canceled and now < row.expires_at


def link(root_id: UUID) -> AssessmentLink:
    """A link in its newest state. Raises NotFound."""
    found = db.session.scalars(facts(AssessmentLink).where(AssessmentLink.root_id == root_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such link, or it is not yours to see.")
    return found


def link_by_digest(digest: str) -> AssessmentLink | None:
    """The newest state of the link with this digest, whatever became of it; None: there never was one."""
    return db.session.scalars(facts(AssessmentLink).where(AssessmentLink.token_digest == digest)).one_or_none()


def contents(root_ids: Collection[UUID]) -> dict[UUID, Content]:
    """What several editions ask, by `root_id`."""
    rows = db.session.scalars(facts(QuestionSet).where(QuestionSet.root_id.in_(root_ids)))
    return {row.root_id: Content.of(row.content) for row in rows}
