"""What a signature binds, and how it stands against its record as it is now. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from rems.signatures.rules import Meaning


def canonical(content: Any) -> str:
    """The one way in which content is written: sorted compact JSON, days, moments and keys as text."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of what is signed."""
    return sha256_of(canonical(content))


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def bound(
    content: Mapping[str, Any], *, table: str, subject_id: UUID, signer: UUID | None, name: str, role: str,
    meaning: Meaning, statement: str,
) -> str:  # fmt: skip
    """All that a signature binds together, as text: the record, what it said, who signed and why.

    With the record and the signer inside, a signature fits no other record and no other person (21 CFR 11.70).
    """
    about = {"table": table, "id": str(subject_id)}
    by = {"account": str(signer) if signer else None, "name": name, "role": role}
    return canonical(
        {"record": about, "signer": by, "meaning": meaning.value, "statement": statement, "content": content}
    )


@dataclass(frozen=True)
class Difference:
    """One place in which the record is no longer what was signed; None: it was, or is, not there."""

    path: str
    then: str | None
    now: str | None


class Fit(StrEnum):
    """How a signature stands against its record."""

    VALID = "valid"
    EARLIER = "earlier"
    BROKEN = "broken"


FIT_WORDS = {Fit.VALID: "Valid", Fit.EARLIER: "Signed an earlier version", Fit.BROKEN: "Broken"}
FIT_STATES = {Fit.VALID: "met", Fit.EARLIER: "soon", Fit.BROKEN: "late"}


@dataclass(frozen=True)
class Check:
    """The answer to whether a signature still fits its record, and where it does not."""

    fit: Fit
    sentence: str
    differences: tuple[Difference, ...] = ()

    @property
    def valid(self) -> bool:
        return self.fit == Fit.VALID

    @property
    def word(self) -> str:
        return FIT_WORDS[self.fit]

    @property
    def state(self) -> str:
        """The state of a tag, as pages name it."""
        return FIT_STATES[self.fit]


VALID = Check(Fit.VALID, "The record is the one that was signed.")
BROKEN = Check(Fit.BROKEN, "The signature itself was altered: what is kept of it does not fit its digest.")
GONE = Check(Fit.BROKEN, "The record that was signed is not there any more.")
UNKEPT = Check(Fit.EARLIER, "The record is another than the one that was signed; its earlier content was not kept.")


def earlier(differences: Sequence[Difference]) -> Check:
    """The record says something else now."""
    many = f"{len(differences)} places" if len(differences) > 1 else "1 place"
    return Check(Fit.EARLIER, f"The record has changed in {many} since it was signed.", tuple(differences))


_MISSING: Any = object()


def differences(then: Any, now: Any, path: str = "") -> list[Difference]:
    """Where two contents differ, place by place, in the order of their names; both as JSON has them.

    None are found only where the two have the same canonical text.
    """
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        found: list[Difference] = []
        for name in sorted({*then, *now}):
            here = f"{path}.{name}" if path else name
            found += differences(then.get(name, _MISSING), now.get(name, _MISSING), here)
        return found
    if isinstance(then, list) and isinstance(now, list):
        found = []
        for place in range(max(len(then), len(now))):
            old, new = (side[place] if place < len(side) else _MISSING for side in (then, now))
            found += differences(old, new, f"{path}[{place + 1}]")
        return found
    if then is _MISSING and isinstance(now, Mapping | list) and now:
        return differences(type(now)(), now, path)
    if now is _MISSING and isinstance(then, Mapping | list) and then:
        return differences(then, type(then)(), path)
    return [] if _same(then, now) else [Difference(path, _said(then), _said(now))]


def _same(then: Any, now: Any) -> bool:
    return then is not _MISSING and now is not _MISSING and canonical(then) == canonical(now)


def _said(value: Any) -> str | None:
    if value is _MISSING:
        return None
    return value if isinstance(value, str) else canonical(value)


def places(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each place of a content with what stands there, in the order of their names."""
    return [(d.path, d.then or "") for d in differences(content, {})]
