"""Columns that hold sealed values: whether the keys that are given open them, and how they get the first key."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)

from rems.core.vault import Cell, Unreadable, Vault, name_of

BATCH = 500  # rows of one transaction
AS_OWNER = text("select set_config('rems.actor', 'system: command line', true)")
BEGIN = text("select rems_begin('system', 'keys.rotate', '')")


class SealedBytes(LargeBinary):
    """The type of a column whose values a vault sealed; the row is named by its column `id`."""


def sealed_columns(metadata: MetaData) -> Iterator[tuple[Table, Column[Any]]]:
    """Every sealed column of the program."""
    for table in metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if isinstance(column.type, SealedBytes))


def check_keys(connection: Connection, vault: Vault, metadata: MetaData) -> None:
    """Every value is sealed by a key that is given, and each key opens the newest that it sealed.

    Raises Unreadable. A table that no migration made yet holds none.
    """
    for table, column in sealed_columns(metadata):
        if not inspect(connection).has_table(table.name):
            continue
        others = select(column).where(column.is_not(None), *(~_sealed_by(column, key.head) for key in vault.keys))
        stray = connection.execute(others.limit(1)).scalar_one_or_none()
        if stray is not None:
            raise Unreadable(
                f'The key "{name_of(stray)}" is missing in REMS_DATA_KEYS: values in {table.name} are sealed with it. '
                "Put it back at the end of the list; python -m rems keys rotate makes it needless."
            )
        for key in vault.keys:
            mine = select(table.c.id, column).where(_sealed_by(column, key.head)).order_by(table.c.id.desc()).limit(1)
            for row, value in connection.execute(mine):
                vault.open(value, Cell(table.name, column.name, row))


def rotate(engine: Engine, vault: Vault, metadata: MetaData, *, batch: int = BATCH) -> int:
    """Seal every value anew that another key than the first sealed; how many. As the owner; may be run again.

    Each batch is a transaction of its own. Raises Unreadable; what was done before stays done.
    """
    done = 0
    for table, column in sealed_columns(metadata):
        while moved := _rotate_some(engine, vault, table, column, batch):
            done += moved
    return done


def _rotate_some(engine: Engine, vault: Vault, table: Table, column: Column[Any], batch: int) -> int:
    query = select(table.c.id, column).where(column.is_not(None), ~_sealed_by(column, vault.keys[0].head))
    with engine.begin() as connection:
        connection.execute(AS_OWNER)
        connection.execute(BEGIN)
        rows = connection.execute(query.order_by(table.c.id).limit(batch).with_for_update()).all()
        for row, value in rows:
            cell = Cell(table.name, column.name, row)
            anew = vault.seal(vault.open(value, cell), cell)
            connection.execute(table.update().where(table.c.id == row).values({column.name: anew}))
    return len(rows)


def _sealed_by(column: Column[Any], head: bytes) -> ColumnElement[bool]:
    return func.substring(column, 1, len(head)) == head
