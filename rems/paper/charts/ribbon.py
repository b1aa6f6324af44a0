"""The fifteen-year ribbon: years, visits with their windows and states, serious events, infusion and today."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color

from rems.paper.charts.pen import Anchor, Pen, free_lane, is_narrow, scale_for
from rems.paper.styles import ACCENT, EDGE, LATE, MET, SHADE, SHEET, SOFT, SOON, WASH

YEAR = 365.25  # days, the mean of the calendar: an anniversary lies within a day of it
FIRST_WEIGHT = 3  # year 1 is that many times as wide as another
PHONE_YEARS = 7  # years in one row of a phone, after the first
_LABEL_LANES, _MARK_LANES = 3, 4


class VisitState(StrEnum):
    DONE = "done"
    LATE = "late"
    SOON = "soon"
    OPEN = "open"
    PLANNED = "planned"
    OFF = "off"


_FACES: dict[VisitState, tuple[str, Color]] = {
    VisitState.DONE: ("met", MET),
    VisitState.LATE: ("late", LATE),
    VisitState.SOON: ("soon", SOON),
    VisitState.OPEN: ("wait", ACCENT),
    VisitState.PLANNED: ("open", EDGE),
    VisitState.OFF: ("off", EDGE),
}


@dataclass(frozen=True)
class RibbonVisit:
    """Days count from the infusion, day 0. An open window ends at its target. `long_label` is for wide places."""

    label: str
    target_day: int
    opens_day: int | None
    closes_day: int | None
    state: VisitState
    long_label: str = ""


@dataclass(frozen=True)
class RibbonEvent:
    label: str
    day: int


@dataclass(frozen=True)
class RibbonSpan:
    """A stretch of years, both included, with what holds in it."""

    label: str
    from_year: int
    to_year: int


@dataclass(frozen=True)
class _Row:
    """The years that stand in one row, and where a day lies in it."""

    first: int
    last: int
    width: float

    def edge(self, year: int) -> float:
        """The x at which a year begins; one past the last gives the end of the row."""
        weights = [FIRST_WEIGHT if y == 1 and self.last > 1 else 1 for y in range(self.first, self.last + 1)]
        return self.width * sum(weights[: year - self.first]) / sum(weights)

    def x(self, day: float) -> float:
        years = min(max(day / YEAR, self.first - 1), self.last)
        year = min(int(years) + 1, self.last)
        return self.edge(year) + (years - (year - 1)) * (self.edge(year + 1) - self.edge(year))

    def holds(self, day: float) -> bool:
        """A day on the seam of two rows belongs to the earlier one; the first and last rows hold what lies outside."""
        return (self.first == 1 or day > (self.first - 1) * YEAR + 1) and day <= self.last * YEAR + 1


def ribbon(
    visits: Sequence[RibbonVisit],
    *,
    width: float,
    infusion_label: str,
    today_day: int | None,
    today_label: str = "Today",
    events: Sequence[RibbonEvent] = (),
    spans: Sequence[RibbonSpan] = (),
    years: int = 15,
) -> Drawing:
    """The follow-up of one patient. A phone gets rows of years and no braces. `today_day` None: nothing has gone by."""
    if is_narrow(width) and years > 1:
        starts = range(2, years + 1, PHONE_YEARS)
        rows = [_Row(1, 1, width), *(_Row(y, min(y + PHONE_YEARS - 1, years), width) for y in starts)]
    else:
        rows = [_Row(1, years, width)]
    scale = scale_for(width)
    last_day = years * YEAR
    laid = []
    for row in rows:
        in_row = sorted((v for v in visits if row.holds(min(v.target_day, last_day))), key=lambda v: v.target_day)
        met = sorted((e for e in events if row.holds(min(e.day, last_day))), key=lambda e: e.day)
        now = today_day if today_day is not None and row.holds(min(today_day, last_day)) else None
        laid.append((row, in_row, met, now))
    braces = spans if len(rows) == 1 else ()
    # The heights are only known once the labels have found their lanes: draw on a trial sheet first.
    heights = [
        _draw_row(Pen(Drawing(width, 10), scale), 0, *part, today_day, infusion_label, today_label, braces)
        for part in laid
    ]
    drawing = Drawing(width, sum(heights) + 8 * scale.unit * (len(rows) - 1))
    top = 0.0
    for part, height in zip(laid, heights, strict=True):
        _draw_row(Pen(drawing, scale), top, *part, today_day, infusion_label, today_label, braces)
        top += height + 8 * scale.unit
    return drawing


def _draw_row(
    pen: Pen,
    top: float,
    row: _Row,
    visits: Sequence[RibbonVisit],
    events: Sequence[RibbonEvent],
    now: int | None,
    today: int | None,
    infusion_label: str,
    today_label: str,
    spans: Sequence[RibbonSpan],
) -> float:
    """One row, from `top` down. Returns its height."""
    u = pen.scale.unit
    starts = row.first == 1
    titles = int(starts or now is not None)
    if starts and now is not None and row.x(now) < pen.measure(infusion_label, bold=True, small=False) + 20 * u:
        titles = 2
    band = top + (titles * 17 + (20 if events else 0) + 4) * u
    deep = (30 if not is_narrow(row.width) else 26) * u
    _draw_years(pen, row, band, deep, today)
    if events:
        _draw_events(pen, row, events, band - 11 * u, None if now is None else row.x(now))
    if starts:
        pen.rule(0.75, top + 1 * u, 0.75, band)
        pen.text(7 * u, top + 12 * u, infusion_label, bold=True, small=False)
    if now is not None:
        x = min(max(row.x(now), 0.75), row.width - 0.75)
        # A second title stands below the first, and its line stops where it would cross the name of year 1.
        lower = 17 * u if titles == 2 else 0
        crosses = starts and x < pen.measure("Year 1", bold=True, small=False) + 14 * u
        pen.rule(x, top + lower + 1 * u, x, band + (0 if crosses else deep))
        room = x + pen.measure(today_label, bold=True, small=False) + 6 * u <= row.width
        at = x + (6 if room else -6) * u
        anchor: Anchor = "start" if room else "end"
        pen.text(at, top + lower + 12 * u, today_label, anchor=anchor, bold=True, small=False)
    foot = _draw_visits(pen, row, visits, band + deep)
    return (_draw_spans(pen, row, spans, foot) if spans else foot) - top


def _draw_years(pen: Pen, row: _Row, top: float, deep: float, today: int | None) -> None:
    """The cells: gone, under way, to come."""
    u = pen.scale.unit
    baseline = top + deep / 2 + pen.scale.text * 0.35
    day = -1.0 if today is None else today
    for year in range(row.first, row.last + 1):
        left, right = row.edge(year), row.edge(year + 1) - (2 * u if year < row.last else 0)
        gone = day >= year * YEAR - 1
        under_way = not gone and day >= (year - 1) * YEAR - 1
        pen.box(left, top, right - left, deep, ACCENT if gone else SHADE)
        if under_way:
            pen.box(left, top, min(row.x(day), right) - left, deep, WASH)
        color = SHEET if gone else ACCENT if under_way else SOFT
        if year == 1 and right - left > 70 * u:
            pen.text(left + 9 * u, baseline, "Year 1", color, bold=gone or under_way, small=False)
        else:
            pen.text(
                (left + right) / 2, baseline, str(year), color, anchor="middle", bold=gone or under_way, small=False
            )


def _draw_events(pen: Pen, row: _Row, events: Sequence[RibbonEvent], y: float, now_x: float | None) -> None:
    """Diamonds with their words where these have room before the next diamond, the line of today and the end."""
    u = pen.scale.unit
    at: list[float] = []
    for event in events:
        x = min(max(row.x(event.day), 7 * u), row.width - 7 * u)
        at.append(max(x, at[-1] + 11 * u) if at else x)
    # Events of the same days stand beside one another; the last of them at the end of the row pushes the others back.
    at = [min(x, row.width - 7 * u - 11 * u * left) for x, left in zip(at, range(len(at) - 1, -1, -1), strict=True)]
    for number, (event, x) in enumerate(zip(events, at, strict=True)):
        pen.diamond(x, y, 5.6 * u)
        stops = [row.width + 1, *(other - 7 * u for other in at[number + 1 : number + 2])]
        stops += [now_x - 2 * u] if now_x is not None and now_x > x else []
        if x + 10 * u + pen.measure(event.label) <= min(stops):
            pen.text(x + 10 * u, y + 4 * u, event.label, SOFT)


def _draw_visits(pen: Pen, row: _Row, visits: Sequence[RibbonVisit], band: float) -> float:
    """Windows, marks and labels under the band; what would touch moves one lane down. Returns where the row ends."""
    u = pen.scale.unit
    size = 15 * u
    mark_lanes, label_lanes = [-99.0] * _MARK_LANES, [-99.0] * _LABEL_LANES
    placed: list[tuple[RibbonVisit, float, int]] = []
    for visit in visits:
        x = min(max(row.x(visit.target_day), size / 2), row.width - size / 2)
        lane = free_lane(mark_lanes, x - size / 2, x + size / 2, 1 * u)
        placed.append((visit, x, _MARK_LANES - 1 if lane is None else lane))
    deepest = max((lane for _, _, lane in placed), default=0)
    base = band + (45 + 17 * deepest) * u
    lowest = 0
    for visit, x, lane in placed:
        first = row.x(visit.opens_day if visit.opens_day is not None else visit.target_day)
        last = row.x(visit.closes_day if visit.closes_day is not None else visit.target_day)
        if last > first:
            pen.rule(first, band + 7 * u, last, band + 7 * u)
        name, color = _FACES[visit.state]
        pen.mark(name, x, band + (22 + 17 * lane) * u, size, color)
        roomy = row.first == row.last
        label = visit.long_label if roomy and visit.long_label else visit.label
        half = pen.measure(label) / 2
        left, right = x - half, x + half
        if right > row.width:
            left, right = row.width - 2 * half, row.width
        elif left < 0:
            left, right = 0, 2 * half
        found = free_lane(label_lanes, left, right, 1 * u)
        if found is None:
            continue
        lowest = max(lowest, found)
        anchored: Anchor = "end" if right >= row.width else "start" if left <= 0 else "middle"
        at = {"end": row.width, "start": 0.0, "middle": x}[anchored]
        pen.text(at, base + 14 * found * u, label, SOFT, anchor=anchored)
    return base + (5 + 14 * lowest) * u


def _draw_spans(pen: Pen, row: _Row, spans: Sequence[RibbonSpan], top: float) -> float:
    """Braces below the labels, each with its words. Returns where they end."""
    u = pen.scale.unit
    for span in spans:
        left = row.edge(span.from_year) + (4 * u if span.from_year > row.first else 0.5)
        right = row.edge(min(span.to_year, row.last) + 1) - (4 * u if span.to_year < row.last else 0.5)
        foot = top + 5 * u
        pen.way([(left, top), (left, foot), (right, foot), (right, top)], EDGE, 1 if u == 1 else 0.75)
        pen.text((left + right) / 2, foot + 14 * u, span.label, SOFT, anchor="middle")
    return top + 23 * u
