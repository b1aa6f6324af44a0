"""The training of a site to take away: the matrix as a table, and an empty log to fill in."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.rules import ROLE_WORDS
from rems.training import import_views as import_views  # their pages stand on the same blueprint
from rems.training import logs, queries
from rems.training import mapping_views as mapping_views
from rems.training.desk import bp, entry_to_change
from rems.training.matrix import requirements, title
from rems.web.lens import current_lens
from rems.web.tables import csv_answer


@bp.get("/sites/<uuid:site_id>/programs/<code>/training.csv")
def as_table(site_id: UUID, code: str) -> ResponseReturnValue:
    """The matrix as the page shows it, whole: a person a line, a requirement a column."""
    actor = current_actor()
    found, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    lens = current_lens(zone=found.timezone)
    asked = requirements(programs.as_known(entry.program, lens.known_at).version_on(lens.as_of))
    rows = queries.rows(entry, lens)
    heads = ["person", "role", "authorized representative", *map(title, asked), "gaps"]
    return csv_answer(
        f"training-{code.lower()}-{lens.as_of}.csv",
        heads,
        (
            [
                row.person.name,
                ROLE_WORDS[row.person.role],
                "yes" if row.person.represents else "no",
                *(cell.words if cell else "not asked" for cell in row.cells),
                row.gaps,
            ]
            for row in rows
        ),
    )


@bp.get("/sites/<uuid:site_id>/programs/<code>/training/import.csv")
def log_template(site_id: UUID, code: str) -> ResponseReturnValue:
    """An empty log with its heading."""
    entry_to_change(site_id, code)
    return csv_answer("training-empty.csv", [column.name for column in logs.COLUMNS], ())
