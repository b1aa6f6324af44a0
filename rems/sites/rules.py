"""Kinds of locations and of people at a site, its processes, and which days make sense. Pure."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from rems.access.rules import Permission
from rems.core.errors import BadInput
from rems.programs.rules import Attestation, EvidenceKind, Program, Version


class LocationKind(StrEnum):
    HOSPITAL = "hospital"
    CLINIC = "clinic"
    UNIT = "unit"


class StaffRole(StrEnum):
    """What a staff member does; the first four handle the product and are "relevant staff"."""

    PHYSICIAN = "physician"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    CELL_THERAPIST = "cell_therapist"
    COORDINATOR = "coordinator"
    OTHER = "other"


class IdentifierKind(StrEnum):
    """Who gave a number to the site. Each but `sponsor` is one site's in the whole world; `sponsor` is a program's."""

    NPI = "npi"
    FACILITY = "facility"
    CIBMTR = "cibmtr"
    EBMT = "ebmt"
    FACT = "fact"
    SPONSOR = "sponsor"
    OTHER = "other"


IDENTIFIER_WORDS: dict[IdentifierKind, str] = {
    IdentifierKind.NPI: "National Provider Identifier (NPI)",
    IdentifierKind.FACILITY: "Facility number of the country",
    IdentifierKind.CIBMTR: "CIBMTR center number",
    IdentifierKind.EBMT: "EBMT center code (CIC)",
    IdentifierKind.FACT: "FACT accreditation number",
    IdentifierKind.SPONSOR: "The sponsor's site number",
    IdentifierKind.OTHER: "Another number",
}


class ContactRole(StrEnum):
    """What somebody at the site is asked about."""

    CERTIFICATION = "certification"
    PHARMACY = "pharmacy"
    CELL_LABORATORY = "cell_laboratory"
    SAFETY = "safety"
    QUALITY = "quality"
    AROUND_THE_CLOCK = "around_the_clock"


class Reach(StrEnum):
    """The way somebody prefers to be reached."""

    EMAIL = "email"
    PHONE = "phone"


RELEVANT = frozenset({StaffRole.PHYSICIAN, StaffRole.NURSE, StaffRole.PHARMACIST, StaffRole.CELL_THERAPIST})


def folded(text: str) -> str:
    """A name as it is searched by: compatibility form, no accents, no case, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


ROLE_WORDS: dict[StaffRole, str] = {role: role.value.replace("_", " ").capitalize() for role in StaffRole}

# What a site shows for a program in writing, and who records it.
PROCESSES: dict[EvidenceKind, Permission] = {
    EvidenceKind.PROCEDURE_NEW_STAFF: Permission.STAFF_MANAGE,
    EvidenceKind.PROCEDURE_VERIFY_TOCILIZUMAB: Permission.STAFF_MANAGE,
    EvidenceKind.RECORDS_KEPT: Permission.STAFF_MANAGE,
    EvidenceKind.RETRAINING: Permission.STAFF_MANAGE,
    EvidenceKind.AUDIT: Permission.STAFF_MANAGE,
    EvidenceKind.PRESCRIBERS_CERTIFIED: Permission.STAFF_MANAGE,
    EvidenceKind.PROCEDURE_COUNSELING: Permission.STAFF_MANAGE,
    EvidenceKind.PROCEDURE_VERIFY_PRESCRIBER: Permission.STAFF_MANAGE,
    EvidenceKind.PRODUCT_KEPT: Permission.STAFF_MANAGE,
    EvidenceKind.PHYSICIANS_TRAINED: Permission.STAFF_MANAGE,
    EvidenceKind.SITE_QUALIFICATION: Permission.SITE_CERTIFY,
}

