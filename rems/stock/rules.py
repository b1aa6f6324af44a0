"""Which vials make a dose of tocilizumab, how many doses a stock holds, and which to hold for a patient. Pure.

All amounts are exact: milligrams are whole numbers or `Decimal`, never floats.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from uuid import UUID

from rems.core.errors import BadInput

STRENGTHS_MG = (400, 200, 80)
MOST_MG = 800
LIGHT_BELOW_KG = 30
MG_PER_KG_LIGHT = 12
MG_PER_KG = 8
LEAST_KG, MOST_KG = 1, 400
DOSE_SOURCE = "US labeling of tocilizumab for CRS: 12 mg/kg below 30 kg, 8 mg/kg from 30 kg, at most 800 mg"


class MovementKind(StrEnum):
    RECEIPT = "receipt"
    USED = "used"
    WASTED = "wasted"
    EXPIRED = "expired"
    RETURNED = "returned"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    COUNT_ADJUSTMENT = "count_adjustment"


SIGN: Mapping[MovementKind, int] = {
    MovementKind.RECEIPT: +1,
    MovementKind.USED: -1,
    MovementKind.WASTED: -1,
    MovementKind.EXPIRED: -1,
    MovementKind.RETURNED: -1,
    MovementKind.TRANSFER_OUT: -1,
    MovementKind.TRANSFER_IN: +1,
    MovementKind.COUNT_ADJUSTMENT: 0,
}
"""+1 adds vials, -1 takes them, 0 may do either. `returned` is back to the supplier."""


@dataclass(frozen=True)
class VialStock:
    """Vials of one lot that are on hand. They count up to and on the day they expire, not after it.

    Raises BadInput for a strength that is not made.
    """

    lot_id: UUID
    strength_mg: int
    expires_on: date
    vials: int

    def __post_init__(self) -> None:
        check_strength(self.strength_mg)


@dataclass(frozen=True)
class Pick:
    """The vials of one dose, largest strength first and first to expire first within a strength."""

    dose_mg: Decimal
    vials: tuple[VialStock, ...]

    @property
    def total_mg(self) -> int:
        return sum(v.strength_mg * v.vials for v in self.vials)

    @property
    def left_over_mg(self) -> Decimal:
        return self.total_mg - self.dose_mg

    @property
    def words(self) -> str:
        """`400 + 200 + 80 mg, 24 mg left over`."""
        strengths = " + ".join(str(v.strength_mg) for v in self.vials for _ in range(v.vials))
        return f"{strengths} mg, {mg_words(self.left_over_mg)} mg left over"


@dataclass(frozen=True)
class Shortfall:
    """Why the doses asked for cannot be made from the vials on hand."""

    doses_asked: int
    doses_possible: int
    dose_mg: Decimal
    vials: int
    total_mg: int
    vials_expired: int
    on: date

    @property
    def words(self) -> str:
        asked, possible = counted(self.doses_asked, "dose"), counted(self.doses_possible, "dose")
        verb = "is" if self.doses_asked == 1 else "are"
        held = f"{counted(self.vials, 'vial')} ({self.total_mg:,} mg)" if self.vials else "no vials"
        makes = "makes" if self.vials == 1 else "make"
        words = f"{asked} of {mg_words(self.dose_mg)} mg {verb} needed; "
        words += f"{held} in date on {said(self.on)} {makes} {possible}."
        if self.vials_expired:
            have = "has" if self.vials_expired == 1 else "have"
            words += f" {counted(self.vials_expired, 'more vial')} {have} expired."
        fresh = _fewest_waste(self.dose_mg, dict.fromkeys(STRENGTHS_MG, MOST_MG))
        mend = " + ".join(str(s) for s, n in (fresh or {}).items() for _ in range(n))
        return f"{words} Each missing dose takes vials of {mend} mg."


def dose_mg(weight_kg: Decimal | int) -> Decimal:
    """The dose of tocilizumab for CRS, in milligrams: 12 mg/kg below 30 kg, 8 mg/kg from 30 kg, at most 800 mg.

    Source: `DOSE_SOURCE`. Nothing is rounded: 75.3 kg gives 602.4 mg. Raises BadInput for a weight outside 1 to 400 kg.
    """
    weight = Decimal(weight_kg)
    if not weight.is_finite() or not LEAST_KG <= weight <= MOST_KG:
        raise BadInput(f"The weight must lie between {LEAST_KG} and {MOST_KG} kg, not {weight_kg}.", "weight_kg")
    return min(Decimal(MOST_MG), weight * (MG_PER_KG_LIGHT if weight < LIGHT_BELOW_KG else MG_PER_KG))


def in_date(on_hand: Iterable[VialStock], on: date) -> tuple[VialStock, ...]:
    """What may still be given on that day. On the day printed as expiry a vial still counts, the day after not."""
    return tuple(v for v in on_hand if v.vials > 0 and v.expires_on >= on)


def vials_for_dose(dose_mg: Decimal | int, on_hand: Sequence[VialStock], on: date) -> Pick | None:
    """The vials for one dose: least left over, then fewest vials, then first to expire. None: not enough in date.

    Raises BadInput for a dose that is not above 0 and at most 800 mg.
    """
    dose = _check_dose(dose_mg)
    usable = in_date(on_hand, on)
    chosen = _fewest_waste(dose, _by_strength(usable))
    return _draw(dose, chosen, usable) if chosen else None


def doses_on_hand(weight_kg: Decimal | int, on_hand: Sequence[VialStock], on: date) -> int:
    """How many doses for that weight can be made from what is in date, each taken as `vials_for_dose` takes it.

    Exact up to two doses. Above that it may say fewer than a cleverer split would give, never more.
    """
    return sum(times for _, times in _rounds(dose_mg(weight_kg), _by_strength(in_date(on_hand, on))))


def reserve(
    doses: int, weight_kg: Decimal | int, on_hand: Sequence[VialStock], on: date
) -> tuple[Pick, ...] | Shortfall:
    """The vials to hold for that many doses, dose by dose; or, all or nothing, what is missing.

    Raises BadInput for fewer than one dose or a weight outside 1 to 400 kg.
    """
    if doses < 1:
        raise BadInput(f"The number of doses must be 1 or more, not {doses}.", "doses")
    dose = dose_mg(weight_kg)
    usable = in_date(on_hand, on)
    possible = doses_on_hand(weight_kg, usable, on)
    if possible < doses:
        vials, total = sum(v.vials for v in usable), sum(v.vials * v.strength_mg for v in usable)
        expired = sum(max(v.vials, 0) for v in on_hand if v.expires_on < on)
        return Shortfall(doses, possible, dose, vials, total, expired, on)
    picks: list[Pick] = []
    while len(picks) < doses and (chosen := _fewest_waste(dose, _by_strength(usable))):
        picks.append(_draw(dose, chosen, usable))
        usable = _without(usable, picks[-1])
    return tuple(picks)


def check_strength(strength_mg: int) -> None:
    """A strength that is made. Raises BadInput."""
    if strength_mg not in STRENGTHS_MG:
        raise BadInput(f"Vials of tocilizumab hold 80, 200 or 400 mg, not {strength_mg} mg.", "strength_mg")


def _check_dose(dose: Decimal | int) -> Decimal:
    exact = Decimal(dose)
    if not exact.is_finite() or not 0 < exact <= MOST_MG:
        raise BadInput(f"A dose is more than 0 and at most {MOST_MG} mg, not {dose} mg.", "dose_mg")
    return exact


def _by_strength(usable: Iterable[VialStock]) -> dict[int, int]:
    found: Counter[int] = Counter()
    for stock in usable:
        found[stock.strength_mg] += stock.vials
    return dict(found)


def _combinations(dose: Decimal, have: Sequence[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Every count per strength that reaches the dose and stops there; the last strength fills up what is missing."""
    strength, vials = have[0]
    enough = max(0, int((dose / strength).to_integral_value(ROUND_CEILING)))
    if len(have) == 1:
        if enough <= vials:
            yield (enough,)
        return
    for count in range(min(vials, enough) + 1):
        for rest in _combinations(dose - count * strength, have[1:]):
            yield (count, *rest)


