"""One-time links: how long they hold, what opens, and who acts through one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from rems.core import onetime
from rems.core.errors import BadInput, IllegalMove
from rems.core.ids import uuid7

NOW = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)
SAID = onetime.Sentences("It is over.", "It was used.", "It was canceled.")


@dataclass
class Link:
    used: bool = False
    canceled: bool = False
    expires_at: datetime = NOW + timedelta(seconds=1)


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_link_that_holds_for_no_time_or_too_long_is_refused(days: int) -> None:
    with pytest.raises(BadInput) as refused:
        onetime.check_days(days, longest=90)
    assert refused.value.sentence == f"A link holds for 1 to 90 days, not {days}."
    assert refused.value.field == "days"


def test_a_link_holds_for_as_many_days_as_were_asked() -> None:
    assert onetime.check_days(14, longest=90) == timedelta(days=14)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        (Link(expires_at=NOW), "It is over."),
        (Link(used=True), "It was used."),
        (Link(canceled=True, expires_at=NOW), "It was canceled."),
    ],
)
def test_a_link_that_opens_nothing_says_what_became_of_it(link: Link, sentence: str) -> None:
    with pytest.raises(IllegalMove) as refused:
        onetime.check_opens(link, NOW, SAID)
    assert refused.value.sentence == sentence


def test_a_link_opens_until_its_last_second() -> None:
    onetime.check_opens(Link(), NOW, SAID)


def test_no_two_words_are_alike_and_a_digest_does_not_give_its_word_back() -> None:
    made = {onetime.new_token() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(onetime.digest_of(token)) == 64 and token not in onetime.digest_of(token) for token in made)


def test_who_holds_a_link_acts_in_its_scopes_alone_and_may_no_more_than_was_said() -> None:
    scope = uuid7()
    actor = onetime.holder("The patient", {scope}, "Europe/Berlin")
    assert (actor.scopes, actor.everywhere, actor.timezone) == ({scope}, False, "Europe/Berlin")
    assert actor.label == "The patient, by a one-time link"
    assert not any(h.permissions for h in actor.holdings)
