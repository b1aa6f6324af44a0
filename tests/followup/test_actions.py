"""Enrolling, infusing and recording visits, against the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading, transaction
from rems.core.errors import BadInput, Incomplete, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.followup import actions, queries, steps
from rems.followup.models import PlannedVisit, Visit
from rems.followup.rules import ContactKind, Survival
from rems.followup.schedule import VisitState
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.rules import Sex
from tests.factories import EUROPE, LABEL, Hospital, World

TODAY = date(2026, 11, 24)
INFUSED = date(2025, 11, 20)  # day 0 of the patient of most tests: day 369 today
ALIVE: dict[str, Any] = {"contact": ContactKind.ON_SITE, "survival": Survival.ALIVE, "answers": {}}


class Planned(NamedTuple):
    """A row of the planned visits, as plain values."""

    id: UUID
    scope_id: UUID
    code: str
    opens_on: date | None
    target_on: date
    held_on: date | None
    provisional: bool


@dataclass(frozen=True)
class Treated:
    """A patient of a hospital and the coordinator who works there."""

    id: UUID
    hospital: Hospital
    world: World

    @property
    def by(self) -> Actor:
        return self.hospital.coordinator

    def record(self, code: str, on: date, **said: Any) -> UUID:
        """Record a visit; the patient is alive and was seen on site unless the test says otherwise."""
        more = {**ALIVE, "by": self.by, "now": self.world.now, **said}
        return actions.record_visit(self.id, code, holds_on=on, **more)

    def planned(self) -> list[Planned]:
        kept = [getattr(PlannedVisit, name) for name in Planned._fields]
        with reading(self.by):
            query = select(*kept).where(PlannedVisit.patient_id == self.id).order_by(PlannedVisit.target_on)
            return [Planned(*row) for row in db.session.execute(query)]

    def kept(self, code: str) -> tuple[dict[str, Any], str]:
        """The answers of a visit as they are kept, and its reason for being outside the window."""
        with reading(self.by):
            fact = queries.course(patients.patient(self.by, self.id), Lens(TODAY)).line(code).fact
            assert fact
            return fact.answers, fact.late_reason

    def course(self, as_of: date = TODAY, known_at: datetime | None = None) -> queries.Course:
        with reading(self.by):
            return queries.course(patients.patient(self.by, self.id), Lens(as_of, known_at))


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone="America/Chicago")


@pytest.fixture
def waiting(world: World, hospital: Hospital) -> Treated:
    """Enrolled, not infused."""
    return Treated(hospital.enrolled(date(2025, 10, 20)), hospital, world)


@pytest.fixture
def treated(world: World, hospital: Hospital) -> Treated:
    """Infused on 20 November 2025."""
    return Treated(hospital.infused(INFUSED), hospital, world)


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement that reaches the database inside the block."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def recorded_at(visit_id: UUID) -> datetime:
    with reading(Actor.system("test")):
        return db.session.execute(select(Visit.recorded_at).where(Visit.id == visit_id)).scalar_one()


def enrolling(world: World, hospital: Hospital, **said: Any) -> dict[str, Any]:
    """All that an enrollment asks, with what the test is about."""
    return {
        "number": "HL-0417",
        "sex": Sex.FEMALE,
        "birth_year": 1961,
        "indication": "Relapsed follicular lymphoma",
        "prior_lines": 3,
        "product": "Kymriah",
        "track": "CIBMTR-15Y-CRF",
        "enrolled_on": date(2026, 11, 20),
        "planned_infusion_on": date(2026, 12, 15),
        "by": hospital.coordinator,
        "now": world.now,
        **said,
    }


def test_enrolling_plans_every_visit_from_the_planned_infusion(world: World, hospital: Hospital) -> None:
    key = actions.enroll(hospital.scope_id, **enrolling(world, hospital))
    rows = Treated(key, hospital, world).planned()
    assert len(rows) == 17
    assert all(row.provisional and row.held_on is None and row.scope_id == hospital.scope_id for row in rows)
    assert (rows[0].code, rows[0].opens_on) == ("D100", date(2026, 12, 15) + timedelta(days=85))
    assert [e["table_name"] for e in world.trail("followup.enroll")[-1:]] == ["patient"]


def test_without_a_planned_day_the_visits_are_counted_from_the_enrollment(world: World, hospital: Hospital) -> None:
    key = actions.enroll(hospital.scope_id, **enrolling(world, hospital, planned_infusion_on=None))
    assert Treated(key, hospital, world).planned()[0].target_on == date(2026, 11, 20) + timedelta(days=100)


def test_enrolling_a_patient_with_seventeen_visits_takes_at_most_fifteen_statements(
    world: World, hospital: Hospital
) -> None:
    actions.enroll(hospital.scope_id, **enrolling(world, hospital, number="HL-0001"))
    with counting() as seen:
        actions.enroll(hospital.scope_id, **enrolling(world, hospital))
    assert len(seen) <= 15, "\n".join(seen)
    assert sum("INSERT INTO planned_visit" in one for one in seen) == 1


def test_rebuilding_the_planned_visits_takes_three_statements_and_keeps_their_keys(treated: Treated) -> None:
    treated.record("D100", date(2026, 3, 1))
    before = treated.planned()
    with transaction(treated.by, "test.plan", at=treated.world.now) as session:
        patient = session.get(Patient, treated.id)
        with counting() as seen:
            assert steps.plan_visits(patient, from_on=INFUSED, provisional=False) == 17
    assert len(seen) == 3, "\n".join(seen)
    assert [(r.id, r.code, r.held_on) for r in treated.planned()] == [(r.id, r.code, r.held_on) for r in before]
    assert before[0].held_on == date(2026, 3, 1)


def test_planning_outside_a_transaction_is_refused(treated: Treated) -> None:
    with reading(treated.by):
        patient = patients.patient(treated.by, treated.id)
        with pytest.raises(RuntimeError, match="planning visits must be called inside a transaction"):
            steps.plan_visits(patient, from_on=INFUSED, provisional=False)


def test_planned_visits_leave_no_trail(world: World, waiting: Treated) -> None:
    tables = {e["table_name"] for e in world.trail("followup.enroll")}
    assert "planned_visit" not in tables
    assert len(waiting.planned()) == 17


@pytest.mark.parametrize(
    ("said", "sentence", "field"),
    [
        ({"enrolled_on": date(2026, 11, 25)}, "25 Nov 2026 has not come yet; today is 24 Nov 2026", "enrolled_on"),
        ({"planned_infusion_on": date(2026, 11, 19)}, "before the enrollment on 20 Nov 2026", "planned_infusion_on"),
        ({"number": "Maria Lopez"}, "looks like a name", "number"),
        ({"number": "HL 14.03.1961"}, "looks like a full date of birth", "number"),
        ({"birth_year": 1890}, "is not between", "birth_year"),
        ({"product": "Aspirin"}, "is not of this program", "product"),
        ({"track": "EBMT-PASS-15Y"}, "is not of this program", "track"),
    ],
)
def test_an_enrollment_that_makes_no_sense_leaves_neither_patient_nor_trail(
    world: World, hospital: Hospital, said: dict[str, Any], sentence: str, field: str
) -> None:
    before = len(world.trail("followup.enroll"))
    with pytest.raises(BadInput, match=sentence) as refused:
        actions.enroll(hospital.scope_id, **enrolling(world, hospital, **said))
    assert refused.value.field == field
    assert len(world.trail("followup.enroll")) == before
    with reading(hospital.coordinator):
        assert not list(db.session.scalars(patients.visible(hospital.coordinator)))


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.AUDITOR, Role.AUTHORIZED_REPRESENTATIVE])
def test_enrolling_infusing_and_recording_are_refused_to_the_wrong_role(
    world: World, hospital: Hospital, treated: Treated, role: Role
) -> None:
    other = world.account(role, site_id=hospital.site_id)
    with pytest.raises(NotAllowed, match="Your role may not enroll patients"):
        actions.enroll(hospital.scope_id, **enrolling(world, hospital, by=other))
    with pytest.raises(NotAllowed, match="Your role may not"):
        actions.infuse(
            treated.id,
            infused_at=world.now,
            location_id=hospital.location_id,
            lot="TK-1",
            bags=1,
            by=other,
            now=world.now,
        )
    with pytest.raises(NotAllowed, match="Your role may not"):
        treated.record("D100", date(2026, 3, 1), by=other)


def test_a_patient_of_another_site_is_not_found(world: World, treated: Treated) -> None:
    stranger = world.hospital(EUROPE).coordinator
    with pytest.raises(NotFound):
        treated.record("D100", date(2026, 3, 1), by=stranger)
    with pytest.raises(NotFound):
        actions.enroll(treated.hospital.scope_id, **enrolling(world, treated.hospital, by=stranger))


def test_the_infusion_counts_the_visits_anew_from_its_day(world: World, treated: Treated) -> None:
    rows = treated.planned()
    assert not any(row.provisional for row in rows)
    assert rows[0].target_on == INFUSED + timedelta(days=100)
    assert "infusion" in {e["table_name"] for e in world.trail("followup.infuse")}


def test_without_an_authorization_no_infusion_is_recorded_and_nothing_is_left(world: World, waiting: Treated) -> None:
    before, trail = waiting.planned(), len(world.trail("followup.infuse"))
    with pytest.raises(Incomplete, match="No authorization"):
        actions.infuse(
            waiting.id,
            infused_at=world.now - timedelta(hours=1),
            location_id=waiting.hospital.location_id,
            lot="TK-1",
            bags=1,
            by=waiting.by,
            now=world.now,
        )
    assert [row.provisional for row in waiting.planned()] == [row.provisional for row in before]
    assert len(world.trail("followup.infuse")) == trail


def test_a_visit_in_its_window_is_kept_and_planned_as_held(world: World, treated: Treated) -> None:
    key = treated.record("D100", date(2026, 2, 28), answers={"RELAPSE": "no"}, notes={"RELAPSE": "CT of 2 March"})
    line = treated.course().line("D100")
    assert (line.state, line.held_on, line.contact) == (VisitState.DONE, date(2026, 2, 28), ContactKind.ON_SITE)
    assert treated.kept("D100")[0] == {"RELAPSE": {"answer": "no", "note": "CT of 2 March"}}
    assert next(row for row in treated.planned() if row.code == "D100").held_on == date(2026, 2, 28)
    assert [e["row_key"] for e in world.trail("followup.record_visit")][-1] == str(key)


@pytest.mark.parametrize(
    ("code", "on", "said", "sentence", "field"),
    [
        ("D100", date(2026, 11, 25), {}, "has not come yet; today is 24 Nov 2026", "holds_on"),
        ("D100", date(2025, 11, 19), {}, "before the infusion on 20 Nov 2025", "holds_on"),
        ("D100", date(2026, 6, 1), {}, "outside the window of Day 100", "late_reason"),
        ("D100", date(2026, 3, 1), {"answers": {"WEATHER": "no"}}, 'does not ask "WEATHER"', ""),
        ("D100", date(2026, 3, 1), {"answers": {"RELAPSE": "maybe"}}, "it is yes, no or unknown", "ask_RELAPSE"),
        ("D100", date(2026, 3, 1), {"died_on": date(2026, 2, 1)}, "only where the patient has died", "died_on"),
    ],
)
def test_a_visit_that_makes_no_sense_leaves_neither_record_nor_trail(
    treated: Treated, code: str, on: date, said: dict[str, Any], sentence: str, field: str
) -> None:
    trail = len(treated.world.trail("followup.record_visit"))
    with pytest.raises(BadInput, match=sentence) as refused:
        treated.record(code, on, **said)
    assert refused.value.field == field
    assert len(treated.world.trail("followup.record_visit")) == trail
    assert treated.course().done == 0


def test_a_visit_that_the_schedule_does_not_have_is_not_found(treated: Treated) -> None:
    with pytest.raises(NotFound, match='has no visit "Y99". Its visits are: D100, M06'):
        treated.record("Y99", date(2026, 3, 1))


def test_before_the_infusion_no_visit_is_recorded(waiting: Treated) -> None:
    with pytest.raises(BadInput, match="is not infused yet"):
        waiting.record("D100", date(2026, 3, 1))


def test_a_visit_outside_its_window_is_kept_with_its_reason(treated: Treated) -> None:
    treated.record("D100", date(2026, 6, 1), late_reason="moved away for a while")
    assert treated.course().line("D100").state is VisitState.DONE_LATE
    assert treated.kept("D100")[1] == "moved away for a while"


def test_a_correction_supersedes_with_a_reason_and_the_earlier_knowledge_stays(world: World, treated: Treated) -> None:
    first = treated.record("D100", date(2026, 2, 28))
    known_then = recorded_at(first)
    second = treated.record("D100", date(2026, 3, 1), reason="the day was mistyped", seen=first)
    assert treated.course().line("D100").held_on == date(2026, 3, 1)
    assert treated.course(known_at=known_then).line("D100").held_on == date(2026, 2, 28)
    assert treated.planned()[0].held_on == date(2026, 3, 1)
    last = world.trail("followup.record_visit")[-1]
    assert (last["row_key"], last["reason"]) == (str(second), "the day was mistyped")
    with reading(treated.by):
        patient = patients.patient(treated.by, treated.id)
        assert [row.id for row in queries.states_of(patient, "D100")] == [first, second]


def test_a_correction_without_a_reason_is_refused(treated: Treated) -> None:
    first = treated.record("D100", date(2026, 2, 28))
    with pytest.raises(BadInput, match="say why the record of Day 100 is corrected") as refused:
        treated.record("D100", date(2026, 3, 1), seen=first)
    assert refused.value.field == "reason"


def test_a_visit_that_somebody_else_recorded_meanwhile_is_not_overwritten(treated: Treated) -> None:
    first = treated.record("D100", date(2026, 2, 28))
    with pytest.raises(StaleRecord, match="Day 100 is recorded already, on 28 Feb 2026"):
        treated.record("D100", date(2026, 3, 1))
    treated.record("D100", date(2026, 3, 1), reason="mistyped", seen=first)
    for old in (first, uuid4()):
        with pytest.raises(StaleRecord, match="corrected by somebody else"):
            treated.record("D100", date(2026, 3, 2), reason="mistyped", seen=old)


def test_after_a_death_no_later_visit_is_due_and_a_correction_brings_them_back(treated: Treated) -> None:
    treated.record("D100", date(2026, 2, 28))
    told = treated.record("M06", date(2026, 6, 1), survival=Survival.DEAD, died_on=date(2026, 5, 20))
    course = treated.course()
    assert course.died_on == date(2026, 5, 20)
    assert [line.state for line in course.lines[2:]] == [VisitState.NOT_DUE] * 15
    assert course.next is None
    assert [row.code for row in treated.planned()] == ["D100", "M06"]
    assert treated.course(as_of=date(2026, 5, 31)).line("Y01").state is VisitState.PLANNED
    treated.record("M06", date(2026, 6, 1), reason="another patient's record", seen=told)
    assert len(treated.planned()) == 17
    assert treated.course().died_on is None


def test_a_patient_who_has_died_is_not_found_alive_later(treated: Treated) -> None:
    treated.record("D100", date(2026, 2, 28), survival=Survival.DEAD)
    with pytest.raises(BadInput, match="the patient died on 28 Feb 2026; correct that one first"):
        treated.record("M06", date(2026, 6, 1))


def test_the_course_of_another_day_shows_what_was_so_then(treated: Treated) -> None:
    treated.record("D100", date(2026, 2, 28))
    assert treated.course(as_of=date(2025, 11, 19)).provisional
    assert treated.course(as_of=date(2026, 2, 20)).line("D100").state is VisitState.DUE_SOON
    assert treated.course(as_of=date(2026, 2, 28)).line("D100").state is VisitState.DONE
    assert treated.course().line("M06").state is VisitState.OVERDUE
    with reading(treated.by):
        lines = queries.schedule(patients.patient(treated.by, treated.id), Lens(TODAY))
    assert [line.visit.code for line in lines][:3] == ["D100", "M06", "Y01"]


def test_of_two_browsers_that_record_the_same_visit_at_once_one_is_kept(app: Flask, treated: Treated) -> None:
    def browser() -> str:
        with app.app_context():
            try:
                treated.record("D100", date(2026, 3, 1))
            except StaleRecord as refused:
                return refused.sentence
        return "kept"

    with ThreadPoolExecutor(2) as pool:
        told = [one.result() for one in [pool.submit(browser), pool.submit(browser)]]
    assert sorted(told) == ["Day 100 is recorded already, on 1 Mar 2026; open it to correct it with a reason.", "kept"]
    assert treated.course().done == 1
