"""The worker process: APScheduler ticks and plans, Procrastinate takes jobs and runs them."""

from collections.abc import Callable
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from procrastinate import PsycopgConnector

from rems.core.clock import utcnow
from rems.jobs.clock import tick
from rems.work.engine import engine

log = structlog.get_logger()


def run(app: Flask, address: str) -> None:
    """Run until SIGTERM or SIGINT: jobs under way are finished first, then the clock is stopped."""
    connector = PsycopgConnector(conninfo=address, kwargs={"options": "-c search_path=public,queue"})
    seconds = int(app.extensions["rems_settings"].value("reminders", "tick_seconds"))
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        lambda: _tick(app), "interval", seconds=seconds, next_run_time=utcnow(), max_instances=1, coalesce=True
    )
    scheduler.start()

    def in_app(process: Callable[..., Any], context: Any, worker: Any) -> Any:
        with app.app_context():
            return process()

    try:
        with engine.replace_connector(connector) as running:
            running.run_worker(
                concurrency=4, fetch_job_polling_interval=2, task_middleware=[in_app], install_signal_handlers=True
            )
    finally:
        scheduler.shutdown(wait=True)


def _tick(app: Flask) -> None:
    with app.app_context():
        try:
            tick(now=utcnow())
        except Exception:  # the next tick tries again; a clock must not stop for one failure
            log.exception("a tick failed")
