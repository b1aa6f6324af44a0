"""The one Procrastinate app, and deferring a job inside the caller's own transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import text

from rems.core.db import db, require_transaction

# The connector is replaced by the worker with one that has an address; here the app only collects tasks.
engine = App(connector=PsycopgConnector())

_DEFER = text("""
select unnest(procrastinate_defer_jobs_v1(array(
  select row(:queue, :task, 0, null, null, args, null)::procrastinate_job_to_defer_v1
  from jsonb_array_elements(cast(:args as jsonb)) as args
)))
""")


def defer(task: str, *, queue: str = "default", **arguments: Any) -> int:
    """Ask for a job when, and only if, the open transaction commits. A job carries ids only. Returns its number."""
    return _defer(task, [arguments], queue)[0]


def defer_many(task: str, name: str, values: Iterable[Any], *, queue: str = "default") -> int:
    """Ask for one job per value, each with the one argument `name`, in one statement. Returns how many."""
    return len(_defer(task, [{name: value} for value in values], queue))


def _defer(task: str, arguments: Sequence[Mapping[str, Any]], queue: str) -> Sequence[int]:
    require_transaction(f"deferring {task}")
    if not arguments:
        return ()
    values = {"queue": queue, "task": task, "args": json.dumps(arguments, default=str)}
    return db.session.scalars(_DEFER, values).all()
