"""The database writes the trail: for every table, for everybody, and nobody takes anything out of it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rems.access import actions as access
from rems.access.models import Account
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, entering_history, reading, transaction
from rems.core.ids import uuid7
from rems.core.place import Place
from rems.models import METADATA
from tests.attempts import REFUSED, attempt
from tests.factories import ADMIN, PASSWORD, World
from tests.rows import put, row_of

NOBODY, NOT_ITS_MOMENT, KEPT = "RM001", "RM002", "RM003"
WITHOUT = {"planned_visit", "deadline", "import_refusal"}
REGULATED = [t for t in METADATA.sorted_tables if t.name not in WITHOUT and not t.name.startswith("public_")]
ALIVE = (
    "select set_config('rems.actor', 'Ada <1>', true), rems_begin('tester', 'test.write', 'Ødegård said “yes”\n\x07')"
)


@pytest.fixture
def unkept(superuser: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The superuser in a transaction that is rolled back, past foreign keys, named for the trail."""
    with superuser.transaction(force_rollback=True):
        superuser.execute(ALIVE)
        superuser.execute("set local session_replication_role = replica")
        yield superuser


@pytest.mark.parametrize("table", REGULATED, ids=lambda t: t.name)
def test_every_change_of_a_regulated_table_is_written_with_the_row_before_and_after(table, unkept) -> None:
    unkept.execute(
        sql.SQL("alter table {} enable always trigger writes_the_trail").format(sql.Identifier("public", table.name))
    )
    scope, program = uuid7(), uuid7()
    row = row_of(table, scope_id=scope, program_id=program)
    put(unkept, table, row)
    name = sql.Identifier("public", table.name)
    unkept.execute(sql.SQL("update {} set id = id where id = %s").format(name), [row["id"]])
    unkept.execute(sql.SQL("delete from {} where id = %s").format(name), [row["id"]])
    entries = unkept.execute(
        "select operation, before is not null, after is not null, actor, role, action, reason, scope_id, "
        "xid = pg_current_xact_id(), era, demonstration, coalesce(after, before) ->> 'id', "
        "moment = rems_moment() from trail.entry where table_name = %s and row_key = %s order by id",
        [table.name, str(row["id"])],
    ).fetchall()
    who = ("Ada <1>", "tester", "test.write", "Ødegård said “yes”\n\x07")
    kept = scope if "scope_id" in row else row["id"] if table.name in ("site", "scope") else None
    rest = (kept, True, 1, False, str(row["id"]), True)
    assert entries == [
        ("insert", False, True, *who, *rest),
        ("update", True, True, *who, *rest),
        ("delete", True, False, *who, *rest),
    ]


def test_the_digest_is_that_of_the_canonical_text_and_that_of_the_columns(unkept) -> None:
    table = METADATA.tables["patient_fact"]
    row = row_of(table, detail={"größe": [1, 2.50, None], "a": '漢字\\ "x" \x01 \x7f'}, weight_kg="72.5")
    unkept.execute("alter table patient_fact enable always trigger writes_the_trail")
    put(unkept, table, row)
    put(unkept, METADATA.tables["account"], row_of(METADATA.tables["account"]))
    entries = unkept.execute(
        "select id, era, xid::text, moment, actor, role, action, reason, table_name, row_key, operation, scope_id, "
        "program_id, demonstration, before::text, after::text, canonical, digest from trail.entry "
        "where xid = pg_current_xact_id()"
    ).fetchall()
    assert entries
    for *columns, canonical, digest in entries:
        assert canonical == canonical_of(columns)
        assert digest == hashlib.sha256(canonical.encode()).digest()


def canonical_of(columns: list[object]) -> str:
    """The text of an entry, made again from its columns: a JSON array as PostgreSQL prints one."""
    *plain, before, after = columns
    parts = [json.dumps(micros(v) if isinstance(v, datetime) else v, ensure_ascii=False, default=str) for v in plain]
    return "[" + ", ".join([*parts, str(before or "null"), str(after or "null")]) + "]"


