"""Nobody sees or touches what is not theirs: every table, every verb, every role.

Under everything the program asks stands the database itself. Here nothing is asked nicely: no query of ours filters.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.ids import uuid7
from rems.models import METADATA
from tests import scene
from tests.attempts import BROKEN_RULE, NO_PARENT, REFUSED, attempt, insertion, unkept
from tests.conftest import empty
from tests.rows import row_of
from tests.scene import KEY_COLUMN, KINDS, PEOPLE, PROGRAM, SCOPED, Ground, Row, is_set_up_by, is_theirs, names


@pytest.fixture(scope="module")
def ground(whole_app: Flask, superuser: psycopg.Connection) -> Iterator[Ground]:
    """The rows and the people, put in once; the trail's stay, for it can't be emptied."""
    made = scene.build(superuser)
    with whole_app.app_context():
        db.engine.dispose()  # from here on one connection serves all
        with reading(None):
            scene.people(made)
    yield made
    empty(superuser)


def quoted(name: str) -> str:
    return name if name == "trail.entry" else f'public."{name}"'


def backend() -> int:
    return int(db.session.execute(text("select pg_backend_pid()")).scalar_one())


def key_of(name: str) -> str:
    return "report_id" if name == "public_word" else "id"


def seen(name: str, mine: list[Row]) -> set[UUID]:
    """Every key that an unfiltered look gives; of the trail the entries of this test."""
    found = set(db.session.scalars(text(f"select {key_of(name)} from {quoted(name)}")))
    return found & {r.id for r in mine} if KINDS[name] in ("trail", "reference") else found


@pytest.mark.parametrize("name", names())
def test_every_table_has_a_kind(name: str) -> None:
    assert name in KINDS, f"say in tests/scene.py how {name} is shared"


@pytest.mark.parametrize("name", names())
def test_without_an_actor_a_used_connection_sees_nothing_and_changes_nothing(
    name: str, whole_app: Flask, ground: Ground
) -> None:
    with whole_app.app_context():
        with reading(Actor.system("test")):
            used = backend()
            rows = ground.rows.get(name, [])
            assert len(seen(name, rows)) == len({r.id for r in rows})
        with reading(None):
            assert backend() == used
            assert db.session.execute(text(f"select count(*) from {quoted(name)}")).scalar_one() == 0
            if name in METADATA.tables:
                assert insertion(name, like(name, Row(uuid7(), ground.site))) == (REFUSED, "")
            for statement in (
                f"update {quoted(name)} set {key_of(name)} = {key_of(name)}",
                f"delete from {quoted(name)}",
            ):
                code, done = attempt(statement)
                assert code in ("", REFUSED)
                assert done == 0
            assert attempt(f"truncate {quoted(name)} cascade") == (REFUSED, 0)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_role_sees_its_own_rows_of_every_table_and_no_others(person: str, whole_app: Flask, ground: Ground) -> None:
    actor = ground.actors[person]
    with whole_app.app_context(), reading(actor):
        found = {name: seen(name, ground.rows.get(name, [])) for name in names()}
    for name, kind in KINDS.items():
        expected = {r.id for r in ground.rows.get(name, []) if is_theirs(actor, kind, r, ground)}
        assert found[name] == expected, name


def test_an_administrator_sees_no_row_of_a_site_or_a_patient(whole_app: Flask, ground: Ground) -> None:
    with whole_app.app_context(), reading(ground.actors["administrator"]):
        shown = {n for n in names() if KINDS[n] in SCOPED and seen(n, [])}
        scopes = db.session.scalars(text("select scope_id from trail.entry where scope_id is not null")).all()
    assert (shown, scopes) == (set(), [])


@pytest.mark.parametrize("person", PEOPLE)
def test_a_role_changes_no_row_of_others_and_adds_none_to_them(
    person: str, whole_app: Flask, ground: Ground, superuser: psycopg.Connection
) -> None:
    actor = ground.actors[person]
    before = contents(superuser)
    with whole_app.app_context(), unkept(actor, "test.trespass"):
        for name, kind in KINDS.items():
            rows = ground.rows.get(name, [])
            theirs = [r for r in rows if kind != "reference" and is_theirs(actor, kind, r, ground)]
            if kind in PROGRAM:
                theirs = [r for r in theirs if is_set_up_by(actor, r)]
            foreign = [r for r in rows if r not in theirs]
            keys = [r.id for r in foreign]
            for verb in (f"update {quoted(name)} set {key_of(name)} = {key_of(name)}", f"delete from {quoted(name)}"):
                code, done = attempt(f"{verb} where {key_of(name)} = any(cast(:keys as uuid[]))", keys=keys)
                assert (code in ("", REFUSED), done) == (True, 0), f"{verb}: {code}, {done}"
            assert attempt(f"truncate {quoted(name)} cascade") == (REFUSED, 0)
            for row in foreign if kind != "trail" else ():
                assert insertion(name, like(name, row)) == (REFUSED, ""), f"a row like {row} was added to {name}"
    assert contents(superuser) == before


NO_OTHER_KEYS = ("evidence", "location", "patient", "report_made", "signature", "staff_member")


@pytest.mark.parametrize("person", [p for p in PEOPLE if p != "administrator"])
def test_a_role_cannot_hand_a_row_over_to_others_or_take_one(person: str, whole_app: Flask, ground: Ground) -> None:
    """Own scope with another's program, and another's scope with one's own program: neither opens a row to others."""
    actor = ground.actors[person]
    own = next(s for s, _, p in ground.scopes() if p and (s in actor.scopes or p in actor.programs))
    foreign = ground.entries[ground.other_site, ground.other_program]
    with whole_app.app_context(), unkept(actor, "test.trespass"):
        for name in (n for n in names() if KINDS[n] in SCOPED and n not in KEY_COLUMN):
            for scope, program in ((own, ground.other_program), (foreign, ground.program), (own, uuid7())):
                code, key = insertion(name, like(name, Row(uuid7(), scope, program)))
                allowed = (REFUSED, NO_PARENT, *([BROKEN_RULE] if KINDS[name] == "private" else []))
                assert code in allowed, f"{name} in {scope} and {program}: {code}"
                if name in NO_OTHER_KEYS and code == NO_PARENT:
                    assert key == f"fk_{name}_scope_id_program_id"
            code, done = attempt(f"update {quoted(name)} set scope_id = :scope, program_id = null", scope=foreign)
            assert (code in (REFUSED, ""), done) == (True, 0), f"{name}: {code}, {done}"


