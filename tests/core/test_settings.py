"""What the program is started with, and the sentence for each thing that is wrong."""

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from rems.core.errors import SetupError
from rems.core.settings import ROOT, read
from rems.core.vault import new_key

STRONG = "0nly-For-Tests_abcdefghijklmnopqrstuvwxyz"
APP = "postgresql://rems_app:secret@db.example:5432/rems"
OWNER = "postgresql://rems_owner:secret@db.example:5432/rems"
KEYS = new_key("2026")
OURS = {
    "REMS_DATABASE_URL": APP,
    "REMS_OWNER_DATABASE_URL": OWNER,
    "REMS_SECRET_KEY": STRONG,
    "REMS_DATA_KEYS": KEYS,
}


def refusal(env: Mapping[str, str]) -> str:
    with pytest.raises(SetupError) as refused:
        read(env)
    assert "secret@" not in refused.value.sentence
    assert refused.value.sentence.count("\n") == 0
    return refused.value.sentence


def test_without_any_variable_the_program_runs_its_own_database_and_is_no_demonstration(tmp_path: Path) -> None:
    found = read({"REMS_DATA_DIR": str(tmp_path)})
    assert (found.embedded, found.demo, found.smtp_url) == (True, False, "")
    assert found.base_url == "http://127.0.0.1:8000"
    assert found.data_dir == tmp_path
    assert found.value("web", "session_hours") == 12


def test_the_data_stand_in_the_folder_instance_unless_another_is_named() -> None:
    assert read(OURS).data_dir == ROOT / "instance"
    assert read({**OURS, "REMS_DATA_DIR": ""}).data_dir == ROOT / "instance"


def test_a_database_of_ones_own_is_used_when_it_is_named() -> None:
    found = read(OURS)
    assert (found.embedded, found.database_url, found.owner_database_url) == (False, APP, OWNER)
    assert read(
        {**OURS, "REMS_DATABASE_URL": "postgresql:///rems?host=/run/postgresql", "REMS_OWNER_DATABASE_URL": ""}
    ).database_url


@pytest.mark.parametrize(
    ("port", "base", "url"), [("9000", "", "http://127.0.0.1:9000"), ("9000", "https://a.b/", "https://a.b")]
)
def test_links_in_mails_lead_to_where_the_program_is(port: str, base: str, url: str) -> None:
    more = {"REMS_BASE_URL": base} if base else {}
    assert read({**OURS, "PORT": port, **more}).base_url == url


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("", "it is empty"),
        ("mysql://rems:secret@db/rems", 'it begins with "mysql"'),
        ("db.example", 'it begins with "db.example"'),
        ("sqlite:///rems.db", 'it begins with "sqlite"'),
        ("postgresql:rems", 'it begins with "postgresql"'),
        ("postgresql://rems:secret@db:port/rems", "its host or port can't be read"),
        ("postgresql://rems:secret@[db/rems", "its host or port can't be read"),
    ],
)
@pytest.mark.parametrize("name", ["REMS_DATABASE_URL", "REMS_OWNER_DATABASE_URL"])
def test_an_address_that_is_none_of_postgresql_is_refused(name: str, given: str, wrong: str) -> None:
    if name == "REMS_OWNER_DATABASE_URL" and not given:
        assert read({**OURS, name: given}).owner_database_url == ""
        return
    said = refusal({**OURS, name: given})
    assert said.startswith(f"{name} must be an address like postgresql://rems_app:…@host:5432/rems; {wrong}")


def test_the_owners_address_alone_is_refused() -> None:
    said = refusal({"REMS_OWNER_DATABASE_URL": OWNER, "REMS_SECRET_KEY": STRONG})
    assert said.startswith("REMS_DATABASE_URL is missing: REMS_OWNER_DATABASE_URL is set, so both must be")


@pytest.mark.parametrize("key", ["", "short", "a" * 64, "abcabcabc" * 9, STRONG[:31]])
def test_a_weak_secret_stops_the_start(key: str, tmp_path: Path) -> None:
    for env in ({**OURS, "REMS_SECRET_KEY": key}, {"REMS_DATA_DIR": str(tmp_path), "REMS_SECRET_KEY": key}):
        said = refusal(env)
        assert said.startswith("REMS_SECRET_KEY is too weak: it needs 32 characters or more, made at random. Make one")
        assert not key or key not in said


