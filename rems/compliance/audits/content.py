"""The content of an audit's report: what its signature is bound to, what is printed, what other programs are given."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from rems.compliance.audits import queries
from rems.compliance.audits.models import AuditAnswer, AuditFile, SiteAudit
from rems.compliance.audits.rules import Side, redacted
from rems.core.actor import Actor
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.signatures.registry import Record, content_of
from rems.sites import queries as sites
from rems.sites.queries import Entry


def report_content(entry: Entry, row: SiteAudit, known_at: datetime | None = None) -> dict[str, Any]:
    """The report of an audit as it is known (UTC; None: now). What happens after it is no part of it."""
    lens = Lens(row.reported_on or row.holds_on, known_at) if known_at else None
    answers = queries.answers_of(row.root_id, lens)
    on = row.begun_on or row.planned_for
    return {
        "number": row.number,
        "site": str(entry.site_id),
        "program": entry.program.code,
        "also": list(row.also),
        "version": dict(row.program_versions),
        "rules": {c: programs.version(c, v).digest for c, v in row.program_versions.items()},
        "format": str(row.format),
        "begun_on": on.isoformat(),
        "reported_on": row.reported_on.isoformat() if row.reported_on else None,
        "auditors": row.auditors,
        "looks_at": row.looks_at,
        "conclusion": row.conclusion,
        "answers": [
            {
                "code": item.code,
                "title": item.title,
                **_said(answers.get((item.code, Side.AUDITOR))),
                **_said(answers.get((item.code, Side.SITE)), "site_"),
            }
            for item in queries.items_of(row, entry, on)
        ],
        "findings": [
            {
                "number": one.row.number,
                "severity": str(one.row.severity),
                "requirement": one.row.requirement_code,
                "text": one.row.text,
            }
            for one in queries.findings_of(row.root_id, lens)
        ],
        "files": [_file(one) for one in queries.files_of(row.root_id, lens)],
    }


def shared_content(entry: Entry, row: SiteAudit, withheld: Collection[str] = ()) -> dict[str, Any]:
    """The report as a further program of the site is given it, with how each finding stands at that moment."""
    found = redacted(report_content(entry, row), withheld)
    lines = {one.row.number: one for one in queries.findings_of(row.root_id)}
    for given in found["findings"]:
        if f"finding:{given['number']}" in withheld:
            continue
        line = lines[given["number"]]
        closed = line.deviation.closed_on if line.deviation else None
        given["key"] = str(line.row.root_id)
        given["response"] = line.response.text if line.response else ""
        given["closed_on"] = closed.isoformat() if closed else None
    return found


def _said(answer: AuditAnswer | None, prefix: str = "") -> dict[str, str]:
    """What one side says; a site that was not asked says nothing."""
    if answer is None and prefix:
        return {}
    return {f"{prefix}verdict": str(answer.verdict) if answer else "", f"{prefix}said": answer.said if answer else ""}


def _file(one: AuditFile) -> dict[str, Any]:
    return {"name": one.name, "shows": one.shows, "size": one.size, "sha256": one.sha256}


@content_of("site_audit")
def record(actor: Actor, key: UUID, known_at: datetime | None) -> Record | None:
    """The report of an audit, for whoever checks its signature."""
    try:
        row = queries.audit(actor, key)
        entry = sites.entry_of_scope(actor, row.scope_id)
    except NotFound:
        return None
    return Record(report_content(entry, row, known_at), f"Report of audit {row.number}", f"/audits/{row.root_id}")
