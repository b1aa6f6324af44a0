"""Which legal clocks run for a case, and when each ends."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems.events.clocks import UNTIL_ASSESSED, CaseFacts, Deadline, Row, deadlines, first_open
from rems.programs import files
from rems.programs.rules import Program, Quantity, Start, Unit

PROGRAMS = files.load(Path(__file__).parents[2] / "config" / "programs").programs
KYMRIAH, LABEL, EU = (PROGRAMS[c] for c in ("US-FDA-REMS-KYMRIAH", "US-FDA-LABEL-CART-2025", "EU-RMP-CART"))
DAY_ZERO = date(2026, 11, 12)
SERIOUS = CaseFacts(serious=True, expected=False, domestic=True, crs_or_neurotoxicity=True)
CASES = st.builds(CaseFacts, st.booleans(), st.sampled_from([True, False, None]), st.booleans(), st.booleans())
ANY_PROGRAM = st.sampled_from(list(PROGRAMS.values()))
DAYS = st.dates(date(2015, 1, 1), date(2045, 12, 31))


def codes(facts: CaseFacts, program: Program, day_zero: date = DAY_ZERO) -> list[str]:
    return [d.code for d in deadlines(facts, program, day_zero=day_zero)]


def only(facts: CaseFacts, program: Program, day_zero: date = DAY_ZERO) -> Deadline:
    (found,) = deadlines(facts, program, day_zero=day_zero)
    return found


@pytest.mark.parametrize(
    ("program", "changes", "day_zero", "expected"),
    [
        (LABEL, {}, DAY_ZERO, ["US-15DAY-ALERT"]),
        (LABEL, {"domestic": False}, DAY_ZERO, ["US-15DAY-ALERT"]),
        (LABEL, {"expected": True}, DAY_ZERO, []),
        (LABEL, {"expected": None}, DAY_ZERO, ["US-15DAY-ALERT"]),
        (LABEL, {"serious": False}, DAY_ZERO, []),
        (LABEL, {"serious": False, "expected": None}, DAY_ZERO, []),
        (EU, {}, DAY_ZERO, ["EU-SERIOUS"]),
        (EU, {"expected": True}, DAY_ZERO, ["EU-SERIOUS"]),
        (EU, {"domestic": False}, DAY_ZERO, ["EU-SERIOUS"]),
        (EU, {"serious": False}, DAY_ZERO, ["EU-NONSERIOUS"]),
        (EU, {"serious": False, "domestic": False}, DAY_ZERO, []),
        (KYMRIAH, {}, date(2024, 6, 25), ["US-15DAY-ALERT", "SITE-TO-PROGRAM-SAE"]),
        (KYMRIAH, {}, date(2024, 6, 26), ["US-15DAY-ALERT"]),
        (KYMRIAH, {"expected": True}, date(2020, 1, 1), ["SITE-TO-PROGRAM-SAE"]),
        (KYMRIAH, {"crs_or_neurotoxicity": False}, date(2020, 1, 1), ["US-15DAY-ALERT"]),
        (KYMRIAH, {"serious": False}, date(2020, 1, 1), []),
        (KYMRIAH, {}, DAY_ZERO, ["US-15DAY-ALERT"]),
    ],
)
def test_the_clocks_that_run(
    program: Program, changes: Mapping[str, bool | None], day_zero: date, expected: list[str]
) -> None:
    assert codes(replace(SERIOUS, **changes), program, day_zero) == expected  # type: ignore[arg-type]


def test_fifteen_days_from_day_zero_with_the_sum_that_a_page_shows() -> None:
    found = only(SERIOUS, LABEL)
    assert found.due_on == date(2026, 11, 27)
    assert found.arithmetic == (
        ("", "Thu 12 Nov 2026", "day 0"),
        ("+", "15 days", "calendar days, weekends and holidays count"),
        ("=", "Fri 27 Nov 2026", "due"),
    )
    assert (found.cite, found.condition) == ("21 CFR 600.80(c)(1)(i)", "")
    assert (found.who, found.destination, str(found.limit)) == ("sponsor", "FDA", "15 calendar days")
    assert not found.confidence.verified


def test_weekends_and_holidays_count() -> None:
    assert only(SERIOUS, LABEL, date(2026, 12, 11)).due_on == date(2026, 12, 26)  # a Saturday, the day after Christmas


def test_ninety_days_over_a_leap_day() -> None:
    mild = replace(SERIOUS, serious=False)
    assert only(mild, EU, date(2027, 12, 31)).due_on == date(2028, 3, 30)


@pytest.mark.parametrize(("expected", "condition"), [(None, UNTIL_ASSESSED), (False, "")])
def test_a_clock_that_waits_for_expectedness_says_so(expected: bool | None, condition: str) -> None:
    assert only(replace(SERIOUS, expected=expected), LABEL).condition == condition


def test_expectedness_leaves_no_mark_where_it_plays_no_part() -> None:
    assert only(replace(SERIOUS, expected=None), EU).condition == ""


def test_a_clock_without_a_limit_is_shown_last_and_names_no_day() -> None:
    found = deadlines(SERIOUS, KYMRIAH, day_zero=date(2020, 1, 1))[-1]
    assert (found.code, found.due_on, found.days_left(date(2020, 1, 9))) == ("SITE-TO-PROGRAM-SAE", None, None)
    assert found.arithmetic == (("", "Wed 1 Jan 2020", "day 0"), ("=", "no day", "no day limit is established"))
    assert found.worked(date(2020, 1, 9)) == found.arithmetic
    assert not found.is_open(date(2020, 1, 9))


@pytest.mark.parametrize(("on", "left"), [(date(2026, 11, 24), 3), (date(2026, 11, 27), 0), (date(2026, 11, 28), -1)])
def test_the_days_that_are_left(on: date, left: int) -> None:
    assert only(SERIOUS, LABEL).days_left(on=on) == left


def test_a_limit_in_working_days_needs_a_calendar_and_never_fails() -> None:
    clock = replace(LABEL.clocks[0], limit=Quantity(3, Unit.WORKING_DAYS))
    program = replace(LABEL, clocks=(clock,))
    without = only(SERIOUS, program)
    assert without.due_on is None
    assert without.arithmetic[1:] == (
        ("+", "3 days", "working days alone"),
        ("=", "no day", "no calendar of working days is set"),
    )
    (found,) = deadlines(SERIOUS, program, day_zero=DAY_ZERO, is_working_day=lambda day: day.weekday() < 5)
    assert found.due_on == date(2026, 11, 17)  # Thursday; Friday, Monday and Tuesday count


@settings(deadline=None)
@given(CASES, ANY_PROGRAM, DAYS)
def test_periodic_clocks_never_start_from_a_case(facts: CaseFacts, program: Program, day_zero: date) -> None:
    from_cases = {c.code for c in program.clocks if c.start is Start.DAY_ZERO}
    assert set(codes(facts, program, day_zero)) <= from_cases


@settings(deadline=None)
@given(CASES, ANY_PROGRAM, DAYS)
def test_deadlines_come_soonest_first_with_the_days_unnamed_last(
    facts: CaseFacts, program: Program, day_zero: date
) -> None:
    found = [d.due_on or date.max for d in deadlines(facts, program, day_zero=day_zero)]
    assert found == sorted(found)


@settings(deadline=None)
@given(CASES, ANY_PROGRAM, DAYS, st.integers(1, 60), st.sampled_from([None, *Unit]), st.integers(1, 24))
def test_a_later_day_zero_never_brings_a_deadline_forward(
    facts: CaseFacts, program: Program, day_zero: date, later: int, unit: Unit | None, length: int
) -> None:
    if unit is not None and unit is not Unit.HOURS:  # the same clocks, counted in another unit
        limit = Quantity(length, unit)
        program = replace(program, clocks=tuple(replace(c, limit=c.limit and limit) for c in program.clocks))
    weekdays = lambda day: day.weekday() < 5  # noqa: E731 (said where it is used)
    first = deadlines(facts, program, day_zero=day_zero, is_working_day=weekdays)
    before = {d.code: d.due_on for d in first}
    for found in deadlines(facts, program, day_zero=day_zero + timedelta(days=later), is_working_day=weekdays):
        due_on = before[found.code]  # a clock that runs later ran before too: clocks only end
        assert (due_on is None) == (found.due_on is None)
        if due_on and found.due_on:
            assert found.due_on >= due_on  # in months two days may share one end: 30 and 31 January
            if found.limit and found.limit.unit is Unit.CALENDAR_DAYS:
                assert found.due_on - due_on == timedelta(days=later)


@settings(deadline=None)
@given(ANY_PROGRAM, DAYS)
def test_not_assessed_runs_every_clock_of_the_unexpected(program: Program, day_zero: date) -> None:
    for serious, domestic, toxic in product((True, False), repeat=3):
        unsure, unexpected = (CaseFacts(serious, e, domestic, toxic) for e in (None, False))
        assert codes(unsure, program, day_zero) == codes(unexpected, program, day_zero)


@pytest.mark.parametrize(
    ("on", "rest"),
    [
        (date(2026, 11, 24), (("−", "Tue 24 Nov 2026", "today"), ("=", "3 days", "left"))),
        (date(2026, 11, 26), (("−", "Thu 26 Nov 2026", "today"), ("=", "1 day", "left"))),
        (date(2026, 11, 27), (("−", "Fri 27 Nov 2026", "today"), ("=", "0 days", "left"))),
        (date(2026, 11, 28), (("−", "Sat 28 Nov 2026", "today"), ("=", "1 day", "late"))),
        (date(2026, 12, 27), (("−", "Sun 27 Dec 2026", "today"), ("=", "30 days", "late"))),
        (date(2026, 12, 28), ()),
    ],
)
def test_the_sum_goes_on_to_the_days_left_while_the_clock_is_open(on: date, rest: tuple[Row, ...]) -> None:
    found = only(SERIOUS, LABEL)
    assert found.worked(on) == (*found.arithmetic, *rest)
    assert found.is_open(on) == bool(rest)


def test_the_first_open_clock_is_the_one_that_runs_out_first() -> None:
    found = deadlines(SERIOUS, KYMRIAH, day_zero=date(2020, 1, 1))
    assert first_open(found, date(2020, 1, 9)) == found[0]
    assert first_open(found, date(2021, 1, 1)) is None
    assert first_open((), date(2020, 1, 9)) is None


@pytest.mark.parametrize(
    ("facts", "program", "why"),
    [
        (SERIOUS, LABEL, "Runs because it is serious and it is not expected."),
        (
            replace(SERIOUS, expected=None),
            LABEL,
            "Runs because it is serious and its expectedness is not assessed.",
        ),
        (
            replace(SERIOUS, serious=False),
            EU,
            "Runs because it is not serious and it happened in the jurisdiction of the program.",
        ),
    ],
)
def test_why_a_clock_runs_is_said(facts: CaseFacts, program: Program, why: str) -> None:
    assert only(facts, program).why == why
