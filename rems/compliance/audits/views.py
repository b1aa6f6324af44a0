"""The lists of audits and of sites that are due, one audit, and the pages that plan it."""

from dataclasses import replace
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.certification.listing import program_codes
from rems.compliance.audits import due, listing, planning, queries
from rems.compliance.audits import report_views as report_views  # its pages stand on the same blueprint
from rems.compliance.audits import share_views as share_views
from rems.compliance.audits import work_views as work_views
from rems.compliance.audits.desk_views import BOTH, FORMAT_WORDS, STATE_WORDS, back, bp, here, managed, step
from rems.compliance.audits.due import DUE_WORDS, Due
from rems.compliance.audits.forms import BeginForm, MoveForm, PlanForm, ReasonForm
from rems.compliance.audits.listing import Asked
from rems.compliance.audits.report_views import signed
from rems.compliance.audits.rules import VERDICT_WORDS, AuditFormat, AuditState, Side, is_overdue
from rems.compliance.shown import SEVERITY_MARK
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.sites import details
from rems.sites import queries as sites
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of
from rems.web.sending import filled, holds, seen, short_form
from rems.web.tables import csv_answer

__all__ = ["bp"]
SIZE = 25
HEADS = (
    "number", "site", "program", "format", "state", "planned for", "began on", "reported on", "closed on",
    "auditors", "findings", "open findings",
)  # fmt: skip
DUE_HEADS = ("site", "place", "program", "certified from", "last audit", "next audit due by", "planned for", "state")


def asked_for() -> Asked:
    """The filters of this request. Raises BadInput for one that the list does not offer."""
    given = Asked(*(request.args.get(name, "").strip() for name in ("state", "program", "site", "q")))
    if given.state and given.state not in set(AuditState):
        raise BadInput(f'"{given.state[:40]}" is no state of an audit; choose one of the list.', "state")
    if given.site:
        try:
            UUID(given.site)
        except ValueError as error:
            raise BadInput("There is no such site; choose it from its own page.", "site") from error
    return given


@bp.get("/audits")
def index() -> ResponseReturnValue:
    actor, asked, number = current_actor(), asked_for(), asked_page()
    require(actor, Permission.SITE_READ)
    lens = current_lens(actor.timezone)
    counts = listing.counts(actor, replace(asked, state=""), lens)
    rows = listing.lines(actor, asked, lens, number=number, size=SIZE)
    return render_template(
        "audits/index.html",
        page=page_of(rows, total=counts[asked.state], number=number, size=SIZE),
        given=listing.given(actor, lens, site=asked.site),
        asked=asked,
        counts=counts,
        states=listing.STATES,
        programs=program_codes(actor),
        words=STATE_WORDS,
        formats=FORMAT_WORDS,
        any_asked=asked != Asked(),
        lens=lens,
    )


@bp.get("/audits.csv")
def download() -> ResponseReturnValue:
    """The same list, whole."""
    actor = current_actor()
    require(actor, Permission.SITE_READ)
    lens = current_lens(actor.timezone)
    rows = (
        [
            one.row.number,
            one.name,
            one.entry.program.code,
            one.row.format,
            one.state,
            one.row.planned_for,
            one.row.begun_on,
            one.row.reported_on,
            one.row.closed_on,
            one.row.auditors,
            one.findings,
            one.open,
        ]  # fmt: skip
        for one in listing.lines(actor, asked_for(), lens)
    )
    return csv_answer(f"audits-{lens.as_of}.csv", HEADS, rows)


@bp.get("/audits/due")
def plan_of_all() -> ResponseReturnValue:
    """The certified sites, those first whose next audit is due first."""
    actor, number = current_actor(), asked_page()
    require(actor, Permission.SITE_READ)
    lens = current_lens(actor.timezone)
    found = _due(lens)
    return render_template(
        "audits/due.html",
        page=page_of(found[(number - 1) * SIZE : number * SIZE], total=len(found), number=number, size=SIZE),
        counts={state: sum(d.state is state for d in found) for state in DUE_WORDS},
        words=DUE_WORDS,
        programs=program_codes(actor),
        program=request.args.get("program", ""),
        text=request.args.get("q", "").strip(),
        lens=lens,
    )


@bp.get("/audits/due.csv")
def download_due() -> ResponseReturnValue:
    actor = current_actor()
    require(actor, Permission.SITE_READ)
    lens = current_lens(actor.timezone)
    rows = (
        [
            d.name,
            d.place,
            d.entry.program.code,
            d.certified_on,
            d.last_held_on,
            d.due_on,
            d.planned_for,
            DUE_WORDS[d.state][0],
        ]  # fmt: skip
        for d in _due(lens)
    )
    return csv_answer(f"audits-due-{lens.as_of}.csv", DUE_HEADS, rows)


def _due(lens: Lens) -> list[Due]:
    actor, code = current_actor(), request.args.get("program", "")
    if code and code not in dict(program_codes(actor)):
        raise BadInput(f'"{code[:40]}" is no program of yours; choose one of the list.', "program")
    return due.due(actor, lens, program=code, text=request.args.get("q", "").strip())


