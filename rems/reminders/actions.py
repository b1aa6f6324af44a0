"""Plan what has come due, each thing once, and send it."""

from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import bindparam, select

from rems.access import queries as accounts
from rems.core import mail
from rems.core.actor import Actor
from rems.core.db import db, reading, transaction
from rems.core.settings import Settings
from rems.reminders.models import Reminder
from rems.reminders.plan import PLAN
from rems.reminders.rules import ReminderState
from rems.work.engine import defer_many

CLOCK = Actor.system("reminders")
LADDERS = ("visit_days", "clock_days", "lot_days", "action_days", "action_late_days")
LONGEST_FAILURE = 500  # characters
TOLD = select(Reminder.account_id, Reminder.state, Reminder.subject, Reminder.body, Reminder.path).where(
    Reminder.id == bindparam("key")
)


def plan_reminders(*, now: datetime) -> int:
    """Plan one reminder per thing due, rung of its ladder and person who can act. Returns how many were new."""
    ladders = {name: _settings().value("reminders", name) for name in LADDERS}
    with transaction(CLOCK, "reminders.plan", at=now) as session:
        new = session.scalars(PLAN, {"utc_day": now.date(), "now": now, **ladders}).all()
        defer_many("reminders.deliver", "reminder_id", new, queue="mail")
    return len(new)


def deliver(reminder_id: UUID, *, now: datetime) -> bool:
    """Send one planned reminder and note it; a second run finds it sent and does nothing. Whether it was sent.

    The mail goes out between two transactions, so that a slow server holds nobody up. What is sent twice, because the
    note was lost, carries the same Message-ID. Raises OSError (also smtplib's errors) when the server does not take it.
    """
    settings = _settings()
    with reading(CLOCK):
        row = db.session.execute(TOLD, {"key": reminder_id}).one_or_none()
        person = accounts.account_by_id(row.account_id) if row else None
    if row is None or person is None or row.state != ReminderState.PLANNED:
        return False
    if not person.active:
        _note(reminder_id, ReminderState.FAILED, now=now, failure="the account is closed")
        return False
    body = f"{person.name},\n\n{row.subject}\n{row.body}\n\n{settings.base_url}{row.path}\n"
    mail.send(settings, key=str(reminder_id), to=person.email, subject=row.subject, body=body, now=now)
    _note(reminder_id, ReminderState.SENT, now=now)
    return True


def note_failure(reminder_id: UUID, why: str, *, last: bool, now: datetime) -> None:
    """Keep why a sending failed, while the job goes on trying; after the last try the reminder counts as failed."""
    _note(reminder_id, ReminderState.FAILED if last else ReminderState.PLANNED, now=now, failure=why)


def _note(reminder_id: UUID, state: ReminderState, *, now: datetime, failure: str = "") -> None:
    verb = "deliver" if state == ReminderState.SENT else "note_failure"
    with transaction(CLOCK, f"reminders.{verb}", at=now) as session:
        row = session.get(Reminder, reminder_id, with_for_update=True)
        if row is not None and row.state != ReminderState.SENT:
            row.state, row.failure = state, failure[:LONGEST_FAILURE]
            row.sent_at = now if state == ReminderState.SENT else None


def _settings() -> Settings:
    found: Settings = current_app.extensions["rems_settings"]
    return found
