"""Which visits may be held without seeing the patient: queries and assessments, never an examination."""

from datetime import date

import psycopg
import pytest

from rems.core.errors import BadInput
from rems.followup.rules import ContactKind, Survival
from tests.factories import KYMRIAH, World
from tests.followup.answered import on_fda_track
from tests.followup.treated import Treated


@pytest.fixture
def examined(world: World, superuser: psycopg.Connection) -> Treated:
    """A patient of a schedule with examinations in years 1 to 5 and queries after them, infused on 20 November 2019."""
    hospital = world.hospital(KYMRIAH, country="US").certified(date(2018, 1, 1))
    return Treated(on_fda_track(superuser, hospital.infused(date(2019, 11, 20))), hospital, world)


def test_an_examination_is_not_held_by_phone_and_a_query_is(examined: Treated) -> None:
    for contact in (ContactKind.PHONE, ContactKind.LETTER, ContactKind.REGISTRY):
        with pytest.raises(BadInput, match="Year 5 is an examination, so the patient is seen on site") as refused:
            examined.record("Y05", date(2024, 11, 20), contact=contact)
        assert refused.value.field == "contact"
    examined.record("Y05", date(2024, 11, 20), contact=ContactKind.OTHER_CLINIC)
    examined.record("Y06", date(2025, 11, 20), contact=ContactKind.PHONE)


def test_a_death_is_told_by_phone_also_at_an_examination(examined: Treated) -> None:
    examined.record("Y05", date(2024, 11, 20), contact=ContactKind.PHONE, survival=Survival.DEAD)


def test_a_registry_that_takes_calls_keeps_a_visit_by_phone(treated: Treated) -> None:
    treated.record("D100", date(2026, 2, 28), contact=ContactKind.PHONE)
    assert treated.course().line("D100").contact is ContactKind.PHONE
