"""What a status is asked for: a day, and a moment of knowledge."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Lens:
    """`as_of` asks what was true on that day (of the place); `known_at` what was recorded by then (UTC; None: all)."""

    as_of: date
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.known_at is not None and self.known_at.tzinfo is None:
            raise ValueError("known_at must carry its time zone")
