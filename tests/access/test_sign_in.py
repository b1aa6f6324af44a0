"""The sign-in page, the session behind it, and where it leads."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rems.access import actions
from rems.access.models import SignIn
from rems.access.rules import Role
from rems.access.steps import DOOR
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import transaction
from rems.core.ids import uuid7
from tests.factories import ADMIN, PASSWORD, World, csrf

REFUSED = "This e-mail address and password do not fit together."


@pytest.fixture
def ada(world: World) -> Actor:
    return world.account(Role.ADMINISTRATOR, name="Ada Lovelace")


def send(client: FlaskClient, email: str, password: str = PASSWORD, *, follow: str = "", **more: str):
    token = csrf(client.get("/sign-in").text)
    values = {"csrf_token": token, "email": email, "password": password, "next": follow}
    return client.post("/sign-in", data={**values, **more})


def email_of(world: World, actor: Actor) -> str:
    assert actor.id
    return world.emails[actor.id]


def test_the_right_password_leads_to_the_page_of_today(client: FlaskClient, world: World, ada: Actor) -> None:
    answer = send(client, email_of(world, ada))
    assert (answer.status_code, answer.location) == (302, "/today")
    assert "Ada Lovelace" in client.get("/today").text


def test_a_wrong_password_is_said_at_the_field_and_not_shown_again(
    client: FlaskClient, world: World, ada: Actor
) -> None:
    answer = send(client, email_of(world, ada), "another passphrase")
    assert answer.status_code == 422
    assert REFUSED in answer.text
    assert "another passphrase" not in answer.text
    assert client.get("/today").status_code == 302


def test_an_unknown_address_gets_the_same_answer(client: FlaskClient, world: World) -> None:
    answer = send(client, "nobody@test.example")
    assert answer.status_code == 422
    assert REFUSED in answer.text


@pytest.mark.parametrize(("email", "password"), [("", PASSWORD), ("ada@test.example", "")])
def test_an_empty_field_is_asked_for_without_trying(
    email: str, password: str, client: FlaskClient, world: World
) -> None:
    assert send(client, email, password).status_code == 422
    assert world.trail("access.sign_in") == []


def test_a_form_without_its_token_signs_nobody_in(client: FlaskClient, world: World, ada: Actor) -> None:
    answer = client.post("/sign-in", data={"email": email_of(world, ada), "password": PASSWORD})
    assert answer.status_code == 422
    assert "This form is too old" in answer.text
    assert world.trail("access.sign_in") == []


def test_too_many_attempts_say_how_long_to_wait(client: FlaskClient, world: World, ada: Actor) -> None:
    email = email_of(world, ada)
    with transaction(DOOR, "test.fail", at=world.now) as session:
        session.add_all(SignIn(id=uuid7(), email=email, address="192.0.2.1", succeeded=False) for _ in range(6))
    answer = send(client, email)
    assert answer.status_code == 429
    assert "Too many attempts. Wait 5 minutes, then try again." in answer.text
    assert 295 <= int(answer.headers["Retry-After"]) <= 300


@pytest.mark.parametrize("path", ["/roles", "/reminders", "/patients?act=report"])
def test_sign_in_leads_to_the_page_that_was_asked_for(path: str, client: FlaskClient, world: World, ada: Actor) -> None:
    asked = client.get(path)
    assert asked.status_code == 302
    assert "/sign-in?next=" in asked.location
    shown = client.get(asked.location).text
    follow = shown.split('name="next"')[1].split('value="')[1].split('"')[0].replace("&amp;", "&")
    assert send(client, email_of(world, ada), follow=follow).location == path


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
    ],
)
def test_sign_in_never_leads_to_another_host(target: str, client: FlaskClient, world: World, ada: Actor) -> None:
    answer = send(client, email_of(world, ada), follow=target)
    assert answer.location in ("/today", None)


def test_signing_in_starts_a_new_session(client: FlaskClient, world: World, ada: Actor) -> None:
    client.get("/sign-in")
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
        key = before["form_key"]
    send(client, email_of(world, ada))
    client.get("/roles")
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("form_key") != key
        assert after.permanent


def test_sign_out_ends_the_session(client: FlaskClient, world: World, ada: Actor) -> None:
    world.sign_in(client, ada)
    assert client.post("/sign-out").status_code == 400
    answer = client.post("/sign-out", data={"csrf_token": csrf(client.get("/roles").text)})
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    assert "You are signed out." in client.get("/sign-in").text
    assert client.get("/roles").status_code == 302


@pytest.mark.parametrize("act", [actions.end_sessions, actions.close_account])
def test_every_session_of_an_account_ends_when_its_stamp_changes(act, app: Flask, client, world: World, ada) -> None:
    other = app.test_client()
    for one in (client, other):
        world.sign_in(one, ada)
        assert one.get("/roles").status_code == 200
    act(ada.id, by=ADMIN, now=world.now)
    for one in (client, other):
        assert one.get("/roles").status_code == 302
        assert one.post("/sign-out").status_code == 401


def test_a_session_that_was_tampered_with_is_nobodys(client: FlaskClient, world: World, ada: Actor) -> None:
    world.sign_in(client, ada)
    for token in ("", "nonsense", f"{ada.id}", f"{ada.id}/99", f"{uuid7()}/1"):
        with client.session_transaction() as session:
            session["_user_id"] = token
        assert client.get("/roles").status_code == 302, token


def test_a_grant_that_has_ended_opens_nothing_in_the_session_that_is_open(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(name="Harrow Lake")
    today = utcnow().date()
    key = actions.create_account("auditor@test.example", "Aud Itor", PASSWORD, by=ADMIN, now=world.now)
    yesterday = today - timedelta(days=1)
    actions.grant(
        key,
        Role.AUDITOR,
        site_id=hospital.site_id,
        from_on=yesterday - timedelta(days=9),
        until_on=yesterday,
        by=ADMIN,
        now=world.now,
    )
    world.emails[key] = "auditor@test.example"
    world.sign_in(client, world.actor(key))
    assert client.get(f"/sites/{hospital.site_id}").status_code == 404
    assert "Harrow Lake" not in client.get("/sites").text


def test_the_page_of_roles_says_what_each_may_do_in_words(client: FlaskClient, world: World, ada: Actor) -> None:
    world.sign_in(client, ada)
    page = client.get("/roles").text
    assert "Manages accounts and roles; sees no patient data." in page
    assert "register sites; certify sites; " in page
    assert "account:manage" not in page