@bp.get("/audits/<uuid:audit_id>")
def show(audit_id: UUID) -> ResponseReturnValue:
    found, actor = here(audit_id), current_actor()
    row, entry, lens = found.row, found.entry, found.lens
    answers = queries.answers_of(row.root_id, lens)
    items = queries.items_of(row, entry, row.begun_on or row.planned_for)
    return render_template(
        "audits/show.html",
        here=found,
        row=row,
        entry=entry,
        site=found.site,
        site_name=details.names([found.site], lens)[found.site.id],
        lens=lens,
        state=found.state,
        words=STATE_WORDS,
        overdue=is_overdue(queries.days_of(row), lens.as_of),
        formats=FORMAT_WORDS,
        verdicts=VERDICT_WORDS,
        items=[(i, answers.get((i.code, Side.SITE)), answers.get((i.code, Side.AUDITOR))) for i in items],
        answered=sum(side is Side.AUDITOR for _, side in answers),
        asks_site=row.format is AuditFormat.QUESTIONNAIRE,
        findings=queries.findings_of(row.root_id, lens),
        marks=SEVERITY_MARK,
        titles={i.code: i.title for i in items},
        files=queries.files_of(row.root_id, lens),
        shares=[(one, sites.entry_of_scope(actor, one.scope_id)) for one in queries.shares_of(row.root_id, lens)],
        others=[e for e in sites.entries(actor, found.site.id) if e.scope_id != entry.scope_id],
        signatures=signed(entry, row),
        may_read_trail=can(actor, Permission.TRAIL_READ, scope_id=entry.scope_id, program_id=entry.program_id),
    )


@bp.route("/sites/<uuid:site_id>/programs/<code>/audits/new", methods=BOTH)
def new(site_id: UUID, code: str) -> ResponseReturnValue:
    actor = current_actor()
    site, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    require(actor, Permission.AUDIT_MANAGE, scope_id=entry.scope_id, program_id=entry.program_id)
    form = filled(PlanForm, format=AuditFormat.ON_SITE, auditors=actor.name)
    further = [
        (e.program.code, e.program.title)
        for e in sites.entries(actor, site_id)
        if e.scope_id != entry.scope_id
        and can(actor, Permission.AUDIT_MANAGE, scope_id=e.scope_id, program_id=e.program_id)
    ]
    form.also.choices = further
    if not further:
        del form.also
    if holds(form):
        with form.answering():
            asked = planning.Plan(
                AuditFormat(form.format.data),
                form.planned_for.data,
                form.auditors.data,
                form.looks_at.data,
                tuple(form.also.data) if "also" in form else (),
            )
            key = planning.plan(site_id, code, asked, by=actor, now=utcnow())
            flash("The audit is planned. The site sees it at once.")
            return redirect(url_for("audits.show", audit_id=key))
    sentence = f"{site.name}, under {entry.program.title}. {_when(entry, site.timezone)}"
    above = [("Audits", url_for("audits.index")), ("Sites that are due", url_for("audits.plan_of_all"))]
    return short_form(form, "Plan an audit", "Plan", sentence, above)


def _when(entry: sites.Entry, zone: str) -> str:
    """Until when the next one is due, for whoever plans it."""
    actor = current_actor()
    lens = Lens(day_in(zone, utcnow()))
    found = [d for d in due.due(actor, lens, program=entry.program.code) if d.entry.scope_id == entry.scope_id]
    if not found:
        return "The site is not certified under it."
    one = found[0]
    last = f"The last one was held on {one.last_held_on:%-d %B %Y}" if one.last_held_on else "None was held yet"
    until = f"the next is due by {one.due_on:%-d %B %Y}" if one.due_on else "no interval is set, so none is due"
    return f"{last}; {until}."


@bp.route("/audits/<uuid:audit_id>/move", methods=BOTH)
def move(audit_id: UUID) -> ResponseReturnValue:
    found = managed(audit_id)
    form = filled(MoveForm, seen=str(found.row.id), planned_for=found.row.planned_for)
    if holds(form):
        with form.answering():
            planning.move(seen(form), form.planned_for.data, by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The audit is planned for another day.")
    return step(form, found, "Plan it for another day", "Move")


@bp.route("/audits/<uuid:audit_id>/cancel", methods=BOTH)
def cancel(audit_id: UUID) -> ResponseReturnValue:
    found = managed(audit_id)
    form = filled(ReasonForm, seen=str(found.row.id))
    if holds(form):
        with form.answering():
            planning.cancel(seen(form), form.reason.data, by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The audit is canceled.")
    return step(form, found, "Cancel this audit", "Cancel the audit")


@bp.route("/audits/<uuid:audit_id>/begin", methods=BOTH)
def begin(audit_id: UUID) -> ResponseReturnValue:
    found = managed(audit_id)
    form = filled(BeginForm, seen=str(found.row.id), begun_on=found.today)
    if holds(form):
        with form.answering():
            planning.begin(seen(form), begun_on=form.begun_on.data, by=current_actor(), now=utcnow())
            flash("The audit has begun.")
            return redirect(url_for("audits.checklist", audit_id=found.row.root_id))
    return step(form, found, "Begin the audit", "Begin")
