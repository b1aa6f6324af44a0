"""One PostgreSQL for all tests: a template database, made once, cloned by each worker, emptied after each test."""

import contextvars
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import argon2
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from rems.access import passwords
from rems.app import PROGRAMS, create_app
from rems.cli.migrate import migrate
from rems.core import place, settings
from rems.core.db import db
from rems.core.server import Cluster, hold
from rems.core.settings import ROOT
from rems.trail import knowing
from tests import factories
from tests.chromium import chromium

__all__ = ["chromium"]  # a fixture for every folder

HOME = Path(tempfile.gettempdir()) / f"rems-tests-{os.getuid()}"
SHARED = ROOT.parent / "shared"
KEPT = ("alembic_version", "program", "program_version", "program_state", "rule_exception")
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
}

# The same Argon2id with little work: tests make accounts by the thousand. What is stored names its own parameters.
passwords._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

# A moment is settled once no older writer of the whole server runs, and the workers of a test run share one server.
knowing.GIVE_UP_SECONDS = 60.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test marked `needs_shared(path)` is skipped by name where the reference data are absent."""
    for item in items:
        for mark in item.iter_markers("needs_shared"):
            if not (SHARED / mark.args[0]).exists():
                item.add_marker(pytest.mark.skip(reason=f"needs ../shared/{mark.args[0]}, which is absent"))


@pytest.fixture(scope="session")
def shared() -> Path:
    return SHARED


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    HOME.mkdir(mode=0o755, exist_ok=True)
    return hold(HOME / "postgres", settings=FAST)


def digest_of_the_ground() -> str:
    found = hashlib.sha256()
    registered = (ROOT / "rems" / "programs", "*.py")
    for folder, pattern in ((ROOT / "migrations", "**/*.py"), (PROGRAMS.parent, "**/*.*ml"), registered):
        for file in sorted(folder.glob(pattern)):
            found.update(file.read_bytes())
    return found.hexdigest()[:12]


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """One process at a time."""
    with file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def template(cluster: Cluster) -> str:
    name = f"rems_template_{digest_of_the_ground()}"
    with (
        alone(HOME / "template.lock"),
        psycopg.connect(cluster.dsn("rems_super", "postgres"), autocommit=True) as server,
    ):
        ready = server.execute("select datistemplate from pg_database where datname = %s", [name]).fetchone()
        if ready and ready[0]:
            return name
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        server.execute(sql.SQL("create database {} owner rems_owner").format(sql.Identifier(name)))
        where = place.Place(cluster.dsn("rems_app", name), cluster.dsn("rems_owner", name))
        migrate(where, demo=True)
        server.execute(
            sql.SQL("alter database {} is_template true allow_connections false").format(sql.Identifier(name))
        )
    return name


@pytest.fixture(scope="session")
def where(cluster: Cluster) -> Iterator[place.Place]:
    """This worker's own database."""
    name = f"rems_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    source = template(cluster)
    with psycopg.connect(cluster.dsn("rems_super", "postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("create database {} template {} owner rems_owner").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    yield place.Place(cluster.dsn("rems_app", name), cluster.dsn("rems_owner", name))
    with psycopg.connect(cluster.dsn("rems_super", "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def superuser(cluster: Cluster, where: place.Place) -> Iterator[psycopg.Connection]:
    """The database's superuser: it empties tables between tests and tries what nobody may."""
    address = cluster.dsn("rems_super", where.app.split("?")[0].rsplit("/", 1)[1])
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def whole_app(where: place.Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data = tmp_path_factory.mktemp("data")
    env = {
        "REMS_DEMO": "1",
        "REMS_DATA_DIR": str(data),
        "REMS_SECRET_KEY": "for tests alone, not for use anywhere else",
    }
    app = create_app(settings.read(env), where)
    app.config.update(TESTING=True)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(whole_app: Flask, superuser: psycopg.Connection) -> Iterator[Flask]:
    """The application inside its context. What a test wrote is gone after it; the trail stays: nothing can empty it."""
    with whole_app.app_context():
        yield whole_app
    empty(superuser)


def empty(superuser: psycopg.Connection) -> None:
    """Delete every row but the registered programs and the trail."""
    names = [
        f"public.{t}"
        for (t,) in superuser.execute("select tablename from pg_tables where schemaname = 'public'")
        if t not in KEPT
    ]
    names += ["queue.procrastinate_events", "queue.procrastinate_jobs", "queue.procrastinate_workers"]
    names += ["queue.clock_beat"]
    filled = superuser.execute(
        " union all ".join(f"(select '{n}' from {_quoted(n)} limit 1)" for n in names)
    ).fetchall()
    if filled:
        superuser.execute("set session_replication_role = replica")
        for (name,) in filled:
            superuser.execute(f"delete from {_quoted(name)}")
        superuser.execute("set session_replication_role = origin")


def _quoted(name: str) -> str:
    schema, table = name.split(".")
    return f'{schema}."{table}"'


class ApartClient(FlaskClient):
    """Each request in a context of its own, as in a server: it shares no session and no `g` with the test."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = ApartClient
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """The moment of every test: Tuesday 24 November 2026, 15:42 UTC."""
    return datetime(2026, 11, 24, 15, 42, tzinfo=UTC)


@pytest.fixture
def world(app: Flask, now: datetime) -> "factories.World":
    """Builds rows through the program's own actions; a test takes only what it is about."""
    return factories.World(now=now)
