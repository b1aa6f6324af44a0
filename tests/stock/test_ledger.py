"""What movements add up to, and which ones may be written."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.stock.ledger import (
    Level,
    check_adds_up,
    check_expiry,
    check_found,
    check_held,
    check_movement,
    check_number,
    check_reason,
    check_receipt,
    check_still_held,
    first_below,
    left_there,
    lowest,
    most_held,
)
from rems.stock.rules import SIGN, MovementKind

TODAY = date(2026, 11, 24)
DAYS = st.integers(-5, 5).map(lambda n: TODAY + timedelta(days=n))
K = MovementKind


def at(day: int) -> date:
    return TODAY + timedelta(days=day)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ([], Level(TODAY, 0)),
        ([(at(-3), 5)], Level(TODAY, 5)),
        ([(at(-3), 5), (TODAY, -2)], Level(TODAY, 3)),
        ([(at(-3), 5), (at(2), -4)], Level(at(2), 1)),
        ([(at(-3), 5), (at(2), -4), (at(3), 9)], Level(at(2), 1)),
        ([(at(-3), 5), (at(2), 3)], Level(TODAY, 5)),
        ([(at(1), -2), (at(1), 2), (at(-1), 1)], Level(TODAY, 1)),
    ],
)
def test_the_lowest_level_is_looked_for_from_a_day_on(changes, level):
    assert lowest(changes, from_on=TODAY) == level


@given(st.lists(st.tuples(DAYS, st.integers(-9, 9))), DAYS)
def test_no_day_from_there_on_has_fewer_vials(changes, day):
    ends = [sum(n for on, n in changes if on <= day + timedelta(days=d)) for d in range(12)]
    assert lowest(changes, from_on=day).vials == min(ends)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"lot": " "}, "lot", "The lot number is missing; it is printed on the box beside LOT."),
        ({"strength_mg": 100}, "strength_mg", "Vials of tocilizumab hold 80, 200 or 400 mg, not 100 mg."),
        ({"vials": 0}, "vials", "The number of vials received must be 1 or more, not 0."),
        ({"vials": -3}, "vials", "The number of vials received must be 1 or more, not -3."),
        ({"vials": 10_001}, "vials", "10,001 vials are more than 10,000; look at the number again."),
        (
            {"expires_on": at(-1)},
            "expires_on",
            "Lot B7 expired on 23 Nov 2026; it cannot be received on 24 Nov 2026.",
        ),
    ],
)
def test_a_receipt_is_refused_in_words(change, field, sentence):
    said = {"lot": "B7", "strength_mg": 400, "vials": 2, "expires_on": at(100), "on": TODAY} | change
    with pytest.raises(BadInput) as refused:
        check_receipt(**said)
    assert (refused.value.sentence, refused.value.field) == (sentence, field)


def test_a_lot_may_be_received_on_its_last_day():
    check_receipt("B7", 80, 1, TODAY, TODAY)


@pytest.mark.parametrize(
    ("kind", "vials", "level", "sentence"),
    [
        (K.WASTED, 0, Level(TODAY, 3), "A movement must change the number of vials; 0 changes nothing."),
        (K.WASTED, 2, Level(TODAY, 3), 'A movement of kind "wasted" takes vials away; +2 does the opposite.'),
        (K.TRANSFER_IN, -2, Level(TODAY, 3), 'A movement of kind "transfer in" adds vials; -2 does the opposite.'),
        (K.USED, -4, Level(TODAY, 3), "3 vials of this lot on hand; 4 cannot be taken away on 24 Nov 2026."),
        (
            K.USED,
            -2,
            Level(at(2), 1),
            "1 vial of this lot on hand; 2 cannot be taken away on 24 Nov 2026, for on 26 Nov 2026 no more were left.",
        ),
        (K.COUNT_ADJUSTMENT, 10_001, Level(TODAY, 0), "10,001 vials are more than 10,000; look at the number again."),
    ],
)
def test_a_movement_is_refused_in_words(kind, vials, level, sentence):
    with pytest.raises(BadInput) as refused:
        check_movement(kind, vials, level, on=TODAY)
    assert (refused.value.sentence, refused.value.field) == (sentence, "vials")


@given(st.sampled_from(MovementKind), st.integers(-20, 20), st.integers(0, 10))
def test_a_movement_that_is_let_through_has_its_sign_and_leaves_no_lot_below_zero(kind, vials, on_hand):
    try:
        check_movement(kind, vials, Level(TODAY, on_hand), on=TODAY)
    except BadInput:
        return
    assert vials != 0 and SIGN[kind] * vials >= 0 and on_hand + vials >= 0


@pytest.mark.parametrize("kind", [K.RECEIPT, K.TRANSFER_IN, K.USED])
def test_nothing_expired_comes_in_or_is_given(kind):
    check_expiry(kind, "B7", TODAY, on=TODAY)
    with pytest.raises(BadInput, match="Lot B7 expired on 23 Nov 2026; it cannot be .* on 24 Nov 2026"):
        check_expiry(kind, "B7", at(-1), on=TODAY)


def test_nothing_in_date_goes_out_as_expired():
    check_expiry(K.EXPIRED, "B7", at(-1), on=TODAY)
    with pytest.raises(BadInput, match="up to and on 24 Nov 2026; it can be taken out as expired from 25 Nov 2026"):
        check_expiry(K.EXPIRED, "B7", TODAY, on=TODAY)


@pytest.mark.parametrize("kind", [K.WASTED, K.EXPIRED, K.RETURNED, K.TRANSFER_OUT, K.COUNT_ADJUSTMENT])
def test_what_is_expired_may_still_leave(kind):
    check_expiry(kind, "B7", at(-1), on=TODAY)


@pytest.mark.parametrize("kind", [K.RETURNED, K.TRANSFER_OUT])
def test_held_vials_are_not_taken_elsewhere(kind):
    check_held(kind, -1, on_hand=3, held=2)
    with pytest.raises(BadInput, match="2 of the 3 vials of this lot are held for patients; 1 vial may be"):
        check_held(kind, -2, on_hand=3, held=2)


@pytest.mark.parametrize("kind", [K.USED, K.WASTED, K.EXPIRED, K.COUNT_ADJUSTMENT])
def test_what_broke_or_was_given_is_recorded_though_it_was_held(kind):
    check_held(kind, -3, on_hand=3, held=3)


def test_a_count_adjustment_needs_a_reason():
    check_reason(K.WASTED, "")
    with pytest.raises(BadInput, match="Reason is missing"):
        check_reason(K.COUNT_ADJUSTMENT, " ")


def test_a_count_below_zero_is_refused():
    with pytest.raises(BadInput, match="must be 0 or more, not -1"):
        check_found(-1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([], ""),
        ([(at(-9), 5), (at(-9), -5)], ""),
        ([(at(-9), 5), (at(-3), -5)], ""),
        ([(at(-9), 5), (TODAY, -5)], ""),
        ([(at(-9), 5)], "5 vials of tocilizumab are still there."),
        ([(at(-9), 5), (at(1), -4)], "1 vial of tocilizumab is still there."),
        ([(at(-9), 5), (at(2), -5)], "5 vials of tocilizumab lay there until 26 Nov 2026."),
        ([(at(1), 2), (at(2), 1), (at(3), -3)], "3 vials of tocilizumab lay there until 27 Nov 2026."),
        ([(at(3), 4)], "4 vials of tocilizumab are still there."),
    ],
)
def test_what_is_left_in_a_place_after_its_last_day_is_told(changes, words):
    assert left_there(changes, from_on=TODAY) == words


@given(st.lists(st.tuples(DAYS, st.integers(-9, 9))), DAYS)
def test_nothing_is_left_where_every_day_from_there_on_ends_empty(changes, day):
    ends = [sum(n for on, n in changes if on <= day + timedelta(days=d)) for d in range(12)]
    assume(min(ends) >= 0)
    assert bool(left_there(changes, from_on=day)) == any(ends)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ([], None),
        ([(at(-3), 5), (TODAY, -5)], None),
        ([(TODAY, -5), (at(-3), 5)], None),
        ([(at(-3), 1), (at(-2), -2), (at(-1), -4), (TODAY, 9)], Level(at(-2), -1)),
        ([(at(1), -2), (at(1), 2)], None),
    ],
)
def test_the_first_day_that_falls_short_is_found(changes, level):
    assert first_below(changes) == level


@given(st.lists(st.tuples(DAYS, st.integers(-9, 9))))
def test_no_earlier_day_falls_short(changes):
    ends = {at(day): sum(n for on, n in changes if on <= at(day)) for day in range(-5, 6)}
    short = [Level(on, vials) for on, vials in ends.items() if vials < 0]
    assert first_below(changes) == (short[0] if short else None)


def test_a_day_that_falls_short_is_named_with_what_is_to_be_done():
    check_adds_up([(at(-3), 2), (TODAY, -2)], lot="B7", when="Without it")
    with pytest.raises(BadInput) as refused:
        check_adds_up([(at(-3), 2), (at(-1), -3), (TODAY, -2)], lot="B7", when="So corrected")
    assert (refused.value.sentence, refused.value.field) == (
        "So corrected lot B7 would have 1 vial too few at the end of 23 Nov 2026; "
        "first take back or correct what went out by then.",
        "reason",
    )


@pytest.mark.parametrize(
    ("holds", "most"),
    [
        ([], 0),
        ([(at(-5), at(-1), 9)], 0),
        ([(at(-5), TODAY, 2), (at(1), None, 3)], 3),
        ([(at(-5), at(1), 2), (at(1), None, 3)], 5),
        ([(at(-5), None, 2), (at(3), at(4), 1), (at(4), at(5), 1)], 4),
    ],
)
def test_the_most_that_is_held_on_any_day_to_come_is_found(holds, most):
    assert most_held(holds, from_on=TODAY) == most


def test_held_vials_may_not_become_fewer_than_are_held_but_what_was_short_may_be_mended():
    check_still_held(5, 4, held=4, lot="B7")
    check_still_held(2, 3, held=4, lot="B7")
    with pytest.raises(BadInput, match="4 vials of lot B7 are held for patients, and 3 would be left; release them"):
        check_still_held(5, 3, held=4, lot="B7")


@pytest.mark.parametrize("vials", [0, -1])
def test_a_movement_is_corrected_to_one_vial_or_more(vials):
    check_number(1)
    with pytest.raises(BadInput, match=f"must be 1 or more, not {vials}; what never was is taken back") as refused:
        check_number(vials)
    assert refused.value.field == "vials"
