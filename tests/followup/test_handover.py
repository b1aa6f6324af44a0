"""A patient goes to another site: the record comes along, the old site keeps its history and sees no more."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.followup import actions as visits
from rems.followup import queries
from rems.followup.handover import actions, rules
from rems.followup.queries import Course
from rems.followup.rules import ContactKind, Survival
from rems.followup.turns.rules import Standing
from rems.patients import queries as patients
from rems.patients.models import Patient
from tests.factories import EUROPE, KYMRIAH, csrf

ALL = Actor.system("test")
SEEN = date(2024, 9, 2)


@pytest.fixture
def here(world):
    world.now = utcnow()
    return world.hospital(EUROPE, name="Klinikum Wesertal").certified(date(2024, 1, 10))


@pytest.fixture
def there(world, here):
    return world.hospital(EUROPE, name="Hôpital Saint-Aubin").certified(date(2026, 1, 10))


@pytest.fixture
def patient(here, world):
    key = here.infused(date(2024, 3, 5))
    said = {"contact": ContactKind.ON_SITE, "survival": Survival.ALIVE, "answers": {}}
    visits.record_visit(key, "M06", holds_on=SEEN, **said, by=here.coordinator, now=world.now)
    return key


def offered(patient, here, world, *, days: int = 14) -> str:
    return actions.offer(patient, reason="Moved to France.", days=days, by=here.coordinator, now=world.now)[0]


def taken(there, code: str, world, **change: Any) -> Any:
    said = {"on": world.today, "by": there.coordinator, "now": world.now} | change
    return actions.take_over(there.scope_id, code, **said)


def course(key, on: date) -> tuple[Patient, Course]:
    with reading(ALL):
        row = patients.patient(ALL, key)
        found = queries.course(row, Lens(on))
        db.session.expunge_all()
    return row, found


def test_the_record_comes_along_and_the_visits_ahead_are_due_at_the_new_site(here, there, patient, world):
    new = taken(there, offered(patient, here, world), world)
    (old_row, old), (row, now) = course(patient, world.today), course(new, world.today)
    assert (row.number, row.came_from_id) == (old_row.number, patient)
    assert (old.standing, now.standing) == (Standing.HANDED_ON, Standing.FOLLOWED)
    assert now.line("M06").held_on == SEEN
    assert now.from_on == old.from_on
    assert now.infusion
    assert now.infusion.taken_over == "Given at Klinikum Wesertal, which handed the patient on."
    with reading(there.coordinator):
        assert {one.patient_id for one in queries.due(there.coordinator, world.today, 400)} == {new}
        kinds = {row.kind for row in patients.history(new)}
    assert {"weight", "consent-treatment", "alert-card"} <= kinds
    with reading(here.coordinator):
        assert queries.due(here.coordinator, world.today, 400) == []


def test_the_old_site_sees_no_more_and_the_sponsor_sees_both(here, there, patient, world):
    new = taken(there, offered(patient, here, world), world)
    with reading(here.coordinator), pytest.raises(NotFound):
        patients.patient(here.coordinator, new)
    with reading(there.coordinator), pytest.raises(NotFound):
        patients.patient(there.coordinator, patient)
    with reading(here.manager):
        assert patients.patient(here.manager, new).number == patients.patient(here.manager, patient).number
    assert course(patient, world.today - timedelta(days=1))[1].standing is Standing.FOLLOWED
    said = {"contact": ContactKind.PHONE, "survival": Survival.ALIVE, "answers": {}, "late_reason": "x"}
    with pytest.raises(BadInput, match="Handed on to another site since"):
        visits.record_visit(patient, "Y01", holds_on=world.today, **said, by=here.coordinator, now=world.now)


def test_both_trails_name_who_took_over(here, there, patient, world):
    taken(there, offered(patient, here, world), world)
    tables = {entry["table_name"] for entry in world.trail("followup.take_over")}
    assert {"patient", "infusion", "visit", "patient_fact", "followup_turn", "handover_offer"} <= tables
    assert {entry["actor"] for entry in world.trail("followup.take_over")} == {there.coordinator.label}


def test_a_code_is_used_once_and_holds_no_longer_than_it_says(here, there, patient, world):
    code = offered(patient, here, world)
    loose = code.lower().replace("-", " ").replace("0", "o")
    taken(there, loose, world)
    with pytest.raises(BadInput, match="was taken over already"):
        taken(there, code, world)
    with pytest.raises(BadInput, match="No patient is offered under this code"):
        taken(there, "K7QF-29XM-4T0A", world)


def test_an_expired_or_withdrawn_code_takes_nobody_over(here, there, patient, world):
    code = offered(patient, here, world, days=1)
    with pytest.raises(BadInput, match="This code has expired"):
        taken(there, code, world, now=world.now + timedelta(days=1), on=world.today)
    said = {"by": here.coordinator, "now": world.now}
    code, key = actions.offer(patient, reason="Moved.", days=9, **said)
    actions.withdraw(key, **said)
    with pytest.raises(BadInput, match="has withdrawn this offer"):
        taken(there, code, world)
    with pytest.raises(IllegalMove, match="nothing to withdraw"):
        actions.withdraw(key, **said)


def test_the_newest_offer_is_the_only_one_that_holds(here, there, patient, world):
    old, new = offered(patient, here, world), offered(patient, here, world)
    with pytest.raises(BadInput, match="has withdrawn this offer"):
        taken(there, old, world)
    taken(there, new, world)


def test_a_site_that_is_not_certified_takes_nobody_over(here, patient, world):
    young = world.hospital(EUROPE, name="Krankenhaus Bergamünde")
    with pytest.raises(BadInput) as refused:
        taken(young, offered(patient, here, world), world)
    assert refused.value.field == "scope"
    assert "Krankenhaus Bergamünde is not certified under" in refused.value.sentence
    assert course(patient, world.today)[1].standing is Standing.FOLLOWED


def test_a_patient_stays_in_the_program(here, patient, world):
    other = world.hospital(KYMRIAH)
    with pytest.raises(BadInput, match="is not in KYMRIAH"):
        taken(other, offered(patient, here, world), world)
    with pytest.raises(BadInput, match="followed at this very site"):
        taken(here, offered(patient, here, world), world)


@pytest.mark.parametrize(("days", "words"), [(1, "has not come yet"), (-900, "the other site saw the patient on")])
def test_the_day_lies_after_the_patient_was_last_seen(here, there, patient, world, days, words):
    with pytest.raises(BadInput, match=words) as refused:
        taken(there, offered(patient, here, world), world, on=world.today + timedelta(days=days))
    assert refused.value.field == "on"


def test_a_number_that_is_taken_here_is_given_anew(here, there, patient, world):
    number = course(patient, world.today)[0].number
    there.patient(number=number)
    code = offered(patient, here, world)
    with pytest.raises(BadInput) as refused:
        taken(there, code, world)
    assert refused.value.field == "number"
    assert course(taken(there, code, world, number="SA-0001"), world.today)[0].number == "SA-0001"


def test_who_is_not_followed_here_is_not_handed_on(here, world):
    with pytest.raises(IllegalMove, match="not infused yet"):
        offered(here.enrolled(world.today), here, world)


def test_those_who_may_not_enroll_hand_nobody_on(here, there, patient, world):
    said = {"reason": "Moved.", "days": 9, "now": world.now}
    with pytest.raises(NotAllowed):
        actions.offer(patient, **said, by=here.manager)
    with pytest.raises(NotFound):
        actions.offer(patient, **said, by=there.coordinator)
    with pytest.raises(BadInput, match="Reason is missing"):
        actions.offer(patient, **{**said, "reason": " "}, by=here.coordinator)
    with pytest.raises(BadInput, match="An offer holds for 1 to 60 days, not 0"):
        actions.offer(patient, **{**said, "days": 0}, by=here.coordinator)
    with pytest.raises(NotAllowed):
        taken(there, offered(patient, here, world), world, by=there.manager)


def test_two_at_once_take_a_patient_over_once(app, here, there, patient, world):
    code = offered(patient, here, world)

    def take(_: int) -> str:
        with app.app_context():
            try:
                taken(there, code, world)
            except BadInput as refused:
                return refused.sentence
            finally:
                db.session.remove()
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(take, range(2)))
    assert found == ["The patient of this code was taken over already.", "taken"]


def test_a_code_reads_the_same_however_it_is_typed():
    code = rules.new_code()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert rules.digest_of(code) == rules.digest_of(f" {code.lower().replace('-', '')} ")
    assert rules.digest_of("IL0O-0000-0000") == rules.digest_of("1100-0000-0000")


def send(client, path: str, **data):
    token = csrf(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **data})


def test_the_pages_of_both_sites(app, here, there, patient, world, client):
    world.sign_in(client, here.coordinator)
    made = send(client, f"/patients/{patient}/hand-on", reason="Moved to France.", days="14")
    page = client.get(made.location).text
    code = re.search(r'value="((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})"', page)[1]
    assert client.get(made.location).status_code == 404
    assert code not in client.get(f"/patients/{patient}/followup").text
    other = app.test_client()
    world.sign_in(other, there.coordinator)
    refused = send(other, "/patients/take-over", scope=str(there.scope_id), code="AAAA", on=world.today.isoformat())
    assert refused.status_code == 422
    assert "No patient is offered under this code." in refused.text
    done = send(other, "/patients/take-over", scope=str(there.scope_id), code=code, on=world.today.isoformat())
    assert done.status_code == 302
    assert "Given at Klinikum Wesertal" in other.get(done.location).text
    page = client.get(f"/patients/{patient}/followup").text
    assert "Handed on to another site since" in page
    assert "Taken over by Hôpital Saint-Aubin. Moved to France." in page
