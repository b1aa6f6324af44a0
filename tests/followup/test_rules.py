"""What a visit may say: of its day, of survival, and in answer to its questions."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.followup.rules import (
    Answer,
    ContactKind,
    Seen,
    Survival,
    check_day,
    check_survival,
    check_window,
    day_of_death,
    keep,
    outside,
)
from rems.followup.schedule import DONE, Visit, VisitState, is_asked, plan, state
from rems.programs import files

SCHEDULES = files.load(Path(__file__).parents[2] / "config" / "programs").schedules
CIBMTR, EBMT = SCHEDULES["CIBMTR-15Y-CRF"], SCHEDULES["EBMT-PASS-15Y"]
INFUSED = date(2023, 3, 14)
LATE_DAYS = st.dates(date(2023, 3, 14), date(2040, 12, 31))


def visit(code: str) -> Visit:
    """Of the patient infused on 14 March 2023."""
    return next(v for v in plan(CIBMTR, infused_on=INFUSED) if v.code == code)


def alive(on: date) -> Seen:
    return Seen(on, Survival.ALIVE)


def dead(on: date, died_on: date | None = None) -> Seen:
    return Seen(on, Survival.DEAD, died_on or on)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (date(2026, 11, 25), "25 Nov 2026 has not come yet; today is 24 Nov 2026"),
        (date(2023, 3, 13), "13 Mar 2023 is before the infusion on 14 Mar 2023"),
    ],
)
def test_a_day_on_which_no_visit_can_be_is_refused(on: date, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        check_day(on, infused_on=INFUSED, today=date(2026, 11, 24))
    assert refused.value.field == "holds_on"


@pytest.mark.parametrize("on", [INFUSED, date(2026, 11, 24)])
def test_the_day_of_the_infusion_and_today_are_days_for_a_visit(on: date) -> None:
    check_day(on, infused_on=INFUSED, today=date(2026, 11, 24))


@pytest.mark.parametrize(
    ("on", "is_outside"),
    [
        (date(2023, 6, 6), True),
        (date(2023, 6, 7), False),
        (date(2023, 7, 7), False),
        (date(2023, 7, 8), True),
    ],
)
def test_outside_its_window_a_visit_asks_why(on: date, is_outside: bool) -> None:
    assert outside(visit("D100"), on) is is_outside
    check_window(visit("D100"), on, survival=Survival.ALIVE, late_reason="on holiday")
    if is_outside:
        with pytest.raises(BadInput, match="outside the window of Day 100, 7 Jun 2023 to 7 Jul 2023; say why") as no:
            check_window(visit("D100"), on, survival=Survival.ALIVE, late_reason="  ")
        assert no.value.field == "late_reason"
    else:
        check_window(visit("D100"), on, survival=Survival.ALIVE, late_reason="")


def test_a_death_is_told_when_it_is_known_without_a_reason() -> None:
    check_window(visit("Y15"), date(2023, 4, 1), survival=Survival.DEAD, late_reason="")


@given(LATE_DAYS)
def test_a_visit_without_a_window_never_asks_why(on: date) -> None:
    for one in plan(EBMT, infused_on=INFUSED):
        check_window(one, on, survival=Survival.ALIVE, late_reason="")


@pytest.mark.parametrize(
    ("told", "others", "sentence", "field"),
    [
        (Seen(date(2024, 1, 1), Survival.ALIVE, date(2024, 1, 1)), [], "only where the patient has died", "died_on"),
        (dead(date(2024, 1, 1), date(2024, 1, 2)), [], "it was not known then", "died_on"),
        (dead(date(2024, 1, 1), date(2023, 3, 13)), [], "before the infusion on 14 Mar 2023", "died_on"),
        (alive(date(2024, 1, 1)), [dead(date(2023, 12, 1))], "died on 1 Dec 2023; correct that one first", "survival"),
        (dead(date(2024, 1, 1)), [alive(date(2024, 2, 1))], "on 1 Feb 2024 another visit found the patient", "died_on"),
        (dead(date(2024, 1, 1)), [dead(date(2023, 12, 1))], "another visit says 1 Dec 2023", "died_on"),
    ],
)
def test_what_visits_say_of_survival_must_fit_together(
    told: Seen, others: list[Seen], sentence: str, field: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        check_survival(told, infused_on=INFUSED, others=others)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("told", "others"),
    [
        (alive(date(2024, 1, 1)), [alive(date(2023, 6, 1)), Seen(date(2025, 1, 1), Survival.UNKNOWN)]),
        (alive(date(2023, 12, 1)), [dead(date(2024, 1, 1))]),
        (dead(date(2024, 2, 1), date(2024, 1, 1)), [alive(date(2024, 1, 1))]),
        (dead(date(2024, 2, 1), date(2024, 1, 1)), [dead(date(2024, 3, 1), date(2024, 1, 1))]),
        (Seen(date(2025, 1, 1), Survival.UNKNOWN), [dead(date(2024, 1, 1))]),
    ],
)
def test_what_fits_is_kept(told: Seen, others: list[Seen]) -> None:
    check_survival(told, infused_on=INFUSED, others=others)


def test_answers_are_kept_with_their_notes_and_an_absent_one_was_not_asked() -> None:
    kept = keep(
        ("SURVIVAL", "RELAPSE", "INFECTION"), {"RELAPSE": "yes"}, {"RELAPSE": " in March "}, alive(date(2024, 1, 1))
    )
    assert kept == {"RELAPSE": {"answer": "yes", "note": "in March"}}


def test_a_death_is_kept_with_its_day_and_cause_also_where_the_schedule_does_not_ask_for_it() -> None:
    kept = keep((), {}, {"SURVIVAL": "relapse"}, dead(date(2024, 1, 9), date(2024, 1, 2)))
    assert kept == {"SURVIVAL": {"died_on": "2024-01-02", "note": "relapse"}}
    assert day_of_death(Survival.DEAD, date(2024, 1, 9), kept) == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("answers", "notes", "sentence", "field"),
    [
        ({"NEW": "yes"}, {}, 'does not ask "NEW". It asks: RELAPSE', ""),
        ({"SURVIVAL": "yes"}, {}, 'does not ask "SURVIVAL"', ""),
        ({"RELAPSE": "perhaps"}, {}, '"perhaps" is no answer; it is yes, no or unknown', "ask_RELAPSE"),
        ({}, {"RELAPSE": "in March"}, "the note stands alone", "ask_RELAPSE"),
    ],
)
def test_an_answer_that_is_none_is_refused(
    answers: dict[str, str], notes: dict[str, str], sentence: str, field: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        keep(("SURVIVAL", "RELAPSE"), answers, notes, alive(date(2024, 1, 1)))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("survival", "answers", "expected"),
    [
        (Survival.ALIVE, {"SURVIVAL": {"died_on": "2024-01-02"}}, None),
        (Survival.UNKNOWN, {}, None),
        (Survival.DEAD, {}, date(2024, 1, 9)),
        (Survival.DEAD, {"SURVIVAL": {"note": "relapse"}}, date(2024, 1, 9)),
    ],
)
def test_the_day_of_death_is_that_of_the_visit_where_none_is_named(
    survival: Survival, answers: dict[str, dict[str, str]], expected: date | None
) -> None:
    assert day_of_death(survival, date(2024, 1, 9), answers) == expected


@given(LATE_DAYS, st.integers(0, 6000))
def test_after_a_death_only_what_was_missed_before_it_is_asked(died_on: date, later: int) -> None:
    on = died_on + timedelta(days=later)
    for one in (*plan(CIBMTR, infused_on=INFUSED), *plan(EBMT, infused_on=INFUSED)):
        found = state(one, held_on=None, on=on, ended_on=died_on)
        assert (found is VisitState.NOT_DUE) != is_asked(one, ended_on=died_on)
        assert state(one, held_on=died_on, on=on, ended_on=died_on) in DONE
        assert state(one, held_on=None, on=died_on - timedelta(days=1), ended_on=died_on) is not VisitState.NOT_DUE


@pytest.mark.parametrize("kind", [ContactKind, Survival, Answer, VisitState])
def test_everything_has_words(kind: type) -> None:
    assert all(one.words for one in kind)
    assert len({one.words for one in kind}) == len(kind)
