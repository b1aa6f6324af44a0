"""The page on which the course becomes the adverse event, or tells more of it."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.events.rules import SERIOUSNESS_WORDS, Seriousness, least_seriousness
from rems.followup.bedside import queries, reporting
from rems.followup.bedside.course import Scale
from rems.followup.bedside.desk import bp, shown
from rems.followup.bedside.forms import EventForm
from rems.followup.bedside.queries import Course
from rems.followup.bedside.reporting import KINDS, Told
from rems.patients import queries as patients


@bp.get("/event/<scale>")
def event(patient_id: UUID, scale: str) -> str:
    course, found = reportable(patient_id, scale)
    least = least_seriousness(KINDS[found.episode.scale], found.grade)
    known = found.event.seriousness if found.event else []
    ticked = [*known, *([least] if least and not known else [])]
    return event_page(
        course, found, EventForm(data={"seen": str(found.event.id) if found.event else "", "seriousness": ticked})
    )


@bp.post("/event/<scale>")
def report(patient_id: UUID, scale: str) -> ResponseReturnValue:
    course, found = reportable(patient_id, scale)
    form = EventForm.sent()
    if form.validate():
        with form.answering():
            event_id = reporting.report(
                patient_id,
                found.episode.scale,
                seriousness=[Seriousness(s) for s in form.seriousness.data],
                not_serious_reason=form.not_serious_reason.data,
                seen=UUID(form.seen.data) if form.seen.data else None,
                by=current_actor(),
                now=utcnow(),
            )
            flash("The case is kept. What has to be sent, and until when, stands below.")
            return redirect(url_for("events.show", event_id=event_id))
    return event_page(course, found, form), 422


def reportable(patient_id: UUID, scale: str) -> tuple[Course, Told]:
    """What the course says of CRS or neurotoxicity, for somebody who may report it. Raises NotFound, NotAllowed."""
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    require(actor, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
    course = queries.course_now(patient, patients.place(actor, patient.scope_id), utcnow())
    found = reporting.told(actor, course, Scale(scale)) if scale in set(Scale) else None
    if found is None:
        raise NotFound(f'The course has no graded entry of "{scale}"; there is nothing to report of it.')
    return course, found


def event_page(course: Course, found: Told, form: EventForm) -> str:
    least = least_seriousness(KINDS[found.episode.scale], found.grade)
    return shown(
        "event",
        course,
        form,
        told=found,
        called=reporting.CALLED[found.episode.scale],
        least=SERIOUSNESS_WORDS[least] if least else "",
        today=day_in(course.ground.zone, utcnow()),
    )
