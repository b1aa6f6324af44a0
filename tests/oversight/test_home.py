"""What a home page counts: the patients of every site and program that the person holds a role for."""

from datetime import date

from flask.testing import FlaskClient

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.oversight import queries
from rems.oversight.home import home_of
from rems.programs import queries as programs
from tests.factories import ADMIN, EUROPE, KYMRIAH, World


def test_a_person_with_a_site_and_a_program_sees_the_patients_of_both(world: World) -> None:
    first = world.hospital(EUROPE).certified(date(2026, 6, 1))
    other = world.hospital(KYMRIAH, country="US").certified(date(2020, 6, 1))
    first.infused(date(2026, 9, 1))
    other.infused(date(2021, 9, 1))
    by = world.account(Role.SITE_COORDINATOR, site_id=first.site_id)
    assert by.id
    with reading(by):
        assert queries.count_patients(by) == 1
    program = {"program_id": programs.key(KYMRIAH), "from_on": date(2015, 1, 1)}
    access.grant(by.id, Role.CASE_PROCESSOR, by=ADMIN, now=world.now, **program)
    both = world.actor(by.id)
    with reading(both):
        assert queries.count_patients(both) == 2
        years = queries.patients_by_year(both, on=date(2026, 11, 24))
    assert [(y.year, y.patients) for y in years if y.patients] == [(1, 1), (6, 1)]


def test_labeling_that_asks_for_no_certification_is_no_gap(world: World) -> None:
    world.now = utcnow()
    hospital = world.hospital("US-FDA-LABEL-CART-2025", country="US")
    with reading(hospital.coordinator):
        home = home_of(hospital.coordinator, now=world.now, days=7)
        assert home.standings
        assert home.gaps == []


def test_an_unknown_span_is_refused_in_words(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.hospital(EUROPE).coordinator)
    answer = client.get("/today?span=decade")
    assert answer.status_code == 422
    assert "it is one of day, week, month" in answer.get_data(as_text=True)
