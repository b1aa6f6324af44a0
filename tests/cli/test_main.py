"""The commands: exit codes, and the one sentence for what can't be."""

import os
import subprocess
import sys

import pytest

from rems.core.settings import ROOT


def rems(*arguments: str, env: dict[str, str] | None = None, given: str = "") -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith("REMS_")}
    return subprocess.run(
        [sys.executable, "-m", "rems", *arguments],
        cwd=ROOT,
        env={**clean, **(env or {})},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_ends_well() -> None:
    done = rems("--help")
    assert done.returncode == 0
    for command in ("serve", "web", "worker", "migrate", "demo", "import", "rule", "user"):
        assert command in done.stdout


def test_wrong_usage_ends_with_two() -> None:
    assert rems("certify").returncode == 2


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        (
            {"REMS_DATABASE_URL": "mysql://somewhere/rems"},
            'REMS_DATABASE_URL must be an address like postgresql://rems_app:…@host:5432/rems; it begins with "mysql".',
        ),
        (
            {"REMS_DATABASE_URL": ""},
            "REMS_DATABASE_URL must be an address like postgresql://rems_app:…@host:5432/rems; it is empty.",
        ),
        (
            {"REMS_OWNER_DATABASE_URL": "postgresql://rems_owner@localhost/rems"},
            "REMS_DATABASE_URL is missing: REMS_OWNER_DATABASE_URL is set, so both must be; "
            "the first for the role rems_app.",
        ),
    ],
)
def test_a_wrong_address_of_the_database_is_one_sentence(env: dict[str, str], sentence: str) -> None:
    done = rems("serve", env={"REMS_DEMO": "1", **env})
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", sentence)


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    address = "postgresql://rems_app:x@127.0.0.1:9/rems"
    owner = "postgresql://rems_owner:x@127.0.0.1:9/rems"
    env = {"REMS_DEMO": "1", "PORT": "0", "REMS_DATABASE_URL": address, "REMS_OWNER_DATABASE_URL": owner}
    done = rems("migrate", env=env)
    assert done.returncode == 1
    assert done.stderr.startswith("The database can't be reached as its owner: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none_is_one_sentence(port: str) -> None:
    done = rems("serve", env={"REMS_DEMO": "1", "PORT": port})
    assert (done.returncode, done.stderr) == (1, f'PORT must be a number from 1 to 65535, not "{port}".\n')
