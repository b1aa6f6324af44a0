"""What every table and function carries, read from the catalog: nothing is left open by forgetting."""

import psycopg
import pytest
from flask import Flask

from rems.core.actor import Actor
from rems.core.db import reading
from tests.attempts import REFUSED, attempt
from tests.scene import KINDS

REBUILT = {"planned_visit", "deadline"}  # caches: no trail
PUBLIC = {"import_refusal", "public_report", "public_drug", "public_reaction", "public_word"}  # not ours: no trail

OURS = "select c.oid, c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"


def test_the_models_know_every_table(superuser: psycopg.Connection) -> None:
    found = {name for (name,) in superuser.execute("select tablename from pg_tables where schemaname = 'public'")}
    found |= {f"trail.{n}" for (n,) in superuser.execute("select tablename from pg_tables where schemaname = 'trail'")}
    assert found - {"alembic_version"} == set(KINDS)


def test_every_table_has_row_level_security_and_a_policy_for_each_verb(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        f"select relname, (select relrowsecurity from pg_class p where p.oid = o.oid), "
        f"(select string_agg(polcmd::text, '' order by polcmd) from pg_policy where polrelid = o.oid) from ({OURS}) o"
    ).fetchall()
    assert {name for name, secured, verbs in rows if not secured or verbs != "adrw"} == {"alembic_version"}
    [(secured, verbs)] = superuser.execute(
        "select relrowsecurity, (select string_agg(polcmd::text, '') from pg_policy where polrelid = c.oid) "
        "from pg_class c where c.oid = 'trail.entry'::regclass"
    ).fetchall()
    assert (secured, verbs) == (True, "r")


@pytest.mark.parametrize(
    ("function", "without"),
    [("trail.write", REBUILT | PUBLIC), ("trail.refuse", set())],
    ids=["trail", "no truncation"],
)
def test_every_table_carries_the_trigger(function: str, without: set[str], superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        f"select relname from ({OURS}) o where not exists (select from pg_trigger t where t.tgrelid = o.oid "
        "and t.tgfoid = to_regproc(%s) and t.tgenabled <> 'D')",
        [function],
    ).fetchall()
    assert {name for (name,) in rows} == without | {"alembic_version"}


def test_the_applications_role_owns_nothing_and_makes_nothing(superuser: psycopg.Connection, whole_app: Flask) -> None:
    owned = superuser.execute(
        "select count(*) from pg_shdepend where refobjid = 'rems_app'::regrole and deptype = 'o'"
    ).fetchone()
    assert owned == (0,)
    with whole_app.app_context(), reading(Actor.system("test")):
        for place in ("public", "trail", "queue"):
            assert attempt(f"create table {place}.mine (id int)") == (REFUSED, 0)
        for statement in (
            "create schema mine",
            "create function public.mine() returns int language sql as 'select 1'",
            "alter table patient disable row level security",
            "alter table patient disable trigger writes_the_trail",
            "drop policy seen_by on patient",
            "set session_replication_role = replica",
            "set role rems_owner",
            "select protect('patient')",
            "select rems_begin_history('2020-01-01', 'x', 'x.y', '')",
        ):
            assert attempt(statement) == (REFUSED, 0), statement


def test_the_applications_role_has_no_grant_beyond_the_tables_verbs(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        "select table_schema || '.' || table_name, privilege_type from information_schema.role_table_grants "
        "where grantee in ('rems_app', 'PUBLIC') and table_schema in ('public', 'trail')"
    ).fetchall()
    verbs = {verb for _, verb in rows}
    assert verbs == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {t for t, verb in rows if verb == "DELETE"} == {f"public.{name}" for name in REBUILT}
    assert {verb for t, verb in rows if t == "trail.entry"} == {"SELECT"}
    changed = {t.removeprefix("public.") for t, verb in rows if verb == "UPDATE"} - REBUILT
    expected = {"account", "role_grant", "site", "location", "staff_member", "patient", "reminder", "calendar_feed"}
    assert changed == expected


def test_the_trail_shows_to_every_sponsor_of_a_site_what_is_common_and_nothing_else(
    superuser: psycopg.Connection,
) -> None:
    rows = superuser.execute(
        "select polrelid::regclass::text from pg_policy where polname = 'seen_by' "
        "and pg_get_expr(polqual, polrelid) like '%(program_id IS NULL)%' and polrelid <> 'trail.entry'::regclass"
    ).fetchall()
    common = {name for name, kind in KINDS.items() if kind == "site"}
    assert {name for (name,) in rows} == common
    [(named,)] = superuser.execute("select rems_common()").fetchall()
    assert set(named) == common, "name the table in rems_common, in the migration that protects it"


def test_a_function_that_runs_as_its_owner_has_a_fixed_search_path(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        "select p.oid::regprocedure::text, array_to_string(p.proconfig, ' ') from pg_proc p "
        "where p.prosecdef and p.pronamespace in ('public'::regnamespace, 'trail'::regnamespace)"
    ).fetchall()
    assert len(rows) >= 5
    for name, config in rows:
        assert config is not None, name
        assert config.startswith("search_path=pg_catalog, "), name
        assert "pg_temp" in config.split(" TimeZone")[0].split(", ")[-1], name
