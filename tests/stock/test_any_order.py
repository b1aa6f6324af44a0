"""Whatever is moved, given, counted, corrected and taken back in any order: every day ends with no vials or more."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rems.core.db import reading
from rems.core.errors import BadInput, Incomplete, StaleRecord
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions, boxes, counting, mending, queries, relabeling
from rems.stock.counting import Found
from rems.stock.rules import MovementKind as K
from tests.factories import Hospital, World

TODAY = date(2026, 11, 24)
FIRST, EXPIRES = TODAY - timedelta(days=9), TODAY - timedelta(days=2)
DAYS = st.integers(0, 9).map(lambda n: TODAY - timedelta(days=n))
ACTS = ("receive", "give", "waste", "return", "send", "expire", "bring", "count", "take back", "correct", "relabel")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 6), DAYS), min_size=4, max_size=16)
STANDING = """
select lot_id, holds_on, vials from stock_movement m
where scope_id = %s and not void and not exists (select from stock_movement n where n.supersedes_id = m.id)
"""


@dataclass
class Shelf:
    """A hospital with a ward, a patient and a lot of 5 vials that expires the day before yesterday."""

    hospital: Hospital
    now: datetime
    ward: UUID
    patient: UUID

    @property
    def said(self) -> dict[str, Any]:
        return {"by": self.hospital.coordinator, "now": self.now}

    def do(self, what: str, number: int, on: date) -> None:
        """One act on a lot or a movement that the number chooses. Raises what the act refuses."""
        lots, moved = self.known()
        lot, row = lots[number % len(lots)], moved[number % len(moved)] if moved else None
        match what:
            case "receive":
                self.receive(number, on)
            case "give":
                actions.move(lot, K.USED, -number, holds_on=on, patient_id=self.patient, **self.said)
            case "waste" | "return" | "send" | "expire":
                kind = {"waste": K.WASTED, "return": K.RETURNED, "send": K.TRANSFER_OUT, "expire": K.EXPIRED}[what]
                actions.move(lot, kind, -number, holds_on=on, **self.said)
            case "bring":
                place = self.ward if number % 2 else self.hospital.location_id
                actions.transfer(lot, place, (number + 1) // 2, holds_on=on, **self.said)
            case "count":
                found = {lot: Found(number, "Counted")}
                counting.count(self.hospital.site_id, found, holds_on=on, **self.said)
            case "take back" if row:
                mending.take_back(row, "A slip", **self.said)
            case "correct" if row:
                mending.correct(row, "A slip", vials=number, holds_on=on, note="", **self.said)
            case "relabel":
                self.relabel(lot, number, on)

    def receive(self, vials: int, on: date) -> UUID:
        where = self.hospital.site_id, self.hospital.location_id
        lot = {"lot": "P1", "strength_mg": 400, "expires_on": EXPIRES}
        return actions.receive(*where, vials=vials, holds_on=on, **lot, **self.said)

    def relabel(self, lot_id: UUID, number: int, on: date) -> None:
        with reading(self.hospital.coordinator):
            lot = queries.lot(self.hospital.coordinator, lot_id)
            label, storage = replace(boxes.label_of(lot), lot=f"P{number % 3}"), lot.storage
        if number > 3:
            label = replace(label, expires_on=on)
        relabeling.correct_lot(lot_id, label, storage, "Misread", **self.said)

    def known(self) -> tuple[list[UUID], list[UUID]]:
        """Every lot that has a movement, and every movement, that stand."""
        with reading(self.hospital.coordinator):
            lines = queries.movements(self.hospital.site_id, Lens(TODAY), 1000)
            lots = sorted({line.lot.id for line in lines}) or [self.first]
            return lots, [line.movement.id for line in lines]

    first: UUID = UUID(int=0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_in_any_order_no_day_ends_below_zero_and_on_hand_is_the_sum_of_the_movements(
    world: World, patient: Callable[..., UUID], superuser: psycopg.Connection, now: datetime, acts: Any
) -> None:
    hospital = world.hospital()
    ward = sites.add_location(hospital.site_id, "Ward", LocationKind.UNIT, by=hospital.coordinator, now=now)
    shelf = Shelf(hospital, now, ward, patient(f"HL-{world.counter:04d}", of=hospital))
    shelf.first = shelf.receive(5, FIRST)
    for what, number, on in acts:
        try:
            shelf.do(what, number, on)
        except (BadInput, Incomplete, StaleRecord):
            continue  # what would not add up is refused, and leaves nothing
    levels: defaultdict[UUID, list[int]] = defaultdict(lambda: [0] * 10)
    for lot_id, on, vials in superuser.execute(STANDING, [hospital.site_id]):
        for day in range((on - FIRST).days, 10):
            levels[lot_id][day] += vials
    assert all(level >= 0 for days in levels.values() for level in days)
    with reading(hospital.coordinator):
        for lot_id, days in levels.items():
            lot = queries.lot(hospital.coordinator, lot_id)
            told = [queries.vials_of(lot, Lens(FIRST + timedelta(days=day))) for day in range(10)]
            assert told == days
        for day in range(10):
            lens = Lens(FIRST + timedelta(days=day))
            there = sum(line.vials for line in queries.lots(hospital.site_id, lens))
            assert there == sum(days[day] for days in levels.values())
