"""Fill a database of its own with many invented patients and all that belongs to them, by COPY as the owner.

    python -m bench.fill [--patients 100000] [--seed 20261124] [--folder instance/fill-100000]

The same seed gives the same rows. Without the trail, as no page could write: what is measured on it is reading.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import psycopg

from bench.invented import TABLES, Ward, key, patient
from bench.loading import loading
from rems.app import PROGRAMS
from rems.cli.migrate import migrate
from rems.core import place, settings
from rems.core.server import hold, release
from rems.programs import files

SEED, PATIENTS, PER_SITE = 20261124, 100_000, 100
CODES = ("US-FDA-LABEL-CART-2025", "EU-RMP-CART")
SERVER = {"max_wal_size": "2GB", "shared_buffers": "512MB"}
TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Filled:
    """What was filled in, and how long it took (s)."""

    rows: Mapping[str, int]
    seconds: float


def ground(folder: Path) -> tuple[settings.Settings, place.Place]:
    """A server in that folder with the tables of the program; hand it to `release(folder / "postgres")` at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    env = {"REMS_DEMO": "0", "REMS_DATA_DIR": str(folder), "REMS_SECRET_KEY": "only for measuring, not for any use"}
    chosen = settings.read(env)
    cluster = hold(chosen.data_dir / "postgres", settings=SERVER)
    where = place.Place(cluster.dsn("rems_app"), cluster.dsn("rems_owner"))
    migrate(where)
    return chosen, where


def fill(where: place.Place, *, patients: int, seed: int = SEED, today: date = TODAY) -> Filled:
    """Write so many patients, a hundred at each site. Raises RuntimeError where there are some already."""
    began = time.perf_counter()
    with psycopg.connect(where.owner) as owner:
        if owner.execute("select from patient limit 1").fetchone():
            raise RuntimeError("this database has patients already; name another folder")
        known: dict[str, str] = dict(owner.execute("select code, id::text from program").fetchall())
    programs, random = files.of_installation(PROGRAMS.parent, demo=False), Random(seed)
    with loading(where.owner, TABLES) as into:
        for number in range(-(-patients // PER_SITE)):
            code = CODES[number % 3 // 2]  # two sites in America for one in Europe
            program = programs.programs[code]
            site, name = key("site", number), f"Bench hospital {number}"
            entry = key("scope", number)
            place_ = ("Town", "", "US" if code == CODES[0] else "DE", "UTC", "", "", "1")
            into["site"].add(site, name, name.lower(), *place_)
            into["scope"].add(site, site, "\\N")
            into["scope"].add(entry, site, known[code])
            into["location"].add(key("location", number), site, "\\N", name, "hospital")
            for one in range(10):
                staff = (key("staff_member", number * 10 + one), site, "\\N", f"Person {one}", "nurse", "")
                into["staff_member"].add(*staff, "2018-01-01", "1")
            track = programs.schedules[program.tracks[number // 3 % len(program.tracks)]]
            product = program.products[number % len(program.products)].name
            version, first = program.versions[-1].version, date(2018, 1, 1)
            ward = Ward(entry, known[code], site, key("location", number), product, track, version, first)
            for at in range(number * PER_SITE, min((number + 1) * PER_SITE, patients)):
                patient(into, ward, at, random, today)
        rows = {name: stream.count for name, stream in into.items()}
    return Filled(rows, time.perf_counter() - began)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench.fill", description="Many invented patients, by COPY.")
    asked.add_argument("--patients", type=int, default=PATIENTS)
    asked.add_argument("--seed", type=int, default=SEED, help=f"the same seed gives the same rows (default {SEED})")
    asked.add_argument("--folder", type=Path, help="where its server lives (default instance/fill-PATIENTS)")
    given = asked.parse_args()
    folder = (given.folder or settings.ROOT / "instance" / f"fill-{given.patients}").resolve()
    chosen, where = ground(folder)
    try:
        done = fill(where, patients=given.patients, seed=given.seed)
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        release(chosen.data_dir / "postgres")
    for name, count in done.rows.items():
        print(f"{name:<16}{count:>12,}")
    whole = sum(done.rows.values())
    print(f"{whole:,} rows in {done.seconds:,.0f} s, keys checked; in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
