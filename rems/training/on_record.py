"""What is on record of the training of a site under a program, as an import compares it. Nothing here writes."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import literal, select

from rems.core.db import db
from rems.core.facts import facts
from rems.sites.queries import Entry
from rems.sites.rules import folded
from rems.training.models import AssessmentAttempt, TrainingRecord

ASSESSMENT = "assessment"
Key = tuple[UUID, str, date, str]
"""A person, what was taken, the day, and the material with its letters folded."""


@dataclass
class Known:
    """What is on record: all, what has no number of a sponsor's system, and by such a number whether it stands."""

    all: set[Key] = field(default_factory=set)
    without_number: set[Key] = field(default_factory=set)
    records: dict[str, bool] = field(default_factory=dict)


def on_record(entry: Entry) -> Known:
    """Everything of the people of the site under the program, also by the numbers of a sponsor's system."""
    found = Known()
    for kind, what, words in (
        (TrainingRecord, TrainingRecord.kind, TrainingRecord.material),
        (AssessmentAttempt, literal(ASSESSMENT), AssessmentAttempt.question_set),
    ):
        numbered = select(kind.came_as).where(kind.scope_id == entry.scope_id, kind.came_as != "")
        found.records.update(dict.fromkeys(db.session.scalars(numbered.where(kind.supersedes_id.is_(None))), False))
        standing = facts(kind, scope_id=entry.scope_id).with_only_columns(
            kind.staff_member_id, what, kind.holds_on, words, kind.came_as
        )
        for who, did, on, material, record in db.session.execute(standing):
            one = (who, str(did), on, folded(material))
            found.all.add(one)
            if record:
                found.records[record] = True
            else:
                found.without_number.add(one)
    return found
