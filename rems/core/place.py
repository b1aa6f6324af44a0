"""Where the database is: an address that was given, or the program's own server."""

from dataclasses import dataclass

from rems.core.server import hold
from rems.core.settings import Settings


@dataclass(frozen=True)
class Place:
    """Addresses for the two roles: `app` owns nothing, `owner` migrates, loads in bulk and backs up."""

    app: str
    owner: str


def find(settings: Settings) -> Place:
    """The database of these settings; starts the embedded server if no address was given. Raises SetupError."""
    if settings.embedded:
        cluster = hold(settings.data_dir / "postgres")
        return Place(cluster.dsn("rems_app"), cluster.dsn("rems_owner"))
    return Place(settings.database_url, settings.owner_database_url)


def for_sqlalchemy(address: str) -> str:
    """The same address, spelled for SQLAlchemy with psycopg 3."""
    return "postgresql+psycopg://" + address.split("://", 1)[1]
