"""The summary of a follow-up as PDF: the ribbon, each visit, the turns it took, and the adverse events."""

from collections.abc import Sequence
from datetime import UTC, datetime

from reportlab.platypus import Flowable

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.lens import Lens
from rems.events import queries as events
from rems.events.models import AdverseEvent
from rems.followup.drawing import Happened, drawn
from rems.followup.overview import event_label
from rems.followup.queries import Course, Line
from rems.followup.schedule import DONE, VisitState
from rems.followup.turns import queries
from rems.followup.turns.models import ContactAttempt, FollowupTurn
from rems.followup.turns.rules import Standing, TurnKind
from rems.paper import parts
from rems.paper.page import Document, Proof, content_digest, page_size
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.patients.rules import said
from rems.programs import queries as programs

STATES = {
    Standing.WAITING: parts.State.OPEN,
    Standing.FOLLOWED: parts.State.OPEN,
    Standing.LOST: parts.State.LATE,
    Standing.HANDED_ON: parts.State.NOT_ASKED,
    Standing.DIED: parts.State.NOT_ASKED,
    Standing.COMPLETED: parts.State.MET,
}
VISIT_STATES = {
    VisitState.DONE: parts.State.MET,
    VisitState.DONE_EARLY: parts.State.SOON,
    VisitState.DONE_LATE: parts.State.SOON,
    VisitState.OVERDUE: parts.State.LATE,
    VisitState.NOT_DUE: parts.State.NOT_ASKED,
}
KEY = parts.Kind.KEY


def summary_pdf(actor: Actor, patient: Patient, place: Place, course: Course, lens: Lens, *, now: datetime) -> bytes:
    """The follow-up of a patient under the lens; adverse events only for those who may read them."""
    zone = place.site.timezone
    may = can(actor, Permission.EVENT_READ, scope_id=patient.scope_id, program_id=patient.program_id)
    happened = events.of_patient(actor, patient.id, lens) if may else []
    turns, attempts = queries.rows(patient, lens), queries.attempts(patient.id, patient.scope_id, lens)
    printed = now.astimezone(UTC)
    content = {
        "patient": patient.number,
        "as_of": lens.as_of,
        "standing": course.standing.value,
        "visits": [[line.visit.code, line.held_on, line.state.value] for line in course.lines],
        "turns": [[row.kind.value, row.holds_on, row.track, row.reason] for row in turns],
        "attempts": [[row.holds_on, row.way.value, row.outcome.value] for row in attempts],
        "events": [[one.case_number, one.term, one.holds_on] for one in happened],
    }
    document = Document(
        title="Summary of the follow-up",
        scope_line=f"Patient {patient.number}",
        subline=f"{place.program.title}, {place.site.name}",
        facts=[
            ("Product", patient.product),
            ("Infused", said(course.from_on)),
            ("Follow-up", f"until {said(course.ends_on)}"),
            ("Printed", f"{said(printed.date())}, {printed:%H:%M} UTC, for {actor.name}"),
        ],
        page_size=page_size(place.site.country),
        footer=Proof(
            as_of=lens.as_of,
            known_at=lens.known_at,
            program_line=place.program.code,
            rules_digest="",
            content_digest=content_digest(content),
        ),
    )
    marks = [Happened(event_label(one), one.holds_on) for one in happened]
    ribbon = drawn(course, marks, document.width, on=lens.as_of, today=day_in(zone, now))
    return document.render(
        [
            _verdict(course),
            parts.section(1, "The years", course.schedule.title),
            parts.figure(ribbon),
            *_visits(course.lines),
            *_turns(turns, attempts),
            *_events(happened, may),
        ]
    )


def _verdict(course: Course) -> Flowable:
    done = f"{course.done} of {len(course.lines)} visits were held."
    since = course.died_on or course.stopped_on
    words = course.standing.words + (f" since {said(since)}" if since and course.standing is not Standing.DIED else "")
    words = f"Died on {said(since)}" if since and course.standing is Standing.DIED else words
    return parts.verdict(STATES[course.standing], words, done)


def _visits(lines: Sequence[Line]) -> list[Flowable]:
    rows = [
        (
            line.visit.title,
            line.visit.window or said(line.visit.target_on),
            said(line.held_on) if line.held_on else "",
            line.contact.words if line.contact else "",
            parts.StateCell(VISIT_STATES.get(line.state, parts.State.OPEN), line.state.words),
        )
        for line in lines
    ]
    columns = (parts.Column("Visit", KEY), "Window or target day", "Held", "How", "State")
    held = sum(line.state in DONE for line in lines)
    return [parts.section(2, "Visits", f"{held} of {len(lines)}"), parts.table(columns, rows, (20, 30, 15, 15, 20))]


def _turns(turns: Sequence[FollowupTurn], attempts: Sequence[ContactAttempt]) -> list[Flowable]:
    head = parts.section(3, "Turns and attempts to reach the patient", str(len(turns) + len(attempts)))
    if not turns and not attempts:
        return [head, parts.prose("Follow-up took no turn.")]
    schedules = programs.catalogue().schedules
    told = [(row.holds_on, _words(row, schedules[row.track].title if row.track else ""), row.reason) for row in turns]
    told += [(row.holds_on, f"{row.way.words}: {row.outcome.words.lower()}", row.note) for row in attempts]
    rows = [(said(on), what, why) for on, what, why in sorted(told, key=lambda one: one[0])]
    return [head, parts.table((parts.Column("Day", KEY), "What", "Reason or note"), rows, (15, 40, 45))]


def _words(row: FollowupTurn, title: str) -> str:
    if row.kind is TurnKind.TRACK:
        return f"Schedule: {title}"
    return row.kind.value.replace("_", " ").capitalize()


def _events(happened: Sequence[AdverseEvent], may: bool) -> list[Flowable]:
    head = parts.section(4, "Adverse events", str(len(happened)) if may else "")
    if not may:
        return [head, parts.prose("Not yours to see.")]
    if not happened:
        return [head, parts.prose("None is reported.")]
    rows = [(one.case_number, event_label(one), said(one.holds_on), one.outcome) for one in happened]
    return [head, parts.table((parts.Column("Case", KEY), "Event", "Onset", "Outcome"), rows, (25, 40, 15, 20))]
