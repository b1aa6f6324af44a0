"""One tick of the clock: each plan is one repeatable statement; what they plan is done by jobs."""

from datetime import datetime

from sqlalchemy import text

from rems.core.actor import Actor
from rems.core.db import db, transaction
from rems.reminders.actions import plan_reminders

STALLED = "30 seconds"
MOST_ATTEMPTS = 5


def tick(*, now: datetime) -> dict[str, int]:
    """Plan what has come due and take up jobs whose worker died. Returns how many of each."""
    done = {"reminders": plan_reminders(now=now), "jobs_taken_up": take_up_lost_jobs(now=now)}
    beat(now=now)
    return done


def take_up_lost_jobs(*, now: datetime) -> int:
    """Give jobs of dead workers back to the queue; after five attempts they fail and stay visible as failed."""
    with transaction(Actor.system("clock"), "jobs.take_up_lost", at=now) as session:
        lost = session.execute(
            text(
                "select j.id, j.attempts from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id "
                f"where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - interval '{STALLED}') for update of j skip locked"
            )
        ).all()
        for job in lost:
            if job.attempts < MOST_ATTEMPTS:
                session.execute(text("select procrastinate_retry_job_v2(:id, now(), null, null, null)"), {"id": job.id})
            else:
                session.execute(text("select procrastinate_finish_job_v1(:id, 'failed', false)"), {"id": job.id})
    return len(lost)


def beat(*, now: datetime) -> None:
    """Note that the clock ticked; readiness looks at it."""
    with transaction(Actor.system("clock"), "jobs.beat", at=now) as session:
        session.execute(
            text(
                "insert into clock_beat (id, ticked_at) values (1, clock_timestamp()) on conflict (id) do update set ticked_at = excluded.ticked_at"
            )
        )


def last_beat() -> datetime | None:
    """When the clock last ticked (UTC); None: never."""
    found: datetime | None = db.session.execute(text("select ticked_at from clock_beat")).scalar_one_or_none()
    return found
