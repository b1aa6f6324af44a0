"""Which moment of knowledge is settled: what was recorded by then is committed, so asking later answers the same."""

import time
from datetime import UTC, datetime

from sqlalchemy import text

from rems.core.db import db

GIVE_UP_SECONDS = 1.0
PAUSE_SECONDS = 0.005


def settled(*, patience_s: float | None = None) -> tuple[datetime, bool]:
    """A moment (UTC) that every writer of before has finished by, and whether that could be made sure.

    Takes the time, then a transaction number, in this order, and waits until no older transaction runs. A writer that
    keeps us waiting for longer than `patience_s` (a second, if not given) makes the answer provisional. Ends the
    reading transaction.
    """
    db.session.rollback()
    moment: datetime = db.session.execute(text("select clock_timestamp()")).scalar_one()
    db.session.rollback()
    number = db.session.execute(text("select pg_current_xact_id()::text")).scalar_one()
    db.session.rollback()
    until = time.monotonic() + (GIVE_UP_SECONDS if patience_s is None else patience_s)
    while True:
        done = db.session.execute(
            text("select pg_snapshot_xmin(pg_current_snapshot()) >= cast(:number as xid8)"), {"number": number}
        ).scalar_one()
        db.session.rollback()
        if done or time.monotonic() > until:
            return moment.astimezone(UTC), bool(done)
        time.sleep(PAUSE_SECONDS)
