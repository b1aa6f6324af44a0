"""What a piece of evidence is, whom it is about, and which other programs it may serve. Pure.

The kinds are defined with the requirements that ask for them (`rems.programs.terms`), one floor further down.
"""

from enum import StrEnum

from rems.programs.rules import Version
from rems.programs.terms import EvidenceKind

__all__ = ["EvidenceKind", "SubjectKind", "serves", "why_not"]


class SubjectKind(StrEnum):
    """Whom or what a piece of evidence is about; an authorized representative is a person."""

    SITE = "site"
    PERSON = "person"
    PATIENT = "patient"
    INFUSION = "infusion"
    CASE = "case"


STANDING = frozenset({SubjectKind.SITE, SubjectKind.PERSON})
"""What is about the site and its people. A patient, an infusion or a case belongs to one program alone."""


def serves(kind: EvidenceKind, *, given: Version | None, wanted: Version | None) -> bool:
    """Whether evidence given under one version may be put under another."""
    return not why_not(kind, given=given, wanted=wanted)


def why_not(kind: EvidenceKind, *, given: Version | None, wanted: Version | None) -> str:
    """What stands against it, to follow the name of the other program; empty when nothing does.

    The other version asks for it and takes it from elsewhere, and the one it was given under lets it go. Under a
    version that never asked for it, it is the site's own, free to be shown.
    """
    if wanted is None:
        return "asks nothing on this day."
    asked = [r for r in wanted.requirements if r.evidence is kind]
    if not asked:
        return "does not ask for it."
    if not all(r.shareable for r in asked):
        return "asks for its own."
    if given and any(not r.shareable for r in given.requirements if r.evidence is kind):
        return "cannot take what was made for another program alone."
    return ""
