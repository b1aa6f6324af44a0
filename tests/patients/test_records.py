"""Whether a record may be kept: every sentence that refuses one, and what passes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.patients import records
from rems.patients.rules import CARDS, DEFERRAL_QUESTIONS, FactKind

NOW = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)


def refused(words: str, field: str):  # type: ignore[no-untyped-def]
    """A BadInput with that field whose sentence holds these words."""
    return pytest.raises(BadInput, match=words, check=lambda error: error.field == field)


@pytest.mark.parametrize("weight", ["1", "1.0", "74.5", "400"])
def test_a_weight_of_a_person_is_taken(weight: str) -> None:
    records.check_weight(Decimal(weight))


@pytest.mark.parametrize("weight", ["0", "0.9", "400.1", "-3", "NaN", "Infinity"])
def test_a_weight_outside_one_to_four_hundred_is_refused(weight: str) -> None:
    with refused(f"{weight} kg is not between 1 and 400 kg", "weight_kg"):
        records.check_weight(Decimal(weight))


def test_a_missing_indication_is_refused() -> None:
    records.check_indication("Follicular lymphoma")
    with refused("Indication is missing", "indication"):
        records.check_indication("  ")


@pytest.mark.parametrize("lines", [None, 0, 30])
def test_earlier_lines_may_be_unknown_or_few(lines: int | None) -> None:
    records.check_prior_lines(lines)


@pytest.mark.parametrize("lines", [-1, 31])
def test_earlier_lines_outside_their_bounds_are_refused(lines: int) -> None:
    with refused(f"{lines} is not between 0 and 30", "prior_lines"):
        records.check_prior_lines(lines)


def test_what_the_program_does_not_offer_is_refused_with_what_it_does() -> None:
    records.check_choice("Kymriah", ["Kymriah", "Yescarta"], field="product", what="Product")
    with refused('"Abecma" is not of this program; it has Kymriah, Yescarta', "product"):
        records.check_choice("Abecma", ["Kymriah", "Yescarta"], field="product", what="Product")


def test_a_chain_of_identity_keeps_single_spaces() -> None:
    assert records.check_identity("  W1234 21   123456 ") == "W1234 21 123456"


@pytest.mark.parametrize(
    ("text", "words"), [(" ", "is missing"), ("Maren Oyelaran", "has no digit and looks like a name")]
)
def test_a_chain_of_identity_is_no_name(text: str, words: str) -> None:
    with refused(words, "identity"):
        records.check_identity(text)


def test_a_product_may_arrive_on_the_day_it_expires_and_not_after() -> None:
    records.check_received("K1", 1, date(2026, 11, 24), on=date(2026, 11, 24))
    with refused("expired on 23 Nov 2026; it cannot be received for use on 24 Nov 2026", "expires_on"):
        records.check_received("K1", 1, date(2026, 11, 23), on=date(2026, 11, 24))


@pytest.mark.parametrize(("lot", "bags", "field"), [(" ", 1, "lot"), ("K1", 0, "bags"), ("K1", 51, "bags")])
def test_a_product_has_a_lot_and_bags(lot: str, bags: int, field: str) -> None:
    with refused("Lot of the product is missing|is not between 1 and 50", field):
        records.check_received(lot, bags, date(2030, 1, 1), on=date(2026, 11, 24))


def test_what_is_given_is_the_lot_that_was_received_and_no_more_bags() -> None:
    records.check_bag("ye 40918", 2, received=("YE-40918", 2))
    records.check_bag("YE-1", 1, received=None)
    with refused("YE-1 is not YE-40918, the lot that was received for this patient", "lot"):
        records.check_bag("YE-1", 1, received=("YE-40918", 2))
    with refused("3 are more than the 2 that were received", "bags"):
        records.check_bag("YE-40918", 3, received=("YE-40918", 2))


@pytest.mark.parametrize("code", list(DEFERRAL_QUESTIONS))
def test_each_deferral_question_must_be_answered(code: str) -> None:
    answers = dict.fromkeys(DEFERRAL_QUESTIONS, False)
    records.check_answers(answers)
    del answers[code]
    with refused("answer yes or no", code):
        records.check_answers(answers)


def test_an_unknown_deferral_question_is_refused() -> None:
    with refused('no deferral question "fever"', ""):
        records.check_answers({**dict.fromkeys(DEFERRAL_QUESTIONS, False), "fever": True})


@given(st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(hours=24)))
def test_a_moment_may_lie_years_back_and_as_far_ahead_as_an_authorization_is_valid(ahead: timedelta) -> None:
    records.check_planned(NOW + ahead, now=NOW, hours=24, zone="UTC")


def test_a_moment_further_ahead_is_refused() -> None:
    with refused("25 Nov 2026, 10:43 EST is more than 24 hours ahead", "at"):
        records.check_planned(NOW + timedelta(hours=24, minutes=1), now=NOW, hours=24, zone="America/New_York")


def test_a_record_of_another_kind_is_refused() -> None:
    records.check_kind(FactKind.ALERT_CARD, CARDS)
    with refused('"weight" is none of wallet-card, alert-card', "kind"):
        records.check_kind(FactKind.WEIGHT, CARDS)


def test_a_reason_must_say_something() -> None:
    records.check_reason("typed twice", "say why.")
    with refused("Reason is missing: say why.", "reason"):
        records.check_reason(" ", "say why.")


def test_an_edition_is_kept_only_when_one_is_named() -> None:
    assert records.edition(" 4 ") == {"edition": "4"}
    assert records.edition(" ") == {}
