"""Bring the database to the newest migration, as its owner, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from rems.core.errors import SetupError
from rems.core.place import for_sqlalchemy
from rems.core.settings import ROOT

MIGRATIONS = ROOT / "migrations"
LOCK = 7_301_990


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(owner_address: str) -> bool:
    """Run the migrations that are missing; whether there were any. Raises SetupError: the database can't be reached."""
    engine = create_engine(for_sqlalchemy(owner_address), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(text("set search_path to public"))
            connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.commit()
            before = current(connection)
            if before != newest():
                command.upgrade(configuration(connection), "head")
                connection.commit()
            return before != newest()
    except OperationalError as error:
        raise SetupError(f"The database can't be reached as its owner: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()


def current(connection: Connection) -> str | None:
    """The migration the database stands at; None: none yet."""
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return found


def newest() -> str:
    """The newest migration of this program."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise SetupError(f"No migration stands in {Path(MIGRATIONS)}.")
    return head
