"""What stands in the feed of an actor, and the addresses there are. Nothing here writes."""

from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy import or_, select

from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.events import queries as events
from rems.followup.feed.models import CalendarFeed
from rems.followup.feed.rules import Entry, deadline_title, visit_title
from rems.followup.lists.queries import seen
from rems.followup.models import PlannedVisit
from rems.patients import queries as patients

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
CASES = UUID("6f1d3a52-6d0f-5c0e-9a53-2a5f4f0f7c11")  # what the UIDs of clocks are made under
MOST = 1_000  # entries of a feed: those that end first


def feed_of(account_id: UUID) -> CalendarFeed | None:
    """The address of a person that is not revoked."""
    query = select(CalendarFeed).where(CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None))
    return db.session.scalars(query).one_or_none()


def feed_by_digest(digest: str) -> CalendarFeed:
    """The address with that secret, revoked or not. Raises NotFound."""
    found = db.session.scalars(select(CalendarFeed).where(CalendarFeed.secret_digest == digest)).one_or_none()
    if found is None:
        raise NotFound("There is no calendar under this address.")
    return found


def entries(actor: Actor, *, today: date, base_url: str) -> list[Entry]:
    """The windows of visits not yet held and the clocks of events at the sites of an actor, those that end first."""
    return [*_visits(actor, today, base_url), *_deadlines(actor, today, base_url)]


def _visits(actor: Actor, today: date, base_url: str) -> list[Entry]:
    closes, target = PlannedVisit.closes_on, PlannedVisit.target_on
    open_ = select(PlannedVisit).where(
        PlannedVisit.held_on.is_(None), PlannedVisit.provisional.is_(False), seen(actor, PlannedVisit)
    )
    near = open_.where(
        or_(
            closes.between(today - BACK, today + AHEAD),
            closes.is_(None) & target.between(today - BACK, today + AHEAD),
        )
    )
    rows = db.session.scalars(near.order_by(closes.nulls_last(), target, PlannedVisit.id).limit(MOST)).all()
    where = patients.places_of({row.scope_id for row in rows})
    return [
        Entry(
            key=row.id,
            title=visit_title(row.title, row.opens_on, row.closes_on, where[row.scope_id].site.name),
            begins_on=row.opens_on or row.target_on,
            ends_on=row.closes_on or row.target_on,
            url=f"{base_url}/patients/{row.patient_id}/visits/{row.code}",
            kind="Visit",
        )
        for row in rows
    ]


def _deadlines(actor: Actor, today: date, base_url: str) -> list[Entry]:
    found = events.due(actor, on=today, within_days=AHEAD.days, past_days=BACK.days, limit=MOST)
    where = patients.places_of({one.deadline.scope_id for one in found})
    return [
        Entry(
            key=uuid5(
                CASES, f"{one.event.case_number} {one.deadline.code}"
            ),  # the row itself is rebuilt under new keys
            title=deadline_title(one.deadline.what, one.deadline.due_on, where[one.deadline.scope_id].site.name),
            begins_on=one.deadline.due_on,
            ends_on=one.deadline.due_on,
            url=f"{base_url}/events/{one.event.id}",
            kind="Deadline",
        )
        for one in found
    ]
