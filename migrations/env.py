"""Alembic's door: it migrates as the owner, with our own schema `public` alone in sight."""

from alembic import context
from sqlalchemy import Connection, create_engine

from rems.core.place import find, for_sqlalchemy
from rems.core.settings import read
from rems.models import METADATA

config = context.config


def only_ours(name: str | None, kind: str, parents: object) -> bool:
    """`trail` and `queue` are not Alembic's to compare."""
    return not (kind == "schema" and name not in (None, "public"))


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA, include_name=only_ours, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = config.attributes.get("connection")
if given is not None:
    run(given)
else:  # `flask db …`: find the owner's address as the program itself does
    with create_engine(for_sqlalchemy(find(read()).owner)).connect() as own:
        run(own)
        own.commit()
