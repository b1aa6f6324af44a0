"""Answers of a patient through a one-time link, and the way of a sample kit, against the database."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rems.access.rules import Role
from rems.core import onetime
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotAllowed, NotFound, StaleRecord
from rems.events import queries as events
from rems.followup.questionnaires import kits, queries, remote
from rems.followup.questionnaires.answers import plain
from rems.followup.questionnaires.rules import GivenBy, KitStage, LinkOutcome
from rems.followup.rules import Survival
from rems.patients import actions as patients
from rems.patients.rules import FactKind
from tests.factories import LABEL, World
from tests.followup.answered import CANCER, NO_CANCER, Asked
from tests.followup.treated import TODAY, Treated

SAID: dict[str, dict[str, Any]] = {
    "relapse": {"found": "no"},
    "new-malignancy": NO_CANCER,
    "neurologic": {"new": "no"},
    "infection": {"new": "no", "other-illness": "no"},
    "pregnancy": {"pregnant": "no"},
}


@pytest.fixture
def asked(treated: Treated) -> Asked:
    return Asked(treated.id, treated.hospital, treated.world)


def state(asked: Asked, root_id: Any) -> Any:
    with reading(asked.hospital.coordinator):
        found = queries.link(root_id)
        db.session.expunge_all()
        return found


def test_a_link_keeps_a_digest_alone_and_names_no_patient(asked: Asked) -> None:
    token, key = asked.link(days=3)
    row = state(asked, key)
    assert (row.token_digest, row.used, row.canceled) == (onetime.digest_of(token), False, False)
    assert row.expires_at == asked.world.now + timedelta(days=3)
    with reading(asked.hospital.coordinator):
        assert token not in str(db.session.execute(text("select to_jsonb(l) from answer_link l")).all())
        assert token not in str(db.session.execute(text("select after from trail.entry")).all())
        assert [one.code for one in remote.asked(row)] == list(SAID)


def test_a_newer_link_cancels_the_older_one_of_the_same_visit(asked: Asked) -> None:
    _, first = asked.link()
    _, other = Asked(asked.id, asked.hospital, asked.world, "M06").link()
    _, second = asked.link()
    assert [state(asked, key).canceled for key in (first, other, second)] == [True, False, False]


def test_what_comes_in_waits_to_be_looked_at_and_is_taken_over_with_one_act(world: World, asked: Asked) -> None:
    _, key = asked.link()
    asked.send(key, SAID)
    row = state(asked, key)
    assert (row.used, row.answered_on, row.outcome) == (True, TODAY, LinkOutcome.WAITING)
    assert asked.sheet("relapse").row is None
    [entry] = world.trail("questionnaires.send")
    assert entry["actor"] == "The patient, by a one-time link"
    became = remote.take_over(key, by=asked.hospital.coordinator, now=world.now)
    assert became == remote.TakenOver(
        ("Relapse or progression", "New malignancy", "Neurologic disorders", "Infection", "Fertility and pregnancy"),
        (),
        (),
    )
    taken = asked.sheet("infection").row
    assert taken
    assert (taken.given_by, plain(taken.answers)) == (GivenBy.PATIENT, SAID["infection"])
    with pytest.raises(IllegalMove, match="Somebody of the site has dealt with these answers already."):
        remote.take_over(key, by=asked.hospital.coordinator, now=world.now)


def test_what_the_site_answered_stays_and_the_rest_is_left_half_done(asked: Asked) -> None:
    asked.finish("relapse", {"found": "no"})
    asked.save("infection", {"new": "unknown"})
    _, key = asked.link()
    cancer = {name: CANCER[name] for name in ("found", "what", "found-on")}
    asked.send(key, {**{n: v for n, v in SAID.items() if n != "relapse"}, "new-malignancy": cancer})
    became = remote.take_over(key, by=asked.hospital.coordinator, now=asked.world.now)
    assert became.half_done == ("New malignancy",)
    infection = asked.sheet("infection").row
    assert infection
    assert plain(infection.answers) == {"new": "unknown", "other-illness": "no"}


def test_a_cancer_that_the_patient_tells_of_opens_an_event_when_it_is_taken_over(asked: Asked) -> None:
    _, key = asked.link()
    cancer = {name: CANCER[name] for name in ("found", "what", "found-on")}
    asked.send(key, {**SAID, "new-malignancy": cancer})
    with reading(asked.hospital.coordinator):
        assert events.of_patient(asked.hospital.coordinator, asked.id) == []
        row = queries.link(key)
        [says] = [one.code for one in remote.asked(row) if remote.says_event(one, row)]
        assert says == "new-malignancy"
    asked.world.now += timedelta(days=2)
    remote.take_over(key, by=asked.hospital.coordinator, now=asked.world.now)
    with reading(asked.hospital.coordinator):
        [event] = events.of_patient(asked.hospital.coordinator, asked.id)
        assert event.came_from.endswith("answered by the patient on 24 Nov 2026")
        assert (event.site_aware_on, event.day_zero) == (TODAY, date(2026, 11, 26))
    assert asked.kit()


def test_answers_that_are_set_aside_need_a_reason_and_change_no_visit(asked: Asked) -> None:
    _, key = asked.link()
    said: dict[str, Any] = {"by": asked.hospital.coordinator, "now": asked.world.now}
    with pytest.raises(IllegalMove, match="Nothing has come in through this link."):
        remote.set_aside(key, note="We call", **said)
    asked.send(key, SAID)
    with pytest.raises(BadInput, match="say why the answers are not taken over") as refused:
        remote.set_aside(key, note=" ", **said)
    assert refused.value.field == "note"
    remote.set_aside(key, note="We call", **said)
    assert (state(asked, key).outcome, state(asked, key).note) == (LinkOutcome.SET_ASIDE, "We call")
    assert asked.sheet("relapse").row is None


def test_a_link_opens_nothing_once_used_too_old_or_canceled(asked: Asked) -> None:
    _, used = asked.link()
    asked.send(used, SAID)
    with pytest.raises(IllegalMove, match="Your answers have reached your treatment center"):
        asked.send(used, SAID)
    _, old = asked.link(days=1)
    with pytest.raises(IllegalMove, match="This link is too old. Call your treatment center"):
        asked.send(old, SAID, now=asked.world.now + timedelta(days=1))
    remote.cancel(old, by=asked.hospital.coordinator, now=asked.world.now)
    with pytest.raises(IllegalMove, match="This link does not work any more"):
        asked.send(old, SAID)
    with pytest.raises(IllegalMove, match="opens nothing any more, so there is nothing to cancel"):
        remote.cancel(old, by=asked.hospital.coordinator, now=asked.world.now)


def test_without_consent_to_contact_no_link_is_made_and_one_that_is_out_opens_nothing(asked: Asked) -> None:
    _, key = asked.link()
    said: dict[str, Any] = {"by": asked.hospital.coordinator, "now": asked.world.now}
    patients.withdraw_consent(asked.id, FactKind.CONSENT_CONTACT, holds_on=TODAY, **said)
    with pytest.raises(IllegalMove, match="has given no consent to be contacted, or has withdrawn it"):
        asked.link()
    with pytest.raises(IllegalMove, match="This link does not work any more"):
        asked.send(key, SAID)


def test_nobody_is_contacted_after_a_death(treated: Treated, asked: Asked) -> None:
    _, key = asked.link()
    treated.record("M06", date(2026, 6, 1), survival=Survival.DEAD)
    with pytest.raises(IllegalMove, match="died on 1 Jun 2026; nobody is to be contacted"):
        asked.link()
    with pytest.raises(IllegalMove, match="This link does not work any more"):
        asked.send(key, SAID)


def test_a_patient_leaves_no_question_open_and_answers_nothing_else(asked: Asked) -> None:
    _, key = asked.link()
    with pytest.raises(Incomplete) as refused:
        asked.send(key, {**SAID, "relapse": {"found": "yes"}})
    assert refused.value.gaps == (
        "When did you learn of it?",
        "Have you been treated for it?",
    )
    with pytest.raises(BadInput, match='"how" is not asked here'):
        asked.send(key, {**SAID, "relapse": {"found": "no", "how": ["blood"]}})
    assert not state(asked, key).used


@pytest.mark.parametrize("days", [0, 61])
def test_a_link_holds_for_some_days_only(asked: Asked, days: int) -> None:
    with pytest.raises(BadInput, match=f"A link holds for 1 to 60 days, not {days}."):
        asked.link(days=days)


def test_where_nothing_is_left_to_ask_no_link_is_made(asked: Asked) -> None:
    for code, values in SAID.items():
        asked.finish(code, {**values, **({"best-response": "complete"} if code == "relapse" else {})})
    with pytest.raises(IllegalMove, match="Day 100 has nothing left to ask that a patient can answer."):
        asked.link()


def test_links_are_made_and_taken_over_by_who_records_visits_at_the_site(world: World, asked: Asked) -> None:
    auditor = world.account(Role.AUDITOR, site_id=asked.hospital.site_id)
    with pytest.raises(NotAllowed, match="may not record visits here"):
        asked.link(by=auditor)
    _, key = asked.link()
    asked.send(key, SAID)
    with pytest.raises(NotAllowed, match="may not record visits here"):
        remote.take_over(key, by=auditor, now=world.now)
    stranger = world.hospital(LABEL).coordinator
    with pytest.raises(NotFound, match="no such link"):
        remote.take_over(key, by=stranger, now=world.now)


@pytest.fixture
def kit(asked: Asked) -> Any:
    asked.finish("new-malignancy", CANCER, on=date(2026, 11, 10))
    return asked.kit()


def step(asked: Asked, kit: Any, stage: KitStage, on: date, **more: Any) -> Any:
    told: dict[str, Any] = {"who": "Sponsor's laboratory", "reference": "SK-1", "by": asked.hospital.coordinator}
    return kits.record_step(kit, stage, holds_on=on, **{**told, "now": asked.world.now, **more})


def done(asked: Asked, kit: Any) -> dict[KitStage, date]:
    with reading(asked.hospital.coordinator):
        return queries.done(queries.steps([kit])[kit])


def test_a_kit_goes_its_way_step_by_step_with_day_who_and_reference(world: World, asked: Asked, kit: Any) -> None:
    for number, stage in enumerate(KitStage):
        step(asked, kit, stage, date(2026, 11, 10 + number), reference=f"N-{number}")
    assert done(asked, kit)[KitStage.RESULT] == date(2026, 11, 16)
    assert len(world.trail("sample_kits.record_step")) == 7


def test_a_step_is_corrected_with_a_reason_and_the_old_record_stays(asked: Asked, kit: Any) -> None:
    first = step(asked, kit, KitStage.ORDERED, date(2026, 11, 12))
    with pytest.raises(StaleRecord, match='"Kit ordered" was recorded by somebody else'):
        step(asked, kit, KitStage.ORDERED, date(2026, 11, 11), reason="Typed wrong")
    with pytest.raises(BadInput, match='say why "Kit ordered" is corrected') as refused:
        step(asked, kit, KitStage.ORDERED, date(2026, 11, 11), seen=first)
    assert refused.value.field == "reason"
    step(asked, kit, KitStage.ORDERED, date(2026, 11, 11), seen=first, reason="Typed wrong")
    assert done(asked, kit) == {KitStage.ORDERED: date(2026, 11, 11)}
    with reading(asked.hospital.coordinator):
        assert db.session.query(queries.KitStep).count() == 2


def test_a_kit_is_kept_by_who_records_visits_at_the_site(world: World, asked: Asked, kit: Any) -> None:
    with pytest.raises(NotAllowed):
        step(asked, kit, KitStage.ORDERED, TODAY, by=world.account(Role.AUDITOR, site_id=asked.hospital.site_id))
    with pytest.raises(NotFound, match="no such sample kit"):
        step(asked, kit, KitStage.ORDERED, TODAY, by=world.hospital(LABEL).coordinator)
    assert queries.kit_days()["ordered"] == 2
