"""Look up sites, their scopes and their people. Every query starts from `visible`. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from rems.access import queries as accounts
from rems.access.models import Scope
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.models import Evidence
from rems.programs import queries as programs
from rems.programs.rules import EvidenceKind, Program
from rems.signatures import queries as signatures
from rems.signatures.queries import Proved
from rems.sites.models import (
    AuthorizedRepresentative,
    Location,
    Site,
    SiteEnrollment,
    SiteIdentifier,
    StaffMember,
)
from rems.sites.numbers import folded_number
from rems.sites.rules import PROCESS_WORDS, PROCESSES, enrollment_content, folded, said, was_there
from rems.trail.rows import rows_known_at


@dataclass(frozen=True)
class Entry:
    """A site's entry into a program: the scope its records carry, and the program."""

    scope_id: UUID
    site_id: UUID
    program_id: UUID
    program: Program


def visible(actor: Actor) -> Select[Site]:
    """The sites an actor may see: its own, and those in its programs. Row-level security says the same beneath."""
    if actor.everywhere:
        return select(Site)
    entered = select(Scope.site_id).where(Scope.program_id.in_(actor.programs))
    return select(Site).where(or_(Site.id.in_(actor.scopes), Site.id.in_(entered)))


def site(actor: Actor, site_id: UUID) -> Site:
    """One site. Raises NotFound, also for one that the actor may not see."""
    found = db.session.scalars(visible(actor).where(Site.id == site_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such site, or it is not yours to see.")
    return found


def page(actor: Actor, *, text: str = "", number: int = 1, size: int = 25) -> tuple[list[Site], int]:
    """One page of sites by name, and how many there are in all (counted up to 1,001).

    With `text`: those whose name holds it, or one of whose numbers it is.
    """
    query = visible(actor)
    if text:
        named = Site.folded.contains(folded(text), autoescape=True)
        numbered = select(SiteIdentifier.scope_id).where(SiteIdentifier.folded == folded_number(text))
        query = query.where(or_(named, Site.id.in_(numbered)))
    total = db.session.scalar(select(func.count()).select_from(query.limit(1001).subquery())) or 0
    rows = db.session.scalars(query.order_by(Site.folded, Site.id).limit(size).offset((number - 1) * size))
    return list(rows), total


def all_of(actor: Actor) -> list[Site]:
    """Every site an actor may see, by name."""
    return list(db.session.scalars(visible(actor).order_by(Site.folded, Site.id)))


def entries(actor: Actor, site_id: UUID) -> list[Entry]:
    """The programs a site has entered, as far as the actor may see, in the order of their titles."""
    rows = db.session.execute(select(Scope).where(Scope.site_id == site_id, Scope.program_id.is_not(None))).scalars()
    found = [Entry(s.id, s.site_id, s.program_id, programs.by_key(s.program_id)) for s in rows if s.program_id]
    return sorted(found, key=lambda e: e.program.title)


def entry(actor: Actor, site_id: UUID, code: str) -> Entry:
    """A site's entry into one program. Raises NotFound when it has not entered, or may not be seen."""
    for found in entries(actor, site(actor, site_id).id):
        if found.program.code == code:
            return found
    raise NotFound(f"This site has not entered {programs.program(code).title}.")


def entry_of_scope(actor: Actor, scope_id: UUID) -> Entry:
    """The entry behind a scope. Raises NotFound."""
    scope = db.session.get(Scope, scope_id)
    if scope is None or scope.program_id is None:
        raise NotFound("There is no such entry of a site into a program, or it is not yours to see.")
    return Entry(scope.id, scope.site_id, scope.program_id, programs.by_key(scope.program_id))


def locations(site_id: UUID) -> list[Location]:
    """The site's tree, the hospital first."""
    rows = db.session.scalars(select(Location).where(Location.scope_id == site_id))
    return sorted(rows, key=lambda n: (n.parent_id is not None, n.name))


def location_choices(site_id: UUID) -> list[tuple[str, str]]:
    """The locations of a site for a form, the hospital first; one that was closed says until when it was open."""
    return [
        (str(n.id), f"{n.name}, open until {said(n.until_on)}" if n.until_on else n.name) for n in locations(site_id)
    ]


def staff(site_id: UUID, *, on: date | None = None) -> list[StaffMember]:
    """The people of a site; with a day, those who worked there then; never who was entered by mistake. By name."""
    query = select(StaffMember).where(StaffMember.scope_id == site_id, ~StaffMember.mistaken)
    if on is not None:
        query = query.where(StaffMember.from_on <= on, or_(StaffMember.until_on.is_(None), StaffMember.until_on >= on))
    return list(db.session.scalars(query.order_by(StaffMember.name)))


def staff_member(actor: Actor, staff_id: UUID) -> StaffMember:
    """One person of a site's staff. Raises NotFound, also when the site is not the actor's to see."""
    found = db.session.get(StaffMember, staff_id)
    if found is None:
        raise NotFound("There is no such person on the staff, or the site is not yours to see.")
    site(actor, found.scope_id)
    return found


def representative(scope_id: UUID, lens: Lens) -> tuple[AuthorizedRepresentative, StaffMember] | None:
    """Who signs for the site under the program on that day, and since when; nobody once that person has left."""
    query = (
        facts(AuthorizedRepresentative, lens, scope_id=scope_id)
        .order_by(AuthorizedRepresentative.holds_on.desc(), AuthorizedRepresentative.id.desc())
        .limit(1)
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        return None
    person = db.session.get(StaffMember, found.staff_member_id)
    if person is None or not was_there(person.from_on, person.until_on, lens.as_of):
        return None
    return found, person


def is_person(actor: Actor, person: StaffMember) -> bool:
    """Is the signed-in account that of this staff member? The e-mail addresses say so."""
    account = accounts.account_by_id(actor.id) if actor.id else None
    return account is not None and bool(person.email) and account.email == person.email.lower()


def enrollment(scope_id: UUID, lens: Lens) -> SiteEnrollment | None:
    """The newest enrollment form of the site under the program, as of that day."""
    query = facts(SiteEnrollment, lens, scope_id=scope_id).order_by(
        SiteEnrollment.holds_on.desc(), SiteEnrollment.id.desc()
    )
    return db.session.scalars(query.limit(1)).one_or_none()


@dataclass(frozen=True)
class SignedForm:
    """An enrollment form with who signed it, and how the signature stands against the record."""

    form: SiteEnrollment
    person: StaffMember
    proved: Proved

    @property
    def whole(self) -> bool:
        """Whether the record is the one that was signed."""
        return self.proved.valid


def signed_form(entry: Entry, lens: Lens) -> SignedForm | None:
    """The newest enrollment form as of that day with its signature, proved anew."""
    form = enrollment(entry.scope_id, lens)
    named = db.session.get(AuthorizedRepresentative, form.representative_id) if form else None
    person = db.session.get(StaffMember, named.staff_member_id) if named else None
    if form is None or person is None:
        return None
    found = signatures.proved("site_enrollment", form.id, signed_content(entry, form, person, lens.known_at))
    return SignedForm(form, person, found[-1]) if found else None


def signed_content(
    entry: Entry, form: SiteEnrollment, person: StaffMember, known_at: datetime | None = None
) -> dict[str, Any]:
    """What the signature of an enrollment form is bound to, as the record is now, or as it was known then (UTC)."""
    then = rows_known_at("staff_member", [person.id], known_at).get(person.id, {}) if known_at else {}
    return enrollment_content(
        site_id=entry.site_id,
        program=entry.program.code,
        version=form.program_version,
        rules=programs.version(entry.program.code, form.program_version).digest,
        holds_on=form.holds_on,
        person=(person.id, then.get("name", person.name)),
        attestations=form.attestations,
    )


def asks_to_enroll(entry: Entry, on: date) -> bool:
    """Do the rules of that day ask for a representative, a signed form, or statements to attest?"""
    version = entry.program.version_on(on)
    asked = {r.evidence for r in version.requirements} if version else set()
    named = asked & {EvidenceKind.REPRESENTATIVE_DESIGNATED, EvidenceKind.ENROLLMENT_FORM}
    return bool(named or entry.program.attestations_on(on))


@dataclass(frozen=True)
class Process:
    """One process or document of a site under a program, whether the rules of the day ask for it, and the proof."""

    kind: EvidenceKind
    title: str
    asked: bool
    proof: Evidence | None


def processes(entry: Entry, lens: Lens) -> list[Process]:
    """What the program asks in writing on that day or the site has shown, each with its newest proof in force."""
    version = entry.program.version_on(lens.as_of)
    asked = {r.evidence for r in version.requirements} if version else set()
    shown = {e.kind: e for e in evidence.in_force(entry.site_id, entry.program_id, lens) if e.kind in PROCESSES}
    return [
        Process(kind, words, kind in asked, shown.get(kind))
        for kind, words in PROCESS_WORDS.items()
        if kind in asked or kind in shown
    ]
