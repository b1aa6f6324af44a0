"""Entries, treatments and samples are kept, corrected and taken back."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.db import reading, transaction
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state
from rems.followup.bedside import actions, queries
from rems.followup.bedside.actions import Value
from rems.followup.bedside.course import Scale
from rems.followup.bedside.markers import Bound
from rems.followup.bedside.models import BedsideEntry, BedsideSample, BedsideTreatment
from rems.followup.bedside.rules import Observation, Pressure
from rems.followup.rules import Survival
from rems.patients import queries as patients
from rems.stock import actions as stock
from rems.stock import queries as stocked
from tests.factories import Hospital, World
from tests.followup.at_bedside import AT, INFUSED, course, give, keep, look, toci
from tests.followup.treated import Treated


@pytest.fixture
def treated(world: World, hospital: Hospital) -> Treated:
    return Treated(hospital.infused(INFUSED), hospital, world)


def test_an_entry_is_kept_graded_and_belongs_to_its_day_of_the_site(treated: Treated) -> None:
    kept = keep(treated, look(36, "39.1", pressure=Pressure.LOW))  # 04:20 UTC on the 18th is 22:20 on the 17th
    assert (kept.crs.grade, kept.icans.grade, kept.day) == (2, 0, 1)
    found = course(treated)
    assert list(found.days) == [1]
    assert treated.world.trail("bedside.record_entry")


def test_entries_out_of_order_give_the_same_course(treated: Treated) -> None:
    keep(treated, look(60, "36.9", pressure=Pressure.LOW))
    assert course(treated).episode(Scale.CRS) is None
    give(treated, toci(24))
    keep(treated, look(20, "39.4"))
    found = course(treated).episode(Scale.CRS)
    assert found is not None
    assert (found.onset.day, found.grade, found.peak.day) == (1, 2, 2)


def test_a_correction_takes_the_place_of_an_entry_for_a_reason(treated: Treated) -> None:
    kept = keep(treated, look(20, "39.4"))
    before = course(treated)
    with pytest.raises(BadInput, match="Reason is missing"):
        keep(treated, look(20, "38.4"), corrects=kept.key)
    keep(treated, look(20, "38.4"), corrects=kept.key, reason="misread")
    assert [one.seen.temperature_c for one in course(treated).entries] == [Decimal("38.4")]
    assert [one.seen.temperature_c for one in before.entries] == [Decimal("39.4")]
    with pytest.raises(NotFound, match="or it was corrected since"):
        keep(treated, look(20, "37.0"), corrects=kept.key, reason="again")


def test_the_course_of_an_earlier_day_shows_only_what_was_seen_by_then(treated: Treated) -> None:
    keep(treated, look(20, "39.4"))
    keep(treated, look(60, "39.9", pressure=Pressure.LOW))
    assert len(course(treated, date(2026, 11, 17)).entries) == 1


def test_an_entry_that_a_corrected_infusion_leaves_before_it_is_not_lost(treated: Treated) -> None:
    keep(treated, look(20, "39.4"))
    with transaction(treated.by, "test.infusion", at=treated.world.now):
        given = patients.infusion(treated.id, Lens(date(2026, 11, 24)))
        assert given is not None
        next_state(given, infused_at=AT + timedelta(hours=48), holds_on=date(2026, 11, 18))
    [one] = course(treated).entries
    assert one.day == -1


def test_one_moment_has_one_entry(treated: Treated) -> None:
    keep(treated, look(20))
    with pytest.raises(BadInput, match="is kept already; correct that one"):
        keep(treated, look(20, "38.0"))


WRONG = [
    (look(-1), "is before the infusion"),
    (look(24 * 9), "has not come yet"),
    (look(20, "50.0"), "50.0 °C is not between 25 and 45"),
    (look(20, systolic=120), "Diastolic pressure is missing"),
]


@pytest.mark.parametrize(("seen", "sentence"), WRONG)
def test_what_cannot_be_is_refused_and_leaves_nothing(treated: Treated, seen: Observation, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        keep(treated, seen)
    assert course(treated).entries == ()


def test_before_the_infusion_there_is_no_course(waiting: Treated) -> None:
    with pytest.raises(NotFound, match="is not infused yet"):
        keep(waiting, look(20))


def test_only_those_who_record_visits_write_at_the_bedside(treated: Treated) -> None:
    pharmacist = treated.world.account(Role.PHARMACIST, site_id=treated.hospital.site_id)
    with pytest.raises(NotAllowed):
        keep(treated, look(20), by=pharmacist)
    with pytest.raises(NotAllowed):
        give(treated, toci(20), by=pharmacist)


def lot(treated: Treated, vials: int = 5) -> UUID:
    hospital = treated.hospital
    return stock.receive(
        hospital.site_id,
        hospital.location_id,
        lot="B7731",
        strength_mg=400,
        vials=vials,
        expires_on=date(2027, 12, 31),
        holds_on=date(2026, 11, 1),
        by=treated.by,
        now=treated.world.now,
    )


def on_hand(treated: Treated, lot_id: UUID) -> int:
    with reading(treated.by):
        lines = stocked.lots(treated.hospital.site_id, Lens(date(2026, 11, 24)))
        return sum(one.vials for one in lines if one.lot.id == lot_id)


def test_tocilizumab_takes_its_vials_off_the_stock_in_the_same_transaction(treated: Treated) -> None:
    key = lot(treated)
    give(treated, toci(24, vials=2), lot_id=key)
    assert on_hand(treated, key) == 3
    [row] = course(treated).treatments
    assert (row.lot, row.vials) == ("B7731", 2)
    with pytest.raises(BadInput):
        give(treated, toci(48, vials=9), lot_id=key)
    assert on_hand(treated, key) == 3
    assert len(course(treated).treatments) == 1


def test_the_same_dose_is_kept_once_a_moment(treated: Treated) -> None:
    give(treated, toci(24))
    with pytest.raises(BadInput, match="Tocilizumab 592 mg of 17 Nov 2026, 10:20 CST is kept already"):
        give(treated, toci(24))
    give(treated, toci(32))


def test_nothing_is_told_of_a_day_after_the_death(treated: Treated) -> None:
    died = {"survival": Survival.DEAD, "died_on": date(2026, 11, 19), "late_reason": "Died"}
    treated.record("D100", date(2026, 11, 20), **died)
    keep(treated, look(60))
    with pytest.raises(BadInput, match="21 Nov 2026 is after the death on 19 Nov 2026"):
        keep(treated, look(110))
    with pytest.raises(BadInput, match="after the death"):
        give(treated, toci(110))


def test_vials_and_their_lot_are_named_together(treated: Treated) -> None:
    for vials, lot_id in ((2, None), (None, lot(treated))):
        with pytest.raises(BadInput, match="choose the lot and write how many vials"):
            give(treated, toci(24, vials=vials), lot_id=lot_id)


def test_a_correction_of_a_treatment_leaves_its_vials(treated: Treated) -> None:
    key = lot(treated)
    given = give(treated, toci(24, vials=2), lot_id=key)
    give(treated, replace(toci(25), dose_mg=Decimal(600)), corrects=given, reason="the dose was read wrongly")
    [row] = course(treated).treatments
    assert (row.dose_mg, row.lot, row.vials) == (Decimal(600), "B7731", 2)
    assert on_hand(treated, key) == 3


def samples(treated: Treated, *values: Value, hours: float = 20) -> list[UUID]:
    at = AT + timedelta(hours=hours)
    return actions.record_samples(treated.id, values, taken_at=at, by=treated.by, now=treated.world.now)


def test_values_of_a_sample_are_kept_as_the_laboratory_wrote_them(treated: Treated) -> None:
    samples(treated, Value("IL-6", Decimal(5000), "pg/mL", Bound.ABOVE), Value("CRP", Decimal("1.2"), "mg/dL"))
    assert [(row.marker, queries.measured(row).words) for row in course(treated).samples] == [
        ("CRP", "1.2 mg/dL"),
        ("IL-6", "> 5000 pg/mL"),
    ]


def test_a_value_in_a_unit_that_is_none_of_the_marker_is_refused(treated: Treated) -> None:
    with pytest.raises(BadInput, match='"mg/L" is no unit of it here'):
        samples(treated, Value("IL-6", Decimal(5), "mg/L"))
    with pytest.raises(BadInput, match='"TNF" is no marker here'):
        samples(treated, Value("TNF", Decimal(5), "pg/mL"))
    with pytest.raises(BadInput, match="No value"):
        samples(treated)
    samples(treated, Value("IL-6", Decimal(5), "pg/mL"))
    with pytest.raises(BadInput, match="a value of this sample is kept already"):
        samples(treated, Value("IL-6", Decimal(6), "pg/mL"))


def test_a_value_is_corrected_with_a_reason(treated: Treated) -> None:
    [key] = samples(treated, Value("IL-6", Decimal(5), "pg/mL"))
    said: dict[str, Any] = {"taken_at": AT + timedelta(hours=21), "by": treated.by, "now": treated.world.now}
    new = Value("IL-6", Decimal(50), "ng/L")
    with pytest.raises(BadInput, match="Reason is missing"):
        actions.correct_sample(treated.id, key, new, reason=" ", **said)
    actions.correct_sample(treated.id, key, new, reason="a zero was lost", **said)
    assert [queries.measured(row).words for row in course(treated).samples] == ["50 ng/L"]


def test_what_never_was_is_taken_back_and_stays_in_the_trail(treated: Treated) -> None:
    kept = keep(treated, look(20, "39.4"))
    given = give(treated, toci(24))
    [value] = samples(treated, Value("IL-6", Decimal(5), "pg/mL"))
    said: dict[str, Any] = {"by": treated.by, "now": treated.world.now}
    assert kept.key is not None
    with pytest.raises(BadInput, match="Reason is missing"):
        actions.take_back(BedsideEntry, treated.id, kept.key, reason="", **said)
    for kind, key in ((BedsideEntry, kept.key), (BedsideTreatment, given), (BedsideSample, value)):
        actions.take_back(kind, treated.id, key, reason="of another patient", **said)
    found = course(treated)
    assert (found.entries, found.treatments, found.samples) == ((), (), ())
    assert len(treated.world.trail("bedside.take_back")) == 3


def test_a_record_of_another_patient_is_not_found(treated: Treated) -> None:
    with pytest.raises(NotFound):
        keep(treated, look(20), corrects=uuid7(), reason="mistyped")
