"""Days and moments of the invented history, in the time of each place."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Calendar:
    """The present moment that nothing invented may pass, and the one source of chance."""

    now: datetime
    dice: Random

    @property
    def today(self) -> date:
        """The last day on which something may have happened anywhere."""
        return self.now.date() - timedelta(days=1)

    def at(self, day: date, timezone: str, hour: int = 0) -> datetime:
        """A working moment (UTC) on that day of a place; never later than the present."""
        hour = hour or self.dice.randint(8, 16)
        local = datetime.combine(
            day, time(hour, self.dice.randint(0, 59), self.dice.randint(0, 59)), ZoneInfo(timezone)
        )
        return min(local.astimezone(UTC), self.now)

    def between(self, first: date, last: date) -> date:
        """Some day from the first to the last, both included."""
        return first + timedelta(days=self.dice.randint(0, max(0, (last - first).days)))

    def chance(self, share: float) -> bool:
        return self.dice.random() < share
