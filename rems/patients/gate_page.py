"""The page of the gate: the answer first, then what is missing with who can mend it and where, then what is in order."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import g, render_template, request, url_for

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.patients import queries
from rems.patients.actions import valid_for
from rems.patients.forms import AuthorizeForm, PlanForm, ReasonForm
from rems.patients.gate import Check, Gate, Mend, gate
from rems.patients.gate_facts import gate_facts
from rems.patients.models import Authorization, Patient
from rems.patients.queries import Place
from rems.patients.records import check_planned
from rems.patients.rules import FactKind
from rems.sites import queries as sites
from rems.sites.models import Location, StaffMember
from rems.sites.rules import ROLE_WORDS, StaffRole
from rems.stock import queries as stock
from rems.web.lens import current_lens, keep_lens

NAMED = 2  # so many people of a role are named; the rest is counted

# What the link to a mend says, and the record it leads to; the other mends lead to pages of other floors.
RECORDS: dict[Mend, tuple[str, FactKind]] = {
    Mend.WEIGHT: ("Record weight", FactKind.WEIGHT),
    Mend.CONSENT: ("Record consent", FactKind.CONSENT_TREATMENT),
    Mend.DEFERRAL: ("Answer the questions", FactKind.DEFERRAL),
    Mend.PRODUCT: ("Record the product", FactKind.PRODUCT_RECEIPT),
}


@dataclass(frozen=True)
class Person:
    """Who can mend it: the name (empty: nobody of the staff has the role), the role, and the way to reach them."""

    name: str
    role: str
    email: str = ""


@dataclass(frozen=True)
class Row:
    """One check, the link to where it is mended, and who can. `others` counts those who are not named."""

    check: Check
    url: str
    act: str
    people: tuple[Person, ...]
    others: int


@dataclass(frozen=True)
class Asked:
    """What the page is asked for: a day of the site, a moment of it (None: another day is shown), and a location."""

    lens: Lens
    at: datetime | None
    location: Location

    @property
    def on(self) -> date:
        return self.lens.as_of


def gate_page(
    actor: Actor, patient_id: UUID, *, signed: AuthorizeForm | None = None, reason: ReasonForm | None = None
) -> tuple[str, int]:
    """The page and its status: 422 when the moment or the place asked for cannot be read."""
    patient = queries.patient(actor, patient_id)
    place = queries.place(actor, patient.scope_id)
    zone, now = place.site.timezone, utcnow()
    lens, today = current_lens(zone=zone), day_in(zone, now)
    here = not g.rems_lens_bar
    locations = sites.locations(place.site.id)
    plan = plan_form(locations, zone, now, lens, patient_id, sent=signed)
    at = planned(plan, now, zone) if here else None
    chosen = next((n for n in locations if str(n.id) == plan.location_id.data), locations[0])
    asked = Asked(Lens(day_in(zone, at), None) if at else lens, at, chosen)
    given = queries.infusion(patient_id, Lens(today) if here else lens)
    facts = gate_facts(actor, patient, asked.lens, location_id=chosen.id)
    answer = gate(facts)
    allowed = authorization(patient_id, asked, zone)
    held = {"scope_id": patient.scope_id, "program_id": patient.program_id}
    page = render_template(
        "patients/gate.html",
        patient=patient,
        place=place,
        zone=zone,
        asked=asked,
        today=today,
        here=here,
        given=given,
        used=next((a for a in queries.authorizations(patient_id) if given and a.id == given.authorization_id), None),
        facts=facts,
        answer=answer,
        rows=rows(actor, patient, place, answer, asked, here=here and not given),
        allowed=allowed,
        signatures=queries.signed_by(allowed) if allowed else [],
        earlier=[a for a in queries.authorizations(patient_id, None if here else lens) if a is not allowed],
        authorized_at=queries.authorized_at,
        names={n.id: n.name for n in locations},
        holds=stock.reserved(patient_id, Lens(today) if here else lens),
        plan=plan,
        form=signed or AuthorizeForm(zone=zone, data={"at": at, "location_id": str(chosen.id)}),
        reason=reason or ReasonForm(),
        may_sign=can(actor, Permission.PATIENT_AUTHORIZE, **held),
        may_infuse=can(actor, Permission.PATIENT_INFUSE, **held),
        hours=valid_for(),
    )
    refused = any(form.problems() for form in (plan, signed, reason) if form)
    return page, 422 if refused else 200


def plan_form(
    locations: list[Location],
    zone: str,
    now: datetime,
    lens: Lens,
    patient_id: UUID,
    *,
    sent: AuthorizeForm | None,
) -> PlanForm:
    """The moment and the place: as asked for in the address or sent with the signature, else now and the likely place."""
    first = {"at": now.replace(second=0, microsecond=0), "location_id": str(likely(locations, lens, patient_id).id)}
    words = request.args if "at" in request.args else None
    if sent is not None:
        words = request.form
    form = PlanForm(words, zone=zone, data=first)
    form.location_id.choices = [(str(node.id), node.name) for node in locations]
    return form


def placed(form: AuthorizeForm, place: Place) -> AuthorizeForm:
    """The same form with the locations of the site to choose from."""
    form.location_id.choices = [(str(node.id), node.name) for node in sites.locations(place.site.id)]
    return form


def planned(plan: PlanForm, now: datetime, zone: str) -> datetime:
    """The moment asked for; now when it cannot be read or lies too far ahead, which the form then says."""
    if plan.at.raw_data and plan.validate():
        with plan.answering():
            check_planned(plan.at.data, now=now, hours=valid_for(), zone=zone)
            return plan.at.data
    return now.replace(second=0, microsecond=0)


def likely(locations: list[Location], lens: Lens, patient_id: UUID) -> Location:
    """Where the infusion is most likely to be: where it was authorized, else where most vials lie, else the hospital."""
    allowed = next(iter(queries.authorizations(patient_id, lens)), None)
    if allowed is not None:
        return next((n for n in locations if n.id == allowed.location_id), locations[0])

    def vials(node: Location) -> int:
        return sum(v.vials for v in stock.on_hand(node.scope_id, lens, location_id=node.id))

    return max(locations, key=vials)


def authorization(patient_id: UUID, asked: Asked, zone: str) -> Authorization | None:
    """The authorization for that place which is valid at the moment, or at some moment of the day that is shown."""
    if asked.at is not None:
        found = queries.valid_authorization(patient_id, asked.at)
        return found if found and found.location_id == asked.location.id else None

    def covers(row: Authorization) -> bool:
        return day_in(zone, queries.authorized_at(row)) <= asked.on <= day_in(zone, row.valid_until)

    return next((a for a in queries.authorizations(patient_id, asked.lens) if covers(a)), None)


def rows(
    actor: Actor, patient: Patient, place: Place, answer: Gate, asked: Asked, *, here: bool
) -> dict[str, list[Row]]:
    """Every check in its part of the page: missing, warnings, in_order."""
    staff = sites.staff(place.site.id, on=asked.on)
    may = can(actor, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id)

    def row(check: Check) -> Row:
        url, act = way(check, patient, place, may=may, here=here)
        people = [p for p in staff if p.role in check.who]
        named = [Person(p.name, ROLE_WORDS[p.role].lower(), p.email) for p in people[:NAMED]] or unnamed(check.who)
        return Row(check, url, act, tuple(named), max(0, len(people) - NAMED))

    parts = {"missing": answer.missing, "warnings": answer.warnings, "in_order": answer.in_order}
    return {name: [row(c) for c in checks] for name, checks in parts.items()}


def unnamed(roles: tuple[StaffRole, ...]) -> list[Person]:
    return [Person("", " or ".join(ROLE_WORDS[r].lower() for r in roles))] if roles else []


def way(check: Check, patient: Patient, place: Place, *, may: bool, here: bool) -> tuple[str, str]:
    """The address where a check is mended or looked at, and what its link says; empty where the actor cannot."""
    site = {"site_id": place.site.id, "code": place.program.code}
    match check.mend:
        case Mend.CERTIFICATION:
            return keep_lens(url_for("certification.show", **site)), "Certification"
        case Mend.TRAINING:
            return keep_lens(url_for("training.site", **site)), "Training"
        case Mend.STOCK:
            return keep_lens(url_for("stock.site", site_id=place.site.id)), "Stock"
        case Mend.NOWHERE:
            return "", ""
    act, kind = RECORDS.get(check.mend) or ("Record card", FactKind(check.code))
    if not (may and here):
        return "", ""
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return url_for("patients.record", patient_id=patient.id, kind=kind, next=back), act
