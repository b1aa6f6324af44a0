"""Invented people behind the numbers, for the patients who wait.

They have dice of their own, so that the patients stay what they are.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from rems.core.db import reading
from rems.demo.calendar import Calendar
from rems.demo.hospital import Hospital
from rems.patients import dating
from rems.patients import queries as patients
from rems.patients.identity import actions, cards
from rems.patients.identity.rules import Contact, Person, Purpose, Way
from rems.patients.models import Patient
from rems.patients.rules import FactKind
from rems.sites import keeping
from rems.sites.rules import ContactRole, Reach

PHONE = "+1 555 0142"
KNOWN = 3  # patients of a hospital whose contact details are kept
INVENTED = (
    ("Ottoline Brightwater", "Jasper Brightwater", "brother"),
    ("Sunniva Aldercott", "Ada Aldercott", "daughter"),
    ("Barnaby Quillfeather", "Ilona Quillfeather", "wife"),
)


def enter_identity(hospitals: Sequence[Hospital], calendar: Calendar) -> int:
    """A number that answers day and night, steps to the infusion, contact details and cards. Gives how many details."""
    return sum([_enter(hospital, calendar) for hospital in hospitals if hospital.certified_on])


def _enter(hospital: Hospital, calendar: Calendar) -> int:
    zone, by = hospital.town.timezone, hospital.coordinator
    today = calendar.today
    said: dict[str, Any] = {"by": by, "now": calendar.at(today, zone)}
    keeping.save_contact(
        hospital.site_id,
        role=ContactRole.AROUND_THE_CLOCK,
        name="Cell therapy on duty",
        phone=PHONE,
        email="",
        preferred=Reach.PHONE,
        holds_on=today - timedelta(days=30),
        **said,
    )
    with reading(by):
        waiting = [row.patient for row in patients.page(by, state="waiting")]
    for patient in waiting:
        _steps(patient, today, said)
    known = list(zip(waiting, INVENTED[:KNOWN], strict=False))
    for patient, names in known:
        _details(patient, names, said)
    if known:
        actions.open_details(known[0][0].id, Purpose.APPOINTMENT, "To arrange the apheresis", **said)
        cards.make_card(known[0][0].id, **said)
    return len(known)


def _steps(patient: Patient, today: date, said: dict[str, Any]) -> None:
    """Referred before the enrollment; cells collected soon after it, and a slot confirmed, where that has come."""
    referred, collected = patient.enrolled_on - timedelta(days=18), patient.enrolled_on + timedelta(days=3)
    dating.record_milestone(patient.id, FactKind.REFERRAL, holds_on=referred, place="Community oncology", **said)
    if collected < today:
        dating.record_milestone(patient.id, FactKind.APHERESIS, holds_on=collected, **said)
        dating.record_milestone(
            patient.id,
            FactKind.MANUFACTURING_SLOT,
            holds_on=collected + timedelta(days=1),
            slot_on=collected + timedelta(days=5),
            **said,
        )


def _details(patient: Patient, names: tuple[str, str, str], said: dict[str, Any]) -> None:
    own, other, relation = names
    contact = Contact(
        name=own,
        phones=("+1 555 0199",),
        address="12 Invented Lane",
        way=Way.PHONE,
        best_time="weekdays after 17:00",
        others=(Person(other, relation, "+1 555 0188"),),
    )
    actions.keep_details(patient.id, contact, birth_on=date(patient.birth_year, 3, 14), **said)
