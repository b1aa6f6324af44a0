"""Which question is most often missed, and with which answer: of all attempts or of first ones. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Subquery, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.training.assessments.rules import Content, Item
from rems.training.models import AssessmentAttempt


@dataclass(frozen=True)
class ItemStat:
    """How one question was answered. `place`: its number in the set; `wrong`: how often each wrong choice was made."""

    place: int
    item: Item
    asked: int
    right: int
    wrong: tuple[tuple[str, int], ...] = ()

    @property
    def missed(self) -> int:
        return self.asked - self.right

    @property
    def share(self) -> int | None:
        """Percent of right answers, rounded down; None: it was never asked."""
        return self.right * 100 // self.asked if self.asked else None


@dataclass(frozen=True)
class Tries:
    """How many people passed with which attempt, and how many have not passed yet."""

    passed_with: Mapping[int, int] = field(default_factory=dict)
    not_yet: int = 0

    @property
    def people(self) -> int:
        return sum(self.passed_with.values()) + self.not_yet


Counts = Mapping[str, tuple[int, int]]
Picks = Mapping[tuple[str, str], int]


def stats(content: Content, counts: Counts, picks: Picks) -> tuple[ItemStat, ...]:
    """Each question, the most often missed (by share) first. Pure.

    `counts`: asked and right by question; `picks`: how often each choice of it was made.
    """
    found = []
    for place, item in enumerate(content.items, 1):
        asked, right = counts.get(item.key, (0, 0))
        wrong = [(c.text, picks.get((item.key, c.key), 0)) for c in item.choices if not c.right]
        made = tuple(sorted(((text, n) for text, n in wrong if n), key=lambda one: (-one[1], one[0])))
        found.append(ItemStat(place, item, asked, right, made))
    return tuple(sorted(found, key=lambda s: (s.asked == 0, s.right / s.asked if s.asked else 0, s.place)))


def by_message(content: Content, found: tuple[ItemStat, ...]) -> tuple[tuple[str, int, int], ...]:
    """Each key risk message with how often its questions were asked, and answered rightly. Pure."""
    return tuple(
        (
            message,
            sum(s.asked for s in found if s.item.message == message),
            sum(s.right for s in found if s.item.message == message),
        )
        for message in content.messages
    )


def of_set(
    root_id: UUID, content: Content, lens: Lens, *, first: bool, since: date | None = None
) -> tuple[ItemStat, ...]:
    """The questions of an edition over all sites the actor may see. `first`: each person's first attempt alone."""
    tried = _tried(root_id, lens, first=first, since=since)
    shown = func.jsonb_array_elements_text(tried.c.answers["shown"]).table_valued("key").render_derived()
    right = func.count().filter(tried.c.answers["right"].op("?")(shown.c.key))
    counted = db.session.execute(
        select(shown.c.key, func.count(), right).select_from(tried).join(shown, true()).group_by(shown.c.key)
    )
    counts = {key: (asked, well) for key, asked, well in counted}
    chosen = func.jsonb_each(tried.c.answers["chosen"]).table_valued("key", column("value", JSONB)).render_derived()
    pick = func.jsonb_array_elements_text(chosen.c.value).table_valued("pick").render_derived()
    made = db.session.execute(
        select(chosen.c.key, pick.c.pick, func.count())
        .select_from(tried)
        .join(chosen, true())
        .join(pick, true())
        .group_by(chosen.c.key, pick.c.pick)
    )
    return stats(content, counts, {(key, choice): number for key, choice, number in made})


def tries(root_id: UUID, lens: Lens) -> Tries:
    """With which of their attempts people passed an edition."""
    tried = _tried(root_id, lens, first=False)
    number = func.row_number().over(partition_by=tried.c.staff_member_id, order_by=(tried.c.holds_on, tried.c.id))
    ranked = select(tried.c.staff_member_id, tried.c.passed, number.label("number")).subquery()
    passed_at = func.min(ranked.c.number).filter(ranked.c.passed).label("at")
    each = select(ranked.c.staff_member_id, passed_at).group_by(ranked.c.staff_member_id).subquery()
    rows = db.session.execute(select(each.c.at, func.count()).group_by(each.c.at)).all()
    with_ = {int(at): n for at, n in rows if at is not None}
    return Tries(dict(sorted(with_.items())), sum(n for at, n in rows if at is None))


def _tried(root_id: UUID, lens: Lens, *, first: bool, since: date | None = None) -> Subquery:
    """The attempts at an edition under the lens, as a table to count in."""
    row = AssessmentAttempt
    query = facts(row, lens).where(row.question_set_id == root_id)
    if since is not None:
        query = query.where(row.holds_on >= since)
    if first:
        query = query.ext(distinct_on(row.staff_member_id)).order_by(row.staff_member_id, row.holds_on, row.id)
    return query.subquery()
