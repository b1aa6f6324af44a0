"""What the page of a patient shows on the day asked about: one value, gathered from the floors below."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import Fact
from rems.core.lens import Lens
from rems.events import queries as events
from rems.events.models import AdverseEvent
from rems.events.rules import Kind
from rems.followup import margin, queries
from rems.followup.drawing import Happened, drawings
from rems.followup.margin import DONE_WORDS, FACT_WORDS, Gateside
from rems.followup.queries import Course, Line
from rems.followup.schedule import VisitState
from rems.patients import queries as patients
from rems.patients.models import Patient, PatientFact
from rems.patients.queries import Place
from rems.patients.rules import FactKind
from rems.programs.rules import VisitKind
from rems.web.counting import days
from rems.web.days import end_of
from rems.web.filters import exact_moment, long_day

SHORT = {Kind.CRS: "CRS", Kind.ICANS: "ICANS"}
LONGEST_LABEL = 24
NEWEST = 5
FEW_VISITS = 5
LATE = {VisitState.DONE_LATE, VisitState.OVERDUE}
MISSED = {VisitState.OVERDUE, VisitState.WINDOW_NOT_SET}
AHEAD = {VisitState.OPEN, VisitState.DUE_SOON, VisitState.PLANNED}


@dataclass(frozen=True)
class Overview:
    """One patient on one day: the schedule with its drawing, and what stands in the margin. `whole`: every visit."""

    patient: Patient
    place: Place
    lens: Lens
    course: Course
    whole: bool
    ribbons: tuple[Markup, ...]
    gate: Gateside
    rescue: list[tuple[str, str]]
    consents: list[tuple[str, bool]]
    facts: list[tuple[FactKind, str, str]]
    latest: list[tuple[str, str, bool]]

    @property
    def enrolled(self) -> bool:
        return self.patient.enrolled_on <= self.lens.as_of

    @property
    def day(self) -> int:
        """The day of follow-up: the infusion is day 0."""
        return (self.lens.as_of - self.course.from_on).days

    @property
    def ahead(self) -> int:
        """How many visits are open or still to come."""
        return sum(line.state in AHEAD for line in self.course.lines)

    @property
    def missed(self) -> int:
        """How many visits have gone by unrecorded."""
        return sum(line.state in MISSED for line in self.course.lines)

    @property
    def has_windows(self) -> bool:
        return any(line.visit.has_window for line in self.course.lines)

    @property
    def inn(self) -> str:
        """The generic name of the product."""
        return next((p.inn for p in self.place.program.products if p.name == self.patient.product), "")

    @property
    def sentence(self) -> str:
        """Who the patient is, as the head of the page says it."""
        lines = self.patient.prior_lines
        before = "" if lines is None else f", {lines} prior {'line' if lines == 1 else 'lines'}"
        return (
            f"{self.patient.sex.person}, born {self.patient.birth_year}. {self.patient.indication}{before}. "
            f"{self.place.program.title} at {self.place.site.name} since {long_day(self.patient.enrolled_on)}."
        )

    @property
    def shown(self) -> tuple[Line, ...]:
        """The visits of the table: all, or those up to the one after the next."""
        lines, following = self.course.lines, self.course.next
        cut = max(lines.index(following) + 2, FEW_VISITS) if following else len(lines)
        return lines if self.whole or cut + 2 >= len(lines) else lines[:cut]

    def state_words(self, line: Line) -> str:
        """How a visit stands, with its days: 20 days late, opens in 50 days. Empty where its own words say enough."""
        visit, on = line.visit, self.lens.as_of
        if line.state is VisitState.WINDOW_NOT_SET:
            return "Target day passed"
        if visit.opens_on is None or visit.closes_on is None or self.course.provisional:
            return ""
        if line.state in LATE:
            return f"{days(((line.held_on or on) - visit.closes_on).days)} late"
        if line.state is VisitState.DONE_EARLY and line.held_on:
            return f"{days((visit.opens_on - line.held_on).days)} early"
        if line.state in {VisitState.OPEN, VisitState.DUE_SOON}:
            left = (visit.closes_on - on).days
            return f"Closes in {days(left)}" if left else "Closes today"
        if line.state is VisitState.PLANNED and line is self.course.next:
            return f"Opens in {days((visit.opens_on - on).days)}"
        return ""

    def how(self, line: Line) -> str:
        """How the patient was seen, or how the visit is meant."""
        if line.contact:
            return line.contact.words
        return {VisitKind.EXAMINATION: "Examination", VisitKind.QUERY: "A call is enough"}.get(line.visit.kind, "")


def of(actor: Actor, patient: Patient, place: Place, lens: Lens, *, now: datetime, whole: bool) -> Overview:
    """The page of a patient under the lens; events only for those who may read them."""
    zone = place.site.timezone
    today = day_in(zone, now)
    course = queries.course(patient, lens)
    facts = patients.facts_of(patient.id, lens)
    may = can(actor, Permission.EVENT_READ, scope_id=patient.scope_id, program_id=patient.program_id)
    found = events.of_patient(actor, patient.id, lens) if may else []
    happened = [Happened(event_label(one), one.holds_on) for one in found if course.infusion]
    at = now if lens.as_of == today else end_of(lens.as_of, zone)
    return Overview(
        patient=patient,
        place=place,
        lens=lens,
        course=course,
        whole=whole,
        ribbons=drawings(patient.number, course, happened, on=lens.as_of, today=today),
        gate=margin.gateside(actor, patient, place, lens, infusion=course.infusion, at=at),
        rescue=margin.rescue(patient, place, lens, facts, course.infusion),
        consents=margin.consents(facts),
        facts=margin.fact_rows(patient, place, lens, facts),
        latest=_latest(zone, course, facts, found),
    )


def event_label(event: AdverseEvent) -> str:
    """An event beside its diamond: CRS G2, Pneumonia G3."""
    term = SHORT.get(Kind(event.group), event.term)
    term = term if len(term) <= LONGEST_LABEL else f"{term[: LONGEST_LABEL - 1].rstrip()}…"
    return term if event.grade is None else f"{term} G{event.grade}"


def _latest(
    zone: str, course: Course, facts: Mapping[FactKind, PatientFact], found: list[AdverseEvent]
) -> list[tuple[str, str, bool]]:
    """The newest records of the patient, each with who made it and when, as the margin lists them."""
    made: list[tuple[Fact, str]] = [
        (row, DONE_WORDS.get(kind, f"{FACT_WORDS[kind]} recorded")) for kind, row in facts.items()
    ]
    made += [(line.fact, f"{line.visit.title} recorded") for line in course.lines if line.fact]
    made += [(one, f"{one.term} reported") for one in found]
    if course.infusion:
        made.append((course.infusion, "Infusion recorded"))
    newest = sorted(made, key=lambda one: (one[0].recorded_at, one[1]), reverse=True)[:NEWEST]
    return [
        (f"{what}, {row.recorded_by.split(' <')[0]}", exact_moment(row.recorded_at, zone), True) for row, what in newest
    ]
