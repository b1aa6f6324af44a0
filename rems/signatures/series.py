"""The continuous session in which one signature follows another: it ends with the sign-out, and after idle time."""

from datetime import timedelta
from uuid import UUID

from flask import request, session

from rems.access.session import signed_in
from rems.core.clock import utcnow
from rems.core.ids import uuid7
from rems.signatures import standing

SERIES, SEEN = "signing_series", "signing_seen"


def keep_series() -> None:
    """Before each page of a person: note the moment, and begin a new series when too much time has passed idle."""
    if not signed_in() or (request.endpoint or "").endswith("static"):
        return
    now = int(utcnow().timestamp())
    idle = timedelta(minutes=standing.setting("idle_minutes")).total_seconds()
    if SERIES not in session or now - session.get(SEEN, 0) > idle:
        session[SERIES] = str(uuid7())
    session[SEEN] = now


def current_series() -> UUID | None:
    """The series of this request; None where no page was opened in it."""
    key = session.get(SERIES)
    return UUID(key) if key else None
