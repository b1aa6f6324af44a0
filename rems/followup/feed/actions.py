"""Make the secret address of one's own calendar feed, revoke it, and give what it holds to whoever has it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from rems.access import queries as accounts
from rems.access.rules import Permission, can, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, reading, transaction
from rems.core.errors import IllegalMove, NotAllowed
from rems.followup.feed import queries
from rems.followup.feed.models import CalendarFeed
from rems.followup.feed.rules import Entry, calendar_of, digest_of

NOTED_EVERY = timedelta(hours=1)  # calendars ask every few minutes; the trail need not know of each
NAME = "Follow-up"


class Gone(IllegalMove):
    """The address was revoked, or the account behind it is closed."""


@dataclass(frozen=True)
class Feed:
    """What an address gives: iCalendar, its digest (the ETag), and since when it is so (UTC)."""

    content: bytes
    digest: str
    changed_at: datetime


def make(*, by: Actor, now: datetime) -> str:
    """A new address for oneself; the one before opens nothing any more. Returns its secret, which is not kept.

    Raises NotAllowed for who sees no patients.
    """
    with transaction(by, "followup.make_calendar", at=now) as session:
        require(by, Permission.PATIENT_READ)
        if by.id is None:
            raise NotAllowed("A calendar feed belongs to a person.")
        if old := queries.feed_of(by.id):
            old.revoked_at = now
            session.flush()
        secret = secrets.token_urlsafe(32)
        session.add(CalendarFeed(account_id=by.id, secret_digest=digest_of(secret.encode())))
    return secret


def revoke(*, by: Actor, now: datetime) -> None:
    """The address opens nothing from now on. Raises IllegalMove where there is none."""
    with transaction(by, "followup.revoke_calendar", at=now):
        found = queries.feed_of(by.id) if by.id else None
        if found is None:
            raise IllegalMove("You have no calendar address, so there is none to revoke.")
        found.revoked_at = now


def fetch(secret: str, *, base_url: str, now: datetime) -> Feed:
    """What the feed with that secret holds today, seen as its person: who may see no patients any more sees none.

    Raises NotFound for a secret that there never was, Gone for one that was revoked or whose account is closed.
    """
    system = Actor.system("calendar feeds")
    with reading(system):
        found = queries.feed_by_digest(digest_of(secret.encode()))
        account = accounts.account_by_id(found.account_id)
        if found.revoked_at is not None or account is None or not account.active:
            raise Gone("This calendar address opens nothing any more. Remove it from your calendar.")
        person = accounts.actor_of(account, at=now)
        db.session.expunge_all()
    entries: list[Entry] = []
    today = day_in(person.timezone, now)
    if can(person, Permission.PATIENT_READ):
        with reading(person):
            entries = queries.entries(person, today=today, base_url=base_url)
    content = calendar_of(entries, name=NAME, on=today)
    digest = digest_of(content)
    changed_at = _note(system, secret, digest, now)
    return Feed(content, digest, changed_at)


def _note(system: Actor, secret: str, digest: str, now: datetime) -> datetime:
    """Since when the feed has been what it is; that it was fetched is noted once an hour."""
    with reading(system):
        row = queries.feed_by_digest(digest_of(secret.encode()))
        same = row.content_digest == digest and row.changed_at is not None
        if same and row.changed_at and row.fetched_at and now - row.fetched_at < NOTED_EVERY:
            return row.changed_at
    with transaction(system, "followup.fetch_calendar", at=now):
        row = queries.feed_by_digest(digest_of(secret.encode()))
        row.fetched_at = now
        if not same:
            row.content_digest, row.changed_at = digest, now
        return row.changed_at or now