def test_a_role_adds_rows_to_its_own_scope(whole_app: Flask, ground: Ground) -> None:
    """So that the refusals above are not for another reason: here the keys to missing rows refuse, not the policy."""
    actor = ground.actors["site_coordinator of a site"]
    with whole_app.app_context(), unkept(actor, "test.work"):
        for name in (n for n in names() if KINDS[n] in SCOPED and n not in KEY_COLUMN):
            scope, program = ground.places(KINDS[name])[0]
            code, _ = insertion(name, like(name, Row(uuid7(), scope, program)))
            assert code != REFUSED, name


def test_nobody_grants_themselves_a_role(whole_app: Flask, ground: Ground) -> None:
    actor = ground.actors["pharmacist of a site"]
    with whole_app.app_context(), unkept(actor, "test.trespass"):
        more = {"account_id": actor.id, "role": "auditor", "program_id": ground.program}
        assert insertion("role_grant", row_of(METADATA.tables["role_grant"], **more)) == (REFUSED, "")
        for table, column in (("role_grant", "role = 'administrator'"), ("account", "name = 'another'")):
            assert attempt(f"update {table} set {column}") == ("", 0)


def like(name: str, row: Row) -> dict[str, Any]:
    """A new row of that table in the same place."""
    table = METADATA.tables[name]
    place: dict[str, Any] = {"scope_id": row.scope_id, "program_id": row.program_id}
    if name == "scope":
        place = {"id": uuid7(), "site_id": row.scope_id, "program_id": row.program_id or uuid7()}
    elif name in KEY_COLUMN:
        place = {KEY_COLUMN[name]: uuid7()}
    return row_of(table, **place)


def contents(superuser: psycopg.Connection) -> dict[str, str]:
    """What stands in every table, in short."""
    found = {}
    for name in names():
        [(digest,)] = superuser.execute(
            f"select coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from {quoted(name)} t"
        ).fetchall()
        found[name] = digest
    return found
