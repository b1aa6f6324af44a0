"""A location where somebody is to be infused is not closed, and nobody is authorized for one that was."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.patients import actions
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites.rules import LocationKind
from rems.stock import actions as stock
from rems.stock import queries as vials
from rems.stock.rules import MovementKind
from tests.factories import Hospital, World
from tests.patients.acting import AT, DAY, ENROLLED, SYSTEM, authorize, infuse, of, prepared


@pytest.fixture
def waiting(hospital: Hospital) -> UUID:
    return prepared(hospital, hospital.enrolled(ENROLLED))


@pytest.fixture
def suite(hospital: Hospital) -> UUID:
    """A second location, where all vials of the hospital are."""
    key = sites.add_location(hospital.site_id, "Infusion suite", LocationKind.UNIT, **own(hospital))
    bring(hospital, key)
    return key


def own(hospital: Hospital) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": hospital.world.now}


def bring(hospital: Hospital, location_id: UUID, on: date = ENROLLED) -> None:
    """All vials lie at that location from that day on."""
    with reading(hospital.coordinator):
        lots = [(line.lot.id, line.vials) for line in vials.lots(hospital.site_id, Lens(on))]
    for key, number in lots:
        stock.transfer(key, location_id, number, holds_on=on, **own(hospital))


def empty(hospital: Hospital, on: date) -> None:
    """The vials are used up, also those that were held."""
    with reading(hospital.coordinator):
        lots = [(line.lot.id, line.vials) for line in vials.lots(hospital.site_id, Lens(on))]
    for key, number in lots:
        stock.move(key, MovementKind.WASTED, -number, holds_on=on, note="Broken", **own(hospital))


def close(hospital: Hospital, location_id: UUID, on: date) -> None:
    keeping.close_location(location_id, until_on=on, version=1, **own(hospital))


def test_a_place_for_which_somebody_is_authorized_is_closed_once_that_is_withdrawn(
    hospital: Hospital, suite: UUID, waiting: UUID
) -> None:
    now = hospital.world.now
    prepared(hospital, waiting, now.date())
    authorize(hospital, waiting, location_id=suite, at=now)
    with pytest.raises(BadInput) as refused:
        close(hospital, suite, now.date())
    with reading(SYSTEM):
        number = of(waiting).number
    assert refused.value.sentence == (
        "Last day: Infusion suite cannot be closed on 24 Nov 2026. "
        f"{number} is authorized to be infused there until 25 Nov 2026, 15:42 UTC. "
        "2 vials of tocilizumab are still there. First bring away, use or withdraw what is left."
    )
    actions.withdraw_authorization(waiting, reason="The suite closes.", **own(hospital))
    bring(hospital, hospital.location_id, now.date())
    close(hospital, suite, now.date())


def test_a_last_day_before_an_infusion_is_refused(hospital: Hospital, suite: UUID, waiting: UUID) -> None:
    authorize(hospital, waiting, location_id=suite)
    infuse(hospital, waiting, location_id=suite)
    empty(hospital, DAY)
    with pytest.raises(BadInput, match=r"HL-\d+ was infused there on 20 Nov 2026\."):
        close(hospital, suite, DAY - timedelta(days=1))
    close(hospital, suite, DAY)


def test_nobody_is_authorized_for_a_place_that_was_closed(hospital: Hospital, waiting: UUID) -> None:
    ward = sites.add_location(hospital.site_id, "Ward 3", LocationKind.UNIT, **own(hospital))
    close(hospital, ward, DAY - timedelta(days=1))
    with pytest.raises(BadInput) as refused:
        authorize(hospital, waiting, location_id=ward, at=AT)
    assert refused.value.sentence == (
        "Where: Ward 3 was open until 19 Nov 2026; choose a location that is open on 20 Nov 2026."
    )
    assert refused.value.field == "location_id"
    assert hospital.world.trail("patients.authorize") == []


def test_the_gate_offers_no_place_that_was_closed_and_a_late_record_still_finds_it(
    client: FlaskClient, world: World
) -> None:
    world.now = utcnow()
    hospital = world.hospital()
    patient_id = hospital.enrolled(world.today - timedelta(days=20))
    ward = sites.add_location(hospital.site_id, "Ward 3", LocationKind.UNIT, **own(hospital))
    close(hospital, ward, world.today - timedelta(days=1))
    world.sign_in(client, hospital.coordinator)
    assert f'value="{ward}"' not in client.get(f"/patients/{patient_id}/gate").text
    assert "Ward 3, open until" in client.get(f"/sites/{hospital.site_id}/stock/receive").text
