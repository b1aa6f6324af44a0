"""Days left in words, and the cells of a day meter; pure."""

from dataclasses import dataclass
from datetime import date

CELLS = 15
WIDTH = 148
GAP = 2


@dataclass(frozen=True)
class Countdown:
    """How a due day is shown: words, state, and for a running clock which day of how many it is."""

    words: str
    state: str
    day: int | None = None
    length: int | None = None


def days(n: int) -> str:
    return f"{n} day" if n == 1 else f"{n} days"


def state_of(left: int, soon: int = 3) -> str:
    """Days left as a state: above `soon` calm, then soon; today and past late."""
    return "late" if left <= 0 else "soon" if left <= soon else "open"


def count_down(
    due_on: date, today: date, *, begins: date | None = None, done_on: date | None = None, soon: int = 3
) -> Countdown:
    """Words and state of a due day; with `begins` (day 0) also the day of the clock, with `done_on` how it ended."""
    at = done_on or today
    day, length = ((at - begins).days, (due_on - begins).days) if begins and due_on > begins else (None, None)
    if done_on is not None:
        late = (done_on - due_on).days
        return (
            Countdown(f"Done {days(late)} late", "late", day, length)
            if late > 0
            else Countdown("Done in time", "met", day, length)
        )
    left = (due_on - today).days
    words = f"{days(left)} left" if left > 0 else "Due today" if left == 0 else f"{days(-left)} late"
    return Countdown(words, state_of(left, soon), day, length)


@dataclass(frozen=True)
class Cell:
    """One cell of a meter, in units of its drawing of 148 by 8."""

    x: str
    width: str
    gone: bool


def meter_cells(day: int, length: int) -> tuple[Cell, ...]:
    """At most 15 cells for the days of a clock; those gone come first."""
    number = max(1, min(length, CELLS))
    gone = min(number, max(0, -(-day * number // max(length, 1))))
    width = (WIDTH - GAP * (number - 1)) / number
    return tuple(Cell(f"{i * (width + GAP):.2f}", f"{width:.2f}", i < gone) for i in range(number))
