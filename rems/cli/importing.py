"""Read public data (a FAERS quarterly extract), a list of sites or staff, or the training log of a site."""

import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import psycopg

from rems.app import create_app
from rems.background.reading import TERMS, open_extract, read_terms
from rems.background.taking import Tally, refusals, take
from rems.cli.migrate import migrate
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotFound, SetupError
from rems.core.place import Place
from rems.core.settings import Settings
from rems.sites import queries as sites
from rems.sites import sheets, site_lists, staff_lists
from rems.sites.rules import folded
from rems.sites.sheets import Outcome, Told
from rems.training import logs
from rems.training.logs import Sent

SHOWN = 1_000
LISTS = ("sites", "staff")


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


def log(
    chosen: Settings, where: Place, file: Path, site: str, code: str, *, read_as: str, mark: int | None, dry_run: bool
) -> int:
    """The same for the training of a site, which is named by its name or key, under a program: a log, a list, xAPI.

    `read_as`: under which name the columns of a sponsor's list are kept; `mark` in percent, None for the program's.
    Raises BadInput for a file that is no log, NotFound for a site or program that there is not.
    """
    sent = Sent(sheets.decoded(bytes_of(file)), read_as, mark)
    app, by, now = create_app(chosen, where), Actor.system("import"), utcnow()
    with app.app_context():
        try:
            with reading(by):
                site_id = site_named(by, site)
                told = logs.tell(site_id, code, sent, by=by, now=now)
            if _said(told):
                return 1
            if dry_run:
                print("Nothing was changed.")
            else:
                logs.take(site_id, code, sent, by=by, now=now)
        finally:
            db.session.remove()
            db.engine.dispose()
    number = sheets.counted(told)
    left = f", {number[Outcome.LEFT]:,} left out" if number[Outcome.LEFT] else ""
    print(f"{number[Outcome.NEW]:,} new, {number[Outcome.SAME]:,} on record already{left}.")
    return 0


def site_named(by: Actor, words: str) -> UUID:
    """The key of the one site of that name or key. Raises NotFound."""
    found = [s for s in sites.all_of(by) if words == str(s.id) or folded(words) == s.folded]
    if len(found) != 1:
        raise NotFound(f'There is {"no site" if not found else "more than one site"} named "{words}"; give its key.')
    return found[0].id


def bytes_of(file: Path) -> bytes:
    """What is in the file. Raises BadInput when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror}); expected a CSV file.", "file") from error


def _said(told: Sequence[Told]) -> bool:
    """Print what each line would do; whether one is refused."""
    for one in told:
        words = f": {one.words}" if one.words else ""
        print(f"line {one.line.number:,}, {one.outcome.value}, {one.name}{words}")
    if refused := sheets.counted(told)[Outcome.REFUSED]:
        print(f"{_number(refused, 'line')} refused, so nothing was taken.", file=sys.stderr)
    return bool(refused)


def listed(chosen: Settings, where: Place, kind: str, file: Path, code: str, *, dry_run: bool) -> int:
    """Say what each line of a list would do, and take it unless `dry_run`; 1: a line is refused, nothing was taken.

    Raises BadInput for a file that is no such list, NotFound for a program that there is not.
    """
    content = bytes_of(file)
    app, by, now = create_app(chosen, where), Actor.system("import"), utcnow()
    with app.app_context():
        with reading(by):
            of_sites = kind == "sites"
            told = site_lists.tell(content, code, by=by) if of_sites else staff_lists.tell(content, by=by, now=now)
        if _said(told):
            return 1
        number = sheets.counted(told)
        if dry_run:
            print("Nothing was changed.")
        elif of_sites:
            site_lists.take(content, code, by=by, now=now)
        else:
            staff_lists.take(content, by=by, now=now)
    print(f"{number[Outcome.NEW]:,} new, {number[Outcome.CHANGED]:,} changed, {number[Outcome.SAME]:,} the same.")
    return 0
