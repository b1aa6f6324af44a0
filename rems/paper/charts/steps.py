"""Two step lines over days: doses on hand and asked for, with zones where fewer were enough or too few were there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color

from rems.paper.charts.days import day_text, tick_days
from rems.paper.charts.pen import Pen, free_lane, is_narrow, scale_for
from rems.paper.charts.plot import Plot, Series, Zone, ZoneKind, headroom, words_of
from rems.paper.styles import ACCENT, EDGE, INK, LATE, LATE_WASH, LINE, SHADE, SOFT, SOON

_MARK_LANES = 4


class MarkKind(StrEnum):
    INFUSION = "infusion"
    EXPIRY = "expiry"


@dataclass(frozen=True)
class Mark:
    """Something that happens on a day and changes a line."""

    day: date
    label: str
    kind: MarkKind = MarkKind.INFUSION


def steps(
    first: Series,
    second: Series,
    *,
    start: date,
    end: date,
    width: float,
    heading: str = "",
    zones: Sequence[Zone] = (),
    marks: Sequence[Mark] = (),
    at: date | None = None,
    at_label: str = "",
) -> Drawing:
    """The first line is solid, the second dashed; `at` is the day asked about. ValueError for an end before start."""
    if end < start:
        raise ValueError("the last day of a chart lies before its first")
    scale = scale_for(width)
    u = scale.unit
    narrow = is_narrow(width)
    top = (40 if heading else 14) * u
    values = [value for series in (first, second) for day, value in series.points if day <= end]
    step, most = _grid(max(values, default=0))
    left, right = (24 if narrow else 34) * u, width - (6 if narrow else 2) * u
    plot = Plot(left, right, top, top + 156 * u, start, end, most)
    trial = Pen(Drawing(width, 10), scale)
    words = [words_of(trial, plot, zone) for zone in zones]
    plot = headroom(plot, step, words, (first, second))
    drawing = Drawing(width, plot.foot + 26 * u + _draw_marks(trial, plot, marks, width))
    pen = Pen(drawing, scale)
    if heading:
        pen.text(0, 14 * u, heading, bold=True, small=narrow)
    for zone in zones:
        _draw_zone(pen, plot, zone)
    for value in range(0, plot.most + 1, step):
        pen.line(plot.left, plot.y(value), plot.right, plot.y(value), LINE if value else EDGE)
        pen.text(plot.left - 7 * u, plot.y(value) + 4 * u, f"{value:,}", SOFT, anchor="end")
    _draw_marks(pen, plot, marks, width)
    _draw_days(pen, plot)
    for said in words:
        said.draw(pen)
    _draw_series(pen, plot, second, INK, 1.5 if u == 1 else 1.1, (5, 3))
    _draw_series(pen, plot, first, ACCENT, 2 if u == 1 else 1.5)
    _name_series(pen, plot, first, second)
    if at is not None:
        x = plot.x(at)
        pen.rule(x, plot.top, x, plot.foot)
        y = plot.y(first.on(at)) + 15 * u
        y = y if y < plot.foot - 2 * u else plot.y(first.on(at)) - 6 * u
        fits = x + 6 * u + pen.measure(at_label, bold=True) <= plot.right
        pen.text(x + (6 if fits else -6) * u, y, at_label, bold=True, anchor="start" if fits else "end")
    return drawing


def _grid(highest: int) -> tuple[int, int]:
    """The distance of the grid's lines and its top: at most five lines above the axis, the topmost free."""
    step = next(n * 10**power for power in range(12) for n in (1, 2, 5) if highest // (n * 10**power) < 5)
    return step, (highest // step + 1) * step


def _draw_series(pen: Pen, plot: Plot, series: Series, color: Color, weight: float, dash: Sequence[float] = ()) -> None:
    level = plot.y(series.on(plot.start))
    points = [(plot.left, level)]
    for day, value in series.points:
        if plot.start < day <= plot.end and plot.y(value) != level:
            points += [(plot.x(day), level), (plot.x(day), plot.y(value))]
            level = plot.y(value)
    pen.way([*points, (plot.right, level)], color, weight, dash)


def _name_series(pen: Pen, plot: Plot, first: Series, second: Series) -> None:
    """Names stand at the lines: one above the upper, one below the lower or, at the axis, above it."""
    u = pen.scale.unit
    left = plot.left + 6 * u
    y1, y2 = plot.y(first.on(plot.start)), plot.y(second.on(plot.start))
    if abs(y1 - y2) < 1:
        pen.text(left, y1 - 7 * u, first.label, ACCENT, bold=True)
        pen.text(left + pen.measure(first.label, bold=True) + 14 * u, y1 - 7 * u, second.label, bold=True)
        return
    for label, y, above, color in ((first.label, y1, y1 < y2, ACCENT), (second.label, y2, y2 < y1, INK)):
        under = y + 16 * u
        pen.text(left, y - 7 * u if above or under > plot.foot - 2 * u else under, label, color, bold=True)


def _draw_zone(pen: Pen, plot: Plot, zone: Zone) -> None:
    left, right = plot.x(zone.start), plot.x(zone.end)
    pen.box(left, plot.top, right - left, plot.foot - plot.top, LATE_WASH if zone.kind is ZoneKind.LATE else SHADE)
    if zone.kind is ZoneKind.LATE:
        pen.line(left, plot.top, left, plot.foot, LATE, 1.5)


def _draw_days(pen: Pen, plot: Plot) -> None:
    """Ticks below the axis; first and last day are always named, others where there is room. A year is named once."""
    u = pen.scale.unit
    y = plot.foot + 19 * u
    first, year = day_text(plot.start, plot.start.year, named=True), plot.start.year
    pen.text(plot.left, y, first, SOFT)
    taken = plot.left + pen.measure(first) + 8 * u
    limit = plot.right - pen.measure(day_text(plot.end, 0)) - 8 * u
    for day in tick_days(plot.start, plot.end):
        x = plot.x(day)
        pen.line(x, plot.foot, x, plot.foot + 5 * u, EDGE)
        text = day_text(day, year)
        half = pen.measure(text) / 2
        if day not in (plot.start, plot.end) and x - half > taken and x + half < limit:
            pen.text(x, y, text, SOFT, anchor="middle")
            taken, year = x + half + 8 * u, day.year
    if plot.end > plot.start:
        pen.text(plot.right, y, day_text(plot.end, year), SOFT, anchor="end")


def _draw_marks(pen: Pen, plot: Plot, marks: Sequence[Mark], width: float) -> float:
    """What happens on a day, below it: a triangle for an expiry, a square for an infusion. Returns the height taken."""
    u = pen.scale.unit
    lanes = [-99.0] * _MARK_LANES
    deepest = -1
    shown = sorted((mark for mark in marks if plot.start <= mark.day <= plot.end), key=lambda mark: mark.day)
    for mark in shown:
        x, wide = plot.x(mark.day), pen.measure(mark.label) + 11 * u
        crossed = any(x < plot.x(other.day) < x + wide for other in shown)
        rightwards = x + wide <= width and not (crossed and x - wide > max(lanes[0], 0))
        left, right = (x - 6 * u, x + wide) if rightwards else (x - wide, x + 6 * u)
        lane = free_lane(lanes, left, right, 6 * u)
        named = lane is not None
        lane = _MARK_LANES - 1 if lane is None else lane
        deepest = max(deepest, lane)
        y = plot.foot + (39 + 18 * lane) * u
        pen.line(x, plot.foot, x, y - 8 * u, LINE)
        if mark.kind is MarkKind.EXPIRY:
            pen.mark("soon", x, y, 13 * u, SOON)
        else:
            pen.box(x - 5 * u, y - 5 * u, 10 * u, 10 * u, INK)
        if named:
            pen.text(
                x + (11 if rightwards else -11) * u, y + 4.5 * u, mark.label, anchor="start" if rightwards else "end"
            )
    return (22 + 18 * deepest) * u if deepest >= 0 else 0.0
