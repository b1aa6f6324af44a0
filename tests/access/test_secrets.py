"""Passwords, hashes and keys stand in no log, on no page and in no entry of the trail."""

import logging

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from rems.access import actions
from rems.access.models import Account
from rems.access.rules import Role
from rems.core.db import transaction
from rems.core.ids import uuid7
from rems.core.place import Place
from rems.core.settings import Settings
from tests.factories import ADMIN, PASSWORD, World, csrf

GUESS = "a guess that was wrong"


def secrets_of(app: Flask, where: Place) -> list[str]:
    settings: Settings = app.extensions["rems_settings"]
    database = where.app.split(":")[2].split("@")[0]
    return [PASSWORD, GUESS, "argon2", settings.secret_key, database]


def test_no_secret_is_logged_or_shown(
    app: Flask, client: FlaskClient, world: World, where: Place, caplog: pytest.LogCaptureFixture
) -> None:
    person = world.account(Role.ADMINISTRATOR)
    email = world.emails[person.id]
    pages = []
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.INFO, "sqlalchemy.engine"):
        for password in (GUESS, PASSWORD):
            token = csrf(client.get("/sign-in").text)
            values = {"csrf_token": token, "email": email, "password": password}
            pages.append(client.post("/sign-in", data=values).text)
        pages += [
            client.get(path).text for path in ("/today", "/roles", "/trail", "/no-such-page", "/healthz", "/readyz")
        ]
        actions.create_account("log@test.example", "Log", PASSWORD, by=ADMIN, now=world.now)
        with pytest.raises(IntegrityError) as refused, transaction(ADMIN, "test.twice", at=world.now) as session:
            session.add(Account(id=uuid7(), email=email, name="Twice", password_hash=f"$argon2id${PASSWORD}"))
            session.flush()
        logging.getLogger("rems").error("failed", exc_info=refused.value)
    assert "insert into" in caplog.text.lower()  # statements are logged here, so the look is worth something
    demo = [shown.password for shown in app.extensions["rems_shown_sign_ins"]]
    for secret in secrets_of(app, where):
        assert secret not in caplog.text
        assert all(secret not in page for page in pages if secret not in demo)


def test_no_secret_is_in_the_trail(app: Flask, world: World, where: Place, superuser: psycopg.Connection) -> None:
    world.account(Role.ADMINISTRATOR)
    for secret in secrets_of(app, where):
        found = superuser.execute(
            "select count(*) from trail.entry e where e::text like %s", [f"%{secret}%"]
        ).fetchone()
        assert found == (0,), secret


def test_a_failure_of_ours_is_shown_by_a_number_alone(app: Flask, client: FlaskClient, caplog) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    settings = app.extensions.pop("rems_shown_sign_ins")
    try:
        answer = client.get("/sign-in")
    finally:
        app.extensions["rems_shown_sign_ins"] = settings
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    assert "KeyError" in caplog.text
    assert "KeyError" not in answer.text
    assert "Traceback" not in answer.text
