"""Report an event in one short form, list events, show one with its clocks, assess it."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.events import actions, listing, queries
from rems.events.clocks import first_open
from rems.events.forms import AssessForm, ReportForm
from rems.events.grading import CrsResult, crs
from rems.events.listing import Asked
from rems.events.models import AdverseEvent
from rems.events.reporting import Happening
from rems.events.rules import (
    KIND_WORDS,
    OUTCOME_WORDS,
    SERIOUSNESS_WORDS,
    Kind,
    Outcome,
    Seriousness,
    least_seriousness,
)
from rems.patients import queries as patients
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.web.lens import current_lens, keep_lens
from rems.web.paging import asked_page, page_of

bp = Blueprint("events", __name__)

SIZE = 25
EXPECTED_WORDS = {True: "yes", False: "no", None: ""}


@bp.app_template_filter("seriousness_words")
def seriousness_words(code: str) -> str:
    return SERIOUSNESS_WORDS[Seriousness(code)]


@bp.app_template_global("events_of_patient")
def events_of_patient(patient_id: UUID, lens: Lens | None = None) -> list[AdverseEvent]:
    """For the patient page, which stands on a floor of its own and knows only this name."""
    return queries.of_patient(current_actor(), patient_id, lens)


def asked_site(actor: Actor) -> tuple[Site, frozenset[UUID]] | None:
    """The site that `?site=` names, and the entries of it that the actor may see. Raises BadInput, NotFound."""
    text = request.args.get("site", "")
    if not text:
        return None
    try:
        site = sites.site(actor, UUID(text))
    except ValueError as error:
        raise BadInput(f'site "{text[:40]}" is no key of a site', "site") from error
    return site, frozenset(entry.scope_id for entry in sites.entries(actor, site.id))


@bp.get("/events")
def index() -> ResponseReturnValue:
    actor, now, number = current_actor(), utcnow(), asked_page()
    require(actor, Permission.EVENT_READ)
    view = request.args.get("view", "open")
    if view not in ("open", "all"):
        raise BadInput(f'view "{view}" is unknown; it is one of open, all', "view")
    place = asked_site(actor)
    lens = current_lens(place[0].timezone if place else "UTC")
    today_shown = lens == Lens(day_in(place[0].timezone if place else "UTC", now))
    asked = Asked(
        lens.as_of,
        lens=None if today_shown else lens,
        text=request.args.get("q", ""),
        kind=request.args.get("kind", ""),
        scopes=place[1] if place else None,
    )
    find = listing.open_cases if view == "open" else listing.all_cases
    rows, total = find(actor, asked, number=number, size=SIZE)
    days = {r.event.id: day_in(r.place.site.timezone, now) if today_shown else lens.as_of for r in rows}
    return render_template(
        "events/index.html",
        page=page_of(rows, total=total, number=number, size=SIZE),
        days=days,
        first={r.event.id: first_open(r.clocks, days[r.event.id]) for r in rows},
        kinds=KIND_WORDS,
        asked=asked,
        view=view,
        site=place[0] if place else None,
        may_report=today_shown and can(actor, Permission.EVENT_REPORT),
    )


@bp.get("/patients/<uuid:patient_id>/events/new")
def new(patient_id: UUID) -> ResponseReturnValue:
    now = utcnow()
    form = ReportForm()
    patient = patients.patient(current_actor(), patient_id)
    site = patients.place(current_actor(), patient.scope_id).site
    form.kind.data = Kind.CRS
    form.site_aware_on.data = day_in(site.timezone, now)
    form.day_zero.data = day_in(queries.day_zero_zone(site), now)
    return report_page(patient_id, form, now=now)


@bp.post("/patients/<uuid:patient_id>/events/new")
def report(patient_id: UUID) -> ResponseReturnValue:
    now = utcnow()
    form = ReportForm.sent()
    if "work_out" in request.form:  # only the grade is asked; nothing is kept
        result = None
        with form.answering():
            form.check_is_crs()
            inputs = form.crs_inputs() if form.bedside_holds() else None
            result = crs(inputs) if inputs else None
        if result and result.grade:
            form.suggest("grade", str(result.grade))
        return report_page(patient_id, form, now=now, result=result), 200 if result else 422
    if form.validate():
        with form.answering():
            event_id = actions.report(patient_id, happening(form), by=current_actor(), now=now)
            flash("The report is kept. What has to be sent, and until when, stands below.")
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
        not_serious_reason=form.not_serious_reason.data or "",
    )


def report_page(patient_id: UUID, form: ReportForm, *, now: datetime, result: CrsResult | None = None) -> str:
    """The form. Where the triage expects a serious event and nothing is ticked or explained, its default is ticked."""
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    require(actor, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
    place = patients.place(actor, patient.scope_id)
    today = day_in(place.site.timezone, now)
    least = default_criterion(form)
    if least and not form.not_serious_reason.data:
        form.suggest("seriousness", least)
    return render_template(
        "events/report.html",
        form=form,
        patient=patient,
        place=place,
        infusion=patients.infusion(patient_id, Lens(today)),
        result=result,
        least=SERIOUSNESS_WORDS[least] if least else "",
        zone=queries.day_zero_zone(place.site),
        today=today,
    )


def default_criterion(form: ReportForm) -> Seriousness | None:
    """What the triage ticks for what was sent so far; nothing before anything was sent."""
    if request.method != "POST" or form.kind.data not in list(Kind):
        return None
    grade = str(form.grade.data or "")
    return least_seriousness(Kind(form.kind.data), int(grade) if grade.isdigit() else None)


@bp.get("/events/<uuid:event_id>")
def show(event_id: UUID) -> ResponseReturnValue:
    row = queries.event(current_actor(), event_id)
    if row.id != event_id:
        return redirect(keep_lens(url_for("events.show", event_id=row.id)))
    expected = EXPECTED_WORDS[row.expected]
    return event_page(row.id, AssessForm(data={"seriousness": row.seriousness, "expected": expected}))


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
            flash("The assessment is kept, and the clocks are worked out anew.")
            return redirect(url_for("events.show", event_id=new_id))
    return event_page(event_id, form), 422


def event_page(event_id: UUID, form: AssessForm) -> str:
    actor, now = current_actor(), utcnow()
    newest = queries.event(actor, event_id)
    lens = current_lens(zone=newest.day_zero_zone)
    today_shown = lens == Lens(day_in(newest.day_zero_zone, now))
    row = newest if today_shown else queries.event(actor, event_id, lens)
    place = patients.place(actor, row.scope_id)
    clocks = queries.clocks_at(row, place.site, place.program) if row.day_zero <= lens.as_of else ()
    return render_template(
        "events/show.html",
        event=row,
        states=queries.states(actor, row.case_number, lens),
        patient=patients.patient(actor, row.patient_id),
        infusion=patients.infusion(row.patient_id, Lens(row.holds_on, lens.known_at)),
        place=place,
        clocks=clocks,
        kinds=KIND_WORDS,
        outcomes=OUTCOME_WORDS,
        form=form,
        lens=lens,
        may_assess=today_shown
        and can(actor, Permission.EVENT_ASSESS, scope_id=row.scope_id, program_id=row.program_id),
    )
