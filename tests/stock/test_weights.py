"""A weight that no patient has is refused in words, wherever a weight is asked for."""

import json
import subprocess
import sys
from datetime import date

import pytest
from flask.testing import FlaskClient

from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.lens import Lens
from rems.core.settings import ROOT
from rems.patients import queries as patients
from tests.factories import Hospital, World
from tests.stock.asking import send, text

REFUSED = [
    ("0", "Weight: 0 kg is less than 1 kg"),
    ("0.9", "Weight: 0.9 kg is less than 1 kg"),
    ("900", "Weight: 900 kg is more than 400 kg"),
    ("400.1", "Weight: 400.1 kg is more than 400 kg"),
]


@pytest.mark.parametrize("weight", [0, 900])
def test_the_rule_of_the_dose_refuses_it_on_the_command_line(weight: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rems", "rule", "dose"],
        input=json.dumps({"weight_kg": weight}), capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == ""
    assert f"weight_kg must be a number from 1 to 400, not {weight}." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("weight", "words"), REFUSED)
def test_the_page_of_the_stock_refuses_it_and_works_out_nothing(
    world: World, client: FlaskClient, hospital: Hospital, weight: str, words: str
) -> None:
    world.sign_in(client, hospital.coordinator)
    answer = client.get(f"/sites/{hospital.site_id}/stock?weight={weight}")
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    assert f'value="{weight}"' in page
    assert f"for {weight} kg" not in page


@pytest.mark.parametrize(("weight", "words"), REFUSED)
def test_the_record_of_a_patient_refuses_it_and_keeps_nothing(
    world: World, client: FlaskClient, hospital: Hospital, weight: str, words: str
) -> None:
    world.now = utcnow()
    patient_id = hospital.enrolled(date(2026, 1, 5))
    world.sign_in(client, hospital.coordinator)
    day = utcnow().date()
    answer = send(
        client, f"/patients/{patient_id}/record/weight", weight_kg=weight, holds_on=f"{day.day} {day:%b} {day.year}"
    )
    assert answer.status_code == 422
    assert words in text(answer)
    assert f'value="{weight}"' in text(answer)
    with reading(hospital.coordinator):
        assert patients.weight(patient_id, Lens(day)) is None
