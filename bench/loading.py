"""COPY into many tables at once, as the owner: without trail and indexes while it runs, every key checked after."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Column

from rems.models import METADATA

BATCH = 4_000  # lines sent at once
EMPTY = {"TEXT": "", "BOOLEAN": "f", "INTEGER": "0", "JSONB": "{}"}
SETTINGS = "-c synchronous_commit=off -c maintenance_work_mem=512MB -c max_parallel_maintenance_workers=2"

KEYS = """
select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) from pg_constraint c
where c.contype = 'f' and c.conrelid::regclass::text = any(%s)
"""
INDEXES = """
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i
where i.indrelid::regclass::text = any(%s)
  and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
"""


class Lines:
    """The lines of one table on their way. A value is text as COPY has it; None is written as null."""

    def __init__(self, copy: psycopg.Copy, tail: str) -> None:
        self._copy, self._tail, self.count = copy, tail, 0
        self._kept: list[str] = []

    def add(self, *values: str) -> None:
        """One row, in the order of the columns; `\\N` is null."""
        self._kept.append("\t".join(values) + self._tail)
        self.count += 1
        if len(self._kept) >= BATCH:
            self.flush()

    def flush(self) -> None:
        self._copy.write("".join(self._kept))
        self._kept.clear()


@contextmanager
def loading(dsn: str, tables: Sequence[tuple[str, Sequence[str]]]) -> Iterator[dict[str, Lines]]:
    """A stream for each table with its columns, each through a connection of its own, so that they are written at once.

    Other columns that must not be empty get the empty value of their kind. The foreign keys that are put back at the
    end are checked over all rows, so what was loaded is whole.
    """
    names = [quoted(name) for name, _ in tables]
    with psycopg.connect(dsn, options=SETTINGS) as owner:
        keys, indexes = owner.execute(KEYS, [names]).fetchall(), owner.execute(INDEXES, [names]).fetchall()
        for table, name, _ in keys:
            owner.execute(f'alter table {table} drop constraint "{name}"')
        for name, _ in indexes:
            owner.execute(f"drop index {name}")
        for name in names:
            owner.execute(f"alter table {name} disable trigger user")
    with ExitStack() as stack:
        streams = {}
        for name, columns in tables:
            connection = stack.enter_context(psycopg.connect(dsn, options=SETTINGS))
            rest = [c for c in METADATA.tables[name].columns if c.name not in columns and _must_be_said(c)]
            statement = sql.SQL("copy {} ({}) from stdin").format(
                sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, [*columns, *(c.name for c in rest)]))
            )
            tail = "".join(f"\t{EMPTY[str(c.type)]}" for c in rest) + "\n"
            streams[name] = Lines(stack.enter_context(connection.cursor().copy(statement)), tail)
        yield streams
        for stream in streams.values():
            stream.flush()
    with psycopg.connect(dsn, options=SETTINGS) as owner:
        for _, definition in indexes:
            owner.execute(definition)
        for table, name, definition in keys:
            owner.execute(f'alter table {table} add constraint "{name}" {definition}')
        for name in names:
            owner.execute(f"alter table {name} enable trigger user")
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute(f"vacuum (analyze) {', '.join(names)}")


def _must_be_said(column: Column[Any]) -> bool:
    return not column.nullable and column.server_default is None


def quoted(name: str) -> str:
    """A table as PostgreSQL itself prints it: a word of the language stands in quotes."""
    return f'"{name}"' if name == "authorization" else name
