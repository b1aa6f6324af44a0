"""Parts of use cases inside their open transaction: what a designation and a signed form leave behind; numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.exc import IntegrityError

from rems.core.actor import Actor
from rems.core.db import Fact, db, require_transaction
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.programs.rules import Version
from rems.signatures import steps as signatures
from rems.signatures.rules import Meaning
from rems.sites import details
from rems.sites.models import AuthorizedRepresentative, Site, SiteEnrollment, SiteIdentifier, StaffMember
from rems.sites.numbers import check_identifier, folded_number
from rems.sites.queries import Entry
from rems.sites.rules import IDENTIFIER_WORDS, ROLE_WORDS, IdentifierKind, enrollment_content, said

_F = TypeVar("_F", bound=Fact)
TAKEN = text("select site_identifier_taken(:site, :kind, :folded, :program)")
TURN = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")

STATEMENT = "I sign this enrollment for the site and its associated clinics, and attest to each statement in it."


def show_designation(row: AuthorizedRepresentative, person: StaffMember, entry: Entry) -> None:
    """The evidence that a representative is designated, in the role of that day."""
    require_transaction("showing a designation")
    role = ROLE_WORDS[details.role_of(person, Lens(row.holds_on))].lower()
    evidence.append(
        EvidenceKind.REPRESENTATIVE_DESIGNATED,
        site_id=entry.site_id,
        program_id=entry.program_id,
        subject_kind=SubjectKind.SITE,
        subject_id=entry.site_id,
        holds_on=row.holds_on,
        summary=f"{person.name}, {role}, since {said(row.holds_on)}.",
        detail={"staff_member_id": str(person.id), "name": person.name},
        source_table="authorized_representative",
        source_id=row.id,
    )


def sign_form(
    row: SiteEnrollment,
    person: StaffMember,
    *,
    site: Site,
    entry: Entry,
    version: Version,
    by: Actor,
    at: datetime,
) -> None:
    """The signature of the representative under the form, and the evidence that it was signed."""
    content = enrollment_content(
        site_id=site.id,
        program=entry.program.code,
        version=version.version,
        rules=version.digest,
        holds_on=row.holds_on,
        person=(person.id, person.name),
        attestations=row.attestations,
    )
    signatures.sign(
        content,
        table="site_enrollment",
        subject_id=row.id,
        scope_id=entry.scope_id,
        program_id=entry.program_id,
        meaning=Meaning.ATTESTATION,
        statement=STATEMENT,
        timezone=site.timezone,
        by=by,
        at=at,
    )
    evidence.append(
        EvidenceKind.ENROLLMENT_FORM,
        site_id=site.id,
        program_id=entry.program_id,
        subject_kind=SubjectKind.PERSON,
        subject_id=person.id,
        holds_on=row.holds_on,
        summary=f"Signed by {person.name} on {said(row.holds_on)}.",
        source_table="site_enrollment",
        source_id=row.id,
    )


def turn_of_numbers(kind: IdentifierKind, program_id: UUID | None) -> str:
    """The name of the lock behind which the numbers of a kind are given."""
    return f"identifiers {kind} {program_id}"


def keep_identifier(
    site_id: UUID, kind: IdentifierKind, value: str, *, program_id: UUID | None, holds_on: date, field: str = "value"
) -> SiteIdentifier:
    """Note a number of a site, once no other site has it and this one has no other of its kind. Raises BadInput.

    Those who note numbers of a kind at the same moment go one after the other.
    """
    require_transaction("noting a number")
    kept = check_identifier(kind, value, field=field)
    same, words = folded_number(kept), IDENTIFIER_WORDS[kind]
    db.session.execute(TURN, {"key": turn_of_numbers(kind, program_id)})
    asked = {"site": site_id, "kind": kind, "folded": same, "program": program_id}
    if kind is not IdentifierKind.OTHER and db.session.execute(TAKEN, asked).scalar_one():
        raise BadInput(f"{words}: {kept} is the number of another site already; each site has its own.", field)
    query = facts(SiteIdentifier, scope_id=site_id).where(
        SiteIdentifier.kind == kind, SiteIdentifier.program_id.is_not_distinct_from(program_id)
    )
    for has in db.session.scalars(query):
        if has.folded == same:
            raise BadInput(f"{words}: this site has the number {has.value} already.", field)
        if kind is not IdentifierKind.OTHER:
            raise BadInput(f"{words}: this site has {has.value}; take that one back first.", field)
    row = SiteIdentifier(
        id=uuid7(), scope_id=site_id, program_id=program_id, holds_on=holds_on, kind=kind, value=kept, folded=same
    )
    db.session.add(row)
    return row


def voided(row: _F) -> _F:
    """A row that takes this fact back: the same again, void, and naming what it supersedes."""
    require_transaction("taking a fact back")
    own = {"id", "recorded_at", "recorded_by", "supersedes_id", "void"}
    kind: Any = type(row)
    kept = {c.name: getattr(row, c.name) for c in kind.__table__.columns if c.name not in own}
    found: _F = kind(id=uuid7(), supersedes_id=row.id, void=True, **kept)
    return found


def was_designated(staff_id: UUID) -> bool:
    """Whether anybody ever designated this person as an authorized representative, as far as may be seen."""
    named = exists().where(AuthorizedRepresentative.staff_member_id == staff_id)
    return bool(db.session.scalar(select(named)))


@contextmanager
def unique(constraint: str, sentence: str, field: str) -> Iterator[None]:
    """What the database refuses as a second one, also from two browsers at once, is said in words (BadInput)."""
    try:
        yield
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", "") != constraint:
            raise
        raise BadInput(sentence, field) from error
