"""The real extract, counted independently; and a generated one that is large enough to see whether memory grows."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from rems.core.settings import ROOT
from tests.background.extracts import HEADERS, write_many


@pytest.mark.needs_shared("data/faers")
def test_the_real_extract_is_taken_whole(run, rows, counts, shared):
    folder = shared / "data" / "faers"
    assert run(folder) == [
        "FAERS 2025Q4: 501 cases read, 501 taken, 0 skipped as already there, 0 refused.",
        "0 lines refused.",
    ]
    lines = {k: (folder / f"{k}25Q4.txt").read_text().splitlines()[1:] for k in HEADERS}
    found = counts()
    assert (found["public_report"], found["public_drug"], found["public_reaction"]) == (501, 3285, 2256)
    assert found["public_report"] == len(lines["DEMO"])
    assert found["public_drug"] == len(lines["DRUG"])
    assert found["public_reaction"] == len(lines["REAC"])
    kept = rows(
        "select (select sum(jsonb_array_length(outcomes)) from public_report), "
        "(select sum(jsonb_array_length(sources)) from public_report), "
        "(select sum(jsonb_array_length(indications)) from public_drug), "
        "(select sum(jsonb_array_length(therapy)) from public_drug)"
    )
    assert kept == [tuple(len(lines[k]) for k in ("OUTC", "RPSR", "INDI", "THER"))] == [(671, 17, 2189, 806)]
    types = Counter(one.split("$")[8] for one in lines["DEMO"])
    assert dict(rows("select report_type, count(*) from public_report group by 1")) == types
    assert types["EXP"] == 454
    again = run(folder)
    assert again[0] == "FAERS 2025Q4: 501 cases read, 0 taken, 501 skipped as already there, 0 refused."
    assert counts() == found


@pytest.mark.needs_shared("data/faers")
def test_the_one_cart_case_of_the_real_extract_is_found(run, rows, shared):
    run(shared / "data" / "faers")
    assert rows(
        "select case_id, days_taken, outcomes, special_interest, mfr_received, fda_received "
        "from public_report where cart"
    ) == [(25913997, 5, ["OT"], [], "2025-10-08", "2025-10-13")]
    assert rows("select name, product, role, lot, indications from public_drug where product <> '' order by id") == [
        ("CILTACABTAGENE AUTOLEUCEL", "ciltacabtagene autoleucel", "PS", "23GC3515", ["Plasma cell myeloma"]),
        ("CILTACABTAGENE AUTOLEUCEL", "ciltacabtagene autoleucel", "SS", "", ["Plasma cell myeloma"]),
    ]
    terms = "select term from public_reaction a join public_report r on r.id = a.report_id where r.case_id = 25913997"
    assert rows(terms) == [("Malignant melanoma",)]
    groups = dict(rows("""select "group", count(*) from public_reaction where "group" <> '' group by 1"""))
    assert groups["CRS"] >= 1
    assert groups["ICANS"] >= 1


MEASURE = """
import json, sys, time
from pathlib import Path
import psycopg
from rems.background.reading import TERMS, open_extract, read_terms
from rems.background.taking import take
for folder in sys.argv[2:]:
    begun = time.monotonic()
    with psycopg.connect(sys.argv[1], autocommit=True) as connection:
        take(connection, open_extract(Path(folder)), read_terms(TERMS), lambda words: None)
    # not ru_maxrss, which a child inherits from the process that started it
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps([time.monotonic() - begun, int(peak.split()[1])]))
"""
GROWTH_KIB = 3 * 1024  # 7,500 more cases of four lines each; 100 bytes kept of each line would be more


def test_memory_does_not_grow_with_the_extract(app, where, counts, tmp_path, record_property):
    """In a process that has nothing else to hold, so that its peak is the import's own."""
    small, large = write_many(tmp_path / "small", 500), write_many(tmp_path / "large", 8_000, first=40_000_000)
    command = [sys.executable, "-c", MEASURE, where.owner, str(small), str(large)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (_, before), (seconds, after) = map(json.loads, done.stdout.splitlines())
    record_property("cases_per_second", round(8_000 / seconds))
    assert counts()["public_report"] == 8_500
    assert after - before < GROWTH_KIB, f"{before} KiB for 500 cases, {after} KiB for 8,000"
