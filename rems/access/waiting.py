"""How long a failed attempt to sign in makes the next one wait. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

# Seconds, by the number of failures in a row: nothing for a slip, then longer step by step.
STEPS = (0, 0, 2, 5, 15, 60, 300, 900)
ADDRESS_FREE = 10


@dataclass(frozen=True)
class Failures:
    """How often an attempt failed, and when it last did (UTC)."""

    count: int
    last_at: datetime | None


def in_words(seconds: int) -> str:
    """A wait as it is said: seconds up to a minute, then whole minutes, never too few."""
    number, unit = (seconds, "second") if seconds < 60 else (ceil(seconds / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def wait_after(failures: int) -> timedelta:
    """How long an account waits after this many failures in a row."""
    return timedelta(seconds=STEPS[min(failures, len(STEPS) - 1)])


def wait_for_address(failures: int) -> timedelta:
    """How long an address waits after this many failures in a quarter of an hour; it may be a whole hospital's."""
    return wait_after(max(0, failures - ADDRESS_FREE))


def wait_left(account: Failures, address: Failures, *, now: datetime) -> timedelta:
    """How long until the next attempt is heard (none: at once); at most the whole wait, whoever's clock is ahead."""
    waits = ((account.last_at, wait_after(account.count)), (address.last_at, wait_for_address(address.count)))
    left = [min(last_at, now) + wait - now for last_at, wait in waits if last_at]
    return max([timedelta(0), *left])
