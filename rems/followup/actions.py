"""Enroll a patient, record the infusion, and record the visits of the fifteen years after it."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.followup import queries, rules
from rems.followup.models import Visit
from rems.followup.questionnaires import steps as questionnaires
from rems.followup.questionnaires.queries import when
from rems.followup.rules import ContactKind, Seen, Survival
from rems.followup.steps import lay_out, plan_visits
from rems.followup.turns.rules import Standing
from rems.patients import queries as patients
from rems.patients import steps as patient_steps
from rems.patients.rules import Sex, check_day, said


def enroll(
    scope_id: UUID,
    *,
    number: str,
    sex: Sex,
    birth_year: int,
    indication: str,
    prior_lines: int | None,
    product: str,
    track: str,
    enrolled_on: date,
    planned_infusion_on: date | None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Enter a patient of a site into a program, with the visits of the track planned from the intended infusion.

    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "followup.enroll", at=now) as session:
        place = patients.place(by, scope_id)
        require(by, Permission.PATIENT_ENROLL, scope_id=scope_id)
        today = day_in(place.site.timezone, now)
        check_day(enrolled_on, today=today, field="enrolled_on", what="Enrolled on")
        if planned_infusion_on is not None and planned_infusion_on < enrolled_on:
            raise BadInput(
                f"Planned infusion: {said(planned_infusion_on)} is before the enrollment on {said(enrolled_on)}.",
                "planned_infusion_on",
            )
        patient = patient_steps.enroll(
            place,
            number=number,
            sex=sex,
            birth_year=birth_year,
            indication=indication,
            prior_lines=prior_lines,
            product=product,
            track=track,
            enrolled_on=enrolled_on,
            planned_infusion_on=planned_infusion_on,
            by=by,
        )
        session.flush()
        lay_out(patient, from_on=planned_infusion_on or enrolled_on, provisional=True)
    return patient.id


def infuse(
    patient_id: UUID, *, infused_at: datetime, location_id: UUID, lot: str, bags: int, by: Actor, now: datetime
) -> UUID:
    """Record that the product was given; the fifteen years count from that day of the site.

    Raises NotFound, NotAllowed, Incomplete without a valid authorization, BadInput with the field.
    """
    with transaction(by, "followup.infuse", at=now) as session:
        patient = patients.patient(by, patient_id)
        require(by, Permission.PATIENT_INFUSE, scope_id=patient.scope_id, program_id=patient.program_id)
        given = patient_steps.record_infusion(
            patient, infused_at=infused_at, location_id=location_id, lot=lot, bags=bags, by=by, now=now
        )
        session.flush()
        plan_visits(patient, from_on=given.holds_on, provisional=False)
    return given.id


def record_visit(
    patient_id: UUID,
    code: str,
    *,
    holds_on: date,
    contact: ContactKind,
    survival: Survival,
    answers: Mapping[str, str],
    late_reason: str = "",
    note: str = "",
    notes: Mapping[str, str] | None = None,
    died_on: date | None = None,
    reason: str = "",
    seen: UUID | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Record one visit of the schedule, or correct it: then with a `reason`, and the new state supersedes the old.

    `answers` are yes, no or unknown by the code of the question, `notes` words to them; that of SURVIVAL is the cause
    of death, and `died_on` its day (None: that of the visit). `seen` is the state that a correction was made from.
    A yes to a new malignancy begins its questionnaire, which opens the event.
    Raises NotFound, NotAllowed, BadInput with the field, StaleRecord.
    """
    with transaction(by, "followup.record_visit", reason.strip(), at=now) as session:
        patient = patients.patient(by, patient_id)
        require(by, Permission.VISIT_RECORD, scope_id=patient.scope_id, program_id=patient.program_id)
        patient_steps.alone(patient_id)
        place = patients.place(by, patient.scope_id)
        today = day_in(place.site.timezone, now)
        course = queries.course(patient, Lens(today))
        line = course.line(code)
        if course.infusion is None:
            raise BadInput(f"{patient.number} is not infused yet; visits are recorded after the infusion.", "holds_on")
        infused_on, old = course.infusion.holds_on, line.fact
        _check_state(line, seen=seen, reason=reason)
        rules.check_day(holds_on, infused_on=infused_on, today=today)
        _check_followed(course, holds_on, survival)
        rules.check_contact(line.visit, contact, survival=survival)
        rules.check_window(line.visit, holds_on, survival=survival, late_reason=late_reason)
        told = Seen(holds_on, survival, died_on or (holds_on if survival is Survival.DEAD else None))
        rules.check_survival(told, infused_on=infused_on, others=_others(course, code))
        key = uuid7()
        row = Visit(
            id=key,
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=holds_on,
            patient_id=patient_id,
            code=code,
            contact=contact,
            survival=survival,
            answers=rules.keep(line.visit.asks, answers, notes or {}, told),
            late_reason=late_reason.strip(),
            note=note.strip(),
            supersedes_id=old.id if old else None,
        )
        session.add(row)
        session.flush()
        plan_visits(patient, from_on=infused_on, provisional=False)
        about = questionnaires.About(patient, place, when(course, code), infused_on)
        questionnaires.begin(about, answers, on=holds_on, by=by, now=now)
    return key


def _check_state(line: queries.Line, *, seen: UUID | None, reason: str) -> None:
    """A correction says why, and was made from the newest state. Raises BadInput, StaleRecord."""
    old, title = line.fact, line.visit.title
    if seen is not None and (old is None or old.id != seen):
        raise StaleRecord(f"{title} was corrected by somebody else since you opened it.")
    if old is None or reason.strip():
        return
    if seen is None:
        raise StaleRecord(f"{title} is recorded already, on {said(old.holds_on)}; open it to correct it with a reason.")
    raise BadInput(f"Reason is missing: say why the record of {title} is corrected.", "reason")


def _check_followed(course: queries.Course, holds_on: date, survival: Survival) -> None:
    """Who is lost was not seen, unless a death is told; who was handed on is seen elsewhere. Raises BadInput."""
    stopped = course.stopped_on
    if stopped is None or holds_on < stopped or (course.standing is Standing.LOST and survival is Survival.DEAD):
        return
    mend = "say first that the patient was found again" if course.standing is Standing.LOST else "it asks for no visit"
    raise BadInput(f"{course.standing.words} since {said(stopped)}: {mend}.", "holds_on")


def _others(course: queries.Course, code: str) -> list[Seen]:
    """What the other visits say of survival."""
    rows = [line.fact for line in course.lines if line.fact and line.visit.code != code]
    return [Seen(r.holds_on, r.survival, rules.day_of_death(r.survival, r.holds_on, r.answers)) for r in rows]
