"""What the worker calls: let follow what whoever worked on an audit does not see."""

from uuid import UUID

from procrastinate import RetryStrategy

from rems.compliance.audits import following
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import transaction
from rems.work.engine import engine


@engine.task(name="audits.follow", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def follow(audit_id: str) -> None:
    """A second run finds nothing left to do."""
    system = Actor.system("Audits")
    with transaction(system, "audits.follow", at=utcnow()):
        following.follow(UUID(audit_id), system)
