"""Hold vials for a patient and let them go: nobody else's are taken, and the days before a release keep their truth."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from rems.core.clock import utcnow
from rems.core.db import reading, transaction
from rems.core.errors import BadInput, Incomplete
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions, queries, steps
from rems.stock.models import Reservation
from rems.stock.rules import MovementKind

TODAY = date(2026, 11, 24)


@pytest.fixture
def release(hospital, now):
    def let_go(patient_id: UUID, on: date = TODAY) -> int:
        with transaction(hospital.coordinator, "test.release", at=now):
            return steps.release(patient_id, site_id=hospital.site_id, holds_on=on)

    return let_go


@pytest.fixture
def held(hospital):
    def vials(patient_id: UUID, on: date = TODAY, known_at: datetime | None = None) -> int:
        with reading(hospital.coordinator):
            return sum(r.vials for r in queries.reserved(patient_id, Lens(on, known_at)))

    return vials


def test_vials_are_held_dose_by_dose(hospital, receive, patient, reserve):
    receive("A", strength_mg=400, vials=3)
    receive("B", strength_mg=200, vials=3)
    someone = patient()
    assert [p.words for p in reserve(someone)] == ["400 + 200 mg, 0 mg left over"] * 2
    with reading(hospital.coordinator):
        rows = queries.reserved(someone, Lens(TODAY))
        assert sorted((r.dose_number, r.vials) for r in rows) == [(1, 1), (1, 1), (2, 1), (2, 1)]
        assert [line.held for line in queries.lots(hospital.site_id, Lens(TODAY))] == [2, 2]
        (one,) = queries.held_at(hospital.site_id, Lens(TODAY))
        assert (one.number, one.doses, one.vials, one.since) == ("HL-0464", 2, 4, TODAY)


def test_what_is_held_for_others_is_not_free_but_is_on_hand(hospital, receive, patient, reserve):
    receive(vials=6)
    first, second = patient("HL-1"), patient("HL-2")
    reserve(first, 2)
    with reading(hospital.coordinator):

        def on_hand(**said: UUID) -> int:
            return sum(v.vials for v in queries.on_hand(hospital.site_id, Lens(TODAY), **said))

        assert (on_hand(), on_hand(held_for_others_than=second), on_hand(held_for_others_than=first)) == (6, 2, 6)
        assert queries.doses(hospital.site_id, Lens(TODAY), 75) == 3
    reserve(second, 1)
    with pytest.raises(Incomplete) as short:
        reserve(second, 2)
    assert short.value.gaps == (
        "2 doses of 600 mg are needed; 2 vials (800 mg) in date on 24 Nov 2026 make 1 dose. "
        "Each missing dose takes vials of 400 + 200 mg.",
    )


def test_a_refused_reservation_leaves_the_older_one(receive, patient, reserve, held):
    receive(vials=4)
    someone = patient()
    reserve(someone, 1)
    with pytest.raises(Incomplete):
        reserve(someone, 3)
    assert held(someone) == 2


def test_reserving_again_replaces_what_was_held(receive, patient, reserve, held):
    receive(vials=4)
    someone = patient()
    reserve(someone, 2)
    reserve(someone, 1)
    assert held(someone) == 2


@pytest.mark.parametrize(("doses", "weight"), [(0, 75), (-1, 75), (1, 0), (1, 401)])
def test_a_count_of_doses_or_a_weight_that_makes_no_sense_is_refused(receive, patient, reserve, doses, weight):
    receive()
    with pytest.raises(BadInput):
        reserve(patient(), doses, weight_kg=weight)


def test_expired_vials_are_not_held(receive, patient, reserve):
    receive(holds_on=TODAY - timedelta(days=9), expires_on=TODAY - timedelta(days=1))
    with pytest.raises(Incomplete) as short:
        reserve(patient(), 1)
    assert "4 more vials have expired" in short.value.gaps[0]


def test_only_the_vials_of_the_place_are_held_there(hospital, receive, patient, reserve, now):
    clinic = sites.add_location(hospital.site_id, "Clinic", LocationKind.CLINIC, by=hospital.coordinator, now=now)
    receive(location_id=clinic)
    with pytest.raises(Incomplete):
        reserve(patient(), 1, location_id=hospital.location_id)
    assert len(reserve(patient("HL-2"), 1, location_id=clinic)) == 1


def test_a_release_ends_a_hold_from_its_day_on_and_not_before(receive, patient, reserve, release, held):
    receive(holds_on=TODAY - timedelta(days=9))
    someone = patient()
    reserve(someone, 2, on=TODAY - timedelta(days=7))
    assert release(someone, TODAY - timedelta(days=3)) == 2
    assert [held(someone, TODAY - timedelta(days=n)) for n in (8, 7, 4, 3, 0)] == [0, 4, 4, 0, 0]
    assert release(someone) == 0


def test_a_release_is_not_known_before_it_was_recorded(receive, patient, reserve, release, held):
    receive()
    someone = patient()
    reserve(someone, 1)
    between = utcnow()  # the database sets the recorded moment, so it is the real one
    release(someone)
    assert (held(someone, TODAY, between), held(someone)) == (2, 0)


def test_given_vials_are_taken_off_what_is_held(hospital, receive, patient, reserve, held, now):
    lot_id, someone = receive(vials=4), patient()
    reserve(someone, 2)
    said = {"holds_on": TODAY, "patient_id": someone, "by": hospital.coordinator, "now": now}
    actions.move(lot_id, MovementKind.USED, -1, **said)
    assert held(someone) == 3
    actions.move(lot_id, MovementKind.USED, -3, **said)
    assert held(someone) == 0


def test_held_vials_do_not_leave_the_site(hospital, receive, patient, reserve, now):
    lot_id = receive(vials=4)
    reserve(patient(), 1)
    said = {"holds_on": TODAY, "by": hospital.coordinator, "now": now}
    with pytest.raises(BadInput, match="2 of the 4 vials of this lot are held for patients; 2 vials may be"):
        actions.move(lot_id, MovementKind.RETURNED, -3, **said)
    actions.move(lot_id, MovementKind.WASTED, -3, **said)


def test_two_gates_at_once_never_hold_the_same_vials(app, receive, patient, reserve):
    receive(vials=4)
    start, people = Barrier(2), [patient("HL-1"), patient("HL-2")]

    def hold(someone: UUID) -> int:
        with app.app_context():
            start.wait()
            try:
                return len(reserve(someone, 2))
            except Incomplete:
                return 0

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(contextvars.Context().run, hold, someone) for someone in people]
        assert sorted(one.result() for one in done) == [0, 2]


def test_a_hold_of_an_earlier_day_leaves_what_is_held_for_a_later_one(receive, patient, reserve):
    receive(vials=4, holds_on=TODAY - timedelta(9))
    reserve(patient("HL-1"), 2, on=TODAY)
    with pytest.raises(Incomplete, match="cannot be held"):
        reserve(patient("HL-2"), 2, on=TODAY - timedelta(5))


def test_the_database_itself_lets_no_vial_be_held_twice_on_any_day(hospital, receive, patient, reserve, now):
    lot_id = receive(vials=4, holds_on=TODAY - timedelta(9))
    reserve(patient("HL-1"), 2, on=TODAY)
    second = Reservation(
        id=uuid7(), scope_id=hospital.site_id, holds_on=TODAY - timedelta(5), until_on=None, lot_id=lot_id,
        patient_id=patient("HL-2"), dose_number=1, vials=1,
    )  # fmt: skip
    twice = pytest.raises(DBAPIError, match="5 vials of lot .* would be held on 2026-11-24, and 4 are there")
    with twice, transaction(hospital.coordinator, "test.reserve", at=now) as session:
        session.add(second)


def test_a_step_demands_an_open_transaction(hospital, patient):
    with pytest.raises(RuntimeError, match="inside a transaction"):
        steps.release(patient(), site_id=hospital.site_id, holds_on=TODAY)
