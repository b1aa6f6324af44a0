"""The world of today for the pages, which read the clock."""

from dataclasses import replace

import pytest

from rems.core.clock import utcnow
from tests.factories import LABEL, Hospital, World


@pytest.fixture
def today_world(world: World) -> World:
    return replace(world, now=utcnow())


@pytest.fixture
def us_hospital(today_world: World) -> Hospital:
    """A site in the United States under the label, today."""
    return today_world.hospital(LABEL, country="US")
