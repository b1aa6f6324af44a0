"""The pages on which a patient is enrolled and the infusion is recorded: what they offer and show."""

from datetime import datetime
from uuid import UUID

from flask import render_template

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.followup.forms import EnrollmentForm, InfusionForm
from rems.patients import queries as patients
from rems.patients.queries import Place
from rems.patients.rules import FactKind
from rems.programs import queries as programs
from rems.programs.rules import Schedule
from rems.sites import queries as sites


def chosen(places: list[Place], asked: str) -> Place:
    """The place with that scope, of those where the actor may enroll. Raises NotFound."""
    for place in places:
        if str(place.scope_id) == asked:
            return place
    raise NotFound("There is no such site in a program where you may enroll patients.")


def tracks(place: Place) -> list[Schedule]:
    """The follow-up schedules that the program offers, the usual one first."""
    schedules = programs.catalogue().schedules
    return [schedules[code] for code in place.program.tracks if code in schedules]


def offer(form: EnrollmentForm, place: Place) -> EnrollmentForm:
    """The same form with the products and schedules of the program to choose from."""
    form.product.choices = [(p.name, f"{p.name} ({p.inn})") for p in place.program.products]
    form.track.choices = [(one.code, one.title) for one in tracks(place)]
    return form


def first_values(place: Place, now: datetime) -> dict[str, object]:
    """What an empty form begins with: today, and what leaves no choice or is the usual one."""
    products, offered = place.program.products, tracks(place)
    return {
        "scope": str(place.scope_id),
        "enrolled_on": day_in(place.site.timezone, now),
        "product": products[0].name if len(products) == 1 else None,
        "track": offered[0].code if offered else None,
    }


def enroll_page(form: EnrollmentForm, place: Place) -> str:
    return render_template("followup/enroll.html", form=offer(form, place), place=place, tracks=tracks(place))


def locate(form: InfusionForm, place: Place) -> InfusionForm:
    """The same form with the locations of the site to choose from."""
    form.location_id.choices = sites.location_choices(place.site.id)
    return form


def known_values(patient_id: UUID, place: Place, now: datetime) -> dict[str, object]:
    """What is known of an infusion before it: where it is authorized, and the product that was received."""
    lens = Lens(day_in(place.site.timezone, now))
    allowed = next(iter(patients.authorizations(patient_id, lens)), None)
    received = patients.facts_of(patient_id, lens).get(FactKind.PRODUCT_RECEIPT)
    detail = received.detail if received else {}
    return {
        "location_id": str(allowed.location_id) if allowed else None,
        "lot": detail.get("lot", ""),
        "bags": detail.get("bags"),
    }


def infusion_page(actor: Actor, patient_id: UUID, form: InfusionForm, *, now: datetime) -> str:
    patient = patients.patient(actor, patient_id)
    place = patients.place(actor, patient.scope_id)
    lens = Lens(day_in(place.site.timezone, now))
    return render_template(
        "followup/infusion.html",
        form=locate(form, place),
        patient=patient,
        place=place,
        given=patients.infusion(patient_id, lens),
        allowed=next(iter(patients.authorizations(patient_id, lens)), None),
        authorized_at=patients.authorized_at,
        now=now,
    )
