"""A coordinator before the pages of the stock of one hospital, at the moment of the machine."""

import pytest

from rems.core.clock import utcnow


@pytest.fixture
def now():
    """The pages read the clock of the machine, so these tests act at its moment."""
    return utcnow()


@pytest.fixture
def today(now):
    return now.date()


@pytest.fixture
def here(hospital):
    return f"/sites/{hospital.site_id}/stock"


@pytest.fixture
def coordinator(world, client, hospital):
    world.sign_in(client, hospital.coordinator)
    return client
