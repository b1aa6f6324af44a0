"""Carry a patient's record to another site, inside the open transaction that takes the patient over."""

from datetime import date
from uuid import UUID

from rems.core.db import db, require_transaction
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.states import OWN
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.followup.models import Visit
from rems.followup.turns.models import FollowupTurn
from rems.followup.turns.rules import TurnKind
from rems.patients import queries as patients
from rems.patients import rules
from rems.patients.models import Infusion, Patient, PatientFact
from rems.patients.queries import Place
from rems.patients.rules import said
from rems.patients.steps import check_number_is_new
from rems.sites import queries as sites


def carry(old: Patient, given: Infusion, place: Place, *, number: str, from_site: str) -> Patient:
    """The patient's record at the other site: the same patient, with what stands of the old record as its history.

    Its facts keep their days; that they were carried, the moment and the person of their recording say. Adverse events
    stay where they were reported, and contact details with the site that asked for them. Raises BadInput for a number
    that the other site uses already.
    """
    require_transaction("carrying a patient to another site")
    kept = rules.check_number(number or old.number, birth_year=old.birth_year)
    check_number_is_new(place, kept)
    same = {
        c.key: getattr(old, c.key)
        for c in Patient.__mapper__.column_attrs
        if c.key not in {"id", "scope_id", "version", "number", "folded", "came_from_id"}
    }
    new = Patient(
        id=uuid7(),
        scope_id=place.scope_id,
        number=kept,
        folded=rules.folded_number(kept),
        came_from_id=old.id,
        **same,
    )
    db.session.add(new)
    db.session.flush()
    for row in patients.history(old.id):
        _copy(row, new)
    infusion = _infused(given, new, place, from_site)
    for visit in db.session.scalars(facts(Visit, scope_id=old.scope_id).where(Visit.patient_id == old.id)):
        _copy(visit, new)
    turned = facts(FollowupTurn, scope_id=old.scope_id).where(FollowupTurn.patient_id == old.id)
    for turn in db.session.scalars(turned.where(FollowupTurn.kind == TurnKind.TRACK)):
        _copy(turn, new)
    db.session.flush()
    _prove(infusion, new, place, from_site)
    return new


def _copy(row: PatientFact | Visit | FollowupTurn, new: Patient) -> None:
    """The fact as a fact of the new record, on its own day."""
    kind = type(row)
    own = OWN | {"scope_id", "patient_id", "void"}
    values = {c.key: getattr(row, c.key) for c in kind.__mapper__.column_attrs if c.key not in own}
    db.session.add(kind(id=uuid7(), scope_id=new.scope_id, patient_id=new.id, **values))


def _infused(given: Infusion, new: Patient, place: Place, from_site: str) -> Infusion:
    """The infusion as history of the new site: it passed the gate of the other one."""
    row = Infusion(
        id=uuid7(),
        scope_id=new.scope_id,
        program_id=new.program_id,
        holds_on=given.holds_on,
        patient_id=new.id,
        authorization_id=None,
        infused_at=given.infused_at,
        location_id=_hospital(place.site.id),
        product=given.product,
        lot=given.lot,
        bags=given.bags,
        taken_over=f"Given at {from_site}, which handed the patient on.",
    )
    db.session.add(row)
    return row


def _prove(infusion: Infusion, new: Patient, place: Place, from_site: str) -> None:
    evidence.append(
        EvidenceKind.TRACEABILITY,
        site_id=place.site.id,
        program_id=place.program_id,
        subject_kind=SubjectKind.INFUSION,
        subject_id=infusion.id,
        holds_on=infusion.holds_on,
        summary=f"{new.number}: {infusion.product}, lot {infusion.lot}, {said(infusion.holds_on)}, at {from_site}.",
        source_table="infusion",
        source_id=infusion.id,
        detail=patients.named(new),
    )


def _hospital(site_id: UUID) -> UUID:
    return sites.locations(site_id)[0].id


def check_day(on: date, *, given: Infusion, last_seen: date, today: date) -> None:
    """The day from which the other site follows the patient. Raises BadInput."""
    if on > today:
        raise BadInput(f"From: {said(on)} has not come yet; today is {said(today)}.", "on")
    if on <= max(given.holds_on, last_seen):
        raise BadInput(f"From: the other site saw the patient on {said(max(given.holds_on, last_seen))}.", "on")
