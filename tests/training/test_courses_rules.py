"""Courses: what stands of an edition on a day, and what an hour of teaching may be."""

from datetime import date, timedelta

import pytest

from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.training.courses.desk import STATE_WORDS, markdown
from rems.training.courses.models import CourseEdition
from rems.training.courses.queries import state
from rems.training.courses.rules import LONGEST_MINUTES, PRESENCE_WORDS, EditionState, Presence, check_minutes

ONE, TWO, DAY = uuid7(), uuid7(), timedelta(days=1)
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


def edition(holds_on: date, *, series=ONE, withdrawn_on: date | None = None) -> CourseEdition:
    return CourseEdition(root_id=uuid7(), series_id=series, holds_on=holds_on, withdrawn_on=withdrawn_on)


def test_every_state_and_every_presence_has_its_words():
    assert set(STATE_WORDS) == set(EditionState)
    assert set(PRESENCE_WORDS) == set(Presence)


@pytest.mark.parametrize(
    ("on", "first", "second"),
    [
        (MARCH - DAY, EditionState.COMING, EditionState.COMING),
        (MARCH, EditionState.IN_USE, EditionState.COMING),
        (JUNE - DAY, EditionState.IN_USE, EditionState.COMING),
        (JUNE, EditionState.WITHDRAWN, EditionState.IN_USE),
    ],
)
def test_a_newer_edition_takes_the_place_of_the_one_before_on_its_first_day(on, first, second):
    older, newer = edition(MARCH), edition(JUNE)
    other = edition(JUNE, series=TWO)
    several = [newer, other, older]
    assert (state(older, several, on), state(newer, several, on)) == (first, second)


def test_an_edition_that_was_withdrawn_gives_its_place_back():
    older, newer = edition(MARCH), edition(JUNE, withdrawn_on=JUNE + 9 * DAY)
    assert state(newer, [older, newer], JUNE + 8 * DAY) is EditionState.IN_USE
    assert state(newer, [older, newer], JUNE + 9 * DAY) is EditionState.WITHDRAWN
    assert state(older, [older, newer], JUNE + 9 * DAY) is EditionState.IN_USE


def test_of_two_editions_of_one_day_the_one_published_later_counts():
    first, second = edition(MARCH), edition(MARCH)
    assert state(first, [first, second], MARCH) is EditionState.WITHDRAWN
    assert state(second, [first, second], MARCH) is EditionState.IN_USE


@pytest.mark.parametrize(
    ("withdrawn_on", "used"), [(None, True), (MARCH + DAY, True), (MARCH, False), (MARCH - DAY, False)]
)
def test_an_edition_withdrawn_before_it_began_was_never_used(withdrawn_on, used):
    assert edition(MARCH, withdrawn_on=withdrawn_on).was_used is used


@pytest.mark.parametrize("minutes", [1, 60, LONGEST_MINUTES])
def test_a_session_lasts_a_minute_to_a_day(minutes):
    check_minutes(minutes)


@pytest.mark.parametrize("minutes", [0, -5, LONGEST_MINUTES + 1])
def test_no_session_lasts_less_or_more(minutes):
    with pytest.raises(BadInput, match=f"lasts 1 to 1,440 minutes, not {minutes:,}") as refused:
        check_minutes(minutes)
    assert refused.value.field == "minutes"


@pytest.mark.parametrize(
    ("written", "shown", "never"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
        ("Text <b onclick=x>bold</b>", "&lt;b onclick=x&gt;", "<b "),
        ("![a picture](https://elsewhere.example/x.png)", "a picture", "<img"),
        ("[a link](javascript:alert(1))", "[a link](javascript:alert(1))", "<a "),
        ("<javascript:alert(1)>", "&lt;javascript:alert(1)&gt;", "<a "),
        ("[a link](JaVaScRiPt:alert(1))", "a link", "<a "),
        ("[a link](data:text/html,x)", "a link", "<a "),
        ('[a link](https://ema.example/a "x\\" onmouseover=y")', "onmouseover=y", 'x" onmouseover'),
        ("# Title", "<h3>Title</h3>", "<h1"),
        ("###### Deep", "<h6>Deep</h6>", "<h8"),
        ("| a | b |\n|---|--:|\n| 1 | 2 |", '<td class="num">2</td>', "style="),
        ("| a | b |\n|:-:|:--|\n| 1 | 2 |", "<td>1</td>", "style="),
        ("Ж <b>", "<p>Ж &lt;b&gt;</p>", "<b>"),
        ("&lt;script&gt; &amp;", "&lt;script&gt; &amp;", "<script"),
    ],
)
def test_markdown_shows_what_was_written_and_does_nothing(written, shown, never):
    page = markdown(written)
    assert shown in page and never not in page


def test_markdown_keeps_the_links_that_lead_somewhere():
    assert '<a href="https://ema.example/a">' in markdown("[EMA](https://ema.example/a)")
