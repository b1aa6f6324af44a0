"""The days after an infusion: grades of each day, the temperature, and what was given, on one axis of days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color

from rems.paper.charts.pen import Pen, free_lane, is_narrow, scale_for
from rems.paper.styles import ACCENT, EDGE, INK, LATE, LATE_WASH, LINE, SHADE, SHEET, SOFT, TOKENS, WASH

FEVER_C = 38.0
_LANES = 4
_CELL = {0: SHADE, 1: WASH, 2: TOKENS["soon-wash"], 3: LATE_WASH}
"""The ground of a grade; 4 and 5 stand on the color of what is late. The digit says it too."""


@dataclass(frozen=True)
class Track:
    """Grades by day on one scale; None: looked at, no grade. `named`: days with a word under them, such as the peak."""

    label: str
    words: str
    grades: Mapping[int, int | None]
    named: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Given:
    """A treatment, at a day and a part of it."""

    at: float
    label: str


@dataclass(frozen=True)
class _Axis:
    left: float
    right: float
    days: int

    @property
    def step(self) -> float:
        return (self.right - self.left) / self.days

    def x(self, at: float) -> float:
        """Where a day begins; half a day later is the middle of its column."""
        return self.left + self.step * min(max(at, 0), self.days)


def bedside(
    tracks: Sequence[Track],
    temperatures: Sequence[tuple[float, float]],
    given: Sequence[Given] = (),
    *,
    last_day: int,
    width: float,
    today: int | None = None,
) -> Drawing:
    """One column for each day from 0 to `last_day`; temperatures (°C) and treatments stand at parts of a day."""
    scale = scale_for(width)
    u = scale.unit
    axis = _Axis((24 if is_narrow(width) else 34) * u, width - 2 * u, last_day + 1)
    trial = Pen(Drawing(width, 10), scale)
    height = _draw(trial, axis, tracks, temperatures, given, today)
    drawing = Drawing(width, height)
    _draw(Pen(drawing, scale), axis, tracks, temperatures, given, today)
    return drawing


def _draw(
    pen: Pen,
    axis: _Axis,
    tracks: Sequence[Track],
    temperatures: Sequence[tuple[float, float]],
    given: Sequence[Given],
    today: int | None,
) -> float:
    """Everything, from the top down. Returns the height."""
    u = pen.scale.unit
    top = 0.0
    for track in tracks:
        top = _draw_track(pen, axis, track, top) + 8 * u
    foot = _draw_temperature(pen, axis, temperatures, top)
    if today is not None and 0 <= today < axis.days:
        pen.rule(axis.x(today + 0.5), foot - 4 * u, axis.x(today + 0.5), foot + 6 * u)
    low = _draw_days(pen, axis, foot)
    return _draw_given(pen, axis, given, low)


def _draw_track(pen: Pen, axis: _Axis, track: Track, top: float) -> float:
    """The name of a scale with what it came to, a cell for each day, and the named days below."""
    u = pen.scale.unit
    base = top + 14 * u
    pen.text(0, base, track.label, bold=True)
    after = pen.measure(track.label, bold=True) + 10 * u
    if after + pen.measure(track.words) > axis.right:
        base, after = base + 16 * u, 0
    pen.text(after, base, track.words, SOFT)
    cells, deep = base + 7 * u, 22 * u
    for number in range(axis.days):
        left, wide = axis.x(number), axis.step - (1.5 * u if axis.step > 6 * u else 0.5 * u)
        if number not in track.grades:
            pen.line(left, cells + deep, left + wide, cells + deep, LINE)
            continue
        grade = track.grades[number]
        color = SHADE if grade is None else _CELL.get(grade, LATE)
        pen.box(left, cells, wide, deep, color)
        text = "–" if grade is None else str(grade)
        if pen.measure(text) <= wide:
            ink: Color = SHEET if color is LATE else INK if grade else SOFT
            pen.text(left + wide / 2, cells + 15 * u, text, ink, anchor="middle", bold=bool(grade))
    return _draw_named(pen, axis, track, cells + deep)


def _draw_named(pen: Pen, axis: _Axis, track: Track, top: float) -> float:
    """Onset, peak and end under their days; where two would touch, the second moves a line down."""
    u = pen.scale.unit
    lanes, lowest = [-99.0] * _LANES, -1
    for number, word in sorted(track.named):
        middle, half = axis.x(number) + axis.step / 2, pen.measure(word) / 2
        left = min(max(middle - half, 0), axis.right - 2 * half)
        lane = free_lane(lanes, left, left + 2 * half, 4 * u)
        lane = _LANES - 1 if lane is None else lane
        lowest = max(lowest, lane)
        pen.line(middle, top, middle, top + (4 + 14 * lane) * u, EDGE)
        pen.text(left, top + (15 + 14 * lane) * u, word)
    return top + (5 + 14 * (lowest + 1)) * u


def _draw_temperature(pen: Pen, axis: _Axis, points: Sequence[tuple[float, float]], top: float) -> float:
    """The line of temperatures over its grid, with the edge of fever dashed. Returns where its axis lies."""
    u = pen.scale.unit
    pen.text(0, top + 14 * u, "Temperature, °C", bold=True)
    values = [value for _, value in points]
    low = min(36, *(int(value) for value in values)) if values else 36
    high = max(40, *(int(value) + 1 for value in values)) if values else 40
    ceiling, foot = top + 26 * u, top + 126 * u

    def y(value: float) -> float:
        return foot - (foot - ceiling) * (value - low) / (high - low)

    every = 1 if high - low <= 6 else 5
    for degree in range(low, high + 1):
        if (degree - low) % every == 0:
            pen.line(axis.left, y(degree), axis.right, y(degree), EDGE if degree == low else LINE)
            pen.text(axis.left - 6 * u, y(degree) + 4 * u, str(degree), SOFT, anchor="end")
    pen.way([(axis.left, y(FEVER_C)), (axis.right, y(FEVER_C))], INK, 1.5 if u == 1 else 1.1, (5, 3))
    way = [(axis.x(at), y(value)) for at, value in sorted(points)]
    if len(way) > 1:
        pen.way(way, ACCENT, 2 if u == 1 else 1.5)
    for x, at in way:
        pen.box(x - 2 * u, at - 2 * u, 4 * u, 4 * u, ACCENT)
    return foot


def _draw_days(pen: Pen, axis: _Axis, foot: float) -> float:
    """The numbers of the days, as many as fit; the first says what they are."""
    u = pen.scale.unit
    room = pen.measure("00") + 6 * u
    every = next(n for n in (1, 2, 7, 14, 28, 56, 112) if n * axis.step >= room)
    for number in range(0, axis.days, every):
        x = axis.x(number + 0.5)
        pen.line(x, foot, x, foot + 4 * u, EDGE)
        pen.text(x, foot + 18 * u, str(number), SOFT, anchor="middle")
    pen.text(axis.left - 6 * u, foot + 18 * u, "Day", SOFT, anchor="end")
    return foot + 22 * u


def _draw_given(pen: Pen, axis: _Axis, given: Sequence[Given], top: float) -> float:
    """What was given: a square at its moment, with its name where there is room. Returns where it ends."""
    u = pen.scale.unit
    lanes, lowest = [-99.0] * _LANES, -1
    for one in sorted(given, key=lambda one: one.at):
        x, wide = axis.x(one.at), pen.measure(one.label) + 11 * u
        rightwards = x + wide <= axis.right
        left, right = (x - 6 * u, x + wide) if rightwards else (x - wide, x + 6 * u)
        lane = free_lane(lanes, left, right, 6 * u)
        named, lane = lane is not None, _LANES - 1 if lane is None else lane
        lowest = max(lowest, lane)
        y = top + (12 + 18 * lane) * u
        pen.box(x - 4 * u, y - 4 * u, 8 * u, 8 * u, INK)
        if named:
            pen.text(x + (9 if rightwards else -9) * u, y + 4 * u, one.label, anchor="start" if rightwards else "end")
    return top + (4 + 18 * (lowest + 1)) * u
