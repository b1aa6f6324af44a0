"""The page of contact details: it asks for a reason, and shows the details in that one answer."""

from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.patients import queries as patients
from rems.patients.consents import ConsentState, consents_on
from rems.patients.identity import queries
from rems.patients.identity.forms import DetailsForm, OpenForm, WholeForm, first_values
from rems.patients.identity.queries import Opened
from rems.patients.identity.rules import PURPOSE_WORDS, WAY_WORDS
from rems.patients.rules import FactKind
from rems.web.lens import current_lens


def contact_page(
    actor: Actor,
    patient_id: UUID,
    *,
    asking: OpenForm | None = None,
    opened: Opened | None = None,
    editing: DetailsForm | None = None,
) -> ResponseReturnValue:
    """What stands on the page: the question for the reason, the details that were opened, or the form to keep them.

    Under another day it says only that details are shown as they are today. Raises NotFound, NotAllowed.
    """
    patient = patients.patient(actor, patient_id)
    place = patients.place(actor, patient.scope_id)
    require(actor, Permission.PATIENT_IDENTIFY, scope_id=place.site.id)
    lens = current_lens(zone=place.site.timezone)
    row = queries.kept(patient_id, place.site.id)
    today = not g.rems_lens_bar
    if opened:
        editing = editing or WholeForm(data=first_values(opened))
    elif today and row is None:
        editing = editing or WholeForm()
    elif today and editing is None:
        asking = asking or OpenForm()
    told = consents_on(patients.consent_events(patient_id, Lens(lens.as_of)), lens.as_of)[FactKind.CONSENT_CONTACT]
    page = render_template(
        "patients/contact.html",
        patient=patient,
        place=place,
        row=row,
        opened=opened,
        asking=asking if today else None,
        editing=editing if today else None,
        withdrawn_on=told.withdrawn_on if told.state is ConsentState.WITHDRAWN else None,
        ways=WAY_WORDS,
    )
    problems = any(form is not None and form.problems() for form in (asking, editing))
    return page, 422 if problems else 200


def openings_page(actor: Actor, patient_id: UUID) -> str:
    """Who opened the details of a patient and why, for those who may read the trail. Raises NotFound, NotAllowed."""
    patient = patients.patient(actor, patient_id)
    require(actor, Permission.TRAIL_READ, scope_id=patient.scope_id, program_id=patient.program_id)
    place = patients.place(actor, patient.scope_id)
    lens = current_lens(zone=place.site.timezone)
    return render_template(
        "patients/openings.html",
        patient=patient,
        place=place,
        rows=queries.openings(patient_id, lens),
        purposes=PURPOSE_WORDS,
    )
