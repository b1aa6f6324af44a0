"""The page of one kind of record: what was recorded so far, and the form that records it today."""

from datetime import datetime
from uuid import UUID

from flask import g, render_template, request, url_for

from rems.access.rules import Permission, can, require
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.patients import queries
from rems.patients.consents import Covers, what_withdrawal_does
from rems.patients.forms import WITHDRAWN, ReasonForm, ReceiptForm, RecordForm
from rems.patients.record_kinds import KINDS, value_of
from rems.patients.rules import CONSENTS, DEFERRAL_QUESTIONS, FactKind
from rems.programs.rules import Product
from rems.web.lens import current_lens
from rems.web.security import safe_next


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


def told(kind: FactKind, form: RecordForm) -> str:
    """What is said once a record is kept; of a withdrawal, what stops and what stays."""
    done = f"{KINDS[kind].title}: recorded."
    if kind not in CONSENTS or form["what"].data != WITHDRAWN:
        return done
    covers = form["covers"].data if "covers" in form else None
    stops, stays = what_withdrawal_does(kind, Covers(covers or Covers.FROM_NOW))
    return f"{done} {stops} What stays: {stays[:1].lower()}{stays[1:]}"


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
        withdrawal=what_withdrawal_does(kind, Covers.FROM_NOW) if kind in CONSENTS else None,
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
