"""What the binder of a site says, as plain values: the digest on each page is the digest of exactly this."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rems.certification import library_page
from rems.certification import queries as certification
from rems.certification.acts import acts_of, invocations_of
from rems.certification.library_page import Column, Library, kind_words
from rems.certification.moves import DONE_WORDS
from rems.certification.roster import Listed, representative, roster
from rems.compliance import queries as compliance
from rems.compliance.audits import listing as audits
from rems.compliance.audits.listing import Asked
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.reports.binder_values import (
    ActLine,
    AuditLine,
    Binder,
    ContactLine,
    DeviationLine,
    InvokedLine,
    PersonLine,
    PieceLine,
    PlaceLine,
    ProgramPart,
    Signed,
    Statement,
)
from rems.reports.content import Line, LotLine
from rems.signatures.queries import Proved
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.details import Person, Place
from rems.sites.models import Site
from rems.sites.rules import IDENTIFIER_WORDS, ROLE_WORDS
from rems.stock import queries as stock


def gather(actor: Actor, site: Site, lens: Lens) -> Binder:
    """Look up every section under the lens, whose `known_at` is set; a sponsor gets what stands under its programs."""
    if lens.known_at is None:
        raise ValueError("a binder says what was known at a moment; its lens needs one")
    found = library_page.library(actor, site, lens)
    listed, known = roster(site.id, lens), details.about(site, lens)
    weight = programs.reference_weight_kg(lens.known_at)
    return Binder(
        site_id=site.id,
        name=str(known["name"]),
        details=_details(known),
        identifiers=_identifiers(site.id, found, lens),
        contacts=_contacts(site.id, lens),
        places=_places(site.id, lens),
        as_of=lens.as_of,
        known_at=lens.known_at.isoformat(),
        people=tuple(_person(one, found) for one in details.people(site.id, lens) if one.from_on <= lens.as_of),
        programs=tuple(_program(actor, column, listed, lens) for column in found.columns),
        pieces=tuple(_piece(found)),
        lots=tuple(
            LotLine(one.lot.called, one.location, one.lot.strength_mg, one.vials, one.lot.expires_on)
            for one in stock.lots(site.id, lens)
        ),
        doses=stock.doses(site.id, lens, weight),
        weight_kg=weight,
        saved=found.saved,
    )


def _details(known: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Place and ways to reach the site, as they were known."""
    place = ", ".join(filter(None, [known["city"], known["region"], known["country"]]))
    pairs = [("Place", place), ("Time zone", known["timezone"]), ("Phone", known["phone"]), ("E-mail", known["email"])]
    return tuple((label, value or "none") for label, value in pairs)


def _identifiers(site_id: UUID, found: Library, lens: Lens) -> tuple[tuple[str, str], ...]:
    """The numbers that others know the site by; that of a sponsor with its program."""
    titles = {c.key: c.program.title for c in found.columns}
    return tuple(
        (IDENTIFIER_WORDS[row.kind] + (f", {titles[row.program_id]}" if row.program_id in titles else ""), row.value)
        for row in details.identifiers(site_id, lens)
    )


def _contacts(site_id: UUID, lens: Lens) -> tuple[ContactLine, ...]:
    return tuple(
        ContactLine(row.role.replace("_", " ").capitalize(), row.name, row.phone, row.email, str(row.preferred))
        for row in details.contacts(site_id, lens)
    )


def _places(site_id: UUID, lens: Lens) -> tuple[PlaceLine, ...]:
    """The tree of the day, parents before their children, by name."""
    below: dict[UUID | None, list[Place]] = {}
    for place in details.places(site_id, lens):
        if place.open_on(lens.as_of):
            below.setdefault(place.parent_id, []).append(place)

    def branch(parent: UUID | None, depth: int) -> list[PlaceLine]:
        lines: list[PlaceLine] = []
        for place in below.get(parent, []):
            lines += [PlaceLine(place.name, place.kind, depth), *branch(place.id, depth + 1)]
        return lines

    return tuple(branch(None, 0))


