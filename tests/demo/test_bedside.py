"""The invented courses: of the newest patients alone, as far as each has come."""

from datetime import date
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select

from rems.core.db import db, reading
from rems.demo.bedside import MOST, enter_courses
from rems.demo.calendar import Calendar
from rems.demo.patients import Treated
from rems.events.models import AdverseEvent
from rems.followup.bedside.models import BedsideEntry
from tests.factories import LABEL, World

DAYS = (date(2026, 11, 1), date(2026, 11, 22), date(2026, 6, 1), date(2026, 11, 14))


def test_the_newest_patients_have_a_course_as_far_as_it_has_come(world: World) -> None:
    hospital: Any = world.hospital(LABEL, country="US", timezone="America/Chicago")
    keys = {day: hospital.infused(day) for day in DAYS}
    treated = [Treated(key, hospital, LABEL, day, None) for day, key in keys.items()]
    dead = Treated(keys[DAYS[0]], SimpleNamespace(), LABEL, DAYS[0], date(2026, 11, 9))  # type: ignore[arg-type]
    found = enter_courses([*treated, dead], Calendar(world.now, Random(1)), shown_at=hospital.site_id)
    assert [one.infused_on for one in found] == [date(2026, 11, 22), date(2026, 11, 14), date(2026, 11, 1)]
    assert len(found) <= MOST
    with reading(hospital.coordinator):
        query = select(BedsideEntry.patient_id, func.count()).group_by(BedsideEntry.patient_id)
        counted = dict(db.session.execute(query).all())
        cases = list(db.session.scalars(select(AdverseEvent.patient_id)))
    assert counted[keys[date(2026, 11, 22)]] == 3  # of two days
    assert counted[keys[date(2026, 11, 1)]] == 8
    assert cases == [keys[date(2026, 11, 1)]]


def test_who_signs_in_sees_a_course_though_nobody_was_infused_there_lately(world: World) -> None:
    hospital: Any = world.hospital(LABEL, country="US", timezone="America/Chicago")
    old = Treated(hospital.infused(DAYS[2]), hospital, LABEL, DAYS[2], None)
    assert enter_courses([old], Calendar(world.now, Random(1)), shown_at=hospital.scope_id) == []
    assert enter_courses([old], Calendar(world.now, Random(1)), shown_at=hospital.site_id) == [old]
