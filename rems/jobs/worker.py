"""The worker process: APScheduler ticks and plans, Procrastinate takes jobs and runs them."""

from collections.abc import Callable
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from procrastinate import PsycopgConnector
from procrastinate.jobs import DeleteJobCondition

from rems.compliance import tasks as compliance
from rems.compliance.audits import tasks as audits
from rems.core.clock import utcnow
from rems.jobs.clock import tick
from rems.reminders import tasks as reminders
from rems.signatures import tasks as signatures
from rems.work.engine import engine

log = structlog.get_logger()

TASKS = (reminders, signatures, compliance, audits)  # the engine knows a task when its module is imported
POLL_S = 2  # after a restart of the database nobody announces new jobs


def run(app: Flask, address: str) -> None:
    """Run until SIGTERM or SIGINT: jobs under way are finished first, then the clock is stopped."""
    seconds = int(app.extensions["rems_settings"].value("reminders", "tick_seconds"))
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(_tick, "interval", [app], seconds=seconds, next_run_time=utcnow(), max_instances=1, coalesce=True)
    scheduler.start()
    try:
        work(app, address)
    finally:
        scheduler.shutdown(wait=True)


def work(app: Flask, address: str, *, until_idle: bool = False) -> None:
    """Take jobs and run them inside the application; with `until_idle` only those that wait now.

    Jobs that are done leave the queue; those that failed stay.
    """

    def in_app(process: Callable[[], Any], context: Any, worker: Any) -> Any:
        with app.app_context():
            return process()

    connector = PsycopgConnector(conninfo=address, kwargs={"options": "-c search_path=public,queue"})
    with engine.replace_connector(connector) as running:
        running.run_worker(
            concurrency=4,
            wait=not until_idle,
            fetch_job_polling_interval=POLL_S,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            task_middleware=[in_app],
            install_signal_handlers=not until_idle,
        )


def _tick(app: Flask) -> None:
    with app.app_context():
        try:
            tick(now=utcnow())
        except Exception:  # the next tick tries again; a clock must not stop for one failure
            log.exception("a tick failed")
