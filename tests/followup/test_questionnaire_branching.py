"""Which questions apply by what was answered, in each questionnaire, and what counts as an answer."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.followup.questionnaires import answers, reading
from rems.followup.questionnaires.branching import gaps, met, settled, shown
from rems.followup.questionnaires.terms import Condition, Kind, Question, Questionnaire
from rems.programs import files

CONFIG = Path(__file__).parents[2] / "config"
CATALOGUE = files.load(CONFIG / "programs")
ALL = {code: versions[0] for code, versions in reading.load(CONFIG / "questionnaires", CATALOGUE).versions.items()}
INFUSED, ON = date(2024, 2, 29), date(2026, 11, 24)

BRANCHES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("survival", {"alive": "alive"}, {"alive", "daily-life"}),
    ("survival", {"alive": "unknown"}, {"alive", "last-known-alive"}),
    ("survival", {"alive": "dead"}, {"alive", "died-on", "cause", "autopsy"}),
    ("survival", {"alive": "dead", "cause": "other"}, {"alive", "died-on", "cause", "cause-words", "autopsy"}),
    ("survival", {"alive": "alive", "cause": "other"}, {"alive", "daily-life"}),
    ("relapse", {"found": "no"}, {"found", "best-response"}),
    ("relapse", {"found": "yes"}, {"found", "found-on", "how", "target", "treated"}),
    ("relapse", {"found": "yes", "treated": "yes"}, {"found", "found-on", "how", "target", "treated", "treatment"}),
    ("new-malignancy", {"found": "no"}, {"found"}),
    ("new-malignancy", {"found": "unknown"}, {"found"}),
    (
        "new-malignancy",
        {"found": "yes", "confirmed": "yes", "manufacturer": "yes"},
        {q.code for q in ALL["new-malignancy"].questions},
    ),
    ("neurologic", {"new": "yes", "which": ["speech", "other"]}, {q.code for q in ALL["neurologic"].questions}),
    ("neurologic", {"new": "no", "which": ["other"]}, {"new"}),
    ("autoimmune", {"new": "yes", "before": "no"}, {"new", "which", "before", "began-on", "treated"}),
    ("hematologic", {}, {"new", "support", "counted"}),
    (
        "hematologic",
        {"counted": "yes"},
        {"new", "support", "counted", "counted-on", "neutrophils", "platelets", "hemoglobin"},
    ),
    ("infection", {"other-illness": "yes"}, {"new", "other-illness", "other-words"}),
    ("pregnancy", {"pregnant": "unsaid"}, {"pregnant", "treatment"}),
    (
        "pregnancy",
        {"pregnant": "partner", "outcome": "live-birth", "child-well": "no"},
        {q.code for q in ALL["pregnancy"].questions},
    ),
    ("persistence", {"sampled": "no"}, {"sampled", "why-not"}),
    ("persistence", {"sampled": "yes"}, {"sampled", "sampled-on", "rcr-rcl", "vector", "laboratory"}),
    ("persistence", {"sampled": "no", "vector": "yes", "integration-done": "yes"}, {"sampled", "why-not"}),
]


@pytest.mark.parametrize(("code", "values", "asked"), BRANCHES)
def test_an_answer_shows_the_questions_that_hang_on_it_and_no_other(
    code: str, values: dict[str, Any], asked: set[str]
) -> None:
    assert {q.code for q in shown(ALL[code].questions, values)} == asked


def value_of(question: Question) -> st.SearchStrategy[Any]:
    """Any answer to a question, or none."""
    offered = sorted(question.offered)
    kinds: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.CHOICE: st.sampled_from(offered or ["x"]),
        Kind.SEVERAL: st.lists(st.sampled_from(offered or ["x"]), min_size=1, unique=True),
        Kind.NUMBER: st.integers(1, 20).map(str),
        Kind.DAY: st.dates(INFUSED, ON).map(date.isoformat),
        Kind.PARTIAL_DATE: st.sampled_from(["2025", "2025-03", "2025-03-09"]),
        Kind.TEXT: st.just("words"),
    }
    return st.none() | kinds[question.kind]


@st.composite
def answered(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, Any]]:
    """One of the nine questionnaires, and answers to any of its questions, shown or not."""
    one = draw(st.sampled_from(sorted(ALL.values(), key=lambda q: q.code)))
    drawn = {q.code: draw(value_of(q)) for q in one.questions}
    return one, {code: value for code, value in drawn.items() if value is not None}


@given(answered())
def test_no_hidden_question_is_ever_required(case: tuple[Questionnaire, dict[str, Any]]) -> None:
    one, values = case
    asked = shown(one.questions, values)
    assert {q.code for q in gaps(one.questions, values)} <= {q.code for q in asked}
    for question in asked:
        if question.only_if:
            assert question.only_if.question in {q.code for q in asked}
            assert met(question.only_if, values)


@given(answered())
def test_what_is_settled_stays_settled_and_shows_the_same_questions(case: tuple[Questionnaire, dict[str, Any]]) -> None:
    one, values = case
    kept = settled(one.questions, values)
    assert settled(one.questions, kept) == kept
    assert shown(one.questions, kept) == shown(one.questions, values)
    assert gaps(one.questions, kept) == gaps(one.questions, values)


@given(answered())
def test_a_finished_one_has_every_shown_required_answer_and_every_answer_is_one(
    case: tuple[Questionnaire, dict[str, Any]],
) -> None:
    one, values = case
    kept = settled(one.questions, values)
    while open_ := gaps(one.questions, kept):  # answer what is open, as a person would, until nothing is
        kept = {**kept, **{q.code: filled(q) for q in open_}}
    assert all(q.code in kept for q in shown(one.questions, kept) if q.required)
    answers.check_all(one.questions, settled(one.questions, kept), infused_on=INFUSED, on=ON)


def filled(question: Question) -> Any:
    first = next(iter(question.offered), "")
    kinds = {Kind.SEVERAL: [first], Kind.CHOICE: first, Kind.NUMBER: "1", Kind.TEXT: "words"}
    return kinds.get(question.kind, "2025-03-09")


def asked(kind: Kind, **more: Any) -> Question:
    return Question("it", "How is it?", kind, **more)


CHOICES = {"choices": {"a": "Aye", "n": "No"}}
NUMBER = {"unit": "%", "least": Decimal(0), "most": Decimal(100), "places": 1}
WRONG: list[tuple[Question, Any, str]] = [
    (asked(Kind.CHOICE, **CHOICES), "b", '"b" is no answer; it is one of Aye, No'),
    (asked(Kind.CHOICE, **CHOICES), ["a"], "several answers were given where one is asked"),
    (asked(Kind.SEVERAL, **CHOICES), "a", "tick what applies"),
    (asked(Kind.SEVERAL, **CHOICES), ["a", "a"], "an answer was given twice"),
    (asked(Kind.NUMBER, **NUMBER), "high", '"high" is no number; write it with a point, like 1.5'),
    (asked(Kind.NUMBER, **NUMBER), "NaN", '"NaN" is no number'),
    (asked(Kind.NUMBER, **NUMBER), "-1", "-1 % is less than 0 %"),
    (asked(Kind.NUMBER, **NUMBER), "100.5", "100.5 % is more than 100 %"),
    (asked(Kind.NUMBER, **NUMBER), "1.25", "1.25 has more than 1 decimal places"),
    (asked(Kind.DAY), "2026-05", '"2026-05" is no day; write it like 3 May 2026'),
    (asked(Kind.DAY), "2026-02-30", '"2026-02-30" is no date; write it like 2026, May 2026 or 3 May 2026'),
    (asked(Kind.DAY), "2026-11-25", "25 November 2026 has not come yet; the answer was given on 24 Nov 2026"),
    (asked(Kind.DAY), "2024-02-28", "28 February 2024 is before the infusion on 29 Feb 2024"),
    (asked(Kind.PARTIAL_DATE), "2026-13", "is no date; write it like 2026, May 2026 or 3 May 2026"),
    (asked(Kind.PARTIAL_DATE), "2023", "2023 is before the infusion on 29 Feb 2024"),
    (asked(Kind.PARTIAL_DATE), "2026-12", "December 2026 has not come yet"),
    (asked(Kind.TEXT), "x" * 2001, "2,001 characters are more than 2,000"),
]


@pytest.mark.parametrize(("question", "value", "sentence"), WRONG, ids=[s for *_, s in WRONG])
def test_what_is_no_answer_says_what_is_right(question: Question, value: Any, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        answers.check_all([question], {"it": value}, infused_on=INFUSED, on=ON)
    assert f"How is it: {sentence}" in refused.value.sentence or sentence in refused.value.sentence
    assert refused.value.field == "q_it"


def test_an_answer_to_what_is_not_asked_is_refused() -> None:
    with pytest.raises(BadInput, match='"weather" is not asked here. Asked are: it.'):
        answers.check_all([asked(Kind.TEXT)], {"weather": "fine"}, infused_on=INFUSED, on=ON)


RIGHT: list[tuple[Question, Any, str]] = [
    (asked(Kind.CHOICE, **CHOICES), "a", "Aye"),
    (asked(Kind.SEVERAL, **CHOICES), ["a", "n"], "Aye; No"),
    (asked(Kind.NUMBER, **NUMBER), "99.5", "99.5 %"),
    (asked(Kind.DAY), "2024-02-29", "29 February 2024"),
    (asked(Kind.PARTIAL_DATE), "2024-02", "February 2024"),
    (asked(Kind.PARTIAL_DATE), "2024", "2024"),
    (asked(Kind.PARTIAL_DATE), "2026-11", "November 2026"),
    (asked(Kind.PARTIAL_DATE, before_infusion=True), "1999", "1999"),
    (asked(Kind.TEXT), "as ever", "as ever"),
]


@pytest.mark.parametrize(("question", "value", "said"), RIGHT, ids=[s for *_, s in RIGHT])
def test_what_is_an_answer_is_said_in_words(question: Question, value: Any, said: str) -> None:
    answers.check_all([question], {"it": value}, infused_on=INFUSED, on=ON)
    assert answers.words(question, value) == said


def test_an_answer_that_stays_keeps_the_day_on_which_it_was_given() -> None:
    first = answers.merged({}, {"a": "1", "b": "2"}, on=date(2026, 11, 1))
    second = answers.merged(first, {"a": "1", "b": "3"}, on=ON)
    assert second == {"a": {"value": "1", "on": "2026-11-01"}, "b": {"value": "3", "on": "2026-11-24"}}
    assert answers.plain(second) == {"a": "1", "b": "3"}


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_partial_date_means_all_its_days(partial: str, first: date, last: date) -> None:
    assert (answers.first_day(partial), answers.last_day(partial)) == (first, last)


def test_a_number_shows_a_question_from_its_bound_on() -> None:
    bound = Condition("it", (), Decimal(1))
    assert [met(bound, {"it": given}) for given in ("0.99", "1", "1.0", "40")] == [False, True, True, True]
    assert not met(bound, {})
