"""A site that may not infuse, and a stop that is overridden there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Flask

from rems.access.rules import Role
from rems.certification import actions as certification
from rems.core.actor import Actor
from rems.core.db import reading
from rems.patients import actions, queries
from rems.patients.rules import CARDS, CONSENTS, DEFERRAL_QUESTIONS
from rems.programs.rules import Local
from tests.factories import EUROPE, PASSWORD, Hospital, World

ON, HALF_A_YEAR = date(2026, 6, 1), timedelta(days=176)
WHY = "The patient deteriorates; the nurse is supervised at the bedside."


@contextmanager
def overridable(app: Flask, *, by: str = "treating_physician") -> Iterator[None]:
    """This installation lets that role override a stop of the European program, until the block ends."""
    whole = app.extensions["rems_catalogue"]
    mine = replace(whole.programs[EUROPE], local=Local(overridden_by=by))
    app.extensions["rems_catalogue"] = replace(whole, programs={**whole.programs, EUROPE: mine})
    yield
    app.extensions["rems_catalogue"] = whole


def suspended(world: World, **site: str) -> Hospital:
    """A hospital that was certified, and is suspended since the day before today: a stop of the program."""
    found = world.hospital(EUROPE, **site).certified(world.today - HALF_A_YEAR)
    certification.suspend(
        found.site_id, EUROPE, **found.signed(_day_before(world)), reason="An audit.", by=found.manager
    )
    return found


def prepared(hospital: Hospital, *, consent: bool = True, card: bool = True) -> UUID:
    """A patient of whom all is recorded that is not the site's own, but for what a test leaves out."""
    patient_id = hospital.enrolled(hospital.world.today - timedelta(days=22))
    said: dict[str, Any] = {
        "holds_on": _day_before(hospital.world),
        "by": hospital.coordinator,
        "now": hospital.world.now,
    }
    actions.record_weight(patient_id, Decimal("74.0"), **said)
    for kind in CONSENTS if consent else ():
        actions.record_consent(patient_id, kind, **said)
    for given in CARDS if card else ():
        actions.record_card(patient_id, given, **said)
    actions.record_deferral(patient_id, dict.fromkeys(DEFERRAL_QUESTIONS, False), **said)
    with reading(hospital.coordinator):
        product = queries.patient(hospital.coordinator, patient_id).product
    bag = {"identity": "COI-1", "product": product, "lot": "TK-1", "bags": 1}
    actions.record_receipt(patient_id, **bag, expires_on=hospital.world.today + timedelta(days=97), **said)
    return patient_id


def physician(hospital: Hospital, name: str = "") -> Actor:
    return hospital.world.account(Role.TREATING_PHYSICIAN, site_id=hospital.site_id, name=name)


def override(hospital: Hospital, patient_id: UUID, by: Actor, reason: str = WHY, *, at: datetime | None = None) -> Any:
    """The authorization that the override led to."""
    said = {"reason": reason, "password": PASSWORD, "by": by, "now": hospital.world.now}
    return actions.override_stop(patient_id, hospital.location_id, at=at or hospital.world.now, **said)


def _day_before(world: World) -> date:
    return world.today - timedelta(days=1)
