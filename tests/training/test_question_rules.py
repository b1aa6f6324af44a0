"""Questions: what makes a set whole, how an attempt is scored, when a person may try. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.training.assessments import rules
from rems.training.assessments.rules import AnswerKind, Choice, Content, Item, Terms

ONE, MANY = AnswerKind.SINGLE, AnswerKind.MULTIPLE


def item(key: str = "a", *, kind: AnswerKind = ONE, right: str = "1", number: int = 3, message: str = "") -> Item:
    choices = tuple(Choice(str(n), f"choice {n}", str(n) in right) for n in range(1, number + 1))
    return Item(key, f"Question {key}", kind, choices, message)


SET = Content(("CRS", "ICANS"), (item("a", message="CRS"), item("b", kind=MANY, right="13", message="ICANS")))


@pytest.mark.parametrize(
    ("text", "kind", "choices", "sentence", "field"),
    [
        (" ", ONE, [("yes", True), ("no", False)], "Question is missing: write what is asked.", "text"),
        ("Q", ONE, [("yes", True)], "A question needs two choices or more.", ""),
        ("Q", ONE, [("yes", True), ("  ", False)], "A question needs two choices or more.", ""),
        (
            "Q",
            ONE,
            [("yes", False), ("no", False)],
            "No choice is marked as right; a question needs a right answer.",
            "",
        ),
        ("Q", MANY, [("a", False), ("b", False)], "No choice is marked as right; a question needs a right answer.", ""),
        (
            "Q",
            ONE,
            [("yes", True), ("no", True)],
            "2 choices are marked as right, but one answer is asked for.",
            "kind",
        ),
        (
            "Q",
            ONE,
            [("yes", True), ("no", False), ("", True)],
            "A choice without words is marked as right; write it, or take the mark away.",
            "",
        ),
        ("Q", ONE, [("Yes", True), ("yes ", False)], 'Two choices say the same: "yes".', ""),
        ("Q", MANY, [(str(n), True) for n in range(9)], "A question has 8 choices at most, not 9.", ""),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(text, kind, choices, sentence, field):
    with pytest.raises(BadInput) as refused:
        rules.check_item(text, kind, choices)
    assert (refused.value.sentence, refused.value.field) == (sentence, field)


def test_a_whole_question_keeps_its_choices_without_the_empty_ones():
    assert rules.check_item("Q", MANY, [(" a ", True), ("", False), ("b", True)]) == (("a", True), ("b", True))


@pytest.mark.parametrize(
    ("content", "count", "found"),
    [
        (SET, None, ()),
        (SET, 2, ()),
        (SET, 9, ("The program asks for 9 questions; it has 2.",)),
        (Content(), None, ("It has no question.",)),
        (Content(("CRS",), (item("a"),)), None, ('No question covers the key risk message "CRS".',)),
        (
            Content((), (item("a", message="CRS"),)),
            None,
            ('Question 1 covers "CRS", which is no key risk message of this set.',),
        ),
        (Content((), (item("a", right=""),)), None, ("Question 1 has no right answer.",)),
    ],
)
def test_what_a_set_misses_is_said(content, count, found):
    assert rules.gaps(content, question_count=count) == found


@pytest.mark.parametrize(
    ("chosen", "right", "open_"),
    [
        ({}, (), ("a", "b")),
        ({"a": {"1"}}, ("a",), ("b",)),
        ({"a": set(), "b": {"1", "3"}}, ("b",), ("a",)),
        ({"a": {"1"}, "b": {"1"}}, ("a",), ()),  # one of two right choices is not right
        ({"a": {"1"}, "b": {"1", "2", "3"}}, ("a",), ()),  # nor all there are
        ({"a": {"2"}, "b": {"1", "3"}}, ("b",), ()),
        ({"a": {"1"}, "b": {"3", "1"}}, ("a", "b"), ()),
    ],
)
def test_an_answer_is_right_with_every_right_choice_and_no_other(chosen, right, open_):
    given_ = {key: frozenset(value) for key, value in chosen.items()}
    assert rules.right_items(SET, given_) == right
    assert rules.unanswered(SET, given_) == open_


@pytest.mark.parametrize("chosen", [{"z": frozenset("1")}, {"a": frozenset("9")}])
def test_an_answer_that_was_never_offered_is_refused(chosen):
    with pytest.raises(BadInput, match="names a question or a choice that was not shown"):
        rules.check_given(SET, chosen)


def test_two_answers_where_one_is_asked_are_refused():
    with pytest.raises(BadInput, match='One answer is asked for: "Question a"'):
        rules.check_given(SET, {"a": frozenset("12")})


def test_a_question_without_a_right_answer_is_never_answered_rightly():
    assert rules.right_items(Content((), (item("a", right=""),)), {"a": frozenset()}) == ()


@given(st.text(max_size=20), st.integers(1, 30))
def test_the_same_seed_gives_the_same_order_and_nothing_is_lost(seed, number):
    content = Content((), tuple(item(str(n)) for n in range(number)))
    shown = rules.shown(content, seed)
    assert shown == rules.shown(content, seed)
    assert {i.key for i in shown} == {i.key for i in content.items}
    assert all({c.key for c in i.choices} == {"1", "2", "3"} for i in shown)


def test_questions_and_choices_stand_in_another_order_for_somebody_else():
    content = Content((), tuple(item(str(n)) for n in range(20)))
    orders = {tuple(i.key for i in rules.shown(content, f"person {n}")) for n in range(10)}
    assert len(orders) == 10


ITEMS = st.lists(
    st.builds(
        lambda kind, right: item("x", kind=kind, right="1" if kind is ONE else right),
        st.sampled_from(AnswerKind),
        st.sampled_from(("1", "12", "123", "3")),
    ),
    min_size=1,
    max_size=12,
)


@given(ITEMS, st.data())
def test_an_empty_or_partial_attempt_is_never_wholly_answered_and_its_open_questions_are_never_right(items, data):
    content = Content((), tuple(Item(str(n), i.text, i.kind, i.choices) for n, i in enumerate(items)))
    chosen = {
        i.key: frozenset(data.draw(st.sets(st.sampled_from("123"), max_size=1 if i.kind is ONE else 3)))
        for i in content.items
    }
    left = set(rules.unanswered(content, chosen))
    assert left == {key for key, value in chosen.items() if not value}
    assert left.isdisjoint(rules.right_items(content, chosen))


@given(ITEMS)
def test_what_is_kept_of_a_set_gives_it_back(items):
    content = Content(("m",), tuple(Item(str(n), i.text, i.kind, i.choices, "m") for n, i in enumerate(items)))
    assert Content.of(content.kept()) == content


@pytest.mark.parametrize(
    ("terms", "taken", "more", "left"),
    [
        (Terms(80, 3), 0, 0, 3),
        (Terms(80, 3), 3, 0, 0),
        (Terms(80, 3), 4, 0, 0),
        (Terms(80, 3), 3, 1, 1),
        (Terms(80, 0), 50, 0, None),
    ],
)
def test_attempts_are_counted_down_and_one_may_be_granted(terms, taken, more, left):
    assert terms.left(taken, more=more) == left


@pytest.mark.parametrize(
    ("terms", "missing"),
    [
        (Terms(None, None), "the pass mark and the number of attempts"),
        (Terms(80, None), "the number of attempts"),
        (Terms(None, 3), "the pass mark"),
        (Terms(80, 0), ""),
    ],
)
def test_what_nobody_has_set_is_named_and_nothing_is_assumed(terms, missing):
    assert terms.missing == missing