PROCESS_WORDS: dict[EvidenceKind, str] = {
    EvidenceKind.PROCEDURE_NEW_STAFF: "Process to train new staff",
    EvidenceKind.PROCEDURE_VERIFY_TOCILIZUMAB: "Process to verify tocilizumab before each infusion",
    EvidenceKind.RECORDS_KEPT: "Records kept",
    EvidenceKind.RETRAINING: "Retraining",
    EvidenceKind.AUDIT: "Audit",
    EvidenceKind.PRESCRIBERS_CERTIFIED: "Prescribers certified with the program",
    EvidenceKind.PROCEDURE_COUNSELING: "Process to counsel each patient before the first dose",
    EvidenceKind.PROCEDURE_VERIFY_PRESCRIBER: "Process to verify the prescriber before dispensing",
    EvidenceKind.PRODUCT_KEPT: "Process to keep the product inside the certified network",
    EvidenceKind.PHYSICIANS_TRAINED: "Additional professional training of physicians",
    EvidenceKind.SITE_QUALIFICATION: "Qualification of the site",
}


def said(day: date) -> str:
    """A day as sentences print it: 24 Nov 2026."""
    return f"{day:%-d %b %Y}"


def check_not_ahead(day: date, *, today: date, words: str, field: str = "holds_on") -> None:
    """A day of a record lies not ahead of the site's own today. Raises BadInput."""
    if day > today:
        raise BadInput(f"{words}: {said(day)} lies ahead; today is {said(today)}.", field)


def check_ends(begin: date, end: date | None, *, words: str, field: str = "until_on") -> None:
    """A last day is not before the first. Raises BadInput."""
    if end is not None and end < begin:
        raise BadInput(f"{words}: {said(end)} is before the first day, {said(begin)}.", field)


def spans(program: Program) -> tuple[tuple[date, date | None], ...]:
    """The days on which a program asks something: first and last (None: open end), versions without a gap joined."""
    found: list[tuple[date, date | None]] = []
    for version in sorted(program.versions, key=lambda v: v.effective_from):
        last = version.effective_to
        if program.closure and (last is None or last >= program.closure.on):
            last = program.closure.on - timedelta(days=1)
        if last is not None and last < version.effective_from:
            continue
        before = found[-1] if found else None
        if before and before[1] and before[1] + timedelta(days=1) == version.effective_from:
            found[-1] = (before[0], last)
        else:
            found.append((version.effective_from, last))
    return tuple(found)


def open_days(program: Program) -> str:
    """When a program is open, as a sentence can use it: "from 30 Aug 2017 to 25 Jun 2025", "since 22 Aug 2018"."""
    words = [
        f"from {said(first)} to {said(last)}" if last else f"since {said(first)}" for first, last in spans(program)
    ]
    return " and ".join(words) or "on no day"


def last_open_day(program: Program, *, today: date) -> date | None:
    """Today while the program is open, else the last day on which it was; None when it never was."""
    ended = [min(last or today, today) for first, last in spans(program) if first <= today]
    return ended[-1] if ended else None


def version_open_on(program: Program, day: date, *, field: str = "holds_on") -> Version:
    """The version in force on a day. Raises BadInput that names the open days."""
    if (found := program.version_on(day)) is None:
        raise BadInput(f"{program.title} is not open on {said(day)}. It is open {open_days(program)}.", field)
    return found


def was_there(from_on: date, until_on: date | None, on: date) -> bool:
    """Did a person work at the site on that day? The first and the last day count."""
    return from_on <= on and (until_on is None or on <= until_on)


def name_of(text: str, *, words: str, field: str = "name") -> str:
    """A name as it is kept: single spaces, any script. Raises BadInput for an empty one."""
    if not (name := " ".join(text.split())):
        raise BadInput(f"{words} is missing.", field)
    return name


def missing_attestations(asked: Sequence[Attestation], attested: Collection[str]) -> list[str]:
    """The wording of each statement that was asked and left out."""
    return [a.text for a in asked if a.code not in attested]


def enrollment_content(
    *,
    site_id: UUID,
    program: str,
    version: str,
    rules: str,
    holds_on: date,
    person: tuple[UUID, str],
    attestations: Mapping[str, str],
) -> dict[str, Any]:
    """What the signature of an enrollment form binds; the same again proves that nothing was changed since.

    `rules` is the digest of the program version, `person` the key and the name of the representative.
    """
    return {
        "site": site_id,
        "program": program,
        "version": version,
        "rules": rules,
        "holds_on": holds_on,
        "representative": {"id": person[0], "name": person[1]},
        "attestations": dict(attestations),
    }
