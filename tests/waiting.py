"""Two transactions at the same moment: go on only once one of them is held up by the other."""

import time
from concurrent.futures import Future
from typing import Any

import psycopg

WAITING = (
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database where d.datname = %s and not granted"
)
PATIENCE_S = 20


def wait_for_one_who_waits(superuser: psycopg.Connection, other: "Future[Any]") -> None:
    """Until the database holds somebody up, or `other` has ended without being held up."""
    until = time.monotonic() + PATIENCE_S
    while not other.done() and time.monotonic() < until:
        if superuser.execute(WAITING, [superuser.info.dbname]).fetchone() != (0,):
            return
