"""The chart of a course: drawn from the same values for a page, a phone and a paper, with its finding in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup
from reportlab.graphics.shapes import Drawing

from rems.followup.bedside.course import Episode, Scale
from rems.followup.bedside.queries import Course, treatment
from rems.paper.charts import Given, Track, bedside
from rems.paper.svg import inline_svg

WIDE, NARROW = 896, 358
LEAST_DAYS = 7
NAMES = {Scale.CRS: "CRS", Scale.ICANS: "ICANS"}


def last_day(course: Course, on_day: int) -> int:
    """The last day that the chart and its table show: what is watched by then, and whatever was recorded."""
    recorded = [*course.days, *(course.ground.day(row.given_at) for row in course.treatments)]
    return max(LEAST_DAYS, min(on_day, course.watch.last), *recorded)


def chart(course: Course, width: float, *, on_day: int) -> Drawing:
    """The course up to a day."""
    last = last_day(course, on_day)
    return bedside(
        [_track(course, scale) for scale in Scale],
        [(_at(course, one.seen.at), float(one.seen.temperature_c)) for one in course.entries],
        [Given(_at(course, row.given_at), treatment(row).called) for row in course.treatments],
        last_day=last,
        width=width,
        today=on_day if on_day <= last else None,
    )


def drawings(course: Course, *, on_day: int) -> tuple[Markup, ...]:
    """The chart in both widths; its title tells the finding."""
    title = finding(course)
    return tuple(
        inline_svg(chart(course, width, on_day=on_day), title=title, css_class=name)
        for width, name in ((WIDE, "wide"), (NARROW, "narrow"))
    )


def finding(course: Course) -> str:
    """What the chart shows, in sentences."""
    found = [f"Course of patient {course.patient.number} after the infusion."]
    for scale in Scale:
        one = course.episode(scale)
        found.append(f"{NAMES[scale]}: {one.words if one else 'none'}.")
    if course.entries:
        hottest = max(one.seen.temperature_c for one in course.entries)
        found.append(f"Highest temperature {hottest} °C.")
    if course.treatments:
        given = (f"{treatment(row).called} on day {course.ground.day(row.given_at)}" for row in course.treatments)
        found.append(f"Given: {', '.join(given)}.")
    return " ".join(found)


def _track(course: Course, scale: Scale) -> Track:
    one = course.episode(scale)
    grades = {number: day.grade(scale) for number, day in course.days.items()}
    words = one.words if one else "no grade so far"
    return Track(NAMES[scale], words, grades, _named(one) if one else ())


def _named(one: Episode) -> list[tuple[int, str]]:
    """The days that bear a name; where onset and peak fall on one day, they share it."""
    if one.onset.day == one.peak.day:
        named = [(one.peak.day, "onset and peak")]
    else:
        named = [(one.onset.day, "onset"), (one.peak.day, "peak")]
    return [*named, *([(one.ended.day, "over")] if one.ended else [])]


def _at(course: Course, moment: datetime) -> float:
    """The day and the part of it, by the clocks of the site."""
    local = moment.astimezone(ZoneInfo(course.ground.zone))
    return course.ground.day(moment) + (local.hour * 60 + local.minute) / 1440
