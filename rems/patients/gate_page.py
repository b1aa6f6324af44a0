"""The page of the gate: what it is asked for, the answer, and the signature under it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from flask import g, render_template, request

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.patients import queries
from rems.patients.authorizing import valid_for
from rems.patients.forms import AuthorizeForm, OverrideForm, PlanForm, ReasonForm
from rems.patients.gate import Gate, gate
from rems.patients.gate_facts import gate_facts
from rems.patients.mending import rows
from rems.patients.models import Authorization
from rems.patients.overriding import may_override, of_patient, role_words
from rems.patients.queries import Place
from rems.patients.records import check_planned
from rems.sites import queries as sites
from rems.sites.models import Location
from rems.stock import queries as stock
from rems.web.lens import current_lens

F = TypeVar("F", bound=AuthorizeForm)


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
    everywhere = sites.locations(place.site.id)
    locations = [node for node in everywhere if node.until_on is None or lens.as_of <= node.until_on]
    plan = plan_form(locations, zone, now, lens, patient_id, sent=signed)
    given = queries.infusion(patient_id, lens)
    at = planned(plan, now, zone) if here and not given else None
    on = day_in(zone, at) if at else given.holds_on if given else lens.as_of
    chosen = next((n for n in locations if str(n.id) == plan.location_id.data), locations[0])
    asked = Asked(Lens(on, lens.known_at), at, chosen)
    facts = gate_facts(actor, patient, asked.lens, location_id=chosen.id)
    answer = gate(facts)
    allowed = authorization(patient_id, asked, zone)
    found = queries.authorizations(patient_id, None if here else lens)
    used = next((a for a in found if given and a.id == given.authorization_id), None)
    shown = used or allowed
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
        used=used,
        shown=shown,
        facts=facts,
        answer=answer,
        rows=rows(actor, patient, place, answer, asked.on, here=here and not given),
        allowed=allowed,
        signatures=queries.signed_by(shown) if shown else [],
        earlier=[a for a in found if a is not allowed and a is not used],
        planned_at=queries.planned_at,
        names={n.id: n.name for n in everywhere},
        holds=stock.reserved(patient_id, lens),
        plan=plan,
        form=signed or _form(answer)(zone=zone, data={"at": at, "location_id": str(chosen.id)}),
        may_override=bool(answer.missing)
        and not answer.beyond_override
        and may_override(actor, patient, place.program),
        overridden_by=role_words(place.program),
        overridden=queries.overridden(shown) if shown else frozenset(),
        still_missing=answer.missing_but(queries.overridden(allowed) if allowed else ()),
        overrides=of_patient(patient_id, None if here else lens),
        reason=reason or ReasonForm(),
        may_sign=can(actor, Permission.PATIENT_AUTHORIZE, **held),
        may_infuse=can(actor, Permission.PATIENT_INFUSE, **held),
        hours=valid_for(),
        now=now,
    )
    refused = any(form.problems() for form in (plan, signed, reason) if form)
    return page, 422 if refused else 200


def _form(answer: Gate) -> type[AuthorizeForm]:
    """The form of an override where legal stops alone are open."""
    return OverrideForm if overridable(answer) else AuthorizeForm


def overridable(answer: Gate) -> bool:
    """Whether legal stops are open, and nothing else."""
    return bool(answer.missing) and not answer.beyond_override


def plan_form(
    locations: list[Location],
    zone: str,
    now: datetime,
    lens: Lens,
    patient_id: UUID,
    *,
    sent: AuthorizeForm | None,
) -> PlanForm:
    """The moment and the place: those of the address or sent with the signature, else now and the likely place."""
    first = {"at": now.replace(second=0, microsecond=0), "location_id": str(likely(locations, lens, patient_id).id)}
    words = request.args if "at" in request.args else None
    if sent is not None:
        words = request.form
    form = PlanForm(words, zone=zone, data=first)
    form.location_id.choices = [(str(node.id), node.name) for node in locations]
    return form


def placed(form: F, place: Place) -> F:
    """The same form with the locations of the site to choose from."""
    form.location_id.choices = sites.location_choices(place.site.id)
    return form


def planned(plan: PlanForm, now: datetime, zone: str) -> datetime:
    """The moment asked for; now when it cannot be read or lies too far ahead, which the form then says."""
    if plan.at.raw_data and plan.validate():
        with plan.answering():
            at: datetime = plan.at.data
            check_planned(at, now=now, hours=valid_for(), zone=zone)
            return at
    return now.replace(second=0, microsecond=0)


def likely(locations: list[Location], lens: Lens, patient_id: UUID) -> Location:
    """Where the infusion is likely to be: where it was authorized, else where most vials lie, else the hospital."""
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
