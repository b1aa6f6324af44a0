"""Grades of entries and days, onset, peak and end of a course, whatever the order in which it was entered."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.events.grading import Oxygen, crs
from rems.events.icans import Consciousness, Seizure, icans
from rems.followup.bedside import course, rules
from rems.followup.bedside.course import Scale
from rems.followup.bedside.rules import IceState, Pressure
from rems.followup.bedside.treatments import Treatment, TreatmentKind
from tests.followup.bedside import GROUND, INFUSED, WELL, seen

# Grades of the scales, the same as rems.events.grading works out.
TABLE = [
    (seen(20, "38.0"), 1, 0),
    (seen(20, "39.4", pressure=Pressure.LOW), 2, 0),
    (seen(20, "39.4", pressure=Pressure.ONE), 3, 0),
    (seen(20, "39.4", pressure=Pressure.ONE, vasopressin=True), 3, 0),
    (seen(20, "39.4", pressure=Pressure.SEVERAL), 4, 0),
    (seen(20, "39.4", oxygen=Oxygen.LOW_FLOW), 2, 0),
    (seen(20, "39.4", oxygen=Oxygen.HIGH_FLOW), 3, 0),
    (seen(20, "39.4", oxygen=Oxygen.POSITIVE_PRESSURE), 4, 0),
    (seen(20, "39.4", oxygen=Oxygen.POSITIVE_PRESSURE, airway_only=True, seizure=Seizure.RESOLVED), 1, 3),
    (seen(20, "39.4", fever_other_cause=True, pressure=Pressure.LOW), None, 0),
    (seen(20, "37.9", pressure=Pressure.LOW), None, 0),
    (seen(20, ice_state=IceState.POINTS, ice={"year": 1, "month": 1, "objects": 3}), None, 2),
    (seen(20, ice_state=IceState.CANNOT, consciousness=Consciousness.ALERT), None, 3),
    (seen(20, ice_state=IceState.NOT_ASKED), None, None),
]


@pytest.mark.parametrize(("one", "crs_grade", "icans_grade"), TABLE)
def test_an_entry_is_graded_as_the_floor_of_events_grades_it(one, crs_grade, icans_grade) -> None:
    [found] = course.graded([(None, one)], [], GROUND)
    assert (found.crs.grade, found.icans.grade) == (crs_grade, icans_grade)
    assert found.crs == crs(found.crs_inputs)
    assert found.icans == icans(found.icans_inputs)


def test_after_tocilizumab_for_the_fever_the_fever_is_no_longer_needed() -> None:
    entries = [(None, seen(20, "39.0")), (None, seen(40, "36.9", pressure=Pressure.LOW)), (None, seen(60, "36.8"))]
    toci = Treatment(INFUSED + timedelta(hours=22), TreatmentKind.TOCILIZUMAB, dose_mg=Decimal(640))
    assert [one.crs.grade for one in course.graded(entries, [toci], GROUND)] == [1, 2, 0]
    assert [one.crs.grade for one in course.graded(entries, [], GROUND)] == [1, None, None]


def test_what_was_given_before_any_fever_does_not_hide_it() -> None:
    entries = [(None, seen(72, "39.0")), (None, seen(90, "36.9", pressure=Pressure.LOW))]
    early = Treatment(INFUSED + timedelta(hours=1), TreatmentKind.ANTIPYRETIC, "Paracetamol")
    assert [one.crs.grade for one in course.graded(entries, [early], GROUND)] == [1, None]


def test_onset_peak_and_end_are_named() -> None:
    entries = [
        (None, seen(30, "38.4")),
        (None, seen(60, "39.6", pressure=Pressure.ONE)),
        (None, seen(90, "38.2")),
        (None, seen(180, "36.6")),
    ]
    found = course.episode(course.graded(entries, [], GROUND), Scale.CRS)
    assert found is not None
    assert found.words == "onset day 1, peak grade 3 on day 2, over on day 7"
    assert course.episode(course.graded(entries, [], GROUND), Scale.ICANS) is None
    going = course.episode(course.graded(entries[:3], [], GROUND), Scale.CRS)
    assert going is not None
    assert going.words.endswith("goes on")


def test_an_entry_that_does_not_ask_for_it_ends_no_neurotoxicity() -> None:
    confused = {"ice_state": IceState.POINTS, "ice": {"year": 1, "objects": 3}}
    entries = [(None, seen(30, **confused)), (None, seen(40, ice_state=IceState.NOT_ASKED))]
    going = course.episode(course.graded(entries, [], GROUND), Scale.ICANS)
    assert going is not None
    assert going.ended is None
    over = course.episode(course.graded([*entries, (None, seen(50))], [], GROUND), Scale.ICANS)
    assert over is not None
    assert over.ended is not None


ENTRIES = st.lists(
    st.builds(
        lambda minutes, tenths, pressure, oxygen, ice: (
            uuid4(),
            replace(
                WELL,
                at=INFUSED + timedelta(minutes=minutes),
                temperature_c=Decimal(tenths) / 10,
                pressure=pressure,
                oxygen=oxygen,
                ice_state=ice,
                consciousness=Consciousness.ALERT,
            ),
        ),
        st.integers(0, 40_000),
        st.integers(350, 410),
        st.sampled_from(Pressure),
        st.sampled_from(list(rules.OXYGEN_ASKED)),
        st.sampled_from([IceState.ALL, IceState.CANNOT, IceState.NOT_ASKED]),
    ),
    max_size=12,
    unique_by=lambda one: one[1].at,
)
GIVEN = st.lists(
    st.builds(
        lambda minutes, kind: Treatment(INFUSED + timedelta(minutes=minutes), kind, "It", Decimal(10)),
        st.integers(0, 40_000),
        st.sampled_from(TreatmentKind),
    ),
    max_size=4,
)


@given(ENTRIES, GIVEN, st.randoms())
def test_a_course_is_the_same_in_whatever_order_it_is_entered(entries, treatments, chance) -> None:
    mixed = list(entries)
    chance.shuffle(mixed)
    assert course.graded(mixed, treatments, GROUND) == course.graded(entries, treatments, GROUND)


@given(ENTRIES, GIVEN)
def test_the_grade_of_a_day_is_the_highest_of_its_entries(entries, treatments) -> None:
    found = course.graded(entries, treatments, GROUND)
    days = course.days(found)
    assert sum(len(day.entries) for day in days.values()) == len(entries)
    for number, day in days.items():
        for scale in Scale:
            grades = [one.grade(scale) for one in found if one.day == number and one.grade(scale) is not None]
            assert day.grade(scale) == (max(grades) if grades else None)


@given(ENTRIES, GIVEN)
def test_the_onset_is_not_after_the_peak_nor_the_peak_after_the_end(entries, treatments) -> None:
    found = course.graded(entries, treatments, GROUND)
    for scale in Scale:
        one = course.episode(found, scale)
        graded = [g.grade(scale) for g in found if g.grade(scale)]
        assert (one is None) == (not graded)
        if one:
            assert one.grade == max(graded)
            assert one.onset.seen.at <= one.peak.seen.at <= one.last.seen.at
            assert one.ended is None or (one.last.seen.at < one.ended.seen.at and one.peak.day <= one.ended.day)
