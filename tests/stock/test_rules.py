"""Which vials make a dose, how many doses a stock holds, and which vials are held."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.stock.rules import (
    MOST_MG,
    SIGN,
    STRENGTHS_MG,
    MovementKind,
    Pick,
    Shortfall,
    VialStock,
    dose_mg,
    doses_on_hand,
    in_date,
    reserve,
    vials_for_dose,
)

TODAY = date(2026, 11, 24)
FAR = date(2027, 6, 30)
SPACE = UUID(int=0)


def vials(strength_mg: int, number: int, *, expires_on: date = FAR, lot: str = "") -> VialStock:
    key = uuid5(SPACE, lot or f"{strength_mg} {expires_on}")
    return VialStock(key, strength_mg, expires_on, number)


def strengths(pick: Pick | None) -> list[int]:
    assert pick is not None
    return [v.strength_mg for v in pick.vials for _ in range(v.vials)]


STOCKS = st.lists(
    st.builds(
        vials,
        st.sampled_from(STRENGTHS_MG),
        st.integers(0, 6),
        expires_on=st.integers(-2, 3).map(lambda n: TODAY + timedelta(days=n)),
        lot=st.sampled_from("ABCDEF"),
    ),
    max_size=5,
    unique_by=lambda v: v.lot_id,
)
DOSES = st.decimals(1, MOST_MG, places=1)
WEIGHTS = st.decimals(1, 400, places=1)


@pytest.mark.parametrize(
    ("weight", "dose"),
    [
        (1, "12"),
        ("9.9", "118.8"),
        ("29.9", "358.8"),
        (30, "240"),
        ("75.3", "602.4"),
        (75, "600"),
        (99, "792"),
        ("99.9", "799.2"),
        (100, "800"),
        (101, "800"),
        (140, "800"),
        (400, "800"),
    ],
)
def test_the_dose_is_twelve_below_thirty_kilograms_and_eight_from_there_at_most_800(weight, dose):
    assert dose_mg(Decimal(weight)) == Decimal(dose)


@pytest.mark.parametrize("weight", [0, -1, "0.9", "400.1", 1000, "NaN", "Infinity"])
def test_a_weight_outside_one_to_four_hundred_kilograms_is_refused(weight):
    with pytest.raises(BadInput, match="between 1 and 400 kg") as refused:
        dose_mg(Decimal(weight))
    assert refused.value.field == "weight_kg"


@pytest.mark.parametrize("strength", [0, -80, 100, 160, 800])
def test_a_strength_that_is_not_made_is_refused(strength):
    with pytest.raises(BadInput, match="hold 80, 200 or 400 mg"):
        VialStock(SPACE, strength, FAR, 1)


@pytest.mark.parametrize(
    ("dose", "stock", "taken"),
    [
        (600, [vials(400, 3), vials(200, 4), vials(80, 9)], [400, 200]),
        (600, [vials(200, 4), vials(80, 9)], [200, 200, 200]),
        (600, [vials(400, 4)], [400, 400]),
        (656, [vials(400, 3), vials(200, 4), vials(80, 9)], [400, 200, 80]),
        (800, [vials(400, 1), vials(200, 1), vials(80, 5)], [400, 80, 80, 80, 80, 80]),
        (800, [vials(80, 10)], [80] * 10),
        (400, [vials(400, 1), vials(200, 2), vials(80, 5)], [400]),
        (240, [vials(400, 2), vials(80, 3)], [80, 80, 80]),
        (240, [vials(400, 2), vials(200, 1), vials(80, 2)], [200, 80]),
        (80, [vials(200, 1)], [200]),
        ("0.1", [vials(400, 1), vials(80, 1)], [80]),
    ],
)
def test_a_dose_takes_the_least_left_over_then_the_fewest_vials(dose, stock, taken):
    assert strengths(vials_for_dose(Decimal(dose), stock, TODAY)) == taken


@pytest.mark.parametrize(
    ("weight", "taken"),
    [
        ("9.9", [80, 80]),  # 118.8 mg: 80 + 80 leaves 41.2 over, 200 leaves 81.2
        ("29.9", [200, 80, 80]),  # 358.8 mg: leaves 1.2; 400 leaves 41.2
        (30, [80, 80, 80]),  # 240 mg: leaves nothing; 200 + 80 leaves 40
        (99, [400, 400]),  # 792 mg: leaves 8, as ten of 80 do, with fewer vials
        (100, [400, 400]),  # 800 mg: leaves nothing
        (140, [400, 400]),  # 1,120 mg by weight: at most 800
    ],
)
def test_the_vials_of_a_weight_are_those_worked_by_hand(weight, taken):
    plenty = [vials(400, 9), vials(200, 9), vials(80, 20)]
    assert strengths(vials_for_dose(dose_mg(Decimal(weight)), plenty, TODAY)) == taken


def test_the_lot_that_expires_first_is_taken_first():
    soon, late = vials(400, 1, expires_on=TODAY, lot="soon"), vials(400, 5, expires_on=FAR, lot="late")
    pick = vials_for_dose(800, [late, soon], TODAY)
    assert pick is not None
    assert [(v.lot_id, v.vials) for v in pick.vials] == [(soon.lot_id, 1), (late.lot_id, 1)]


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (1, True)])
def test_a_vial_counts_up_to_and_on_its_day_of_expiry(days, counts):
    stock = [vials(400, 2, expires_on=TODAY + timedelta(days=days))]
    assert bool(in_date(stock, TODAY)) is counts
    assert (vials_for_dose(600, stock, TODAY) is not None) is counts
    assert doses_on_hand(75, stock, TODAY) == counts


def test_without_enough_vials_there_is_no_dose():
    assert vials_for_dose(600, [], TODAY) is None
    assert vials_for_dose(600, [vials(400, 1), vials(80, 2)], TODAY) is None


@pytest.mark.parametrize("dose", [0, -1, 801, "NaN"])
def test_a_dose_of_nothing_or_above_800_is_refused(dose):
    with pytest.raises(BadInput, match="more than 0 and at most 800 mg"):
        vials_for_dose(Decimal(dose), [vials(400, 3)], TODAY)


def test_a_pick_says_what_is_left_over():
    pick = vials_for_dose(dose_mg(82), [vials(400, 1), vials(200, 1), vials(80, 1)], TODAY)
    assert pick is not None
    assert (pick.total_mg, pick.left_over_mg, pick.words) == (680, 24, "400 + 200 + 80 mg, 24 mg left over")


def by_brute_force(dose: Decimal, stock: Sequence[VialStock]) -> tuple[int, int] | None:
    """Every way to take vials, one by one: the least total that reaches the dose, then the fewest vials."""
    usable = [v for v in stock if v.vials > 0 and v.expires_on >= TODAY]
    best = None
    for counts in product(*(range(v.vials + 1) for v in usable)):
        total = sum(n * v.strength_mg for n, v in zip(counts, usable, strict=True))
        if total >= dose and (best is None or (total, sum(counts)) < best):
            best = (total, sum(counts))
    return best


@given(DOSES, STOCKS)
@settings(max_examples=150, deadline=None)
def test_no_other_choice_of_vials_wastes_less_or_takes_fewer(dose, stock):
    pick = vials_for_dose(dose, stock, TODAY)
    assert (pick and (pick.total_mg, len(strengths(pick)))) == by_brute_force(dose, stock)


@given(DOSES, STOCKS)
def test_a_pick_takes_only_what_is_there_and_in_date(dose, stock):
    pick = vials_for_dose(dose, stock, TODAY)
    have = {v.lot_id: v.vials for v in in_date(stock, TODAY)}
    assert pick is None or all(0 < v.vials <= have[v.lot_id] and v.expires_on >= TODAY for v in pick.vials)
    assert pick is None or pick.total_mg >= dose


@given(WEIGHTS, STOCKS)
def test_doses_on_hand_agrees_with_a_single_dose(weight, stock):
    one = vials_for_dose(dose_mg(weight), stock, TODAY)
    assert (doses_on_hand(weight, stock, TODAY) >= 1) == (one is not None)


@given(WEIGHTS, STOCKS, st.integers(0, 5))
def test_more_vials_never_make_fewer_than_two_doses_impossible(weight, stock, more):
    least = min(2, doses_on_hand(weight, stock, TODAY))
    assert doses_on_hand(weight, [*stock, vials(400, more, lot="more")], TODAY) >= least


@given(st.integers(1, 4), WEIGHTS, STOCKS)
def test_a_reservation_is_all_or_nothing_and_takes_no_vial_twice(doses, weight, stock):
    answer = reserve(doses, weight, stock, TODAY)
    if isinstance(answer, Shortfall):
        assert answer.doses_possible < doses
        return
    assert len(answer) == doses
    have = {v.lot_id: v.vials for v in in_date(stock, TODAY)}
    for pick in answer:
        for taken in pick.vials:
            have[taken.lot_id] -= taken.vials
    assert min(have.values()) >= 0


def test_a_shortfall_says_what_is_there_what_expired_and_what_would_mend_it():
    stock = [vials(400, 1), vials(80, 2, expires_on=TODAY - timedelta(days=1))]
    short = reserve(2, 75, stock, TODAY)
    assert isinstance(short, Shortfall)
    assert short.words == (
        "2 doses of 600 mg are needed; 1 vial (400 mg) in date on 24 Nov 2026 makes 0 doses. "
        "2 more vials have expired. Each missing dose takes vials of 400 + 200 mg."
    )
    none = reserve(1, 75, [], TODAY)
    assert isinstance(none, Shortfall)
    assert none.words.startswith("1 dose of 600 mg is needed; no vials in date on 24 Nov 2026 make 0 doses. Each")


@pytest.mark.parametrize("doses", [0, -1])
def test_fewer_than_one_dose_is_refused(doses):
    with pytest.raises(BadInput, match=f"must be 1 or more, not {doses}") as refused:
        reserve(doses, 75, [vials(400, 9)], TODAY)
    assert refused.value.field == "doses"


def test_every_kind_of_movement_has_a_sign():
    assert set(SIGN) == set(MovementKind)


def two_doses_can_be_made(dose: Decimal, have: Sequence[int]) -> bool:
    """Every way to split the vials of each strength in two parts that both reach the dose."""
    splits = product(*(range(n + 1) for n in have))
    total = sum(n * mg for n, mg in zip(have, STRENGTHS_MG, strict=True))
    parts = (sum(n * mg for n, mg in zip(split, STRENGTHS_MG, strict=True)) for split in splits)
    return any(dose <= part <= total - dose for part in parts)


@given(WEIGHTS, st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 11)))
@settings(max_examples=200, deadline=None)
def test_two_doses_are_counted_exactly(weight, have):
    stock = [vials(mg, n) for mg, n in zip(STRENGTHS_MG, have, strict=True)]
    assert (doses_on_hand(weight, stock, TODAY) >= 2) == two_doses_can_be_made(dose_mg(weight), have)
