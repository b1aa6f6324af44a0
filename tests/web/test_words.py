"""Filters, countdowns and meters: how days and numbers are written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from rems.web import filters
from rems.web.counting import count_down, meter_cells

TODAY = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 9, 15, 20, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (filters.day(date(2026, 11, 27), TODAY), "Fri 27 Nov"),
        (filters.day(date(2027, 3, 1), TODAY), "1 Mar 2027"),
        (filters.day(None), ""),
        (filters.record_day(date(2026, 11, 27)), "27 Nov 2026"),
        (filters.full_day(TODAY), "Tue 24 Nov 2026"),
        (filters.long_day(date(2026, 11, 27)), "27 November 2026"),
        (filters.moment(MOMENT, "Europe/Berlin", TODAY), "Mon 9 Nov, 16:20 CET"),
        (filters.moment(MOMENT, "Europe/Berlin", date(2027, 1, 1)), "9 Nov 2026, 16:20 CET"),
        (filters.clock_time(MOMENT, "America/Chicago"), "09:20 CST"),
        (filters.clock_time(MOMENT, "America/Sao_Paulo"), "12:20 UTC-03"),
        (filters.exact_moment(MOMENT, "Europe/Berlin"), "Mon 9 Nov 2026, 16:20:41 CET"),
        (filters.number(1204118), "1,204,118"),
        (filters.number(Decimal("3720.50")), "3,720.50"),
        (filters.percent(98.6), "98.6 %"),
        (filters.plural(1, "dose"), "1 dose"),
        (filters.plural(2000, "dose"), "2,000 doses"),
        (filters.plural(0, "entry"), "0 entries"),
        (filters.plural(2, "day"), "2 days"),
        (filters.plural(3, "person", "people"), "3 people"),
        (filters.digest("3f9a11c470de5b22ffff"), "3f9a 11c4 70de 5b22"),
        (filters.digest(b"\x3f\x9a\x11"), "3f9a 11"),
        (str(filters.day_tag(TODAY, TODAY)), '<time datetime="2026-11-24">Tue 24 Nov</time>'),
        (
            str(filters.moment_tag(MOMENT, "Europe/Berlin", TODAY)),
            '<time datetime="2026-11-09T16:20:41+01:00">Mon 9 Nov, 16:20 CET</time>',
        ),
    ],
)
def test_it_is_written_as_the_house_writes_it(shown, expected):
    assert shown == expected


def test_a_moment_is_not_taken_for_a_day():
    with pytest.raises(TypeError):
        filters.day(MOMENT)
    with pytest.raises(ValueError, match="zone"):
        filters.clock_time(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001  # the naive one is what is refused


@pytest.mark.parametrize(
    ("due", "words", "state"),
    [
        (date(2026, 12, 5), "11 days left", "open"),
        (date(2026, 11, 28), "4 days left", "open"),
        (date(2026, 11, 27), "3 days left", "soon"),
        (date(2026, 11, 25), "1 day left", "soon"),
        (date(2026, 11, 24), "Due today", "late"),
        (date(2026, 11, 23), "1 day late", "late"),
        (date(2026, 11, 22), "2 days late", "late"),
    ],
)
def test_days_left_are_said_in_words(due, words, state):
    shown = count_down(due, TODAY)
    assert (shown.words, shown.state, shown.day) == (words, state, None)


def test_a_clock_says_which_day_of_how_many_it_is():
    running = count_down(date(2026, 11, 27), TODAY, begins=date(2026, 11, 12))
    assert (running.day, running.length) == (12, 15)
    done = count_down(date(2026, 11, 17), TODAY, begins=date(2026, 11, 12), done_on=date(2026, 11, 16))
    assert (done.words, done.state, done.day, done.length) == ("Done in time", "met", 4, 5)
    assert count_down(date(2026, 11, 17), TODAY, done_on=date(2026, 11, 18)).words == "Done 1 day late"


@pytest.mark.parametrize(
    ("day", "length", "cells", "gone"),
    [
        (12, 15, 15, 12),
        (4, 5, 5, 4),
        (0, 15, 15, 0),
        (17, 15, 15, 15),
        (100, 365, 15, 5),
        (-3, 15, 15, 0),
        (0, 0, 1, 0),
    ],
)
def test_a_meter_has_at_most_fifteen_cells(day, length, cells, gone):
    drawn = meter_cells(day, length)
    assert (len(drawn), sum(cell.gone for cell in drawn)) == (cells, gone)
