"""The bedside without a database: what can be so, which days are asked, and how each stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from rems.core.errors import BadInput
from rems.events.grading import CrsInputs, Oxygen
from rems.events.icans import Consciousness
from rems.followup.bedside import monitoring, rules, treatments
from rems.followup.bedside.course import Ground
from rems.followup.bedside.monitoring import DayState
from rems.followup.bedside.rules import IceState, Observation, Pressure
from rems.followup.bedside.treatments import Treatment, TreatmentKind
from rems.programs import files
from tests.followup.bedside import CHICAGO, GROUND, INFUSED, WELL
from tests.programs.conftest import CONFIG

CATALOGUE = files.load(CONFIG)


def check(seen: Observation, *, birth_year: int = 1961) -> None:
    rules.check_observation(seen, birth_year=birth_year, on=date(2026, 10, 21))


IMPOSSIBLE = [
    ({"temperature_c": Decimal("24.9")}, "24.9 °C is not between 25 and 45 °C", "temperature_c"),
    ({"temperature_c": Decimal("45.1")}, "45.1 °C is not between 25 and 45 °C", "temperature_c"),
    ({"systolic": 320, "diastolic": 80}, "320 mmHg is not between 30 and 300 mmHg", "systolic"),
    ({"systolic": 120, "diastolic": 5}, "5 mmHg is not between 10 and 200 mmHg", "diastolic"),
    ({"systolic": 120}, "Diastolic pressure is missing: write both numbers", "diastolic"),
    ({"diastolic": 70}, "Systolic pressure is missing: write both numbers", "systolic"),
    ({"systolic": 80, "diastolic": 80}, "80 mmHg is not below the systolic 80 mmHg", "diastolic"),
    ({"airway_only": True}, "a tube that only protects the airway comes with positive pressure", "oxygen"),
    (
        {"ice_state": IceState.POINTS, "ice": {"year": 2}},
        '2 is no number of points for the task "Knows the year"',
        "ice_state",
    ),
    ({"ice_state": IceState.POINTS, "ice": {"dance": 1}}, 'for the task "dance"', "ice_state"),
    ({"ice_state": IceState.POINTS}, "points are counted where it is asked by its tasks", "ice_state"),
    ({"ice": {"year": 1}}, "points are counted where it is asked by its tasks", "ice_state"),
    ({"consciousness": Consciousness.UNAROUSABLE}, "who cannot be woken does no ICE task", "ice_state"),
    ({"ice_state": IceState.CANNOT}, "it decides between grade 3 and 4", "consciousness"),
]


@pytest.mark.parametrize(("wrong", "sentence", "field"), IMPOSSIBLE)
def test_what_cannot_be_so_is_refused_in_words(wrong: dict[str, object], sentence: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check(replace(WELL, **wrong))
    assert sentence in refused.value.sentence
    assert refused.value.field == field


def test_what_can_be_so_is_taken() -> None:
    check(WELL)
    check(replace(WELL, systolic=118, diastolic=76, airway_only=True, oxygen=Oxygen.POSITIVE_PRESSURE))
    check(replace(WELL, ice_state=IceState.POINTS, ice={"year": 1, "objects": 3}))


def test_the_ice_score_is_not_asked_of_a_child_under_twelve() -> None:
    with pytest.raises(BadInput, match="for 12 years and older, and this patient is born 2016"):
        check(WELL, birth_year=2016)
    check(replace(WELL, ice_state=IceState.NOT_ASKED), birth_year=2016)


def moment(at: datetime, now: datetime) -> None:
    rules.check_moment(at, infused_at=INFUSED, now=now, zone=CHICAGO, name="seen_at", what="Moment")


def test_a_moment_lies_between_the_infusion_and_now() -> None:
    later = INFUSED + timedelta(days=200)
    moment(INFUSED, later)
    with pytest.raises(BadInput, match="20 Oct 2026, 11:19 CDT is before the infusion, 20 Oct 2026, 11:20 CDT"):
        moment(INFUSED - timedelta(minutes=1), later)
    with pytest.raises(BadInput, match="has not come yet; it is 20 Oct 2026, 12:20 CDT"):
        moment(INFUSED + timedelta(hours=2), INFUSED + timedelta(hours=1))
    with pytest.raises(BadInput, match="day 91 is after day 90"):
        moment(INFUSED + timedelta(days=91), later)


def test_days_are_those_of_the_site_also_where_the_clocks_are_set_back() -> None:
    """On 1 November 2026 the clocks of Chicago are set back: that day has 25 hours."""
    assert GROUND.day(datetime(2026, 11, 1, 4, 59, tzinfo=UTC)) == 11  # 23:59 CDT on 31 October
    assert GROUND.day(datetime(2026, 11, 1, 5, 0, tzinfo=UTC)) == 12  # 00:00 CDT
    assert GROUND.day(datetime(2026, 11, 2, 5, 59, tzinfo=UTC)) == 12  # 23:59 CST
    assert GROUND.day(datetime(2026, 11, 2, 6, 0, tzinfo=UTC)) == 13


def test_an_infusion_before_29_february_counts_that_day() -> None:
    leap = Ground(datetime(2028, 2, 28, 18, 0, tzinfo=UTC), CHICAGO)
    assert leap.day(datetime(2028, 2, 29, 18, 0, tzinfo=UTC)) == 1
    assert leap.day(datetime(2028, 3, 1, 18, 0, tzinfo=UTC)) == 2
    watched = monitoring.watch(CATALOGUE.programs["US-FDA-LABEL-CART-2025"], date(2028, 2, 22))
    assert watched.day(7) == date(2028, 2, 29)


# What each label of the data says: the last day of daily watching, the last day of watching, and words of the sentence.
WATCHED = [
    ("US-FDA-LABEL-CART-2025", date(2026, 10, 20), 7, 14, "every day up to day 7, then up to day 14 without a rhythm"),
    ("US-FDA-REMS-CARVYKTI", date(2024, 10, 20), 10, None, "for how long after it is not set"),
    (
        "US-FDA-REMS-KYMRIAH",
        date(2024, 10, 20),
        None,
        None,
        "2 to 3 times in the first week. On which days exactly is not set",
    ),
    ("US-FDA-REMS-KYMRIAH", date(2026, 10, 20), None, None, "does not say on which days"),
    ("EU-RMP-CART", date(2026, 10, 20), None, None, "does not say on which days"),
]


@pytest.mark.parametrize(("code", "on", "daily", "until", "words"), WATCHED)
def test_the_label_in_force_on_the_day_of_the_infusion_says_which_days_are_asked(code, on, daily, until, words) -> None:
    watched = monitoring.watch(CATALOGUE.programs[code], on)
    assert (watched.daily_until, watched.until) == (daily, until)
    assert words in watched.sentence


def states(on: int, entered: set[int], *, died: int | None = None) -> list[DayState]:
    watched = monitoring.watch(CATALOGUE.programs["US-FDA-LABEL-CART-2025"], date(2026, 10, 20))
    died_on = watched.day(died) if died is not None else None
    return [
        monitoring.state(watched, n, entered=entered, on=watched.day(on), died_on=died_on)
        for n in (0, 1, 2, 3, 4, 7, 8, 14, 15)
    ]


def test_a_day_is_done_due_missed_or_to_come() -> None:
    d = DayState
    assert states(3, {1}) == [d.BEYOND, d.DONE, d.MISSED, d.DUE, d.AHEAD, d.AHEAD, d.FREE, d.FREE, d.BEYOND]
    assert states(20, {1, 2, 3, 14, 15})[-2:] == [d.DONE, d.DONE]


def test_no_day_is_missed_after_a_death() -> None:
    assert states(20, {1, 2}, died=3)[3:6] == [DayState.BEYOND] * 3


def test_a_program_that_says_nothing_misses_nothing() -> None:
    watched = monitoring.watch(CATALOGUE.programs["EU-RMP-CART"], date(2026, 10, 20))
    found = {monitoring.state(watched, n, entered=(), on=date(2027, 1, 1)) for n in range(40)}
    assert found == {DayState.BEYOND}


WRONG_TREATMENTS = [
    (Treatment(INFUSED, TreatmentKind.STEROID), "Name is missing: write which steroid was given"),
    (Treatment(INFUSED, TreatmentKind.TOCILIZUMAB), "Dose is missing"),
    (Treatment(INFUSED, TreatmentKind.STEROID, "Dexamethasone", Decimal(0)), "0 mg is not more than 0 mg"),
    (Treatment(INFUSED, TreatmentKind.TOCILIZUMAB, dose_mg=Decimal(900)), "900 mg is more than 800 mg"),
    (Treatment(INFUSED, TreatmentKind.STEROID, "Dexamethasone", Decimal(10), vials=1), "only tocilizumab is kept"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG_TREATMENTS)
def test_a_treatment_that_cannot_be_is_refused_in_words(wrong: Treatment, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        treatments.check_treatment(wrong)


def test_a_treatment_is_called_by_its_name_and_dose() -> None:
    assert Treatment(INFUSED, TreatmentKind.TOCILIZUMAB, dose_mg=Decimal("640.00")).called == "Tocilizumab 640 mg"
    assert Treatment(INFUSED, TreatmentKind.ANTIPYRETIC, "Paracetamol").called == "Paracetamol"


def test_every_word_of_a_scale_is_told() -> None:
    assert set(rules.PRESSURE_WORDS) == set(Pressure)
    assert set(rules.ICE_WORDS) == set(IceState)
    assert set(treatments.TREATMENT_WORDS) == set(TreatmentKind)
    assert sum(most for _, most in rules.ICE_TASKS.values()) == 10
    assert {CrsInputs(39.0, oxygen=one).oxygen for one in rules.OXYGEN_ASKED} == set(rules.OXYGEN_ASKED)
    assert all(one.words for one in DayState)
