"""Puts the parts together: the web application."""

import logging
from datetime import timedelta
from pathlib import Path

import structlog
from flask import Flask, current_app
from flask_migrate import Migrate
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix

from rems import models
from rems.access.session import init_access
from rems.access.shown import SHOWN
from rems.core import migrating, place, sealing, settings
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading
from rems.core.errors import SetupError
from rems.followup.questionnaires import reading as questionnaires
from rems.pages import BLUEPRINTS, init_navigation
from rems.programs import files
from rems.web import init_web
from rems.web.security import cookie_settings

PROGRAMS = settings.ROOT / "config" / "programs"
BEATS_MISSED = 3
PATIENCE = "-c idle_in_transaction_session_timeout=60000"
NO_WAIT = "-c synchronous_commit=off"  # history that is entered can be entered again


def create_app(
    given: settings.Settings | None = None, where: place.Place | None = None, *, as_owner: bool = False
) -> Flask:
    """The application, with its database found (and started, if it is the program's own). Raises SetupError.

    `as_owner`: not to serve pages, but to enter history; a role that owns the tables is refused otherwise.
    """
    chosen = given or settings.read()
    found = where or place.find(chosen)
    app = Flask("rems", root_path=str(Path(__file__).parent), template_folder="../templates", static_folder="static")
    app.config.update(
        SECRET_KEY=chosen.secret_key,
        REMS_DEMO=chosen.demo,
        REMS_METRICS_TOKEN=chosen.metrics_token,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=chosen.value("web", "session_hours")),
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        SQLALCHEMY_DATABASE_URI=place.for_sqlalchemy(found.app),
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": True,
            "pool_size": 8,
            "max_overflow": 8,
            "hide_parameters": True,  # values of a failed statement do not belong in a log
            "connect_args": {
                "prepare_threshold": None,  # a prepared generic plan loses the scope's index under row-level security
                "options": f"-c search_path=public,queue {NO_WAIT if as_owner else PATIENCE}",
            },
        },
    )
    app.config.update(cookie_settings(https=chosen.base_url.startswith("https://")))
    if chosen.proxies:  # whose word on the caller's address is taken; without one, nobody's
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=chosen.proxies, x_proto=chosen.proxies, x_host=0
        )
    app.extensions["rems_settings"] = chosen
    app.extensions["rems_programs_folder"] = PROGRAMS
    app.extensions["rems_catalogue"] = files.of_installation(PROGRAMS.parent, demo=chosen.demo)
    app.extensions["rems_questionnaires"] = questionnaires.load(
        PROGRAMS.parent / "questionnaires", app.extensions["rems_catalogue"]
    )
    app.extensions["rems_shown_sign_ins"] = SHOWN if chosen.demo else ()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    db.init_app(app)
    Migrate(app, db, directory=str(migrating.MIGRATIONS))
    init_web(app)
    init_access(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_navigation(app)
    app.extensions["rems_checks"].update(
        database=_database_answers, migrations=_migrations_are_run, worker=_worker_beats
    )
    if not as_owner:
        _refuse_a_strong_role(app)
        _refuse_missing_keys(app, chosen)
    return app


def _database_answers() -> None:
    db.session.execute(text("select 1"))


def _migrations_are_run() -> None:
    at = db.session.execute(text("select version_num from alembic_version")).scalar_one_or_none()
    if at != migrating.newest():
        raise SetupError(
            f"The database stands at migration {at}, the program needs {migrating.newest()}: "
            "run python -m rems migrate."
        )


def _worker_beats() -> None:
    """The clock has ticked within the last few of its periods; without it no reminder leaves."""
    seconds = current_app.extensions["rems_settings"].value("reminders", "tick_seconds")
    at = db.session.execute(text("select ticked_at from clock_beat")).scalar_one_or_none()
    if at is None or utcnow() - at > BEATS_MISSED * timedelta(seconds=seconds):
        raise SetupError(f"The worker's clock last ticked {at or 'never'}: start python -m rems worker.")


STRONG = """
select case
  when rolsuper then 'is a superuser'
  when rolbypassrls then 'bypasses row-level security'
  when pg_has_role(current_user, 'rems_owner', 'member') then 'is a member of rems_owner'
  when exists (select from pg_class where relowner = pg_roles.oid) then 'owns tables'
end from pg_roles where rolname = current_user
"""


def _refuse_a_strong_role(app: Flask) -> None:
    """The web and the worker connect as a role that owns nothing; with a stronger one, scopes would not hold."""
    with app.app_context():
        try:
            why = db.session.execute(text(STRONG)).scalar_one()
        except Exception as error:
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            raise SetupError(f"The database of REMS_DATABASE_URL can't be used: {reason}") from error
        finally:
            db.session.rollback()
            db.engine.dispose()  # no connection of the start is left open, or shared with a process forked later
    if why:
        raise SetupError(f"The role of REMS_DATABASE_URL {why}. Connect as rems_app, which owns nothing.")


def _refuse_missing_keys(app: Flask, chosen: settings.Settings) -> None:
    """Nobody works for a day with keys that open nothing: each key opens what it sealed, and none is missing."""
    with app.app_context():
        try:
            with reading(Actor.system("keys")):
                sealing.check_keys(db.session.connection(), chosen.vault, models.METADATA)
        finally:
            db.engine.dispose()


TABLES = models.METADATA
