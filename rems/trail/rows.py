"""What an ordinary row (one that may be changed) looked like at a moment: the trail keeps every state of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from rems.core.db import db

NEWEST = """
select distinct on (row_key) row_key, after from trail.entry
where table_name = :table and row_key = any(:keys) and moment <= :known_at
order by row_key, id desc
"""


def rows_known_at(table: str, keys: Collection[UUID], known_at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """The state of each row of that table as it had been recorded by then (UTC); rows not yet recorded are left out.

    Values are as JSON has them: days and keys are text. What the actor may not see is left out too.
    """
    values = {"table": table, "keys": [str(key) for key in keys], "known_at": known_at}
    found = db.session.execute(text(NEWEST), values)
    return {UUID(row.row_key): row.after for row in found if row.after is not None}


REASONS = """
select distinct on (row_key) row_key, reason from trail.entry
where table_name = :table and row_key = any(:keys) and before is null
order by row_key, id
"""


def reasons_of(table: str, keys: Collection[UUID]) -> Mapping[UUID, str]:
    """What was given as the reason when each row of that table was written; what the actor may not see is left out."""
    found = db.session.execute(text(REASONS), {"table": table, "keys": [str(key) for key in keys]})
    return {UUID(row.row_key): row.reason for row in found}


FIRST = "select min(moment) from trail.entry where table_name = :table and row_key = :key and before is null"


def first_recorded_at(table: str, key: UUID) -> datetime | None:
    """The moment (UTC) at which the row came into being here, by the clock of the database; None: not to be seen."""
    found: datetime | None = db.session.scalar(text(FIRST), {"table": table, "key": str(key)})
    return found
