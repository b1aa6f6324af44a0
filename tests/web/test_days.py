"""Days and moments as people write them."""

from datetime import UTC, date, datetime

import pytest

from rems.web.days import end_of, read_day, read_moment

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "24 Nov 2026",
        "24 November 2026",
        "Tue 24 Nov 2026",
        "Tuesday, 24 nov 2026",
        "24. Nov. 2026",
        " 24  NOV  2026 ",
    ],
)
def test_a_day_is_read(text):
    assert read_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24/11",
        "11/24/2026",
        "24/11/2026",
        "31 Feb 2026",
        "2026-02-29",
        "24 Nov 26",
        "24 Nov",
        "today",
        "2026-1-2",
        "١ Nov 2026",
        "0001-01-01",
        "24 Foo 2026",
    ],
)
def test_what_could_be_misread_is_refused(text):
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("24 Nov 2026 16:20", "Europe/Berlin", datetime(2026, 11, 24, 15, 20, tzinfo=UTC)),
        ("2026-11-24T16:20", "America/Chicago", datetime(2026, 11, 24, 22, 20, tzinfo=UTC)),
        ("Tue 24 Nov 2026, 9:05 CST", "America/Chicago", datetime(2026, 11, 24, 15, 5, tzinfo=UTC)),
        ("1 Nov 2026 01:30 CDT", "America/Chicago", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("1 Nov 2026 01:30 CST", "America/Chicago", datetime(2026, 11, 1, 7, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_on_the_clocks_of_its_place(text, zone, moment):
    assert read_moment(text, zone) == moment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24 Nov 2026", "is no day with a time"),
        ("24 Nov 2026 25:00", "is no day with a time"),
        ("31 Feb 2026 10:00", "is no day with a time"),
        ("8 Mar 2026 02:30", "never happened in America/Chicago"),
        ("1 Nov 2026 01:30", "happened twice in America/Chicago"),
        ("24 Nov 2026 10:00 CET", '"CET" is not the time in America/Chicago'),
    ],
)
def test_a_moment_that_is_none_says_why(text, words):
    with pytest.raises(ValueError, match=words):
        read_moment(text, "America/Chicago")


def test_a_day_ends_by_the_clocks_of_its_place():
    assert end_of(date(2022, 1, 31), "America/Chicago") == datetime(2022, 2, 1, 6, tzinfo=UTC)
