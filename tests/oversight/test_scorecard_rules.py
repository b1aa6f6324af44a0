"""How long a task is open, how late events are reported, how long the stock lasts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.oversight.scorecard_rules import Compliance, Stock, by_age, delays, open_since

ON = date(2021, 12, 15)


def ago(days: int) -> date:
    return ON - timedelta(days=days)


@pytest.mark.parametrize(
    ("open_days", "since"),
    [
        ([], ago(0)),
        ([10], ago(10)),
        ([10, 30], ago(30)),
        ([10, 50], ago(10)),  # met on the day between: what was open before that is another gap
        ([30, 50], ago(0)),
        ([10, 30, 50], ago(50)),
    ],
)
def test_a_task_is_open_since_the_last_day_on_which_it_was_not(open_days: list[int], since: date) -> None:
    found = open_since(
        ["R"], lambda day: ["R"] if day in map(ago, open_days) else [], [ago(50), ago(10), ago(30)], on=ON
    )
    assert found == {"R": since}


def test_each_task_has_its_own_age_and_a_later_day_counts_for_none() -> None:
    open_on = {ago(5): {"A", "B"}, ago(40): {"A"}}
    days = [*open_on, ON, ON + timedelta(days=1)]
    since = open_since(["A", "B", "C"], lambda day: open_on[day], days, on=ON)
    assert since == {"A": ago(40), "B": ago(5), "C": ON}
    assert by_age(since, on=ON) == {
        "7 days or less": 2,
        "8 to 30 days": 0,
        "31 to 90 days": 1,
        "more than 90 days": 0,
    }


def test_no_more_days_are_looked_at_than_needed() -> None:
    looked: list[date] = []

    def open_on(day: date) -> list[str]:
        looked.append(day)
        return []

    open_since(["A"], open_on, [ago(n) for n in range(1, 500)], on=ON)
    assert looked == [ago(1)]
    open_since(["A"], lambda day: looked.append(day) or ["A"], [ago(n) for n in range(1, 500)], on=ON)
    assert len(looked) == 61


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, 0), (7, 0), (8, 1), (30, 1), (31, 2), (90, 2), (91, 3), (4000, 3)],
)
def test_ages_have_their_bounds(days: int, age: int) -> None:
    assert list(by_age({"A": ago(days)}, on=ON).values()).index(1) == age


@pytest.mark.parametrize(
    ("days", "middle", "worst", "words"),
    [
        ([], None, None, "no report"),
        ([1], 1.0, 1, "1 day"),
        ([3, 1, 2], 2.0, 3, "2 days"),
        ([1, 2], 1.5, 2, "1.5 days"),
        ([0, 0, 30], 0.0, 30, "0 days"),
    ],
)
def test_the_median_and_the_worst_of_the_reports(
    days: list[int], middle: float | None, worst: int | None, words: str
) -> None:
    found = delays([(ago(n), ON) for n in days])
    assert (found.reports, found.median, found.worst, found.words) == (len(days), middle, worst, words)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30))
def test_the_median_lies_between_the_best_and_the_worst(days: list[int]) -> None:
    found = delays([(ago(n), ON) for n in days])
    assert found.median is not None
    assert min(days) <= found.median <= max(days) == found.worst


@pytest.mark.parametrize(
    ("stock", "words", "state"),
    [
        (Stock(0, 0, None), "not asked", "off"),
        (Stock(4, 2, None), "a year or more", "met"),
        (Stock(4, 2, ON + timedelta(days=31)), "31 days", "met"),
        (Stock(4, 2, ON + timedelta(days=30)), "30 days", "soon"),
        (Stock(2, 2, ON + timedelta(days=1)), "1 day", "soon"),
        (Stock(1, 2, ON), "too few", "late"),
    ],
)
def test_stock_lasts_until_too_few_doses_are_left(stock: Stock, words: str, state: str) -> None:
    assert (stock.words(ON), stock.state(ON)) == (words, state)


def test_findings_are_said_by_severity() -> None:
    found = Compliance({"critical": 1, "major": 0, "minor": 2}, 3, 1)
    assert (found.open_findings, found.critical, found.words) == (3, 1, "1 critical, 2 minor")
