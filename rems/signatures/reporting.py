"""Tell the administrators at once of a refused attempt to sign (21 CFR 11.300(d))."""

from datetime import datetime
from uuid import UUID

from flask import current_app

from rems.access import queries as accounts
from rems.access.rules import Role
from rems.core import mail
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, reading
from rems.core.settings import Settings
from rems.signatures import standing
from rems.signatures.models import SigningAttempt
from rems.signatures.rules import OUTCOME_WORDS

WATCH = Actor.system("signing")


def report_attempt(attempt_id: UUID, *, now: datetime) -> int:
    """Send every administrator one message about an attempt; returns how many. A second run sends the same again,
    which carries the same Message-ID. Raises OSError (also smtplib's errors) when the server does not take it.
    """
    settings: Settings = current_app.extensions["rems_settings"]
    with reading(WATCH):
        attempt = db.session.get(SigningAttempt, attempt_id)
        person = accounts.account_by_id(attempt.account_id) if attempt else None
        if attempt is None or person is None:
            return 0
        locked = standing.lock(person.id) is not None
        people = [(a.id, a.name, a.email) for a in accounts.holders(Role.ADMINISTRATOR, on=day_in("UTC", now))]
        what, at = OUTCOME_WORDS[attempt.outcome], attempt.recorded_at
    subject = f"Refused signature: {person.name}" + (", signing is locked" if locked else "")
    told = [
        f"{what}: {person.name} <{person.email}>, {at:%Y-%m-%d %H:%M:%S} UTC.",
        "Signing is locked until an administrator unlocks it." if locked else "Signing is not locked.",
        "Ask the person whether it was they.",
    ]
    for key, name, email in people:
        body = f"{name},\n\n" + "\n".join(told) + f"\n\n{settings.base_url}/accounts/{person.id}/signing\n"
        mail.send(settings, key=f"{attempt_id}-{key}", to=email, subject=subject, body=body, now=now)
    return len(people)
