"""What the vials on hand are worth: the dose of a weight, the state of a lot, the doses of the weeks ahead. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from rems.stock.rules import (
    LIGHT_BELOW_KG,
    MG_PER_KG,
    MG_PER_KG_LIGHT,
    MOST_MG,
    Pick,
    Shortfall,
    VialStock,
    counted,
    dose_mg,
    doses_on_hand,
    in_date,
    mg_words,
    reserve,
    said,
    vials_for_dose,
)


@dataclass(frozen=True)
class Worth:
    """The dose of one weight: how it is worked out, the vials that make it, and how many such doses are on hand."""

    weight_kg: Decimal
    dose_mg: Decimal
    pick: Pick | None
    doses: int

    @property
    def rule(self) -> str:
        """`8 mg/kg for 75 kg: 600 mg`."""
        most = f", at most {MOST_MG} mg" if self._factor * self.weight_kg > MOST_MG else ""
        return f"{self._factor} mg/kg for {mg_words(self.weight_kg)} kg{most}: {mg_words(self.dose_mg)} mg"

    @property
    def words(self) -> str:
        """`8 mg/kg for 82 kg: 656 mg, made of 400 + 200 + 80 mg, 24 mg left over. 5 such doses are on hand.`"""
        if self.pick is None:
            return f"{self.rule}. The vials on hand make no such dose."
        verb = "is" if self.doses == 1 else "are"
        return f"{self.rule}, made of {self.pick.words}. {counted(self.doses, 'such dose')} {verb} on hand."

    @property
    def _factor(self) -> int:
        return MG_PER_KG_LIGHT if self.weight_kg < LIGHT_BELOW_KG else MG_PER_KG


def worth(weight_kg: Decimal | int, on_hand: Sequence[VialStock], on: date) -> Worth:
    """What the vials in date on that day are worth for a weight. Raises BadInput for a weight outside 1 to 400 kg."""
    dose = dose_mg(weight_kg)
    return Worth(Decimal(weight_kg), dose, vials_for_dose(dose, on_hand, on), doses_on_hand(weight_kg, on_hand, on))


def lot_state(expires_on: date, on: date, *, vials: int, held: int, soon_days: int) -> tuple[str, str]:
    """The state of a lot and its words. What is expired or short comes before what expires soon."""
    left = (expires_on - on).days
    if left < 0:
        return "late", "Expired, take out"
    if held > vials:
        return "late", f"{counted(held - vials, 'vial')} short"
    if left == 0:
        return "soon", "Last day today"
    if left <= soon_days:
        return "soon", f"{counted(left, 'day')} left"
    return "met", "Available"


@dataclass(frozen=True)
class Ahead:
    """The doses on hand from today on as lots expire, if none is given and none comes in; and when too few are left.

    `planned` says on which days infusions are planned, and how many doses they need together; on the other days `asked`
    must be there. `short` is what is missing on `short_on`, the first such day; both None when there are enough.
    """

    points: tuple[tuple[date, int], ...]
    asked: int
    until: date
    short_on: date | None
    short: Shortfall | None
    planned: tuple[tuple[date, int], ...] = ()

    def needed(self, on: date) -> int:
        """How many doses must be there on a day."""
        return max(self.asked, dict(self.planned).get(on, 0))

    @property
    def short_until(self) -> date:
        """The first day after `short_on` on which enough is there again, at most `until`."""
        day = (self.short_on or self.until) + timedelta(days=1)
        while day < self.until and _on(self.points, day) < self.needed(day):
            day += timedelta(days=1)
        return min(day, self.until)

    @property
    def wanted(self) -> tuple[tuple[date, int], ...]:
        """How many doses must be there, from each day on which that changes."""
        days = {self.points[0][0], *(d for on, _ in self.planned for d in (on, on + timedelta(days=1)))}
        steps: list[tuple[date, int]] = []
        for day in sorted(d for d in days if d <= self.until):
            if not steps or steps[-1][1] != self.needed(day):
                steps.append((day, self.needed(day)))
        return tuple(steps)

    @property
    def words(self) -> str:
        """`Short by 2 doses on 14 Mar 2027 unless vials for them come in before.` Empty when there are enough."""
        if self.short_on is None or self.short is None:
            return ""
        missing = counted(self.short.doses_asked - self.short.doses_possible, "dose")
        them = "it" if missing.startswith("1 ") else "them"
        said_ = f"Short by {missing} on {said(self.short_on)} unless vials for {them} come in before."
        for_planned = dict(self.planned).get(self.short_on, 0)
        if for_planned > self.asked:
            said_ += f" The infusions planned on that day need {counted(for_planned, 'dose')}."
        return said_


def ahead(
    weight_kg: Decimal | int,
    on_hand: Sequence[VialStock],
    on: date,
    *,
    asked: int,
    days: int,
    planned: Mapping[date, int] = MappingProxyType({}),
) -> Ahead:
    """Look `days` days ahead from a day. `asked`: how many doses must be on site; 0 asks nothing.

    `planned`: how many doses the infusions of a day need. Raises BadInput for a weight outside 1 to 400 kg.
    """
    until = on + timedelta(days=days)
    turns = sorted({on} | {v.expires_on + timedelta(days=1) for v in in_date(on_hand, on)})
    points = tuple((day, doses_on_hand(weight_kg, on_hand, day)) for day in turns if day <= until)
    coming = tuple(sorted((day, doses) for day, doses in planned.items() if on <= day <= until and doses))
    look = Ahead(points, asked, until, None, None, coming)
    watched = sorted({day for day, _ in points} | {day for day, _ in coming})
    short_on = next((day for day in watched if _on(points, day) < look.needed(day)), None)
    missing = reserve(look.needed(short_on), weight_kg, on_hand, short_on) if short_on else None
    return replace(look, short_on=short_on, short=missing if isinstance(missing, Shortfall) else None)


def _on(points: Sequence[tuple[date, int]], day: date) -> int:
    return [doses for start, doses in points if start <= day][-1]
