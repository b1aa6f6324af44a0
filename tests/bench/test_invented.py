"""The invented patients of the benchmark: the same for the same seed, in the columns of their tables."""

from datetime import date
from io import StringIO
from random import Random
from typing import Any

import pytest

from bench.invented import TABLES, Ward, key, patient
from bench.loading import Lines
from rems.app import PROGRAMS
from rems.models import METADATA
from rems.programs import files

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def ward() -> Ward:
    catalogue = files.of_installation(PROGRAMS.parent, demo=False)
    track = catalogue.schedules["CIBMTR-15Y-CRF"]
    return Ward(key("scope", 1), "p", key("site", 1), key("location", 1), "Kymriah", track, "1", date(2018, 1, 1))


def written(ward: Ward, seed: int, patients: int = 40) -> dict[str, str]:
    kept = {name: StringIO() for name, _ in TABLES}
    copies: dict[str, Any] = dict(kept)
    lines = {name: Lines(copies[name], "\n") for name, _ in TABLES}
    random = Random(seed)
    for number in range(patients):
        patient(lines, ward, number, random, TODAY)
    for one in lines.values():
        one.flush()
    return {name: text.getvalue() for name, text in kept.items()}


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(ward: Ward) -> None:
    assert written(ward, 7) == written(ward, 7)
    assert written(ward, 7)["patient"] != written(ward, 8)["patient"]


def test_every_row_fills_the_columns_of_its_table_and_every_key_is_its_own(ward: Ward) -> None:
    found = written(ward, 7)
    assert {name for name, text in found.items() if not text} == {"scope", "site", "location", "staff_member"}
    for name, columns in TABLES:
        assert set(columns) <= set(METADATA.tables[name].columns.keys()), name
        rows = [line.split("\t") for line in found[name].splitlines()]
        assert {len(row) for row in rows} <= {len(columns)}, name
        assert len({row[0] for row in rows}) == len(rows), name


def test_no_visit_is_held_before_the_infusion_or_after_today(ward: Ward) -> None:
    held = [line.split("\t")[3] for line in written(ward, 7)["visit"].splitlines()]
    assert min(held) >= "2018-01-31"
    assert max(held) <= TODAY.isoformat()
