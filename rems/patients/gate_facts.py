"""Gather what the gate of a patient looks at on one day: certification, staff, stock, and the patient's own facts."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import current_app

from rems.certification import queries as certification
from rems.certification.queries import Standing
from rems.certification.rules import Finding, exception_for
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.patients import queries
from rems.patients.gate import Found, GateFacts, Receipt, Rescue
from rems.patients.models import Patient, PatientFact
from rems.patients.queries import Place
from rems.patients.rules import CARDS, DEFERRAL_QUESTIONS, FactKind, said
from rems.programs.rules import Ask, Stop, TocilizumabRule, Version
from rems.sites.queries import Entry
from rems.stock import queries as stock
from rems.stock import rules as doses

OF_THE_SITE = frozenset({Ask.SITE_HAS, Ask.REPRESENTATIVE_HAS, Ask.EVENT_DRIVEN})


def gate_facts(actor: Actor, patient: Patient, lens: Lens, *, location_id: UUID | None) -> GateFacts:
    """The facts of the day and the knowledge asked about. `location_id` is where the infusion is to be."""
    place = queries.place(actor, patient.scope_id)
    standing = certification.standing(
        actor, Entry(place.scope_id, place.site.id, place.program_id, place.program), lens
    )
    own = queries.facts_of(patient.id, lens)
    given = queries.infusion(patient.id, lens)
    weighed, asked, got = own.get(FactKind.WEIGHT), own.get(FactKind.DEFERRAL), own.get(FactKind.PRODUCT_RECEIPT)
    consent = own.get(FactKind.CONSENT_TREATMENT)
    weight_kg = weighed.weight_kg if weighed else None
    rule = _rule(standing)
    days: int = current_app.extensions["rems_settings"].value("gate", "weight_days")
    return GateFacts(
        on=lens.as_of,
        number=patient.number,
        product=patient.product,
        site=place.site.name,
        program=place.program.title,
        rules=standing.version,
        not_in_force="" if standing.version else standing.sentence,
        certified=standing.certified,
        certified_why=_certified_why(standing),
        training=_training(standing),
        open_findings=_open_findings(standing),
        rescue=_rescue(place, patient, rule, weight_kg, lens, location_id=location_id),
        weight_kg=weight_kg,
        weighed_on=weighed.holds_on if weighed else None,
        fresh_days=days,
        cards={kind: own[kind].holds_on for kind in CARDS if kind in own},
        consented_on=consent.holds_on if consent else None,
        deferral={code: bool(asked.detail.get(code)) for code in DEFERRAL_QUESTIONS} if asked else None,
        deferral_on=asked.holds_on if asked else None,
        receipt=receipt(got) if got else None,
        infused_on=given.holds_on if given else None,
    )


def _rule(standing: Standing) -> TocilizumabRule | None:
    """The rule for tocilizumab of the day: that of an exception which the site relies on, else the version's own."""
    if standing.version is None:
        return None
    relied = certification.relied_on(standing.entry.program, standing.invoked)
    found = exception_for(standing.version, relied, standing.lens.as_of)
    return found.exception.rule if found else standing.version.tocilizumab


def receipt(row: PatientFact) -> Receipt:
    """A fact of receipt as plain values."""
    kept = row.detail
    return Receipt(
        identity=kept["identity"],
        product=kept["product"],
        lot=kept["lot"],
        bags=kept["bags"],
        expires_on=date.fromisoformat(kept["expires_on"]),
        on=row.holds_on,
    )


def _certified_why(standing: Standing) -> str:
    if standing.certificate and standing.certified:
        return f"Certificate {standing.certificate.number}, since {said(standing.certificate.holds_on)}."
    return standing.sentence


def _training(standing: Standing) -> tuple[Found, ...]:
    """The findings about each person of the relevant staff, as far as they are asked."""
    about = (f for f in standing.findings if f.requirement.ask is Ask.EACH_STAFF_HAS)
    return tuple(_found(f) for f in about if f.met or f.gap)


def _open_findings(standing: Standing) -> tuple[Found, ...]:
    """What else is asked of the site and not met; the doses, the people and the patients have checks of their own."""
    return tuple(_found(f) for f in standing.findings if f.gap and f.requirement.ask in OF_THE_SITE)


def _found(finding: Finding) -> Found:
    asked = finding.requirement
    return Found(asked.code, asked.title, finding.met, finding.why, asked.stop is Stop.LEGAL_STOP)


def _stops(version: Version | None) -> bool:
    """Whether doses that are missing stop an infusion, by the requirement that asks for them."""
    asked = [r.stop for r in version.requirements if r.ask is Ask.DOSES_ON_SITE] if version else []
    return Stop.LEGAL_STOP in asked or not asked


def _rescue(
    place: Place,
    patient: Patient,
    rule: TocilizumabRule | None,
    weight_kg: Decimal | None,
    lens: Lens,
    *,
    location_id: UUID | None,
) -> Rescue:
    """Doses of tocilizumab at the location, those held for others taken off, and how many are held for the patient."""
    if rule is None or not rule.doses:
        return Rescue(0, 0)
    if weight_kg is None:
        return Rescue(rule.doses, 0)
    site_id = place.site.id
    usable = stock.on_hand(site_id, lens, location_id=location_id, held_for_others_than=patient.id)
    found = doses.reserve(rule.doses, weight_kg, usable, lens.as_of)
    if isinstance(found, doses.Shortfall):
        possible, words = found.doses_possible, found.words
        others = [h for h in stock.held_at(site_id, lens) if h.patient_id != patient.id]
        if others:
            named = ", ".join(h.number or "a patient of another program" for h in others[:3])
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            words += f" Vials are held for {named}{more}."
    else:
        possible = doses.doses_on_hand(weight_kg, usable, lens.as_of)
        needed = found[0].dose_mg.normalize()
        words = (
            f"{needed:,f} mg a dose for {weight_kg} kg: {found[0].words}. {doses.counted(possible, 'dose')} on hand."
        )
    held = len({row.dose_number for row in stock.reserved(patient.id, lens)})
    return Rescue(rule.doses, possible, held, words, _further(rule))


def _further(rule: TocilizumabRule) -> str:
    if not rule.further_doses or rule.further_within is None:
        return ""
    count = {1: "One further dose"}.get(rule.further_doses, f"{rule.further_doses} further doses")
    return f"{count} must be in reach within {rule.further_within} of each dose given."
