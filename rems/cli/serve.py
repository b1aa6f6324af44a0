"""`serve`: the web under gunicorn and the worker beside it, under one parent. `migrate`: bring the database up to date."""

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from rems.app import PROGRAMS
from rems.core import migrating, place, settings
from rems.core.errors import SetupError
from rems.programs import files
from rems.programs.registering import register

HOST = "127.0.0.1"


def migrate(chosen: settings.Settings, where: place.Place) -> int:
    """Run missing migrations and register the programs, as the owner. Raises SetupError. Returns the exit code 0."""
    if not where.owner:
        raise SetupError("REMS_OWNER_DATABASE_URL is missing: migrations run as rems_owner, which owns the tables.")
    catalogue = files.load(PROGRAMS)
    migrating.upgrade(where.owner)
    engine = create_engine(place.for_sqlalchemy(where.owner), poolclass=NullPool)
    with engine.begin() as connection:
        register(catalogue, connection)
    engine.dispose()
    return 0
