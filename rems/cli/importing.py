"""Read public data: a FAERS quarterly extract."""

from pathlib import Path

import psycopg

from rems.background.reading import TERMS, open_extract, read_terms
from rems.background.taking import Tally, refusals, take
from rems.cli.migrate import migrate
from rems.core.errors import SetupError
from rems.core.place import Place
from rems.core.settings import Settings

SHOWN = 1_000


def faers(chosen: Settings, where: Place, folder: Path) -> int:
    """Take a folder's extract as background reports, as the owner; 0, also when lines of it were refused.

    Raises BadInput when the extract itself cannot be read, SetupError when the database or the terms cannot.
    """
    extract, terms = open_extract(folder), read_terms(TERMS)
    migrate(where, demo=chosen.demo)
    try:
        connection = psycopg.connect(where.owner, autocommit=True)
    except psycopg.OperationalError as error:
        raise SetupError(f"The database can't be reached as its owner: {str(error).strip()}") from error
    with connection:
        tally = take(connection, extract, terms, print)
        print(told(tally))
        for file, line, reason in refusals(connection, tally.run_id, limit=SHOWN):
            print(f"  {file}, line {line:,}: {reason}")
    if tally.lines_refused > SHOWN:
        print(f"  and {tally.lines_refused - SHOWN:,} more; each is kept, and shown under Background.")
    return 0


def told(tally: Tally) -> str:
    """What became of the extract, in two lines."""
    return (
        f"{tally.source}: {_number(tally.read, 'case')} read, {tally.taken:,} taken, "
        f"{tally.known:,} skipped as already there, {tally.refused:,} refused.\n"
        f"{_number(tally.lines_refused, 'line')} refused{':' if tally.lines_refused else '.'}"
    )


def _number(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else f'{word}s'}"
