"""The worklists: which there are, what each holds, and how a line of one stands on a day. Pure."""

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from rems.core.errors import BadInput
from rems.web.counting import days


class Worklist(StrEnum):
    DUE = "due"
    LATE = "late"
    UNSET = "unset"
    LOST = "lost"
    TRANSFER = "transfer"

    @property
    def words(self) -> str:
        """As its tab says it."""
        return _WORDS[self]

    @property
    def about(self) -> str:
        """What stands in it, in a sentence."""
        return _ABOUT[self]

    @property
    def of_visits(self) -> bool:
        """Whether its lines are visits; else patients."""
        return self in (Worklist.DUE, Worklist.LATE, Worklist.UNSET)


_WORDS = {
    Worklist.DUE: "Due this month",
    Worklist.LATE: "Late",
    Worklist.UNSET: "Window not set",
    Worklist.LOST: "Lost to follow-up",
    Worklist.TRANSFER: "To transfer",
}
_ABOUT = {
    Worklist.DUE: "Visits not recorded whose window closes by the end of this month, the first to close first.",
    Worklist.LATE: "Visits not recorded whose window has closed, the longest overdue first.",
    Worklist.UNSET: "Visits not recorded for which the schedule sets no window, the longest past first.",
    Worklist.LOST: "Patients who are lost to follow-up and were not found since, the latest first.",
    Worklist.TRANSFER: "Patients who are offered to another site under a code that holds, the latest offer first.",
}


class State(StrEnum):
    """How a visit of a list stands; which states a list knows is in `STATES`."""

    OPEN = "open"
    AHEAD = "ahead"
    UP_TO_A_MONTH = "month"
    UP_TO_A_YEAR = "year"
    LONGER = "longer"
    PASSED = "passed"

    @property
    def words(self) -> str:
        return _STATES[self]


_STATES = {
    State.OPEN: "Window open",
    State.AHEAD: "Still ahead",
    State.UP_TO_A_MONTH: "Up to 30 days late",
    State.UP_TO_A_YEAR: "31 to 365 days late",
    State.LONGER: "More than a year late",
    State.PASSED: "Target day passed",
}
STATES: dict[Worklist, tuple[State, ...]] = {
    Worklist.DUE: (State.OPEN, State.AHEAD),
    Worklist.LATE: (State.UP_TO_A_MONTH, State.UP_TO_A_YEAR, State.LONGER),
    Worklist.UNSET: (State.PASSED, State.AHEAD),
    Worklist.LOST: (),
    Worklist.TRANSFER: (),
}


@dataclass(frozen=True)
class Asked:
    """The filters of a list; empty: all. `text` begins a patient's number, `site_name` the name of a site."""

    site: UUID | None = None
    site_name: str = ""
    program: str = ""
    product: str = ""
    track: str = ""
    state: State | None = None
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A line of a list: the patient, where, and the visit that is to be made, or the last one that was."""

    id: UUID
    patient_id: UUID
    number: str
    site: str
    program: str
    product: str
    track: str
    code: str
    visit: str
    opens_on: date | None
    on: date
    closes_on: date | None

    @property
    def key(self) -> str:
        """Where the page after this line begins."""
        return f"{(self.closes_on or self.on).isoformat()}_{self.id}"

    def stands(self, today: date) -> tuple[str, str]:
        """In words and as a mark: 20 days late, closes in 3 days, opens in 8 days."""
        if self.closes_on is None:
            gone = (today - self.on).days
            if self.opens_on is None and gone > 0:
                return f"Target day {days(gone)} ago", "wait"
            return (f"Target day in {days(-gone)}" if gone else "Target day is today"), "open"
        left = (self.closes_on - today).days
        if left < 0:
            return f"{days(-left)} late", "late"
        if self.opens_on is not None and self.opens_on > today:
            return f"Opens in {days((self.opens_on - today).days)}", "open"
        return (f"Closes in {days(left)}" if left else "Closes today"), "soon"


def month_end(today: date) -> date:
    """The last day of the month."""
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def read_key(text: str) -> tuple[date, UUID]:
    """The place in a list where a page begins. Raises BadInput."""
    day, _, key = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(key)
    except ValueError as error:
        raise BadInput(f'after "{text[:60]}" is no place in this list; begin at its first page', "after") from error
