"""Make and cancel the one-time links through which an assessment is taken without an account."""

from datetime import datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core import onetime
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import IllegalMove
from rems.core.ids import uuid7
from rems.core.states import next_state, take_turn
from rems.sites import queries as sites
from rems.training import actions
from rems.training.assessments import queries, taking
from rems.training.assessments.models import AssessmentLink
from rems.training.assessments.rules import LONGEST_LINK_DAYS


def make(
    site_id: UUID, code: str, staff_id: UUID, root_id: UUID, *, days: int, by: Actor, now: datetime
) -> tuple[str, UUID]:
    """Make a link that holds for so many days; returns its word, which is not kept, and its key.

    Raises NotFound, NotAllowed, BadInput with the field, IllegalMove: nobody may take it, or no attempt is left.
    """
    with transaction(by, "assessments.make_link", at=now) as session:
        entry = sites.entry(by, site_id, code)
        require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
        lasts = onetime.check_days(days, longest=LONGEST_LINK_DAYS)
        today = day_in(sites.site(by, site_id).timezone, now)
        who = actions.staff_member(entry, staff_id, today, by=by, now=now)
        row = taking.in_use(root_id, today)
        taking.check_may_try(entry, who, row, today)
        take_turn("assessment links of", who.id)
        for old in queries.links(entry.scope_id):
            if old.staff_member_id == who.id and old.question_set_id == row.root_id and queries.opens(old, now):
                next_state(old, canceled=True)  # the newest link of a person is the only one that opens
        token, key = onetime.new_token(), uuid7()
        made = AssessmentLink(
            id=key,
            root_id=key,
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=today,
            site_id=site_id,
            staff_member_id=who.id,
            question_set_id=row.root_id,
            token_digest=onetime.digest_of(token),
            expires_at=now + lasts,
            used=False,
            canceled=False,
        )
        session.add(made)
    return token, key


def cancel(root_id: UUID, *, by: Actor, now: datetime) -> None:
    """A link opens nothing any more. Raises NotFound, NotAllowed, IllegalMove."""
    with transaction(by, "assessments.cancel_link", at=now):
        row = queries.link(root_id)
        require(by, Permission.TRAINING_RECORD, scope_id=row.scope_id)
        take_turn("assessment link", root_id)
        row = queries.link(root_id)
        if not queries.opens(row, now):
            raise IllegalMove("This link opens nothing any more, so there is nothing to cancel.")
        next_state(row, canceled=True)
