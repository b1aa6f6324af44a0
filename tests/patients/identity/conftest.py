"""A hospital with a patient, what is known of who the patient is, and a number that answers day and night."""

from uuid import UUID

import pytest

from rems.patients.identity import actions
from tests.factories import Hospital, World
from tests.patients.acting import ENROLLED
from tests.patients.identified import BORN, CONTACT, by, name_a_number


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(name="Nordheim University Hospital", timezone="Europe/Berlin")


@pytest.fixture
def patient_id(hospital: Hospital) -> UUID:
    return hospital.enrolled(ENROLLED, number="HL-0417")


@pytest.fixture
def known(hospital: Hospital, patient_id: UUID) -> UUID:
    """A patient whose contact details are kept."""
    actions.keep_details(patient_id, CONTACT, birth_on=BORN, **by(hospital))
    return patient_id


@pytest.fixture
def reachable(hospital: Hospital) -> Hospital:
    """The site has named who answers day and night."""
    name_a_number(hospital)
    return hospital
