"""Make a key for what is kept encrypted, and seal everything anew under the first one."""

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from rems.core import sealing, vault
from rems.core.errors import SetupError
from rems.core.place import Place, for_sqlalchemy
from rems.core.settings import Settings
from rems.models import METADATA


def new(name: str) -> int:
    """Print a new key as REMS_DATA_KEYS takes it. Raises SetupError for a name that cannot be one."""
    print(vault.new_key(name))
    return 0


def rotate(chosen: Settings, where: Place) -> int:
    """Seal every value under the first key of REMS_DATA_KEYS. Raises SetupError without the owner, Unreadable."""
    if not where.owner:
        raise SetupError("REMS_OWNER_DATABASE_URL is missing: values are sealed anew as rems_owner.")
    engine = create_engine(for_sqlalchemy(where.owner), poolclass=NullPool)
    done = sealing.rotate(engine, chosen.vault, METADATA)
    first, *others = [key.name for key in chosen.vault.keys]
    print(f'{done:,} {"value" if done == 1 else "values"} sealed anew with the key "{first}".')
    if others:
        print(f"No value needs {', '.join(others)} any more; keep each as long as a backup from before.")
    return 0
