"""The fifteen years of one patient on any day, and what is due at the sites of an actor. Nothing here writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, false, or_, select

from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.followup import schedule as calendar
from rems.followup.models import PlannedVisit
from rems.followup.models import Visit as VisitFact
from rems.followup.rules import ContactKind, day_of_death
from rems.followup.schedule import DUE_SOON_DAYS, VisitState
from rems.followup.turns import queries as turns
from rems.followup.turns.rules import Standing, Turn, earliest, standing, stopped_on, tracks
from rems.patients import queries as patients
from rems.patients.models import Infusion, Patient
from rems.programs import queries as programs
from rems.programs.rules import Schedule

STILL_OPEN = frozenset({VisitState.OPEN, VisitState.DUE_SOON})


@dataclass(frozen=True)
class DueVisit:
    """A visit whose window closes soon, or has closed unrecorded."""

    patient_id: UUID
    patient_number: str
    code: str
    title: str
    opens_on: date | None
    target_on: date
    closes_on: date | None


@dataclass(frozen=True)
class Line:
    """One visit of a patient's schedule, how it stands on the day asked about, and what was recorded of it."""

    visit: calendar.Visit
    held_on: date | None
    state: VisitState
    contact: ContactKind | None
    fact: VisitFact | None = None


@dataclass(frozen=True)
class Course:
    """The whole follow-up on one day. Without an infusion the days are provisional: counted from the one planned."""

    schedule: Schedule
    infusion: Infusion | None
    from_on: date
    ends_on: date
    died_on: date | None
    lines: tuple[Line, ...]
    turns: tuple[Turn, ...] = ()
    as_of: date = date.max

    @property
    def standing(self) -> Standing:
        """Whether the patient is followed on that day, lost, handed on, dead, or done."""
        return standing(self.turns, self.as_of, infused=not self.provisional, died_on=self.died_on)

    @property
    def stopped_on(self) -> date | None:
        """From which day nothing more is asked of the patient here; None: follow-up goes on, or ended by a death."""
        return stopped_on(self.turns, self.as_of)

    @property
    def provisional(self) -> bool:
        return self.infusion is None

    @property
    def done(self) -> int:
        """How many visits were held."""
        return sum(line.state in calendar.DONE for line in self.lines)

    @property
    def next(self) -> Line | None:
        """The visit to think of now: the first whose window is open or still to come."""
        ahead = {VisitState.OPEN, VisitState.DUE_SOON, VisitState.PLANNED}
        return next((line for line in self.lines if line.state in ahead), None)

    @property
    def to_record(self) -> Line | None:
        """The visit most likely to be recorded now: one whose window is open, else the latest missed, else the next."""
        running = [line for line in self.lines if line.state in {VisitState.OPEN, VisitState.DUE_SOON}]
        missed = [line for line in self.lines if line.state in {VisitState.OVERDUE, VisitState.WINDOW_NOT_SET}]
        return next(iter([*running, *reversed(missed)]), self.next)

    def line(self, code: str) -> Line:
        """The line of one visit. Raises NotFound."""
        for found in self.lines:
            if found.visit.code == code:
                return found
        known = ", ".join(line.visit.code for line in self.lines)
        raise NotFound(f'{self.schedule.title} has no visit "{code}". Its visits are: {known}.')


def schedule_named(code: str) -> Schedule:
    """The schedule of a track. Raises NotFound when config/programs has it no longer."""
    found = programs.catalogue().schedules.get(code)
    if found is None:
        raise NotFound(f'There is no follow-up schedule "{code}".')
    return found


def tracks_of(patient: Patient, told: Sequence[Turn]) -> list[tuple[Schedule, date | None]]:
    """The schedules of a patient, each with the day from which it holds, by what is known of its turns."""
    return [(schedule_named(code), from_on) for code, from_on in tracks(patient.track, told)]


def visits(patient: Patient, lens: Lens | None = None) -> list[VisitFact]:
    """What was recorded of the visits of a patient, as of the day and as known, in the order of their days."""
    query = facts(VisitFact, lens, scope_id=patient.scope_id).where(VisitFact.patient_id == patient.id)
    return list(db.session.scalars(query.order_by(VisitFact.holds_on, VisitFact.id)))


