"""The course after an infusion as PDF, with the same chart as the page."""

from datetime import UTC, datetime
from typing import Any

from reportlab.platypus import Flowable

from rems.core.actor import Actor
from rems.followup.bedside import drawing
from rems.followup.bedside.course import Scale
from rems.followup.bedside.monitoring import DayState
from rems.followup.bedside.page import DayLine, Shown
from rems.followup.bedside.queries import treatment
from rems.followup.bedside.rules import ICE_WORDS, OXYGEN_ASKED, PRESSURE_WORDS, IceState, Observation
from rems.paper import parts
from rems.paper.page import Document, Proof, content_digest, page_size
from rems.patients.rules import said, when_words

MARKS = {
    DayState.DONE: parts.State.MET,
    DayState.DUE: parts.State.SOON,
    DayState.MISSED: parts.State.LATE,
    DayState.AHEAD: parts.State.OPEN,
    DayState.FREE: parts.State.NOT_ASKED,
    DayState.BEYOND: parts.State.NOT_ASKED,
}
KEY, NUMBER = parts.Kind.KEY, parts.Kind.NUMBER


def course_pdf(actor: Actor, shown: Shown, *, now: datetime, settled: bool) -> bytes:
    """The paper of a course under its lens. Asked again for the same moment of knowledge, its content is the same."""
    course, lens = shown.course, shown.lens
    content = content_of(shown)
    document = Document(
        title="Course after infusion",
        scope_line=f"Patient {course.patient.number}, {course.place.site.name}",
        subline=f"{course.infusion.product}, lot {course.infusion.lot}. {course.place.program.title}",
        facts=[
            ("Infused", when_words(course.ground.infused_at, course.ground.zone)),
            ("As of", said(lens.as_of)),
            ("Asked by", f"{actor.name}, {actor.role}"),
            ("Made", f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"),
        ],
        page_size=page_size(course.place.site.country),
        footer=Proof(
            as_of=lens.as_of,
            known_at=lens.known_at if settled else None,
            program_line=course.place.program.code,
            rules_digest="",
            content_digest=content_digest(content),
        ),
    )
    found = [drawing.finding(course), shown.course.watch.sentence]
    story: list[Flowable] = [
        parts.section(1, "The course", f"day {shown.on_day}"),
        *(parts.prose(text) for text in found),
        parts.figure(
            drawing.chart(course, document.width, on_day=shown.on_day),
            f"Days by the calendar of {course.ground.zone}; grades by ASTCT 2019, the highest of each day.",
        ),
        parts.section(2, "Days", f"{shown.missed} missed" if shown.missed else ""),
        parts.table(
            (parts.Column("Day", NUMBER), "Date", "Asked", "CRS", "ICANS", parts.Column("Highest °C", NUMBER)),
            [_day(line) for line in shown.lines],
            (8, 24, 24, 16, 16, 16),
        ),
        parts.section(3, "Entries", f"{len(course.entries)}"),
        *_entries(shown),
        parts.section(4, "Treatments", f"{len(course.treatments)}"),
        *_treatments(shown),
        parts.section(5, "Blood values", f"{len(shown.samples)}"),
        *_samples(shown),
    ]
    return document.render(story)


def content_of(shown: Shown) -> dict[str, Any]:
    """What the paper says, as plain values: its digest is that of exactly this."""
    course = shown.course
    return {
        "patient": course.patient.number,
        "infused_at": course.ground.infused_at,
        "as_of": shown.lens.as_of,
        "watch": course.watch.sentence,
        "days": [(line.number, line.state) for line in shown.lines],
        "entries": [
            {"at": one.seen.at, "seen": one.seen, "crs": one.crs.grade, "icans": one.icans.grade}
            for one in course.entries
        ],
        "treatments": [(row.given_at, treatment(row).called, row.lot, row.vials) for row in course.treatments],
        "samples": [(line.row.taken_at, line.row.marker, line.written) for line in shown.samples],
    }


def _grade(grade: int | None) -> str:
    return "–" if grade is None else str(grade)


def _day(line: DayLine) -> list[parts.Cell]:
    day = line.day
    grades = [_grade(day.grade(scale)) if day else None for scale in Scale]
    hottest = str(day.temperature_c) if day else None
    return [line.number, said(line.on), parts.StateCell(MARKS[line.state], line.state.words), *grades, hottest]


def _entries(shown: Shown) -> list[Flowable]:
    if not shown.course.entries:
        return [parts.prose("None by this day.")]
    rows: list[list[parts.Cell]] = [
        [
            when_words(one.seen.at, shown.course.ground.zone),
            str(one.seen.temperature_c),
            parts.Lines(*filter(None, [PRESSURE_WORDS[one.seen.pressure], pressure_words(one.seen)])),
            OXYGEN_ASKED[one.seen.oxygen],
            ice_words(one.seen),
            parts.Lines(f"CRS {_grade(one.crs.grade)}", f"ICANS {_grade(one.icans.grade)}"),
        ]
        for one in shown.course.entries
    ]
    columns = (parts.Column("Moment", KEY), parts.Column("°C", NUMBER), "Pressure", "Oxygen", "ICE", "Grades")
    return [parts.table(columns, rows, (24, 8, 20, 20, 14, 14))]


def pressure_words(seen: Observation) -> str:
    """118/76 mmHg; empty where it was not measured."""
    return f"{seen.systolic}/{seen.diastolic} mmHg" if seen.systolic is not None else ""


def ice_words(seen: Observation) -> str:
    """9 of 10, or why there is no score."""
    return f"{seen.ice_points} of 10" if seen.ice_points is not None else ICE_WORDS[IceState(seen.ice_state)]


def _treatments(shown: Shown) -> list[Flowable]:
    course = shown.course
    if not course.treatments:
        return [parts.prose("None by this day.")]
    rows = [
        [when_words(row.given_at, course.ground.zone), treatment(row).called, _vials(row.vials, row.lot)]
        for row in course.treatments
    ]
    return [parts.table((parts.Column("Moment", KEY), "Given", "Vials"), rows, (34, 40, 26))]


def _vials(vials: int | None, lot: str) -> str | None:
    return f"{vials} of lot {lot}" if vials else None


def _samples(shown: Shown) -> list[Flowable]:
    if not shown.samples:
        return [parts.prose("None by this day.")]
    zone = shown.course.ground.zone
    rows = [
        [when_words(line.row.taken_at, zone), f"{line.hours} h", line.title, line.written, line.shown]
        for line in shown.samples
    ]
    columns = (parts.Column("Taken", KEY), parts.Column("After", NUMBER), "Marker", "As written", "In one unit")
    return [parts.table(columns, rows, (26, 12, 26, 18, 18))]
