"""Take over existing patients or past visits of a site from a file: each line is told first."""

import sys
from pathlib import Path
from typing import Any

from rems.app import create_app
from rems.cli.importing import bytes_of, site_named
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading
from rems.core.place import Place
from rems.core.settings import Settings
from rems.followup.imports.reading import Kind, Mode, counted, handed_back
from rems.followup.imports.taking import columns_of, go_through
from rems.sites.sheets import Outcome


def history(
    chosen: Settings,
    where: Place,
    kind: Kind,
    file: Path,
    site: str,
    code: str,
    *,
    mode: Mode,
    reason: str,
    refused_to: Path | None,
) -> int:
    """Print what each line does and do it by the mode; 1: a line is refused. The refused ones go to a file if asked.

    Raises BadInput for a file that is no such list, NotFound for a site or program that there is not.
    """
    content, by = bytes_of(file), Actor.system("import")
    app = create_app(chosen, where)
    with app.app_context():
        try:
            with reading(by):
                site_id = site_named(by, site)
            said: dict[str, Any] = {"reason": reason or f"file {file.name}", "by": by, "now": utcnow()}
            told = go_through(site_id, code, kind, content, mode=Mode.TELL, **said)
            number = counted(told)
            if number[Outcome.REFUSED] == 0 or mode is Mode.GOOD:
                told = go_through(site_id, code, kind, content, mode=mode, **said)
            with reading(by):
                columns = columns_of(kind, code)
        finally:
            db.session.remove()
            db.engine.dispose()
    for one in told:
        print(f"line {one.line.number:,}, {one.outcome.value}, {one.name}{f': {one.words}' if one.words else ''}")
    number = counted(told)
    bad = number[Outcome.REFUSED]
    if mode is Mode.TELL or (bad and mode is Mode.WHOLE):
        print("Nothing was changed.")
    print(
        f"{number[Outcome.NEW]:,} new, {number[Outcome.CHANGED]:,} changed, {number[Outcome.SAME]:,} the same, "
        f"{bad:,} refused."
    )
    if bad and refused_to:
        refused_to.write_bytes(handed_back(told, columns))
        print(f"The refused lines are in {refused_to}, each with what is wrong with it.", file=sys.stderr)
    return 1 if bad else 0
