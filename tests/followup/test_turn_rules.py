"""The turns of a follow-up: how it stands on a day, who counts as lost, which schedule holds. Pure."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput, IllegalMove
from rems.followup.schedule import plan, plan_over
from rems.followup.turns import rules
from rems.followup.turns.rules import Outcome, Standing, Turn, TurnKind, Way
from rems.programs import files

SCHEDULES = files.load(Path(__file__).parents[2] / "config" / "programs").schedules
CIBMTR, EBMT, FDA = (SCHEDULES[c] for c in ("CIBMTR-15Y-CRF", "EBMT-PASS-15Y", "FDA-LTFU-2020-INTEGRATING"))
INFUSED = date(2020, 2, 29)
LOST, FOUND = Turn(TurnKind.LOST, date(2023, 5, 1)), Turn(TurnKind.FOUND, date(2024, 1, 10))
DONE = Turn(TurnKind.COMPLETED, date(2035, 3, 1))


@pytest.mark.parametrize(
    ("turns", "on", "died_on", "expected"),
    [
        ([], date(2023, 1, 1), None, Standing.FOLLOWED),
        ([LOST], date(2023, 4, 30), None, Standing.FOLLOWED),
        ([LOST], date(2023, 5, 1), None, Standing.LOST),
        ([LOST, FOUND], date(2023, 12, 31), None, Standing.LOST),
        ([LOST, FOUND], date(2024, 1, 10), None, Standing.FOLLOWED),
        ([LOST, FOUND, DONE], date(2035, 3, 1), None, Standing.COMPLETED),
        ([LOST], date(2024, 1, 1), date(2023, 12, 1), Standing.DIED),
        ([LOST], date(2023, 11, 30), date(2023, 12, 1), Standing.LOST),
        ([Turn(TurnKind.HANDED_ON, date(2022, 1, 1))], date(2022, 1, 1), None, Standing.HANDED_ON),
        ([Turn(TurnKind.TRACK, date(2022, 1, 1), "EBMT-PASS-15Y")], date(2022, 1, 1), None, Standing.FOLLOWED),
    ],
)
def test_a_follow_up_stands_as_its_newest_turn_of_that_day_says(turns, on, died_on, expected):
    assert rules.standing(turns, on, infused=True, died_on=died_on) is expected


def test_before_the_infusion_it_waits():
    assert rules.standing([], INFUSED, infused=False, died_on=None) is Standing.WAITING


@pytest.mark.parametrize(
    ("attempts", "needed", "sentence"),
    [
        ([], 0, ""),
        ([], 3, "This installation asks to try 3 times since the patient was last seen; it was not tried yet."),
        ([(1, Outcome.NOT_REACHED)], 1, ""),
        ([(1, Outcome.NOT_REACHED)], 2, "asks to try 2 times since the patient was last seen; it was tried once."),
        ([(1, Outcome.NOT_REACHED), (9, Outcome.NO_RECORD)], 2, "tried once"),  # the second only after that day
        ([(1, Outcome.NOT_REACHED), (2, Outcome.REACHED)], 1, "The patient was reached since the last visit"),
    ],
)
def test_a_patient_counts_as_lost_after_the_attempts_that_are_asked_for(attempts, needed, sentence):
    tried = [(date(2023, 4, day), outcome) for day, outcome in attempts]
    if not sentence:
        rules.check_lost([], tried, date(2023, 4, 5), needed=needed)
        return
    with pytest.raises(BadInput, match=sentence):
        rules.check_lost([], tried, date(2023, 4, 5), needed=needed)


def test_nobody_is_lost_twice_or_found_without_being_lost():
    with pytest.raises(IllegalMove, match="stands still since 1 May 2023 already"):
        rules.check_lost([LOST], [], date(2023, 6, 1), needed=0)
    with pytest.raises(IllegalMove, match="is not lost on that day"):
        rules.check_found([], date(2023, 6, 1))
    with pytest.raises(IllegalMove, match="is not lost on that day"):
        rules.check_found([LOST], date(2023, 4, 30))
    rules.check_found([LOST], date(2023, 5, 1))


@pytest.mark.parametrize("way", Way)
def test_after_a_death_nobody_turns_to_the_family_and_a_register_may_still_be_asked(way):
    died_on = date(2023, 5, 1)
    rules.check_attempt(way, died_on - timedelta(days=1), died_on=died_on)
    if way in rules.CONTACTS:
        with pytest.raises(BadInput, match="nobody writes to the family or calls any more"):
            rules.check_attempt(way, died_on, died_on=died_on)
    else:
        rules.check_attempt(way, died_on, died_on=died_on)


def test_follow_up_is_complete_from_its_last_day_on_and_with_nothing_open():
    ends_on = date(2035, 2, 28)
    with pytest.raises(BadInput, match="Follow-up goes on until 28 Feb 2035"):
        rules.check_completed([], ends_on - timedelta(days=1), ends_on=ends_on, open_visits=[])
    with pytest.raises(BadInput, match="Their windows are still open: Year 15"):
        rules.check_completed([], ends_on, ends_on=ends_on, open_visits=["Year 15"])
    rules.check_completed([], ends_on, ends_on=ends_on, open_visits=[])


def test_one_schedule_gives_what_it_plans():
    for schedule in SCHEDULES.values():
        assert plan_over([(schedule, None)], infused_on=INFUSED) == plan(schedule, infused_on=INFUSED)


def test_what_lies_before_a_change_stays_and_what_lies_ahead_is_the_new_schedule_s():
    on = date(2022, 6, 1)
    found = plan_over([(CIBMTR, None), (FDA, on)], infused_on=INFUSED)
    old, new = plan(CIBMTR, infused_on=INFUSED), plan(FDA, infused_on=INFUSED)
    behind = [v for v in old if v.target_on < on]
    assert list(found[: len(behind)]) == behind
    assert [v.code for v in found[len(behind) :]] == [v.code for v in new if v.target_on >= on]


TRACKS = st.lists(
    st.tuples(st.sampled_from(sorted(SCHEDULES)), st.integers(1, 6000)), max_size=3, unique_by=lambda one: one[1]
)
DAYS = st.dates(date(2016, 1, 1), date(2030, 12, 31)) | st.sampled_from((date(2020, 2, 29), date(2024, 2, 29)))


@given(st.sampled_from(sorted(SCHEDULES)), TRACKS, DAYS)
def test_reporting_periods_never_overlap_however_often_the_schedule_changes(first, changes, infused_on):
    later = sorted(changes, key=lambda one: one[1])
    tracks = [(SCHEDULES[first], None)]
    tracks += [(SCHEDULES[code], infused_on + timedelta(days=days)) for code, days in later]
    found = plan_over(tracks, infused_on=infused_on)
    assert len({v.code for v in found}) == len(found)
    windows = [(v.opens_on, v.closes_on) for v in found if v.opens_on and v.closes_on]
    for (_, closes), (opens, _) in zip(windows, windows[1:], strict=False):
        assert closes < opens
    for visit in found:
        if visit.opens_on and visit.closes_on:
            assert visit.opens_on <= visit.target_on <= visit.closes_on
        else:
            assert (visit.opens_on, visit.closes_on) == (None, None)  # what the data leave empty stays empty
