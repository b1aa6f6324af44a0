"""What the worker calls: send one reminder. Retried with growing waits for about a day."""

from uuid import UUID

from procrastinate import RetryStrategy

from rems.core.clock import utcnow
from rems.reminders import actions
from rems.work.engine import engine


@engine.task(name="reminders.deliver", queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def deliver(reminder_id: str) -> None:
    """Send one reminder; a second run finds it sent and does nothing."""
    try:
        actions.deliver(UUID(reminder_id), now=utcnow())
    except OSError as error:  # smtplib's errors are of this kind too
        actions.note_failure(UUID(reminder_id), str(error), now=utcnow())
        raise
