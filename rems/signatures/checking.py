"""Check one signature against its record, for a page and for a command. Nothing here writes."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from rems.core.actor import Actor
from rems.core.errors import NotFound
from rems.signatures import queries, registry
from rems.signatures.binding import GONE, Check, Fit, places
from rems.signatures.models import Signature
from rems.signatures.queries import Proved
from rems.signatures.registry import Record


@dataclass(frozen=True)
class Look:
    """A signature, its record as it is now (None: gone), how the two stand, and what was signed, place by place."""

    signature: Signature
    record: Record | None
    check: Check
    content: tuple[tuple[str, str], ...]

    @property
    def proved(self) -> Proved:
        return Proved(self.signature, self.check)

    @property
    def title(self) -> str:
        """What people call the record that was signed."""
        return self.record.title if self.record else self.signature.subject_table.replace("_", " ").capitalize()


def look(actor: Actor, signature_id: UUID, known_at: datetime | None = None) -> Look:
    """One signature with its record worked out anew, as known at a moment (UTC; None: now).

    Raises NotFound for what the actor may not see, or was not known then.
    """
    signature = queries.signature(signature_id)
    if known_at is not None and signature.signed_at > known_at:
        raise NotFound("This signature was not given yet at that moment.")
    table, key = signature.subject_table, signature.subject_id
    if table not in registry.tables():
        raise NotFound(f"No record of the kind {table.replace('_', ' ')} is signed here.")
    record = registry.record(actor, table, key, known_at)
    check = queries.checked(signature, record.content) if record else GONE
    return Look(signature, record, check, signed_words(signature))


def signed_words(signature: Signature) -> tuple[tuple[str, str], ...]:
    """What was signed, each place with its value, in the order of their names; empty when it was not kept."""
    if signature.content is None:
        return ()
    content: Any = json.loads(signature.content).get("content", {})
    return tuple(places(content))


def report(found: Look) -> list[str]:
    """The answer of the command: who, when, of what, and how it stands."""
    s = found.signature
    lines = [
        f"{found.check.word}: {found.check.sentence}",
        f"Signature {s.id} of {found.title} ({s.subject_table} {s.subject_id})",
        f"Signed by {s.printed_name}, {s.role}, on {s.signed_at.isoformat()} ({s.timezone})",
        f"Meaning: {s.meaning}. {s.statement}",
        f"SHA-256 {s.digest}",
    ]
    return lines + [f"  {d.path}: signed {_quoted(d.then)}, now {_quoted(d.now)}" for d in found.check.differences]


def _quoted(value: str | None) -> str:
    return "nothing" if value is None else f'"{value}"'


def broken(found: Look) -> bool:
    """Whether a command ends with 1: the signature is not of what the record says now."""
    return found.check.fit != Fit.VALID
