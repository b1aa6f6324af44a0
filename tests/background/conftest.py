"""Run the import as the command does, and look at what it kept as the app's own role."""

import pytest
from sqlalchemy import text

from rems.cli import importing
from rems.core.actor import Actor
from rems.core.db import db, reading

TABLES = ("public_report", "public_drug", "public_reaction", "public_word")


@pytest.fixture
def run(app, where, capsys):
    """Import a folder through the command; what it printed, line by line, without how far it was."""

    def command(folder):
        assert importing.faers(app.extensions["rems_settings"], where, folder) == 0
        printed = capsys.readouterr().out.splitlines()
        return printed[next(i for i, one in enumerate(printed) if one.startswith("FAERS")) :]

    return command


@pytest.fixture
def rows(app):
    """Read as the app's own role."""

    def ask(query, **values):
        with reading(Actor.system("test")):
            return [tuple(row) for row in db.session.execute(text(query), values)]

    return ask


@pytest.fixture
def counts(rows):
    """How many rows each table of public reports has."""
    return lambda: {table: rows(f"select count(*) from {table}")[0][0] for table in TABLES}
