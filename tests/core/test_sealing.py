"""Sealed columns in a real database: the start finds a key that is missing or wrong, and rotating mends."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from rems.core import sealing
from rems.core.ids import uuid7
from rems.core.place import Place, for_sqlalchemy
from rems.core.vault import Cell, Unreadable, Vault, new_key, read_keys
from rems.models import METADATA
from tests.conftest import empty
from tests.rows import past_all_checks, put, row_of

OLD, NEW = new_key("old"), new_key("new")
BEFORE, BOTH, AFTER = read_keys(OLD), read_keys(f"{NEW},{OLD}"), read_keys(NEW)
NAME = "patient_identity"


@pytest.fixture
def engine(where: Place, superuser: psycopg.Connection) -> Iterator[Engine]:
    yield create_engine(for_sqlalchemy(where.owner), poolclass=NullPool)
    empty(superuser)


def kept(superuser: psycopg.Connection, vault: Vault, number: int) -> list[UUID]:
    """So many rows, each with a text sealed at its cell; every second has a birth date too."""
    keys = [uuid7() for _ in range(number)]
    with past_all_checks(superuser):
        for count, key in enumerate(keys):
            birth = vault.seal("1961-03-14", Cell(NAME, "birth_date", key)) if count % 2 else None
            values = {"id": key, "details": vault.seal(f"person {key}", Cell(NAME, "details", key))}
            put(superuser, METADATA.tables[NAME], row_of(METADATA.tables[NAME], birth_date=birth, **values))
    return keys


def check(engine: Engine, vault: Vault) -> None:
    with engine.connect() as connection:
        sealing.check_keys(connection, vault, METADATA)


def test_the_start_is_well_with_every_key_that_something_is_sealed_with(engine, superuser) -> None:
    check(engine, AFTER)
    kept(superuser, BEFORE, 2)
    check(engine, BEFORE)
    check(engine, BOTH)


def test_the_start_names_the_key_that_is_missing(engine, superuser) -> None:
    kept(superuser, BEFORE, 1)
    with pytest.raises(Unreadable) as refused:
        check(engine, AFTER)
    assert refused.value.sentence.startswith('The key "old" is missing in REMS_DATA_KEYS: values in patient_identity')
    assert "\n" not in refused.value.sentence


def test_the_start_refuses_another_key_under_the_same_name(engine, superuser) -> None:
    kept(superuser, BEFORE, 1)
    with pytest.raises(Unreadable, match='does not open with the key "old"'):
        check(engine, read_keys(new_key("old")))


def test_rotating_seals_everything_anew_in_batches_and_does_nothing_the_second_time(engine, superuser) -> None:
    keys = kept(superuser, BEFORE, 7)
    [entries] = superuser.execute("select count(*) from trail.entry where action = 'keys.rotate'").fetchall()
    assert sealing.rotate(engine, BOTH, METADATA, batch=2) == 10
    assert sealing.rotate(engine, BOTH, METADATA, batch=2) == 0
    check(engine, AFTER)
    rows = superuser.execute("select id, details, birth_date from patient_identity order by id").fetchall()
    assert [AFTER.open(d, Cell(NAME, "details", k)) for k, d, _ in rows] == [f"person {key}" for key in keys]
    assert {AFTER.open(b, Cell(NAME, "birth_date", k)) for k, _, b in rows if b} == {"1961-03-14"}
    [told] = superuser.execute("select count(*) from trail.entry where action = 'keys.rotate'").fetchall()
    assert told[0] - entries[0] == 10
    told = superuser.execute("select before::text || after::text from trail.entry where action = 'keys.rotate'")
    assert not [text for (text,) in told if "details" in text or "birth_date" in text]


def test_rotating_with_a_key_missing_says_so_and_keeps_what_was_done(engine, superuser) -> None:
    kept(superuser, BEFORE, 1)
    with pytest.raises(Unreadable, match='sealed with the key "old", which is not in REMS_DATA_KEYS'):
        sealing.rotate(engine, AFTER, METADATA)
    check(engine, BEFORE)
