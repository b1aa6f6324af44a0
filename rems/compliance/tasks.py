"""What the worker calls: report an overridden stop as a deviation. Retried with growing waits for about a day."""

from uuid import UUID

from procrastinate import RetryStrategy

from rems.compliance.overriding import report_override as reported
from rems.core.clock import utcnow
from rems.work.engine import engine


@engine.task(name="compliance.report_override", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def report_override(override_id: str) -> None:
    """Report one override; a second run finds it reported and does nothing."""
    reported(UUID(override_id), now=utcnow())
