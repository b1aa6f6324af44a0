"""A row of any table, made from its columns alone, and put in past keys, triggers and the trail by the superuser."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Column, Enum, Table

from rems.core.ids import uuid7

_number = itertools.count(1)

BY_TYPE: dict[type, Any] = {
    bool: False,
    int: 1,
    date: date(2026, 1, 2),
    datetime: datetime(2026, 1, 2, 9, 0, tzinfo=UTC),
    Decimal: Decimal("1.0"),
    UUID: uuid7,
    bytes: b"a file",
    str: lambda: f"word {next(_number)}",
    dict: dict,
    list: list,
}
# What a CHECK asks beyond the type.
BY_CHECK: dict[tuple[str, str], Any] = {
    ("account", "email"): lambda: f"row-{next(_number)}@test.example",
    ("adverse_event", "grade"): None,
    ("answer_link", "token_digest"): lambda: f"{next(_number):064}",
    ("audit_file", "sha256"): "0" * 64,
    ("assessment_link", "token_digest"): lambda: f"{next(_number):064}",
    ("calendar_feed", "secret_digest"): lambda: f"{next(_number):064}",
    ("bedside_entry", "temperature_c"): Decimal("37.0"),
    ("bedside_sample", "bound"): "",
    ("bedside_treatment", "kind"): "steroid",
    ("bedside_treatment", "lot"): "",
    ("course_edition", "form"): "page",
    ("course_file", "sha256"): "0" * 64,
    ("wallet_card", "code_digest"): lambda: f"{next(_number):064}",
    ("corrective_action", "check_on"): date(2026, 2, 2),
    ("assessment_attempt", "passed"): True,
    ("handover_offer", "code_digest"): lambda: f"{next(_number):064}",
    ("patient", "birth_year"): 1960,
    ("report_made", "digest"): "0" * 64,
    ("questionnaire_asked", "digest"): "0" * 64,
    ("reminder", "state"): "planned",
    ("signature", "digest"): "0" * 64,
    ("site", "country"): "DE",
    ("site", "timezone"): "UTC",
    ("stock_lot", "strength_mg"): 80,
    ("stock_movement", "kind"): "receipt",
}
# What a CHECK keeps empty, whatever a test would put there.
EMPTY = {("patient_identity", "program_id")}


def value_of(column: Column[Any]) -> Any:
    """A value that the column takes; fresh where it is a key or a text."""
    key = (column.table.name, column.name)
    if key in BY_CHECK:
        found = BY_CHECK[key]
    elif isinstance(column.type, Enum):
        found = column.type.enums[0]
    elif column.type.__class__.__name__ == "JSONB":
        found = {}
    else:
        found = BY_TYPE[column.type.python_type]
    return found() if callable(found) else found


def row_of(table: Table, **given: Any) -> dict[str, Any]:
    """A whole row: what is given, and something valid in every other column that must not be empty."""
    row = {c.name: given[c.name] if c.name in given else value_of(c) for c in table.columns if not c.nullable}
    said = {name: value for name, value in given.items() if (table.name, name) not in EMPTY}
    return row | {name: value for name, value in said.items() if name in table.columns}


@contextmanager
def past_all_checks(superuser: psycopg.Connection) -> Iterator[None]:
    """A transaction without foreign keys, triggers and trail."""
    with superuser.transaction():
        superuser.execute("set local session_replication_role = replica")
        yield


def put(connection: psycopg.Connection, table: Table, row: Mapping[str, Any]) -> None:
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table.schema or "public", table.name),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    connection.execute(statement, [Jsonb(v) if isinstance(v, dict | list) else v for v in row.values()])
