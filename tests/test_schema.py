"""The tables as the migrations make them: they equal the models, and no key leads to another site's row."""

import importlib.util
from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import errors, sql
from sqlalchemy import Connection, ForeignKeyConstraint, Table, create_engine, text
from sqlalchemy.pool import NullPool

from rems.core import migrating
from rems.core.ids import uuid7
from rems.core.place import Place, for_sqlalchemy
from rems.models import METADATA
from tests.rows import past_all_checks, put, row_of

# Keys between two scopes of one site, its home and its entry into a program. A trigger sees to the site being one.
OF_ONE_SITE = {
    ("authorized_representative", "staff_member_id"): "a person of the site signs for it in a program",
    ("authorization", "location_id"): "a place of the site where a patient of the program is infused",
    ("infusion", "location_id"): "a place of the site where a patient of the program is infused",
    ("stock_movement", "patient_id"): "vials of the site used for a patient in a program",
    ("reservation", "patient_id"): "vials of the site held for a patient in a program",
    ("patient_identity", "patient_id"): "what only the site knows of a patient in a program",
    ("training_record", "staff_member_id"): "a person of the site is trained for a program",
    ("assessment_attempt", "staff_member_id"): "a person of the site is tested for a program",
    ("session_place", "staff_member_id"): "a person of the site at a session of a program",
    ("assessment_link", "staff_member_id"): "a person of the site is tested for a program",
    ("extra_attempt", "staff_member_id"): "a person of the site is tested for a program",
    ("audit_share", "audit_id"): "an audit of the site under another program",
}
# Columns that name a row without a key, and why.
WITHOUT_A_KEY = {
    ("evidence", "subject_id"): "a row of the table that subject_kind stands for",
    ("evidence", "source_id"): "a row of the table source_table",
    ("patient", "came_from_id"): "the record at another site, which this one does not see",
    ("import_refusal", "primary_id"): "another maker's number",
    ("public_report", "primary_id"): "another maker's number",
    ("public_report", "case_id"): "another maker's number",
    ("reminder", "subject_id"): "a cache's row, rebuilt under another key",
    ("scope", "site_id"): "the site and its home scope come into being together",
    ("signature", "subject_id"): "a row of the table subject_table",
}

# What a table is, as the catalog prints it: columns, constraints, indexes.
PRINTED = """
select c.relname, 'column ' || a.attname,
  format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
where c.relnamespace = to_regnamespace(:schema) and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
union all
select c.relname, 'constraint ' || n.conname, pg_get_constraintdef(n.oid)
from pg_constraint n join pg_class c on c.oid = n.conrelid
where c.relnamespace = to_regnamespace(:schema) and n.contype <> 't'
union all
select c.relname, 'index ' || i.relname, pg_get_indexdef(x.indexrelid)
from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
where c.relnamespace = to_regnamespace(:schema)
"""  # noqa: E501


@pytest.fixture
def owner(where: Place) -> Iterator[Connection]:
    """The owner inside a transaction that is rolled back."""
    engine = create_engine(for_sqlalchemy(where.owner), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def printed(connection: Connection, schema: str) -> dict[tuple[str, str], str]:
    connection.execute(text(f"set local search_path to {schema}"))
    rows = connection.execute(text(PRINTED), {"schema": schema})
    found = {(table, what): told.replace(f"{schema}.", "").replace("public.", "") for table, what, told in rows}
    return {key: told for key, told in found.items() if key[0] != "alembic_version"}


def test_upgrading_an_empty_database_gives_the_tables_of_the_models(owner: Connection) -> None:
    owner.execute(text("set local search_path to public"))
    context = MigrationContext.configure(owner, opts={"compare_type": True, "include_name": only_tables_of_ours})
    assert compare_metadata(context, METADATA) == []


def only_tables_of_ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


def test_every_column_constraint_and_index_is_the_one_of_the_models(owner: Connection) -> None:
    owner.execute(text("create schema drawn"))
    METADATA.create_all(owner.execution_options(schema_translate_map={None: "drawn"}))
    assert printed(owner, "public") == printed(owner, "drawn")


def test_a_database_at_the_newest_migration_is_left_alone(where: Place) -> None:
    assert migrating.upgrade(where.owner) is False


@pytest.mark.parametrize("file", sorted((migrating.MIGRATIONS / "versions").glob("*.py")), ids=lambda f: f.stem)
def test_no_migration_offers_a_way_back_since_nothing_recorded_is_dropped(file) -> None:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert hasattr(module, "upgrade")
    assert not hasattr(module, "downgrade")
    assert file.stem.startswith(f"{module.revision}_")


# A live session may be of one site or of all sites of a program: its keys carry the program.
SCOPED = [t for t in METADATA.sorted_tables if "scope_id" in t.columns and not t.columns["scope_id"].nullable]
KEYS = [
    key
    for table in SCOPED
    for key in sorted(table.foreign_key_constraints, key=lambda k: k.column_keys)
    if key.referred_table in SCOPED
]


@pytest.mark.parametrize("key", KEYS, ids=lambda k: f"{k.table.name}-{'-'.join(k.column_keys)}")
def test_a_key_from_one_scoped_table_to_another_carries_the_scope(key: ForeignKeyConstraint, superuser) -> None:
    child = key.table.name
    pairs = {(e.parent.name, e.column.name) for e in key.elements}
    crossing = [c for c in key.column_keys if (child, c) in OF_ONE_SITE]
    if not crossing:
        assert ("scope_id", "scope_id") in pairs
        return
    triggers = superuser.execute(
        "select tgname from pg_trigger where tgrelid = to_regclass(%s)", [f'public."{child}"']
    ).fetchall()
    assert (f"{crossing[0]}_is_of_the_site",) in triggers


@pytest.mark.parametrize("table", SCOPED, ids=lambda t: t.name)
def test_the_program_of_a_row_is_that_of_its_scope(table: Table) -> None:
    [key] = [k for k in table.foreign_key_constraints if k.column_keys == ["scope_id", "program_id"]]
    assert key.referred_table.name == "scope"


def test_every_column_that_names_a_row_is_a_key_or_says_why_not() -> None:
    free = {
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys
    }
    assert free == set(WITHOUT_A_KEY)


@pytest.mark.parametrize(("child", "column"), OF_ONE_SITE)
def test_a_row_cannot_point_at_another_sites_row(child: str, column: str, superuser: psycopg.Connection) -> None:
    table = METADATA.tables[child]
    parent = next(iter(table.columns[column].foreign_keys)).column.table
    ours, theirs = uuid7(), uuid7()
    with superuser.transaction(force_rollback=True), past_all_checks(superuser):
        superuser.execute(
            sql.SQL("alter table {} enable always trigger {}").format(
                sql.Identifier(child), sql.Identifier(f"{column}_is_of_the_site")
            )
        )
        rows = {}
        for site in (ours, theirs):
            entry = uuid7()
            put(superuser, METADATA.tables["scope"], {"id": site, "site_id": site})
            put(superuser, METADATA.tables["scope"], {"id": entry, "site_id": site, "program_id": uuid7()})
            rows[site] = (entry, row_of(parent, scope_id=site))
            put(superuser, parent, rows[site][1])
        entry, mine = rows[ours]
        more = {"kind": "used", "vials": -1} if child == "stock_movement" else {}
        put(superuser, table, row_of(table, scope_id=entry, **{column: mine["id"]}, **more))
        refused = pytest.raises(errors.ForeignKeyViolation, match=f"{column} of {child} is of another site")
        with refused, superuser.transaction():
            put(superuser, table, row_of(table, scope_id=entry, **{column: rows[theirs][1]["id"]}, **more))
