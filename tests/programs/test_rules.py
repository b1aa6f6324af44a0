"""Versions by day, and spans of time."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.programs import files
from rems.programs.rules import Confidence, Quantity, Unit
from rems.programs.terms import add_months

CATALOGUE = files.load(Path(__file__).parents[2] / "config" / "programs")
DAYS = st.dates(date(2010, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("code", "day", "version"),
    [
        ("US-FDA-REMS-KYMRIAH", date(2017, 8, 29), None),
        ("US-FDA-REMS-KYMRIAH", date(2017, 8, 30), "2017"),
        ("US-FDA-REMS-KYMRIAH", date(2024, 6, 25), "2017"),
        ("US-FDA-REMS-KYMRIAH", date(2024, 6, 26), "2024-reduced"),
        ("US-FDA-REMS-KYMRIAH", date(2025, 6, 25), "2024-reduced"),
        ("US-FDA-REMS-KYMRIAH", date(2025, 6, 26), None),
        ("US-FDA-REMS-KYMRIAH", date(2026, 11, 24), None),
        ("EU-RMP-CART", date(2018, 8, 21), None),
        ("EU-RMP-CART", date(2018, 8, 22), "annex-II-D"),
        ("EU-RMP-CART", date(2041, 1, 1), "annex-II-D"),
        ("US-FDA-LABEL-CART-2025", date(2025, 6, 25), None),
        ("US-FDA-LABEL-CART-2025", date(2025, 6, 26), "2025-06"),
    ],
)
def test_a_day_has_the_version_in_force_on_it(code: str, day: date, version: str | None) -> None:
    found = CATALOGUE.programs[code].version_on(day)
    assert (found.version if found else None) == version
    assert CATALOGUE.programs[code].is_open(day) == (version is not None)


@pytest.mark.parametrize(
    ("code", "version", "doses", "within", "further", "further_within"),
    [
        ("US-FDA-REMS-KYMRIAH", 0, 2, "2 hours", 0, "None"),
        ("US-FDA-REMS-KYMRIAH", 1, 2, "2 hours", 0, "None"),
        ("EU-RMP-CART", 0, 1, "None", 1, "8 hours"),
        ("US-FDA-LABEL-CART-2025", 0, 0, "None", 0, "None"),
    ],
)
def test_each_version_has_its_tocilizumab_rule(
    code: str, version: int, doses: int, within: str, further: int, further_within: str
) -> None:
    rule = CATALOGUE.programs[code].versions[version].tocilizumab
    assert (rule.doses, str(rule.administer_within)) == (doses, within)
    assert (rule.further_doses, str(rule.further_within)) == (further, further_within)


def test_only_what_was_found_counts_as_verified() -> None:
    assert {c for c in Confidence if c.verified} == {Confidence.FOUND, Confidence.FOUND_INFERRED}


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 12, 15), 1, date(2024, 1, 15)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2023, 5, 5), 0, date(2023, 5, 5)),
    ],
)
def test_months_keep_the_day_or_take_the_last_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(DAYS, st.integers(0, 400))
def test_months_never_spill_into_the_next_one(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


@given(st.integers(0, 99999), st.sampled_from(Unit))
def test_a_quantity_reads_back_what_it_writes(value: int, unit: Unit) -> None:
    assert Quantity.read(str(Quantity(value, unit))) == Quantity(value, unit)


@pytest.mark.parametrize(
    "text", ["", "15", "days", "-1 hours", "1.5 hours", "15 days", "15  weeks", "15 weeks ", "x 1 week"]
)
def test_other_texts_are_no_quantity(text: str) -> None:
    assert Quantity.read(text) is None


def test_working_days_need_somebody_to_say_which_they_are() -> None:
    friday, span = date(2026, 11, 27), Quantity(3, Unit.WORKING_DAYS)
    assert span.after(friday) is None
    assert span.after(friday, is_working_day=lambda day: day.weekday() < 5) == date(2026, 12, 2)
    assert Quantity(0, Unit.WORKING_DAYS).after(friday, is_working_day=lambda day: False) == friday


def test_hours_cannot_be_added_to_a_day() -> None:
    with pytest.raises(ValueError, match="hours"):
        Quantity(8, Unit.HOURS).after(date(2026, 1, 1))
