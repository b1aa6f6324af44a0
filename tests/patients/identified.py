"""What the tests of identity share: one invented person, and who acts."""

from datetime import date
from typing import Any

from rems.patients.identity.rules import Contact, Person, Way
from rems.sites import keeping
from rems.sites.rules import ContactRole, Reach
from tests.factories import Hospital

PHONE, BORN = "+49 30 555 0142", date(1961, 3, 14)
CONTACT = Contact(
    name="Maren Oyelaran",
    phones=("+49 30 555 0199", "030 555 0177 ext 12"),
    email="maren@home.example",
    address="Lindenweg 4\n10115 Berlin",
    language="German",
    way=Way.PHONE,
    best_time="weekdays after 17:00",
    others=(Person("Tunde Oyelaran", "brother", "+49 30 555 0188"),),
)


def by(hospital: Hospital, **changed: Any) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": hospital.world.now, **changed}


def name_a_number(hospital: Hospital) -> None:
    """The site names who answers day and night."""
    said: dict[str, Any] = {"holds_on": date(2026, 6, 1), **by(hospital)}
    keeping.save_contact(
        hospital.site_id,
        role=ContactRole.AROUND_THE_CLOCK,
        name="On duty",
        phone=PHONE,
        email="",
        preferred=Reach.PHONE,
        **said,
    )
