"""Courses and live sessions as a sponsor makes them, with a valid default for all a test is not about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select, text

from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.models import Evidence
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.queries import Entry
from rems.sites.rules import StaffRole
from rems.training.courses import publishing, queries, sessions
from rems.training.courses.models import CourseEdition, CourseFile, LiveSession, SessionPlace
from rems.training.courses.publishing import Said
from rems.training.courses.sessions import Planned
from rems.training.models import TrainingRecord
from rems.training.rules import TrainingKind
from tests.factories import Hospital

PAGE = "# Before the infusion\n\n- Check the **dose** twice.\n- Two doses of tocilizumab are on site."
PDF = b"%PDF-1.7 of a course"
T = TypeVar("T")


def publish(hospital: Hospital, *, after: UUID | None = None, by: Actor | None = None, **change: Any) -> UUID:
    """An edition of a course, a page, in use for a hundred days."""
    given: dict[str, Any] = {"title": "Handling CAR-T cells", "edition": "1.0", "kind": TrainingKind.STAFF_TRAINING}
    given |= {"from_on": hospital.world.today - timedelta(days=100), "page": "" if change.get("file") else PAGE}
    said = Said(**{**given, **change})
    return publishing.publish(hospital.code, said, after=after, by=by or hospital.manager, now=hospital.world.now)


def plan(hospital: Hospital, *, own: bool = False, by: Actor | None = None, **change: Any) -> UUID:
    """A session of an hour in Berlin, which began some hours before (at 9:00 there, by the clock of most tests).

    Planned by the sponsor for all sites; `own`: by the site for its own staff.
    """
    given: dict[str, Any] = {"title": "CAR-T in practice", "kind": TrainingKind.STAFF_TRAINING, "minutes": 60}
    given |= {"trainer": "Dr. Živa Öztürk", "place": "Room 4", "timezone": "Europe/Berlin"}
    given |= {"begins_at": hospital.world.now - timedelta(hours=7, minutes=42)}
    site = {"site_id": hospital.site_id} if own else {}
    by = by or (hospital.coordinator if own else hospital.manager)
    return sessions.plan(hospital.code, Planned(**{**given, **change}), **site, by=by, now=hospital.world.now)


def nurse(hospital: Hospital, name: str = "Žofia Nowak", **said: Any) -> UUID:
    given = {"from_on": date(2018, 3, 1), "by": hospital.coordinator, "now": hospital.world.now}
    return sites.add_staff(hospital.site_id, name, StaffRole.NURSE, **{**given, **said})


def seat(hospital: Hospital, session_id: UUID, *people: UUID) -> list[UUID]:
    """Register people; the shown state of each one's place, in their order."""
    sessions.register(session_id, hospital.site_id, people, by=hospital.coordinator, now=hospital.world.now)
    states = shown(hospital, session_id)
    return [states[who] for who in people]


def shown(hospital: Hospital, session_id: UUID) -> dict[UUID, UUID]:
    """The newest state of each place by its person, as the site sees it."""
    return look(hospital.coordinator, lambda: {p.staff_member_id: p.id for p in queries.places(session_id)})


def look(actor: Actor, question: Callable[[], T]) -> T:
    """The answer to a question as that actor; its rows may be looked at afterwards."""
    with reading(actor):
        found = question()
        db.session.expunge_all()
        return found


def entry_of(hospital: Hospital) -> Entry:
    return look(hospital.coordinator, lambda: site_queries.entry(hospital.coordinator, hospital.site_id, hospital.code))


def trainings(hospital: Hospital) -> list[TrainingRecord]:
    return look(
        hospital.coordinator,
        lambda: list(db.session.scalars(queries.facts(TrainingRecord).order_by(TrainingRecord.id))),
    )


def proofs(hospital: Hospital, on: date = date(2026, 11, 24)) -> list[Evidence]:
    """The evidence about people in force on a day."""
    program_id = entry_of(hospital).program_id
    found = look(hospital.coordinator, lambda: evidence.in_force(hospital.site_id, program_id, Lens(on)))
    return [one for one in found if one.source_table == "training_record"]


@contextmanager
def nothing_new() -> Iterator[None]:
    """No row of courses and training, and no entry of the trail, comes into being inside."""
    before = everything()
    yield
    assert everything() == before


def everything() -> list[int | None]:
    tables = (CourseEdition, CourseFile, LiveSession, SessionPlace, TrainingRecord, Evidence)
    with reading(Actor.system("test")):
        counts = [db.session.scalar(select(func.count()).select_from(t)) for t in tables]
        named = "select count(*) from trail.entry where action not like 'signatures.%'"
        return [*counts, db.session.scalar(text(named))]
