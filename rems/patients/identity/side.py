"""What the page of a patient shows of its way to the infusion, of contact details and of the wallet card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.patients import queries as patients
from rems.patients.identity import queries
from rems.patients.identity.models import CardState, IdentityOpening
from rems.patients.identity.rules import PURPOSE_WORDS
from rems.patients.milestones import Step, steps_on

NEWEST = 3
CARD_WORDS: dict[CardState, str] = {
    CardState.VALID: "valid",
    CardState.REPLACED: "replaced",
    CardState.REVOKED: "void",
}


@dataclass(frozen=True)
class Side:
    """The steps; whether the actor may open contact details, and since when some are kept; the newest openings.

    `openings` is empty for who may not read the trail. `card`: how the newest wallet card stands, and since when.
    """

    steps: Sequence[Step]
    may_identify: bool
    kept_since: date | None
    has_birth_date: bool
    may_read: bool
    opened: int
    openings: Sequence[tuple[IdentityOpening, str]]
    card: tuple[str, date] | None


def side_of(actor: Actor, patient_id: UUID, lens: Lens) -> Side:
    """What the actor may see of it. Raises NotFound."""
    patient = patients.patient(actor, patient_id)
    place = patients.place(actor, patient.scope_id)
    given = patients.infusion(patient_id, lens)
    may_identify = can(actor, Permission.PATIENT_IDENTIFY, scope_id=place.site.id)
    row = queries.kept(patient_id, place.site.id) if may_identify else None
    may_read = can(actor, Permission.TRAIL_READ, scope_id=patient.scope_id, program_id=patient.program_id)
    found = queries.openings(patient_id, lens, limit=NEWEST) if may_read else []
    cards = queries.cards(patient_id, lens)
    return Side(
        steps=steps_on(
            patients.milestone_days(patient_id, lens),
            infused_on=given.holds_on if given else None,
            planned_on=patient.planned_infusion_on,
            on=lens.as_of,
        ),
        may_identify=may_identify,
        kept_since=row.holds_on if row else None,
        has_birth_date=row is not None and row.birth_date is not None,
        may_read=may_read,
        opened=queries.opened_times(patient_id, lens) if may_read else 0,
        openings=[(one, PURPOSE_WORDS[one.purpose]) for one in found],
        card=(CARD_WORDS[cards[0].state], cards[0].holds_on) if cards else None,
    )
