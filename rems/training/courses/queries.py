"""Look up courses in their editions, live sessions, and who was there. Nothing here writes."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select

from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.programs.aging import Renewal
from rems.programs.rules import EvidenceKind
from rems.sites.queries import Entry
from rems.training.courses.models import CourseEdition, CourseFile, LiveSession, SessionPlace
from rems.training.courses.rules import EditionState
from rems.training.models import TrainingRecord


def editions(program_id: UUID, lens: Lens | None = None) -> list[CourseEdition]:
    """Every edition of a program's courses in its newest state, by title, the newest first.

    Under a lens those that had begun by its day, as known then.
    """
    query = facts(CourseEdition, lens).where(CourseEdition.program_id == program_id)
    order = CourseEdition.title, CourseEdition.holds_on.desc(), CourseEdition.root_id.desc()
    return list(db.session.scalars(query.order_by(*order)))


def state(row: CourseEdition, several: list[CourseEdition], on: date) -> EditionState:
    """What stands of an edition on a day; `several` are those of the program: a newer one takes its place."""
    if row.withdrawn_on is not None and row.withdrawn_on <= on:
        return EditionState.WITHDRAWN
    if on < row.holds_on:
        return EditionState.COMING
    later = [one for one in several if one.series_id == row.series_id and one.holds_on <= on and _holds(one, on)]
    newest = max(later, key=_place)
    return EditionState.IN_USE if newest.root_id == row.root_id else EditionState.WITHDRAWN


def _holds(row: CourseEdition, on: date) -> bool:
    return row.withdrawn_on is None or row.withdrawn_on > on


def in_use(program_id: UUID, on: date) -> list[CourseEdition]:
    """The editions that are taken on a day, one of each course."""
    several = editions(program_id)
    return [row for row in several if state(row, several, on) is EditionState.IN_USE]


def edition(root_id: UUID) -> CourseEdition:
    """An edition in its newest state. Raises NotFound."""
    found = db.session.scalars(facts(CourseEdition).where(CourseEdition.root_id == root_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such course, or it is not yours to see.")
    return found


def file(key: UUID) -> CourseFile:
    """A file with its content. Raises NotFound."""
    found = db.session.get(CourseFile, key)
    if found is None:
        raise NotFound("There is no such file, or it is not yours to see.")
    return found


def renewals(program_ids: Collection[UUID], lens: Lens) -> dict[UUID, tuple[Renewal, ...]]:
    """By program the editions begun by that day, as known then, that ask for what was taken before them anew."""
    rows = list(db.session.scalars(facts(CourseEdition, lens).where(CourseEdition.program_id.in_(program_ids))))
    found: dict[UUID, tuple[Renewal, ...]] = {}
    for row in sorted(rows, key=_place):
        if row.renews:
            kind, name = EvidenceKind(row.kind), f"edition {row.edition}"
            one = Renewal(kind, row.title, name, row.holds_on, _asks_until(row, rows))
            found[row.program_id] = (*found.get(row.program_id, ()), one)
    return found


def _asks_until(row: CourseEdition, several: list[CourseEdition]) -> date | None:
    """The first day on which a withdrawn edition asks for nothing anew any more: the earlier ones are taken again.

    Where a newer edition had taken its place by then, what it asked for goes on: nobody takes an earlier one again.
    """
    ends = row.withdrawn_on
    later = [one for one in several if one.series_id == row.series_id and _place(one) > _place(row)]
    return None if ends is None or any(one.holds_on <= ends and one.was_used for one in later) else ends


def _place(row: CourseEdition) -> tuple[date, UUID]:
    """Where an edition stands among those of its course."""
    return row.holds_on, row.root_id


def taken(entry: Entry, staff_id: UUID) -> dict[UUID, TrainingRecord]:
    """The newest training of a person of each edition, by its `root_id`."""
    query = facts(TrainingRecord, scope_id=entry.scope_id).where(
        TrainingRecord.staff_member_id == staff_id, TrainingRecord.edition_id.is_not(None)
    )
    rows = db.session.scalars(query.order_by(TrainingRecord.holds_on, TrainingRecord.id))
    return {row.edition_id: row for row in rows if row.edition_id}


def sessions(program_id: UUID, *, scope_id: UUID | None = None) -> list[LiveSession]:
    """The sessions of a program, the newest first: those of its sponsor, with `scope_id` that site's own too."""
    whose = LiveSession.scope_id.is_(None)
    both = whose if scope_id is None else or_(whose, LiveSession.scope_id == scope_id)
    query = facts(LiveSession).where(LiveSession.program_id == program_id, both)
    return list(db.session.scalars(query.order_by(LiveSession.begins_at.desc(), LiveSession.root_id.desc())))


def session(root_id: UUID) -> LiveSession:
    """A session in its newest state. Raises NotFound."""
    found = db.session.scalars(facts(LiveSession).where(LiveSession.root_id == root_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such session, or it is not yours to see.")
    return found


def shown(session_id: UUID, keys: Collection[UUID]) -> dict[UUID, SessionPlace]:
    """Of the states of a session's places, old ones too, those with these keys."""
    query = select(SessionPlace).where(SessionPlace.session_id == session_id, SessionPlace.id.in_(keys))
    return {row.id: row for row in db.session.scalars(query)}


def places(session_id: UUID, *, scope_id: UUID | None = None) -> list[SessionPlace]:
    """The people of a session in their newest state, as far as the actor may see; of one site."""
    query = facts(SessionPlace, scope_id=scope_id).where(SessionPlace.session_id == session_id)
    return list(db.session.scalars(query.order_by(SessionPlace.root_id)))


def counted(session_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """How many people of each presence several sessions have, by session, as far as the actor may see."""
    columns = SessionPlace.session_id, SessionPlace.presence
    query = (
        facts(SessionPlace).where(SessionPlace.session_id.in_(session_ids)).with_only_columns(*columns, func.count())
    )
    found: dict[UUID, dict[str, int]] = {}
    for key, presence, number in db.session.execute(query.group_by(*columns)):
        found.setdefault(key, {})[presence] = number
    return found
