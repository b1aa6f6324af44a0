"""Recording visits and correcting them, against the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.followup import queries
from rems.followup.models import Visit
from rems.followup.rules import ContactKind, Survival
from rems.followup.schedule import VisitState
from rems.patients import queries as patients
from tests.factories import World
from tests.followup.treated import TODAY, Treated


def recorded_at(visit_id: UUID) -> datetime:
    with reading(Actor.system("test")):
        return db.session.execute(select(Visit.recorded_at).where(Visit.id == visit_id)).scalar_one()


def test_a_visit_in_its_window_is_kept_and_planned_as_held(world: World, treated: Treated) -> None:
    key = treated.record("D100", date(2026, 2, 28), answers={"RELAPSE": "no"}, notes={"RELAPSE": "CT of 2 March"})
    line = treated.course().line("D100")
    assert (line.state, line.held_on, line.contact) == (VisitState.DONE, date(2026, 2, 28), ContactKind.ON_SITE)
    assert treated.kept("D100")[0] == {"RELAPSE": {"answer": "no", "note": "CT of 2 March"}}
    assert next(row for row in treated.planned() if row.code == "D100").held_on == date(2026, 2, 28)
    assert [e["row_key"] for e in world.trail("followup.record_visit")][-1] == str(key)


WRONG_VISITS: list[tuple[date, dict[str, Any], str, str]] = [
    (date(2026, 11, 25), {}, "has not come yet; today is 24 Nov 2026", "holds_on"),
    (date(2025, 11, 19), {}, "before the infusion on 20 Nov 2025", "holds_on"),
    (date(2026, 6, 1), {}, "outside the window of Day 100", "late_reason"),
    (date(2026, 3, 1), {"answers": {"WEATHER": "no"}}, 'does not ask "WEATHER"', ""),
    (date(2026, 3, 1), {"answers": {"RELAPSE": "maybe"}}, "it is yes, no or unknown", "ask_RELAPSE"),
    (date(2026, 3, 1), {"died_on": date(2026, 2, 1)}, "only where the patient has died", "died_on"),
]


def test_a_visit_that_makes_no_sense_leaves_neither_record_nor_trail(treated: Treated) -> None:
    trail = len(treated.world.trail("followup.record_visit"))
    for on, said, sentence, field in WRONG_VISITS:
        with pytest.raises(BadInput, match=sentence) as refused:
            treated.record("D100", on, **said)
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
