"""Pass the gate before an infusion, and record what it asks of a patient: weight, consent, cards, deferral, product."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, NotFound
from rems.core.lens import Lens
from rems.patients import authorizing, consents, overriding, queries, recording, records, steps
from rems.patients.consents import Covers, Reach
from rems.patients.milestones import Dated
from rems.patients.models import Authorization
from rems.patients.rules import CARDS, CONSENTS, FactKind, said
from rems.signatures import steps as signatures
from rems.signatures.rules import Given
from rems.stock import steps as stock


def authorize(
    patient_id: UUID, location_id: UUID, *, at: datetime, password: Given = None, by: Actor, now: datetime
) -> Authorization:
    """Allow the infusion at a planned moment (UTC), once the gate of that day of the site is passed; signed.

    Holds the doses of tocilizumab that the program asks for. The answer is valid until some hours after `at`, which
    lies no further ahead than that, and may lie years back: a closed program is walked by its days. An authorization
    that is still valid gives way. Raises NotFound, NotAllowed, BadInput with the field, Incomplete.
    """
    signatures.check_password(by, password, now=now)
    with transaction(by, "patients.authorize", at=now):
        patient = queries.patient(by, patient_id)
        require(by, Permission.PATIENT_AUTHORIZE, scope_id=patient.scope_id, program_id=patient.program_id)
        return authorizing.allow(patient, location_id, at=at, by=by, now=now)


def override_stop(
    patient_id: UUID, location_id: UUID, *, at: datetime, reason: str, password: Given, by: Actor, now: datetime
) -> Authorization:
    """Authorize although the rules of the program stop it: by the role that the program names, for a reason; signed.

    The override is kept as a fact that the program manager has to report. Consent, deferral and the product itself are
    never overridden. Raises NotFound, NotAllowed (it names who may), BadInput, Incomplete.
    """
    signatures.check_password(by, password, now=now)
    with transaction(by, "patients.override_stop", reason.strip(), at=now):
        patient = queries.patient(by, patient_id)
        overriding.check_role(by, patient, queries.place(by, patient.scope_id).program)
        records.check_reason(reason, "say why the infusion cannot wait until the stop is mended.")
        return authorizing.allow(patient, location_id, at=at, override=reason.strip(), by=by, now=now)


def report_override(
    override_id: UUID, *, holds_on: date, reported_to: str, reference: str, by: Actor, now: datetime
) -> UUID:
    """The program manager reported an override on a day: to whom, under which reference.

    Raises NotFound, NotAllowed, BadInput.
    """
    with transaction(by, "patients.report_override", at=now) as session:
        found = overriding.override(by, override_id)
        require(by, Permission.SITE_CERTIFY, scope_id=found.row.scope_id, program_id=found.row.program_id)
        row = overriding.reported(found, holds_on=holds_on, reported_to=reported_to, reference=reference, now=now)
        session.add(row)
    return row.id


def withdraw_authorization(patient_id: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """The infusion is not to be now after all: the newest authorization ends, and what was held is let go.

    Returns the key of the void fact. Raises NotFound, NotAllowed, BadInput.
    """
    records.check_reason(reason, "say why the infusion is not to be now.")
    with transaction(by, "patients.withdraw_authorization", reason.strip(), at=now):
        patient = queries.patient(by, patient_id)
        require(by, Permission.PATIENT_AUTHORIZE, scope_id=patient.scope_id, program_id=patient.program_id)
        steps.alone(patient_id)
        steps.check_not_infused(patient, field="reason")
        place = queries.place(by, patient.scope_id)
        old = next((a for a in queries.authorizations(patient_id) if a.valid_until >= now), None)
        if old is None:
            raise BadInput(f"No authorization of {patient.number} is valid now, so none can be withdrawn.", "reason")
        same = ("scope_id", "program_id", "holds_on", "patient_id", "location_id", "valid_until", "checks")
        kept = {name: getattr(old, name) for name in (*same, "program_version")}
        row = steps.keep_authorization({**kept, "supersedes_id": old.id, "void": True})
        stock.release(patient_id, site_id=place.site.id, holds_on=day_in(place.site.timezone, now))
    return row.id


def record_weight(patient_id: UUID, weight_kg: Decimal, *, holds_on: date, by: Actor, now: datetime) -> UUID:
    """A weight (kg) of one day; the dose of rescue medicine depends on it. Raises NotFound, NotAllowed, BadInput."""
    with transaction(by, "patients.record_weight", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, FactKind.WEIGHT, holds_on)
        records.check_weight(weight_kg)
        row = recording.keep(at, FactKind.WEIGHT, holds_on, {}, weight_kg=weight_kg)
    return row.id


def record_consent(
    patient_id: UUID,
    kind: FactKind,
    *,
    holds_on: date,
    edition: str = "",
    ways: Collection[Reach] = (),
    by: Actor,
    now: datetime,
) -> UUID:
    """A consent, in force from that day until it is withdrawn. `edition` is that of the form that was signed.

    `ways` are those in which the patient may be contacted; none named: all, and only for that consent.

    Raises NotFound, NotAllowed, BadInput with the field.
    """
    records.check_kind(kind, CONSENTS)
    with transaction(by, "patients.record_consent", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, kind, holds_on)
        reach = {"ways": sorted(ways)} if ways and kind is FactKind.CONSENT_CONTACT else {}
        row = recording.keep(at, kind, holds_on, {**records.edition(edition), **reach})
        words = f"{at.patient.number} gave consent to the {CONSENTS[kind]} on {said(holds_on)}."
        recording.keep_proof(at, row, words)
    return row.id


def withdraw_consent(
    patient_id: UUID,
    kind: FactKind,
    *,
    holds_on: date,
    covers: Covers = Covers.FROM_NOW,
    by: Actor,
    now: datetime,
) -> UUID:
    """A consent ends on that day. A fact of its own: on the days before, the consent was in force and stays so.

    `covers`: whether what was collected before is withdrawn too.
    Raises NotFound, NotAllowed, BadInput when no consent is in force on that day.
    """
    records.check_kind(kind, CONSENTS)
    consents.check_covers(kind, covers)
    with transaction(by, "patients.withdraw_consent", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, kind, holds_on)
        given = queries.facts_of(patient_id, Lens(holds_on)).get(kind)
        if given is None:
            raise BadInput(
                f"No consent ({CONSENTS[kind]}) is in force on {said(holds_on)}, so none can be withdrawn.", "holds_on"
            )
        row = recording.keep(at, kind, holds_on, {"withdrawn": True, "covers": covers.value})
        recording.end_proofs(at, given, withdrawn_on=holds_on)
    return row.id


def record_card(
    patient_id: UUID, kind: FactKind, *, holds_on: date, edition: str = "", by: Actor, now: datetime
) -> UUID:
    """A card was given to the patient. Raises NotFound, NotAllowed, BadInput with the field."""
    records.check_kind(kind, CARDS)
    with transaction(by, "patients.record_card", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, kind, holds_on)
        row = recording.keep(at, kind, holds_on, records.edition(edition))
        recording.keep_proof(at, row, f"{CARDS[kind]} given to {at.patient.number} on {said(holds_on)}.")
    return row.id


def record_deferral(patient_id: UUID, answers: Mapping[str, bool], *, holds_on: date, by: Actor, now: datetime) -> UUID:
    """The answer to every deferral question, by its code; one yes stops the infusion until they are answered anew.

    Raises NotFound, NotAllowed, BadInput with the question.
    """
    with transaction(by, "patients.record_deferral", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, FactKind.DEFERRAL, holds_on)
        records.check_answers(answers)
        row = recording.keep(at, FactKind.DEFERRAL, holds_on, answers)
    return row.id


def record_receipt(
    patient_id: UUID,
    *,
    identity: str,
    product: str,
    lot: str,
    bags: int,
    expires_on: date,
    holds_on: date,
    by: Actor,
    now: datetime,
) -> UUID:
    """The product arrived for this patient, with the chain of identity of its label; an expired one is refused.

    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "patients.record_receipt", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, FactKind.PRODUCT_RECEIPT, holds_on)
        label = records.check_identity(identity)
        offered = [p.name for p in at.place.program.products]
        records.check_choice(product, offered, field="product", what="Product")
        records.check_received(lot, bags, expires_on, on=holds_on)
        detail = {"identity": label, "product": product, "lot": lot.strip(), "bags": bags}
        recording.check_order(at, FactKind.PRODUCT_RECEIPT, Dated(holds_on))
        kept = {**detail, "expires_on": expires_on.isoformat()}
        row = recording.keep(at, FactKind.PRODUCT_RECEIPT, holds_on, kept)
    return row.id


def take_back(patient_id: UUID, fact_id: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """A fact was recorded by mistake: it never held, and neither did its evidence. Returns the key of the void fact.

    Raises NotFound, NotAllowed, BadInput without a reason.
    """
    records.check_reason(reason, "say why the record was a mistake.")
    with transaction(by, "patients.take_back", reason.strip(), at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        old = next((row for row in queries.history(patient_id) if row.id == fact_id), None)
        if old is None:
            raise NotFound("There is no such record of this patient, or it was taken back already.")
        if old.detail.get("withdrawn"):
            raise BadInput("A withdrawal is not taken back: record the consent anew, with its day.", "reason")
        row = recording.void(at, old)
    return row.id
