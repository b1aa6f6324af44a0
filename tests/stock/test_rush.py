"""The last doses, asked for by several processes at the same moment; `make bench` does it with fifty, twenty times."""

import json
import os
import subprocess
import sys
from datetime import date

from rems.core.place import Place
from rems.core.settings import ROOT
from tests.factories import Hospital

TODAY = date(2026, 11, 24)
PROCESSES, RUNS = 12, 3


def test_of_many_processes_exactly_one_gets_the_last_two_doses(
    hospital: Hospital, receive, patient, where: Place
) -> None:
    receive(vials=4)
    assert hospital.coordinator.id is not None
    facts = {
        "dsn": where.app,
        "account": str(hospital.coordinator.id),
        "site": str(hospital.site_id),
        "location": str(hospital.location_id),
        "patients": [str(patient(f"HL-{n:04d}")) for n in range(PROCESSES)],
        "runs": RUNS,
        "day": TODAY.isoformat(),
    }
    env = {**os.environ, "REMS_DATABASE_URL": where.app, "REMS_SECRET_KEY": "only-for-tests-0123456789-abcdefghij"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.rush"],
        input=json.dumps(facts), capture_output=True, text=True, cwd=ROOT, env=env, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [1] * RUNS
