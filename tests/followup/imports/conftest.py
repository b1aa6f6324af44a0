"""A hospital that is new here."""

import pytest

from rems.core.clock import utcnow
from tests.factories import LABEL, Hospital, World


@pytest.fixture
def world(world: World) -> World:
    """The first day of a site here is told by the clock of the database, so its actions go by the real one."""
    world.now = utcnow()
    return world


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone="America/Chicago", name="Harrow Lake")
