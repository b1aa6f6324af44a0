"""What a step chart is drawn upon: its lines as data, where days and values lie, where the words of a zone stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from reportlab.lib.colors import Color

from rems.paper.charts.pen import Anchor, Pen
from rems.paper.styles import LATE, SOON

_LEAST = 110  # the room that words of a zone need at its left edge
_RAISES = 3  # steps by which the top may be raised to keep words off the lines


class ZoneKind(StrEnum):
    EXCEPTION = "exception"
    LATE = "late"


@dataclass(frozen=True)
class Series:
    """A name and the days from which each value holds, in order; the first value also holds before its day."""

    label: str
    points: Sequence[tuple[date, int]]

    def on(self, day: date) -> int:
        """The value of that day; 0 without points."""
        values = [value for since, value in self.points if since <= day] or [value for _, value in self.points[:1]]
        return values[-1] if values else 0


@dataclass(frozen=True)
class Zone:
    """From the first day to the second, with what is said in it, line by line."""

    start: date
    end: date
    lines: tuple[str, ...]
    kind: ZoneKind = ZoneKind.EXCEPTION


@dataclass(frozen=True)
class Plot:
    """Where a day and a value lie."""

    left: float
    right: float
    top: float
    foot: float
    start: date
    end: date
    most: int

    def x(self, day: date) -> float:
        whole = max((self.end - self.start).days, 1)
        return self.left + (self.right - self.left) * min(max((day - self.start).days, 0), whole) / whole

    def y(self, value: int) -> float:
        return self.foot - (self.foot - self.top) * value / self.most


@dataclass(frozen=True)
class Words:
    """The words of a zone where they will stand, and the room they take."""

    lines: tuple[str, ...]
    x: float
    anchor: Anchor
    left: float
    right: float
    top: float
    pitch: float
    color: Color

    @property
    def foot(self) -> float:
        return self.top + len(self.lines) * self.pitch + 0.25 * self.pitch

    def draw(self, pen: Pen) -> None:
        for number, line in enumerate(self.lines, start=1):
            pen.text(self.x, self.top + number * self.pitch, line, self.color, anchor=self.anchor, bold=True)


def words_of(pen: Pen, plot: Plot, zone: Zone) -> Words:
    """The words of a zone, broken to the room from its left edge; where that is too little, from its right edge."""
    u = pen.scale.unit
    start, end = plot.x(zone.start) + 8 * u, plot.x(zone.end) - 6 * u
    color = LATE if zone.kind is ZoneKind.LATE else SOON
    room = plot.right - start
    if room < _LEAST * u:
        wide = max((pen.measure(line, bold=True) for line in zone.lines), default=0)
        return Words(zone.lines, end, "end", end - wide, end, plot.top, 16 * u, color)
    lines = tuple(part for line in zone.lines for part in _broken(pen, line, room))
    wide = max((pen.measure(line, bold=True) for line in lines), default=0)
    return Words(lines, start, "start", start, start + wide, plot.top, 16 * u, color)


def _broken(pen: Pen, line: str, room: float) -> list[str]:
    """The line in pieces that fit the room, cut between words."""
    out: list[str] = []
    for word in line.split():
        if out and pen.measure(f"{out[-1]} {word}", bold=True) <= room:
            out[-1] += f" {word}"
        else:
            out.append(word)
    return out


def headroom(plot: Plot, step: int, words: Sequence[Words], both: Sequence[Series]) -> Plot:
    """The plot with a higher top, as far as words would lie upon a line."""
    for _ in range(_RAISES):
        if all(plot.y(high) > said.foot for said in words for high in _beneath(plot, said, both)):
            break
        plot = replace(plot, most=plot.most + step)
    return plot


def _beneath(plot: Plot, said: Words, both: Sequence[Series]) -> list[int]:
    """The values that either line takes below those words."""
    out = []
    for series in both:
        days = [plot.start, *(day for day, _ in series.points if plot.start < day <= plot.end), plot.end]
        spans = zip(days, days[1:], strict=False)
        out += [
            series.on(since) for since, until in spans if plot.x(since) <= said.right and plot.x(until) >= said.left
        ]
    return out
