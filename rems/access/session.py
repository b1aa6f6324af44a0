"""The person behind a request: Flask-Login's user, and the actor that every read and write carries."""

from uuid import UUID

from flask import Flask, g
from flask_login import LoginManager, UserMixin, current_user

from rems.access import queries
from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading


class Person(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """A signed-in account. The stamp ends all its sessions at once when it changes."""

    def __init__(self, account: queries.Known) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.id}/{self.account.session_stamp}"


def load(token: str) -> Person | None:
    key, _, stamp = token.partition("/")
    try:
        account = queries.account_by_id(UUID(key))
    except ValueError:
        return None
    if account is None or not account.active or str(account.session_stamp) != stamp:
        return None
    return Person(account)


def current_actor() -> Actor:
    """The actor of this request. Pages are closed unless public, so there is one; else RuntimeError."""
    actor = g.get("rems_actor")
    if actor is None:
        raise RuntimeError("no actor: this page is public or was reached without signing in")
    return actor  # type: ignore[no-any-return]


def signed_in() -> bool:
    return bool(current_user.is_authenticated)


def _enter() -> None:
    if not signed_in():
        return
    actor = queries.actor_of(current_user.account, at=utcnow())
    g.rems_actor = actor
    g.rems_reading = reading(actor)
    g.rems_reading.__enter__()


def _leave(error: BaseException | None) -> None:
    block = g.pop("rems_reading", None)
    if block is not None:
        block.__exit__(None, None, None)


def init_access(app: Flask) -> None:
    """Attach Flask-Login, the closed door of the web floor, and the actor of each request."""
    login = LoginManager(app)
    login.session_protection = "strong"
    login.user_loader(load)
    app.extensions["rems_gate"] = signed_in
    app.before_request(_enter)
    app.teardown_request(_leave)
    app.jinja_env.globals["can"] = lambda permission, **held: can(current_actor(), Permission(permission), **held)
