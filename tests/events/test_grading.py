"""The grade of CRS by ASTCT 2019: the whole table, its traps, and that worse never looks better."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.events.grading import OXYGEN_GRADE, OXYGEN_WORDS, CrsInputs, Oxygen, crs, from_json, schema, to_json

FEVER = CrsInputs(39.2)
LOW, HIGH = Oxygen.LOW_FLOW, Oxygen.HIGH_FLOW
INPUTS = st.builds(
    CrsInputs,
    temperature_c=st.integers(350, 420).map(lambda tenths: tenths / 10),
    fever_other_cause=st.booleans(),
    prior_fever=st.booleans(),
    treated=st.booleans(),
    vasopressors=st.integers(0, 4),
    vasopressin=st.booleans(),
    hypotension=st.booleans(),
    oxygen=st.sampled_from(Oxygen),
    airway_only=st.booleans(),
    died_of_crs=st.booleans(),
)
# The two columns of the table (domain reference 6.1), each with its grade.
PRESSURE: list[tuple[dict[str, Any], int]] = [
    ({}, 1),
    ({"hypotension": True}, 2),
    ({"vasopressors": 1}, 3),
    ({"vasopressors": 1, "vasopressin": True}, 3),
    ({"vasopressin": True}, 3),
    ({"vasopressors": 1, "hypotension": True}, 3),
    ({"vasopressors": 2}, 4),
    ({"vasopressors": 2, "vasopressin": True}, 4),
    ({"vasopressors": 3, "hypotension": True}, 4),
]
BREATHING: list[tuple[Oxygen, int]] = [
    (Oxygen.NONE, 1),
    (Oxygen.LOW_FLOW, 2),
    (Oxygen.BLOW_BY, 2),
    (Oxygen.HIGH_FLOW, 3),
    (Oxygen.MASK, 3),
    (Oxygen.NONREBREATHER, 3),
    (Oxygen.VENTURI, 3),
    (Oxygen.POSITIVE_PRESSURE, 4),
]


@pytest.mark.parametrize(("pressure", "breathing"), list(product(PRESSURE, BREATHING)))
def test_with_fever_the_grade_is_the_worse_of_the_two_columns(
    pressure: tuple[dict[str, Any], int], breathing: tuple[Oxygen, int]
) -> None:
    given_pressure, by_pressure = pressure
    oxygen, by_oxygen = breathing
    assert crs(replace(FEVER, oxygen=oxygen, **given_pressure)).grade == max(by_pressure, by_oxygen)


@pytest.mark.parametrize(
    ("inputs", "grade"),
    [
        (CrsInputs(38.0), 1),
        (CrsInputs(37.9), None),
        (CrsInputs(39.0, fever_other_cause=True), None),
        (CrsInputs(39.0, fever_other_cause=True, vasopressors=2, oxygen=Oxygen.POSITIVE_PRESSURE), None),
        (CrsInputs(37.0, prior_fever=True), None),
        (CrsInputs(37.0, treated=True), None),
        (CrsInputs(37.0, prior_fever=True, treated=True), 0),
        (CrsInputs(37.0, prior_fever=True, treated=True, hypotension=True), 2),
        (CrsInputs(37.0, prior_fever=True, treated=True, oxygen=HIGH), 3),
        (CrsInputs(37.0, prior_fever=True, treated=True, vasopressors=2), 4),
        (CrsInputs(39.0, fever_other_cause=True, prior_fever=True, treated=True, oxygen=LOW), 2),
        (CrsInputs(39.0, oxygen=Oxygen.POSITIVE_PRESSURE, airway_only=True), 1),
        (CrsInputs(39.0, oxygen=Oxygen.POSITIVE_PRESSURE, airway_only=True, hypotension=True), 2),
        (CrsInputs(37.0, prior_fever=True, treated=True, oxygen=Oxygen.POSITIVE_PRESSURE, airway_only=True), 0),
        (CrsInputs(39.0, died_of_crs=True), 5),
        (CrsInputs(36.5, died_of_crs=True), 5),
    ],
)
def test_fever_begins_it_treatment_may_hide_it_and_a_tube_for_the_airway_does_not_count(
    inputs: CrsInputs, grade: int | None
) -> None:
    assert crs(inputs).grade == grade


def test_the_steps_can_be_read_aloud() -> None:
    result = crs(CrsInputs(39.2, vasopressors=1, vasopressin=True, oxygen=LOW))
    assert result.steps == (
        "Fever 39.2 °C counts: grade 1 or more",
        "One vasopressor, with vasopressin, which is not counted: grade 3",
        "Nasal cannula, 6 L/min or less: grade 2",
        "Grade 3 is the worse of blood pressure (3) and oxygen (2)",
    )
    assert (result.title, result.source[:11]) == ("CRS grade 3 (ASTCT 2019)", "Lee DW et a")


@pytest.mark.parametrize(
    ("inputs", "title", "last"),
    [
        (CrsInputs(37.2), "no CRS grade (ASTCT 2019)", "CRS begins with fever, so there is no CRS grade"),
        (
            CrsInputs(37.2, prior_fever=True, treated=True),
            "CRS resolved, grade 0 (ASTCT 2019)",
            "No fever, no hypotension and no need of oxygen are left: the CRS has resolved, grade 0",
        ),
        (FEVER, "CRS grade 1 (ASTCT 2019)", "Grade 1: fever alone"),
        (
            replace(FEVER, vasopressors=1, oxygen=HIGH),
            "CRS grade 3 (ASTCT 2019)",
            "Grade 3: blood pressure and oxygen are equally bad",
        ),
        (
            replace(FEVER, oxygen=HIGH),
            "CRS grade 3 (ASTCT 2019)",
            "Grade 3 is the worse of oxygen (3) and blood pressure (1)",
        ),
    ],
)
def test_the_last_step_says_what_decided(inputs: CrsInputs, title: str, last: str) -> None:
    assert (crs(inputs).title, crs(inputs).steps[-1]) == (title, last)


def test_every_kind_of_oxygen_has_a_grade_and_words() -> None:
    assert set(OXYGEN_GRADE) == set(OXYGEN_WORDS) == set(Oxygen)


def rank(inputs: CrsInputs) -> int:
    """The grade as a number; no CRS stands below resolved CRS."""
    grade = crs(inputs).grade
    return -1 if grade is None else grade


@settings(deadline=None)
@given(INPUTS, st.integers(1, 3))
def test_more_vasopressors_never_lower_the_grade(inputs: CrsInputs, more: int) -> None:
    assert rank(replace(inputs, vasopressors=inputs.vasopressors + more)) >= rank(inputs)


@settings(deadline=None)
@given(INPUTS, st.sampled_from(["vasopressin", "hypotension", "died_of_crs"]))
def test_a_worse_sign_never_lowers_the_grade(inputs: CrsInputs, sign: str) -> None:
    assert rank(replace(inputs, **{sign: True})) >= rank(inputs)


@settings(deadline=None)
@given(INPUTS, st.sampled_from(Oxygen))
def test_more_oxygen_never_lowers_the_grade(inputs: CrsInputs, oxygen: Oxygen) -> None:
    if OXYGEN_GRADE[oxygen] >= OXYGEN_GRADE[inputs.oxygen]:
        assert rank(replace(inputs, oxygen=oxygen)) >= rank(inputs)


@settings(deadline=None)
@given(INPUTS, st.floats(0, 3))
def test_a_higher_temperature_never_lowers_the_grade(inputs: CrsInputs, more: float) -> None:
    assert rank(replace(inputs, temperature_c=inputs.temperature_c + more)) >= rank(inputs)


@settings(deadline=None)
@given(INPUTS)
def test_each_answer_is_explained_and_survives_as_json(inputs: CrsInputs) -> None:
    result = crs(inputs)
    assert result.grade in (None, 0, 1, 2, 3, 4, 5)
    assert result.steps
    assert crs(from_json(json.loads(json.dumps(to_json(inputs))))) == result
    assert json.loads(json.dumps(result.to_json()))["grade"] == result.grade


@settings(deadline=None)
@given(INPUTS)
def test_organ_toxicity_apart_only_death_is_grade_five(inputs: CrsInputs) -> None:
    assert (crs(inputs).grade == 5) == inputs.died_of_crs


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ([], "The facts must be a JSON object such as"),
        ({}, "temperature_c is missing: the temperature in degrees Celsius, such as 39.2."),
        ({"temperature_c": "39"}, 'temperature_c must be a number from 25 to 45, not "39".'),
        ({"temperature_c": True}, "temperature_c must be a number from 25 to 45, not true."),
        ({"temperature_c": 102}, "The temperature must lie between 25 and 45 °C, not 102."),
        ({"temperature_c": 24.9}, "The temperature must lie between 25 and 45 °C, not 24.9."),
        ({"temperature_c": 39, "oxygen": "lots"}, "oxygen must be one of none, low_flow, blow_by"),
        ({"temperature_c": 39, "oxygen": ["mask"]}, "oxygen must be one of none"),
        ({"temperature_c": 39, "vasopressors": 1.5}, "vasopressors must be a whole number from 0 to 10, not 1.5."),
        ({"temperature_c": 39, "vasopressors": True}, "vasopressors must be a whole number from 0 to 10, not true."),
        ({"temperature_c": 39, "vasopressors": 11}, "The number of vasopressors must lie between 0 and 10, not 11."),
        ({"temperature_c": 39, "hypotension": 1}, "hypotension must be true or false, not 1."),
        ({"temperature_c": 39, "pulse": 120}, '"pulse" is not a fact of this rule. It takes: temperature_c'),
    ],
)
def test_bad_facts_are_refused_in_one_sentence(facts: object, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        from_json(facts)
    assert sentence in refused.value.sentence


def test_the_schema_names_every_fact_and_asks_for_the_temperature_alone() -> None:
    described = schema()
    assert described["required"] == ["temperature_c"]
    assert set(described["properties"]) == set(to_json(FEVER))
    assert all(rule["description"] for rule in described["properties"].values())
