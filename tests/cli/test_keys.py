"""Make a key and seal everything anew, from the command line."""

import psycopg
import pytest

from rems.core import sealing
from rems.core.place import Place
from rems.core.vault import new_key, read_keys
from rems.models import METADATA
from tests.cli.test_main import rems
from tests.conftest import empty
from tests.core.test_sealing import kept


def test_a_new_key_is_printed_as_the_setting_takes_it() -> None:
    done = rems("keys", "new", "2026a")
    assert (done.returncode, done.stderr) == (0, "")
    assert [key.name for key in read_keys(done.stdout.strip()).keys] == ["2026a"]
    done = rems("keys", "new", "a b")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "REMS_DATA_KEYS: the name of a key is 1 to 20 letters, digits, - and _, such as 2026a.\n"


@pytest.fixture
def env(where: Place) -> dict[str, str]:
    return {
        "REMS_DATABASE_URL": where.app,
        "REMS_OWNER_DATABASE_URL": where.owner,
        "REMS_SECRET_KEY": "x" * 8 + "abcdefghijklmnopqrstuvwxyz012345",
    }


def test_rotating_is_said_and_may_be_repeated(env: dict[str, str], superuser: psycopg.Connection) -> None:
    old, new = new_key("old"), new_key("new")
    kept(superuser, read_keys(old), 2)
    for words in ("3 values sealed anew", "0 values sealed anew"):
        done = rems("keys", "rotate", env={**env, "REMS_DATA_KEYS": f"{new},{old}"})
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f'{words} with the key "new".\nNo value needs old any more')
    done = rems("keys", "rotate", env={**env, "REMS_DATA_KEYS": old})
    assert done.returncode == 1
    assert 'sealed with the key "new", which is not in REMS_DATA_KEYS' in done.stderr
    empty(superuser)


def test_rotating_needs_the_owner(env: dict[str, str]) -> None:
    done = rems("keys", "rotate", env={**env, "REMS_OWNER_DATABASE_URL": "", "REMS_DATA_KEYS": new_key("new")})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("REMS_OWNER_DATABASE_URL is missing: values are sealed anew as rems_owner.")


def test_a_key_that_is_missing_stops_the_start(env: dict[str, str], superuser: psycopg.Connection) -> None:
    kept(superuser, read_keys(new_key("old")), 1)
    other = {**env, "REMS_DATA_KEYS": new_key("new")}
    done = rems("ledger", "check-signature", "018f0000-0000-7000-8000-000000000000", env=other)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith('The key "old" is missing in REMS_DATA_KEYS: values in patient_identity are sealed')
    empty(superuser)


def test_what_is_sealed_is_found_by_its_type() -> None:
    found = {(table.name, column.name) for table, column in sealing.sealed_columns(METADATA)}
    assert found == {("patient_identity", "details"), ("patient_identity", "birth_date")}
