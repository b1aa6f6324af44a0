"""Look up reminders. Nothing here writes."""

from sqlalchemy import select

from rems.core.actor import Actor
from rems.core.db import db
from rems.reminders.models import Reminder


def mine(actor: Actor, *, limit: int = 50) -> list[Reminder]:
    """The newest reminders to this person, with what became of each."""
    query = (
        select(Reminder).where(Reminder.account_id == actor.id).order_by(Reminder.planned_at.desc(), Reminder.id.desc())
    )
    return list(db.session.scalars(query.limit(limit)))
