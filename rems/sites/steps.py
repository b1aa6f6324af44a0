"""What a designation and a signed enrollment form leave behind, inside the open transaction of the use case."""

from datetime import datetime

from rems.core.actor import Actor
from rems.core.db import require_transaction
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.programs.rules import Version
from rems.signatures import steps as signatures
from rems.signatures.rules import Meaning
from rems.sites.models import AuthorizedRepresentative, Site, SiteEnrollment, StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import ROLE_WORDS, enrollment_content, said

STATEMENT = "I sign this enrollment for the site and its associated clinics, and attest to each statement in it."


def show_designation(row: AuthorizedRepresentative, person: StaffMember, entry: Entry) -> None:
    """The evidence that a representative is designated."""
    require_transaction("showing a designation")
    evidence.append(
        EvidenceKind.REPRESENTATIVE_DESIGNATED,
        site_id=entry.site_id,
        program_id=entry.program_id,
        subject_kind=SubjectKind.SITE,
        subject_id=entry.site_id,
        holds_on=row.holds_on,
        summary=f"{person.name}, {ROLE_WORDS[person.role].lower()}, since {said(row.holds_on)}.",
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
        meaning=Meaning.APPROVAL,
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
