"""On which days the label in force on the day of the infusion asks to watch the patient, and how each stands. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rems.programs.rules import Parameter, Program, Quantity, Unit

DAILY, TOTAL = "daily_for", "total"


class DayState(StrEnum):
    """How a day stands: FREE is watched without a rhythm that the label sets, BEYOND is not asked at all."""

    DONE = "done"
    DUE = "due"
    MISSED = "missed"
    AHEAD = "ahead"
    FREE = "free"
    BEYOND = "beyond"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    DayState.DONE: "Done",
    DayState.DUE: "Due",
    DayState.MISSED: "Missed",
    DayState.AHEAD: "To come",
    DayState.FREE: "No rhythm set",
    DayState.BEYOND: "Not asked",
}


@dataclass(frozen=True)
class Watch:
    """What is asked: each day up to `daily_until`, then without a rhythm up to `until`; None: the data do not say.

    `sentence` says it in words, with what is not established; `version` is that of the rules, empty without any.
    """

    infused_on: date
    daily_until: int | None
    until: int | None
    sentence: str
    version: str
    verified: bool = False

    def asks(self, number: int) -> bool:
        """Whether the label asks to look on that day after the infusion."""
        return self.daily_until is not None and 1 <= number <= self.daily_until

    @property
    def last(self) -> int:
        """The last day that is watched; 0 where the data name none."""
        return max(self.daily_until or 0, self.until or 0)

    def day(self, number: int) -> date:
        """The calendar day of the site that is so many days after the infusion."""
        return self.infused_on + timedelta(days=number)


def watch(program: Program, infused_on: date) -> Watch:
    """What the version of the rules in force on the day of the infusion says of monitoring; nothing is made up."""
    version = program.version_on(infused_on)
    asked = next((r for r in version.requirements if {DAILY, TOTAL} & set(r.parameters)), None) if version else None
    if version and asked:
        daily, total = _days(asked.parameters.get(DAILY), infused_on), _days(asked.parameters.get(TOTAL), infused_on)
        said = f"{asked.title}: {_rhythm(daily, total)}"
        return Watch(infused_on, daily, total, said, version.version, asked.confidence.verified)
    label = program.labeled_monitoring
    if version and label:
        daily = _days(label.daily_for, infused_on)
        said = f"The label said: {label.monitoring}. {_rhythm(daily, None)}"
        return Watch(infused_on, daily, None, said, version.version, label.confidence.verified)
    said = f"{program.title} does not say on which days after an infusion the patient is watched; no day is asked."
    return Watch(infused_on, None, None, said, version.version if version else "")


def state(watched: Watch, number: int, *, entered: Collection[int], on: date, died_on: date | None = None) -> DayState:
    """How a day of the course stands on a day; `entered` are the days with an entry. After a death nothing is asked."""
    day = watched.day(number)
    if number in entered:
        return DayState.DONE
    if died_on is not None and day >= died_on:
        return DayState.BEYOND
    if watched.asks(number):
        return DayState.MISSED if day < on else DayState.DUE if day == on else DayState.AHEAD
    return DayState.FREE if 1 <= number <= watched.last else DayState.BEYOND


def _days(span: Parameter, infused_on: date) -> int | None:
    """A span as the number of the last day that it covers; None where it is none of days."""
    if not isinstance(span, Quantity) or span.unit in {Unit.HOURS, Unit.WORKING_DAYS}:
        return None
    last = span.after(infused_on)
    return (last - infused_on).days if last else None


def _rhythm(daily: int | None, total: int | None) -> str:
    if daily is None and total is None:
        return "On which days exactly is not set, so none is counted as missed."
    each = f"every day up to day {daily}" if daily is not None else "without a rhythm that is set"
    if total is None or (daily is not None and total <= daily):
        return f"{each}; for how long after it is not set." if total is None else f"{each}."
    return f"{each}, then up to day {total} without a rhythm that is set." if daily else f"{each}, up to day {total}."
