"""Existing patients and past visits from the command line; against the real database."""

from pathlib import Path

import pytest

from rems.core.clock import utcnow
from rems.core.place import Place
from rems.core.vault import new_key
from tests.cli.test_main import rems
from tests.factories import LABEL, World
from tests.followup.imports.lists import HEAD, VISIT_HEAD, person

BEFORE = {"infused_on": "2025-08-01", "enrolled_on": "2025-07-01"}


@pytest.fixture
def env(where: Place) -> dict[str, str]:
    secret = "x" * 8 + "abcdefghijklmnopqrstuvwxyz012345"
    return {"REMS_DATABASE_URL": where.app, "REMS_SECRET_KEY": secret, "REMS_DATA_KEYS": new_key("tests")}


def written(folder: Path, *lines: str) -> str:
    path = folder / "list.csv"
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return str(path)


def test_patients_and_their_visits_are_told_and_then_taken(world: World, env: dict[str, str], tmp_path: Path) -> None:
    world.now = utcnow()
    world.hospital(LABEL, name="Harrow Lake")
    where = ("--site", "Harrow Lake", "--program", LABEL)
    file = written(tmp_path, HEAD, person(**BEFORE))
    ahead = rems("import", "patients", file, *where, "--dry-run", env=env)
    assert (ahead.returncode, ahead.stderr) == (0, "")
    assert ahead.stdout == (
        "line 2, new, HL-1: Enrolled 1 Jul 2025, infused 1 Aug 2025, taken over.\n"
        "Nothing was changed.\n1 new, 0 changed, 0 the same, 0 refused.\n"
    )
    assert rems("import", "patients", file, *where, "--from", "Register", env=env).returncode == 0
    assert "0 new, 0 changed, 1 the same" in rems("import", "patients", file, *where, env=env).stdout
    visits = written(tmp_path, VISIT_HEAD, "HL-1,D100,2025-11-10,phone,alive,,,,")
    done = rems("import", "visits", visits, *where, env=env)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "line 2, new, HL-1: Day 100, 10 Nov 2025.")


def test_bad_lines_stop_a_list_or_come_back_as_a_file(world: World, env: dict[str, str], tmp_path: Path) -> None:
    world.now = utcnow()
    world.hospital(LABEL, name="Harrow Lake")
    where = ("--site", "Harrow Lake", "--program", LABEL)
    file = written(tmp_path, HEAD, person(**BEFORE), person("HL-2", **BEFORE, sex="f"))
    whole = rems("import", "patients", file, *where, env=env)
    assert whole.returncode == 1
    assert "Nothing was changed." in whole.stdout and "1 new, 0 changed, 0 the same, 1 refused." in whole.stdout
    back = tmp_path / "back.csv"
    good = rems("import", "patients", file, *where, "--good", "--refused", str(back), env=env)
    assert good.returncode == 1
    assert "Nothing was changed." not in good.stdout
    assert f"The refused lines are in {back}" in good.stderr
    text = back.read_text("utf-8-sig")
    assert "HL-2" in text and "HL-1" not in text and "is none; it is one of female" in text
    none = rems("import", "patients", file, "--site", "Nowhere", "--program", LABEL, env=env)
    assert none.returncode == 1
    assert "There is no site" in none.stderr
