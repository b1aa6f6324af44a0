"""Doses from day to day, and the spans with too few."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.reports.rules import Change, asked_through, doses_through, expiring, too_few
from rems.stock.rules import VialStock, doses_on_hand

START, END = date(2021, 12, 1), date(2021, 12, 31)
A, B = UUID(int=1), UUID(int=2)


def change(day: int, vials: int, *, lot: UUID = A, strength: int = 400, expires: date = date(2023, 1, 1)) -> Change:
    return Change(lot, strength, expires, START + timedelta(days=day - 1), vials)


def through(*changes: Change) -> list[tuple[int, int]]:
    return [(day.day, doses) for day, doses in doses_through(changes, start=START, end=END, weight_kg=75)]


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ([], [(1, 0)]),
        ([change(-30, 4)], [(1, 2)]),
        ([change(-30, 4), change(10, -2)], [(1, 2), (10, 1)]),
        ([change(5, 4), change(10, -1), change(12, -1)], [(1, 0), (5, 2), (10, 1)]),
        ([change(-30, 2, expires=date(2021, 12, 20))], [(1, 1), (21, 0)]),
        ([change(-30, 2), change(3, 2, lot=B), change(40, 8)], [(1, 1), (3, 2)]),
    ],
)
def test_a_number_of_doses_holds_until_vials_move_or_expire(
    changes: list[Change], points: list[tuple[int, int]]
) -> None:
    assert through(*changes) == points


@given(
    st.lists(st.builds(change, st.integers(-40, 30), st.integers(1, 6), lot=st.sampled_from([A, B])), max_size=8),
    st.integers(0, 30),
)
def test_the_line_says_of_every_day_what_the_stock_of_that_day_makes(changes: list[Change], day: int) -> None:
    on = START + timedelta(days=day)
    points = doses_through(changes, start=START, end=END, weight_kg=75)
    held = [
        VialStock(lot, 400, date(2023, 1, 1), sum(c.vials for c in changes if c.lot_id == lot and c.on <= on))
        for lot in (A, B)
    ]
    assert [doses for since, doses in points if since <= on][-1] == doses_on_hand(75, held, on)
    assert all(one[1] != two[1] for one, two in zip(points, points[1:], strict=False))


def test_what_is_asked_changes_with_the_version_in_force() -> None:
    asked = asked_through(lambda day: 2 if day < date(2021, 12, 16) else 0, start=START, end=END)
    assert asked == [(START, 2), (date(2021, 12, 16), 0)]


@pytest.mark.parametrize(
    ("on_hand", "asked", "spans"),
    [
        ([(1, 2)], [(1, 2)], []),
        ([(1, 1)], [(1, 2)], [(1, 31)]),
        ([(1, 2), (5, 1), (9, 0), (12, 2)], [(1, 2)], [(5, 12)]),
        ([(1, 1), (20, 0)], [(1, 0), (10, 1)], [(20, 31)]),
    ],
)
def test_the_days_with_fewer_doses_than_asked_for_are_joined(
    on_hand: list[tuple[int, int]], asked: list[tuple[int, int]], spans: list[tuple[int, int]]
) -> None:
    def days(points: list[tuple[int, int]]) -> list[tuple[date, int]]:
        return [(START.replace(day=day), number) for day, number in points]

    found = too_few(days(on_hand), days(asked), end=END)
    assert [(first.day, after.day) for first, after in found] == spans


def test_a_lot_is_marked_where_it_expires_with_vials_left() -> None:
    expires = date(2021, 12, 20)
    left = change(-3, 2, expires=expires)
    used = [change(-3, 2, lot=B, expires=expires), change(5, -2, lot=B, expires=expires)]
    assert expiring([left, *used], start=START, end=END) == [(expires, "")]
    assert expiring([left], start=START, end=date(2021, 12, 19)) == []
