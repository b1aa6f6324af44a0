"""Doses on hand from day to day, and the days on which they were too few. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from rems.stock.rules import VialStock, doses_on_hand


@dataclass(frozen=True)
class Change:
    """A movement of the vials of one lot on a day; vials that were there before the first day count as one on it."""

    lot_id: UUID
    strength_mg: int
    expires_on: date
    on: date
    vials: int
    lot: str = ""


def doses_through(changes: Sequence[Change], *, start: date, end: date, weight_kg: int) -> list[tuple[date, int]]:
    """The days from which each number of doses was on hand, the first day always among them.

    A number changes where vials move, and on the day after a lot expires. Raises BadInput for a weight outside 1 to
    400 kg.
    """
    moved = {max(c.on, start) for c in changes if c.on <= end}
    gone = {c.expires_on + timedelta(days=1) for c in changes}
    found: list[tuple[date, int]] = []
    for day in sorted({start} | moved | {d for d in gone if start < d <= end}):
        doses = doses_on_hand(weight_kg, _on_hand(changes, day), day)
        if not found or found[-1][1] != doses:
            found.append((day, doses))
    return found


def _on_hand(changes: Sequence[Change], day: date) -> list[VialStock]:
    lots: dict[UUID, VialStock] = {}
    for one in changes:
        if one.on <= day:
            held = lots.get(one.lot_id) or VialStock(one.lot_id, one.strength_mg, one.expires_on, 0)
            lots[one.lot_id] = replace(held, vials=held.vials + one.vials)
    return list(lots.values())


def expiring(changes: Sequence[Change], *, start: date, end: date) -> list[tuple[date, str]]:
    """The lots that expire in this time with vials left, by day: their last day of use, and their number."""
    found = {c.lot_id: c for c in changes if start <= c.expires_on <= end}
    kept = [
        c for c in found.values() if any(v.vials > 0 and v.lot_id == c.lot_id for v in _on_hand(changes, c.expires_on))
    ]
    return sorted((c.expires_on, c.lot) for c in kept)


def asked_through(asked: Callable[[date], int], *, start: date, end: date) -> list[tuple[date, int]]:
    """The days from which each number of doses was asked for."""
    found: list[tuple[date, int]] = []
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        if not found or found[-1][1] != asked(day):
            found.append((day, asked(day)))
    return found


def too_few(
    on_hand: Sequence[tuple[date, int]], asked: Sequence[tuple[date, int]], *, end: date
) -> list[tuple[date, date]]:
    """The spans, first day and the day after the last, on which fewer doses were there than were asked for."""
    found: list[tuple[date, date]] = []
    days = sorted({day for day, _ in (*on_hand, *asked)})
    for day, after in zip(days, [*days[1:], end], strict=True):
        if _at(on_hand, day) >= _at(asked, day):
            continue
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], after)
        else:
            found.append((day, after))
    return found


def _at(points: Sequence[tuple[date, int]], day: date) -> int:
    return [value for since, value in points if since <= day][-1]
