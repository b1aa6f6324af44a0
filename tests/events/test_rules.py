"""Seriousness, days and outcomes that make sense together, and the sentences of those that do not."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.events import rules
from rems.events.rules import (
    KIND_WORDS,
    OUTCOME_WORDS,
    SCALES,
    SERIOUSNESS_WORDS,
    Kind,
    Outcome,
    Seriousness,
    check_days,
    check_grade,
    check_outcome,
    check_seriousness,
    least_seriousness,
)
from rems.programs.jurisdictions import belongs

TODAY, DAY = date(2026, 11, 24), date(2026, 11, 12)
IN_ORDER = {"began_on": DAY, "ended_on": None, "site_aware_on": DAY, "day_zero": DAY, "today": TODAY}


def test_every_word_a_form_offers_is_written() -> None:
    assert set(KIND_WORDS) == set(SCALES) == set(Kind)
    assert set(SERIOUSNESS_WORDS) == set(Seriousness)
    assert set(OUTCOME_WORDS) == set(Outcome)
    assert set(rules.TERMS) == set(Kind) - {Kind.OTHER}


@pytest.mark.parametrize(
    ("kind", "grade", "expected"),
    [
        (Kind.CRS, None, None),
        (Kind.CRS, 2, None),
        (Kind.CRS, 3, Seriousness.OTHER_IMPORTANT),
        (Kind.ICANS, 2, None),
        (Kind.ICANS, 4, Seriousness.OTHER_IMPORTANT),
        (Kind.INFECTION, 4, None),
        (Kind.CYTOPENIA, 3, None),
        (Kind.NEW_MALIGNANCY, None, Seriousness.OTHER_IMPORTANT),
        (Kind.OTHER, 5, None),
    ],
)
def test_the_criterion_that_the_triage_expects(kind: Kind, grade: int | None, expected: Seriousness | None) -> None:
    assert least_seriousness(kind, grade) == expected


@pytest.mark.parametrize(
    ("seriousness", "reason"), [([Seriousness.HOSPITALIZATION], ""), ([], "Planned stay"), ([Seriousness.DEATH], "")]
)
def test_what_is_ticked_or_explained_is_taken(seriousness: list[Seriousness], reason: str) -> None:
    check_seriousness(Kind.CRS, 4, seriousness, reason)


@pytest.mark.parametrize(
    ("kind", "grade", "what"), [(Kind.ICANS, 3, "ICANS of grade 3 counts"), (Kind.NEW_MALIGNANCY, None, "A new cancer")]
)
def test_a_severe_event_without_a_criterion_asks_why(kind: Kind, grade: int | None, what: str) -> None:
    with pytest.raises(BadInput, match=what) as refused:
        check_seriousness(kind, grade, [], " ")
    assert refused.value.field == "seriousness"


@pytest.mark.parametrize(
    ("entered", "computed", "reason"), [(None, 3, ""), (3, 3, ""), (2, 3, "Sedation"), (None, None, ""), (0, 0, "")]
)
def test_a_grade_that_agrees_or_is_explained_is_taken(entered: int | None, computed: int | None, reason: str) -> None:
    check_grade(Kind.CRS, entered, computed, reason)


@pytest.mark.parametrize(("computed", "words"), [(3, "it is 3"), (None, "it is no CRS"), (0, "it is 0")])
def test_a_grade_that_differs_asks_why(computed: int | None, words: str) -> None:
    with pytest.raises(BadInput, match=f"Grade 2 was entered, by ASTCT 2019 {words}: write the reason"):
        check_grade(Kind.CRS, 2, computed, "  ")


def test_the_four_days_may_all_be_the_same_or_follow_each_other() -> None:
    check_days(**IN_ORDER)  # type: ignore[arg-type]
    check_days(began_on=DAY, ended_on=TODAY, site_aware_on=TODAY, day_zero=TODAY, today=TODAY)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        (
            {"began_on": TODAY + timedelta(1)},
            "began_on",
            "When it began: 25 Nov 2026 lies ahead; today is 24 Nov 2026.",
        ),
        (
            {"ended_on": date(2026, 11, 11)},
            "ended_on",
            "When it ended: 11 Nov 2026 is not between 12 Nov 2026, when it",
        ),
        ({"ended_on": TODAY + timedelta(1)}, "ended_on", "began, and today, 24 Nov 2026."),
        ({"site_aware_on": date(2026, 11, 11)}, "site_aware_on", "When the site learned of it: 11 Nov 2026 is not"),
        ({"site_aware_on": TODAY + timedelta(1)}, "site_aware_on", "When the site learned of it: 25 Nov 2026 is not"),
        ({"day_zero": date(2026, 11, 11)}, "day_zero", "When the company learned of it: 11 Nov 2026 is not between"),
        ({"day_zero": TODAY + timedelta(1)}, "day_zero", "and today, 24 Nov 2026."),
    ],
)
def test_days_out_of_order_are_named(changes: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_days(**{**IN_ORDER, **changes})
    assert sentence in refused.value.sentence
    assert refused.value.field == field


def test_a_company_whose_calendar_is_a_day_behind_may_know_on_the_day_before() -> None:
    behind = {**IN_ORDER, "site_aware_on": TODAY, "company_today": TODAY - timedelta(1)}
    check_days(**{**behind, "day_zero": TODAY - timedelta(1)})  # type: ignore[arg-type]
    for wrong in (TODAY, TODAY - timedelta(2)):
        with pytest.raises(BadInput, match="and today, 23 Nov 2026"):
            check_days(**{**behind, "day_zero": wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seriousness", "outcome", "grade", "sentence"),
    [
        ([], Outcome.FATAL, None, "a fatal outcome and the tick at Death go together"),
        ([Seriousness.DEATH], Outcome.UNKNOWN, None, "a fatal outcome and the tick at Death go together"),
        ([], Outcome.RECOVERED, 5, "grade 5 is death"),
    ],
)
def test_death_is_said_everywhere_or_nowhere(
    seriousness: list[Seriousness], outcome: Outcome, grade: int | None, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_outcome(seriousness, outcome, grade)
    check_outcome([Seriousness.DEATH], Outcome.FATAL, 5)


@pytest.mark.parametrize(
    ("country", "jurisdiction", "on", "expected"),
    [
        ("US", "US", TODAY, True),
        ("PR", "US", TODAY, True),
        ("CA", "US", TODAY, False),
        ("DE", "EU", TODAY, True),
        ("NO", "EU", TODAY, True),
        ("CH", "EU", TODAY, False),
        ("US", "EU", TODAY, False),
        ("GB", "EU", date(2020, 12, 31), True),
        ("GB", "EU", date(2021, 1, 1), False),
        ("GB", "US", date(2020, 1, 1), False),
        ("JP", "JP", TODAY, True),
        ("de", "EU", TODAY, False),
    ],
)
def test_which_countries_a_jurisdiction_holds(country: str, jurisdiction: str, on: date, expected: bool) -> None:
    assert belongs(country, jurisdiction, on) is expected


@settings(deadline=None)
@given(st.sampled_from(Kind), st.one_of(st.none(), st.integers(0, 5)))
def test_a_worse_grade_never_takes_the_expected_criterion_away(kind: Kind, grade: int | None) -> None:
    if least_seriousness(kind, grade) is not None and grade is not None:
        assert all(least_seriousness(kind, worse) is not None for worse in range(grade, 6))
