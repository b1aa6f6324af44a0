"""How the content of a signed record is worked out again: each floor says so for its own tables.

    @content_of("certification")
    def certificate(actor: Actor, key: UUID, known_at: datetime | None) -> Record | None: ...

The function gets the key that was signed, and the moment (UTC) whose knowledge counts (None: all that is known now). It
returns None where the actor may not see that record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from rems.core.actor import Actor


@dataclass(frozen=True)
class Record:
    """A signed record as it is now: what the signature is compared with, what people call it, and its page if any."""

    content: Mapping[str, Any]
    title: str
    path: str = ""


Recompute = Callable[[Actor, UUID, datetime | None], Record | None]
_known: dict[str, Recompute] = {}


def content_of(table: str) -> Callable[[Recompute], Recompute]:
    """Register how the content of that table's records is worked out again."""

    def keep(function: Recompute) -> Recompute:
        _known[table] = function
        return function

    return keep


def record(actor: Actor, table: str, key: UUID, known_at: datetime | None = None) -> Record | None:
    """The signed record as it is known; None where it is gone, or not the actor's to see. Raises KeyError."""
    return _known[table](actor, key, known_at)


def tables() -> frozenset[str]:
    """The tables whose records are signed."""
    return frozenset(_known)
