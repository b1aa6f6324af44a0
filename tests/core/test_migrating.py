"""Migrations run once, whoever starts first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql

from rems.core import migrating
from rems.core.server import Cluster


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[str]:
    name = sql.Identifier("rems_test_empty")
    with psycopg.connect(cluster.dsn("rems_super", "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        server.execute(sql.SQL("create database {} owner rems_owner").format(name))
        yield cluster.dsn("rems_owner", "rems_test_empty")
        server.execute(sql.SQL("drop database {} with (force)").format(name))


def test_of_two_processes_that_start_at_once_one_migrates_and_the_other_finds_it_done(empty_database: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(migrating.upgrade, [empty_database] * 2))
    assert sorted(ran) == [False, True]
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("select version_num from alembic_version").fetchone() == (migrating.newest(),)


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = sorted(file.stem[:4] for file in (migrating.MIGRATIONS / "versions").glob("*.py"))
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]
    assert migrating.newest() == numbers[-1]
