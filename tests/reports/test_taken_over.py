"""An infusion that was taken over stands in the reports of its site, and says so in place of a code."""

from datetime import date

from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.lens import Lens
from rems.reports import queries
from tests.factories import LABEL, World
from tests.followup.imports.lists import listed, person, through


def test_it_is_listed_without_the_code_of_an_authorization(world: World) -> None:
    world.now = utcnow()
    hospital = world.hospital(LABEL)
    through(hospital, listed([person("HL-1", "2025-08-01", enrolled_on="2025-07-01")]))
    with reading(hospital.coordinator):
        [given] = queries.infusions(hospital.scope_id, Lens(date(2025, 12, 1)))
    assert (given.number, given.on, given.code) == ("HL-1", date(2025, 8, 1), "taken over")
