"""An invented hospital and by whom its history is entered; which programs the hospitals of the demonstration are in."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from rems.core.actor import Actor
from rems.core.db import reading
from rems.demo.names import Town
from rems.demo.people import People
from rems.programs import queries as programs
from rems.sites import queries as sites

KYMRIAH, EUROPE, LABEL = "US-FDA-REMS-KYMRIAH", "EU-RMP-CART", "US-FDA-LABEL-CART-2025"


class Reach(StrEnum):
    """How far a hospital has come."""

    REGISTERED = "registered"
    WORKING = "working"  # its people are there, the papers are not
    UNSTOCKED = "unstocked"  # enrolled, and its tocilizumab has expired
    CERTIFIED = "certified"
    UNTRAINED = "untrained"  # certified, and a new nurse was never trained


@dataclass
class Hospital:
    """One site and whom its history is entered by. `certified_on` None: never."""

    town: Town
    site_id: UUID
    code: str
    reach: Reach
    begins: date
    coordinator: Actor
    representative: Actor
    suite_id: UUID
    staff_ids: list[UUID] = field(default_factory=list)
    certified_on: date | None = None
    scopes: dict[str, UUID] = field(default_factory=dict)
    patients: int = 0


def first_day(code: str) -> date:
    return programs.program(code).versions[0].effective_from


def look_again(hospital: Hospital, people: People) -> None:
    """The scopes of the site as they are now, and the actors who hold them."""
    for name in ("coordinator", "representative"):
        key = getattr(hospital, name).id
        setattr(hospital, name, people.actor(key))
    with reading(hospital.coordinator):
        found = sites.entries(hospital.coordinator, hospital.site_id)
        hospital.scopes = {e.program.code: e.scope_id for e in found}
