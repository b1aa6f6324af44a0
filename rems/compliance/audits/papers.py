"""The report of an audit as PDF: as it was signed, and as another program was given it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from reportlab.platypus import Flowable

from rems.certification.words import long_day, plural
from rems.compliance.audits.content import report_content
from rems.compliance.audits.desk_views import FORMAT_WORDS, Here
from rems.compliance.audits.models import AuditShare
from rems.compliance.audits.queries import FindingLine, findings_of
from rems.compliance.audits.rules import VERDICT_WORDS, WITHHELD, AuditFormat, Verdict
from rems.core.lens import Lens
from rems.paper import parts
from rems.paper.page import Document, Proof, content_digest, grouped, page_size
from rems.programs import queries as programs
from rems.signatures.printed import printed
from rems.signatures.queries import Proved
from rems.sites import details
from rems.sites.models import Site
from rems.sites.queries import Entry

KEY = parts.Kind.KEY
VERDICT_STATE = {
    Verdict.CONFORMS: parts.State.MET,
    Verdict.DOES_NOT_CONFORM: parts.State.LATE,
    Verdict.NOT_APPLICABLE: parts.State.NOT_ASKED,
    Verdict.NOT_EXAMINED: parts.State.NOT_ASKED,
}
SEVERITY_STATE = {"critical": parts.State.LATE, "major": parts.State.SOON, "minor": parts.State.OPEN}


def report_pdf(here: Here, signed: Sequence[Proved], *, name: str, now: datetime) -> bytes:
    """The signed report, with what the site answered and how each finding stands on the day that is asked for."""
    content = report_content(here.entry, here.row, here.lens.known_at)
    lines = findings_of(here.row.root_id, here.lens)
    found = [_followed(one, line, here.lens.as_of) for one, line in zip(content["findings"], lines, strict=True)]
    blocks = [parts.section(4, "Evidence files", str(len(content["files"]))), _files(content["files"])]
    blocks += [parts.section(None, "Signature"), parts.signature_block([printed(one) for one in signed])]
    return _paper(
        {**content, "findings": found},
        here.entry,
        here.site,
        here.lens,
        title="Report of a site audit",
        last=blocks,
        name=name,
        now=now,
    )


def given_pdf(row: AuditShare, entry: Entry, site: Site, lens: Lens, *, name: str, now: datetime) -> bytes:
    """The report as this program was given it: what the site withheld is marked at its place."""
    number = row.content["withheld"]
    withheld = f"The site withheld {plural(number, 'place')} of this report. " if number else ""
    said = (
        f"{withheld}Evidence files ({row.content['files']}) stay with the sponsor that held the audit. It was taken "
        f"from a report whose signature is bound to the digest {grouped(row.digest, 16)}."
    )
    return _paper(
        row.content,
        entry,
        site,
        lens,
        title="Report of a site audit, shared",
        last=[parts.note(said)],
        name=name,
        now=now,
    )


def _paper(
    content: Mapping[str, Any],
    entry: Entry,
    site: Site,
    lens: Lens,
    *,
    title: str,
    last: Sequence[Flowable],
    name: str,
    now: datetime,
) -> bytes:
    moment = now.astimezone(UTC)
    document = Document(
        title=title,
        scope_line=details.names([site], lens)[site.id],
        subline=entry.program.title,
        facts=[
            ("Audit", content["number"]),
            ("Held on", long_day(date.fromisoformat(content["begun_on"]))),
            ("Reported", long_day(date.fromisoformat(content["reported_on"]))),
            ("Printed", f"{long_day(moment.date())}, {moment:%H:%M} UTC, for {name}"),
        ],
        page_size=page_size(site.country),
        footer=Proof(
            as_of=lens.as_of,
            known_at=lens.known_at,
            program_line=entry.program.code,
            rules_digest="",
            content_digest=content_digest(content),
        ),
    )
    return document.render([*_head(content), *_findings(content), *_checklist(content), *last])


def _head(content: Mapping[str, Any]) -> list[Flowable]:
    numbers = [sum(one["severity"] == grade for one in content["findings"]) for grade in SEVERITY_STATE]
    said = ", ".join(f"{n} {grade}" for n, grade in zip(numbers, SEVERITY_STATE, strict=True) if n)
    state = parts.State.LATE if numbers[0] else parts.State.SOON if any(numbers) else parts.State.MET
    head = f"Findings: {said}" if said else "No findings"
    several = ", ".join(_title(code) for code in [content["program"], *content["also"]])
    pairs = [
        ("How", FORMAT_WORDS[AuditFormat(content["format"])]),
        ("Auditors", content["auditors"]),
        ("Held for", several),
        ("Looked at", content["looks_at"] or "Every requirement"),
    ]
    return [parts.verdict(state, head, content["conclusion"]), parts.section(1, "The audit"), parts.key_values(pairs)]


def _title(code: str) -> str:
    return code if code == WITHHELD else programs.program(code).title


def _findings(content: Mapping[str, Any]) -> list[Flowable]:
    head = parts.section(2, "Findings", str(len(content["findings"])))
    if not content["findings"]:
        return [head, parts.prose("None.")]
    titles = {one["code"]: one["title"] for one in content["answers"]}
    rows = [
        (
            str(one["number"]),
            parts.StateCell(SEVERITY_STATE[one["severity"]], one["severity"].capitalize()),
            parts.Lines(one["text"], titles.get(one["requirement"], "")),
            one.get("response") or ("" if one["text"] == WITHHELD else "none yet"),
            _stands(one),
        )
        for one in content["findings"]
    ]
    columns = (parts.Column("No.", KEY), "Severity", "What was found", "Response of the site", "State")
    return [head, parts.table(columns, rows, (7, 14, 36, 25, 18))]


def _stands(one: Mapping[str, Any]) -> parts.StateCell:
    if one["text"] == WITHHELD:
        return parts.StateCell(parts.State.NOT_ASKED, "Withheld")
    if one.get("closed_on"):
        return parts.StateCell(parts.State.MET, f"Closed {one['closed_on']}")
    return parts.StateCell(parts.State.LATE, "Open")


def _followed(one: Mapping[str, Any], line: FindingLine, on: date) -> dict[str, Any]:
    closed = line.deviation.closed_on if line.deviation else None
    return {
        **one,
        "response": line.response.text if line.response else "",
        "closed_on": closed.isoformat() if closed and closed <= on else None,
    }


def _checklist(content: Mapping[str, Any]) -> list[Flowable]:
    head = parts.section(3, "Checklist", f"{len(content['answers'])} requirements")
    asked = any("site_said" in one for one in content["answers"])
    rows = [
        (
            parts.Lines(one["title"], one["code"]),
            *((_words(one.get("site_verdict"), one.get("site_said", "")),) if asked else ()),
            _verdict(one),
            one["said"],
        )
        for one in content["answers"]
    ]
    said: list[parts.Column | str] = ["The site says"] if asked else []
    columns = [parts.Column("Requirement", KEY), *said, "Auditor", "Evidence seen"]
    shares = (32, 24, 18, 26) if asked else (40, 20, 40)
    return [head, parts.table(columns, rows, shares) if rows else parts.prose("Nothing was asked.")]


def _words(verdict: str | None, said: str) -> parts.Cell:
    if not verdict:
        return "not answered"
    return parts.Lines(VERDICT_WORDS[Verdict(verdict)], *([said] if said else []))


def _verdict(one: Mapping[str, Any]) -> parts.Cell:
    if not one["verdict"]:
        return parts.StateCell(parts.State.NOT_ASKED, "Withheld" if one["said"] == WITHHELD else "Not answered")
    verdict = Verdict(one["verdict"])
    return parts.StateCell(VERDICT_STATE[verdict], VERDICT_WORDS[verdict])


def _files(files: Sequence[Mapping[str, Any]]) -> Flowable:
    if not files:
        return parts.prose("None.")
    rows = [(one["name"], one["shows"], f"{one['size']:,}", one["sha256"]) for one in files]
    columns = (
        parts.Column("File", KEY),
        "What it shows",
        parts.Column("Bytes", parts.Kind.NUMBER),
        parts.Column("SHA-256", parts.Kind.SMALL),
    )
    return parts.table(columns, rows, (26, 30, 12, 32))
