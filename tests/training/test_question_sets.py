"""Write question sets: drafts, questions, editions; what is published never changes."""

from datetime import date, timedelta

import pytest

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import reading
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotAllowed, StaleRecord
from rems.training.assessments import queries, writing
from rems.training.assessments.rules import AnswerKind, Content, SetState
from tests.factories import EUROPE, KYMRIAH
from tests.questions import MESSAGES, QUESTIONS, drafted, newest, published

ALL = Actor.system("test")


@pytest.fixture
def manager(world) -> Actor:
    return world.manager(EUROPE)


def state(root, on: date) -> SetState:
    return queries.state(newest(root), on)


def test_a_set_is_begun_as_a_draft_and_written_question_by_question(world, manager):
    root = drafted(manager, world.now)
    row = newest(root)
    content = Content.of(row.content)
    assert (row.label, state(root, world.today)) == ("Safe use, edition 1.0", SetState.DRAFT)
    assert content.messages == MESSAGES
    assert [i.text for i in content.items] == [q.text for q in QUESTIONS]
    with reading(ALL):
        assert queries.in_use(row.program_id, world.today) == []
    assert len(world.trail("assessments.put_question")) == len(QUESTIONS)


def test_a_question_is_written_anew_and_taken_out(world, manager):
    root = drafted(manager, world.now)
    first, second, *_ = Content.of(newest(root).content).items
    anew = writing.Asked("What must be there?", AnswerKind.SINGLE, [("Doses", True), ("Sun", False)])
    writing.put(newest(root).id, first.key, anew, by=manager, now=world.now)
    writing.remove(newest(root).id, second.key, by=manager, now=world.now)
    items = Content.of(newest(root).content).items
    assert [i.text for i in items] == ["What must be there?", *(q.text for q in QUESTIONS[2:])]
    assert items[0].key == first.key


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title": " "}, "title", "Title is missing: name the assessment."),
        ({"edition": ""}, "edition", "Edition is missing: for example 1.0, or its month."),
        (
            {"title": "safe USE"},
            "title",
            'The program has a set "Safe use" already; begin its next edition instead.',
        ),
    ],
)
def test_a_set_without_a_name_of_its_own_is_refused(world, manager, change, field, sentence):
    drafted(manager, world.now)
    said = {"title": "Another", "edition": "1.0", "messages": ()} | change
    with pytest.raises(BadInput) as refused:
        writing.begin(EUROPE, **said, by=manager, now=world.now)
    assert (refused.value.field, refused.value.sentence) == (field, sentence)


def test_a_question_without_a_right_answer_is_refused_and_nothing_is_kept(world, manager):
    root = drafted(manager, world.now)
    before = newest(root)
    asked = writing.Asked("Which?", AnswerKind.SINGLE, [("a", False), ("b", False)])
    with pytest.raises(BadInput, match="No choice is marked as right; a question needs a right answer."):
        writing.put(before.id, "", asked, by=manager, now=world.now)
    assert newest(root).id == before.id


def test_a_set_with_a_gap_is_not_published_and_each_gap_is_named(world, manager):
    root = writing.begin(EUROPE, title="Safe use", edition="1", messages=["CRS"], by=manager, now=world.now)
    with pytest.raises(Incomplete) as refused:
        writing.publish(newest(root).id, from_on=world.today, by=manager, now=world.now)
    assert refused.value.gaps == ("It has no question.", 'No question covers the key risk message "CRS".')


def test_a_published_edition_does_not_change(world, manager):
    root = published(manager, world.now)
    seen = newest(root).id
    for change in (
        lambda: writing.put(seen, "", QUESTIONS[0], by=manager, now=world.now),
        lambda: writing.remove(seen, "x", by=manager, now=world.now),
        lambda: writing.rename(seen, title="T", edition="2", messages=(), by=manager, now=world.now),
        lambda: writing.publish(seen, from_on=world.today, by=manager, now=world.now),
    ):
        with pytest.raises(IllegalMove, match="A published edition does not change; begin the next edition"):
            change()


def test_the_next_edition_takes_the_place_of_the_one_before_on_its_day(world, manager):
    first = published(manager, world.now)
    second = writing.begin_edition(first, edition="2.0", by=manager, now=world.now)
    assert newest(second).content == newest(first).content
    begins = world.today + timedelta(days=10)
    writing.publish(newest(second).id, from_on=begins, by=manager, now=world.now)
    before, after = begins - timedelta(days=1), begins
    assert (state(first, before), state(second, before)) == (SetState.IN_USE, SetState.COMING)
    assert (state(first, after), state(second, after)) == (SetState.WITHDRAWN, SetState.IN_USE)


def test_an_edition_is_named_once(world, manager):
    root = published(manager, world.now)
    with pytest.raises(BadInput) as refused:
        writing.begin_edition(root, edition="1.0", by=manager, now=world.now)
    assert (refused.value.field, refused.value.sentence) == (
        "edition",
        "There is an edition 1.0 of Safe use already.",
    )


def test_nothing_is_published_for_a_day_that_is_over(world, manager):
    root = drafted(manager, world.now)
    with pytest.raises(BadInput) as refused:
        writing.publish(newest(root).id, from_on=world.today - timedelta(days=1), by=manager, now=world.now)
    assert refused.value.field == "from_on"


def test_a_withdrawn_edition_is_taken_no_more(world, manager):
    root = published(manager, world.now)
    with pytest.raises(BadInput, match="for a day that is over"):
        writing.withdraw(newest(root).id, on=world.today - timedelta(days=1), by=manager, now=world.now)
    writing.withdraw(newest(root).id, on=world.today, by=manager, now=world.now)
    assert state(root, world.today) is SetState.WITHDRAWN
    with pytest.raises(IllegalMove, match="withdrawn already"):
        writing.withdraw(newest(root).id, on=world.today, by=manager, now=world.now)


def test_who_saw_an_older_state_is_told_so(world, manager):
    root = drafted(manager, world.now)
    seen = newest(root).id
    writing.rename(seen, title="Safe use", edition="1.1", messages=MESSAGES, by=manager, now=world.now)
    with pytest.raises(StaleRecord):
        writing.put(seen, "", QUESTIONS[0], by=manager, now=world.now)


def test_only_the_sponsor_of_the_program_writes_its_sets(world, manager):
    root = drafted(manager, world.now)
    hospital = world.hospital(EUROPE)
    for actor in (hospital.coordinator, hospital.representative, world.manager(KYMRIAH)):
        with pytest.raises(NotAllowed, match="publish courses and assessments"):
            writing.begin(EUROPE, title="X", edition="1", messages=(), by=actor, now=world.now)
    with pytest.raises(NotAllowed):
        writing.put(newest(root).id, "", QUESTIONS[0], by=hospital.coordinator, now=world.now)
    with pytest.raises(NotAllowed):
        writing.publish(
            newest(root).id,
            from_on=world.today,
            by=world.account(Role.CASE_PROCESSOR, program_id=newest(root).program_id),
            now=world.now,
        )
