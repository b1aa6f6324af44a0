"""The ribbon of one patient: fifteen years of visits and events, for page and phone, and its finding in words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup
from reportlab.graphics.shapes import Drawing

from rems.followup.queries import Course, Line
from rems.followup.schedule import VisitState
from rems.paper.charts import RibbonEvent, RibbonSpan, RibbonVisit, ribbon
from rems.paper.charts import VisitState as Mark
from rems.paper.svg import inline_svg
from rems.patients.rules import said
from rems.programs.rules import Unit, VisitKind
from rems.web.filters import long_day

WIDE, NARROW = 896, 358
MARKS = {
    VisitState.DONE: Mark.DONE,
    VisitState.DONE_EARLY: Mark.SOON,
    VisitState.DONE_LATE: Mark.LATE,
    VisitState.OPEN: Mark.OPEN,
    VisitState.DUE_SOON: Mark.SOON,
    VisitState.OVERDUE: Mark.LATE,
    VisitState.PLANNED: Mark.PLANNED,
    VisitState.WINDOW_NOT_SET: Mark.OPEN,
    VisitState.NOT_DUE: Mark.OFF,
}
TOLD = {
    VisitState.DONE: "Done in time",
    VisitState.DONE_EARLY: "Done before its window",
    VisitState.DONE_LATE: "Done after its window",
    VisitState.OVERDUE: "Overdue",
    VisitState.OPEN: "Window open",
    VisitState.DUE_SOON: "Window closes soon",
    VisitState.WINDOW_NOT_SET: "Target day passed, no window set",
    VisitState.NOT_DUE: "No longer due",
}
SPANS = {VisitKind.EXAMINATION: "examination", VisitKind.QUERY: "yearly query, a phone contact is enough"}
_CODE = re.compile(r"([DMY])0*(\d+)")
_UNITS = {"D": ("d", "day {}"), "M": ("mo", "{} months"), "Y": ("y", "year {}")}


@dataclass(frozen=True)
class Happened:
    """An adverse event as the ribbon shows it."""

    label: str
    on: date


def drawings(number: str, course: Course, happened: Sequence[Happened], *, on: date, today: date) -> tuple[Markup, ...]:
    """The ribbon in both widths; `on` is the day asked about. The title tells what is seen."""
    title = finding(number, course, happened, on=on)
    return tuple(
        inline_svg(drawn(course, happened, width, on=on, today=today), title=title, css_class=name)
        for width, name in ((WIDE, "wide"), (NARROW, "narrow"))
    )


def drawn(course: Course, happened: Sequence[Happened], width: float, *, on: date, today: date) -> Drawing:
    day = (on - course.from_on).days
    return ribbon(
        [_mark(line, course.from_on) for line in course.lines],
        width=width,
        infusion_label=f"Infusion{' planned' if course.provisional else ''}, {said(course.from_on)}",
        today_day=None if course.provisional else day,
        today_label=f"{'Today' if on == today else said(on)}, day {day:,}",
        events=[RibbonEvent(one.label, (one.on - course.from_on).days) for one in happened],
        spans=list(_spans(course)),
        years=_years(course),
    )


def _years(course: Course) -> int:
    duration = course.schedule.duration
    return duration.value if duration.unit is Unit.YEARS else 15


def _mark(line: Line, from_on: date) -> RibbonVisit:
    visit = line.visit
    short, long = labels(visit.code, visit.title)
    return RibbonVisit(
        label=short,
        long_label=long,
        target_day=(visit.target_on - from_on).days,
        opens_day=(visit.opens_on - from_on).days if visit.opens_on else None,
        closes_day=(visit.closes_on - from_on).days if visit.closes_on else None,
        state=MARKS[line.state],
    )


def labels(code: str, title: str) -> tuple[str, str]:
    """A visit under its mark, short and in words: 100 d and day 100. A code of another make is shown by its title."""
    found = _CODE.fullmatch(code)
    if found is None or int(found[2]) == 0:
        return "", title
    short, long = _UNITS[found[1]]
    return f"{int(found[2])} {short}", long.format(int(found[2]))


def _spans(course: Course) -> Iterator[RibbonSpan]:
    """Stretches of years in which a visit is an examination or a query; none where all visits are of one kind."""
    for kind, lines in groupby(course.lines, key=lambda line: line.visit.kind):
        years = [line.visit.year for line in lines]
        if kind in SPANS:
            yield RibbonSpan(f"Years {years[0]} to {years[-1]}: {SPANS[kind]}", years[0], years[-1])


def finding(number: str, course: Course, happened: Sequence[Happened], *, on: date) -> str:
    """What the ribbon shows, in sentences."""
    begins, ends = long_day(course.from_on), long_day(course.ends_on)
    if course.provisional:
        return f"Follow-up of patient {number} as planned: infusion on {begins}, {len(course.lines)} visits to {ends}."
    told = [f"Follow-up of patient {number} from {begins} to {ends}."]
    year = min((on - course.from_on).days * 100 // 36525 + 1, _years(course))
    told.append(f"{long_day(on)} is in year {year}.")
    for state, words in TOLD.items():
        titles = [line.visit.title for line in course.lines if line.state is state]
        if state is VisitState.NOT_DUE and titles:
            told.append(f"{words}: {len(titles)} visits, the patient died on {long_day(course.died_on)}.")
        elif titles:
            told.append(f"{words}: {', '.join(titles)}.")
    if course.next and course.next.state is VisitState.PLANNED:
        told.append(f"Next: {course.next.visit.title}, target {long_day(course.next.visit.target_on)}.")
    if happened:
        told.append(f"Events: {', '.join(f'{one.label} on {long_day(one.on)}' for one in happened)}.")
    return " ".join(told)
