"""The margin of a patient's page: the gate, rescue medicine, and what was recorded about the patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.patients import queries as patients
from rems.patients.consents import Consent, consents_on
from rems.patients.gate import CARD_OF, gate
from rems.patients.gate_facts import gate_facts
from rems.patients.milestones import STATUS_WORDS, StudyStatus
from rems.patients.models import Authorization, Infusion, Patient, PatientFact
from rems.patients.queries import Place
from rems.patients.rules import CARDS, CONSENTS, MILESTONES, FactKind, said
from rems.stock import queries as stock
from rems.web.filters import exact_moment, moment, plural

FACT_WORDS: Mapping[FactKind, str] = {
    FactKind.WEIGHT: "Weight",
    FactKind.CONSENT_TREATMENT: "Consent to treatment",
    FactKind.CONSENT_REGISTRY: "Consent to the registry",
    FactKind.CONSENT_CONTACT: "Consent to be contacted",
    FactKind.CONSENT_SAMPLES: "Consent to sample storage",
    FactKind.STUDY_STATUS: "Study status",
    **MILESTONES,
    FactKind.WALLET_CARD: "Wallet card",
    FactKind.ALERT_CARD: "Alert card",
    FactKind.DEFERRAL: "Reasons to defer",
    FactKind.PRODUCT_RECEIPT: "Product received",
}
DONE_WORDS: Mapping[FactKind, str] = {
    FactKind.DEFERRAL: "Reasons to defer answered",
    FactKind.PRODUCT_RECEIPT: "Product received",
}


@dataclass(frozen=True)
class Gateside:
    """The gate in a word, its state and a note; each check with whether it is met and stops; and what it rests on."""

    word: str
    state: str
    note: str
    checks: tuple[tuple[str, bool, bool], ...]
    about: str


def gateside(
    actor: Actor, patient: Patient, place: Place, lens: Lens, *, infusion: Infusion | None, at: datetime
) -> Gateside:
    """The authorization that was used, or is valid at that moment (UTC); else the gate as it stands, with its gaps."""
    found = patients.authorizations(patient.id, lens)
    zone = place.site.timezone
    if infusion is not None and infusion.taken_over:
        by = infusion.recorded_by.split(" <")[0]
        about = f"Recorded by {by} on {exact_moment(infusion.recorded_at, zone)}: {infusion.taken_over}"
        return Gateside("Taken over", "off", "the infusion was recorded elsewhere, without this gate", (), about)
    if infusion is not None:
        used = next((a for a in found if a.id == infusion.authorization_id), None)
        if used is not None:
            return Gateside(*_answer(used), f"{used.code}, used {said(infusion.holds_on)}", *_checks(used, zone))
    valid = next((a for a in found if patients.authorized_at(a) <= at <= a.valid_until), None)
    if valid is not None:
        note = f"{valid.code}, until {moment(valid.valid_until, zone, lens.as_of)}"
        return Gateside(*_answer(valid), note, *_checks(valid, zone))
    answer = gate(gate_facts(actor, patient, lens, location_id=None))
    checks = tuple((c.title, c.met, c.stop) for c in answer.checks)
    open_ = len(answer.missing) or len(answer.warnings)
    note = (
        f"{open_} of {len(checks)} {'missing' if answer.missing else 'open, none stops'}" if open_ else "not passed yet"
    )
    return Gateside("Not authorized", "open", note, checks, answer.sentence)


def _answer(row: Authorization) -> tuple[str, str]:
    """What the gate said, and its mark: a stop that was overridden is not met by that."""
    return ("Authorized over a stop", "soon") if patients.overridden(row) else ("Authorized", "met")


def _checks(row: Authorization, zone: str) -> tuple[tuple[tuple[str, bool, bool], ...], str]:
    """What was looked at when it was given, and when that was."""
    given = tuple((c["title"], c["met"], c["stop"]) for c in row.checks["checks"])
    signer = row.recorded_by.split(" <")[0]
    return given, f"Signed by {signer}, for {moment(patients.authorized_at(row), zone)}."


def rescue(
    patient: Patient, place: Place, lens: Lens, facts: Mapping[FactKind, PatientFact], infusion: Infusion | None
) -> list[tuple[str, str]]:
    """Doses of tocilizumab held for the patient (at the infusion, once there was one), and those the stock makes."""
    on, words = (infusion.holds_on, f"Held on {said(infusion.holds_on)}") if infusion else (lens.as_of, "Held")
    held = {row.dose_number for row in stock.reserved(patient.id, Lens(on, lens.known_at))}
    rows = [(words, plural(len(held), "dose"))]
    weighed = facts.get(FactKind.WEIGHT)
    if weighed is None or weighed.weight_kg is None:
        return [*rows, ("On hand", "no weight recorded")]
    on_hand = stock.doses(place.site.id, lens, weighed.weight_kg)
    return [*rows, (f"On hand, for {weighed.weight_kg.normalize():f} kg", plural(on_hand, "dose"))]


def consents(facts: Mapping[FactKind, PatientFact]) -> list[tuple[str, bool]]:
    """The three consents in a word, and whether each is in force."""
    return [(words, kind in facts) for kind, words in CONSENTS.items()]


def fact_rows(
    patient: Patient, place: Place, lens: Lens, facts: Mapping[FactKind, PatientFact]
) -> list[tuple[FactKind, str, str]]:
    """Each kind of fact with its name and newest value; a card only where the program asks for it or it was given."""
    version = place.program.version_on(lens.as_of)
    asked = {CARD_OF.get(r.evidence) for r in version.requirements if r.evidence} if version else set()
    told = consents_on(patients.consent_events(patient.id, lens), lens.as_of)
    listed = [kind for kind in FACT_WORDS if kind not in MILESTONES]  # they stand in a line of their own
    kinds = [kind for kind in listed if kind not in CARDS or kind in asked or kind in facts]
    return [(kind, FACT_WORDS[kind], _value(kind, facts.get(kind), told.get(kind))) for kind in kinds]


def _value(kind: FactKind, row: PatientFact | None, consent: Consent | None) -> str:
    if row is None:
        over = consent.withdrawn_on if consent else None
        return f"withdrawn {said(over)}" if over else "not recorded"
    if kind is FactKind.STUDY_STATUS:
        return STATUS_WORDS[StudyStatus(row.detail["status"])]
    if kind is FactKind.WEIGHT and row.weight_kg is not None:
        return f"{row.weight_kg.normalize():f} kg, {said(row.holds_on)}"
    if kind is FactKind.PRODUCT_RECEIPT:
        return f"lot {row.detail['lot']}, {said(row.holds_on)}"
    return said(row.holds_on)
