"""Answering at a visit, against the database: half-done, finished, corrected; and the event that a new cancer opens."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask, current_app

from rems.access.rules import Role
from rems.core.db import reading
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.events import queries as events
from rems.followup.questionnaires import queries
from rems.followup.questionnaires.answers import plain
from rems.followup.questionnaires.terms import Library
from tests.factories import LABEL, World
from tests.followup.answered import CANCER, NO_CANCER, Asked, on_fda_track
from tests.followup.treated import TODAY, Treated


@pytest.fixture
def asked(treated: Treated) -> Asked:
    return Asked(treated.id, treated.hospital, treated.world)


def test_a_half_done_questionnaire_is_gone_on_with_by_anybody_of_the_site(world: World, asked: Asked) -> None:
    first = asked.save("infection", {"new": "yes", "where": ["lung"]}, on=date(2026, 11, 20))
    physician = world.account(Role.TREATING_PHYSICIAN, site_id=asked.hospital.site_id)
    second = asked.save("infection", {"new": "yes", "where": ["lung", "blood"]}, by=physician)
    found = asked.sheet("infection")
    assert found.row
    assert (found.row.id, found.row.supersedes_id, found.finished, found.open) == (second, first, False, 5)
    assert found.row.answers == {
        "new": {"value": "yes", "on": "2026-11-20"},
        "where": {"value": ["lung", "blood"], "on": "2026-11-24"},
    }
    with reading(physician):
        assert [s.id for s in queries.states(found.row)] == [first, second]
    assert len(world.trail("questionnaires.save")) == 3  # two states, and the words that were asked


def test_answers_to_what_does_not_apply_fall_away_and_the_old_state_keeps_them(asked: Asked) -> None:
    asked.save("relapse", {"found": "yes", "found-on": "2026-05", "treated": "no"})
    asked.finish("relapse", {"found": "no", "found-on": "2026-05", "treated": "no", "best-response": "complete"})
    found = asked.sheet("relapse")
    assert found.row
    assert plain(found.row.answers) == {"found": "no", "best-response": "complete"}
    with reading(asked.hospital.coordinator):
        assert plain(queries.states(found.row)[0].answers)["found-on"] == "2026-05"


def test_a_questionnaire_is_finished_only_with_every_answer_that_it_asks_for(world: World, asked: Asked) -> None:
    trail = len(world.trail("questionnaires.finish"))
    with pytest.raises(Incomplete) as refused:
        asked.finish("relapse", {"found": "yes"})
    assert refused.value.gaps == (
        "When was it first found?",
        "How was it found?",
        "Was treatment begun for it?",
    )
    assert len(world.trail("questionnaires.finish")) == trail
    assert asked.sheet("relapse").row is None


WRONG: list[tuple[dict[str, Any], date, str, str]] = [
    ({"found": "perhaps"}, TODAY, '"perhaps" is no answer; it is one of No, Yes, Not known', "q_found"),
    ({"weather": "fine"}, TODAY, '"weather" is not asked here. Asked are: found, found-on', ""),
    ({"found": "yes", "found-on": "2020"}, TODAY, "2020 is before the infusion on 20 Nov 2025", "q_found-on"),
    ({"found": "no"}, date(2026, 11, 25), "25 Nov 2026 has not come yet; today is 24 Nov 2026", "answered_on"),
    ({"found": "no"}, date(2025, 11, 19), "19 Nov 2025 is before the infusion on 20 Nov 2025", "answered_on"),
]


@pytest.mark.parametrize(("values", "on", "sentence", "field"), WRONG, ids=[w[2] for w in WRONG])
def test_what_makes_no_sense_is_refused_at_its_field(asked: Asked, values, on, sentence, field) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        asked.save("relapse", values, on=on)
    assert refused.value.field == field
    assert asked.sheet("relapse").row is None


def test_a_finished_one_is_corrected_with_a_reason_and_stays_readable(world: World, asked: Asked) -> None:
    first = asked.finish("relapse", {"found": "no"}, on=date(2026, 11, 20))
    with pytest.raises(IllegalMove, match="Relapse or progression is finished; correct it with a reason."):
        asked.save("relapse", {"found": "no"})
    with pytest.raises(BadInput, match="say why the answers to Relapse or progression are corrected") as refused:
        asked.finish("relapse", {"found": "unknown"})
    assert refused.value.field == "reason"
    asked.finish("relapse", {"found": "unknown"}, reason="The letter of the clinic came later")
    found = asked.sheet("relapse")
    assert found.row
    assert (found.row.supersedes_id, found.row.reason) == (first, "The letter of the clinic came later")
    assert found.row.holds_on == date(2026, 11, 20)
    assert found.row.answers["found"] == {"value": "unknown", "on": "2026-11-24"}
    assert asked.sheet("relapse", lens=Lens(date(2026, 11, 19))).row is None
    [entry] = [e for e in world.trail("questionnaires.finish") if e["reason"]]
    assert entry["reason"] == "The letter of the clinic came later"


def test_who_opened_an_older_state_is_told_that_somebody_was_faster(asked: Asked) -> None:
    first = asked.save("relapse", {"found": "no"})
    asked.save("relapse", {"found": "unknown"})
    for seen in (None, first):
        with pytest.raises(StaleRecord, match="answered by somebody else since you opened it"):
            asked.finish("relapse", {"found": "no"}, seen=seen)


def test_of_two_who_begin_at_once_one_is_kept(app: Flask, asked: Asked) -> None:
    def begin(found: str) -> str:
        with app.app_context():
            try:
                asked.save("relapse", {"found": found}, seen=None)
            except StaleRecord:
                return "late"
            return "kept"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(begin, ["no", "unknown"])) == ["kept", "late"]


def test_questionnaires_wait_for_the_infusion_and_are_those_of_the_visit(world: World, waiting: Treated, asked) -> None:
    with pytest.raises(BadInput, match="is not infused yet; questionnaires are answered after the infusion"):
        Asked(waiting.id, waiting.hospital, world).save("relapse", {"found": "no"})
    with pytest.raises(NotFound, match='Day 100 asks no questionnaire "autoimmune". It asks: survival, relapse,'):
        asked.save("autoimmune", {})
    with pytest.raises(NotFound, match='has no visit "D999"'):
        Asked(asked.id, asked.hospital, world, "D999").save("relapse", {"found": "no"})


def test_answers_are_for_who_records_visits_at_that_site(world: World, asked: Asked) -> None:
    auditor = world.account(Role.AUDITOR, site_id=asked.hospital.site_id)
    with pytest.raises(NotAllowed, match="may not record visits here"):
        asked.save("relapse", {"found": "no"}, by=auditor)
    stranger = world.hospital(LABEL).coordinator
    with pytest.raises(NotFound, match="no such patient"):
        asked.save("relapse", {"found": "no"}, by=stranger)


def test_the_day_of_the_answers_is_that_of_the_site(world: World, asked: Asked) -> None:
    world.now = world.now.replace(hour=3)  # 24 November in UTC, the evening of the 23rd in Chicago
    with pytest.raises(BadInput, match="24 Nov 2026 has not come yet; today is 23 Nov 2026"):
        asked.save("relapse", {"found": "no"}, on=TODAY)
    asked.save("relapse", {"found": "no"}, on=date(2026, 11, 23))


def test_a_new_version_is_asked_from_its_day_on_and_changes_nothing_that_was_answered(
    asked: Asked, monkeypatch
) -> None:
    asked.finish("relapse", {"found": "no"})
    old = queries.library()
    [one] = old.versions["relapse"]
    newer = replace(one, version=2, from_on=TODAY, questions=(replace(one.questions[0], text="Is it back?"),))
    monkeypatch.setitem(
        current_app.extensions,
        "rems_questionnaires",
        Library(MappingProxyType({**old.versions, "relapse": (newer, one)})),
    )
    there = asked.sheet("relapse").asked
    assert (there.version, there.questions[0].text) == (1, one.questions[0].text)
    elsewhere = Asked(asked.id, asked.hospital, asked.world, "M06").sheet("relapse").asked
    assert (elsewhere.version, elsewhere.questions[0].text) == (2, "Is it back?")


def test_words_that_were_changed_without_a_new_version_stop_the_next_answer(asked: Asked, monkeypatch) -> None:
    asked.finish("relapse", {"found": "no"})
    old = queries.library()
    [one] = old.versions["relapse"]
    changed = replace(one, title="Relapse")
    monkeypatch.setitem(
        current_app.extensions,
        "rems_questionnaires",
        Library(MappingProxyType({**old.versions, "relapse": (changed,)})),
    )
    with pytest.raises(IllegalMove, match="Relapse, version 1, was changed in config/questionnaires after it was"):
        Asked(asked.id, asked.hospital, asked.world, "M06").save("relapse", {"found": "no"})


def test_a_new_cancer_opens_an_event_and_a_kit_in_the_same_transaction(world: World, asked: Asked) -> None:
    asked.finish("new-malignancy", CANCER, on=date(2026, 11, 20))
    row = asked.sheet("new-malignancy").row
    assert row
    with reading(asked.hospital.coordinator):
        event = events.event(asked.hospital.coordinator, row.event_id)
        assert (event.term, event.group, event.holds_on) == ("Melanoma of the back", "new_malignancy", date(2026, 5, 1))
        assert (event.site_aware_on, event.day_zero, event.seriousness) == (
            date(2026, 11, 20),
            TODAY,
            ["other_important"],
        )
        assert event.came_from == (
            "Day 100, questionnaire New malignancy, version 1, answered by the site on 20 Nov 2026"
        )
        assert event.narrative == "Found, as was answered: May 2026."
        [kit] = queries.kits(asked.hospital.coordinator, Lens(TODAY), patient_id=asked.id)
        assert (kit.event_id, kit.holds_on, kit.visit_code) == (row.event_id, date(2026, 11, 20), "D100")
    written = {e["table_name"] for e in world.trail("questionnaires.finish")}
    assert {"visit_answers", "adverse_event", "sample_kit"} <= written


def test_a_half_done_yes_opens_it_once_and_a_correction_opens_no_other(asked: Asked) -> None:
    asked.save("new-malignancy", {"found": "yes"})
    first = asked.sheet("new-malignancy").row
    assert first
    asked.finish("new-malignancy", CANCER)
    asked.finish("new-malignancy", NO_CANCER, reason="Pathology: a benign nevus")
    last = asked.sheet("new-malignancy").row
    assert last
    assert first.event_id == last.event_id
    with reading(asked.hospital.coordinator):
        [event] = events.of_patient(asked.hospital.coordinator, asked.id)
        assert event.term == "Second primary malignancy"
        assert event.holds_on == TODAY
        assert len(queries.kits(asked.hospital.coordinator, Lens(TODAY), patient_id=asked.id)) == 1


def test_a_yes_of_the_visit_itself_begins_the_questionnaire_and_opens_the_event(treated: Treated, asked: Asked) -> None:
    on = date(2026, 2, 28)
    first = treated.record("D100", on, answers={"NEW-MALIGNANCY": "yes", "RELAPSE": "yes"})
    found = asked.sheet("new-malignancy")
    assert found.row
    assert (found.finished, found.row.answers) == (False, {"found": {"value": "yes", "on": "2026-02-28"}})
    assert asked.sheet("relapse").row is None
    treated.record("D100", on, answers={"NEW-MALIGNANCY": "yes"}, reason="A note was missing", seen=first)
    with reading(asked.hospital.coordinator):
        [event] = events.of_patient(asked.hospital.coordinator, asked.id)
        assert (event.holds_on, event.site_aware_on, event.day_zero) == (on, on, TODAY)
    assert asked.kit()


def test_no_and_not_known_open_nothing(asked: Asked) -> None:
    asked.finish("new-malignancy", NO_CANCER)
    asked.finish("new-malignancy", {"found": "unknown"}, reason="Asked again")
    with reading(asked.hospital.coordinator):
        assert events.of_patient(asked.hospital.coordinator, asked.id) == []


def test_a_cancer_that_cannot_become_an_event_leaves_neither_answers_nor_kit(asked: Asked, monkeypatch) -> None:
    old = queries.library()
    [one] = old.versions["new-malignancy"]
    assert one.opens
    broken = replace(one, opens=replace(one.opens, kind="other", term=""))  # a kind without words of its own
    monkeypatch.setitem(
        current_app.extensions,
        "rems_questionnaires",
        Library(MappingProxyType({**old.versions, "new-malignancy": (broken,)})),
    )
    with pytest.raises(BadInput, match="What happened: write the diagnosis"):
        asked.finish("new-malignancy", CANCER)
    assert asked.sheet("new-malignancy").row is None


def test_laboratory_results_are_kept_on_the_days_of_the_series_and_ask_for_an_analysis(
    world, hospital, superuser
) -> None:
    key = on_fda_track(superuser, hospital.infused(date(2025, 11, 20)))
    month = Asked(key, hospital, world, "LAB-M06")
    result = {
        "sampled": "yes",
        "sampled-on": "2026-05-22",
        "rcr-rcl": "negative",
        "vector": "yes",
        "carrying-percent": "1.4",
        "integration-done": "no",
    }
    month.finish("persistence", result)
    assert [f.due_on for f in follow_ups_of(month)] == [date(2026, 8, 22)]
    later = {**result, "sampled-on": "2026-11-20", "integration-done": "yes", "integration-pattern": "polyclonal"}
    Asked(key, hospital, world, "LAB-M12").finish("persistence", later)
    assert [f.met_on for f in follow_ups_of(month)] == [date(2026, 11, 20)]
    with pytest.raises(NotFound, match='has no visit "LAB-M07"'):
        Asked(key, hospital, world, "LAB-M07").finish("persistence", result)


def follow_ups_of(asked: Asked) -> Any:
    with reading(asked.hospital.coordinator):
        patient = queries.db.session.get(queries.Patient, asked.id)
        return queries.follow_ups(patient, Lens(TODAY))


def test_another_site_sees_no_answers_at_all(asked: Asked, world: World) -> None:
    asked.finish("new-malignancy", CANCER)
    stranger = world.hospital(LABEL).coordinator
    with reading(stranger):
        for table in (queries.VisitAnswers, queries.QuestionnaireAsked, queries.SampleKit):
            assert queries.db.session.query(table).count() == 0
        with pytest.raises(NotFound, match="no such sample kit"):
            queries.kit(stranger, asked.kit())
