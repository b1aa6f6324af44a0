"""Read the worklists from what is visible: a page by its key, a count up to a limit, or all for a file.

Every list is read along an index in the order in which it is shown, so that its page costs the same at any size.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from rems.access.models import Scope
from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.facts import facts
from rems.followup.handover.models import HandoverOffer
from rems.followup.lists.rules import Asked, Line, State, Worklist, month_end, read_key
from rems.followup.models import PlannedVisit
from rems.followup.models import Visit as VisitFact
from rems.followup.rules import Survival
from rems.followup.turns.models import FollowupTurn
from rems.followup.turns.rules import TurnKind
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.rules import folded_number
from rems.programs import queries as programs
from rems.sites.models import Site
from rems.sites.rules import folded

COUNTED = 1_001  # a count stops here: beyond it the page says "1,000+"
MOST_SITES = 40  # that a filter lists
MONTH, YEAR = timedelta(days=30), timedelta(days=365)


def page(actor: Actor, which: Worklist, asked: Asked, *, today: date, after: str = "", size: int = 50) -> list[Line]:
    """The lines of a list after a key, `size` and one more. Raises BadInput for a key that is none."""
    query, order = _lines(actor, which, asked, today, with_patient=True)
    if after:
        day, key = read_key(after)
        first, second = order
        query = query.where(
            or_(first < day, and_(first == day, second < key))
            if not which.of_visits
            else and_(first >= day, or_(first > day, second > key))
        )
    query = query.add_columns(Patient)
    falling = [c if which.of_visits else c.desc() for c in order]
    rows = db.session.execute(query.order_by(*falling).limit(size + 1)).all()
    return _shown(which, rows)


def count(actor: Actor, which: Worklist, asked: Asked, *, today: date) -> int:
    """How many lines a list has, counted up to `COUNTED`."""
    of_patients = bool(asked.product or asked.track or asked.text)  # else it does without them
    query, order = _lines(actor, which, asked, today, with_patient=of_patients)
    first = order[0] if which.of_visits else order[0].desc()  # along the same index as the page
    some = query.with_only_columns(order[1]).order_by(first).limit(COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _lines(
    actor: Actor, which: Worklist, asked: Asked, today: date, *, with_patient: bool
) -> tuple[Any, tuple[Any, Any]]:
    """The rows of a list and the two columns that order it."""
    if not which.of_visits:
        kind: Any = FollowupTurn if which is Worklist.LOST else HandoverOffer
        found = _lost(actor) if which is Worklist.LOST else _offered(actor)
        if with_patient:
            found = found.join(Patient, Patient.id == kind.patient_id)
        return _filtered(found, kind, actor, asked), (kind.holds_on, kind.id)
    open_ = _open(actor)
    if with_patient:
        open_ = open_.join(Patient, Patient.id == PlannedVisit.patient_id)
    query = _filtered(open_, PlannedVisit, actor, asked)
    if which is Worklist.UNSET:
        query = query.where(PlannedVisit.closes_on.is_(None), PlannedVisit.target_on <= today + MONTH)
        return _in_state(query, asked.state, today), (PlannedVisit.target_on, PlannedVisit.id)
    if which is Worklist.DUE:
        query = query.where(PlannedVisit.closes_on.between(today, month_end(today)))
    else:
        query = query.where(PlannedVisit.closes_on < today)
    return _in_state(query, asked.state, today), (PlannedVisit.closes_on, PlannedVisit.id)


def _open(actor: Actor) -> Select[Any]:
    """The visits of infused patients that are not held."""
    where = PlannedVisit.held_on.is_(None), PlannedVisit.provisional.is_(False)
    return select(PlannedVisit).where(*where, seen(actor, PlannedVisit))


def _lost(actor: Actor) -> Select[Any]:
    """The turn by which each patient was lost who was not found, handed on or known to have died since."""
    later: Any = aliased(FollowupTurn)
    over: Any = aliased(FollowupTurn)
    turned = exists().where(
        later.patient_id == FollowupTurn.patient_id,
        ~later.void,
        later.kind != TurnKind.TRACK,
        tuple_(later.holds_on, later.id) > tuple_(FollowupTurn.holds_on, FollowupTurn.id),
        ~exists().where(over.supersedes_id == later.id),
    )
    died = exists().where(
        VisitFact.patient_id == FollowupTurn.patient_id, VisitFact.survival == Survival.DEAD, ~VisitFact.void
    )
    return facts(FollowupTurn).where(FollowupTurn.kind == TurnKind.LOST, ~turned, ~died, seen(actor, FollowupTurn))


def _offered(actor: Actor) -> Select[Any]:
    """The offers to another site that hold and that nobody has taken."""
    row = HandoverOffer
    return facts(row).where(~row.taken, ~row.withdrawn, row.expires_at > func.now(), seen(actor, row))


def seen(actor: Actor, kind: type[PlannedVisit | FollowupTurn | HandoverOffer]) -> ColumnElement[bool]:
    """What an actor may see, for speed; row-level security says the same beneath."""
    if actor.everywhere:
        return kind.id.is_not(None)
    scopes = scopes_with(actor, Permission.PATIENT_READ)
    mine = frozenset(p for h in actor.holdings if Permission.PATIENT_READ in h.permissions for p in h.programs)
    either: list[ColumnElement[bool]] = []
    if len(scopes) == 1:
        either.append(kind.scope_id == next(iter(scopes)))  # one scope: == keeps the order of the index
    elif scopes:
        either.append(kind.scope_id.in_(scopes))
    if len(mine) == 1:
        either.append(kind.program_id == next(iter(mine)))
    elif mine:
        either.append(kind.program_id.in_(mine))
    return or_(*either) if either else false()


def _filtered(query: Any, kind: type[PlannedVisit | FollowupTurn | HandoverOffer], actor: Actor, asked: Asked) -> Any:
    if asked.site or asked.site_name:
        entries = select(Scope.id).join(Site, Site.id == Scope.site_id).where(Scope.program_id.is_not(None))
        named = Site.id == asked.site if asked.site else Site.folded.op("^@")(folded(asked.site_name))
        query = query.where(kind.scope_id.in_(list(db.session.scalars(entries.where(named)))))
    if asked.program:
        query = query.where(kind.program_id == programs.key(asked.program))
    if asked.product:
        query = query.where(Patient.product == asked.product)
    if asked.track:
        query = query.where(Patient.track == asked.track)
    if prefix := folded_number(asked.text):
        query = query.where(Patient.folded.op("^@")(prefix))
    return query


def _in_state(query: Any, state: State | None, today: date) -> Any:
    closes, opens, target = PlannedVisit.closes_on, PlannedVisit.opens_on, PlannedVisit.target_on
    match state:
        case State.OPEN:
            return query.where(or_(opens.is_(None), opens <= today))
        case State.AHEAD:
            return query.where(or_(opens > today, and_(closes.is_(None), target >= today)))
        case State.PASSED:
            return query.where(target < today)
        case State.UP_TO_A_MONTH:
            return query.where(closes >= today - MONTH)
        case State.UP_TO_A_YEAR:
            return query.where(closes.between(today - YEAR, today - MONTH - timedelta(days=1)))
        case State.LONGER:
            return query.where(closes < today - YEAR)
        case _:
            return query


def _shown(which: Worklist, rows: Sequence[Any]) -> list[Line]:
    where = patients.places_of({patient.scope_id for _, patient in rows})
    schedules = programs.catalogue().schedules
    found = []
    for row, patient in rows:
        place, track = where[patient.scope_id], schedules.get(patient.track)
        planned = which.of_visits
        found.append(
            Line(
                id=row.id,
                patient_id=patient.id,
                number=patient.number,
                site=place.site.name,
                program=place.program.title,
                product=patient.product,
                track=track.title if track else patient.track,
                code=row.code if planned else "",
                visit=row.title if planned else row.reason,
                opens_on=row.opens_on if planned else None,
                on=row.target_on if planned else row.holds_on,
                closes_on=row.closes_on if planned else None,
            )
        )
    return found


def sites_seen(actor: Actor) -> list[tuple[UUID, str]] | None:
    """The sites of a filter: those with an entry into a program whose patients the actor may see, by name.

    None for more than can be chosen from: then the beginning of a name is asked for.
    """
    scopes = scopes_with(actor, Permission.PATIENT_READ)
    mine = {p for h in actor.holdings if Permission.PATIENT_READ in h.permissions for p in h.programs}
    entered = select(Scope.site_id).where(Scope.program_id.is_not(None))
    entered = entered.where(or_(Scope.id.in_(scopes), Scope.program_id.in_(mine)))
    keys = set(db.session.scalars(entered.distinct().limit(MOST_SITES + 1)))
    if len(keys) > MOST_SITES:
        return None
    rows = db.session.execute(select(Site.id, Site.name).where(Site.id.in_(keys)).order_by(Site.folded, Site.id))
    return [(row.id, row.name) for row in rows]