def _fewest_waste(dose: Decimal, available: Mapping[int, int]) -> dict[int, int] | None:
    """Vials per strength, largest first: least total, then fewest vials. No two differ in neither (see the test)."""
    have = sorted(available.items(), reverse=True)
    options = list(_combinations(dose, have)) if have else []
    if not options:
        return None
    strengths = [strength for strength, _ in have]
    best = min(options, key=lambda counts: (sum(s * n for s, n in zip(strengths, counts, strict=True)), sum(counts)))
    return {s: n for s, n in zip(strengths, best, strict=True) if n}


def _rounds(dose: Decimal, available: dict[int, int]) -> Iterator[tuple[dict[int, int], int]]:
    """The same best choice is taken as often as the vials last; then the next best, until no dose is left."""
    while chosen := _fewest_waste(dose, available):
        times = min(available[s] // n for s, n in chosen.items())
        available = {s: n - times * chosen.get(s, 0) for s, n in available.items()}
        yield chosen, times


def _draw(dose: Decimal, chosen: Mapping[int, int], usable: Sequence[VialStock]) -> Pick:
    """Take the chosen vials from the lots that expire first."""
    taken: list[VialStock] = []
    for strength, wanted in chosen.items():
        for stock in sorted((v for v in usable if v.strength_mg == strength), key=lambda v: (v.expires_on, v.lot_id)):
            if vials := min(wanted, stock.vials):
                taken.append(replace(stock, vials=vials))
                wanted -= vials
    return Pick(dose, tuple(taken))


def _without(usable: Sequence[VialStock], pick: Pick) -> tuple[VialStock, ...]:
    left = Counter({(v.lot_id, v.strength_mg, v.expires_on): v.vials for v in pick.vials})
    rest: list[VialStock] = []
    for stock in usable:
        key = (stock.lot_id, stock.strength_mg, stock.expires_on)
        gone = min(left[key], stock.vials)
        left[key] -= gone
        if stock.vials > gone:
            rest.append(replace(stock, vials=stock.vials - gone))
    return tuple(rest)


def mg_words(amount: Decimal) -> str:
    """602.4 or 1,200: an amount in milligrams without needless zeros."""
    return f"{amount.normalize():,f}"


def counted(number: int, word: str) -> str:
    """1 vial, 2 vials."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def said(on: date) -> str:
    """24 Nov 2026: a day in a sentence."""
    return f"{on.day} {on:%b} {on.year}"
