"""Fifteen years of visits from the day of infusion."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.followup.schedule import DUE_SOON_DAYS, Visit, VisitState, ends_on, plan, state
from rems.programs import files
from rems.programs.rules import Quantity, Schedule, Unit
from rems.programs.terms import add_months

SCHEDULES = files.load(Path(__file__).parents[2] / "config" / "programs").schedules
CIBMTR, STANDARD, EBMT = (SCHEDULES[c] for c in ("CIBMTR-15Y-CRF", "CIBMTR-STANDARD-TED", "EBMT-PASS-15Y"))
DAYS = st.dates(date(2010, 1, 1), date(2045, 12, 31))
LEAP_DAYS = st.sampled_from([date(year, 2, 29) for year in range(2012, 2045, 4)])
INFUSIONS = DAYS | LEAP_DAYS
ALL = st.sampled_from(list(SCHEDULES.values()))
WITH_WINDOWS = st.sampled_from([CIBMTR, STANDARD])


def visit(schedule: Schedule, code: str, infused_on: date) -> Visit:
    return next(v for v in plan(schedule, infused_on=infused_on) if v.code == code)


@pytest.mark.parametrize(
    ("code", "opens_on", "target_on", "closes_on"),
    [
        ("D100", date(2023, 6, 7), date(2023, 6, 22), date(2023, 7, 7)),
        ("M06", date(2023, 8, 11), date(2023, 9, 14), date(2023, 10, 10)),
        ("Y01", date(2024, 3, 14), date(2024, 3, 14), date(2024, 5, 12)),
        ("Y02", date(2025, 1, 13), date(2025, 3, 14), date(2025, 5, 13)),
        ("Y15", date(2038, 1, 13), date(2038, 3, 14), date(2038, 5, 13)),
    ],
)
def test_the_windows_of_one_patient(code: str, opens_on: date, target_on: date, closes_on: date) -> None:
    found = visit(CIBMTR, code, date(2023, 3, 14))
    assert (found.opens_on, found.target_on, found.closes_on) == (opens_on, target_on, closes_on)


def test_the_first_year_is_after_day_365_where_no_leap_day_helps() -> None:
    found = visit(CIBMTR, "Y01", date(2024, 3, 14))
    assert found.opens_on == found.target_on == date(2024, 3, 14) + timedelta(days=366) == date(2025, 3, 15)


@pytest.mark.parametrize(
    ("schedule", "infused_on", "code", "target_on"),
    [
        (EBMT, date(2024, 2, 29), "Y01", date(2025, 2, 28)),
        (EBMT, date(2024, 2, 29), "Y04", date(2028, 2, 29)),
        (EBMT, date(2024, 8, 31), "M06", date(2025, 2, 28)),
        (EBMT, date(2023, 8, 31), "M06", date(2024, 2, 29)),
        (EBMT, date(2026, 5, 4), "D000", date(2026, 5, 4)),
        (CIBMTR, date(2024, 2, 29), "Y01", date(2025, 3, 1)),
        (CIBMTR, date(2024, 2, 29), "Y02", date(2026, 2, 28)),
        (CIBMTR, date(2024, 2, 29), "Y12", date(2036, 2, 29)),
    ],
)
def test_short_months_and_leap_days(schedule: Schedule, infused_on: date, code: str, target_on: date) -> None:
    assert visit(schedule, code, infused_on).target_on == target_on


@pytest.mark.parametrize(("schedule", "last", "years"), [(CIBMTR, "Y15", 15), (STANDARD, "Y14", 14), (EBMT, "Y15", 15)])
def test_follow_up_ends_on_the_anniversary(schedule: Schedule, last: str, years: int) -> None:
    assert ends_on(schedule, infused_on=date(2024, 2, 29)) == add_months(date(2024, 2, 29), 12 * years)
    assert plan(schedule, infused_on=date(2024, 2, 29))[-1].code == last


def test_cibmtr_has_17_visits_and_each_carries_its_questions_and_forms() -> None:
    found = plan(CIBMTR, infused_on=date(2026, 11, 24))
    assert len(found) == 17
    assert all("NEW-MALIGNANCY" in v.asks and v.forms == ("4100", "4101") for v in found)
    assert [v.year for v in found] == [1, 1, *range(1, 16)]


def test_the_standard_track_goes_to_every_second_year() -> None:
    years = [v.year for v in plan(STANDARD, infused_on=date(2026, 11, 24))]
    assert years == [1, 1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14]


def test_ebmt_has_no_windows_and_invents_none() -> None:
    assert all(v.opens_on is None and v.closes_on is None for v in plan(EBMT, infused_on=date(2026, 11, 24)))
    assert not any(v.has_window for v in plan(EBMT, infused_on=date(2026, 11, 24)))


@given(ALL, INFUSIONS)
def test_visits_stand_in_order_inside_their_windows_and_inside_the_follow_up(schedule: Schedule, day: date) -> None:
    found = plan(schedule, infused_on=day)
    assert len({v.code for v in found}) == len(found)
    assert [v.target_on for v in found] == sorted({v.target_on for v in found})
    assert all(v.target_on >= day for v in found)
    assert found[-1].target_on == ends_on(schedule, infused_on=day)
    for one in found:
        assert (one.opens_on is None) == (one.closes_on is None)
        if one.opens_on and one.closes_on:
            assert day < one.opens_on <= one.target_on <= one.closes_on


@given(WITH_WINDOWS, INFUSIONS)
def test_cibmtr_windows_never_overlap(schedule: Schedule, day: date) -> None:
    found = plan(schedule, infused_on=day)
    for earlier, later in zip(found, found[1:], strict=False):
        assert earlier.closes_on and later.opens_on and earlier.closes_on < later.opens_on


@given(WITH_WINDOWS, INFUSIONS)
def test_cibmtr_windows_are_the_days_of_the_manual(schedule: Schedule, day: date) -> None:
    for one in plan(schedule, infused_on=day):
        assert one.opens_on and one.closes_on
        days = ((one.opens_on - day).days, (one.closes_on - day).days)
        expected = {"D100": (85, 115), "M06": (150, 210), "Y01": (366, 425)}.get(one.code)
        assert days == expected if expected else one.closes_on - one.opens_on == timedelta(days=120)


@given(ALL, INFUSIONS)
def test_a_later_infusion_never_has_an_earlier_visit(schedule: Schedule, day: date) -> None:
    pairs = zip(plan(schedule, infused_on=day), plan(schedule, infused_on=day + timedelta(days=1)), strict=True)
    assert all(before.target_on <= after.target_on for before, after in pairs)


@given(ALL, INFUSIONS, st.integers(-400, 6000))
def test_each_visit_has_one_state_on_each_day_and_words_for_it(schedule: Schedule, day: date, later: int) -> None:
    on = day + timedelta(days=later)
    for one in plan(schedule, infused_on=day):
        found = state(one, held_on=None, on=on)
        assert found.words
        assert found not in {VisitState.DONE, VisitState.DONE_EARLY, VisitState.DONE_LATE}
        assert (found is VisitState.OVERDUE) == (one.closes_on is not None and on > one.closes_on)


@pytest.mark.parametrize(
    ("held", "on", "expected"),
    [
        (None, date(2025, 1, 12), VisitState.PLANNED),
        (None, date(2025, 1, 13), VisitState.OPEN),
        (None, date(2025, 5, 13) - timedelta(days=DUE_SOON_DAYS + 1), VisitState.OPEN),
        (None, date(2025, 5, 13) - timedelta(days=DUE_SOON_DAYS), VisitState.DUE_SOON),
        (None, date(2025, 5, 13), VisitState.DUE_SOON),
        (None, date(2025, 5, 14), VisitState.OVERDUE),
        (date(2025, 1, 12), date(2026, 1, 1), VisitState.DONE_EARLY),
        (date(2025, 1, 13), date(2026, 1, 1), VisitState.DONE),
        (date(2025, 5, 13), date(2026, 1, 1), VisitState.DONE),
        (date(2025, 5, 14), date(2026, 1, 1), VisitState.DONE_LATE),
        (date(2025, 3, 1), date(2025, 3, 1), VisitState.DONE),
        (date(2025, 3, 2), date(2025, 3, 1), VisitState.OPEN),
    ],
)
def test_how_a_visit_with_a_window_stands(held: date | None, on: date, expected: VisitState) -> None:
    assert state(visit(CIBMTR, "Y02", date(2023, 3, 14)), held_on=held, on=on) is expected


@pytest.mark.parametrize(
    ("held", "on", "expected"),
    [
        (None, date(2025, 3, 13), VisitState.PLANNED),
        (None, date(2025, 3, 14), VisitState.PLANNED),
        (None, date(2025, 3, 15), VisitState.WINDOW_NOT_SET),
        (date(2023, 5, 1), date(2026, 1, 1), VisitState.DONE),
        (date(2025, 12, 1), date(2026, 1, 1), VisitState.DONE),
    ],
)
def test_a_visit_without_a_window_is_never_early_late_or_overdue(
    held: date | None, on: date, expected: VisitState
) -> None:
    assert state(visit(EBMT, "Y02", date(2023, 3, 14)), held_on=held, on=on) is expected


def test_a_schedule_in_hours_is_refused() -> None:
    in_hours = replace(EBMT, visits=(replace(EBMT.visits[0], offset=Quantity(4, Unit.HOURS)),))
    with pytest.raises(ValueError, match="hours"):
        plan(in_hours, infused_on=date(2026, 1, 1))
