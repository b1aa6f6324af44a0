"""Take a knowledge assessment: by a person who is signed in, or through a one-time link; and let somebody try again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core import onetime
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, IllegalMove
from rems.core.ids import uuid7
from rems.core.states import next_state, take_turn
from rems.sites import queries as sites
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.training import actions, people, steps
from rems.training.assessments import queries
from rems.training.assessments.models import AssessmentLink, ExtraAttempt, QuestionSet
from rems.training.assessments.rules import Content, SetState, check_given, right_items, unanswered
from rems.training.models import AssessmentAttempt
from rems.training.rules import Through

LINK_OVER = "This link has expired. Ask your site coordinator for a new one."
LINK_USED = "This link was used already. A link opens an assessment once; ask your site coordinator for a new one."
LINK_CANCELED = "This link was canceled. Ask your site coordinator for a new one."
NO_LINK = "This is no link to an assessment. Open it just as it was sent to you, or ask your site coordinator."


@dataclass(frozen=True)
class Answered:
    """What was answered: `shown` are the keys of the questions as they stood on the page, `chosen` those of choices."""

    shown: tuple[str, ...]
    chosen: Mapping[str, frozenset[str]]


def take(site_id: UUID, code: str, root_id: UUID, answered: Answered, *, by: Actor, now: datetime) -> UUID:
    """A person who is signed in takes an assessment for themselves. Returns the key of the attempt.

    Raises NotFound, NotAllowed, BadInput for a question left open, IllegalMove after the last attempt.
    """
    with transaction(by, "assessments.take", at=now):
        entry = sites.entry(by, site_id, code)
        require(by, Permission.TRAINING_SIGN, scope_id=entry.scope_id)
        who = people.myself(by, entry, _today(by, entry, now))
        return _attempt(entry, who, root_id, answered, Through.ACCOUNT, by=by, now=now).id


def take_through(link_id: UUID, answered: Answered, *, by: Actor, now: datetime) -> UUID:
    """A person without an account takes an assessment through a link, which is used from then on.

    `by` is the holder of the link. Raises IllegalMove for a link that opens nothing, and as `take`.
    """
    with transaction(by, "assessments.take_through_link", at=now):
        take_turn("assessment link", link_id)
        row = queries.link(link_id)
        check_opens(row, now)
        entry = sites.entry_of_scope(by, row.scope_id)
        today = _today(by, entry, now)
        who = actions.staff_member(entry, row.staff_member_id, today, by=by, now=now)
        attempt = _attempt(entry, who, row.question_set_id, answered, Through.LINK, by=by, now=now)
        next_state(row, used=True, attempt_id=attempt.id)
    return attempt.id


def check_opens(row: AssessmentLink, now: datetime) -> None:
    """Raises IllegalMove with what became of a link that opens nothing."""
    onetime.check_opens(row, now, onetime.Sentences(LINK_OVER, LINK_USED, LINK_CANCELED))


def grant(site_id: UUID, code: str, staff_id: UUID, root_id: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """The sponsor lets a person try once more. Raises NotFound, NotAllowed, BadInput, IllegalMove."""
    with transaction(by, "assessments.grant_attempt", at=now) as session:
        entry = sites.entry(by, site_id, code)
        require(by, Permission.TRAINING_PUBLISH, program_id=entry.program_id)
        today = _today(by, entry, now)
        who = actions.staff_member(entry, staff_id, today, by=by, now=now)
        if not reason.strip():
            raise BadInput("Reason is missing: say why this person may try again.", "reason")
        take_turn(f"attempts of {who.id}", root_id)
        row = in_use(root_id, today)
        stands = queries.standing(entry, who.id, row, today)
        if stands.left != 0:
            raise IllegalMove(f"{who.name} has an attempt left already.")
        more = ExtraAttempt(
            id=uuid7(),
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=today,
            site_id=entry.site_id,
            staff_member_id=who.id,
            question_set_id=row.root_id,
            reason=reason.strip(),
        )
        session.add(more)
    return more.id


def in_use(root_id: UUID, on: date) -> QuestionSet:
    """An edition that is taken on that day. Raises NotFound, IllegalMove."""
    row = queries.question_set(root_id)
    if queries.state(row, on) is not SetState.IN_USE:
        raise IllegalMove(f"{row.label} is not in use today; nobody takes it.")
    return row


def check_may_try(entry: Entry, who: StaffMember, row: QuestionSet, on: date) -> queries.Standing:
    """How the person stands. Raises IllegalMove: no terms are set, or no attempt is left."""
    stands = queries.standing(entry, who.id, row, on)
    if stands.terms.missing:
        raise IllegalMove(
            f"Nobody can take it yet: {stands.terms.missing} of {entry.program.title} is established at no source, and "
            "this installation has not set it. An administrator sets it in config/programs/local.yaml."
        )
    if stands.left == 0:
        raise IllegalMove(
            f"{who.name} has used all {stands.taken} attempts at {row.label}. The program manager can grant another."
        )
    return stands


def _attempt(
    entry: Entry,
    who: StaffMember,
    root_id: UUID,
    answered: Answered,
    through: Through,
    *,
    by: Actor,
    now: datetime,
) -> AssessmentAttempt:
    """Score an attempt and keep it with every answer. Attempts of one person go one after the other."""
    take_turn(f"attempts of {who.id}", root_id)
    today = _today(by, entry, now)
    row = in_use(root_id, today)
    stands = check_may_try(entry, who, row, today)
    content = Content.of(row.content)
    check_given(content, answered.chosen)
    if open_ := unanswered(content, answered.chosen):
        places = [i for i, key in enumerate(answered.shown, 1) if key in open_]
        raise BadInput(_left_open(places or list(range(1, len(open_) + 1))))
    right = right_items(content, answered.chosen)
    mark = stands.terms.pass_mark_percent
    assert mark is not None  # check_may_try
    kept = {
        "shown": list(answered.shown),
        "chosen": {key: sorted(chosen) for key, chosen in answered.chosen.items()},
        "right": list(right),
    }
    attempt, _ = steps.tried(
        entry,
        who,
        holds_on=today,
        question_set=row.label,
        questions=len(content.items),
        correct=len(right),
        pass_mark_percent=mark,
        taken=steps.Taken(through, row.root_id, whole=True, answers=kept),
    )
    db.session.flush()
    return attempt


def _left_open(places: list[int]) -> str:
    if len(places) == 1:
        return f"Question {places[0]} has no answer yet."
    head = ", ".join(str(n) for n in places[:-1])
    return f"Questions {head} and {places[-1]} have no answer yet."


def _today(by: Actor, entry: Entry, now: datetime) -> date:
    return day_in(sites.site(by, entry.site_id).timezone, now)


def found_link(digest: str) -> AssessmentLink:
    """The link of that digest, in its newest state. Raises IllegalMove for one that there never was."""
    row = queries.link_by_digest(digest)
    if row is None:
        raise IllegalMove(NO_LINK)
    return row
