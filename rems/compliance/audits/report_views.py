"""The signed report of an audit, its PDF, the site's responses, and the end of the audit."""

from collections import Counter
from uuid import UUID

from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.compliance.audits import papers, queries, reporting
from rems.compliance.audits.content import report_content
from rems.compliance.audits.desk_views import BOTH, Here, back, bp, here, managed, now, step
from rems.compliance.audits.forms import CloseForm, ReportForm, ResponseForm
from rems.compliance.audits.models import SiteAudit
from rems.core.clock import utcnow
from rems.core.errors import NotFound
from rems.signatures import queries as signatures
from rems.signatures.queries import Proved
from rems.sites.queries import Entry
from rems.web.downloads import file_answer
from rems.web.filters import plural
from rems.web.sending import filled, holds, seen, seen_or_none


def signed(entry: Entry, row: SiteAudit) -> list[Proved]:
    """The signature of a report, checked against the audit as it is now; none before there is a report."""
    if row.reported_on is None:
        return []
    return signatures.proved("site_audit", row.root_id, report_content(entry, row))


@bp.route("/audits/<uuid:audit_id>/report", methods=BOTH)
def report(audit_id: UUID) -> ResponseReturnValue:
    found = managed(audit_id)
    form = filled(ReportForm, seen=str(found.row.id), reported_on=found.today)
    if holds(form):
        with form.answering():
            reporting.report(
                seen(form),
                conclusion=form.conclusion.data,
                reported_on=form.reported_on.data,
                password=form.components,
                by=current_actor(),
                now=utcnow(),
            )
            return back(found.row.root_id, "The report is signed. Each finding is followed as a deviation.")
    return step(form, found, "Sign the report", "Sign the report", _signed_is(found), signs=True)


def _signed_is(found: Here) -> str:
    """What the signature will be bound to, in words."""
    row = found.row
    items = queries.items_of(row, found.entry, row.begun_on or row.planned_for)
    verdicts = queries.verdicts(queries.answers_of(row.root_id))
    lines = queries.findings_of(row.root_id)
    grades = Counter(str(line.row.severity) for line in lines)
    noted = ", ".join(f"{number} {grade}" for grade, number in grades.items())
    return (
        f"Audit {row.number} of {found.site.name}, under {found.entry.program.title}. You sign {len(verdicts)} of "
        f"{plural(len(items), 'answer')}, {plural(len(lines), 'finding')}{f' ({noted})' if noted else ''} and "
        f"{plural(len(queries.files_of(row.root_id)), 'file')}. Each finding becomes a deviation of the site."
    )


@bp.get("/audits/<uuid:audit_id>/report.pdf")
def report_pdf(audit_id: UUID) -> ResponseReturnValue:
    found, actor = here(audit_id), current_actor()
    held = {"scope_id": found.entry.scope_id, "program_id": found.entry.program_id}
    require(actor, Permission.REPORT_MAKE, **held)
    if found.row.reported_on is None or found.row.reported_on > found.lens.as_of:
        raise NotFound("The report of this audit is not signed on this day.")
    pdf = papers.report_pdf(found, signed(found.entry, found.row), name=actor.name, now=utcnow())
    return file_answer(pdf, f"audit-{found.row.number.lower()}.pdf")


@bp.route("/audits/findings/<uuid:finding_id>/response", methods=BOTH)
def respond(finding_id: UUID) -> ResponseReturnValue:
    one = queries.finding(current_actor(), finding_id)
    found = now(one.audit_id)
    [line] = [x for x in queries.findings_of(one.audit_id) if x.row.root_id == one.root_id]
    given = {"seen": str(line.response.id), "text": line.response.text} if line.response else {}
    form = filled(ResponseForm, **given)
    if holds(form):
        with form.answering():
            reporting.respond(one.id, form.text.data, seen=seen_or_none(form), by=current_actor(), now=utcnow())
            return back(found.row.root_id, "The response is kept.", "findings")
    return step(form, found, f"Answer finding {one.number}", "Keep", one.text)


@bp.route("/audits/<uuid:audit_id>/close", methods=BOTH)
def close(audit_id: UUID) -> ResponseReturnValue:
    found = managed(audit_id)
    form = filled(CloseForm, seen=str(found.row.id), closed_on=found.today)
    if holds(form):
        with form.answering():
            reporting.close(
                seen(form), closed_on=form.closed_on.data, note=form.note.data, by=current_actor(), now=utcnow()
            )
            return back(found.row.root_id, "The audit is closed.")
    return step(form, found, "Close the audit", "Close", "Every finding must be closed as a deviation first.")
