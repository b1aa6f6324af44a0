"""The gate, pure: all in order is a yes; each thing alone that stops is a no with exactly that gap."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rems.patients.gate import Found, GateFacts, Mend, Rescue, asks_before_infusion, gate
from rems.patients.rules import CARDS, DEFERRAL_QUESTIONS, FactKind
from rems.programs.rules import Catalogue
from tests.factories import EUROPE, KYMRIAH, LABEL

Facts = Callable[..., GateFacts]
TODAY, EARLY = date(2026, 11, 24), date(2021, 3, 3)
DAYS = {EUROPE: TODAY, KYMRIAH: EARLY}
ANSWERS = dict.fromkeys(DEFERRAL_QUESTIONS, False)


@pytest.mark.parametrize("code", DAYS)
def test_all_in_order_is_authorized(good: Facts, code: str) -> None:
    answer = gate(good(code, DAYS[code]))
    assert answer.authorized and answer.asks
    assert answer.missing == answer.warnings == ()
    assert answer.sentence == f"All {len(answer.checks)} checks were looked at; none stops the infusion."


GAPS: list[tuple[str, Mapping[str, Any], Mend]] = [
    ("certified", {"certified": False, "certified_why": "No certificate."}, Mend.CERTIFICATION),
    ("training:STAFF", {"training": (Found("STAFF", "Staff trained", False, "13 of 14."),)}, Mend.TRAINING),
    ("rescue", {"rescue": Rescue(2, 1, words="1 of 2.")}, Mend.STOCK),
    ("consent", {"consented_on": None}, Mend.CONSENT),
    ("deferral", {"deferral": None, "deferral_on": None}, Mend.DEFERRAL),
    ("product", {"receipt": None}, Mend.PRODUCT),
]


@pytest.mark.parametrize("code", DAYS)
@pytest.mark.parametrize(("check", "changed", "mend"), GAPS, ids=[g[0] for g in GAPS])
def test_each_check_alone_missing_stops_with_exactly_that_gap(
    good: Facts, code: str, check: str, changed: Mapping[str, Any], mend: Mend
) -> None:
    answer = gate(good(code, DAYS[code], **changed))
    assert not answer.authorized
    assert [(c.code, c.mend) for c in answer.missing] == [(check, mend)]
    assert answer.missing[0].who and answer.missing[0].why
    assert answer.sentence == f"1 of {len(answer.checks)} checks is missing."


@pytest.mark.parametrize(("code", "card"), [(EUROPE, FactKind.ALERT_CARD), (KYMRIAH, FactKind.WALLET_CARD)])
def test_the_card_that_the_program_asks_for_stops_when_it_was_not_given(good: Facts, code: str, card: FactKind) -> None:
    others = {kind: EARLY for kind in CARDS if kind is not card}
    answer = gate(good(code, DAYS[code], cards=others))
    assert [c.code for c in answer.missing] == [card]
    assert answer.missing[0].mend is Mend.CARD
    assert not [c for c in answer.checks if c.code in CARDS and c.code != card]


@pytest.mark.parametrize("question", DEFERRAL_QUESTIONS)
def test_one_yes_defers_and_names_the_question(good: Facts, question: str) -> None:
    answer = gate(good(EUROPE, TODAY, deferral={**ANSWERS, question: True}))
    assert [c.code for c in answer.missing] == ["deferral"]
    assert answer.missing[0].why.startswith(DEFERRAL_QUESTIONS[question])


@pytest.mark.parametrize(("days", "stops"), [(0, False), (7, False), (8, True)])
def test_answers_older_than_a_week_are_asked_again(good: Facts, days: int, stops: bool) -> None:
    answer = gate(good(EUROPE, TODAY, deferral_on=TODAY - timedelta(days=days)))
    assert [c.code for c in answer.missing] == (["deferral"] if stops else [])


@pytest.mark.parametrize(("days", "warns"), [(0, False), (7, False), (8, True)])
def test_an_old_weight_warns_and_does_not_stop(good: Facts, days: int, warns: bool) -> None:
    answer = gate(good(EUROPE, TODAY, weighed_on=TODAY - timedelta(days=days)))
    assert answer.authorized
    assert [c.code for c in answer.warnings] == (["weight"] if warns else [])
    if warns:
        assert answer.sentence.endswith("checks were looked at, 1 with a warning; none stops the infusion.")
        assert "8 days before; weigh again" in answer.warnings[0].why


def test_without_a_weight_both_the_weight_and_the_dose_are_missing(good: Facts) -> None:
    answer = gate(good(EUROPE, TODAY, weight_kg=None, weighed_on=None))
    assert [(c.code, c.mend) for c in answer.missing] == [("rescue", Mend.WEIGHT), ("weight", Mend.WEIGHT)]


def test_two_doses_are_asked_for_kymriah(good: Facts) -> None:
    answer = gate(good(KYMRIAH, EARLY, rescue=Rescue(2, 1, words="One.")))
    assert [c.title for c in answer.missing] == ["Two doses of tocilizumab for this patient"]


def test_europe_asks_one_dose_and_says_that_one_more_must_be_in_reach(good: Facts) -> None:
    further = "One further dose must be in reach within 8 hours of each dose given."
    answer = gate(good(EUROPE, TODAY, rescue=Rescue(1, 1, 1, words="680 mg on hand.", further=further)))
    found = next(c for c in answer.checks if c.code == "rescue")
    assert found.title == "One dose of tocilizumab for this patient"
    assert found.why == f"680 mg on hand. 1 held for HL-0417. {further}"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"product": "Yescarta"}, "the patient is enrolled for Kymriah"),
        ({"expires_on": TODAY - timedelta(days=1)}, "it expired on 23 Nov 2026"),
    ],
)
def test_another_product_or_an_expired_one_stops(good: Facts, changed: Mapping[str, Any], words: str) -> None:
    facts = good(EUROPE, TODAY)
    assert facts.receipt is not None
    answer = gate(replace(facts, receipt=replace(facts.receipt, **changed)))
    assert [c.code for c in answer.missing] == ["product"]
    assert words in answer.missing[0].why


def test_a_second_infusion_is_always_stopped_and_said_first(good: Facts) -> None:
    for code, on in {**DAYS, LABEL: TODAY}.items():
        answer = gate(good(code, on, infused_on=on))
        assert not answer.authorized
        assert answer.checks[0].code == "infused"
        assert "a second infusion is not recorded here" in answer.missing[0].why


@pytest.mark.parametrize(("code", "on"), [(LABEL, TODAY), (KYMRIAH, TODAY)])
def test_where_the_program_asks_nothing_everything_is_advice(good: Facts, code: str, on: date) -> None:
    bare = good(code, on, certified=False, cards={}, consented_on=None, deferral=None, receipt=None, weight_kg=None)
    answer = gate(bare)
    assert answer.authorized and not answer.asks
    assert answer.missing == ()
    assert {c.code for c in answer.warnings} == {"weight", "wallet-card", "consent", "deferral", "product"}
    assert "What follows is advice and stops nothing. 5 of 5 are open." in answer.sentence


def test_the_sentence_says_why_nothing_is_asked(good: Facts) -> None:
    closed, label = gate(good(KYMRIAH, TODAY, not_in_force="It closed.")), gate(good(LABEL, TODAY))
    assert closed.sentence == "It closed. What follows is advice and stops nothing."
    assert "asks nothing of a site before an infusion" in label.sentence


def test_only_a_version_with_duties_of_the_site_asks(catalogue: Catalogue) -> None:
    versions = {code: catalogue.programs[code].version_on(on) for code, on in {**DAYS, LABEL: TODAY}.items()}
    assert {code: asks_before_infusion(v) for code, v in versions.items()} == {
        EUROPE: True,
        KYMRIAH: True,
        LABEL: False,
    }
    assert not asks_before_infusion(None)


CHANGES: dict[str, Mapping[str, Any]] = {name: changed for name, changed, _ in GAPS}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken=st.sets(st.sampled_from(sorted(CHANGES))), code=st.sampled_from(sorted(DAYS)))
def test_gaps_add_up_and_none_hides_another(good: Facts, broken: set[str], code: str) -> None:
    changed: dict[str, Any] = {}
    for name in broken:
        changed |= CHANGES[name]
    answer = gate(good(code, DAYS[code], **changed))
    assert {c.code for c in answer.missing} == broken
    assert answer.authorized == (not broken)
    assert len(answer.missing) + len(answer.warnings) + len(answer.in_order) == len(answer.checks)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    needed=st.integers(0, 4),
    possible=st.integers(0, 6),
    weight=st.decimals("1", "400", places=1),
    days=st.integers(0, 60),
)
def test_doses_decide_by_number_alone_and_a_weight_of_any_age_never_stops(
    good: Facts, needed: int, possible: int, weight: Decimal, days: int
) -> None:
    facts: GateFacts = good(
        EUROPE,
        TODAY,
        rescue=Rescue(needed, possible),
        weight_kg=weight,
        weighed_on=TODAY - timedelta(days=days),
    )
    assert gate(facts).authorized == (possible >= needed)
