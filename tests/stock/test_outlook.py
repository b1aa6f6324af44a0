"""What the vials on hand are worth, today and in the weeks ahead."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.ids import uuid7
from rems.stock.outlook import ahead, lot_state, worth
from rems.stock.rules import VialStock, doses_on_hand

TODAY = date(2026, 11, 24)


def vials(strength_mg: int, number: int, days: int = 200) -> VialStock:
    return VialStock(uuid7(), strength_mg, TODAY + timedelta(days=days), number)


FULL = [vials(400, 5), vials(200, 5), vials(80, 5)]


@pytest.mark.parametrize(
    ("weight", "rule"),
    [
        (75, "8 mg/kg for 75 kg: 600 mg"),
        ("20.5", "12 mg/kg for 20.5 kg: 246 mg"),
        ("30.0", "8 mg/kg for 30 kg: 240 mg"),
        (120, "8 mg/kg for 120 kg, at most 800 mg: 800 mg"),
    ],
)
def test_the_rule_of_a_weight_is_said(weight, rule):
    assert worth(Decimal(weight), FULL, TODAY).rule == rule


def test_the_worth_of_a_weight_names_vials_and_doses():
    found = worth(82, FULL, TODAY)
    assert found.words == (
        "8 mg/kg for 82 kg: 656 mg, made of 400 + 200 + 80 mg, 24 mg left over. 5 such doses are on hand."
    )
    assert worth(82, FULL[:1], TODAY - timedelta(days=1)).doses == 2
    assert worth(75, [vials(200, 3)], TODAY).words.endswith("1 such dose is on hand.")
    assert worth(75, [], TODAY).words == "8 mg/kg for 75 kg: 600 mg. The vials on hand make no such dose."


@pytest.mark.parametrize(
    ("days", "vials_on_hand", "held", "state"),
    [
        (-1, 3, 0, ("late", "Expired, take out")),
        (-1, 3, 5, ("late", "Expired, take out")),
        (90, 1, 2, ("late", "1 vial short")),
        (0, 3, 3, ("soon", "Last day today")),
        (1, 3, 0, ("soon", "1 day left")),
        (30, 3, 0, ("soon", "30 days left")),
        (31, 3, 0, ("met", "Available")),
    ],
)
def test_the_state_of_a_lot_is_a_word_and_a_color(days, vials_on_hand, held, state):
    expires_on = TODAY + timedelta(days=days)
    assert lot_state(expires_on, TODAY, vials=vials_on_hand, held=held, soon_days=30) == state


def test_the_weeks_ahead_fall_the_day_after_a_lot_expires():
    look = ahead(75, [vials(400, 2, days=6), vials(400, 2, days=60)], TODAY, asked=2, days=42)
    assert look.points == ((TODAY, 2), (TODAY + timedelta(days=7), 1))
    assert look.short_on == TODAY + timedelta(days=7)
    assert look.short is not None and look.short.doses_possible == 1


def test_nothing_asked_is_never_short():
    assert ahead(75, [], TODAY, asked=0, days=42).short is None


def test_too_few_today_is_short_today():
    look = ahead(75, [], TODAY, asked=2, days=42)
    assert (look.points, look.short_on) == (((TODAY, 0),), TODAY)


@given(
    st.lists(st.builds(vials, st.sampled_from([400, 200, 80]), st.integers(1, 4), st.integers(-3, 50)), max_size=4),
    st.integers(0, 42),
)
def test_each_day_ahead_has_the_doses_of_its_last_turn(stock, days):
    look = ahead(75, stock, TODAY, asked=0, days=42)
    day = TODAY + timedelta(days=days)
    assert [n for on, n in look.points if on <= day][-1] == doses_on_hand(75, stock, day)


def test_planned_infusions_ask_for_doses_of_their_own_on_their_day():
    stock = [vials(400, 4, days=20), vials(400, 2, days=60)]
    on = TODAY + timedelta(days=14)
    look = ahead(75, stock, TODAY, asked=1, days=42, planned={on: 4, TODAY + timedelta(days=99): 9})
    assert look.wanted == ((TODAY, 1), (on, 4), (on + timedelta(days=1), 1))
    assert (look.short_on, look.needed(on), look.planned) == (on, 4, ((on, 4),))
    assert look.words == (
        "Short by 1 dose on 8 Dec 2026 unless vials for it come in before. "
        "The infusions planned on that day need 4 doses."
    )
    assert look.short_until == on + timedelta(days=1)
    assert ahead(75, stock, TODAY, asked=1, days=42, planned={on: 3}).words == ""
    empty = ahead(75, [vials(400, 2, days=6)], TODAY, asked=1, days=42)
    assert (empty.short_on, empty.short_until) == (TODAY + timedelta(days=7), TODAY + timedelta(days=42))


@given(
    st.lists(st.builds(vials, st.sampled_from([400, 200]), st.integers(1, 4), st.integers(0, 50)), max_size=4),
    st.dictionaries(st.integers(0, 42).map(lambda n: TODAY + timedelta(days=n)), st.integers(0, 5), max_size=4),
)
def test_short_is_the_first_day_on_which_fewer_doses_are_there_than_needed(stock, planned):
    look = ahead(75, stock, TODAY, asked=1, days=42, planned=planned)
    days = [TODAY + timedelta(days=n) for n in range(43)]
    short = [day for day in days if doses_on_hand(75, stock, day) < max(1, planned.get(day, 0))]
    assert look.short_on == (short[0] if short else None)
    assert bool(look.words) is bool(short)
