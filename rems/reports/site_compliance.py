"""The site compliance report: what was met on a day, as known at a moment, and why, as PDF."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from rems.certification.queries import Standing
from rems.certification.rules import Finding, FindingState
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.paper import parts
from rems.paper.page import Document, Proof, content_digest, grouped
from rems.programs.rules import Version
from rems.reports import queries
from rems.signatures import queries as signatures
from rems.sites import queries as sites
from rems.sites.models import Site

STATES = {
    FindingState.MET: parts.State.MET,
    FindingState.NOT_MET: parts.State.NOT_MET,
    FindingState.MET_BY_EXCEPTION: parts.State.EXCEPTION,
    FindingState.NOT_ASKED: parts.State.NOT_ASKED,
    FindingState.DUE_SOON: parts.State.SOON,
}


@dataclass(frozen=True)
class Made:
    """A report and the digest of its content."""

    pdf: bytes
    digest: str


COLUMNS = (
    parts.Column("Requirement", kind=parts.Kind.KEY),
    "State",
    "What decides it",
    parts.Column("Source", kind=parts.Kind.SMALL),
)
WIDTHS = (30, 18, 34, 24)
LETTER = frozenset({"US", "CA", "MX"})


def site_compliance(actor: Actor, site: Site, standing: Standing, lens: Lens, *, now: datetime) -> Made:
    """The report of one site under one program for a day. `lens.known_at` is set: it is what makes asking again give the same.

    Sections: gaps and exceptions, all requirements, staff, tocilizumab on hand, infusions and events of the year before, signatures.
    """
    program, version = standing.entry.program, standing.version
    year = queries.year_before(standing.entry.scope_id, lens)
    weight = current_app.extensions["rems_settings"].value("stock", "reference_weight_kg")
    lots = queries.lots_on(site.id, lens)
    people = sites.staff(site.id, on=lens.as_of)
    clinics = [n for n in sites.locations(site.id) if n.parent_id is not None]
    content = {
        "site": site.id,
        "program": program.code,
        "version": version.version if version else None,
        "as_of": lens.as_of,
        "known_at": lens.known_at,
        "certified": standing.certified,
        "findings": [(f.requirement.code, str(f.state), f.why) for f in standing.findings],
        "lots": [(lot.lot, lot.strength_mg, lot.vials) for lot in lots],
        "infusions": [i.number for i in year.infusions],
        "events": [e.case_number for e in year.events],
    }
    digest = content_digest(content)
    scope = site.name + (f" and {len(clinics)} associated clinic{'s' if len(clinics) != 1 else ''}" if clinics else "")
    known = f"{lens.known_at:%-d %B %Y, %H:%M} UTC" if lens.known_at else "all that is known now"
    document = Document(
        title="Site compliance report",
        scope_line=scope,
        subline=_program_line(program.title, version),
        facts=[
            ("As of", f"{lens.as_of:%A %-d %B %Y}"),
            ("Known at", known),
            ("Asked by", f"{actor.name}, {actor.role}"),
            ("Made", f"{now:%-d %B %Y, %H:%M} UTC"),
        ],
        page_size="letter" if site.country in LETTER else "A4",
        footer=Proof(
            as_of=lens.as_of,
            known_at=lens.known_at,
            program_line=_program_line(program.title, version),
            rules_digest=version.digest if version else "",
            content_digest=digest,
            verify_address="",
        ),
    )
    gaps = [
        f
        for f in standing.findings
        if f.state in (FindingState.NOT_MET, FindingState.MET_BY_EXCEPTION, FindingState.DUE_SOON)
    ]
    story = [
        parts.verdict(
            parts.State.MET
            if standing.certified
            else parts.State.NOT_ASKED
            if version is None
            else parts.State.NOT_MET,
            "Certified on this day"
            if standing.certified
            else "Nothing is asked on this day"
            if version is None
            else "Not certified on this day",
            standing.sentence,
        ),
        parts.section(1, "Requirements with a gap or an exception", f"{len(gaps)} of {len(standing.findings)}"),
        parts.table(COLUMNS, [_row(f) for f in gaps], WIDTHS) if gaps else parts.prose("None."),
        parts.section(2, "Tocilizumab", f"for a reference weight of {weight} kg"),
        parts.table(
            (
                "Lot",
                "Location",
                parts.Column("Strength, mg", kind=parts.Kind.NUMBER),
                parts.Column("Vials", kind=parts.Kind.NUMBER),
                "Expires",
                "State",
            ),
            [
                (
                    lot.lot,
                    lot.location,
                    lot.strength_mg,
                    lot.vials,
                    f"{lot.expires_on:%-d %b %Y}",
                    parts.StateCell(parts.State.LATE, "Expired")
                    if lot.expires_on < lens.as_of
                    else parts.StateCell(parts.State.MET, "Counts"),
                )
                for lot in lots
            ],
            (18, 30, 14, 10, 18, 16),
        )
        if lots
        else parts.prose("No vial was on hand on this day."),
        parts.section(3, "All requirements", str(len(standing.findings))),
        parts.table(COLUMNS, [_row(f) for f in standing.findings], WIDTHS)
        if standing.findings
        else parts.prose("The program asked nothing on this day."),
        parts.section(4, "People", f"{len(people)} on this day"),
        parts.table(
            (parts.Column("Name", kind=parts.Kind.KEY), "Role", "Since"),
            [(p.name, p.role.replace("_", " ").capitalize(), f"{p.from_on:%-d %b %Y}") for p in people],
            (40, 30, 20),
        )
        if people
        else parts.prose("Nobody is recorded for this day."),
        parts.section(5, "Infusions in the year before", f"{len(year.infusions)}"),
        parts.table(
            (parts.Column("Patient", kind=parts.Kind.KEY), "Day", "Product", "Lot", "Authorization"),
            [(i.number, f"{i.on:%-d %b %Y}", i.product, i.lot, i.code) for i in year.infusions],
            (20, 20, 20, 24, 18),
        )
        if year.infusions
        else parts.prose("None."),
        parts.section(6, "Adverse events with day zero in the year before", f"{len(year.events)}"),
        parts.table(
            (parts.Column("Case", kind=parts.Kind.KEY), "Event", "Serious", "Day 0"),
            [
                (e.case_number, e.term, "Serious" if e.seriousness else "Not serious", f"{e.day_zero:%-d %b %Y}")
                for e in year.events
            ],
            (30, 40, 16, 18),
        )
        if year.events
        else parts.prose("None."),
        parts.section(None, "Signature of the certificate", "bound to its content by the digest"),
        parts.signature_block(
            [
                parts.Signature(s.printed_name, s.statement, s.signed_at, s.timezone, s.digest)
                for s in (signatures.of("certification", standing.certificate.id) if standing.certificate else [])
            ]
        ),
        parts.note(f"Digest of the content of this report: {grouped(digest)}."),
    ]
    return Made(document.render(story), digest)


def _program_line(title: str, version: Version | None) -> str:
    return (
        f"{title}, version {version.version} of {version.effective_from.isoformat()}"
        if version
        else f"{title}, not in force"
    )


def _row(finding: Finding) -> tuple[object, ...]:
    asked = finding.requirement
    source = ", ".join(
        filter(
            None,
            [f"NCIt {asked.ncit_code}" if asked.ncit_code else "", "" if asked.confidence.verified else "not verified"],
        )
    )
    return (asked.title, STATES[finding.state], finding.why, parts.Lines(asked.code, source) if source else asked.code)
