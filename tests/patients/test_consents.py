"""Consents on a day: given, withdrawn, what that covers; and the facts behind them."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.db import reading
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.patients import actions, queries
from rems.patients.consents import (
    COVERS_WORDS,
    PAST_TOO,
    REACH_WORDS,
    STAYS,
    STOPS,
    Consent,
    ConsentEvent,
    ConsentState,
    Covers,
    Reach,
    check_covers,
    consents_on,
    what_withdrawal_does,
)
from rems.patients.rules import CONSENTS, FactKind
from tests.factories import Hospital
from tests.patients.acting import DAY, SYSTEM, said

REGISTRY, CONTACT, SAMPLES = FactKind.CONSENT_REGISTRY, FactKind.CONSENT_CONTACT, FactKind.CONSENT_SAMPLES
ON = date(2026, 3, 2)
KINDS = st.sampled_from(list(CONSENTS))
EVENTS = st.lists(
    st.builds(ConsentEvent, KINDS, st.dates(date(2020, 1, 1), date(2030, 1, 1)), given=st.booleans()), max_size=12
)


def test_every_consent_says_what_its_withdrawal_stops_and_what_stays() -> None:
    assert set(STOPS) == set(STAYS) == set(CONSENTS)
    assert set(COVERS_WORDS) == set(Covers) and set(REACH_WORDS) == set(Reach)
    assert set(PAST_TOO) < set(CONSENTS)


def test_nothing_given_is_never_and_what_was_given_later_is_not_yet() -> None:
    later = ConsentEvent(REGISTRY, ON + timedelta(days=1), given=True)
    assert consents_on([later], ON) == {kind: Consent(kind, ConsentState.NEVER) for kind in CONSENTS}


def test_a_consent_holds_from_its_day_to_the_day_before_its_withdrawal() -> None:
    events = [
        ConsentEvent(SAMPLES, ON, given=True, edition="4"),
        ConsentEvent(SAMPLES, ON + timedelta(days=9), given=False, covers=Covers.PAST_TOO),
    ]
    last = consents_on(events, ON + timedelta(days=8))[SAMPLES]
    assert (last.state, last.given_on, last.edition) == (ConsentState.IN_FORCE, ON, "4")
    over = consents_on(events, ON + timedelta(days=9))[SAMPLES]
    assert (over.state, over.given_on, over.withdrawn_on, over.covers) == (
        ConsentState.WITHDRAWN,
        ON,
        ON + timedelta(days=9),
        Covers.PAST_TOO,
    )


def test_a_consent_may_be_given_anew_and_of_one_day_the_later_counts() -> None:
    events = [
        ConsentEvent(REGISTRY, ON, given=True, edition="1"),
        ConsentEvent(REGISTRY, ON, given=False),
        ConsentEvent(REGISTRY, ON, given=True, edition="2"),
    ]
    assert consents_on(events, ON)[REGISTRY].edition == "2"
    assert not consents_on(events[:2], ON)[REGISTRY].in_force


def test_a_withdrawal_of_nothing_leaves_nothing() -> None:
    assert consents_on([ConsentEvent(REGISTRY, ON, given=False)], ON)[REGISTRY].state is ConsentState.NEVER


def test_consent_to_be_contacted_allows_the_ways_it_names_and_all_where_it_names_none() -> None:
    named = ConsentEvent(CONTACT, ON, given=True, ways=(Reach.MAIL,))
    assert consents_on([named], ON)[CONTACT].ways == (Reach.MAIL,)
    assert consents_on([ConsentEvent(CONTACT, ON, given=True)], ON)[CONTACT].ways == tuple(Reach)
    assert consents_on([ConsentEvent(REGISTRY, ON, given=True)], ON)[REGISTRY].ways == ()


@given(EVENTS, st.dates(date(2019, 1, 1), date(2031, 1, 1)))
def test_what_comes_after_a_day_never_changes_it(events: list[ConsentEvent], on: date) -> None:
    assert consents_on(events, on) == consents_on([e for e in events if e.on <= on], on)
    for consent in consents_on(events, on).values():
        if consent.state is not ConsentState.NEVER:
            assert consent.given_on is not None and consent.given_on <= (consent.withdrawn_on or on) <= on


def test_what_a_withdrawal_does_is_said_and_more_where_it_covers_the_past() -> None:
    stops, stays = what_withdrawal_does(REGISTRY, Covers.FROM_NOW)
    assert "No open or planned visit goes to the registry" in stops and "safety reports that the law asks for" in stays
    assert what_withdrawal_does(REGISTRY, Covers.PAST_TOO)[0] == f"{stops} {PAST_TOO[REGISTRY]}"
    check_covers(SAMPLES, Covers.PAST_TOO)
    with pytest.raises(BadInput, match=r"Consent \(contact\): what was done before cannot be withdrawn") as refused:
        check_covers(CONTACT, Covers.PAST_TOO)
    assert refused.value.field == "covers"


def test_a_withdrawal_is_kept_with_what_it_covers(hospital: Hospital, waiting: Any) -> None:
    actions.record_consent(waiting, SAMPLES, edition="2", **said(hospital, holds_on=date(2026, 10, 20)))
    actions.record_consent(waiting, CONTACT, ways=[Reach.PHONE], **said(hospital, holds_on=date(2026, 10, 20)))
    with pytest.raises(BadInput, match="cannot be withdrawn"):
        actions.withdraw_consent(waiting, CONTACT, covers=Covers.PAST_TOO, **said(hospital))
    actions.withdraw_consent(waiting, SAMPLES, covers=Covers.PAST_TOO, **said(hospital))
    with reading(SYSTEM):
        before = consents_on(queries.consent_events(waiting, Lens(DAY - timedelta(days=1))), DAY - timedelta(days=1))
        found = consents_on(queries.consent_events(waiting), DAY)
    assert before[SAMPLES].in_force and before[CONTACT].ways == (Reach.PHONE,)
    assert (found[SAMPLES].withdrawn_on, found[SAMPLES].covers) == (DAY, Covers.PAST_TOO)
    assert found[CONTACT].in_force
