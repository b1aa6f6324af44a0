"""The same rows by bare psycopg: same role, same trail, same policies, one transaction each."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

BEGIN = (
    "select set_config('rems.actor', %(actor)s, true), set_config('rems.scopes', %(scopes)s, true), "
    "set_config('rems.programs', '{}', true), rems_begin('bench', 'bench.bare', '')"
)
Row = Mapping[str, Any]


class Bare:
    """One connection of the application's role, and the scopes it acts for."""

    def __init__(self, address: str, scopes: Sequence[UUID]) -> None:
        self.connection = psycopg.connect(address, prepare_threshold=None, options="-c search_path=public,queue")
        self.settings = {"actor": "bench", "scopes": "{" + ",".join(map(str, scopes)) + "}"}

    def write(self, tables: Sequence[tuple[str, Sequence[Row]]]) -> None:
        """Insert the rows of each table in one transaction."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(BEGIN, self.settings)
            for table, rows in tables:
                names = list(rows[0])
                one = sql.SQL("({})").format(sql.SQL(", ").join(sql.Placeholder() * len(names)))
                statement = sql.SQL("insert into {} ({}) values {}").format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.SQL(", ").join([one] * len(rows)),
                )
                cursor.execute(statement, [_value(row[name]) for row in rows for name in names])

    def read(self, statements: Sequence[tuple[str, Any]]) -> None:
        """Run what a page ran, and fetch all of it, in one transaction."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for statement, values in statements:
                cursor.execute(statement, values)
                if cursor.description:
                    cursor.fetchall()


def _value(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value
