"""An administrator makes accounts and gives roles; everybody changes their own password."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from rems.access import queries
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.programs import queries as programs
from tests.factories import EUROPE, PASSWORD, Hospital, World, csrf


@pytest.fixture
def hospital(world: World) -> Hospital:
    world.now = utcnow()
    return world.hospital(EUROPE, name="Klinikum Wesertal")


@pytest.fixture
def admin(world: World, hospital: Hospital, client: FlaskClient) -> Actor:
    found = world.account(Role.ADMINISTRATOR)
    world.sign_in(client, found)
    return found


def send(client: FlaskClient, page: str, to: str = "", **values: object):
    token = csrf(client.get(page).get_data(as_text=True))
    return client.post(to or page, data={"csrf_token": token, **values})


def made(client: FlaskClient) -> str:
    answer = send(client, "/accounts/new", name="Zoë Ångström", email="zoe@hospital.example", password=PASSWORD)
    assert answer.status_code == 302
    return str(answer.location)


def test_an_account_is_made_given_a_role_for_a_site_and_can_work_there(
    client: FlaskClient, admin: Actor, hospital: Hospital, world: World
) -> None:
    page = made(client)
    assert "Site: Klinikum Wesertal, Town, DE" in client.get(page).get_data(as_text=True)
    today = world.today.isoformat()
    held = f"site:{hospital.site_id}"
    assert send(client, page, f"{page}/roles", role="site_coordinator", held=held, from_on=today).status_code == 302
    assert "Site coordinator" in client.get(page).get_data(as_text=True)
    assert "Zoë Ångström" in client.get("/accounts?q=zoe").get_data(as_text=True)
    known = queries.account_by_email("zoe@hospital.example")
    assert known
    assert hospital.scope_id in queries.actor_of(known, at=world.now).scopes


def test_a_role_held_for_the_wrong_thing_is_refused_in_words(client: FlaskClient, admin: Actor, world: World) -> None:
    page = made(client)
    answer = send(client, page, f"{page}/roles", role="case_processor", from_on=world.today.isoformat())
    assert answer.status_code == 422
    assert "Case processor is held for a program; name exactly that." in answer.get_data(as_text=True)


def test_a_role_ends_with_a_day_and_not_before_it_began(client: FlaskClient, admin: Actor, world: World) -> None:
    page = made(client)
    assert send(client, page, f"{page}/roles", role="administrator", from_on=world.today.isoformat()).status_code == 302
    known = queries.account_by_email("zoe@hospital.example")
    assert known
    with reading(admin):
        [grant] = queries.grants([known.id])[known.id]
        address = f"{page}/roles/{grant.id}/end"
    early = send(client, address, until_on=(world.today - timedelta(days=1)).isoformat())
    assert (early.status_code, "The last day is before the first" in early.get_data(as_text=True)) == (422, True)
    assert send(client, address, until_on=world.today.isoformat()).status_code == 302
    assert queries.actor_of(known, at=world.now).holdings
    assert not queries.actor_of(known, at=world.now + timedelta(days=2)).holdings
    assert world.trail("access.end_grant")


def test_a_closed_account_is_said_to_be_closed(client: FlaskClient, admin: Actor) -> None:
    page = made(client)
    assert send(client, page, f"{page}/close").status_code == 302
    assert "This account is closed" in client.get(page).get_data(as_text=True)


def test_a_new_password_is_set_and_a_short_one_refused(client: FlaskClient, admin: Actor, world: World) -> None:
    page = made(client)
    assert send(client, page, f"{page}/password", password="short").status_code == 422
    assert send(client, page, f"{page}/password", password="a wholly new sentence").status_code == 302
    [entry, *_] = world.trail("access.set_password")
    assert "argon2" not in str(entry)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
def test_nobody_else_sees_accounts_or_sites_to_name(
    client: FlaskClient, world: World, hospital: Hospital, role: Role
) -> None:
    by = {"site_id": hospital.site_id} if role.value in SITE_ROLES else {"program_id": programs.key(EUROPE)}
    other = world.account(role, **by)
    world.sign_in(client, other)
    assert client.get("/accounts").status_code == 403
    with reading(other):
        assert queries.sites_to_name() == []


SITE_ROLES = {"site_coordinator", "authorized_representative", "pharmacist", "treating_physician"}


def test_one_changes_ones_own_password_and_is_signed_out(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    wrong = send(client, "/password", old="not this one", password="a wholly new sentence")
    assert (wrong.status_code, "This is not your password." in wrong.get_data(as_text=True)) == (422, True)
    assert send(client, "/password", old=PASSWORD, password="a wholly new sentence").status_code == 302
    assert client.get("/today").status_code == 302
    assert world.trail("access.change_password")
