"""The application refuses to start on a database it can't use or that would let it do too much."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from rems.app import create_app
from rems.cli.migrate import migrate
from rems.core import settings
from rems.core.errors import SetupError
from rems.core.place import Place
from rems.core.server import Cluster

PASSWORD = "a password of a test"


@pytest.fixture
def chosen(tmp_path: Path) -> settings.Settings:
    return settings.read({"REMS_DATA_DIR": str(tmp_path), "REMS_DEMO": "1"})


@pytest.fixture
def role(superuser: psycopg.Connection) -> Iterator[str]:
    """Another role that can connect; a test gives it more than it should have."""
    name = "rems_test_role"
    superuser.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(name), sql.Literal(PASSWORD)))
    yield name
    superuser.execute(f"drop owned by {name}; drop role {name}")


def address_of(where: Place, role: str) -> str:
    return f"postgresql://{role}:{PASSWORD.replace(' ', '%20')}@" + where.app.split("@", 1)[1]


def refusal(chosen: settings.Settings, address: str) -> str:
    with pytest.raises(SetupError) as refused:
        create_app(chosen, Place(address, ""))
    assert PASSWORD not in refused.value.sentence
    assert "\n" not in refused.value.sentence
    return refused.value.sentence


def test_the_owner_is_too_strong(chosen, where: Place) -> None:
    said = refusal(chosen, where.owner)
    assert said == "The role of REMS_DATABASE_URL is a member of rems_owner. Connect as rems_app, which owns nothing."


def test_a_superuser_is_too_strong(chosen, where: Place, cluster: Cluster) -> None:
    name = where.app.split("?")[0].rsplit("/", 1)[1]
    assert "The role of REMS_DATABASE_URL is a superuser." in refusal(chosen, cluster.dsn("rems_super", name))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("alter role {role} bypassrls", "bypasses row-level security"),
        ("grant rems_owner to {role}", "is a member of rems_owner"),
        ("create table public.its_own (id int); alter table public.its_own owner to {role}", "owns tables"),
    ],
)
def test_a_role_that_could_see_past_its_scopes_is_refused(given, why, role, chosen, where, superuser) -> None:
    superuser.execute(given.format(role=role))
    assert f"The role of REMS_DATABASE_URL {why}." in refusal(chosen, address_of(where, role))


def test_a_wrong_password_is_said_without_it(chosen, where: Place, role: str) -> None:
    said = refusal(chosen, address_of(where, role).replace("%20", "%21"))
    assert said.startswith("The database of REMS_DATABASE_URL can't be used: ")
    assert 'password authentication failed for user "rems_test_role"' in said


def test_a_database_that_cannot_be_reached_is_said(chosen) -> None:
    said = refusal(chosen, "postgresql://rems_app:secret@127.0.0.1:1/rems")
    assert said.startswith("The database of REMS_DATABASE_URL can't be used: ")
    assert "Connection refused" in said
    assert "secret" not in said


def test_a_database_that_is_not_there_is_said(chosen, cluster: Cluster) -> None:
    assert 'database "no_such" does not exist' in refusal(chosen, cluster.dsn("rems_app", "no_such"))


def test_migrations_need_the_owners_address_and_say_when_it_does_not_answer(where: Place) -> None:
    with pytest.raises(SetupError, match="REMS_OWNER_DATABASE_URL is missing: migrations run as rems_owner"):
        migrate(Place(where.app, ""))
    with pytest.raises(SetupError, match="The database can't be reached as its owner: .*Connection refused"):
        migrate(Place(where.app, "postgresql://rems_owner:secret@127.0.0.1:1/rems"))


def test_the_application_role_starts(chosen, where: Place) -> None:
    app = create_app(chosen, where)
    assert app.config["SECRET_KEY"] == chosen.secret_key
