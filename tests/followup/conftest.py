"""A hospital under the program of the label, a patient who waits, and one who was infused."""

from datetime import date

import pytest

from tests.factories import LABEL, Hospital, World
from tests.followup.treated import INFUSED, Treated


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone="America/Chicago")


@pytest.fixture
def waiting(world: World, hospital: Hospital) -> Treated:
    """Enrolled, not infused."""
    return Treated(hospital.enrolled(date(2025, 10, 20)), hospital, world)


@pytest.fixture
def treated(world: World, hospital: Hospital) -> Treated:
    """Infused on 20 November 2025."""
    return Treated(hospital.infused(INFUSED), hospital, world)
