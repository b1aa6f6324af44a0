"""How the people of a site stand with each edition in use, and which links are out. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites import details
from rems.sites.details import Person
from rems.sites.queries import Entry
from rems.training.assessments import queries
from rems.training.assessments.models import AssessmentLink, ExtraAttempt, QuestionSet
from rems.training.assessments.rules import terms
from rems.training.models import AssessmentAttempt

SIZE = 50


@dataclass(frozen=True)
class PersonLine:
    """How one person stands with an edition. `left` None: there is no limit."""

    person: Person
    taken: int
    passed: AssessmentAttempt | None
    left: int | None


@dataclass(frozen=True)
class SetLine:
    row: QuestionSet
    people: tuple[PersonLine, ...]

    @property
    def passed(self) -> int:
        return sum(one.passed is not None for one in self.people)


@dataclass(frozen=True)
class LinkLine:
    """A link that is out or was: for whom, for what, and whether it still opens."""

    row: AssessmentLink
    name: str
    label: str
    opens: bool
    state: tuple[str, str]


def sets(entry: Entry, lens: Lens) -> list[SetLine]:
    """Each edition in use on the day with the staff of the day: who has not passed stands first."""
    there = [p for p in details.people(entry.site_id, lens) if p.there(lens.as_of)]
    now = terms(entry.program, entry.program.version_on(lens.as_of))
    tried: dict[tuple[UUID, UUID], list[AssessmentAttempt]] = {}
    for row in queries.attempts(entry.scope_id, lens=lens):  # the newest first
        if row.question_set_id:
            tried.setdefault((row.question_set_id, row.staff_member_id), []).append(row)
    more = _granted(entry, lens)
    found = []
    for edition in queries.in_use(entry.program_id, lens.as_of):
        lines = []
        for person in there:
            key = (edition.root_id, person.id)
            own = tried.get(key, [])
            left = now.left(len(own), more=more.get(key, 0))
            lines.append(PersonLine(person, len(own), next((a for a in own if a.passed), None), left))
        lines.sort(key=lambda one: (one.passed is not None, one.person.name))
        found.append(SetLine(edition, tuple(lines)))
    return found


def _granted(entry: Entry, lens: Lens) -> dict[tuple[UUID, UUID], int]:
    row = ExtraAttempt
    query = facts(row, lens, scope_id=entry.scope_id).group_by(row.question_set_id, row.staff_member_id)
    counted = db.session.execute(query.with_only_columns(row.question_set_id, row.staff_member_id, func.count()))
    return {(root, who): number for root, who, number in counted}


def links(entry: Entry, lens: Lens, people: Mapping[UUID, Person], now: datetime) -> list[LinkLine]:
    """The links of a site, those that still open first."""
    rows = queries.links(entry.scope_id, lens)
    labels = {row.root_id: row.label for row in queries.sets(entry.program_id)}
    found = []
    for row in rows:
        who = people.get(row.staff_member_id)
        opens, label = queries.opens(row, now), labels.get(row.question_set_id, "")
        found.append(LinkLine(row, who.name if who else "", label, opens, _state(row, now)))
    return sorted(found, key=lambda one: not one.opens)


def _state(row: AssessmentLink, now: datetime) -> tuple[str, str]:
    if row.used:
        return "Used", "met"
    if row.canceled:
        return "Canceled", "off"
    return ("Expired", "off") if now >= row.expires_at else ("Open", "wait")
