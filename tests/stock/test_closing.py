"""A location with vials is not closed, and one that was closed takes no more; also at the same moment."""

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask

from rems.core.db import reading, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.sites import actions as sites
from rems.sites import keeping, queries, tree
from rems.sites.models import Location
from rems.sites.rules import LocationKind
from rems.stock import actions, counting
from rems.stock.counting import Found
from rems.stock.models import StockLot, StockMovement
from rems.stock.rules import MovementKind
from tests.factories import Hospital
from tests.waiting import wait_for_one_who_waits

TODAY = date(2026, 11, 24)
DAYS_AGO = [TODAY - timedelta(days=n) for n in range(10)]


@pytest.fixture
def said(hospital: Hospital) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": hospital.world.now}


@pytest.fixture
def ward(hospital: Hospital, said: dict[str, Any]) -> UUID:
    return sites.add_location(hospital.site_id, "Ward 3", LocationKind.UNIT, **said)


def close(ward: UUID, said: dict[str, Any], on: date = TODAY) -> None:
    keeping.close_location(ward, until_on=on, version=1, **said)


def last_day(hospital: Hospital, ward: UUID) -> date | None:
    with reading(hospital.coordinator):
        return next(p.until_on for p in queries.locations(hospital.site_id) if p.id == ward)


def test_a_place_with_vials_is_closed_once_they_are_brought_away(
    hospital: Hospital, ward: UUID, said: dict[str, Any], receive: Callable[..., UUID]
) -> None:
    lot = receive(location_id=ward, vials=3, holds_on=DAYS_AGO[5])
    with pytest.raises(BadInput) as refused:
        close(ward, said)
    assert refused.value.field == "until_on"
    assert refused.value.sentence == (
        "Last day: Ward 3 cannot be closed on 24 Nov 2026. 3 vials of tocilizumab are still there. "
        "First bring away, use or withdraw what is left."
    )
    assert hospital.world.trail("sites.close_location") == []
    actions.transfer(lot, hospital.location_id, 3, holds_on=DAYS_AGO[2], **said)
    with pytest.raises(
        BadInput, match=r"3 vials of tocilizumab lay there until 22 Nov 2026\. .*; or name a later day\."
    ):
        close(ward, said, DAYS_AGO[3])
    close(ward, said, DAYS_AGO[2])
    assert last_day(hospital, ward) == DAYS_AGO[2]


def test_vials_of_another_place_hold_nothing_open(
    hospital: Hospital, ward: UUID, said: dict[str, Any], receive: Callable[..., UUID]
) -> None:
    receive()
    close(ward, said)
    assert last_day(hospital, ward) == TODAY


def test_a_closed_place_takes_no_vials_after_its_last_day(
    hospital: Hospital, ward: UUID, said: dict[str, Any], receive: Callable[..., UUID]
) -> None:
    there, here = receive(location_id=ward, holds_on=DAYS_AGO[9]), receive(holds_on=DAYS_AGO[9])
    actions.move(there, MovementKind.WASTED, -4, holds_on=DAYS_AGO[8], note="Broken", **said)
    close(ward, said, DAYS_AGO[7])
    words = "Where: Ward 3 was open until 17 Nov 2026; choose a location that is open on 24 Nov 2026."
    before = hospital.world.trail("stock.receive"), hospital.world.trail("stock.transfer")
    for act in (
        lambda: receive("B9", location_id=ward),
        lambda: actions.transfer(here, ward, 1, holds_on=TODAY, **said),
        lambda: counting.count(hospital.site_id, {there: Found(2, "In a drawer")}, holds_on=TODAY, **said),
    ):
        with pytest.raises(BadInput) as refused:
            act()
        assert (refused.value.sentence, refused.value.field) == (words, "location_id")
    assert (hospital.world.trail("stock.receive"), hospital.world.trail("stock.transfer")) == before
    assert receive("B9", location_id=ward, holds_on=DAYS_AGO[8])  # it was open then: entered late


def test_a_place_closed_at_the_same_moment_takes_no_vials(
    app: Flask,
    hospital: Hospital,
    ward: UUID,
    said: dict[str, Any],
    receive: Callable[..., UUID],
    superuser: psycopg.Connection,
) -> None:
    def take_in() -> UUID:
        with app.app_context():
            return receive(location_id=ward)

    with ThreadPoolExecutor(1) as pool:
        with transaction(hospital.coordinator, "test.close", at=hospital.world.now) as session:
            tree.alone(hospital.site_id)
            session.get_one(Location, ward).until_on = DAYS_AGO[1]
            session.flush()
            other = pool.submit(contextvars.Context().run, take_in)
            wait_for_one_who_waits(superuser, other)
        with pytest.raises(BadInput, match="Ward 3 was open until 23 Nov 2026"):
            other.result()


def test_who_closes_a_place_waits_for_those_who_use_it_and_then_sees_their_vials(
    app: Flask, hospital: Hospital, ward: UUID, said: dict[str, Any], superuser: psycopg.Connection
) -> None:
    def shut() -> None:
        with app.app_context():
            close(ward, said)

    with ThreadPoolExecutor(1) as pool:
        with transaction(hospital.coordinator, "test.receive", at=hospital.world.now) as session:
            tree.check_open(hospital.site_id, ward, TODAY)
            same = {"scope_id": hospital.site_id, "id": uuid7()}
            lot = StockLot(**same, location_id=ward, product="tocilizumab", lot="B7", strength_mg=400, expires_on=TODAY)
            session.add(lot)
            session.flush()
            other = pool.submit(contextvars.Context().run, shut)
            wait_for_one_who_waits(superuser, other)
            session.add(
                StockMovement(
                    id=uuid7(),
                    scope_id=hospital.site_id,
                    holds_on=TODAY,
                    lot_id=lot.id,
                    kind=MovementKind.RECEIPT,
                    vials=2,
                    note="",
                )
            )
        with pytest.raises(BadInput, match="2 vials of tocilizumab are still there"):
            other.result()
    assert last_day(hospital, ward) is None