def micros(moment: datetime) -> int:
    """Microseconds since 1970, without the rounding of a float."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def test_every_entry_there_is_has_the_digest_of_its_text(world: World, superuser: psycopg.Connection) -> None:
    world.hospital()
    wrong = superuser.execute(
        "select count(*) from trail.entry e where digest <> sha256(convert_to(canonical, 'UTF8')) "
        "or canonical <> trail.canonical(e)"
    ).fetchone()
    assert wrong == (0,)


def test_a_change_with_nobody_named_is_refused(world: World) -> None:
    hospital = world.hospital()
    with reading(hospital.coordinator):
        code, _ = attempt(
            "insert into location (id, scope_id, name, kind) values (:id, :scope, 'Ward', 'unit')",
            id=uuid7(),
            scope=hospital.site_id,
        )
    assert code == NOBODY
    with reading(None):
        assert attempt("select rems_begin('x', 'x.y', '')") == (NOBODY, 0)


def test_the_owner_is_refused_too_when_nobody_is_named(where: Place) -> None:
    with (
        psycopg.connect(where.owner) as owner,
        pytest.raises(psycopg.DatabaseError, match="nobody is named") as refused,
    ):
        owner.execute("insert into program (id, code) values (%s, 'X')", [uuid7()])
    assert refused.value.sqlstate == NOBODY


@pytest.mark.parametrize("statement", ["update trail.entry set reason = 'x'", "delete from trail.entry"])
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_even_the_superuser_neither_changes_nor_removes_an_entry(
    statement: str, role: str, world: World, superuser: psycopg.Connection
) -> None:
    world.account(Role.ADMINISTRATOR)
    with pytest.raises(psycopg.DatabaseError, match="the record is never changed") as refused, superuser.transaction():
        superuser.execute(f"set local session_replication_role = {role}")
        superuser.execute(statement)
    assert refused.value.sqlstate == KEPT


@pytest.mark.parametrize("table", ["trail.entry", "public.patient"])
def test_even_the_superuser_empties_no_table(table: str, superuser: psycopg.Connection) -> None:
    with pytest.raises(psycopg.DatabaseError, match="the record is never changed") as refused:
        superuser.execute(f"truncate {table} cascade")
    assert refused.value.sqlstate == KEPT


def test_the_application_only_reads_the_trail(app: Flask) -> None:
    with reading(Actor.system("test")):
        for verb in ("update trail.entry set reason = ''", "delete from trail.entry", "truncate trail.entry"):
            assert attempt(verb) == (REFUSED, 0)
        assert attempt("insert into trail.entry select * from trail.entry") == (REFUSED, 0)


def test_the_hash_of_a_password_is_nowhere_in_the_trail(world: World, superuser: psycopg.Connection) -> None:
    key = access.create_account("kept.secret@test.example", "Kept Secret", PASSWORD, by=ADMIN, now=world.now)
    [entry] = [e for e in world.trail("access.create_account") if e["row_key"] == str(key)]
    assert "password_hash" not in entry["after"]
    assert entry["after"]["email"] == "kept.secret@test.example"
    found = superuser.execute(
        "select count(*) from trail.entry e where canonical like %s or e::text like %s", ["%argon2%", f"%{PASSWORD}%"]
    ).fetchone()
    assert found == (0,)


@pytest.mark.parametrize("moment", ["2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"])
def test_a_moment_outside_the_transaction_is_refused(moment: str, world: World) -> None:
    hospital = world.hospital()
    refusal = pytest.raises(DBAPIError, match="set by the database alone")
    with refusal as refused, transaction(hospital.coordinator, "test.backdate", at=world.now) as session:
        session.execute(text("select set_config('rems.at', :moment, true)"), {"moment": moment})
        session.execute(
            text("insert into location (id, scope_id, name, kind) values (:id, :scope, 'Ward', 'unit')"),
            {"id": uuid7(), "scope": hospital.site_id},
        )
    assert refused.value.orig.sqlstate == NOT_ITS_MOMENT
    assert world.trail("test.backdate") == []


def test_the_application_enters_no_history(world: World) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), entering_history():
        access.create_account("history@test.example", "History", PASSWORD, by=ADMIN, now=world.now)
    refusal = pytest.raises(DBAPIError, match="set by the database alone")
    with refusal, transaction(ADMIN, "test.history", at=world.now) as session:
        session.execute(text("select set_config('rems.history', 'on', true)"))
        session.add(Account(id=uuid7(), email="history@test.example", name="History", password_hash="none"))
        session.flush()


def test_history_that_the_owner_enters_is_marked_and_never_ahead(where: Place) -> None:
    begin = "select set_config('rems.actor', 'demo', true), rems_begin_history(%s, 'demo', 'test.history', '')"
    insert = "insert into program (id, code) values (%s, 'HISTORY')"
    with psycopg.connect(where.owner) as owner:
        owner.execute(begin, ["2019-05-06T07:08:09Z"])
        owner.execute(insert, [uuid7()])
        entry = owner.execute("select moment, demonstration from trail.entry where action = 'test.history'").fetchone()
        owner.rollback()
        owner.execute(begin, ["2100-01-01T00:00:00Z"])
        with pytest.raises(psycopg.DatabaseError, match="set by the database alone"):
            owner.execute(insert, [uuid7()])
        owner.rollback()
    assert entry == (datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC), True)


def test_what_is_rolled_back_leaves_neither_change_nor_entry(world: World) -> None:
    with pytest.raises(ZeroDivisionError), transaction(ADMIN, "test.failing", at=world.now) as session:
        session.add(Account(id=uuid7(), email="failing@test.example", name="Failing", password_hash="none"))
        session.flush()
        assert session.scalar(text("select count(*) from account")) == 1
        raise ZeroDivisionError
    assert world.trail("test.failing") == []
    with reading(ADMIN):
        assert db.session.scalar(text("select count(*) from account")) == 0


def test_two_writers_do_not_wait_for_each_other(world: World, where: Place) -> None:
    hospital = world.hospital()
    settings = "select set_config('rems.actor', %s, true), set_config('rems.scopes', %s, true)"
    insert = "insert into location (id, scope_id, name, kind) values (%s, %s, %s, 'unit')"
    with psycopg.connect(where.app) as one, psycopg.connect(where.app) as two:
        for name, writer in (("One", one), ("Two", two)):
            writer.execute("set search_path = public; set lock_timeout = '500ms'")
            writer.execute(settings, [name, f"{{{hospital.site_id}}}"])
            writer.execute("select rems_begin('tester', 'test.two_writers', '')")
            writer.execute(insert, [uuid7(), hospital.site_id, f"Ward {name}"])
        two.commit()
        one.commit()
    assert {e["actor"] for e in world.trail("test.two_writers")} == {"One", "Two"}
