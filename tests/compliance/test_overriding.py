"""A stop that was overridden becomes a deviation: by itself, once, and each page leads to the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rems.compliance import actions, queries
from rems.compliance.models import Deviation
from rems.compliance.overriding import report_override
from rems.compliance.rules import DeviationSeverity, DeviationSource
from rems.core.db import db, reading
from rems.core.errors import NotFound
from rems.core.ids import uuid7
from rems.core.place import Place
from rems.patients import actions as patients
from rems.patients import overriding
from tests.factories import Hospital, World
from tests.patients.overridden import WHY, overridable, override, physician, prepared, suspended
from tests.working import work


@pytest.fixture(autouse=True)
def _local(app: Flask) -> Iterator[None]:
    with overridable(app):
        yield


@pytest.fixture
def hospital(world: World) -> Hospital:
    return suspended(world)


def the_override(hospital: Hospital) -> UUID:
    with reading(hospital.manager):
        return overriding.overrides(hospital.manager)[0].row.id


def the_deviation(hospital: Hospital) -> Deviation:
    """The only deviation there is."""
    with reading(hospital.coordinator):
        [row] = db.session.scalars(queries.visible(hospital.coordinator, Deviation))
        db.session.expunge(row)
        return row


def test_the_worker_reports_an_override_as_a_major_deviation(
    app: Flask, where: Place, world: World, hospital: Hospital
) -> None:
    by = physician(hospital)
    code = override(hospital, prepared(hospital), by).code
    work(app, where.app)
    key, row = the_override(hospital), the_deviation(hospital)
    assert row.id == row.root_id == key
    assert (row.source, row.severity) == (DeviationSource.OVERRIDE, DeviationSeverity.MAJOR)
    assert (row.scope_id, row.requirement_code) == (hospital.scope_id, "")
    assert row.reference == f"authorization {code}"
    assert row.summary == (
        f"A stop before an infusion was overridden (Site certified on 24 Nov 2026). The reason given: {WHY}"
    )
    assert row.immediate_action == (
        f"{by.name} overrode it and signed for it. "
        "It was put before the program manager, who reports it and records to whom."
    )
    assert (row.root_cause, row.closed_on, row.recorded_by) == ("", None, "system: compliance")
    [entry] = world.trail("compliance.report_override")
    assert (entry["table_name"], entry["row_key"], entry["actor"]) == ("deviation", str(key), "system: compliance")


def test_a_second_run_also_at_once_changes_nothing(app: Flask, world: World, hospital: Hospital) -> None:
    override(hospital, prepared(hospital), physician(hospital))
    key = the_override(hospital)

    def run(_: int) -> bool:
        with app.app_context():
            return report_override(key, now=world.now)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == [False, False, False, True]
    said = {"by": hospital.coordinator, "now": world.now}
    actions.investigate(key, "The certificate was not looked at.", **said)
    assert report_override(key, now=world.now) is False
    assert the_deviation(hospital).root_cause == "The certificate was not looked at."
    assert len(world.trail("compliance.report_override")) == 1


def test_an_override_that_is_not_there_is_not_reported(world: World) -> None:
    with pytest.raises(NotFound):
        report_override(uuid7(), now=world.now)
    assert world.trail("compliance.report_override") == []


def test_it_names_the_requirement_that_was_overridden_and_whom_it_was_reported_to(
    world: World, hospital: Hospital
) -> None:
    override(hospital, prepared(hospital, card=False), physician(hospital))
    key = the_override(hospital)
    patients.report_override(
        key, holds_on=world.today, reported_to="Sponsor", reference="", by=hospital.manager, now=world.now
    )
    report_override(key, now=world.now)
    row = the_deviation(hospital)
    assert row.requirement_code == "EU-PATIENT-ALERT-CARD"
    assert row.summary.startswith("2 stops before an infusion were overridden (")
    assert "alert card given" in row.summary and "HL-" not in row.summary
    assert row.immediate_action.endswith("It was reported to Sponsor on 24 Nov 2026.")


@pytest.mark.parametrize("hours", [0, 20])
def test_it_was_found_on_the_day_of_the_infusion_or_today_where_that_has_not_come(
    world: World, hospital: Hospital, hours: int
) -> None:
    override(hospital, prepared(hospital), physician(hospital), at=world.now + timedelta(hours=hours))
    report_override(the_override(hospital), now=world.now)
    assert the_deviation(hospital).holds_on == date(2026, 11, 24)


def test_an_override_and_its_deviation_lead_to_each_other(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    override(hospital, prepared(hospital), physician(hospital))
    key = the_override(hospital)
    world.sign_in(client, hospital.coordinator)
    assert "/deviations/" not in client.get(f"/overrides/{key}").text
    report_override(key, now=world.now)
    assert f'href="/deviations/{key}"' in client.get(f"/overrides/{key}").text
    assert "overridden (Site certified on 24 Nov 2026)" in client.get("/deviations").text
    page = client.get(f"/deviations/{key}").text
    assert f'href="/overrides/{key}"' in page
    assert "a stop that was overridden, authorization" in page


def test_a_deviation_that_somebody_reported_of_an_override_leads_nowhere(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    key = hospital.deviation(world.today, source=DeviationSource.OVERRIDE)
    world.sign_in(client, hospital.coordinator)
    assert "/overrides/" not in client.get(f"/deviations/{key}").text