def _person(member: Person, found: Library) -> PersonLine:
    titles = {c.key: c.program.title for c in found.columns}
    taken = [
        f"{kind_words(item.kind)}, {item.holds_on:%-d %b %Y}: {', '.join(titles[k] for k in titles if k in item.under)}"
        for item in found.items
        if item.about == member.id
    ]
    return PersonLine(member.name, ROLE_WORDS[member.role], member.from_on, member.until_on, tuple(taken))


def _piece(found: Library) -> list[PieceLine]:
    titles = {c.key: c.program.title for c in found.columns}
    return [
        PieceLine(
            kind_words(item.kind),
            found.about(item),
            item.summary,
            item.holds_on,
            next(iter(item.under.values())).until_on,
            tuple(titles[key] for key in titles if key in item.under),
        )
        for item in found.items
    ]


def _program(actor: Actor, column: Column, people: tuple[Listed, ...], lens: Lens) -> ProgramPart:
    entry, standing = column.entry, column.standing
    signer, left = representative(entry.scope_id, people, lens)
    form = sites.signed_form(entry, lens)
    signed = certification.signed_by(entry, standing.certificate) if standing.certificate else []
    return ProgramPart(
        code=entry.program.code,
        title=entry.program.title,
        version=standing.version.version if standing.version else "",
        rules=standing.version.digest if standing.version else "",
        state=str(standing.state.state),
        since=standing.state.since,
        sentence=standing.sentence,
        representative=f"{signer.name}, since {signer.since:%-d %b %Y}" if signer else left and f"{left}, who left",
        certificate=standing.certificate.number if standing.certificate else "",
        certified_on=standing.certificate.holds_on if standing.certificate else None,
        certificate_signatures=tuple(map(_signed, signed)),
        form_on=form.form.holds_on if form else None,
        form_version=form.form.program_version if form else "",
        statements=tuple(Statement(code, str(text)) for code, text in sorted(form.form.attestations.items()))
        if form
        else (),
        form_signatures=(_signed(form.proved),) if form else (),
        lines=tuple(
            Line(
                f.requirement.code,
                f.requirement.title,
                f.state,
                f.why,
                f.requirement.ncit_code or "",
                f.requirement.confidence.verified,
            )
            for f in standing.findings
        ),
        acts=tuple(
            ActLine(act.on, DONE_WORDS[act.kind], act.by, " ".join(filter(None, [act.number, act.reason])))
            for act in acts_of([entry.scope_id], lens)[entry.scope_id]
        ),
        invoked=tuple(
            InvokedLine(_title(entry.program, row.exception_code), row.holds_on, row.until_on, row.reason)
            for row in invocations_of([entry.scope_id], lens)[entry.scope_id]
        ),
        deviations=tuple(
            DeviationLine(
                row.holds_on,
                str(row.severity),
                str(row.source),
                row.summary,
                row.closed_on if row.closed_on and row.closed_on <= lens.as_of else None,
            )
            for row in compliance.deviations_of(actor, [entry.scope_id], lens)
        ),
        audits=tuple(
            AuditLine(
                one.row.number,
                str(one.row.format),
                one.row.begun_on or one.row.planned_for,
                str(one.state),
                one.findings,
                one.open,
            )
            for one in audits.lines(actor, Asked(program=entry.program.code, site=str(entry.site_id)), lens)
        ),
    )


def _title(program: Program, code: str) -> str:
    found = program.exception(code)
    return found.title if found else code


def _signed(proved: Proved) -> Signed:
    one = proved.signature
    return Signed(
        f"{one.printed_name}, {one.role}",
        f"{one.meaning.capitalize()}: {one.statement}",
        one.signed_at,
        one.timezone,
        one.digest,
        proved.valid,
        proved.check.word,
    )