def death(rows: Iterable[VisitFact]) -> date | None:
    """The day of death that these visits tell of."""
    days = (day_of_death(row.survival, row.holds_on, row.answers) for row in rows)
    return min((day for day in days if day is not None), default=None)


def course(patient: Patient, lens: Lens) -> Course:
    """The follow-up of a patient by the rules of the schedule and the facts under the lens, for any day."""
    told, given = turns.of(patient, lens), patients.infusion(patient.id, lens)
    several = tracks_of(patient, told if lens.known_at else turns.of(patient))
    plan = [schedule for schedule, begins in several if begins is None or begins <= lens.as_of][-1]
    from_on = given.holds_on if given else patient.planned_infusion_on or patient.enrolled_on
    rows = visits(patient, lens) if given else []
    held, died_on = {row.code: row for row in rows}, death(rows)
    ended_on = earliest(died_on, stopped_on(told, lens.as_of))
    lines = []
    for visit in calendar.plan_over(several, infused_on=from_on):
        fact = held.get(visit.code)
        held_on = fact.holds_on if fact else None
        found = VisitState.PLANNED
        if given:
            found = calendar.state(visit, held_on=held_on, on=lens.as_of, ended_on=ended_on)
        lines.append(Line(visit, held_on, found, ContactKind(fact.contact) if fact else None, fact))
    ends_on = calendar.ends_on(plan, infused_on=from_on)
    return Course(plan, given, from_on, ends_on, died_on, tuple(lines), tuple(told), lens.as_of)


def schedule(patient: Patient, lens: Lens) -> list[Line]:
    """Every visit of a patient and how it stands on the day asked about, earliest first."""
    return list(course(patient, lens).lines)


def states_of(patient: Patient, code: str) -> list[VisitFact]:
    """Every state of one visit, oldest first: as it was recorded, then each correction."""
    query = select(VisitFact).where(VisitFact.patient_id == patient.id, VisitFact.code == code)
    return list(db.session.scalars(query.order_by(VisitFact.recorded_at, VisitFact.id)))


def due(actor: Actor, today: date, days: int, *, limit: int = 200) -> list[DueVisit]:
    """The visits not held whose window has closed or closes within `days` of `today`: the longest overdue first.

    A visit without a window is never overdue; it is named, for information, around its target day.
    """
    open_ = _planned(actor).where(PlannedVisit.held_on.is_(None), PlannedVisit.provisional.is_(False))
    closing = open_.where(PlannedVisit.closes_on <= today + timedelta(days=days))
    around = open_.where(
        PlannedVisit.closes_on.is_(None),
        PlannedVisit.target_on.between(today - timedelta(days=DUE_SOON_DAYS), today + timedelta(days=days)),
    )
    rows = [
        *db.session.execute(closing.order_by(PlannedVisit.closes_on, PlannedVisit.id).limit(limit)),
        *db.session.execute(around.order_by(PlannedVisit.target_on, PlannedVisit.id).limit(limit)),
    ]
    found = [DueVisit(v.patient_id, n, v.code, v.title, v.opens_on, v.target_on, v.closes_on) for v, n in rows]

    def urgency(one: DueVisit) -> tuple[bool, date]:
        overdue = one.closes_on is not None and one.closes_on < today
        return not overdue, one.closes_on or one.target_on

    return sorted(found, key=urgency)[:limit]


def _planned(actor: Actor) -> Select[PlannedVisit, str]:
    """The planned visits an actor may see, with the patient's number. Row-level security says the same beneath."""
    query = select(PlannedVisit, Patient.number).join(Patient, Patient.id == PlannedVisit.patient_id)
    if actor.everywhere:
        return query
    scopes = scopes_with(actor, Permission.PATIENT_READ)
    mine = frozenset(p for h in actor.holdings if Permission.PATIENT_READ in h.permissions for p in h.programs)
    either = []
    if len(scopes) == 1:
        either.append(PlannedVisit.scope_id == next(iter(scopes)))
    elif scopes:
        either.append(PlannedVisit.scope_id.in_(scopes))
    if mine:
        either.append(PlannedVisit.program_id.in_(mine))
    return query.where(or_(*either)) if either else query.where(false())
