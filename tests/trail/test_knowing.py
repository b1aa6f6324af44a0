"""A moment of knowledge that gives the same answer later, and the state of a changed row as it was known then."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading, transaction
from rems.core.place import Place
from rems.trail.knowing import settled
from rems.trail.rows import rows_known_at
from tests.factories import ADMIN, PASSWORD, World


@pytest.fixture
def writer(where: Place) -> Iterator[psycopg.Connection]:
    """Somebody whose transaction has a number and is not finished."""
    with psycopg.connect(where.app) as connection:
        connection.execute("select pg_current_xact_id()")
        yield connection


def test_with_nobody_writing_the_present_moment_is_settled(app: Flask) -> None:
    before = utcnow()
    moment, sure = settled()
    assert sure
    assert before <= moment <= utcnow()
    assert moment.tzinfo is UTC


def test_an_unfinished_writer_makes_the_moment_provisional(app: Flask, writer: psycopg.Connection) -> None:
    assert settled(patience_s=0)[1] is False
    writer.rollback()
    assert settled()[1] is True


def test_the_moment_is_settled_as_soon_as_the_last_writer_of_before_has_finished(
    app: Flask, writer: psycopg.Connection
) -> None:
    def ask() -> bool:
        with app.app_context():
            return settled()[1]

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask)
        writer.commit()
        assert answer.result() is True


def test_what_was_written_before_a_settled_moment_is_all_that_is_ever_known_by_it(world: World) -> None:
    world.account(Role.ADMINISTRATOR)
    moment, _ = settled()
    world.account(Role.ADMINISTRATOR)
    with reading(Actor.system("test")):
        by_then = db.session.scalar(
            text("select count(*) from trail.entry where moment <= :moment and action = 'access.create_account'"),
            {"moment": moment},
        )
        since = db.session.scalar(
            text("select count(*) from trail.entry where moment > :moment and action = 'access.create_account'"),
            {"moment": moment},
        )
    assert by_then
    assert since == 1


def test_a_changed_row_is_given_as_it_was_known_at_the_moment(world: World) -> None:
    before, _ = settled()
    key = access.create_account("known@test.example", "First name", PASSWORD, by=ADMIN, now=world.now)
    between, _ = settled()
    with transaction(ADMIN, "test.rename", at=world.now) as session:
        session.execute(text("update account set name = 'Second name' where id = :key"), {"key": key})
    after, _ = settled()
    with reading(ADMIN):
        assert rows_known_at("account", [key], before) == {}
        assert rows_known_at("account", [key], between)[key]["name"] == "First name"
        assert rows_known_at("account", [key], after)[key]["name"] == "Second name"
    with reading(None):
        assert rows_known_at("account", [key], after) == {}
