"""Register a site, keep its people and locations, and enroll it in programs."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from rems.access.models import Scope
from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, Incomplete, NotAllowed, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.signatures import steps as signatures
from rems.signatures.rules import Given
from rems.sites import details, queries, serving, steps, tree
from rems.sites.models import AuthorizedRepresentative, Location, Site, SiteEnrollment, StaffMember
from rems.sites.places import check_country, check_zone
from rems.sites.rules import (
    PROCESS_WORDS,
    PROCESSES,
    ROLE_WORDS,
    IdentifierKind,
    LocationKind,
    StaffRole,
    check_ends,
    check_not_ahead,
    folded,
    missing_attestations,
    name_of,
    said,
    version_open_on,
    was_there,
)


def register(
    name: str,
    *,
    city: str,
    region: str,
    country: str,
    timezone: str,
    identifier: str = "",
    phone: str = "",
    email: str = "",
    code: str,
    by: Actor,
    now: datetime,
) -> UUID:
    """Register a site in its first program: its scopes, and the hospital as the root of its locations.

    `country` is ISO 3166 in two letters, `timezone` an IANA name, `identifier` the sponsor's number of the site.
    Raises NotAllowed, BadInput with the field.
    """
    site_id, scope_id = uuid7(), uuid7()
    with transaction(by, "sites.register", at=now, opening=[site_id, scope_id]) as session:
        program = _program(code)
        program_id = programs.key(program.code)
        require(by, Permission.SITE_REGISTER, program_id=program_id)
        site = Site(
            id=site_id,
            name=name_of(name, words="Name of the site"),
            folded=folded(name),
            city=city.strip(),
            region=region.strip(),
            country=check_country(country),
            timezone=check_zone(timezone),
            phone=phone.strip(),
            email=email.strip(),
            program_id=None,
        )
        home = Scope(id=site_id, site_id=site_id)
        entry = Scope(id=scope_id, site_id=site_id, program_id=program_id)
        hospital = Location(id=uuid7(), scope_id=site_id, name=site.name, kind=LocationKind.HOSPITAL)
        session.add_all([home, entry, site, hospital])
        session.flush()
        if identifier.strip():
            today = day_in(site.timezone, now)
            steps.keep_identifier(
                site_id, IdentifierKind.SPONSOR, identifier, program_id=program_id, holds_on=today, field="identifier"
            )
    return site_id


def enter(site_id: UUID, code: str, *, by: Actor, now: datetime) -> UUID:
    """Let a site enter one more program. Gives the new scope. Raises NotFound, NotAllowed, BadInput."""
    scope_id = uuid7()
    program = _program(code)
    already = f"This site has entered {program.title} already; a site enters a program once."
    with (
        steps.unique("uq_scope_site_id_program_id", already, "code"),
        transaction(by, "sites.enter", at=now, opening=[scope_id]) as session,
    ):
        queries.site(by, site_id)
        require(by, Permission.SITE_ENROLL, scope_id=site_id)
        session.add(Scope(id=scope_id, site_id=site_id, program_id=programs.key(code)))
    return scope_id


def add_location(
    site_id: UUID, name: str, kind: LocationKind, *, parent_id: UUID | None = None, by: Actor, now: datetime
) -> UUID:
    """Add a clinic or unit under a location of the site; without `parent_id` under the hospital itself.

    Raises NotFound, NotAllowed, BadInput.
    """
    already = f'This site has a location "{name.strip()}" already; give this one another name.'
    with (
        steps.unique("uq_location_scope_id_name", already, "name"),
        transaction(by, "sites.add_location", at=now) as session,
    ):
        queries.site(by, site_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        name = name_of(name, words="Name of the location")
        tree.alone(site_id)
        known = queries.locations(site_id)
        if folded(name) in {folded(place.name) for place in known}:
            raise BadInput(already, "name")
        parent = tree.parent(known, parent_id or known[0].id)
        row = Location(id=uuid7(), scope_id=site_id, parent_id=parent.id, name=name, kind=kind)
        session.add(row)
    return row.id


def add_staff(
    site_id: UUID, name: str, role: StaffRole, *, email: str = "", from_on: date, by: Actor, now: datetime
) -> UUID:
    """Put a person on the roster of a site from a day on. Raises NotFound, NotAllowed, BadInput."""
    with transaction(by, "sites.add_staff", at=now) as session:
        site = queries.site(by, site_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        check_not_ahead(from_on, today=day_in(site.timezone, now), words="Joined on", field="from_on")
        row = StaffMember(
            id=uuid7(),
            scope_id=site_id,
            name=name_of(name, words="Name"),
            role=role,
            email=email.strip().lower(),
            from_on=from_on,
        )
        session.add(row)
    return row.id


def end_staff(staff_id: UUID, *, until_on: date, version: int, by: Actor, now: datetime) -> None:
    """Record the last day of a person at the site. Raises NotFound, NotAllowed, BadInput, StaleRecord."""
    with transaction(by, "sites.end_staff", at=now) as session:
        person = queries.staff_member(by, staff_id)
        site = queries.site(by, person.scope_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site.id)
        session.refresh(person, with_for_update=True)  # from two browsers at once, the second finds it changed
        if person.version != version:
            raise StaleRecord(f"{person.name}'s record was changed by somebody else since you opened it.")
        check_not_ahead(until_on, today=day_in(site.timezone, now), words="Last day", field="until_on")
        if until_on < person.from_on:
            raise BadInput(
                f"Last day: {said(until_on)} is before {person.name} joined, {said(person.from_on)}.", "until_on"
            )
        person.until_on = until_on


def designate(site_id: UUID, code: str, staff_id: UUID, *, holds_on: date, by: Actor, now: datetime) -> UUID:
    """Name who signs for a site under a program from a day on. Raises NotFound, NotAllowed, BadInput."""
    with transaction(by, "sites.designate", at=now) as session:
        site = queries.site(by, site_id)
        entry = queries.entry(by, site_id, code)
        require(by, Permission.SITE_ENROLL, scope_id=entry.scope_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="From")
        person = next((p for p in queries.staff(site_id) if p.id == staff_id), None)
        if person is None:
            raise BadInput("Person: this is nobody of the site's staff; add the person to the staff first.", "staff_id")
        if not was_there(person.from_on, person.until_on, holds_on):
            raise BadInput(
                f"{person.name} is not on the staff on {said(holds_on)}; a representative is, on that day.", "staff_id"
            )
        row = AuthorizedRepresentative(
            id=uuid7(),
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=holds_on,
            staff_member_id=staff_id,
        )
        session.add(row)
        steps.show_designation(row, person, entry)
    return row.id


def sign_enrollment(
    site_id: UUID,
    code: str,
    *,
    attested: Collection[str],
    holds_on: date,
    password: Given,
    by: Actor,
    now: datetime,
) -> UUID:
    """Sign the enrollment form of a site as its authorized representative of that day, with every attestation asked.

    Raises NotFound, NotAllowed (it names who may sign), BadInput, Incomplete with each attestation left out.
    """
    signatures.check_password(by, password, now=now)
    with transaction(by, "sites.sign_enrollment", at=now) as session:
        site = queries.site(by, site_id)
        entry = queries.entry(by, site_id, code)
        require(by, Permission.SITE_ATTEST, scope_id=entry.scope_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="Signed for")
        version = version_open_on(entry.program, holds_on)
        named = queries.representative(entry.scope_id, Lens(holds_on))
        if named is None:
            raise Incomplete(
                f"{site.name} has no authorized representative for {entry.program.title} on {said(holds_on)}.",
                ["Designate the authorized representative first."],
            )
        designation, person = named
        if not queries.is_person(by, person):
            role = ROLE_WORDS[details.role_of(person, Lens(holds_on))].lower()
            raise NotAllowed(f"Only the authorized representative signs: {person.name}, {role}.")
        asked = entry.program.attestations_on(holds_on)
        if gaps := missing_attestations(asked, attested):
            raise Incomplete("Each statement is attested, or the form is not signed. Still open:", gaps)
        row = SiteEnrollment(
            id=uuid7(),
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=holds_on,
            representative_id=designation.id,
            attestations={a.code: a.text for a in asked},
            program_version=version.version,
        )
        session.add(row)
        steps.sign_form(row, person, site=site, entry=entry, version=version, by=by, at=now)
    return row.id


def record_process(
    site_id: UUID,
    code: str,
    kind: EvidenceKind,
    *,
    holds_on: date,
    until_on: date | None = None,
    summary: str,
    also: Collection[str] = (),
    by: Actor,
    now: datetime,
) -> UUID:
    """Record what a site shows for a program in writing: a process, kept records, an audit, its qualification.

    In force from `holds_on` to `until_on` (None: open end). `also` are codes of further programs of the site that it
    serves. Raises NotFound, NotAllowed, BadInput.
    """
    with transaction(by, "sites.record_process", at=now):
        site = queries.site(by, site_id)
        entry = queries.entry(by, site_id, code)
        if kind not in PROCESSES:
            raise BadInput(f'"{kind}" is not recorded here; recorded are: {", ".join(PROCESSES)}.', "kind")
        require(by, PROCESSES[kind], scope_id=entry.scope_id, program_id=entry.program_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="In force from")
        check_ends(holds_on, until_on, words="Until")
        if not summary.strip():
            raise BadInput("What was shown: write it in one sentence, with the document's number.", "summary")
        row = evidence.append(
            kind,
            site_id=site_id,
            program_id=entry.program_id,
            subject_kind=SubjectKind.SITE,
            subject_id=site_id,
            holds_on=holds_on,
            until_on=until_on,
            summary=summary.strip(),
            detail={"title": PROCESS_WORDS[kind]},
            source_table="site",
            source_id=site_id,
        )
        serving.serve(row, entry, also, by=by, on=day_in(site.timezone, now))
    return row.id


def _program(code: str) -> Program:
    known = programs.catalogue().programs
    if code not in known:
        raise BadInput(f'Program: "{code}" is no program; known are: {", ".join(sorted(known))}.', "code")
    return known[code]
