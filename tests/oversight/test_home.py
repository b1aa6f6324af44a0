"""What a home page counts: the patients of every site and program that the person holds a role for."""

from datetime import date, timedelta

from flask.testing import FlaskClient

from rems.access import actions as access
from rems.access.rules import Role
from rems.compliance import actions as compliance
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.oversight import queries
from rems.oversight.home import home_of
from rems.programs import queries as programs
from rems.stock import actions as stock
from rems.stock import mending as stock_mending
from rems.stock.rules import MovementKind
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


def test_actions_that_are_late_or_due_are_shown_to_those_who_keep_them(client: FlaskClient, world: World) -> None:
    world.now = utcnow()
    hospital, today = world.hospital(EUROPE, name="Klinikum Süd"), world.today
    deviation = hospital.deviation(today - timedelta(40))
    hospital.action(deviation, due_on=today + timedelta(5), what="Train the night shift")
    hospital.action(deviation, due_on=today - timedelta(2), what="Hang up the list")
    hospital.action(deviation, due_on=today + timedelta(20), what="Write a procedure")
    done = hospital.action(deviation, due_on=today - timedelta(20), check_on=today, what="Tell the ward")
    compliance.finish(done, done_on=today - timedelta(21), note="Told", by=hospital.coordinator, now=world.now)
    for actor in (hospital.coordinator, hospital.representative, hospital.manager):
        world.sign_in(client, actor)
        page = client.get("/today").text
        shown = ("Hang up the list", "Check the effect of: Tell the ward", "Train the night shift")
        places = [page.index(words) for words in shown]
        assert places == sorted(places)
        assert page.count(f'href="/deviations/{deviation}"') == 3
        assert "2 days late" in page and "Due today" in page and "Write a procedure" not in page
        assert "Train the night shift" not in client.get("/today?span=day").text
        assert "Write a procedure" in client.get("/today?span=month").text


def test_whoever_keeps_no_actions_is_shown_none_and_without_any_there_is_no_heading(
    client: FlaskClient, world: World
) -> None:
    world.now = utcnow()
    hospital = world.hospital(EUROPE)
    world.sign_in(client, hospital.coordinator)
    assert "Corrective and preventive actions" not in client.get("/today").text
    hospital.action(hospital.deviation(world.today - timedelta(20)), due_on=world.today, what="Hang up the list")
    assert "Corrective and preventive actions" in client.get("/today").text
    for role in (Role.AUDITOR, Role.PHARMACIST):
        world.sign_in(client, world.account(role, site_id=hospital.site_id))
        assert "Hang up the list" not in client.get("/today").text


def test_many_actions_are_cut_and_lead_to_the_list(client: FlaskClient, world: World) -> None:
    world.now = utcnow()
    hospital = world.hospital(EUROPE)
    deviation = hospital.deviation(world.today - timedelta(20))
    for number in range(9):
        hospital.action(deviation, due_on=world.today, what=f"Step {number}.")
    world.sign_in(client, hospital.coordinator)
    page = client.get("/today").text
    assert page.count("Step ") == 8
    assert "/deviations?state=open" in page


def test_a_movement_that_was_taken_back_or_corrected_counts_once_in_what_is_left_of_a_lot(world: World) -> None:
    hospital, today = world.hospital(), world.now.date()
    said = {"by": hospital.coordinator, "now": world.now}
    lot_id = stock.receive(
        hospital.site_id, hospital.location_id, lot="B1", strength_mg=400, vials=4,
        expires_on=today + timedelta(days=5), holds_on=today, **said,
    )  # fmt: skip
    wasted = stock.move(lot_id, MovementKind.WASTED, -3, holds_on=today, **said)
    with reading(hospital.coordinator):
        [before] = queries.expiring_lots(hospital.coordinator, on=today, within_days=9)
    stock_mending.correct(wasted, "Two broke.", vials=2, holds_on=today, note="", **said)
    with reading(hospital.coordinator):
        [after] = queries.expiring_lots(hospital.coordinator, on=today, within_days=9)
    assert (before.vials, after.vials) == (1, 2)
