"""Look up who was trained and who passed an assessment under a program. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.rules import EvidenceKind
from rems.programs import queries as programs
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.details import Person
from rems.sites.queries import Entry
from rems.training.assessments import queries as assessments
from rems.training.courses import queries as courses
from rems.training.matrix import SOON_DAYS, WORDS, Known, Row, matrix
from rems.training.models import AssessmentAttempt, TrainingRecord
from rems.training.rules import TrainingKind


@dataclass(frozen=True)
class PersonTraining:
    """A person of the staff: the newest training of each kind, the newest attempt, and the newest that was passed.

    `shared`: what was taken for another program of the site and put under this one too, with its newest day.
    """

    person: Person
    trainings: Mapping[TrainingKind, TrainingRecord] = field(default_factory=dict)
    attempt: AssessmentAttempt | None = None
    passed: AssessmentAttempt | None = None
    shared: Mapping[EvidenceKind, date] = field(default_factory=dict)

    @property
    def taken(self) -> dict[EvidenceKind, date]:
        """The newest day of each kind, wherever it was taken."""
        days = [(EvidenceKind(kind), row.holds_on) for kind, row in self.trainings.items()]
        days += [(EvidenceKind.KNOWLEDGE_ASSESSMENT, self.passed.holds_on)] if self.passed else []
        newest: dict[EvidenceKind, date] = dict(self.shared)
        for kind, on in days:
            newest[kind] = max(on, newest.get(kind, on))
        return newest


def people(site_id: UUID, entry: Entry, lens: Lens) -> list[PersonTraining]:
    """The staff of the day by name, each with what it took and passed under the program."""
    trained: dict[UUID, dict[TrainingKind, TrainingRecord]] = {}
    taken = facts(TrainingRecord, lens, scope_id=entry.scope_id)
    for row in db.session.scalars(taken.order_by(TrainingRecord.holds_on, TrainingRecord.id)):
        trained.setdefault(row.staff_member_id, {})[row.kind] = row
    newest: dict[UUID, AssessmentAttempt] = {}
    passed: dict[UUID, AssessmentAttempt] = {}
    tried = facts(AssessmentAttempt, lens, scope_id=entry.scope_id)
    for attempt in db.session.scalars(tried.order_by(AssessmentAttempt.holds_on, AssessmentAttempt.id)):
        newest[attempt.staff_member_id] = attempt
        if attempt.passed:
            passed[attempt.staff_member_id] = attempt
    shared = _shared(entry, lens)
    return [
        PersonTraining(who, trained.get(who.id, {}), newest.get(who.id), passed.get(who.id), shared.get(who.id, {}))
        for who in _staff(site_id, lens)
    ]


def _staff(site_id: UUID, lens: Lens) -> list[Person]:
    """Those who work there on the day, by name, as the roster was known."""
    return [p for p in details.people(site_id, lens) if p.there(lens.as_of)]


def _shared(entry: Entry, lens: Lens) -> dict[UUID, dict[EvidenceKind, date]]:
    found: dict[UUID, dict[EvidenceKind, date]] = {}
    for piece in evidence.in_force(entry.site_id, entry.program_id, lens):  # oldest first: the newest stays
        if piece.shared_from_id and piece.kind in WORDS:
            found.setdefault(piece.subject_id, {})[piece.kind] = piece.holds_on
    return found


def known(entry: Entry, lens: Lens, *, now: datetime | None = None) -> list[Known]:
    """The staff of the day as the matrix needs it: what each took, and the newest try that was not passed.

    With `now` also who has a one-time link that still opens.
    """
    representative = sites.representative(entry.scope_id, lens)
    signs = representative[1].id if representative else None
    waiting = assessments.waiting(entry.scope_id, lens, now) if now else frozenset()
    return [
        Known(
            one.person.name,
            one.person.role,
            one.person.id == signs,
            one.taken,
            _failed(one),
            id=one.person.id,
            waits=one.person.id in waiting,
        )
        for one in people(entry.site_id, entry, lens)
    ]


def rows(entry: Entry, lens: Lens, *, now: datetime | None = None) -> tuple[Row, ...]:
    """The matrix of a site under a program on a day."""
    soon = Lens(lens.as_of + timedelta(days=SOON_DAYS), lens.known_at)
    editions = courses.renewals({entry.program_id}, soon).get(entry.program_id, ())
    version = programs.as_known(entry.program, lens.known_at).version_on(lens.as_of)
    return matrix(version, known(entry, lens, now=now), lens.as_of, editions)


def _failed(one: PersonTraining) -> tuple[date, str] | None:
    tried = one.attempt
    return None if tried is None or tried.passed else (tried.holds_on, f"{tried.correct} of {tried.questions}")
