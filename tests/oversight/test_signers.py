"""An administrator's pages about one signer: name, identity, lock, a lost password."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rems.access import queries
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading, transaction
from rems.core.ids import uuid7
from rems.signatures.models import SigningLock
from tests.factories import ADMIN, World, csrf


@pytest.fixture
def admin(world: World, client: FlaskClient) -> Actor:
    world.now = utcnow()
    found = world.account(Role.ADMINISTRATOR, name="Sunniva Kell")
    world.sign_in(client, found)
    return found


@pytest.fixture
def zoe(admin: Actor, client: FlaskClient) -> str:
    """The address of an account that was just made: nobody verified it."""
    token = csrf(client.get("/accounts/new").get_data(as_text=True))
    given = {"name": "Zoë Ångström", "email": "zoe@hospital.example", "password": "a first long password"}
    return str(client.post("/accounts/new", data={"csrf_token": token, **given}).location)


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def sent(client: FlaskClient, address: str, **values: object) -> str:
    """What the page of the form says after it was sent."""
    token = csrf(read(client, address))
    return client.post(address, data={"csrf_token": token, **values}, follow_redirects=True).get_data(as_text=True)


def verified(client: FlaskClient, zoe: str, **changed: str) -> str:
    known = {"way": "in_person", "document": "Passport", "verified_by": "Ida Lund, human resources"}
    return sent(client, f"{zoe}/identity", **{**known, "verified_on": utcnow().date().isoformat(), **changed})


def test_a_new_account_is_not_verified_and_says_so_everywhere(client: FlaskClient, zoe: str) -> None:
    assert "Identity not verified" in read(client, zoe)
    assert "Not verified" in read(client, "/accounts?q=zoe")
    page = read(client, f"{zoe}/signing")
    assert "The identity is not verified" in page
    assert "Not verified yet" in page


def test_an_identity_is_verified_and_taken_back_on_its_pages(client: FlaskClient, zoe: str) -> None:
    assert "What was seen is missing" in verified(client, zoe, document="")
    assert "this day is still to come" in verified(
        client, zoe, verified_on=(utcnow() + timedelta(days=3)).date().isoformat()
    )
    page = verified(client, zoe)
    assert "The identity is verified. The person may sign." in page
    assert "In person, with a document. Passport" in page
    assert "Ida Lund, human resources. Recorded by Sunniva Kell" in page
    assert "The password was set by somebody else" in page
    page = sent(client, f"{zoe}/identity/withdraw", reason="It was another Zoë.")
    assert "Taken back: It was another Zoë." in page
    assert "The identity is not verified" in page


def test_a_changed_name_keeps_the_old_one_and_asks_for_a_new_check(client: FlaskClient, zoe: str, world: World) -> None:
    verified(client, zoe)
    assert "Reason is missing" in sent(client, f"{zoe}/name", name="Zoë Berg", version="1", reason="")
    page = sent(client, f"{zoe}/name", name="Zoë Berg", version="1", reason="Marriage")
    assert "It was verified for the name Zoë Ångström; verify it for Zoë Berg." in page
    assert "Zoë Ångström, since" in page
    assert "<b>Zoë Berg</b>, since" in page
    [entry] = world.trail("access.rename")
    assert (entry["before"]["name"], entry["after"]["name"], entry["reason"]) == (
        "Zoë Ångström",
        "Zoë Berg",
        "Marriage",
    )
    account_id = UUID(zoe.rsplit("/", 1)[1])
    with reading(ADMIN):
        assert [n.name for n in queries.names(account_id)] == ["Zoë Ångström", "Zoë Berg"]


def test_the_second_of_two_who_rename_is_told_to_look_again(client: FlaskClient, zoe: str) -> None:
    sent(client, f"{zoe}/name", name="Zoë Berg", version="1", reason="Marriage")
    token = csrf(read(client, f"{zoe}/name"))
    late = {"csrf_token": token, "name": "Zoë Holm", "version": "1", "reason": "Marriage"}
    answer = client.post(f"{zoe}/name", data=late)
    assert answer.status_code == 409
    assert "changed by somebody else since you opened it" in answer.get_data(as_text=True)


def test_a_lost_password_opens_nothing_any_more(client: FlaskClient, zoe: str, world: World, app: Flask) -> None:
    assert "Reason is missing" in sent(client, f"{zoe}/password/recall", reason="")
    page = sent(client, f"{zoe}/password/recall", reason="Written on a note that is gone")
    assert "The password opens nothing any more" in page
    door = app.test_client()
    given = {"email": "zoe@hospital.example", "password": "a first long password"}
    answer = door.post("/sign-in", data={"csrf_token": csrf(read(door, "/sign-in")), **given})
    assert answer.status_code == 422
    [entry] = world.trail("access.recall_password")
    assert entry["reason"] == "Written on a note that is gone"
    assert "argon2" not in str(entry)


def test_a_lock_is_shown_on_the_day_of_an_administrator_and_opened_with_a_reason(
    client: FlaskClient, zoe: str, world: World
) -> None:
    with transaction(Actor.system("test"), "test.lock", at=world.now) as session:
        row = SigningLock(id=uuid7(), account_id=UUID(zoe.rsplit("/", 1)[1]), locked=True, reason="5 failed attempts")
        session.add(row)
    assert "Signing is locked for" in read(client, "/today")
    assert "Signing is locked" in read(client, f"{zoe}/signing")
    assert "Zoë Ångström" in read(client, "/signatures")
    page = sent(client, f"{zoe}/unlock", reason="She called, it was she.")
    assert "The signing is unlocked." in page
    assert "She called, it was she." in page
    assert "Signing is locked for" not in read(client, "/today")


def test_ones_own_page_has_no_way_to_verify_or_unlock_oneself(client: FlaskClient, admin: Actor) -> None:
    page = read(client, f"/accounts/{admin.id}/signing")
    assert "/identity" not in page
    answer = sent(client, f"/accounts/{admin.id}/identity/withdraw", reason="x")
    assert "Your own identity is another administrator&#39;s to judge." in answer


def test_the_address_of_a_closed_account_is_never_given_to_another(client: FlaskClient, zoe: str) -> None:
    client.post(f"{zoe}/close", data={"csrf_token": csrf(read(client, zoe))})
    given = {"name": "Zora Else", "email": "ZOE@hospital.example", "password": "another long password"}
    page = sent(client, "/accounts/new", **given)
    assert "zoe@hospital.example was Zoë Ångström&#39;s, whose account is closed." in page
    assert "An address is never given to another person." in page


@pytest.mark.parametrize("page", ["signing", "identity", "identity/withdraw", "unlock", "password/recall", "name"])
def test_only_an_administrator_opens_them(page: str, client: FlaskClient, zoe: str, world: World) -> None:
    world.sign_in(client, world.hospital().coordinator)
    assert client.get(f"{zoe}/{page}").status_code == 403
