"""What a piece of evidence is and whom it is about. Pure.

The kinds are defined with the requirements that ask for them (`rems.programs.terms`), one floor further down.
"""

from enum import StrEnum

from rems.programs.terms import EvidenceKind

__all__ = ["EvidenceKind", "SubjectKind"]


class SubjectKind(StrEnum):
    """Whom or what a piece of evidence is about; an authorized representative is a person."""

    SITE = "site"
    PERSON = "person"
    PATIENT = "patient"
    INFUSION = "infusion"
    CASE = "case"
