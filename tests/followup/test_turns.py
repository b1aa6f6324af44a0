"""A follow-up that takes turns: another track, lost and found, completed; what is due follows, and what was stays."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.followup import actions as visits
from rems.followup import queries
from rems.followup.rules import ContactKind, Survival
from rems.followup.schedule import VisitState
from rems.followup.turns import actions
from rems.followup.turns.rules import Outcome, Standing, Way
from rems.patients import queries as patients
from tests.factories import EUROPE, KYMRIAH

INFUSED = date(2022, 3, 1)
OTHER = "FDA-LTFU-2020-INTEGRATING"
ALL = Actor.system("test")


@pytest.fixture
def hospital(world):
    return world.hospital(EUROPE).certified(date(2022, 1, 10))


@pytest.fixture
def patient(hospital):
    return hospital.infused(INFUSED)


@pytest.fixture
def by(hospital, world) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": world.now}


def course(patient, on: date, known_at=None) -> queries.Course:
    with reading(ALL):
        found = queries.course(patients.patient(ALL, patient), Lens(on, known_at))
        db.session.expunge_all()
    return found


def due(hospital, world) -> list[str]:
    with reading(hospital.coordinator):
        return [one.code for one in queries.due(hospital.coordinator, world.today, 400)]


def tried(patient, by, *days: date, outcome: Outcome = Outcome.NOT_REACHED) -> None:
    for day in days:
        actions.note_attempt(patient, holds_on=day, way=Way.CALL, outcome=outcome, note="", **by)


TRIED = (date(2026, 10, 1), date(2026, 10, 8), date(2026, 10, 20))


def test_who_was_tried_often_enough_is_lost_and_nothing_is_due(hospital, world, patient, by):
    visits_before = due(hospital, world)
    assert visits_before
    lost = {"on": date(2026, 11, 1), "reason": "Moved, no address."}
    tried(patient, by, *TRIED[:2])
    with pytest.raises(BadInput) as refused:
        actions.lose(patient, **lost, **by)
    assert refused.value.sentence == (
        "This installation asks to try 3 times since the patient was last seen; it was tried 2 times. "
        "Note each attempt first."
    )
    tried(patient, by, TRIED[2])
    actions.lose(patient, **lost, **by)
    assert course(patient, date(2026, 11, 1)).standing is Standing.LOST
    assert course(patient, date(2026, 10, 31)).standing is Standing.FOLLOWED
    assert [code for code in due(hospital, world) if code == "Y05"] == []
    assert world.trail("followup.lose")


def test_who_is_found_again_is_due_again(hospital, world, patient, by):
    before = due(hospital, world)
    tried(patient, by, *TRIED)
    actions.lose(patient, on=date(2026, 11, 1), reason="Moved.", **by)
    with pytest.raises(IllegalMove, match="Lost to follow-up since 1 Nov 2026"):
        actions.lose(patient, on=date(2026, 11, 2), reason="Moved.", **by)
    with pytest.raises(BadInput, match="say first that the patient was found again"):
        visit(patient, "Y04", date(2026, 11, 20), by)
    actions.find(patient, on=date(2026, 11, 10), reason="Called from the new town.", **by)
    assert due(hospital, world) == before
    visit(patient, "Y04", date(2026, 11, 20), by)
    assert course(patient, date(2026, 11, 5)).standing is Standing.LOST


def visit(patient, code: str, on: date, by: dict[str, Any], **said: Any) -> None:
    told = {"contact": ContactKind.PHONE, "survival": Survival.ALIVE, "answers": {}, "late_reason": "Moved"} | said
    visits.record_visit(patient, code, holds_on=on, **told, **by)


def test_a_death_is_told_of_somebody_who_was_lost_and_stops_every_contact(hospital, world, patient, by):
    tried(patient, by, *TRIED)
    actions.lose(patient, on=date(2026, 11, 1), reason="Moved.", **by)
    visit(patient, "Y04", date(2026, 11, 20), by, survival=Survival.DEAD, died_on=date(2026, 11, 15))
    assert course(patient, world.today).standing is Standing.DIED
    with pytest.raises(BadInput) as refused:
        tried(patient, by, date(2026, 11, 21))
    assert refused.value.field == "way"
    with pytest.raises(IllegalMove, match="died on 15 Nov 2026"):
        actions.change_track(patient, track=OTHER, on=world.today, reason="x", **by)
    assert "Y05" not in due(hospital, world)


def test_who_was_seen_or_reached_is_not_lost(world, patient, by):
    tried(patient, by, *TRIED)
    tried(patient, by, date(2026, 10, 25), outcome=Outcome.REACHED)
    with pytest.raises(BadInput, match="was reached since the last visit"):
        actions.lose(patient, on=date(2026, 11, 1), reason="Moved.", **by)
    visit(patient, "Y04", date(2026, 11, 5), by)
    with pytest.raises(BadInput, match="was seen on 5 Nov 2026"):
        actions.lose(patient, on=date(2026, 11, 1), reason="Moved.", **by)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"holds_on": date(2027, 1, 1)}, "holds_on"),
        ({"holds_on": date(2022, 2, 1)}, "holds_on"),
        ({"outcome": Outcome.NO_RECORD}, "outcome"),
    ],
)
def test_an_attempt_that_cannot_have_been_is_refused(patient, by, change, field):
    said = {"holds_on": TRIED[0], "way": Way.CALL, "outcome": Outcome.NOT_REACHED, "note": ""} | change
    with pytest.raises(BadInput) as refused:
        actions.note_attempt(patient, **said, **by)
    assert refused.value.field == field


def test_an_attempt_taken_back_does_not_count(patient, by):
    tried(patient, by, *TRIED[:2])
    said = {"holds_on": TRIED[2], "way": Way.LETTER, "outcome": Outcome.NOT_REACHED, "note": ""}
    key = actions.note_attempt(patient, **said, **by)
    with pytest.raises(BadInput, match="Reason is missing"):
        actions.take_attempt_back(key, reason=" ", **by)
    actions.take_attempt_back(key, reason="It was another patient.", **by)
    with pytest.raises(BadInput, match="it was tried 2 times"):
        actions.lose(patient, on=date(2026, 11, 1), reason="Moved.", **by)
    with pytest.raises(NotFound):
        actions.take_attempt_back(key, reason="Again.", **by)


def test_another_track_keeps_what_lies_behind_and_plans_what_lies_ahead(hospital, world):
    hospital = world.hospital(KYMRIAH)
    patient = hospital.patient(infused_on=date(2022, 3, 1))
    by = {"by": hospital.coordinator, "now": world.now}
    with reading(hospital.coordinator):
        tracks = patients.place(hospital.coordinator, hospital.scope_id).program.tracks
    old, new = tracks[:2]
    before = course(patient, world.today)
    moved = before.from_on + timedelta(days=1000)
    actions.change_track(patient, track=new, on=moved, reason="Consent to research withdrawn.", **by)
    after = course(patient, world.today)
    assert [x.visit for x in after.lines if x.visit.target_on < moved] == [
        x.visit for x in before.lines if x.visit.target_on < moved
    ]
    assert (before.schedule.code, after.schedule.code) == (old, new)
    assert course(patient, moved - timedelta(days=1)).schedule.code == old
    with reading(ALL):
        recorded = [row.recorded_at for row in actions.queries.rows(patients.patient(ALL, patient))]
    assert course(patient, world.today, known_at=min(recorded) - timedelta(seconds=1)).schedule.code == old


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"track": "NONE"}, "track", "offers no follow-up schedule"),
        ({"track": ""}, "track", "is the schedule of this patient already"),
        ({"on": date(2021, 1, 1)}, "on", "before the infusion"),
        ({"on": date(2027, 1, 1)}, "on", "has not come"),
        ({"reason": ""}, "reason", "Reason is missing"),
    ],
)
def test_a_track_that_cannot_be_is_refused(world, change, field, words):
    hospital = world.hospital(KYMRIAH)
    patient = hospital.patient(infused_on=INFUSED)
    with reading(ALL):
        own, other = patients.place(ALL, hospital.scope_id).program.tracks[:2]
    said = {"track": other, "on": date(2024, 1, 1), "reason": "Study ended."} | change
    said["track"] = said["track"] or own
    with pytest.raises(BadInput, match=words) as refused:
        actions.change_track(patient, **said, by=hospital.coordinator, now=world.now)
    assert refused.value.field == field


def test_follow_up_is_completed_after_fifteen_years_and_not_before(hospital, world, by):
    with pytest.raises(BadInput, match="Follow-up goes on until"):
        actions.complete(hospital.patient(infused_on=INFUSED), on=world.today, reason="Done.", **by)
    patient, on = hospital.infused(INFUSED), date(2037, 6, 1)
    later = {**by, "now": datetime(2037, 6, 2, tzinfo=UTC)}
    actions.complete(patient, on=on, reason="Fifteen years.", **later)
    assert course(patient, on).standing is Standing.COMPLETED
    assert course(patient, on - timedelta(days=1)).standing is Standing.FOLLOWED


def test_the_newest_turn_alone_is_taken_back(world, patient, by):
    tried(patient, by, *TRIED)
    lost = actions.lose(patient, on=date(2026, 11, 1), reason="Moved.", **by)
    found = actions.find(patient, on=date(2026, 11, 10), reason="Called.", **by)
    with pytest.raises(IllegalMove, match="Only the newest turn is taken back"):
        actions.take_back(lost, reason="Mistake.", **by)
    actions.take_back(found, reason="It was somebody else.", **by)
    assert course(patient, world.today).standing is Standing.LOST
    actions.take_back(lost, reason="Mistake.", **by)
    assert course(patient, world.today).standing is Standing.FOLLOWED


def test_those_who_may_not_record_visits_turn_nothing(world, hospital, patient):
    for actor in (hospital.manager, world.account(Role.PHARMACIST, site_id=hospital.site_id)):
        said = {"on": world.today, "reason": "x", "by": actor, "now": world.now}
        for act in (actions.lose, actions.find, actions.complete):
            with pytest.raises(NotAllowed):
                act(patient, **said)
    other = world.hospital(EUROPE).coordinator
    with pytest.raises(NotFound):
        actions.lose(patient, on=world.today, reason="x", by=other, now=world.now)


def test_before_the_infusion_nothing_is_lost_or_completed(world, hospital, by):
    waiting = hospital.patient()
    for act in (actions.lose, actions.complete):
        with pytest.raises(IllegalMove, match="not infused yet"):
            act(waiting, on=world.today, reason="x", **by)


def test_what_was_missed_while_lost_stays_missed(world, patient, by):
    tried(patient, by, *TRIED)
    actions.lose(patient, on=date(2026, 11, 1), reason="Moved.", **by)
    states = {line.visit.code: line.state for line in course(patient, world.today).lines}
    assert states["Y01"] in (VisitState.OVERDUE, VisitState.WINDOW_NOT_SET)
    assert states["Y05"] is VisitState.NOT_DUE
