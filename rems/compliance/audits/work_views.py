"""The pages on which an audit is worked on: its checklist for either side, findings, files."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.certification import queries as certification
from rems.compliance.audits import queries, working
from rems.compliance.audits.desk import OF_THE_SITE
from rems.compliance.audits.desk_views import BOTH, Here, back, bp, managed, now, step
from rems.compliance.audits.forms import FileForm, FindingForm, ReasonForm, checklist_form
from rems.compliance.audits.models import AuditAnswer
from rems.compliance.audits.rules import Item, Side, Verdict
from rems.compliance.audits.working import Noted, Said, Upload
from rems.compliance.rules import DeviationSeverity
from rems.core.clock import utcnow
from rems.core.errors import NotAllowed
from rems.core.lens import Lens
from rems.web.downloads import file_answer
from rems.web.sending import filled, holds, seen_or_none

TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "text": "text/plain; charset=utf-8"}


@bp.route("/audits/<uuid:audit_id>/checklist", methods=BOTH)
def checklist(audit_id: UUID) -> ResponseReturnValue:
    """What the auditor says of each requirement."""
    return _answers(managed(audit_id), Side.AUDITOR)


@bp.route("/audits/<uuid:audit_id>/questionnaire", methods=BOTH)
def questionnaire(audit_id: UUID) -> ResponseReturnValue:
    """What the site says of itself."""
    found = now(audit_id)
    if not found.answers:
        raise NotAllowed(OF_THE_SITE)
    return _answers(found, Side.SITE)


def _answers(found: Here, side: Side) -> ResponseReturnValue:
    row = found.row
    items = queries.items_of(row, found.entry, row.begun_on or row.planned_for)
    kept = queries.answers_of(row.root_id)
    own = {code: one for (code, whose), one in kept.items() if whose is side}
    form = filled(checklist_form(items), **_given(own))
    if holds(form):
        with form.answering():
            given = {
                item.code: Said(Verdict(verdict.data), said.data)
                for item, verdict, said in form.pairs(items)
                if verdict.data
            }
            new = working.answer(row.root_id, side, given, seen=seen_or_none(form), by=current_actor(), now=utcnow())
            words = "1 answer is kept." if new == 1 else f"{new} answers are kept." if new else "Nothing was changed."
            return back(row.root_id, words, "checklist")
    theirs = {code: one for (code, whose), one in kept.items() if whose is not side}
    page = render_template(
        "audits/checklist.html",
        here=found,
        form=form,
        pairs=form.pairs(items),
        side=side,
        theirs=theirs,
        known=known(found),
        left=sum(item.code not in own for item in items),
    )
    return page, 422 if form.problems() else 200


def _given(own: Mapping[str, AuditAnswer]) -> dict[str, object]:
    """What was answered before, and which of the answers is the newest."""
    given: dict[str, object] = {"seen": str(max((one.id for one in own.values()), default=""))}
    for code, one in own.items():
        given |= {f"verdict:{code}": one.verdict, f"said:{code}": one.said}
    return given


def known(found: Here) -> dict[str, str]:
    """What the facts of the day say of each requirement, for whoever answers."""
    day = found.row.begun_on or min(found.row.planned_for, found.today)
    standing = certification.standing(current_actor(), found.entry, Lens(day))
    return {f.requirement.code: f.why for f in standing.findings}


@bp.route("/audits/<uuid:audit_id>/findings/new", methods=BOTH)
def note_finding(audit_id: UUID) -> ResponseReturnValue:
    found = managed(audit_id)
    form = _choosing(filled(FindingForm), _items(found))
    if holds(form):
        with form.answering():
            working.note_finding(found.row.root_id, _noted(form), by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The finding is noted.", "findings")
    return step(form, found, "Note a finding", "Note")


@bp.route("/audits/findings/<uuid:finding_id>/change", methods=BOTH)
def change_finding(finding_id: UUID) -> ResponseReturnValue:
    one = queries.finding(current_actor(), finding_id)
    found = managed(one.audit_id)
    given = {"severity": one.severity, "requirement_code": one.requirement_code, "text": one.text}
    form = _choosing(filled(FindingForm, seen=str(one.id), **given), _items(found))
    if holds(form):
        with form.answering():
            key = seen_or_none(form) or one.id
            working.change_finding(key, _noted(form), by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The finding is changed.", "findings")
    return step(form, found, f"Change finding {one.number}", "Change")


@bp.route("/audits/findings/<uuid:finding_id>/withdraw", methods=BOTH)
def withdraw_finding(finding_id: UUID) -> ResponseReturnValue:
    one = queries.finding(current_actor(), finding_id)
    found = managed(one.audit_id)
    form = filled(ReasonForm, seen=str(one.id))
    if holds(form):
        with form.answering():
            key = seen_or_none(form) or one.id
            working.withdraw_finding(key, form.reason.data, by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The finding is withdrawn.", "findings")
    return step(form, found, f"Withdraw finding {one.number}", "Withdraw", one.text)


def _items(found: Here) -> Sequence[Item]:
    return queries.items_of(found.row, found.entry, found.row.begun_on or found.row.planned_for)


def _choosing(form: FindingForm, items: Sequence[Item]) -> FindingForm:
    form.requirement_code.choices = [(item.code, item.title) for item in items]
    return form


def _noted(form: FindingForm) -> Noted:
    return Noted(DeviationSeverity(form.severity.data), form.requirement_code.data or "", form.text.data)


@bp.route("/audits/<uuid:audit_id>/files/new", methods=BOTH)
def add_file(audit_id: UUID) -> ResponseReturnValue:
    found = now(audit_id)
    if not (found.audits or found.answers):
        raise NotAllowed("Files are added by who holds the audit and by who answers for the site.")
    form = filled(FileForm)
    if holds(form):
        with form.answering():
            sent = Upload(form.file.filename, form.file.found, form.file.data, form.shows.data)
            working.add_file(found.row.root_id, sent, by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The file is kept.", "files")
    return step(form, found, "Add a file", "Keep the file", upload=True)


@bp.get("/audits/files/<uuid:file_id>")
def file(file_id: UUID) -> ResponseReturnValue:
    """A file as it was kept; a browser saves it and never runs it."""
    one = queries.file(current_actor(), file_id)
    return file_answer(one.content, one.name, TYPES.get(one.kind, "application/octet-stream"))


@bp.route("/audits/files/<uuid:file_id>/remove", methods=BOTH)
def remove_file(file_id: UUID) -> ResponseReturnValue:
    one = queries.file(current_actor(), file_id)
    found = now(one.audit_id)
    if not (found.audits or found.answers):
        raise NotAllowed("Files are taken back by who holds the audit and by who answers for the site.")
    form = filled(ReasonForm)
    if holds(form):
        with form.answering():
            working.remove_file(file_id, form.reason.data, by=current_actor(), now=utcnow())
            return redirect(url_for("audits.show", audit_id=found.row.root_id, _anchor="files"))
    return step(form, found, f"Take {one.name} back", "Take back", one.shows)
