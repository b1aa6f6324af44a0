"""What the worker calls: report a refused attempt to sign. Retried with growing waits for about a day."""

from uuid import UUID

from procrastinate import RetryStrategy

from rems.core.clock import utcnow
from rems.signatures.reporting import report_attempt
from rems.work.engine import engine


@engine.task(name="signatures.report", queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def report(attempt_id: str) -> None:
    """Tell every administrator of one attempt."""
    report_attempt(UUID(attempt_id), now=utcnow())
