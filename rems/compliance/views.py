"""Deviations: the list, one of them with its cause and the actions against it, and the forms that move it on."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.compliance import actions, listing, queries
from rems.compliance.audits.queries import finding_of_deviation
from rems.compliance.forms import ActionForm, CauseForm, CheckForm, CloseForm, DeviationForm, DoneForm
from rems.compliance.keeping import Happened
from rems.compliance.listing import Asked, Line
from rems.compliance.models import Deviation
from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource, is_open, state_of
from rems.compliance.shown import ACTION_MARK, SEVERITY_MARK, SOURCE_WORDS
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.patients import overriding
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.web.forms import BaseForm
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of
from rems.web.sending import filled, holds, seen
from rems.web.tables import csv_answer

bp = Blueprint("compliance", __name__)
BOTH = ["GET", "POST"]
SIZE = 25
HEADS = (
    "site", "program", "severity", "found on", "source", "requirement", "what happened", "root cause", "state",
    "closed on", "actions", "late actions",
)  # fmt: skip


@bp.app_template_global("deviation_of_override")
def deviation_of_override(override_id: UUID) -> Deviation | None:
    """For the page of an override: the deviation that it became, which has its key."""
    return queries.find(current_actor(), override_id)


def asked_for() -> Asked:
    """The filters of this request. Raises BadInput for one that the list does not offer."""
    given = Asked(*(request.args.get(name, "").strip() for name in ("state", "severity", "program", "site", "q")))
    if given.state and given.state not in listing.STATES:
        raise BadInput(f'"{given.state[:40]}" is no state of a deviation; choose one of the list.', "state")
    if given.severity and given.severity not in set(DeviationSeverity):
        raise BadInput(f'"{given.severity[:40]}" is no severity; choose one of the list.', "severity")
    return given


@bp.get("/deviations")
def index() -> ResponseReturnValue:
    actor, asked, number = current_actor(), asked_for(), asked_page()
    require(actor, Permission.SITE_READ)
    lens = current_lens(actor.timezone)
    counts = listing.counts(actor, asked, lens)
    found = listing.lines(actor, asked, lens, number=number, size=SIZE)
    return render_template(
        "compliance/index.html",
        page=page_of(found, total=counts[asked.state], number=number, size=SIZE),
        asked=asked,
        counts=counts,
        states=listing.STATES,
        severities=[("", "All severities"), *((s, s.capitalize()) for s in DeviationSeverity)],
        marks=SEVERITY_MARK,
        any_asked=asked != Asked(),
    )


@bp.get("/deviations.csv")
def download() -> ResponseReturnValue:
    """The same list, whole."""
    actor = current_actor()
    require(actor, Permission.SITE_READ)
    lens = current_lens(actor.timezone)
    return csv_answer(f"deviations-{lens.as_of}.csv", HEADS, map(_cells, listing.lines(actor, asked_for(), lens)))


def _cells(one: Line) -> list[object]:
    row = one.row
    state = "open" if one.open else "closed"
    return [
        one.name, one.entry.program.code, row.severity, row.holds_on, row.source, row.requirement_code,
        row.summary, one.cause, state, row.closed_on, one.actions, one.late,
    ]  # fmt: skip


@bp.get("/deviations/<uuid:deviation_id>")
def show(deviation_id: UUID) -> ResponseReturnValue:
    """One deviation on a day of its site: its cause and what was done are shown from the days they were known on."""
    actor = current_actor()
    found = queries.deviation(actor, deviation_id)
    entry, site = _place(found.scope_id)
    lens = current_lens(site.timezone)
    row = queries.find(actor, deviation_id, lens)
    if row is None:
        return render_template(
            "compliance/not_known.html", row=found, entry=entry, site=site, site_name=_name(site, lens), lens=lens
        )
    version = entry.program.version_on(row.holds_on)
    asked = version.requirement(row.requirement_code) if version and row.requirement_code else None
    return render_template(
        "compliance/show.html",
        row=row,
        entry=entry,
        site=site,
        site_name=_name(site, lens),
        lens=lens,
        asked=asked,
        open=is_open(row.closed_on, lens.as_of),
        cause=queries.cause(row, lens.as_of, site.timezone),
        overridden=row.source is DeviationSource.OVERRIDE and overriding.known(actor, row.root_id),
        found_by=finding_of_deviation(row.root_id) if row.source is DeviationSource.AUDIT else None,
        steps=[
            (one, *ACTION_MARK[state_of(queries.step_of(one), lens.as_of)])
            for one in queries.actions_of(actor, row.root_id, lens)
        ],
        mark=SEVERITY_MARK[row.severity],
        sources=SOURCE_WORDS,
        may=can(actor, Permission.CAPA_MANAGE, scope_id=entry.scope_id, program_id=entry.program_id),
    )


@bp.route("/sites/<uuid:site_id>/programs/<code>/deviations/new", methods=BOTH)
def new(site_id: UUID, code: str) -> ResponseReturnValue:
    actor = current_actor()
    site, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    require(actor, Permission.DEVIATION_REPORT, scope_id=entry.scope_id, program_id=entry.program_id)
    today = day_in(site.timezone, utcnow())
    form = filled(DeviationForm, found_on=today, source=DeviationSource.SITE)
    every = {r.code: r.title for v in entry.program.versions for r in v.requirements}
    form.requirement_code.choices = sorted(every.items(), key=lambda pair: pair[1])
    if holds(form):
        with form.answering():
            happened = Happened(
                DeviationSource(form.source.data),
                DeviationSeverity(form.severity.data),
                form.found_on.data,
                form.summary.data,
                form.immediate_action.data,
                form.requirement_code.data or "",
                form.reference.data,
            )
            key = actions.report(entry.scope_id, happened, by=actor, now=utcnow())
            flash("The deviation is reported.")
            return redirect(url_for("compliance.show", deviation_id=key))
    words = f"{site.name}, under {entry.program.title}. Whoever keeps corrective actions sees it at once."
    return _page(form, "Report a deviation", words, "Report", url_for("compliance.index"), "Deviations")


@bp.route("/deviations/<uuid:deviation_id>/cause", methods=BOTH)
def cause(deviation_id: UUID) -> ResponseReturnValue:
    row = _mine(deviation_id)
    form = filled(CauseForm, seen=str(row.id), root_cause=row.root_cause)
    if holds(form):
        with form.answering():
            actions.investigate(seen(form), form.root_cause.data, by=current_actor(), now=utcnow())
            return _back(row.root_id, "The root cause is kept.")
    return _step(form, row, "State the root cause", "Save")


@bp.route("/deviations/<uuid:deviation_id>/actions/new", methods=BOTH)
def plan(deviation_id: UUID) -> ResponseReturnValue:
    row = _mine(deviation_id)
    _, site = _place(row.scope_id)
    form = filled(ActionForm, kind=ActionKind.CORRECTIVE, planned_on=day_in(site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            asked = actions.Plan(
                ActionKind(form.kind.data),
                form.what.data,
                form.owner.data,
                form.planned_on.data,
                form.due_on.data,
                form.check_on.data,
            )
            actions.plan(row.id, asked, by=current_actor(), now=utcnow())
            return _back(row.root_id, "The action is planned.")
    return _step(form, row, "Plan an action", "Plan")


@bp.route("/deviations/<uuid:deviation_id>/close", methods=BOTH)
def close(deviation_id: UUID) -> ResponseReturnValue:
    row = _mine(deviation_id)
    _, site = _place(row.scope_id)
    form = filled(CloseForm, seen=str(row.id), closed_on=day_in(site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            actions.close(seen(form), closed_on=form.closed_on.data, by=current_actor(), now=utcnow())
            return _back(row.root_id, "The deviation is closed.")
    return _step(form, row, "Close the deviation", "Close")


@bp.route("/actions/<uuid:action_id>/done", methods=BOTH)
def done(action_id: UUID) -> ResponseReturnValue:
    action = queries.action(current_actor(), action_id)
    row = _mine(action.deviation_id)
    _, site = _place(row.scope_id)
    form = filled(DoneForm, seen=str(action.id), done_on=day_in(site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            actions.finish(seen(form), done_on=form.done_on.data, note=form.note.data, by=current_actor(), now=utcnow())
            return _back(row.root_id, "The action is done; its effect is still to be checked.")
    return _step(form, row, f"Done: {action.what}", "Keep")


@bp.route("/actions/<uuid:action_id>/check", methods=BOTH)
def check(action_id: UUID) -> ResponseReturnValue:
    action = queries.action(current_actor(), action_id)
    row = _mine(action.deviation_id)
    _, site = _place(row.scope_id)
    form = filled(CheckForm, seen=str(action.id), checked_on=day_in(site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            actions.check_effect(
                seen(form),
                effective=form.effective.data == "yes",
                checked_on=form.checked_on.data,
                note=form.note.data,
                by=current_actor(),
                now=utcnow(),
            )
            return _back(row.root_id, "The check is kept.")
    return _step(form, row, f"Was it effective: {action.what}", "Keep")


def _place(scope_id: UUID) -> tuple[Entry, Site]:
    entry = sites.entry_of_scope(current_actor(), scope_id)
    return entry, sites.site(current_actor(), entry.site_id)


def _name(site: Site, lens: Lens) -> str:
    """The name of the site as known under the lens."""
    return details.names([site], lens)[site.id]


def _mine(deviation_id: UUID) -> Deviation:
    """The deviation, if the actor keeps actions there. Raises NotFound, NotAllowed."""
    row = queries.deviation(current_actor(), deviation_id)
    require(current_actor(), Permission.CAPA_MANAGE, scope_id=row.scope_id, program_id=row.program_id)
    return row


def _back(root_id: UUID, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("compliance.show", deviation_id=root_id))


def _step(form: BaseForm, row: Deviation, title: str, act: str) -> ResponseReturnValue:
    return _page(form, title, row.summary, act, url_for("compliance.show", deviation_id=row.root_id), "Deviation")


def _page(form: BaseForm, title: str, words: str, act: str, back: str, name: str) -> ResponseReturnValue:
    page = render_template(
        "compliance/form.html", form=form, heading=title, sentence=words, act=act, back=back, name=name
    )
    return page, 422 if form.problems() else 200
