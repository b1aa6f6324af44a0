"""The course after an infusion: the grades of each entry and each day; onset, peak and end of what they tell. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from rems.core.clock import day_in
from rems.events.grading import CrsInputs, CrsResult, crs
from rems.events.icans import IcansInputs, IcansResult, icans
from rems.followup.bedside.rules import Observation, crs_inputs, icans_inputs
from rems.followup.bedside.treatments import HIDES_FEVER, Treatment


class Scale(StrEnum):
    CRS = "crs"
    ICANS = "icans"


@dataclass(frozen=True)
class Ground:
    """What a course is counted from: the moment of the infusion, and the clocks of the site (IANA name)."""

    infused_at: datetime
    zone: str

    @property
    def infused_on(self) -> date:
        return day_in(self.zone, self.infused_at)

    def day(self, at: datetime) -> int:
        """The day of the course: the day of the infusion is 0, by the calendar of the site."""
        return (day_in(self.zone, at) - self.infused_on).days


@dataclass(frozen=True)
class Graded:
    """One entry with both grades; `key` is that of its row, None while it is being written."""

    key: UUID | None
    seen: Observation
    day: int
    crs_inputs: CrsInputs
    icans_inputs: IcansInputs
    crs: CrsResult
    icans: IcansResult

    def grade(self, scale: Scale) -> int | None:
        return self.crs.grade if scale is Scale.CRS else self.icans.grade

    def steps(self, scale: Scale) -> tuple[str, ...]:
        """Why it is that grade."""
        return self.crs.steps if scale is Scale.CRS else self.icans.steps


@dataclass(frozen=True)
class Episode:
    """CRS or neurotoxicity of a course: the first graded entry, the first of the worst, and the one that ended it.

    The onset is not after the peak, the peak not after the end. `ended` None: it goes on.
    """

    scale: Scale
    onset: Graded
    peak: Graded
    last: Graded
    ended: Graded | None

    @property
    def grade(self) -> int:
        """The highest grade."""
        return self.peak.grade(self.scale) or 0

    @property
    def words(self) -> str:
        """Onset day 2, peak grade 3 on day 4, over on day 8."""
        end = f"over on day {self.ended.day}" if self.ended else "goes on"
        return f"onset day {self.onset.day}, peak grade {self.grade} on day {self.peak.day}, {end}"


@dataclass(frozen=True)
class Day:
    """One day of the course: its highest grades and temperature; None where none was given."""

    number: int
    crs: int | None
    icans: int | None
    temperature_c: Decimal
    entries: tuple[Graded, ...]

    def grade(self, scale: Scale) -> int | None:
        return self.crs if scale is Scale.CRS else self.icans


def graded(
    entries: Iterable[tuple[UUID | None, Observation]], treatments: Iterable[Treatment], ground: Ground
) -> tuple[Graded, ...]:
    """Every entry with its grades, in the order of their moments, in whatever order they were entered.

    Fever of an earlier entry, and what was given since the day of that fever, count for the scale of CRS; what was
    given before any fever, as a premedication is, does not.
    """
    hiding = sorted(one.at for one in treatments if one.kind in HIDES_FEVER)
    first_fever: int | None = None
    found = []
    for key, seen in sorted(entries, key=lambda one: one[1].at):
        given = [ground.day(at) for at in hiding if at <= seen.at]
        treated = first_fever is not None and any(day >= first_fever for day in given)
        asked = crs_inputs(seen, prior_fever=first_fever is not None, treated=treated)
        looked = icans_inputs(seen)
        found.append(Graded(key, seen, ground.day(seen.at), asked, looked, crs(asked), icans(looked)))
        if first_fever is None and seen.has_fever:
            first_fever = ground.day(seen.at)
    return tuple(found)


def days(entries: Sequence[Graded]) -> Mapping[int, Day]:
    """Every day that has an entry; its grade is the highest of its entries."""
    found: dict[int, list[Graded]] = {}
    for one in entries:
        found.setdefault(one.day, []).append(one)
    return {number: _day(number, tuple(found[number])) for number in sorted(found)}


def episode(entries: Sequence[Graded], scale: Scale) -> Episode | None:
    """CRS or neurotoxicity of the course, from its first grade to the first entry after the last that is free of it.

    An entry that says nothing of neurotoxicity does not end it; one without a grade of CRS does.
    """
    sick = [one for one in entries if one.grade(scale)]
    if not sick:
        return None
    worst = max(one.grade(scale) or 0 for one in sick)
    peak = next(one for one in sick if one.grade(scale) == worst)
    ended = next((one for one in entries if one.seen.at > sick[-1].seen.at and _is_free(one, scale)), None)
    return Episode(scale, sick[0], peak, sick[-1], ended)


def _is_free(one: Graded, scale: Scale) -> bool:
    return not one.grade(scale) if scale is Scale.CRS else one.grade(scale) == 0


def _day(number: int, entries: tuple[Graded, ...]) -> Day:
    def highest(scale: Scale) -> int | None:
        return max((grade for one in entries if (grade := one.grade(scale)) is not None), default=None)

    hottest = max(one.seen.temperature_c for one in entries)
    return Day(number, highest(Scale.CRS), highest(Scale.ICANS), hottest, entries)
