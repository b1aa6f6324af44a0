"""How a patient was seen and what was learned first. Pure."""

from enum import StrEnum


class ContactKind(StrEnum):
    ON_SITE = "on_site"
    OTHER_CLINIC = "other_clinic"
    PHONE = "phone"
    LETTER = "letter"
    REGISTRY = "registry"


class Survival(StrEnum):
    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"
