"""What every record of a patient shares: who may, which days make sense, the fact, and the evidence that it is.

These are steps: they demand an open transaction and never open one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.evidence import steps as evidence
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.patients import milestones, queries, rules
from rems.patients.gate import CARD_OF
from rems.patients.milestones import Dated
from rems.patients.models import Patient, PatientFact
from rems.patients.queries import Place
from rems.patients.rules import FactKind, said
from rems.patients.steps import alone

EVIDENCE_OF: dict[FactKind, EvidenceKind] = {
    **{kind: proof for proof, kind in CARD_OF.items()},
    FactKind.CONSENT_REGISTRY: EvidenceKind.REGISTRY_CONSENT,
}


@dataclass(frozen=True)
class Recording:
    """A patient whose record is changed, where that is, and the site's own today."""

    patient: Patient
    place: Place
    today: date


def open_record(patient_id: UUID, *, by: Actor, now: datetime) -> Recording:
    """The patient, once the actor may record and nobody else does at this moment. Raises NotFound, NotAllowed."""
    require_transaction("recording a fact of a patient")
    patient = queries.patient(by, patient_id)
    require(by, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id)
    alone(patient_id)
    place = queries.place(by, patient.scope_id)
    return Recording(patient, place, day_in(place.site.timezone, now))


def check_day(at: Recording, kind: FactKind, holds_on: date) -> None:
    """The day has come, and is not before what the record rests on. Raises BadInput."""
    first, since = at.patient.enrolled_on, f"when {at.patient.number} was enrolled"
    if kind in rules.MAY_PRECEDE:
        first, since = date(at.patient.birth_year, 1, 1), "the year of birth"
    rules.check_day(holds_on, today=at.today, field="holds_on", what="Day", not_before=first, since=since)
    given = queries.infused_on([at.patient.id]).get(at.patient.id) if kind in rules.BEFORE_INFUSION else None
    if given is not None and holds_on > given:
        raise BadInput(
            f"Day: {said(holds_on)} is after the infusion on {said(given)}; it belongs before it.", "holds_on"
        )


def check_order(at: Recording, kind: FactKind, step: Dated, field: str = "holds_on") -> None:
    """A step on the way to the infusion comes in its order. Raises BadInput."""
    days = queries.milestone_days(at.patient.id)
    given = queries.infused_on([at.patient.id]).get(at.patient.id)
    milestones.check_order(kind, step, days, infused_on=given, field=field)


def keep(
    at: Recording, kind: FactKind, holds_on: date, detail: Mapping[str, Any], *, weight_kg: Decimal | None = None
) -> PatientFact:
    """One fact of the patient."""
    row = PatientFact(
        id=uuid7(),
        scope_id=at.patient.scope_id,
        program_id=at.patient.program_id,
        holds_on=holds_on,
        patient_id=at.patient.id,
        kind=kind,
        weight_kg=weight_kg,
        detail=dict(detail),
    )
    db.session.add(row)
    return row


def keep_proof(at: Recording, row: PatientFact, summary: str) -> None:
    """The evidence that the fact is, where findings read it."""
    if proof := EVIDENCE_OF.get(FactKind(row.kind)):
        _append(at, proof, row.id, on=row.holds_on, summary=summary)


def end_proofs(at: Recording, given: PatientFact, *, withdrawn_on: date) -> None:
    """The evidence of a consent lasts to the day before it was withdrawn: a row with that end supersedes it."""
    for proof in _proofs(at, given):
        _append(
            at,
            proof.kind,
            given.id,
            on=proof.holds_on,
            until_on=max(withdrawn_on - timedelta(days=1), proof.holds_on),
            summary=f"{proof.summary} Withdrawn on {said(withdrawn_on)}.",
            supersedes_id=proof.id,
        )


def void(at: Recording, old: PatientFact) -> PatientFact:
    """A fact never held, and neither did the evidence that came from it."""
    row = keep(at, FactKind(old.kind), old.holds_on, old.detail, weight_kg=old.weight_kg)
    row.supersedes_id, row.void = old.id, True
    for proof in _proofs(at, old):
        _append(at, proof.kind, old.id, on=proof.holds_on, summary=proof.summary, supersedes_id=proof.id, void=True)
    return row


def _proofs(at: Recording, row: PatientFact) -> list[Evidence]:
    query = facts(Evidence, scope_id=at.place.site.id)
    return list(db.session.scalars(query.where(Evidence.subject_id == at.patient.id, Evidence.source_id == row.id)))


def _append(
    at: Recording,
    kind: EvidenceKind,
    source_id: UUID,
    *,
    on: date,
    summary: str,
    until_on: date | None = None,
    supersedes_id: UUID | None = None,
    void: bool = False,
) -> Evidence:
    return evidence.append(
        kind,
        site_id=at.place.site.id,
        program_id=at.place.program_id,
        subject_kind=SubjectKind.PATIENT,
        subject_id=at.patient.id,
        holds_on=on,
        until_on=until_on,
        summary=summary,
        source_table="patient_fact",
        source_id=source_id,
        detail=queries.named(at.patient),
        supersedes_id=supersedes_id,
        void=void,
    )
