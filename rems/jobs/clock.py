"""One tick of the clock: each plan is one repeatable statement; what they plan is done by jobs."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import text

from rems.core.actor import Actor
from rems.core.db import transaction
from rems.reminders.actions import plan_reminders

log = structlog.get_logger()

CLOCK = Actor.system("clock")
STALLED_S = 30  # a worker that gave no sign for so long is dead
MOST_ATTEMPTS = 5

LOST = text("""
select j.id, j.task_name, j.attempts from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - make_interval(secs => :stalled))
for update of j skip locked
""")
AGAIN = text("select procrastinate_retry_job_v2(:id, now(), null, null, null)")
GIVE_UP = text("select procrastinate_finish_job_v1(:id, 'failed', false)")
BEAT = text("""
insert into clock_beat (id, ticked_at) values (1, clock_timestamp())
on conflict (id) do update set ticked_at = excluded.ticked_at
""")


def tick(*, now: datetime) -> dict[str, int]:
    """Run every plan. Returns how much each found to do. One that fails does not keep the others from running.

    Raises ExceptionGroup with what failed; the beat is left out then, so that readiness tells of it.
    """
    done: dict[str, int] = {}
    failed: list[Exception] = []
    for name, plan in PLANS.items():
        try:
            done[name] = plan(now=now)
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("a plan of the clock failed", failed)
    beat(now=now)
    return done


def take_up_lost_jobs(*, now: datetime) -> int:
    """Give jobs of dead workers back to the queue; after five attempts they fail and stay visible as failed."""
    with transaction(CLOCK, "jobs.take_up_lost", at=now) as session:
        lost = session.execute(LOST, {"stalled": STALLED_S}).all()
        for job in lost:
            again = job.attempts + 1 < MOST_ATTEMPTS
            session.execute(AGAIN if again else GIVE_UP, {"id": job.id})
            log.warning("job lost its worker", job=job.id, task=job.task_name, again=again)
    return len(lost)


def beat(*, now: datetime) -> None:
    """Note that the clock ticked; readiness looks at it."""
    with transaction(CLOCK, "jobs.beat", at=now) as session:
        session.execute(BEAT)


PLANS: Mapping[str, Callable[..., int]] = {"jobs_taken_up": take_up_lost_jobs, "reminders": plan_reminders}
