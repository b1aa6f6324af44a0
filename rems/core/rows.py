"""Write many rows of a table in one statement, sent once: each column goes as one array."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects import postgresql

from rems.core.db import Base, db


def insert_at_once(kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; half the time of a statement for each. Not for columns of JSON."""
    if rows:
        names = tuple(rows[0])
        db.session.execute(_statement(kind, names), {name: [row[name] for row in rows] for name in names})


@cache
def _statement(kind: type[Base], names: tuple[str, ...]) -> TextClause:
    """`insert … select * from unnest(…)`; the words are those of the model alone."""
    table, dialect = kind.__table__, postgresql.dialect()  # type: ignore[no-untyped-call]
    arrays = ", ".join(f"cast(:{name} as {table.c[name].type.compile(dialect=dialect)}[])" for name in names)
    words = f"INSERT INTO {kind.__tablename__} ({', '.join(names)}) SELECT * FROM unnest({arrays})"  # noqa: S608
    return text(words).bindparams(*(bindparam(name) for name in names))
