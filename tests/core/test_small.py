"""Keys, days of a place, actors: the small values below everything."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import uuid4
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.actor import Actor, ActorKind, Holding
from rems.core.clock import day_in, utcnow, zone
from rems.core.db import UtcDateTime
from rems.core.errors import BadInput, DomainError, Incomplete
from rems.core.ids import uuid7

NAIVE = datetime(2026, 11, 24, tzinfo=UTC).replace(tzinfo=None)


def test_keys_rise_and_carry_their_version_variant_and_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    keys = [uuid7() for _ in range(5000)]
    after = time.time_ns() // 1_000_000
    assert keys == sorted(set(keys))
    assert {(k.version, k.variant) for k in keys} == {(7, "specified in RFC 4122")}
    assert before <= keys[0].int >> 80 <= after + 1


def test_threads_make_no_key_twice() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: uuid7(), range(8000)))
    assert len(set(keys)) == 8000


@pytest.mark.parametrize(
    ("place", "day"),
    [
        ("UTC", date(2026, 11, 24)),
        ("Pacific/Auckland", date(2026, 11, 25)),
        ("America/Los_Angeles", date(2026, 11, 24)),
        ("Pacific/Kiritimati", date(2026, 11, 25)),
    ],
)
def test_a_day_is_that_of_the_place(place: str, day: date) -> None:
    assert day_in(place, datetime(2026, 11, 24, 15, 42, tzinfo=UTC)) == day


@given(st.integers(631_152_000, 2_840_140_800), st.sampled_from(sorted(available_timezones())))
def test_the_day_of_a_place_is_never_further_than_a_day_from_that_of_utc(second: int, place: str) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    assert abs(day_in(place, moment) - moment.date()) <= timedelta(days=1)


def test_a_moment_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="must carry its time zone"):
        day_in("UTC", NAIVE)


@pytest.mark.parametrize("name", ["", "Nowhere/Town", "../etc/passwd", "EST5EDT/x", "\0", "Europe", "a" * 5000])
def test_an_unknown_zone_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(BadInput, match="is no time zone; write it like America/Chicago or Europe/Berlin") as refused:
        zone(name)
    assert refused.value.field == "timezone"


def test_the_clock_is_aware_and_in_utc() -> None:
    assert utcnow().tzinfo is UTC


def test_a_moment_goes_to_the_database_in_utc_and_a_naive_one_is_refused() -> None:
    kind = UtcDateTime()
    there = datetime(2026, 11, 24, 10, 42, tzinfo=timezone(timedelta(hours=-5)))
    assert kind.process_bind_param(there, None) == datetime(2026, 11, 24, 15, 42, tzinfo=UTC)
    assert kind.process_bind_param(None, None) is None
    assert kind.process_result_value(there, None).tzinfo is UTC
    with pytest.raises(ValueError, match="must carry its time zone"):
        kind.process_bind_param(NAIVE, None)


def test_an_actor_is_named_by_name_and_key_and_a_part_of_the_system_by_its_name() -> None:
    key = uuid4()
    assert Actor(ActorKind.PERSON, key, "Ada", "auditor").label == f"Ada <{key}>"
    assert Actor.system("clock").label == "system: clock"
    assert Actor.system("clock").everywhere


def test_opening_a_scope_adds_it_to_one_holding_and_leaves_the_actor_as_it_was() -> None:
    here, new = uuid4(), uuid4()
    actor = Actor(ActorKind.PERSON, uuid4(), "Ada", "x", (Holding("x", frozenset({"p"}), frozenset({here})),))
    opened = actor.opening([new])
    assert (actor.scopes, opened.scopes) == ({here}, {here, new})
    assert Actor(ActorKind.PERSON, None, "Eve", "none").opening([new]).scopes == {new}


def test_an_error_is_its_sentence() -> None:
    gap = Incomplete("Two things are missing.", ["This.", "That."])
    assert (str(gap), gap.sentence, gap.gaps) == (
        "Two things are missing.",
        "Two things are missing.",
        ("This.", "That."),
    )
    assert issubclass(BadInput, DomainError)
