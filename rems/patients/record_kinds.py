"""Each kind of record of a patient: its title, why it is asked, its form, and the act that keeps it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rems.patients import actions, dating
from rems.patients.consents import COVERS_WORDS, REACH_WORDS, Covers, Reach
from rems.patients.forms import (
    WITHDRAWN,
    ApheresisForm,
    CardForm,
    ConsentForm,
    ContactConsentForm,
    DeferralForm,
    KeptConsentForm,
    LymphodepletionForm,
    ReceiptForm,
    RecordForm,
    ReferralForm,
    SlotForm,
    StudyForm,
    WeightForm,
)
from rems.patients.gate_facts import receipt
from rems.patients.milestones import STATUS_WORDS, StudyStatus, dated
from rems.patients.models import PatientFact
from rems.patients.rules import DEFERRAL_QUESTIONS, MILESTONES, FactKind, said


@dataclass(frozen=True)
class Kind:
    """A kind of record: its title, why it is asked, its form, what its button says, and the act behind it."""

    title: str
    why: str
    form: type[RecordForm]
    act: str
    keep: Callable[[UUID, Any, Mapping[str, Any]], object]


def _weight(patient_id: UUID, form: Any, said: Mapping[str, Any]) -> object:
    return actions.record_weight(patient_id, form.weight_kg.data, **said)


def _deferral(patient_id: UUID, form: Any, said: Mapping[str, Any]) -> object:
    answers = {code: form[code].data == "yes" for code in DEFERRAL_QUESTIONS}
    return actions.record_deferral(patient_id, answers, **said)


def _receipt(patient_id: UUID, form: Any, said: Mapping[str, Any]) -> object:
    names = ("identity", "product", "lot", "bags", "expires_on")
    return actions.record_receipt(patient_id, **{name: form[name].data for name in names}, **said)


def _consent(kind: FactKind) -> Callable[[UUID, Any, Mapping[str, Any]], object]:
    def keep(patient_id: UUID, form: Any, said: Mapping[str, Any]) -> object:
        if form.what.data == WITHDRAWN:
            covers = form.covers.data if "covers" in form else None
            return actions.withdraw_consent(patient_id, kind, covers=Covers(covers or Covers.FROM_NOW), **said)
        ways = [Reach(way) for way in form.ways.data] if "ways" in form else []
        return actions.record_consent(patient_id, kind, edition=form.edition.data, ways=ways, **said)

    return keep


def _card(kind: FactKind) -> Callable[[UUID, Any, Mapping[str, Any]], object]:
    return lambda patient_id, form, said: actions.record_card(patient_id, kind, edition=form.edition.data, **said)


def _milestone(kind: FactKind) -> Callable[[UUID, Any, Mapping[str, Any]], object]:
    def keep(patient_id: UUID, form: Any, said: Mapping[str, Any]) -> object:
        names = ("place", "order", "regimen", "slot_on", "ends_on")
        return dating.record_milestone(patient_id, kind, **{n: form[n].data for n in names if n in form}, **said)

    return keep


def _study(patient_id: UUID, form: Any, said: Mapping[str, Any]) -> object:
    return dating.record_study_status(patient_id, StudyStatus(form.stands.data), **said)


KINDS: dict[FactKind, Kind] = {
    FactKind.WEIGHT: Kind(
        "Weight",
        "The dose of tocilizumab depends on it; the gate asks for a fresh one.",
        WeightForm,
        "Record weight",
        _weight,
    ),
    FactKind.CONSENT_TREATMENT: Kind(
        "Consent to treatment",
        "Without it the product may not be given.",
        ConsentForm,
        "Record consent",
        _consent(FactKind.CONSENT_TREATMENT),
    ),
    FactKind.CONSENT_REGISTRY: Kind(
        "Consent to the registry",
        "The follow-up of fifteen years goes to the registry only with it.",
        KeptConsentForm,
        "Record consent",
        _consent(FactKind.CONSENT_REGISTRY),
    ),
    FactKind.CONSENT_CONTACT: Kind(
        "Consent to be contacted",
        "The site may ask how the patient is, also far from the hospital.",
        ContactConsentForm,
        "Record consent",
        _consent(FactKind.CONSENT_CONTACT),
    ),
    FactKind.CONSENT_SAMPLES: Kind(
        "Consent to sample storage",
        "Blood is kept for the tests that look for the vector and for new malignancies.",
        KeptConsentForm,
        "Record consent",
        _consent(FactKind.CONSENT_SAMPLES),
    ),
    FactKind.STUDY_STATUS: Kind(
        "Study status",
        "Where a program or a registry asks for it, the follow-up depends on it.",
        StudyForm,
        "Record status",
        _study,
    ),
    FactKind.REFERRAL: Kind(
        MILESTONES[FactKind.REFERRAL],
        "The day on which the patient was sent to this site.",
        ReferralForm,
        "Record referral",
        _milestone(FactKind.REFERRAL),
    ),
    FactKind.APHERESIS: Kind(
        MILESTONES[FactKind.APHERESIS],
        "The day on which the cells were collected from which the product is made.",
        ApheresisForm,
        "Record apheresis",
        _milestone(FactKind.APHERESIS),
    ),
    FactKind.MANUFACTURING_SLOT: Kind(
        MILESTONES[FactKind.MANUFACTURING_SLOT],
        "The day of the record is that on which the manufacturer confirmed the slot.",
        SlotForm,
        "Record slot",
        _milestone(FactKind.MANUFACTURING_SLOT),
    ),
    FactKind.LYMPHODEPLETION: Kind(
        MILESTONES[FactKind.LYMPHODEPLETION],
        "The day of the record is the first day of it.",
        LymphodepletionForm,
        "Record lymphodepletion",
        _milestone(FactKind.LYMPHODEPLETION),
    ),
    FactKind.WALLET_CARD: Kind(
        "Patient wallet card",
        "It tells any doctor what was given, and whom to call.",
        CardForm,
        "Record card",
        _card(FactKind.WALLET_CARD),
    ),
    FactKind.ALERT_CARD: Kind(
        "Patient alert card",
        "It tells any doctor what was given, and whom to call.",
        CardForm,
        "Record card",
        _card(FactKind.ALERT_CARD),
    ),
    FactKind.DEFERRAL: Kind(
        "Reasons to defer",
        "Four questions. One yes stops the infusion until the physician has answered them anew.",
        DeferralForm,
        "Record answers",
        _deferral,
    ),
    FactKind.PRODUCT_RECEIPT: Kind(
        "Product received",
        "The chain of identity proves that the product is this patient's.",
        ReceiptForm,
        "Record receipt",
        _receipt,
    ),
}


def value_of(row: PatientFact) -> str:
    """What a fact says, in a few words."""
    kind, kept = FactKind(row.kind), row.detail
    if kind is FactKind.WEIGHT:
        return f"{row.weight_kg} kg"
    if kind is FactKind.DEFERRAL:
        yes = [words for code, words in DEFERRAL_QUESTIONS.items() if kept.get(code)]
        return f"Yes: {'; '.join(yes)}" if yes else "No to all four"
    if kind is FactKind.PRODUCT_RECEIPT:
        got = receipt(row)
        bags = "1 bag" if got.bags == 1 else f"{got.bags} bags"
        return f"{got.product}, {got.identity}, lot {got.lot}, {bags}, use by {said(got.expires_on)}"
    if kind is FactKind.STUDY_STATUS:
        return STATUS_WORDS[StudyStatus(kept["status"])]
    if kind in MILESTONES:
        return _step_value(row)
    if kept.get("withdrawn"):
        return f"Withdrawn: {COVERS_WORDS[Covers(kept['covers'])].lower()}" if kept.get("covers") else "Withdrawn"
    ways = [REACH_WORDS[Reach(way)] for way in kept.get("ways", ())]
    given = f"Given, {' and '.join(ways)}" if ways else "Given"
    return f"{given}, edition {kept['edition']}" if kept.get("edition") else given


def _step_value(row: PatientFact) -> str:
    """What a step on the way to the infusion says beside its day."""
    kind, when = FactKind(row.kind), dated(row.holds_on, row.detail)
    if kind is FactKind.MANUFACTURING_SLOT:
        return f"For {said(when.on)}" + (f", order {when.note}" if when.note else "")
    if kind is FactKind.LYMPHODEPLETION:
        until = f"Until {said(when.until)}" if when.until else "Begun"
        return until + (f", {when.note}" if when.note else "")
    return when.note or "Recorded"
