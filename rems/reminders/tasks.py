"""What the worker calls: send one reminder. Retried with growing waits for about a day."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from rems.core import mail
from rems.core.clock import utcnow
from rems.reminders import actions
from rems.work.engine import engine

TRIES = 9  # waits of 4, 16, 64 … 65536 seconds between them: a day


@engine.task(
    name="reminders.deliver",
    queue="mail",
    pass_context=True,
    retry=RetryStrategy(max_attempts=TRIES - 1, exponential_wait=4),
)
def deliver(context: JobContext, reminder_id: str) -> None:
    """Send one reminder; a second run finds it sent and does nothing."""
    key = UUID(reminder_id)
    try:
        actions.deliver(key, now=utcnow())
    except Exception as error:
        last = context.job.attempts + 1 >= TRIES
        actions.note_failure(key, mail.reason(error), last=last, now=utcnow())
        raise
