"""Look up who was trained and who passed an assessment under a program. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.training.models import AssessmentAttempt, TrainingRecord
from rems.training.rules import TrainingKind


@dataclass(frozen=True)
class PersonTraining:
    """A person of the staff: the newest training of each kind, the newest attempt, and the newest that was passed."""

    person: StaffMember
    trainings: Mapping[TrainingKind, TrainingRecord] = field(default_factory=dict)
    attempt: AssessmentAttempt | None = None
    passed: AssessmentAttempt | None = None


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
    return [
        PersonTraining(who, trained.get(who.id, {}), newest.get(who.id), passed.get(who.id))
        for who in sites.staff(site_id, on=lens.as_of)
    ]
