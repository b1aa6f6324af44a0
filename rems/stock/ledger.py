"""What the movements of a lot add up to on any day, and whether one more may be written. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from rems.core.errors import BadInput
from rems.stock.rules import SIGN, MovementKind, check_strength, counted, said

MOST_VIALS = 10_000
"""More in one movement is a slip of the finger: a large site holds some dozens."""

MUST_BE_IN_DATE = frozenset({MovementKind.RECEIPT, MovementKind.TRANSFER_IN, MovementKind.USED})
TAKEN_ELSEWHERE = frozenset({MovementKind.RETURNED, MovementKind.TRANSFER_OUT})


@dataclass(frozen=True)
class Level:
    """The vials of a lot at the end of a day."""

    on: date
    vials: int


def lowest(changes: Iterable[tuple[date, int]], *, from_on: date) -> Level:
    """The fewest vials at the end of any day from `from_on` on, and the first day with so few.

    A movement entered late must leave no later day below zero either, so the day itself is not enough.
    """
    by_day: defaultdict[date, int] = defaultdict(int)
    for on, vials in changes:
        by_day[max(on, from_on)] += vials
    at = Level(from_on, by_day.pop(from_on, 0))
    found = at
    for on in sorted(by_day):
        at = Level(on, at.vials + by_day[on])
        if at.vials < found.vials:
            found = at
    return found


def left_there(changes: Iterable[tuple[date, int]], *, from_on: date) -> str:
    """What lies in a place, or lay there at the end of a day or of a later one, in a sentence; empty: nothing."""
    by_day: defaultdict[date, int] = defaultdict(int)
    for on, vials in changes:
        by_day[max(on, from_on)] += vials
    now, most, gone_on = 0, 0, from_on
    for on in sorted(by_day):
        before, now = now, now + by_day[on]
        most = max(most, now)
        gone_on = on if before and not now else gone_on
    if now:
        are = "is" if now == 1 else "are"
        return f"{counted(now, 'vial')} of tocilizumab {are} still there."
    return f"{counted(most, 'vial')} of tocilizumab lay there until {said(gone_on)}." if most else ""


def check_receipt(lot: str, strength_mg: int, vials: int, expires_on: date, on: date) -> None:
    """Whether a lot may be received on that day; on its day of expiry it still may. Raises BadInput with the field."""
    if not lot.strip():
        raise BadInput("The lot number is missing; it is printed on the box beside LOT.", "lot")
    check_strength(strength_mg)
    if vials < 1:
        raise BadInput(f"The number of vials received must be 1 or more, not {vials}.", "vials")
    _check_most(vials)
    if expires_on < on:
        words = f"Lot {lot.strip()} expired on {said(expires_on)}; it cannot be received on {said(on)}."
        raise BadInput(words, "expires_on")


def check_movement(kind: MovementKind, vials: int, level: Level, *, on: date) -> None:
    """Whether a movement has the sign of its kind and leaves the lot below zero on no day. Raises BadInput.

    `level` is the lowest from the day of the movement on.
    """
    if vials == 0:
        raise BadInput("A movement must change the number of vials; 0 changes nothing.", "vials")
    if SIGN[kind] * vials < 0:
        does = "adds vials" if SIGN[kind] > 0 else "takes vials away"
        name = kind.replace("_", " ")
        raise BadInput(f'A movement of kind "{name}" {does}; {vials:+d} does the opposite.', "vials")
    _check_most(abs(vials))
    if level.vials + vials < 0:
        when = "" if level.on == on else f", for on {said(level.on)} no more were left"
        left = counted(level.vials, "vial")
        raise BadInput(f"{left} of this lot on hand; {-vials} cannot be taken away on {said(on)}{when}.", "vials")


def check_expiry(kind: MovementKind, lot: str, expires_on: date, *, on: date) -> None:
    """Whether the day fits the expiry: nothing expired comes in or is given, nothing in date goes out as expired.

    Raises BadInput with the field.
    """
    if kind in MUST_BE_IN_DATE and on > expires_on:
        does = "given" if kind is MovementKind.USED else "received"
        raise BadInput(f"Lot {lot} expired on {said(expires_on)}; it cannot be {does} on {said(on)}.", "holds_on")
    if kind is MovementKind.EXPIRED and on <= expires_on:
        first = said(expires_on + timedelta(days=1))
        raise BadInput(
            f"Lot {lot} may be given up to and on {said(expires_on)}; it can be taken out as expired from {first}.",
            "kind",
        )


def check_held(kind: MovementKind, vials: int, *, on_hand: int, held: int) -> None:
    """Vials held for a patient are not taken elsewhere by choice; what broke or was given is recorded all the same.

    Raises BadInput.
    """
    if kind in TAKEN_ELSEWHERE and on_hand + vials < held:
        free = counted(max(0, on_hand - held), "vial")
        raise BadInput(
            f"{held} of the {counted(on_hand, 'vial')} of this lot are held for patients; "
            f"{free} may be taken elsewhere, not {-vials}.",
            "vials",
        )


def first_below(changes: Iterable[tuple[date, int]]) -> Level | None:
    """The first day that would end with fewer than no vials; None where every day adds up."""
    by_day: defaultdict[date, int] = defaultdict(int)
    for on, vials in changes:
        by_day[on] += vials
    total = 0
    for on in sorted(by_day):
        total += by_day[on]
        if total < 0:
            return Level(on, total)
    return None


def check_adds_up(changes: Iterable[tuple[date, int]], *, lot: str, when: str) -> None:
    """Whether every day ends with no vials or more. Raises BadInput with the first day that would not.

    `when` begins the sentence: "Without it" or "So corrected".
    """
    if below := first_below(changes):
        raise BadInput(
            f"{when} lot {lot} would have {counted(-below.vials, 'vial')} too few at the end of {said(below.on)}; "
            "first take back or correct what went out by then.",
            "reason",
        )


def most_held(holds: Iterable[tuple[date, date | None, int]], *, from_on: date) -> int:
    """The most vials held on any day from `from_on` on.

    A hold is its first day, its last (None: until released), and its vials.
    """
    known = [(max(first, from_on), last, vials) for first, last, vials in holds if last is None or last >= from_on]
    days = {first for first, _, _ in known}
    return max((sum(n for a, z, n in known if a <= day and (z is None or z >= day)) for day in days), default=0)


def check_still_held(before: int, after: int, *, held: int, lot: str) -> None:
    """Whether what is held for patients is still there when on hand goes from `before` to `after`. Raises BadInput."""
    if after < before and after < held:
        raise BadInput(
            f"{counted(held, 'vial')} of lot {lot} are held for patients, and {after} would be left; "
            "release them first.",
            "reason",
        )


def check_number(vials: int) -> None:
    """Raises BadInput for a number of vials that no movement can have."""
    if vials < 1:
        raise BadInput(f"The number of vials must be 1 or more, not {vials}; what never was is taken back.", "vials")
    _check_most(vials)


def check_new_expiry(moved: Iterable[tuple[MovementKind, date]], lot: str, expires_on: date) -> None:
    """Whether all that was moved of a lot fits another day of expiry. Raises BadInput at that day."""
    for kind, on in moved:
        try:
            check_expiry(kind, lot, expires_on, on=on)
        except BadInput as wrong:
            raise BadInput(wrong.sentence, "expires_on") from wrong


def check_reason(kind: MovementKind, note: str) -> None:
    """A number changed to what was counted needs a reason; the other kinds say theirs by name. Raises BadInput."""
    if kind is MovementKind.COUNT_ADJUSTMENT and not note.strip():
        raise BadInput("Reason is missing: say how the count came to differ, as far as is known.", "note")


def check_found(found: int) -> None:
    """Raises BadInput for a count that cannot be."""
    if found < 0:
        raise BadInput(f"The number of vials counted must be 0 or more, not {found}.", "vials")
    _check_most(found)


def _check_most(vials: int) -> None:
    if vials > MOST_VIALS:
        raise BadInput(f"{vials:,} vials are more than {MOST_VIALS:,}; look at the number again.", "vials")
