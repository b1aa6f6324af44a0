"""One-time links: a word made by chance of which a digest is kept, how long it holds, and who acts through it."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from rems.core.actor import Actor, ActorKind, Holding
from rems.core.errors import BadInput, IllegalMove


class Link(Protocol):
    """What decides whether a link opens something; `expires_at` is a moment in UTC."""

    used: bool
    canceled: bool
    expires_at: datetime


@dataclass(frozen=True)
class Sentences:
    """What is said of a link that opens nothing."""

    over: str
    used: str
    canceled: str


def new_token() -> str:
    """The word of a link: 24 random bytes. It is shown once and kept nowhere."""
    return secrets.token_urlsafe(24)


def digest_of(token: str) -> str:
    """What is kept of a link's word."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_opens(link: Link, now: datetime, sentences: Sentences) -> None:
    """Raises IllegalMove with what became of a link that opens nothing."""
    if link.canceled:
        raise IllegalMove(sentences.canceled)
    if link.used:
        raise IllegalMove(sentences.used)
    if now >= link.expires_at:
        raise IllegalMove(sentences.over)


def check_days(days: int, *, longest: int) -> timedelta:
    """How long a link holds. Raises BadInput."""
    if not 1 <= days <= longest:
        raise BadInput(f"A link holds for 1 to {longest} days, not {days}.", "days")
    return timedelta(days=days)


def holder(name: str, scopes: Iterable[UUID], timezone: str, *, may: Iterable[str] = ()) -> Actor:
    """Who acts through a link: somebody without an account, in these scopes alone. `name` stands in the trail."""
    held = Holding("holder of a one-time link", frozenset(may), scopes=frozenset(scopes), timezone=timezone)
    return Actor(ActorKind.PERSON, None, f"{name}, by a one-time link", held.role, (held,))
