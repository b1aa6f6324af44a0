"""The feed as iCalendar (RFC 5545): days and places, and nothing by which a patient could be known. Pure.

Written by the package `icalendar`: escaping, folding at 75 octets and line ends are where hand-made feeds go wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from icalendar import Calendar, Event

PRODUCT = "-//rems//follow-up//EN"
REFRESH = timedelta(hours=6)


@dataclass(frozen=True)
class Entry:
    """One all-day entry from its first day to its last; `url` leads to a page that asks for a sign-in."""

    key: UUID
    title: str
    begins_on: date
    ends_on: date
    url: str
    kind: str


def visit_title(visit: str, opens_on: date | None, closes_on: date | None, site: str) -> str:
    """Day 100 visit, window 13 Jan to 13 May, Nordheim: no number and no name."""
    named = visit if "visit" in visit.casefold() else f"{visit} visit"
    if opens_on is None or closes_on is None:
        return f"{named}, target day, no window set, {site}"
    return f"{named}, window {_short(opens_on, closes_on)} to {_short(closes_on, opens_on)}, {site}"


def deadline_title(what: str, due_on: date, site: str) -> str:
    """15-day report, due 3 Mar, Nordheim."""
    return f"{what}, due {_short(due_on, due_on)}, {site}"


def _short(day: date, other: date) -> str:
    """13 Jan; with its year where the two ends lie in different ones."""
    return f"{day.day} {day:%b}" if day.year == other.year else f"{day.day} {day:%b} {day.year}"


def calendar_of(entries: Iterable[Entry], *, name: str, on: date) -> bytes:
    """The feed of a day. The same entries on the same day give the same bytes; an entry keeps its UID for ever."""
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", name)
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", REFRESH)
    stamped = datetime.combine(on, time(), UTC)
    for one in entries:
        event = Event()
        event.add("uid", f"{one.key}@rems")
        event.add("dtstamp", stamped)
        event.add("dtstart", one.begins_on)
        event.add("dtend", one.ends_on + timedelta(days=1))  # the first day after it
        event.add("summary", one.title)
        event.add("url", one.url)
        event.add("description", f"Sign in to see it: {one.url}")
        event.add("categories", [one.kind])
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")  # nobody is busy because a window is open
        whole.add_component(event)
    return bytes(whole.to_ical())


def digest_of(content: bytes) -> str:
    """SHA-256, hex: of a secret as it is kept, and of a feed as its ETag."""
    return sha256(content).hexdigest()
