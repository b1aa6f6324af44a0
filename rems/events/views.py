"""Report an event in one short form, list events, show one with its clocks, assess it."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.events import actions, queries
from rems.events.actions import Happening
from rems.events.forms import AssessForm, ReportForm
from rems.events.grading import CrsResult, crs
from rems.events.models import AdverseEvent
from rems.events.rules import KIND_WORDS, OUTCOME_WORDS, SERIOUSNESS_WORDS, TERMS, Kind, Outcome, Seriousness
from rems.patients import queries as patients
from rems.signatures import queries as signatures
from rems.sites import queries as sites
from rems.web.paging import asked_page, page_of

bp = Blueprint("events", __name__)


@bp.app_template_filter("seriousness_words")
def seriousness_words(code: str) -> str:
    return SERIOUSNESS_WORDS[Seriousness(code)]


@bp.app_template_global("events_of_patient")
def events_of_patient(patient_id: UUID) -> list[AdverseEvent]:
    """For the patient page, which stands on a floor of its own and knows only this name."""
    return queries.of_patient(patient_id)


@bp.get("/events")
def index() -> ResponseReturnValue:
    actor, now, number = current_actor(), utcnow(), asked_page()
    text, kind = request.args.get("q", ""), request.args.get("kind", "")
    rows, total = queries.page(actor, text=text, kind=kind, number=number)
    running = queries.due(actor, on=now.date(), within_days=3650, past_days=3650, limit=500)
    first = {}
    for one in running:
        first.setdefault(one.event.id, one)
    return render_template(
        "events/index.html",
        page=page_of(rows, total=total, number=number, size=25),
        first=first,
        numbers=patients.numbers([r.patient_id for r in rows]),
        kinds=KIND_WORDS,
        text=text,
        kind=kind,
        today=now.date(),
    )


@bp.get("/patients/<uuid:patient_id>/events/new")
def new(patient_id: UUID) -> ResponseReturnValue:
    now = utcnow()
    patient = patients.patient(current_actor(), patient_id)
    site = sites.site(current_actor(), sites.entry_of_scope(current_actor(), patient.scope_id).site_id)
    today = day_in(site.timezone, now)
    form = ReportForm(zone=site.timezone, data={"site_aware_on": today, "day_zero": today, "kind": Kind.CRS})
    return report_page(patient_id, form, now=now)


@bp.post("/patients/<uuid:patient_id>/events/new")
def report(patient_id: UUID) -> ResponseReturnValue:
    now = utcnow()
    form = ReportForm.sent()
    if "work_out" in request.form:  # only the grade is asked; nothing is kept
        result = None
        with form.answering():
            inputs = form.crs_inputs() if form.bedside_holds() else None
            result = crs(inputs) if inputs else None
        return report_page(patient_id, form, now=now, result=result), 200 if result else 422
    if form.validate():
        with form.answering():
            event_id = actions.report(patient_id, happening(form), by=current_actor(), now=now)
            flash("The report is in. Its clocks are running.")
            return redirect(url_for("events.show", event_id=event_id))
    return report_page(patient_id, form, now=now), 422


def happening(form: ReportForm) -> Happening:
    return Happening(
        kind=Kind(form.kind.data),
        term=form.term.data or "",
        began_on=form.began_on.data,
        ended_on=form.ended_on.data,
        site_aware_on=form.site_aware_on.data,
        day_zero=form.day_zero.data,
        seriousness=[Seriousness(s) for s in form.seriousness.data],
        outcome=Outcome(form.outcome.data),
        grade=int(form.grade.data) if form.grade.data else None,
        grade_reason=form.grade_reason.data or "",
        crs_inputs=form.crs_inputs(),
        narrative=form.narrative.data or "",
    )


def report_page(patient_id: UUID, form: ReportForm, *, now: datetime, result: CrsResult | None = None) -> str:
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    entry = sites.entry_of_scope(actor, patient.scope_id)
    site = sites.site(actor, entry.site_id)
    given = patients.infusion(patient_id, Lens(day_in(site.timezone, now)))
    return render_template(
        "events/report.html",
        form=form,
        patient=patient,
        site=site,
        entry=entry,
        infusion=given,
        result=result,
        today=day_in(site.timezone, now),
    )


@bp.get("/events/<uuid:event_id>")
def show(event_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    row = queries.event(actor, event_id)
    if row.id != event_id:
        return redirect(url_for("events.show", event_id=row.id))
    form = AssessForm(
        data={"seriousness": row.seriousness, "expected": {True: "yes", False: "no", None: ""}[row.expected]}
    )
    return event_page(row.id, form)


@bp.post("/events/<uuid:event_id>/assess")
def assess(event_id: UUID) -> ResponseReturnValue:
    form = AssessForm.sent()
    if form.validate():
        with form.answering():
            new_id = actions.assess(
                event_id,
                expected=form.expected.data == "yes",
                seriousness=[Seriousness(s) for s in form.seriousness.data],
                reason=form.reason.data,
                by=current_actor(),
                now=utcnow(),
            )
            flash("The assessment is kept. The clocks are worked out anew.")
            return redirect(url_for("events.show", event_id=new_id))
    return event_page(event_id, form), 422


def event_page(event_id: UUID, form: AssessForm) -> str:
    actor = current_actor()
    row = queries.event(actor, event_id)
    entry = sites.entry_of_scope(actor, row.scope_id)
    site = sites.site(actor, entry.site_id)
    return render_template(
        "events/show.html",
        event=row,
        states=queries.states(actor, row.case_number),
        patient=patients.patient(actor, row.patient_id),
        entry=entry,
        site=site,
        clocks=queries.clocks_of(row),
        signatures=signatures.of("adverse_event", row.id),
        kinds=KIND_WORDS,
        outcomes=OUTCOME_WORDS,
        seriousness=SERIOUSNESS_WORDS,
        terms=TERMS,
        form=form,
        may_assess=can(actor, Permission.EVENT_ASSESS, scope_id=row.scope_id, program_id=row.program_id),
        today=day_in(site.timezone, utcnow()),
    )
