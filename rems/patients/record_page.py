"""The page of one kind of record: what was recorded so far, and the form that records it today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for

from rems.access.rules import Permission, can, require
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.patients import actions, queries
from rems.patients.forms import (
    WITHDRAWN,
    CardForm,
    ConsentForm,
    DeferralForm,
    ReasonForm,
    ReceiptForm,
    RecordForm,
    WeightForm,
)
from rems.patients.gate_facts import receipt
from rems.patients.models import PatientFact
from rems.patients.rules import DEFERRAL_QUESTIONS, FactKind, said
from rems.programs.rules import Product
from rems.web.lens import current_lens
from rems.web.security import safe_next


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
            return actions.withdraw_consent(patient_id, kind, **said)
        return actions.record_consent(patient_id, kind, edition=form.edition.data, **said)

    return keep


def _card(kind: FactKind) -> Callable[[UUID, Any, Mapping[str, Any]], object]:
    return lambda patient_id, form, said: actions.record_card(patient_id, kind, edition=form.edition.data, **said)


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
        ConsentForm,
        "Record consent",
        _consent(FactKind.CONSENT_REGISTRY),
    ),
    FactKind.CONSENT_CONTACT: Kind(
        "Consent to be contacted",
        "The site may ask how the patient is, also far from the hospital.",
        ConsentForm,
        "Record consent",
        _consent(FactKind.CONSENT_CONTACT),
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


def kind_of(text: str) -> FactKind:
    """The kind of record in an address. Raises NotFound with the kinds there are."""
    try:
        return FactKind(text)
    except ValueError as error:
        raise NotFound(f'There is no record "{text}". There are: {", ".join(FactKind)}.') from error


def offer(form: RecordForm, products: tuple[Product, ...]) -> RecordForm:
    """The same form with the products of the program to choose from, where it asks for one."""
    if isinstance(form, ReceiptForm):
        form.product.choices = [(p.name, f"{p.name} ({p.inn})") for p in products]
    return form


def keep(patient_id: UUID, kind: FactKind, form: RecordForm, *, by: Actor, now: datetime) -> None:
    """Record what the form says. Raises what the action raises."""
    KINDS[kind].keep(patient_id, form, {"holds_on": form.holds_on.data, "by": by, "now": now})


def after(patient_id: UUID, form: RecordForm) -> str:
    """Where the page leads once the record is kept: where it was opened from, else to the patient."""
    return safe_next(form.next.data or "", url_for("followup.patient", patient_id=patient_id))


def record_page(actor: Actor, patient_id: UUID, kind: FactKind, form: RecordForm | None = None) -> str:
    """The records of a kind as of the day asked about; a form only today, and only for those who may record."""
    patient = queries.patient(actor, patient_id)
    place = queries.place(actor, patient.scope_id)
    lens = current_lens(zone=place.site.timezone)
    may = can(actor, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id)
    shown = None
    if may and not g.rems_lens_bar:
        today = day_in(place.site.timezone, utcnow())
        first = {"holds_on": today, "next": request.args.get("next", ""), "product": patient.product, "what": "given"}
        shown = offer(form or KINDS[kind].form(data=first), place.program.products)
    rows = queries.history(patient_id, lens, kind)
    return render_template(
        "patients/record.html",
        patient=patient,
        place=place,
        kind=kind,
        about=KINDS[kind],
        form=shown,
        may=may,
        rows=[(row, value_of(row)) for row in reversed(rows)],
        questions=DEFERRAL_QUESTIONS,
    )


def take_back_page(actor: Actor, patient_id: UUID, kind: FactKind, fact_id: UUID, form: ReasonForm) -> str:
    """Asks why one record was a mistake. Raises NotFound, NotAllowed."""
    patient = queries.patient(actor, patient_id)
    require(actor, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id)
    row = next((r for r in queries.history(patient_id, kind=kind) if r.id == fact_id), None)
    if row is None:
        raise NotFound("There is no such record of this patient, or it was taken back already.")
    return render_template(
        "patients/take_back.html",
        patient=patient,
        kind=kind,
        about=KINDS[kind],
        row=row,
        value=value_of(row),
        form=form,
    )


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
    if kept.get("withdrawn"):
        return "Withdrawn"
    return f"Given, edition {kept['edition']}" if kept.get("edition") else "Given"
