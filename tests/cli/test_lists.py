"""Lists of sites and staff, and a draft of a program, from the command line; against the real database."""

from datetime import date
from pathlib import Path

import pytest

from rems.core.db import reading
from rems.core.place import Place
from rems.core.vault import new_key
from rems.sites import queries
from tests.certification.test_impact import draft
from tests.cli.test_main import rems
from tests.factories import EUROPE, World

SITES = "name,city,country,timezone,site_number\nKlinikum Süd,Nürnberg,DE,Europe/Berlin,E-1\n"
STAFF = "site,name,role,from\nE-1,王小明,nurse,2020-01-02\n"


@pytest.fixture
def env(where: Place) -> dict[str, str]:
    secret = "x" * 8 + "abcdefghijklmnopqrstuvwxyz012345"
    return {"REMS_DATABASE_URL": where.app, "REMS_SECRET_KEY": secret, "REMS_DATA_KEYS": new_key("tests")}


def written(folder: Path, text: str, name: str = "list.csv") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def test_lists_are_shown_and_then_taken(world: World, env: dict[str, str], tmp_path: Path) -> None:
    manager = world.manager(EUROPE)
    file = written(tmp_path, SITES)
    ahead = rems("import", "sites", file, "--program", EUROPE, "--dry-run", env=env)
    assert (ahead.returncode, ahead.stderr) == (0, "")
    assert ahead.stdout == (
        "line 2, new, Klinikum Süd: Nürnberg, DE\nNothing was changed.\n1 new, 0 changed, 0 the same.\n"
    )
    with reading(manager):
        assert queries.all_of(manager) == []
    assert rems("import", "sites", file, "--program", EUROPE, env=env).returncode == 0
    with reading(manager):
        [site] = queries.all_of(manager)
        key = site.id
    assert rems("import", "staff", written(tmp_path, STAFF), env=env).returncode == 0
    with reading(manager):
        assert [p.name for p in queries.staff(key)] == ["王小明"]


def test_a_refused_line_or_file_ends_with_one(world: World, env: dict[str, str], tmp_path: Path) -> None:
    bad = written(tmp_path, SITES.replace("DE,", "XX,"))
    done = rems("import", "sites", bad, "--program", EUROPE, env=env)
    assert done.returncode == 1
    assert 'line 2, refused, Klinikum Süd: Country: "XX" is no country code' in done.stdout
    assert done.stderr == "1 line refused, so nothing was taken.\n"
    latin = tmp_path / "latin.csv"
    latin.write_bytes(SITES.encode("latin-1"))
    done = rems("import", "sites", str(latin), "--program", EUROPE, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The file is not in UTF-8: line 2")
    gone = rems("import", "staff", str(tmp_path / "gone.csv"), env=env)
    assert "cannot be read (No such file or directory); expected a CSV file." in gone.stderr
    none = rems("import", "sites", written(tmp_path, SITES), "--program", "NONE", env=env)
    assert none.stderr.startswith('There is no program "NONE". Known are:')


def test_a_draft_is_held_against_the_sites(world: World, env: dict[str, str], tmp_path: Path) -> None:
    world.hospital(EUROPE, name="Klinikum Süd").certified(date(2026, 6, 1))
    done = rems("program", "impact", written(tmp_path, draft(), "eu-rmp-cart.yaml"), env=env)
    assert done.returncode == 1  # a site would have a gap that it has not now
    assert done.stdout.startswith("site,city,country,certification now,")
    assert "Klinikum Süd,Town,DE," in done.stdout
    assert "1 of 1 sites would stand otherwise; 1 lose something." in done.stderr
    broken = rems("program", "impact", written(tmp_path, "code: [x", "x.yaml"), env=env)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "this is not YAML" in broken.stderr
