"""The lists of sites and of staff under an earlier knowledge: the names of then, and nobody who came later."""

import csv
import io
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from rems.core.db import reading
from rems.core.lens import Lens
from rems.sites import actions, keeping, listing
from rems.sites.rules import IdentifierKind
from rems.trail.knowing import settled
from tests.counting import counted
from tests.factories import EUROPE, LABEL, Hospital, World

NEW: dict[str, Any] = {
    "name": "Klinikum Süd",
    "city": "Nürnberg",
    "region": "Bayern",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "phone": "+49 911 0",
    "email": "office@sued.example",
}


def now_known(hospital: Hospital) -> datetime:
    with reading(hospital.coordinator):
        return settled()[0]


def renamed(hospital: Hospital) -> datetime:
    """The last moment at which the site was known under its old name."""
    before = now_known(hospital)
    keeping.edit_site(hospital.site_id, **NEW, version=1, by=hospital.coordinator, now=hospital.world.now)
    return before


def asked(known_at: datetime) -> str:
    return f"known_at={quote(known_at.isoformat())}"


@pytest.fixture
def old(world: World) -> Hospital:
    return world.hospital(EUROPE, name="Østre Hospital")


def test_the_list_shows_each_site_under_the_details_of_then_in_their_order(world: World, old: Hospital) -> None:
    before = renamed(old)
    with reading(old.coordinator):
        [now], total = listing.page(old.coordinator, Lens(world.today))
        [then], total_then = listing.page(old.coordinator, Lens(world.today, before))
    assert (now.name, now.city, now.region, now.phone) == ("Klinikum Süd", "Nürnberg", "Bayern", "+49 911 0")
    assert (then.name, then.city, then.region, then.phone) == ("Østre Hospital", "Town", "", "")
    assert total == total_then == 1


def test_a_site_is_found_by_the_name_and_the_number_of_then(world: World, old: Hospital) -> None:
    before = renamed(old)
    said = {"holds_on": world.today, "by": old.coordinator, "now": world.now}
    keeping.add_identifier(old.site_id, IdentifierKind.EBMT, "CIC 512", **said)
    found = {}
    with reading(old.coordinator):
        for text in ("østre", "sud", "cic 512"):
            found[text] = [
                len(listing.page(old.coordinator, lens, text=text)[0])
                for lens in (Lens(world.today, before), Lens(world.today, now_known(old)), Lens(world.today))
            ]
    assert found == {"østre": [1, 0, 0], "sud": [0, 1, 1], "cic 512": [0, 1, 1]}


def test_what_was_registered_or_entered_later_is_left_out(world: World, old: Hospital) -> None:
    before = now_known(old)
    actions.enter(old.site_id, LABEL, by=old.coordinator, now=world.now)
    world.hospital(EUROPE)
    manager = world.manager(EUROPE)
    with reading(manager):
        rows, total = listing.page(manager, Lens(world.today, before))
        assert ([r.id for r in rows], total) == ([old.site_id], 1)
        assert len(listing.every(manager, Lens(world.today))) == 2
    keeper = world.actor(old.coordinator.id)  # type: ignore[arg-type]
    with reading(keeper):
        then = listing.entered([old.site_id], Lens(world.today, before))[old.site_id]
        now = listing.entered([old.site_id], Lens(world.today))[old.site_id]
    assert [p.code for p in then] == [EUROPE]
    assert {p.code for p in now} == {EUROPE, LABEL}


def test_the_list_of_then_costs_the_same_for_one_site_and_for_many(world: World, old: Hospital) -> None:
    manager = world.manager(EUROPE)

    def cost() -> int:
        known_at = now_known(old)
        with reading(manager), counted() as sent:
            rows, _ = listing.page(manager, Lens(world.today, known_at), text="hospital")
            listing.entered([row.id for row in rows], Lens(world.today, known_at))
        return len(sent)

    alone = cost()
    for _ in range(5):
        world.hospital(EUROPE)
    assert cost() == alone


def test_the_pages_of_the_list_of_then_follow_each_other(world: World, old: Hospital) -> None:
    names = ["Bern", "Århus", "Cádiz"]
    for name in names:
        world.hospital(EUROPE, name=name)
    manager, known_at = world.manager(EUROPE), now_known(old)
    with reading(manager):
        pages = [listing.page(manager, Lens(world.today, known_at), number=n, size=2) for n in (1, 2, 3)]
    assert [[row.name for row in rows] for rows, _ in pages] == [["Århus", "Bern"], ["Cádiz", "Østre Hospital"], []]
    assert {total for _, total in pages} == {4}


def test_the_page_shows_the_banner_and_nothing_to_change(client: FlaskClient, world: World, old: Hospital) -> None:
    before = renamed(old)
    world.sign_in(client, old.coordinator)
    today, then = (unescape(client.get(f"/sites{ask}").text) for ask in ("", f"?{asked(before)}"))
    assert "Klinikum Süd" in today and "Not today." not in today and "Import staff" in today
    assert "Østre Hospital" in then and "Klinikum Süd" not in then
    assert "Not today." in then and "as known on" in then
    assert "Import staff" not in then
    assert f'href="/sites/{old.site_id}?known_at=' in then
    assert '<input type="hidden" name="known_at"' in then
    assert "Østre Hospital" in unescape(client.get(f"/sites?q=østre&{asked(before)}").text)


def test_before_the_first_site_the_list_says_so(client: FlaskClient, world: World, old: Hospital) -> None:
    world.sign_in(client, old.manager)
    page = unescape(client.get("/sites?known_at=2016-01-01").text)
    assert "No site known by then" in page and "Register a site" not in page


def test_the_lists_to_take_away_say_what_was_known_then(client: FlaskClient, world: World, old: Hospital) -> None:
    keeping.edit_person(
        old.staff_id, name="Dr. Neu", email="neu@sued.example", version=1, by=old.coordinator, now=world.now
    )
    before = renamed(old)
    keeping.edit_person(
        old.staff_id, name="Dr. Neuer", email="neu@sued.example", version=2, by=old.coordinator, now=world.now
    )
    world.sign_in(client, old.coordinator)

    def rows(url: str) -> list[dict[str, str]]:
        answer = client.get(url)
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    [now], [then] = rows("/sites.csv"), rows(f"/sites.csv?{asked(before)}")
    assert (now["name"], now["city"], now["email"]) == ("Klinikum Süd", "Nürnberg", "office@sued.example")
    assert (then["name"], then["city"], then["email"]) == ("Østre Hospital", "Town", "")
    staff = f"/sites/{old.site_id}/staff.csv"
    [now], [then] = rows(staff), rows(f"{staff}?{asked(before)}")
    assert (now["site"], now["name"]) == ("Klinikum Süd", "Dr. Neuer")
    assert (then["site"], then["name"]) == ("Østre Hospital", "Dr. Neu")
    assert rows("/sites.csv?known_at=2016-01-01") == []
