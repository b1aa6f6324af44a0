"""Plan live sessions, cancel them, and register people for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, can, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, IllegalMove, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.states import CHANGED, next_state, take_turn
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import said, was_there
from rems.training.courses import queries
from rems.training.courses.models import LiveSession, SessionPlace
from rems.training.courses.rules import Presence, check_minutes
from rems.training.rules import TrainingKind


@dataclass(frozen=True)
class Planned:
    """A live session: `begins_at` in UTC, `timezone` (IANA) that of its place, `place` a room or an address."""

    title: str
    kind: TrainingKind
    trainer: str
    place: str
    begins_at: datetime
    timezone: str
    minutes: int


def plan(code: str, asked: Planned, *, site_id: UUID | None = None, by: Actor, now: datetime) -> UUID:
    """Plan a session of a program for all its sites, or of one site for its own staff (`site_id`).

    One that was held already may be entered too. Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "courses.plan_session", at=now) as session:
        program_id, entry = programs.key(code), None
        if site_id is None:
            require(by, Permission.TRAINING_PUBLISH, program_id=program_id)
        else:
            entry = sites.entry(by, site_id, code)
            require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
        for value, words, field in (
            (asked.title, "Title is missing: say what is taught.", "title"),
            (asked.trainer, "Trainer is missing: say who teaches.", "trainer"),
            (asked.place, "Place is missing: name the room, or the address of the meeting.", "place"),
        ):
            if not value.strip():
                raise BadInput(words, field)
        check_minutes(asked.minutes)
        key = uuid7()
        row = LiveSession(
            id=key,
            root_id=key,
            scope_id=entry.scope_id if entry else None,
            program_id=program_id,
            holds_on=day_in(asked.timezone, asked.begins_at),
            kind=asked.kind,
            title=asked.title.strip(),
            trainer=asked.trainer.strip(),
            place=asked.place.strip(),
            begins_at=asked.begins_at,
            timezone=asked.timezone,
            minutes=asked.minutes,
            note="",
        )
        session.add(row)
    return key


def cancel(seen: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """A session is not held. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    with transaction(by, "courses.cancel_session", at=now):
        shown = db.session.get(LiveSession, seen)
        if shown is None:
            raise NotFound("There is no such session, or it is not yours to see.")
        take_turn("session", shown.root_id)
        row = queries.session(shown.root_id)
        require_holder(row, by)
        if row.id != seen:
            raise StaleRecord(CHANGED)
        check_held(row)
        if not reason.strip():
            raise BadInput("Reason is missing: say why it is not held.", "reason")
        if any(place.presence is Presence.ATTENDED for place in queries.places(row.root_id)):
            raise IllegalMove("Somebody attended this session, so it was held.")
        return next_state(row, canceled_on=day_in(row.timezone, now), note=reason.strip()).root_id


def register(session_id: UUID, site_id: UUID, people: Collection[UUID], *, by: Actor, now: datetime) -> int:
    """A site registers people of its staff for a session. Returns how many are new to it.

    Raises NotFound, NotAllowed, BadInput, IllegalMove.
    """
    with transaction(by, "courses.register", at=now):
        take_turn("session", session_id)
        row = queries.session(session_id)
        entry = sites.entry(by, site_id, programs.by_key(row.program_id).code)
        require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
        check_open_to(row, entry)
        check_held(row)
        if not people:
            raise BadInput("Nobody is chosen: tick at least one person.", "people")
        staff = {who.id: who for who in sites.staff(site_id)}
        known = {place.staff_member_id: place for place in queries.places(row.root_id, scope_id=entry.scope_id)}
        day = min(row.holds_on, day_in(sites.site(by, site_id).timezone, now))
        added = 0
        for staff_id in dict.fromkeys(people):
            if (who := staff.get(staff_id)) is None:
                raise BadInput("Person: this is nobody of the site's staff; choose one of its list.", "people")
            check_there(who, day, "people")
            place = known.get(staff_id)
            if place is None:
                _seat(entry, row, staff_id)
            elif place.presence is Presence.CANCELED:
                next_state(place, presence=Presence.REGISTERED)
            else:
                continue
            added += 1
    return added


def check_held(row: LiveSession) -> None:
    """Raises IllegalMove for a session that was canceled."""
    if row.canceled_on is not None:
        raise IllegalMove(f"This session was canceled on {said(row.canceled_on)}: {row.note}")


def check_open_to(row: LiveSession, entry: Entry) -> None:
    """Raises NotFound for a session that another site holds for its own staff."""
    if row.scope_id not in (None, entry.scope_id):
        raise NotFound("There is no such session, or it is not yours to see.")


def check_there(who: StaffMember, day: date, field: str = "") -> None:
    """Raises BadInput for somebody who did not work at the site on that day."""
    if not was_there(who.from_on, who.until_on, day):
        until = f" to {said(who.until_on)}" if who.until_on else " on"
        raise BadInput(f"{who.name} worked at the site from {said(who.from_on)}{until}, not on {said(day)}.", field)


def holds(row: LiveSession, by: Actor) -> bool:
    """Whether the actor holds the session: takes its attendance, and may cancel it."""
    if row.scope_id is None:
        return can(by, Permission.TRAINING_PUBLISH, program_id=row.program_id)
    return can(by, Permission.TRAINING_RECORD, scope_id=row.scope_id)


def require_holder(row: LiveSession, by: Actor) -> None:
    """Raises NotAllowed for whoever does not hold the session."""
    if row.scope_id is None:
        require(by, Permission.TRAINING_PUBLISH, program_id=row.program_id)
    else:
        require(by, Permission.TRAINING_RECORD, scope_id=row.scope_id)


def _seat(entry: Entry, row: LiveSession, staff_id: UUID) -> None:
    key = uuid7()
    db.session.add(
        SessionPlace(
            id=key,
            root_id=key,
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=row.holds_on,
            session_id=row.root_id,
            site_id=entry.site_id,
            staff_member_id=staff_id,
            presence=Presence.REGISTERED,
        )
    )
