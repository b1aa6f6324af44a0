"""Kinds of locations and of people at a site. Pure."""

import unicodedata
from enum import StrEnum


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


RELEVANT = frozenset({StaffRole.PHYSICIAN, StaffRole.NURSE, StaffRole.PHARMACIST, StaffRole.CELL_THERAPIST})


def folded(text: str) -> str:
    """A name as it is searched by: compatibility form, no accents, no case, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())
