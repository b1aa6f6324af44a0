"""A corrected infusion: what moves is shown first, what was held keeps its day, and what it proves is corrected too."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed, StaleRecord
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.followup import actions as visits
from rems.followup import correcting, queries
from rems.followup.rules import ContactKind, Survival
from rems.patients import queries as patients
from tests.factories import EUROPE, csrf

ALL = Actor.system("test")
DAY = date(2024, 3, 5)
RIGHT = datetime(2024, 2, 29, 15, 0, tzinfo=UTC)


@pytest.fixture
def hospital(world):
    world.now = utcnow()
    return world.hospital(EUROPE).certified(date(2024, 1, 10))


@pytest.fixture
def patient(hospital):
    return hospital.infused(DAY)


def course(patient, on: date = date(2026, 11, 1), known_at=None) -> queries.Course:
    with reading(ALL):
        found = queries.course(patients.patient(ALL, patient), Lens(on, known_at))
        db.session.expunge_all()
    return found


@pytest.fixture
def correct(world, hospital, patient):
    def corrected(**change: Any) -> Any:
        given = course(patient).infusion
        assert given
        said = {"seen": given.id, "infused_at": RIGHT, "location_id": given.location_id, "lot": given.lot}
        said |= {"bags": given.bags, "reason": "The form had the wrong day.", "looked_at": date(2024, 2, 29)}
        return correcting.correct_infusion(patient, **said | {"by": hospital.coordinator, "now": world.now} | change)

    return corrected


def test_the_visits_count_from_the_right_day_and_the_old_record_stays(world, patient, correct):
    before, known = course(patient), utcnow()
    correct()
    after = course(patient)
    assert (before.from_on, after.from_on) == (DAY, date(2024, 2, 29))
    assert after.line("Y01").visit.target_on == date(2025, 2, 28)
    assert course(patient, known_at=known).from_on == DAY
    [entry] = [e for e in world.trail("followup.correct_infusion") if e["table_name"] == "infusion"]
    assert entry["reason"] == "The form had the wrong day."


def test_what_it_proves_is_corrected_with_it(hospital, patient, correct):
    key = correct(lot="TK-99999")
    with reading(ALL):
        found = evidence.from_source(hospital.site_id, "infusion", key)
        said = {(p.kind.value, p.holds_on, p.summary) for p in found}
    assert {on for _, on, _ in said} == {date(2024, 2, 29)}
    assert any("lot TK-99999" in words and "29 Feb 2024" in words for _, _, words in said)
    assert not any("5 Mar 2024" in words for _, _, words in said)


def test_a_day_that_moves_something_must_have_been_looked_at(correct):
    for looked_at in (None, date(2024, 3, 1)):
        with pytest.raises(BadInput, match="Look first at what moves") as refused:
            correct(looked_at=looked_at)
        assert refused.value.field == "looked_at"


def test_what_was_held_keeps_its_day_and_may_then_lie_outside(world, hospital, patient):
    said = {"contact": ContactKind.ON_SITE, "survival": Survival.ALIVE, "answers": {}}
    visits.record_visit(patient, "M06", holds_on=date(2024, 9, 2), **said, by=hospital.coordinator, now=world.now)
    with reading(ALL):
        row = patients.patient(ALL, patient)
        moved = {
            m.before.code: m for m in correcting.moves(row, queries.course(row, Lens(world.today)), date(2024, 3, 1))
        }
    assert moved["M06"].held_on == date(2024, 9, 2)
    assert moved["M06"].moves
    assert moved["Y15"].after.target_on == date(2039, 3, 1)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"infused_at": datetime(2030, 1, 1, tzinfo=UTC)}, "infused_at", "has not come yet"),
        ({"infused_at": datetime(2024, 1, 1, tzinfo=UTC), "looked_at": date(2024, 1, 1)}, "infused_at", "is before"),
        ({"bags": 0}, "bags", "is not between"),
        ({"lot": " "}, "lot", "is missing"),
        ({"reason": " "}, "reason", "Reason is missing"),
    ],
)
def test_an_infusion_that_cannot_have_been_is_refused(correct, change, field, words):
    if "infused_at" in change:
        change = {"looked_at": change["infused_at"].date(), **change}
    with pytest.raises(BadInput, match=words) as refused:
        correct(**change)
    assert refused.value.field == field


def test_nothing_of_the_follow_up_lies_before_the_infusion(world, hospital, patient, correct):
    said = {"contact": ContactKind.ON_SITE, "survival": Survival.ALIVE, "answers": {}, "late_reason": "Early"}
    visits.record_visit(patient, "D100", holds_on=date(2024, 6, 10), **said, by=hospital.coordinator, now=world.now)
    later = datetime(2024, 7, 1, 12, tzinfo=UTC)
    with pytest.raises(BadInput, match="Day 100 was held on 10 Jun 2024"):
        correct(infused_at=later, looked_at=later.date())


def test_who_saw_an_older_state_and_who_may_not_infuse_correct_nothing(world, hospital, patient, correct):
    old = course(patient).infusion
    assert old
    correct()
    with pytest.raises(StaleRecord):
        correct(seen=old.id, infused_at=RIGHT + timedelta(hours=1))
    with pytest.raises(NotAllowed):
        correct(by=hospital.manager)
    with pytest.raises(BadInput, match="Nothing of it is changed"):
        correct()
    with pytest.raises(IllegalMove, match="not infused yet"):
        correcting.correct_infusion(
            hospital.enrolled(world.today),
            seen=old.id,
            infused_at=RIGHT,
            location_id=old.location_id,
            lot="x",
            bags=1,
            reason="x",
            looked_at=None,
            by=hospital.coordinator,
            now=world.now,
        )


def test_the_page_shows_what_moves_before_it_corrects(world, hospital, patient, client):
    world.sign_in(client, hospital.coordinator)
    path = f"/patients/{patient}/infusion/correct"
    page = client.get(path).text
    assert "What moves" not in page
    given = course(patient).infusion
    assert given
    said = {"csrf_token": csrf(page), "seen": str(given.id), "location_id": str(given.location_id), "lot": given.lot}
    said |= {"bags": "1", "infused_at": "29 Feb 2024 15:00", "reason": "The form had the wrong day."}
    page = client.post(path, data=said).text
    assert "The day moves to 29 February 2024, and " in page
    assert "Correct and plan anew" in page
    assert "The form had the wrong day." in page
    assert course(patient).from_on == DAY
    done = client.post(path, data={**said, "looked_at": "2024-02-29"})
    assert done.status_code == 302
    assert course(patient).from_on == date(2024, 2, 29)
