"""A server of its own with durability on, filled with the demonstration."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from rems.app import create_app
from rems.cli import demo
from rems.cli.migrate import migrate
from rems.core import place, settings
from rems.core.server import release


@contextmanager
def ground(folder: Path) -> Iterator[tuple[Flask, place.Place]]:
    """The application as it serves pages, and the addresses of its database."""
    env = {"REMS_DEMO": "1", "REMS_DATA_DIR": str(folder), "REMS_SECRET_KEY": "only for measuring, not for use"}
    chosen = settings.read(env)
    where = place.find(chosen)
    migrate(where, demo=chosen.demo)
    demo.fill(chosen, where, seed=demo.SEED)
    try:
        yield create_app(chosen, where), where
    finally:
        release(chosen.data_dir / "postgres")
