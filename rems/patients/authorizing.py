"""The yes of the gate inside an open transaction: what it rested on, what is held for it, what was overridden."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput, Incomplete
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.patients import queries, records, steps
from rems.patients.gate import Check, Gate, GateFacts, gate
from rems.patients.gate_facts import gate_facts
from rems.patients.models import Authorization, Patient, StopOverride
from rems.patients.queries import Place
from rems.patients.rules import when_words
from rems.signatures import steps as signatures
from rems.signatures.rules import Meaning
from rems.sites import tree
from rems.stock import steps as stock
from rems.work.engine import defer


def allow(
    patient: Patient, location_id: UUID, *, at: datetime, override: str = "", by: Actor, now: datetime
) -> Authorization:
    """Authorize the infusion at a planned moment (UTC) and sign it. `override`: why legal stops do not hold it up.

    Raises BadInput with the field, Incomplete with what is missing.
    """
    require_transaction("authorizing an infusion")
    steps.alone(patient.id)
    place = queries.place(by, patient.scope_id)
    zone, hours = place.site.timezone, valid_for()
    records.check_planned(at, now=now, hours=hours, zone=zone)
    on = day_in(zone, at)
    steps.check_enrolled(patient, on, field="at", what="Planned moment")
    steps.check_not_infused(patient, field="at")
    tree.check_open(place.site.id, location_id, on)
    facts = gate_facts(by, patient, Lens(on), location_id=location_id)
    answer = gate(facts)
    check_passed(patient, answer, at, zone, overridden=bool(override))
    until = at + timedelta(hours=hours)
    _hold(place, patient, facts, location_id, holds_on=min(on, day_in(zone, now)), until_on=day_in(zone, until))
    before = queries.standing_authorization(patient.id, min(at, now), until)
    kept = {"at": at.isoformat(), "signed_at": now.isoformat(), **_kept(facts, answer)}
    if override:
        kept["override"] = {"reason": override, "stops": [c.code for c in answer.missing]}
    row = steps.keep_authorization(
        {
            "scope_id": patient.scope_id,
            "program_id": patient.program_id,
            "holds_on": on,
            "patient_id": patient.id,
            "location_id": location_id,
            "valid_until": until,
            "checks": kept,
            "program_version": facts.rules.version if facts.rules else "",
            "supersedes_id": before.id if before else None,
        }
    )
    if override:
        fact = _override(row, answer.missing, override)
        db.session.add(fact)
        defer("compliance.report_override", override_id=fact.id)
    signatures.sign(
        queries.signed_content(row),
        table="authorization",
        subject_id=row.id,
        scope_id=patient.scope_id,
        program_id=patient.program_id,
        meaning=Meaning.RESPONSIBILITY,
        statement=f"Responsibility for authorization {row.code} of {patient.number}"
        + (", a stop of the program being overridden" if override else ""),
        timezone=zone,
        by=by,
        at=now,
    )
    return row


def check_passed(patient: Patient, answer: Gate, at: datetime, zone: str, *, overridden: bool) -> None:
    """The gate says yes, or all that it misses may be overridden and is. Raises Incomplete, BadInput."""
    words = f"{patient.number} cannot be authorized for {when_words(at, zone)}"
    if not overridden and not answer.authorized:
        raise Incomplete(f"{words}: {answer.sentence}", [f"{c.title}: {c.why}" for c in answer.missing])
    if overridden and answer.authorized:
        raise BadInput("Nothing stops this infusion, so there is nothing to override: authorize it.", "reason")
    if overridden and (beyond := answer.beyond_override):
        raise Incomplete(
            f"{words}: what protects the patient whatever the rules of a program is not overridden.",
            [f"{c.title}: {c.why}" for c in beyond],
        )


def _hold(place: Place, patient: Patient, facts: GateFacts, location_id: UUID, **days: Any) -> None:
    """Hold the doses that the program asks for; under an override those there are."""
    doses = min(facts.rescue.needed, facts.rescue.possible)
    if doses and facts.weight_kg is not None:
        stock.reserve(
            place.site.id,
            patient.id,
            doses=doses,
            weight_kg=facts.weight_kg,
            location_id=location_id,
            given_on=facts.on,
            **days,
        )


def _kept(facts: GateFacts, answer: Gate) -> dict[str, Any]:
    """What the answer rested on, word by word."""
    checks = [{"code": c.code, "title": c.title, "why": c.why, "met": c.met, "stop": c.stop} for c in answer.checks]
    return {
        "sentence": answer.sentence,
        "rules": facts.rules.digest if facts.rules else "",
        "weight_kg": str(facts.weight_kg) if facts.weight_kg is not None else None,
        "checks": checks,
    }


def _override(row: Authorization, missing: tuple[Check, ...], reason: str) -> StopOverride:
    return StopOverride(
        id=uuid7(),
        scope_id=row.scope_id,
        program_id=row.program_id,
        holds_on=row.holds_on,
        patient_id=row.patient_id,
        authorization_id=row.id,
        stops={c.code: {"title": c.title, "why": c.why} for c in missing},
        reason=reason,
    )


def valid_for() -> int:
    """How many hours an authorization is valid."""
    hours: int = current_app.extensions["rems_settings"].value("gate", "valid_hours")
    return hours
