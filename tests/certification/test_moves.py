"""Which act may follow which, pure."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from rems.certification import moves
from rems.certification.listing import Step, step_of
from rems.certification.states import Act, ActKind
from rems.core.errors import BadInput, IllegalMove, StaleRecord

DAY = date(2018, 6, 4)
S, R, C = ActKind.SUBMITTED, ActKind.RETURNED, ActKind.CERTIFIED
SUSPENDED, REINSTATED, DECERTIFIED = ActKind.SUSPENDED, ActKind.REINSTATED, ActKind.DECERTIFIED


def acts(*kinds: ActKind) -> list[Act]:
    return [Act(kind, DAY + timedelta(n), "", by="Nora Bell", id=uuid4()) for n, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("before", "lapsed", "after", "step"),
    [
        ([], False, {S}, Step.PREPARING),
        ([S], False, {R, C}, Step.REVIEW),
        ([S, R], False, {S}, Step.RETURNED),
        ([S, R, S], False, {R, C}, Step.REVIEW),
        ([S, C], False, {SUSPENDED, DECERTIFIED}, Step.CERTIFIED),
        ([S, C], True, {S, SUSPENDED, DECERTIFIED}, Step.CERTIFIED),
        ([S, C, SUSPENDED], False, {REINSTATED, DECERTIFIED}, Step.SUSPENDED),
        ([S, C, SUSPENDED, REINSTATED], False, {SUSPENDED, DECERTIFIED}, Step.CERTIFIED),
        ([S, C, DECERTIFIED], False, {S}, Step.DECERTIFIED),
        ([S, C, DECERTIFIED, S], False, {R, C}, Step.REVIEW),
        ([S, C, DECERTIFIED, S, C], False, {SUSPENDED, DECERTIFIED}, Step.CERTIFIED),
        ([S, C, S], True, {R, C, SUSPENDED, DECERTIFIED}, Step.REVIEW),
        ([C], False, {SUSPENDED, DECERTIFIED}, Step.CERTIFIED),
    ],
)
def test_what_may_follow(before: list[ActKind], lapsed: bool, after: set[ActKind], step: Step) -> None:
    past = acts(*before)
    assert moves.allowed(past, lapsed=lapsed) == after
    assert step_of(past) is step
    for kind in ActKind:
        if kind in after:
            moves.check_allowed(kind, past, lapsed=lapsed)
        else:
            with pytest.raises(IllegalMove):
                moves.check_allowed(kind, past, lapsed=lapsed)


def test_every_act_has_its_words() -> None:
    for table in (moves.DONE_WORDS, moves.TITLES, moves.NOT_NOW):
        assert set(table) == set(ActKind)


def test_whoever_was_slower_is_told_who_was_faster() -> None:
    past = acts(S, C)
    moves.check_seen(past, past[-1].id)
    with pytest.raises(StaleRecord) as newer:
        moves.check_seen(past, past[0].id)
    assert newer.value.sentence.startswith(
        "While this page was open, Nora Bell certified the site from 5 Jun 2018. Nothing of yours was kept"
    )
    with pytest.raises(StaleRecord):
        moves.check_seen(past, None)
    moves.check_seen([], None)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (DAY - timedelta(1), "From: 3 Jun 2018 is before the last act. Nora Bell submitted the application on 4 Jun"),
        (DAY + timedelta(9), "From: 13 Jun 2018 lies ahead; today is 12 Jun 2018."),
    ],
)
def test_an_act_holds_from_a_day_that_makes_sense(day: date, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        moves.check_day(day, acts(S), today=DAY + timedelta(8), words="From")
    assert sentence in refused.value.sentence
    moves.check_day(DAY, acts(S), today=DAY, words="From")


def test_an_act_needs_a_reason() -> None:
    assert moves.check_reason("  why ", words="say why.") == "why"
    with pytest.raises(BadInput, match="Reason: say why"):
        moves.check_reason(" \n", words="say why.")
