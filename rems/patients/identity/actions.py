"""Keep the contact details of a patient, and open them for a reason."""

from datetime import date, datetime
from uuid import UUID

from flask import current_app

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.vault import Cell, Vault
from rems.patients import queries as patients
from rems.patients.identity import queries, rules
from rems.patients.identity.models import IdentityOpening, PatientIdentity
from rems.patients.identity.queries import Opened
from rems.patients.identity.rules import Contact, Purpose
from rems.patients.steps import alone

TABLE = PatientIdentity.__tablename__


def keep_details(
    patient_id: UUID, contact: Contact, *, birth_on: date | None, seen: UUID | None = None, by: Actor, now: datetime
) -> UUID:
    """Keep how a patient is reached, and the full date of birth where it is known; what was kept before gives way.

    `seen` is the state that was changed, None where nothing was kept. Only people of the treating site may.
    Raises NotFound, NotAllowed, BadInput with the field, StaleRecord.
    """
    with transaction(by, "identity.keep_details", at=now) as session:
        patient = patients.patient(by, patient_id)
        place = patients.place(by, patient.scope_id)
        require(by, Permission.PATIENT_IDENTIFY, scope_id=place.site.id)
        alone(patient_id)
        old = queries.kept(patient_id, place.site.id)
        if (old.id if old else None) != seen:
            raise StaleRecord(f"The contact details of {patient.number} were changed by somebody else meanwhile.")
        today = day_in(place.site.timezone, now)
        told = rules.tidy(contact)
        rules.check_contact(told)
        if birth_on is not None:
            rules.check_birth_date(birth_on, birth_year=patient.birth_year, number=patient.number, today=today)
        key, vault = uuid7(), _vault()
        row = PatientIdentity(
            id=key,
            scope_id=place.site.id,
            program_id=None,
            holds_on=today,
            patient_id=patient_id,
            details=vault.seal(told.text(), Cell(TABLE, "details", key)),
            birth_date=vault.seal(birth_on.isoformat(), Cell(TABLE, "birth_date", key)) if birth_on else None,
            supersedes_id=old.id if old else None,
        )
        session.add(row)
    return key


def open_details(patient_id: UUID, purpose: Purpose, words: str, *, by: Actor, now: datetime) -> Opened:
    """Open the contact details of a patient for a reason, which is kept with who and when before anything is shown.

    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "identity.open_details", at=now) as session:
        patient = patients.patient(by, patient_id)
        place = patients.place(by, patient.scope_id)
        require(by, Permission.PATIENT_IDENTIFY, scope_id=place.site.id)
        row = queries.kept(patient_id, place.site.id)
        if row is None:
            raise NotFound(f"No contact details of {patient.number} are kept.")
        opening = IdentityOpening(
            id=uuid7(),
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=day_in(place.site.timezone, now),
            patient_id=patient_id,
            purpose=purpose,
            words=rules.check_words(words),
        )
        session.add(opening)
        return _readable(row)


def _readable(row: PatientIdentity) -> Opened:
    vault = _vault()
    contact = Contact.read(vault.open(row.details, Cell(TABLE, "details", row.id)))
    born = vault.open(row.birth_date, Cell(TABLE, "birth_date", row.id)) if row.birth_date else ""
    return Opened(row.id, contact, date.fromisoformat(born) if born else None, row.holds_on)


def _vault() -> Vault:
    vault: Vault = current_app.extensions["rems_settings"].vault
    return vault
