"""The one Procrastinate app, and deferring a job inside the caller's own transaction."""

import json
from collections.abc import Iterable
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import text

from rems.core.db import db, require_transaction

# The connector is replaced by the worker with one that has an address; here the app only collects tasks.
engine = App(connector=PsycopgConnector())

_DEFER = text(
    "select unnest(procrastinate_defer_jobs_v1(array["
    "row(:queue, :task, 0, null, null, cast(:args as jsonb), null)]::procrastinate_job_to_defer_v1[]))"
)


def defer(task: str, *, queue: str = "default", **arguments: Any) -> int:
    """Ask for a job when, and only if, the open transaction commits. A job carries ids only. Returns its number."""
    require_transaction(f"deferring {task}")
    return int(
        db.session.execute(
            _DEFER, {"queue": queue, "task": task, "args": json.dumps(arguments, default=str)}
        ).scalar_one()
    )


def defer_many(task: str, name: str, values: Iterable[Any], *, queue: str = "default") -> int:
    """Ask for one job per value, each with the one argument `name`. Returns how many."""
    rows = [{"queue": queue, "task": task, "args": json.dumps({name: value}, default=str)} for value in values]
    require_transaction(f"deferring {task}")
    for row in rows:
        db.session.execute(_DEFER, row)
    return len(rows)
