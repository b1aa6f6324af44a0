"""Plan live sessions, register people for them, and take attendance; who was there was trained."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, can, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.states import CHANGED, next_state, take_turn
from rems.evidence import queries as evidence
from rems.evidence import steps as proofs
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.queries import Entry
from rems.training import actions, steps
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
        _require_holder(shown, by)
        take_turn("session", shown.root_id)
        row = queries.session(shown.root_id)
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
        row = queries.session(session_id)
        entry = sites.entry(by, site_id, programs.by_key(row.program_id).code)
        require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
        take_turn("session", row.root_id)
        check_held(row)
        if row.scope_id not in (None, entry.scope_id):
            raise NotFound("There is no such session, or it is not yours to see.")
        if not people:
            raise BadInput("Nobody is chosen: tick at least one person.", "people")
        known = {place.staff_member_id: place for place in queries.places(row.root_id, scope_id=entry.scope_id)}
        added = 0
        for staff_id in people:
            who = sites.staff_member(by, staff_id)
            if who.scope_id != site_id:
                raise BadInput("Person: this is nobody of the site's staff; choose one of its list.", "people")
            place = known.get(staff_id)
            if place is None:
                _seat(entry, row, staff_id)
            elif place.presence is Presence.CANCELED:
                next_state(place, presence=Presence.REGISTERED)
            else:
                continue
            added += 1
    return added


def attendance(session_id: UUID, said: Mapping[UUID, Presence], *, by: Actor, now: datetime) -> int:
    """Say of registered people (by `root_id` of their place) whether they came; who did was trained that day.

    Returns how many attended newly. A word said before may be said otherwise: the training of somebody who did not come
    after all is taken back. Raises NotFound, NotAllowed, BadInput, IllegalMove before the session has begun.
    """
    with transaction(by, "courses.take_attendance", at=now):
        row = queries.session(session_id)
        take_turn("session", row.root_id)
        check_held(row)
        places = {place.root_id: place for place in queries.places(row.root_id)}
        added = 0
        for key, presence in said.items():
            if (place := places.get(key)) is None:
                raise NotFound("This person is no more on the list of the session; open it again.")
            if presence is place.presence:
                continue
            entry = sites.entry_of_scope(by, place.scope_id)
            _require_attendance(row, entry, presence, by)
            if presence is not Presence.CANCELED and now < row.begins_at:
                raise IllegalMove("The session has not begun, so nobody has attended it.")
            added += _change(row, place, entry, presence, by=by, now=now)
    return added


def check_held(row: LiveSession) -> None:
    """Raises IllegalMove for a session that was canceled."""
    if row.canceled_on is not None:
        raise IllegalMove(f"This session was canceled on {row.canceled_on.isoformat()}: {row.note}")


def holds(row: LiveSession, by: Actor) -> bool:
    """Whether the actor holds the session: takes its attendance, and may cancel it."""
    if row.scope_id is None:
        return can(by, Permission.TRAINING_PUBLISH, program_id=row.program_id)
    return can(by, Permission.TRAINING_RECORD, scope_id=row.scope_id)


def _require_holder(row: LiveSession, by: Actor) -> None:
    if row.scope_id is None:
        require(by, Permission.TRAINING_PUBLISH, program_id=row.program_id)
    else:
        require(by, Permission.TRAINING_RECORD, scope_id=row.scope_id)


def _require_attendance(row: LiveSession, entry: Entry, presence: Presence, by: Actor) -> None:
    """Who was there is said by whoever holds the session; a site cancels its own people's places."""
    own = can(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
    if not holds(row, by) and not (own and presence is Presence.CANCELED):
        raise NotAllowed("Whoever holds the session says who was there. A site may cancel the places of its people.")


def _change(
    row: LiveSession, place: SessionPlace, entry: Entry, presence: Presence, *, by: Actor, now: datetime
) -> bool:
    if place.training_id is not None:
        steps.take_back("training_record", place.training_id)
        for piece in evidence.from_source(entry.site_id, "training_record", place.training_id):
            if piece.shared_from_id is None:
                proofs.take_back(piece)
    training: UUID | None = None
    if presence is Presence.ATTENDED:
        who = actions.staff_member(entry, place.staff_member_id, row.holds_on, by=by, now=now)
        material = f"{row.title}, live session with {row.trainer}"
        training = steps.trained(entry, who, row.kind, holds_on=row.holds_on, material=material).source_id
    next_state(place, presence=presence, training_id=training)
    return training is not None


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


def today_of(row: LiveSession, now: datetime) -> date:
    """The day it is where the session is held."""
    return day_in(row.timezone, now)
