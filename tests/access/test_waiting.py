"""The exact waits after failed attempts."""

from datetime import UTC, datetime, timedelta

import pytest

from rems.access.waiting import Failures, in_words, wait_after, wait_for_address, wait_left

AT = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)
NONE = Failures(0, None)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (1, 0), (2, 2), (3, 5), (4, 15), (5, 60), (6, 300), (7, 900), (8, 900), (99, 900)]
)
def test_an_account_waits_longer_step_by_step_but_never_for_ever(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds)
    assert wait_left(Failures(failures, AT), NONE, now=AT) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0), (10, 0), (11, 0), (12, 2), (13, 5), (16, 300), (40, 900)])
def test_an_address_may_be_a_whole_hospitals_and_waits_later(failures: int, seconds: int) -> None:
    assert wait_for_address(failures) == timedelta(seconds=seconds)


def test_each_wait_counts_from_its_own_last_failure() -> None:
    long_ago, just_now = AT - timedelta(hours=2), AT - timedelta(seconds=1)
    assert wait_left(Failures(6, long_ago), Failures(1, AT), now=AT) == timedelta(0)
    assert wait_left(Failures(1, AT), Failures(12, long_ago), now=AT) == timedelta(0)
    assert wait_left(Failures(4, just_now), Failures(13, AT), now=AT) == timedelta(seconds=14)
    assert wait_left(Failures(2, just_now), Failures(13, AT), now=AT) == timedelta(seconds=5)
    assert wait_left(NONE, NONE, now=AT) == timedelta(0)


def test_a_clock_that_is_ahead_makes_nobody_wait_longer() -> None:
    assert wait_left(Failures(3, AT + timedelta(hours=1)), NONE, now=AT) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (300, "5 minutes"), (900, "15 minutes")],
)
def test_a_wait_is_said_in_words_and_never_too_short(seconds: int, words: str) -> None:
    assert in_words(seconds) == words
