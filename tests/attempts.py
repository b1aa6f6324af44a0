"""Try what should be refused, and see what the database says: in a savepoint that is rolled back either way."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Executable, text
from sqlalchemy.exc import DBAPIError

from rems.core.actor import Actor
from rems.core.db import db, transaction
from rems.models import METADATA
from tests.scene import NOW

REFUSED = "42501"  # no privilege, or the row is not in the policy
NO_PARENT = "23503"
BROKEN_RULE = "23514"  # a CHECK


class RollBack(Exception):
    """Ends a transaction without keeping it."""


@contextmanager
def unkept(actor: Actor, action: str) -> Iterator[None]:
    """A transaction of the actor that is rolled back."""
    with suppress(RollBack), transaction(actor, action, at=NOW):
        yield
        raise RollBack


def tried(what: Executable, values: dict[str, Any]) -> tuple[str, int, str]:
    """SQLSTATE (empty: done), rows touched, and the constraint that refused."""
    nested = db.session.begin_nested()
    try:
        return "", max(db.session.execute(what, values).rowcount, 0), ""  # type: ignore[attr-defined]
    except DBAPIError as error:
        found = getattr(error.orig, "diag", None)
        return getattr(error.orig, "sqlstate", None) or "", 0, getattr(found, "constraint_name", None) or ""
    finally:
        with suppress(DBAPIError):
            nested.rollback()


def attempt(statement: str, **values: Any) -> tuple[str, int]:
    """What a statement gives: SQLSTATE and rows touched."""
    return tried(text(statement), values)[:2]


def insertion(name: str, row: dict[str, Any]) -> tuple[str, str]:
    """What adding the row gives: SQLSTATE and the constraint that refused."""
    code, _, constraint = tried(METADATA.tables[name].insert(), row)
    return code, constraint
