"""What other programs of a site are given of an audit: the page that redacts, and the one that accepts or declines."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.compliance.audits import papers, queries, sharing
from rems.compliance.audits.content import report_content
from rems.compliance.audits.desk_views import BOTH, FORMAT_WORDS, back, bp, now, step
from rems.compliance.audits.forms import AcceptForm, ReasonForm, ShareForm
from rems.compliance.audits.models import AuditShare
from rems.compliance.audits.rules import VERDICT_WORDS, WITHHELD, covered, places
from rems.compliance.shown import SEVERITY_MARK
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotAllowed, NotFound
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.web.downloads import file_answer
from rems.web.forms import BaseForm
from rems.web.lens import current_lens
from rems.web.sending import filled, holds, seen, short_form


@bp.route("/audits/<uuid:audit_id>/share", methods=BOTH)
def share(audit_id: UUID) -> ResponseReturnValue:
    found, actor = now(audit_id), current_actor()
    if not found.answers:
        raise NotAllowed("Only the site gives its reports to another sponsor.")
    if found.row.reported_on is None:
        raise NotFound("There is no signed report of this audit yet.")
    has = {one.scope_id for one in queries.shares_of(found.row.root_id)}
    others = [e for e in sites.entries(actor, found.site.id) if e.scope_id not in has | {found.entry.scope_id}]
    form = filled(ShareForm)
    form.program.choices = [(e.program.code, e.program.title) for e in others]
    form.withheld.choices = places(report_content(found.entry, found.row))
    if holds(form):
        with form.answering():
            key = sharing.share(found.row.root_id, form.program.data, form.withheld.data, by=actor, now=utcnow())
            flash("The report is given. This is what the sponsor sees.")
            return redirect(url_for("audits.given", share_id=key))
    page = render_template("audits/share.html", here=found, form=form, others=others)
    return page, 422 if form.problems() else 200


@bp.get("/audits/shares/<uuid:share_id>")
def given(share_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    entry, site = _place(queries.share(actor, share_id))
    lens = current_lens(site.timezone)
    row = queries.share(actor, share_id, lens)
    answered, open_ = covered(row.content.get("answers", ()), entry.program.version_on(row.held_on or lens.as_of))
    manages = can(actor, Permission.AUDIT_MANAGE, scope_id=entry.scope_id, program_id=entry.program_id)
    return render_template(
        "audits/given.html",
        row=row,
        content=row.content,
        entry=entry,
        site=site,
        site_name=details.names([site], lens)[site.id],
        lens=lens,
        accepted=row.accepted_on is not None and row.accepted_on <= lens.as_of,
        declined=row.declined_on is not None and row.declined_on <= lens.as_of,
        answered=answered,
        left=open_,
        verdicts=VERDICT_WORDS,
        withheld=WITHHELD,
        formats=FORMAT_WORDS,
        marks=SEVERITY_MARK,
        manages=manages,
        of_site=can(actor, Permission.CAPA_MANAGE, scope_id=row.scope_id),
    )


@bp.get("/audits/shares/<uuid:share_id>/report.pdf")
def given_pdf(share_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    entry, site = _place(queries.share(actor, share_id))
    require(actor, Permission.REPORT_MAKE, scope_id=entry.scope_id, program_id=entry.program_id)
    lens = current_lens(site.timezone)
    row = queries.share(actor, share_id, lens)
    if row.held_on is None:
        raise NotFound("This audit has no report yet.")
    pdf = papers.given_pdf(row, entry, site, lens, name=actor.name, now=utcnow())
    return file_answer(pdf, f"audit-shared-{row.held_on}.pdf")


@bp.route("/audits/shares/<uuid:share_id>/accept", methods=BOTH)
def accept(share_id: UUID) -> ResponseReturnValue:
    row, entry, site = _decided(share_id)
    form = filled(AcceptForm, seen=str(row.id), accepted_on=day_in(site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            said = {"accepted_on": form.accepted_on.data, "note": form.note.data}
            sharing.accept(seen(form), **said, by=current_actor(), now=utcnow())
            return _to(row, "The report counts as an audit of this program.")
    return _step(form, row, entry, site, "Accept as an audit of this program", "Accept")


@bp.route("/audits/shares/<uuid:share_id>/decline", methods=BOTH)
def decline(share_id: UUID) -> ResponseReturnValue:
    row, entry, site = _decided(share_id)
    form = filled(ReasonForm, seen=str(row.id))
    if holds(form):
        with form.answering():
            sharing.decline(seen(form), form.reason.data, by=current_actor(), now=utcnow())
            return _to(row, "The report does not count; the site sees why.")
    return _step(form, row, entry, site, "Decline this report", "Decline")


@bp.route("/audits/shares/<uuid:share_id>/take-back", methods=BOTH)
def take_back(share_id: UUID) -> ResponseReturnValue:
    row = queries.share(current_actor(), share_id)
    found = now(row.audit_id)
    if not found.answers:
        raise NotAllowed("Only the site takes back what it gave.")
    form = filled(ReasonForm, seen=str(row.id))
    if holds(form):
        with form.answering():
            sharing.take_back(seen(form), form.reason.data, by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The report is taken back.", "shares")
    return step(form, found, "Take the report back", "Take back")


def _place(row: AuditShare) -> tuple[Entry, Site]:
    entry = sites.entry_of_scope(current_actor(), row.scope_id)
    return entry, sites.site(current_actor(), entry.site_id)


def _decided(share_id: UUID) -> tuple[AuditShare, Entry, Site]:
    row = queries.share(current_actor(), share_id)
    entry, site = _place(row)
    require(current_actor(), Permission.AUDIT_MANAGE, scope_id=entry.scope_id, program_id=entry.program_id)
    return row, entry, site


def _to(row: AuditShare, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("audits.given", share_id=row.root_id))


def _step(form: BaseForm, row: AuditShare, entry: Entry, site: Site, title: str, act: str) -> ResponseReturnValue:
    above = [("Audits", url_for("audits.index")), ("Shared audit", url_for("audits.given", share_id=row.root_id))]
    return short_form(form, title, act, f"{site.name}, under {entry.program.title}.", above)
