"""The turns of a follow-up: another track, lost and found, handed on, completed; attempts to reach a patient. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rems.core.errors import BadInput, IllegalMove
from rems.patients.rules import said


class TurnKind(StrEnum):
    TRACK = "track"
    LOST = "lost"
    FOUND = "found"
    HANDED_ON = "handed_on"
    COMPLETED = "completed"


class Way(StrEnum):
    """How somebody tried to reach a patient, or to learn how they are."""

    CALL = "call"
    LETTER = "letter"
    MAIL = "mail"
    RELATIVE = "relative"
    PHYSICIAN = "physician"
    VITAL_STATUS = "vital_status"

    @property
    def words(self) -> str:
        return _WAYS[self]


_WAYS = {
    Way.CALL: "Call",
    Way.LETTER: "Letter",
    Way.MAIL: "E-mail or text message",
    Way.RELATIVE: "Through a relative",
    Way.PHYSICIAN: "Through the physician at home",
    Way.VITAL_STATUS: "Vital-status source",
}
CONTACTS = frozenset({Way.CALL, Way.LETTER, Way.MAIL, Way.RELATIVE})
"""Ways that touch the patient or the family; after a death there are none."""


class Outcome(StrEnum):
    NOT_REACHED = "not_reached"
    REACHED = "reached"
    NO_RECORD = "no_record"

    @property
    def words(self) -> str:
        return {"not_reached": "Not reached", "reached": "Reached"}.get(self.value, "No word of the patient there")


class Standing(StrEnum):
    WAITING = "waiting"
    FOLLOWED = "followed"
    LOST = "lost"
    HANDED_ON = "handed_on"
    DIED = "died"
    COMPLETED = "completed"

    @property
    def words(self) -> str:
        return _STANDINGS[self]


_STANDINGS = {
    Standing.WAITING: "Not infused yet",
    Standing.FOLLOWED: "In follow-up",
    Standing.LOST: "Lost to follow-up",
    Standing.HANDED_ON: "Handed on to another site",
    Standing.DIED: "Died",
    Standing.COMPLETED: "Completed",
}


@dataclass(frozen=True)
class Turn:
    """One turn of a follow-up, from a day on. `track` is the code of the new schedule, where it is another track."""

    kind: TurnKind
    on: date
    track: str = ""


def earliest(*days: date | None) -> date | None:
    """The first of the days that there are."""
    return min((day for day in days if day), default=None)


def newest(turns: Sequence[Turn], on: date) -> Turn | None:
    """The last turn by that day that says whether anybody follows the patient; the later recorded of one day counts."""
    said_so = [turn for turn in turns if turn.kind is not TurnKind.TRACK and turn.on <= on]
    return max(enumerate(said_so), key=lambda pair: (pair[1].on, pair[0]))[1] if said_so else None


def stopped_on(turns: Sequence[Turn], on: date) -> date | None:
    """From which day nothing more is asked of the patient here, as of a day; None: follow-up goes on."""
    last = newest(turns, on)
    return last.on if last and last.kind is not TurnKind.FOUND else None


def standing(turns: Sequence[Turn], on: date, *, infused: bool, died_on: date | None) -> Standing:
    """How a follow-up stands on a day. A death stands before everything else."""
    if died_on is not None and died_on <= on:
        return Standing.DIED
    last = newest(turns, on)
    if last is None or last.kind is TurnKind.FOUND:
        return Standing.FOLLOWED if infused else Standing.WAITING
    return {
        TurnKind.LOST: Standing.LOST,
        TurnKind.HANDED_ON: Standing.HANDED_ON,
        TurnKind.COMPLETED: Standing.COMPLETED,
    }[last.kind]


def tracks(first: str, turns: Sequence[Turn]) -> tuple[tuple[str, date | None], ...]:
    """The schedules of a patient, that of the enrollment first, each with the day from which it holds."""
    changes = [turn for turn in turns if turn.kind is TurnKind.TRACK]
    return ((first, None), *((turn.track, turn.on) for turn in changes))


def check_lost(turns: Sequence[Turn], attempts: Sequence[tuple[date, Outcome]], on: date, *, needed: int) -> None:
    """Whether a patient may be called lost on a day: nobody was reached, and it was tried as often as is asked.

    `attempts` are those since the patient was last seen. Raises IllegalMove, BadInput.
    """
    if (last := newest(turns, on)) and last.kind is not TurnKind.FOUND:
        raise IllegalMove(f"Follow-up stands still since {said(last.on)} already.")
    if any(outcome is Outcome.REACHED for _, outcome in attempts):
        raise BadInput("The patient was reached since the last visit; who is reached is not lost.", "on")
    tried = sum(day <= on for day, _ in attempts)
    if tried < needed:
        times = "once" if needed == 1 else f"{needed} times"
        done = "it was not tried yet" if not tried else f"it was tried {'once' if tried == 1 else f'{tried} times'}"
        raise BadInput(
            f"This installation asks to try {times} since the patient was last seen; {done}. Note each attempt first.",
            "on",
        )


def check_found(turns: Sequence[Turn], on: date) -> None:
    """Raises IllegalMove for somebody who is not lost on that day."""
    last = newest(turns, on)
    if last is None or last.kind is not TurnKind.LOST:
        raise IllegalMove("This patient is not lost on that day, so nobody was found again.")


def check_completed(turns: Sequence[Turn], on: date, *, ends_on: date, open_visits: Sequence[str]) -> None:
    """Follow-up is complete once its last day has come. Raises IllegalMove, BadInput."""
    if (last := newest(turns, on)) and last.kind is not TurnKind.FOUND:
        raise IllegalMove(f"Follow-up stands still since {said(last.on)} already.")
    if on < ends_on:
        raise BadInput(f"Follow-up goes on until {said(ends_on)}; it cannot be completed before.", "on")
    if open_visits:
        names = ", ".join(open_visits[:3]) + (f" and {len(open_visits) - 3} more" if len(open_visits) > 3 else "")
        raise BadInput(f"Their windows are still open: {names}. Record them first, or wait until they close.", "on")


def check_attempt(way: Way, on: date, *, died_on: date | None) -> None:
    """Nobody turns to a patient who has died, or to the family. Raises BadInput."""
    if died_on is not None and died_on <= on and way in CONTACTS:
        raise BadInput(f"The patient died on {said(died_on)}; nobody writes to the family or calls any more.", "way")
