"""Bring the database up to date: missing migrations, then the programs of config/programs, as the owner."""

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from rems.app import PROGRAMS
from rems.core import migrating, place, settings
from rems.core.errors import SetupError
from rems.programs import files
from rems.programs.registering import register


def migrate(where: place.Place, *, demo: bool = False) -> bool:
    """Run what is missing; whether anything was.

    Raises SetupError for a missing owner's address, bad program files, or a version whose rules changed.
    """
    if not where.owner:
        raise SetupError("REMS_OWNER_DATABASE_URL is missing: migrations run as rems_owner, which owns the tables.")
    catalogue = files.of_installation(PROGRAMS.parent, demo=demo)
    ran = migrating.upgrade(where.owner)
    engine = create_engine(place.for_sqlalchemy(where.owner), poolclass=NullPool)
    with engine.begin() as connection:
        new = register(catalogue, connection, weight_kg=settings.file_values()["stock"]["reference_weight_kg"])
    engine.dispose()
    return ran or new > 0
