"""What a printed page says about itself: day, knowledge, rules, the digest of its content, the newest seal."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True)
class Proof:
    """The footer of a paper. `known_at` None: known up to its making, so provisional. Empty texts are left out."""

    as_of: date
    known_at: datetime | None
    program_line: str
    rules_digest: str
    content_digest: str
    seal_line: str = ""
    verify_address: str = ""

    def __post_init__(self) -> None:
        if self.known_at is not None and self.known_at.tzinfo is None:
            raise ValueError("known_at must carry its time zone")

    @property
    def when_line(self) -> str:
        """As of, known at, program, version and rules, in one sentence."""
        known = f"{self.known_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.known_at else "its making, provisional"
        rules = f", rules {grouped(self.rules_digest, 2)}" if self.rules_digest else ""
        program = f" {self.program_line}{rules}." if self.program_line else ""
        return f"As of {self.as_of.isoformat()}, known at {known}.{program}"

    @property
    def check_line(self) -> str:
        """What the line below is, and where it can be checked."""
        what = "Digest of the content" + (" and seal of the record" if self.seal_line else "")
        if self.verify_address:
            return f"{what}; check {'both' if self.seal_line else 'it'} at {self.verify_address} or offline:"
        return f"{what} (SHA-256, its first half):"

    @property
    def digest_line(self) -> str:
        """The first 128 bits of the digest, and the newest seal."""
        return f"content {grouped(self.content_digest)}" + (f"   seal {self.seal_line}" if self.seal_line else "")


def grouped(digest: str, groups: int = 8) -> str:
    """The first groups of four of a hexadecimal digest, so that an eye can compare them: `41d0 7be2 …`."""
    return " ".join(digest[i : i + 4] for i in range(0, min(len(digest), groups * 4), 4))


def content_digest(content: object) -> str:
    """SHA-256, as 64 hexadecimal digits, of the content as canonical JSON: the same content, the same digest, for ever.

    Keys are sorted, nothing is padded, text is UTF-8; days and moments are ISO 8601, moments in UTC. Raises TypeError
    for a float (not the same text everywhere; write a Decimal), a naive moment and anything else without one form.
    """
    canonical = json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment must carry its time zone")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form; pass text, whole numbers, days or moments")


def _key(key: object) -> str:
    if isinstance(key, str):
        return str(key)
    raise TypeError(f"a key must be text, not {type(key).__name__}")