def test_a_missing_secret_stops_the_start_with_a_database_of_ones_own() -> None:
    said = refusal({"REMS_DATABASE_URL": APP})
    assert said.startswith("REMS_SECRET_KEY is missing. Make one with: python -c")


def test_the_demonstration_starts_with_any_secret_or_none(tmp_path: Path) -> None:
    demo = {"REMS_DEMO": "1", "REMS_DATABASE_URL": APP, "REMS_DATA_DIR": str(tmp_path)}
    assert read({**demo, "REMS_SECRET_KEY": "weak"}).secret_key == "weak"
    assert len(read(demo).secret_key) > 32
    assert read({**demo, "REMS_SECRET_KEY": ""}).secret_key == read(demo).secret_key


def test_with_its_own_database_the_program_makes_a_secret_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = read({"REMS_DATA_DIR": str(folder)}).secret_key
    assert len(first) >= 48
    assert read({"REMS_DATA_DIR": str(folder)}).secret_key == first
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
    assert sorted(f.name for f in folder.iterdir()) == ["data-keys", "secret-key"]


def test_keys_of_ones_own_are_asked_for_with_a_database_of_ones_own() -> None:
    assert [key.name for key in read(OURS).vault.keys] == ["2026"]
    for given in ({}, {"REMS_DATA_KEYS": ""}):
        said = refusal({**{k: v for k, v in OURS.items() if k != "REMS_DATA_KEYS"}, **given})
        assert said.startswith("REMS_DATA_KEYS is missing: contact details of patients are encrypted. Make one with: ")


def test_a_wrong_key_stops_the_start_and_is_not_shown() -> None:
    said = refusal({**OURS, "REMS_DATA_KEYS": f"{KEYS}A"})
    assert said.startswith('REMS_DATA_KEYS: the key "2026" ') and KEYS not in said


def test_with_its_own_database_the_program_makes_a_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    first = read({"REMS_DATA_DIR": str(tmp_path)}).vault
    assert [key.name for key in first.keys] == ["own"]
    assert read({"REMS_DATA_DIR": str(tmp_path)}).vault == first
    assert stat.S_IMODE((tmp_path / "data-keys").stat().st_mode) == 0o600
    own = (tmp_path / "data-keys").read_text(encoding="ascii")
    both = read({"REMS_DATA_DIR": str(tmp_path), "REMS_DATA_KEYS": f"{KEYS},{own}"}).vault
    assert [key.name for key in both.keys] == ["2026", "own"]


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = refusal({"REMS_DATA_DIR": str(tmp_path / "file" / "data")})
    assert said == f"REMS_DATA_DIR can't be used: Not a directory: {tmp_path / 'file' / 'data'}."


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("mail.example:25", 'it begins with "mail.example"'),
        ("http://mail.example", 'it begins with "http"'),
        ("smtp://", "it names no host"),
        ("smtp://:587", "it names no host"),
        ("smtp://user:secret@mail.example:none", "its host or port can't be read"),
    ],
)
def test_an_address_that_is_none_of_a_mail_server_is_refused_at_the_start(given: str, wrong: str) -> None:
    said = refusal({**OURS, "REMS_SMTP_URL": given})
    assert said.startswith("REMS_SMTP_URL must be an address like smtp://user:password@host:587 or smtps://host:465; ")
    assert wrong in said


@pytest.mark.parametrize("given", ["yes", "true", "2", ""])
def test_whether_it_is_a_demonstration_is_said_clearly(given: str) -> None:
    assert refusal({**OURS, "REMS_DEMO": given}) == f'REMS_DEMO must be 0 or 1, not "{given}".'


@pytest.mark.parametrize("given", ["-1", "6", "one", "", "٣"])
def test_the_number_of_proxies_is_a_small_number(given: str) -> None:
    with pytest.raises(SetupError, match=f'REMS_PROXIES must be a number from 0 to 5, not "{given}".'):
        read({"REMS_DEMO": "1", "REMS_SECRET_KEY": "any", "REMS_PROXIES": given})
