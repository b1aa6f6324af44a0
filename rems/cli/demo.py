"""Fill an empty database with the demonstration, as the owner."""

import os

import psycopg

from rems.app import create_app
from rems.core import place, settings
from rems.core.clock import utcnow
from rems.core.errors import SetupError
from rems.demo import history

SEED = 2026


def is_empty(where: place.Place) -> bool:
    """Whether nobody has entered anything yet: no site and no account."""
    with psycopg.connect(where.owner) as owner:
        row = owner.execute("select exists (select from site) or exists (select from account)").fetchone()
    return row == (False,)


def fill(chosen: settings.Settings, where: place.Place, *, seed: int) -> None:
    """Enter the invented history. Raises SetupError when there is something already, or no owner's address."""
    if not where.owner:
        raise SetupError("REMS_OWNER_DATABASE_URL is missing: the demonstration is entered by rems_owner.")
    if not is_empty(where):
        raise SetupError("The database is not empty: the demonstration is entered into an empty one only.")
    print("Entering the demonstration (once)…", flush=True)
    app = create_app(chosen, place.Place(where.owner, where.owner), as_owner=True)
    history.fill(
        app,
        seed=seed,
        now=utcnow(),
        say=lambda words: print(f"  {words}", flush=True),
        hands=min(4, os.cpu_count() or 1),
    )
