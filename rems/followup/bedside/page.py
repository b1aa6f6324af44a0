"""What the page of a course shows on the day asked about: its days, markers and cases, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from markupsafe import Markup

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.followup.bedside import drawing, monitoring, queries
from rems.followup.bedside.course import Day, Scale
from rems.followup.bedside.markers import Marker, SampleState, asked_state, converted, hours_since, markers
from rems.followup.bedside.models import BedsideSample
from rems.followup.bedside.monitoring import DayState
from rems.followup.bedside.queries import Course, measured
from rems.followup.bedside.reporting import Told, told
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.web.days import end_of


@dataclass(frozen=True)
class DayLine:
    """One day of the course: how it stands, and what was seen on it."""

    number: int
    on: date
    state: DayState
    day: Day | None


@dataclass(frozen=True)
class SampleLine:
    """One value: as it was written, in the unit it is compared in, and its hours after the infusion."""

    row: BedsideSample
    title: str
    written: str
    shown: str
    hours: str


@dataclass(frozen=True)
class Shown:
    """A course on one day. `at` is the moment up to which it is told."""

    course: Course
    lens: Lens
    at: datetime
    died_on: date | None
    cases: Mapping[Scale, Told]

    @property
    def on_day(self) -> int:
        """The day of the course that is asked about."""
        return (self.lens.as_of - self.course.ground.infused_on).days

    @cached_property
    def lines(self) -> tuple[DayLine, ...]:
        """Each day that has come and is watched or has an entry, from the day of the infusion on."""
        course = self.course
        found = []
        for number in range(min(self.on_day, drawing.last_day(course, self.on_day)) + 1):
            how = monitoring.state(course.watch, number, entered=course.days, on=self.lens.as_of, died_on=self.died_on)
            if how is not DayState.BEYOND:
                found.append(DayLine(number, course.watch.day(number), how, course.days.get(number)))
        return tuple(found)

    @property
    def missed(self) -> int:
        return sum(line.state is DayState.MISSED for line in self.lines)

    @cached_property
    def samples(self) -> tuple[SampleLine, ...]:
        return tuple(_sample(self.course, row) for row in self.course.samples)

    @cached_property
    def asked_markers(self) -> tuple[tuple[Marker, SampleState], ...]:
        """The markers that are asked within hours of the infusion, and how each stands."""
        found = []
        for one in markers().values():
            taken = [row.taken_at for row in self.course.samples if row.marker == one.code]
            how = asked_state(one, taken, infused_at=self.course.ground.infused_at, now=self.at)
            if how is not None:
                found.append((one, how))
        return tuple(found)

    @property
    def charts(self) -> tuple[Markup, ...]:
        return drawing.drawings(self.course, on_day=self.on_day)

    def now_words(self, of: str) -> str:
        """The newest grade."""
        scale = Scale(of)
        known = [one.grade(scale) for one in self.course.entries if one.grade(scale) is not None]
        return f"Grade {known[-1]}" if known else "No grade"

    def peak_words(self, of: str) -> str:
        one = self.course.episode(Scale(of))
        return one.words if one else "none so far"


def of(actor: Actor, patient: Patient, place: Place, lens: Lens, *, now: datetime) -> Shown:
    """The course under the lens; cases only for those who may read events. Raises NotFound before an infusion."""
    course = queries.of_patient(patient, place, lens)
    if course is None:
        raise NotFound(f"{patient.number} was not infused by then; a course at the bedside begins with the infusion.")
    zone = place.site.timezone
    may = can(actor, Permission.EVENT_READ, scope_id=patient.scope_id, program_id=patient.program_id)
    found = {scale: told(actor, course, scale) for scale in Scale} if may else {}
    return Shown(
        course=course,
        lens=lens,
        at=now if lens.as_of == day_in(zone, now) else end_of(lens.as_of, zone),
        died_on=queries.died_on(patient, lens),
        cases={scale: one for scale, one in found.items() if one is not None},
    )


def _sample(course: Course, row: BedsideSample) -> SampleLine:
    one, value = markers().get(row.marker), measured(row)
    hours = format(hours_since(row.taken_at, course.ground.infused_at), "f")
    if one is None or row.unit not in one.units:  # no longer in the data: shown as it was written
        return SampleLine(row, row.marker, value.words, value.words, hours)
    return SampleLine(row, one.title, value.words, converted(one, value, one.unit).words, hours)
