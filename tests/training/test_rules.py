"""When an assessment is passed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.programs.rules import EvidenceKind
from rems.training.rules import KIND_WORDS, TrainingKind, passed


@pytest.mark.parametrize(
    ("correct", "questions", "mark", "answer"),
    [
        (8, 10, 80, True),
        (7, 10, 80, False),
        (10, 10, 100, True),
        (9, 10, 100, False),
        (0, 10, 1, False),
        (2, 3, 66, True),
        (2, 3, 67, False),
        (1, 1, 1, True),
        (12, 15, 80, True),
        (11, 15, 80, False),
    ],
)
def test_a_pass_reaches_the_mark_and_nothing_is_rounded_up(correct, questions, mark, answer):
    assert passed(correct=correct, questions=questions, pass_mark_percent=mark) is answer


@pytest.mark.parametrize(
    ("correct", "questions", "mark", "field", "words"),
    [
        (0, 0, 80, "questions", "an empty assessment is never a pass"),
        (0, -1, 80, "questions", "must be 1 or more"),
        (1, 1_001, 80, "questions", "1,001 questions are more than 1,000"),
        (11, 10, 80, "correct", "between 0 and the 10 questions asked, not 11"),
        (-1, 10, 80, "correct", "between 0 and the 10 questions asked, not -1"),
        (8, 10, 0, "pass_mark_percent", "between 1 and 100 percent, not 0"),
        (8, 10, 101, "pass_mark_percent", "between 1 and 100 percent, not 101"),
    ],
)
def test_a_score_that_makes_no_sense_is_refused_at_its_field(correct, questions, mark, field, words):
    with pytest.raises(BadInput, match=words) as refused:
        passed(correct=correct, questions=questions, pass_mark_percent=mark)
    assert refused.value.field == field


@given(st.integers(1, 1000), st.data())
def test_one_more_right_answer_never_turns_a_pass_into_a_failure(questions, data):
    correct = data.draw(st.integers(0, questions - 1))
    mark = data.draw(st.integers(1, 100))
    fewer, more = (passed(correct=n, questions=questions, pass_mark_percent=mark) for n in (correct, correct + 1))
    assert more >= fewer
    assert passed(correct=questions, questions=questions, pass_mark_percent=mark)


def test_every_kind_of_training_has_words_and_is_a_kind_of_evidence():
    assert set(KIND_WORDS) == set(TrainingKind)
    assert {EvidenceKind(kind) for kind in TrainingKind}
