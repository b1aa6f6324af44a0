"""The tree of a site: what a place belongs to, what a closed one takes no more, also at the same moment."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from rems.core.db import reading, transaction
from rems.core.errors import BadInput, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.sites import actions, details, keeping, queries, tree
from rems.sites.models import Location
from rems.sites.rules import LocationKind
from rems.trail.knowing import settled
from tests.factories import EUROPE, Hospital, World
from tests.waiting import wait_for_one_who_waits

DAY = date(2021, 3, 3)


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def said(world: World, hospital: Hospital) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": world.now}


def now_known(hospital: Hospital) -> datetime:
    with reading(hospital.coordinator):
        return settled()[0]


@pytest.fixture
def clinic(hospital: Hospital, said):
    return actions.add_location(hospital.site_id, "North clinic", LocationKind.CLINIC, **said)


@pytest.fixture
def unit(hospital: Hospital, said, clinic):
    return actions.add_location(hospital.site_id, "Ward 3", LocationKind.UNIT, parent_id=clinic, **said)


def test_a_place_never_comes_into_its_own_tree(hospital: Hospital, said, clinic, unit) -> None:
    for below in (clinic, unit):
        with pytest.raises(BadInput) as refused:
            keeping.move_location(clinic, parent_id=below, version=1, **said)
        assert refused.value.sentence == "Part of: North clinic cannot be part of itself or of what lies below it."
    with pytest.raises(BadInput, match="is the hospital itself; everything else is part of it"):
        keeping.move_location(hospital.location_id, parent_id=clinic, version=1, **said)


def test_what_moves_is_known_where_it_was(hospital: Hospital, said, clinic, unit) -> None:
    before = now_known(hospital)
    keeping.move_location(unit, parent_id=hospital.location_id, version=1, **said)
    with reading(hospital.coordinator):
        now = {p.id: p.parent_id for p in details.places(hospital.site_id, Lens(DAY))}
        then = {p.id: p.parent_id for p in details.places(hospital.site_id, Lens(DAY, before))}
    assert (now[unit], then[unit]) == (hospital.location_id, clinic)
    with pytest.raises(StaleRecord):
        keeping.move_location(unit, parent_id=clinic, version=1, **said)


def test_a_place_is_closed_once_nothing_is_left_below_it(hospital: Hospital, said, clinic, unit) -> None:
    with pytest.raises(BadInput, match="Ward 3 still belong to it; move or close them first"):
        keeping.close_location(clinic, until_on=DAY, version=1, **said)
    keeping.close_location(unit, until_on=DAY, version=1, **said)
    keeping.close_location(clinic, until_on=DAY, version=1, **said)
    with reading(hospital.coordinator):
        known = details.places(hospital.site_id, Lens(DAY))
    assert [p.open_on(DAY + timedelta(1)) for p in known] == [True, False, False]


def test_nothing_becomes_part_of_a_place_that_was_closed(world: World, hospital: Hospital, said, clinic) -> None:
    ward = actions.add_location(hospital.site_id, "Ward 9", LocationKind.UNIT, **said)
    keeping.close_location(clinic, until_on=DAY, version=1, **said)
    words = "Part of: North clinic was open until 3 Mar 2021; choose a location that is open."
    with pytest.raises(BadInput) as added:
        actions.add_location(hospital.site_id, "Ward 10", LocationKind.UNIT, parent_id=clinic, **said)
    with pytest.raises(BadInput) as moved:
        keeping.move_location(ward, parent_id=clinic, version=1, **said)
    assert {(r.value.sentence, r.value.field) for r in (added, moved)} == {(words, "parent_id")}
    assert world.trail("sites.move_location") == []
    with reading(hospital.coordinator):
        assert "Ward 10" not in {p.name for p in queries.locations(hospital.site_id)}
        assert queries.location_choices(hospital.site_id)[1:] == [
            (str(clinic), "North clinic, open until 3 Mar 2021"),
            (str(ward), "Ward 9"),
        ]


@pytest.mark.parametrize("act", ["add", "move"])
def test_a_place_closed_at_the_same_moment_takes_nothing_below_it(
    app: Flask, hospital: Hospital, said, clinic, superuser: psycopg.Connection, act: str
) -> None:
    """Somebody else has closed the clinic and not ended yet; who adds to it waits, and is then refused."""
    ward = actions.add_location(hospital.site_id, "Ward 9", LocationKind.UNIT, **said)

    def below() -> object:
        with app.app_context():
            if act == "add":
                return actions.add_location(hospital.site_id, "Ward 10", LocationKind.UNIT, parent_id=clinic, **said)
            return keeping.move_location(ward, parent_id=clinic, version=1, **said)

    with ThreadPoolExecutor(1) as pool:
        with transaction(hospital.coordinator, "test.close", at=hospital.world.now) as session:
            tree.alone(hospital.site_id)
            session.get_one(Location, clinic).until_on = DAY
            session.flush()
            other = pool.submit(contextvars.Context().run, below)
            wait_for_one_who_waits(superuser, other)
        with pytest.raises(BadInput, match="Part of: North clinic was open until 3 Mar 2021"):
            other.result()


def test_another_sites_place_is_not_found(world: World, clinic) -> None:
    other = world.hospital(EUROPE)
    with pytest.raises(NotFound):
        keeping.move_location(clinic, parent_id=clinic, version=1, by=other.coordinator, now=world.now)
