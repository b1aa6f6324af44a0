"""Enroll a patient and record the infusion, inside the open transaction of the use case that does it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput, Incomplete
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.patients import milestones, queries, records, rules
from rems.patients.gate import GateFacts, asks_before_infusion, gate
from rems.patients.gate_facts import gate_facts
from rems.patients.models import Authorization, Infusion, Patient
from rems.patients.queries import Place
from rems.patients.rules import Sex, said, when_words
from rems.sites import queries as sites
from rems.sites import tree
from rems.sites.rules import version_open_on
from rems.stock import steps as stock


def enroll(
    place: Place,
    *,
    number: str,
    sex: Sex,
    birth_year: int,
    indication: str,
    prior_lines: int | None,
    product: str,
    track: str,
    enrolled_on: date,
    planned_infusion_on: date | None,
    by: Actor,
) -> Patient:
    """A patient of a site in a program, under a number alone.

    The caller checked that `by` may, and that the day has come.
    Raises BadInput with the field; also when the program is not open on that day.
    """
    require_transaction("enrolling a patient")
    version = version_open_on(place.program, enrolled_on, field="enrolled_on")
    rules.check_birth_year(birth_year, on=enrolled_on)
    kept = rules.check_number(number, birth_year=birth_year)
    records.check_indication(indication)
    records.check_prior_lines(prior_lines)
    records.check_choice(product, [p.name for p in place.program.products], field="product", what="Product")
    records.check_choice(track, place.program.tracks, field="track", what="Follow-up schedule")
    check_number_is_new(place, kept)
    patient = Patient(
        id=uuid7(),
        scope_id=place.scope_id,
        program_id=place.program_id,
        number=kept,
        folded=rules.folded_number(kept),
        sex=sex,
        birth_year=birth_year,
        indication=" ".join(indication.split()),
        prior_lines=prior_lines,
        product=product,
        track=track,
        program_version=version.version,
        enrolled_on=enrolled_on,
        planned_infusion_on=planned_infusion_on,
    )
    db.session.add(patient)
    return patient


def check_number_is_new(place: Place, number: str) -> None:
    """No other patient of the site in the program has the number; two who enroll at once go one after the other."""
    alone(place.scope_id)
    taken = select(Patient.enrolled_on).where(Patient.scope_id == place.scope_id, Patient.number == number)
    since = db.session.execute(taken).scalar_one_or_none()
    if since is not None:
        raise BadInput(
            f"Registry number: {number} is enrolled at {place.site.name} under {place.program.title} already, "
            f"since {said(since)}.",
            "number",
        )


def record_infusion(
    patient: Patient, *, infused_at: datetime, location_id: UUID, lot: str, bags: int, by: Actor, now: datetime
) -> Infusion:
    """The giving of the product, once: under a valid authorization, and with every check of the gate met on that day.

    `infused_at` is the moment (UTC). The doses held for the patient stay held for some days after it. Raises BadInput
    with the field, Incomplete when the site was not certified, nothing was authorized, or something is missing.
    """
    require_transaction("recording an infusion")
    alone(patient.id)
    place = queries.place(by, patient.scope_id)
    zone = place.site.timezone
    on = day_in(zone, infused_at)
    if infused_at > now:
        words = when_words(infused_at, zone)
        raise BadInput(f"Moment of the infusion: {words} has not come yet.", "infused_at")
    check_enrolled(patient, on, field="infused_at", what="Moment of the infusion")
    check_not_infused(patient, field="infused_at")
    tree.check_open(place.site.id, location_id, on)
    facts = gate_facts(by, patient, Lens(on), location_id=location_id)
    records.check_bag(lot, bags, received=(facts.receipt.lot, facts.receipt.bags) if facts.receipt else None)
    milestones.check_before_infusion(on, queries.milestone_days(patient.id), field="infused_at")
    allowed = _allowed(patient, facts, infused_at, zone)
    if allowed.location_id != location_id:
        named = {node.id: node.name for node in sites.locations(place.site.id)}.get(allowed.location_id, "elsewhere")
        raise BadInput(
            f"Where: authorization {allowed.code} is for {named}. Infuse there, or pass the gate for this place.",
            "location_id",
        )
    row = Infusion(
        id=uuid7(),
        scope_id=patient.scope_id,
        program_id=patient.program_id,
        holds_on=on,
        patient_id=patient.id,
        authorization_id=allowed.id,
        infused_at=infused_at,
        location_id=location_id,
        product=patient.product,
        lot=lot.strip(),
        bags=bags,
    )
    db.session.add(row)
    _append_evidence(place, patient, row, facts)
    days: int = current_app.extensions["rems_settings"].value("gate", "hold_days")
    stock.keep(patient.id, site_id=place.site.id, from_on=on, until_on=on + timedelta(days=days))
    return row


def _allowed(patient: Patient, facts: GateFacts, infused_at: datetime, zone: str) -> Authorization:
    """The authorization the infusion was given under. Raises Incomplete: uncertified, not authorized, or gaps."""
    asks = asks_before_infusion(facts.rules)
    allowed = queries.valid_authorization(patient.id, infused_at)
    overridden = queries.overridden(allowed) if allowed else frozenset()
    if asks and not facts.certified and "certified" not in overridden:
        raise Incomplete(
            f"{facts.site} was not certified under {facts.program} on {said(facts.on)}, "
            f"so no infusion of that day can be recorded."
        )
    if allowed is None:
        raise Incomplete(
            f"No authorization of {patient.number} is valid at {when_words(infused_at, zone)}. "
            "Pass the gate for that moment first."
        )
    answer = gate(facts)
    if missing := answer.missing_but(overridden):
        raise Incomplete(
            f"Since authorization {allowed.code} was given, something is missing: {answer.sentence}",
            [f"{c.title}: {c.why}" for c in missing],
        )
    return allowed


def _append_evidence(place: Place, patient: Patient, row: Infusion, facts: GateFacts) -> None:
    """That it was given, that the doses were verified (where some had to be), and what was given to whom."""
    on = said(row.holds_on)
    bags = "1 bag" if row.bags == 1 else f"{row.bags} bags"
    kinds = {
        EvidenceKind.INFUSION: f"{patient.number} infused on {on}.",
        EvidenceKind.TRACEABILITY: f"{patient.number}: {row.product}, lot {row.lot}, {bags}, {on}.",
    }
    if facts.rescue.needed:
        doses = "1 dose" if facts.rescue.needed == 1 else f"{facts.rescue.needed} doses"
        kinds[EvidenceKind.TOCILIZUMAB_VERIFIED] = f"{doses} verified for {patient.number} on {on}."
    for kind, summary in kinds.items():
        evidence.append(
            kind,
            site_id=place.site.id,
            program_id=place.program_id,
            subject_kind=SubjectKind.INFUSION,
            subject_id=row.id,
            holds_on=row.holds_on,
            summary=summary,
            source_table="infusion",
            source_id=row.id,
            detail=queries.named(patient),
        )


def keep_authorization(values: Mapping[str, Any], *, codes: Callable[[], str] = rules.new_code) -> Authorization:
    """Keep an authorization under a code that no other has. A code that is taken, also unseen, is drawn anew."""
    require_transaction("authorizing")
    for _ in range(100):
        row = {"id": uuid7(), "code": codes(), "void": False, **values}
        query = insert(Authorization).values(row).on_conflict_do_nothing(index_elements=["code"])
        found = db.session.scalars(query.returning(Authorization)).one_or_none()
        if found is not None:
            return found
    raise RuntimeError("a hundred codes in a row were taken")


def alone(key: UUID) -> None:
    """One change of a patient, or one enrollment in a scope, at a time; the next waits until this one is kept."""
    db.session.execute(text("select pg_advisory_xact_lock(hashtextextended('patient ' || :key, 0))"), {"key": str(key)})


def check_not_infused(patient: Patient, *, field: str) -> None:
    """Raises BadInput once an infusion of the patient is recorded, of whatever day."""
    given = queries.infused_on([patient.id]).get(patient.id)
    if given is not None:
        raise BadInput(f"{patient.number} was infused on {said(given)}; a second infusion is not recorded here.", field)


def check_enrolled(patient: Patient, on: date, *, field: str, what: str) -> None:
    """Raises BadInput for a day before the patient was enrolled."""
    if on < patient.enrolled_on:
        raise BadInput(
            f"{what}: {said(on)} is before {said(patient.enrolled_on)}, when {patient.number} was enrolled.", field
        )
