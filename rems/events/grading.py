"""How severe an event is on a named scale, and why in sentences a nurse can follow: CRS by ASTCT 2019. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from rems.core.errors import BadInput

FEVER_C = 38.0
COLDEST_C, HOTTEST_C = 25, 45
MOST_VASOPRESSORS = 10
CRS_SOURCE = "Lee DW et al., Biol Blood Marrow Transplant 2019;25:625-638 (ASTCT consensus)"


class Oxygen(StrEnum):
    """The most oxygen support the patient needs for CRS. Low flow is at most 6 L/min, high flow more than that."""

    NONE = "none"
    LOW_FLOW = "low_flow"
    BLOW_BY = "blow_by"
    HIGH_FLOW = "high_flow"
    MASK = "mask"
    NONREBREATHER = "nonrebreather"
    VENTURI = "venturi"
    POSITIVE_PRESSURE = "positive_pressure"


OXYGEN_GRADE: Mapping[Oxygen, int] = {
    Oxygen.NONE: 1,
    Oxygen.LOW_FLOW: 2,
    Oxygen.BLOW_BY: 2,
    Oxygen.HIGH_FLOW: 3,
    Oxygen.MASK: 3,
    Oxygen.NONREBREATHER: 3,
    Oxygen.VENTURI: 3,
    Oxygen.POSITIVE_PRESSURE: 4,
}
OXYGEN_WORDS: Mapping[Oxygen, str] = {
    Oxygen.NONE: "No oxygen needed",
    Oxygen.LOW_FLOW: "Nasal cannula, 6 L/min or less",
    Oxygen.BLOW_BY: "Blow-by oxygen",
    Oxygen.HIGH_FLOW: "High-flow nasal cannula, more than 6 L/min",
    Oxygen.MASK: "Face mask",
    Oxygen.NONREBREATHER: "Non-rebreather mask",
    Oxygen.VENTURI: "Venturi mask",
    Oxygen.POSITIVE_PRESSURE: "Positive pressure (CPAP, BiPAP, or intubation and ventilation)",
}


@dataclass(frozen=True)
class CrsInputs:
    """What is known of the patient at the worst moment of the event.

    `treated`: an antipyretic, anticytokine therapy or steroid was given for it. `vasopressors` counts all but
    vasopressin. `airway_only`: intubated only to protect the airway, without need of oxygen. Raises BadInput.
    """

    temperature_c: float
    fever_other_cause: bool = False
    prior_fever: bool = False
    treated: bool = False
    vasopressors: int = 0
    vasopressin: bool = False
    hypotension: bool = False
    oxygen: Oxygen = Oxygen.NONE
    airway_only: bool = False
    died_of_crs: bool = False

    def __post_init__(self) -> None:
        if not COLDEST_C <= self.temperature_c <= HOTTEST_C:
            said = f"The temperature must lie between {COLDEST_C} and {HOTTEST_C} °C, not {self.temperature_c}."
            raise BadInput(said, "temperature_c")
        if not 0 <= self.vasopressors <= MOST_VASOPRESSORS:
            said = f"The number of vasopressors must lie between 0 and {MOST_VASOPRESSORS}, not {self.vasopressors}."
            raise BadInput(said, "vasopressors")


@dataclass(frozen=True)
class CrsResult:
    """The grade and the way to it. None: this is not CRS by the scale. 0: the CRS is over."""

    grade: int | None
    steps: tuple[str, ...]
    system: str = "ASTCT"
    version: str = "2019"
    source: str = CRS_SOURCE

    @property
    def title(self) -> str:
        """`CRS grade 3 (ASTCT 2019)`."""
        what = {None: "no CRS grade", 0: "CRS resolved, grade 0"}.get(self.grade, f"CRS grade {self.grade}")
        return f"{what} ({self.system} {self.version})"

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"steps": list(self.steps), "title": self.title}


def crs(inputs: CrsInputs) -> CrsResult:
    """The CRS grade: fever to begin, then the worse of blood pressure and oxygen; 5 is death from CRS.

    Organ toxicity is graded elsewhere (CTCAE) and does not move it. Source: `CRS_SOURCE`.
    """
    if inputs.died_of_crs:
        return CrsResult(5, ("The patient died of CRS, with no other principal cause: grade 5",))
    fever, steps = _fever(inputs)
    if not fever and not (inputs.prior_fever and inputs.treated):
        return CrsResult(None, (*steps, "CRS begins with fever, so there is no CRS grade"))
    pressure, pressure_step = _blood_pressure(inputs)
    oxygen, oxygen_step = _oxygen(inputs)
    steps = (*steps, pressure_step, oxygen_step)
    if not fever and pressure == oxygen == 1:
        over = "No fever, no hypotension and no need of oxygen are left: the CRS has resolved, grade 0"
        return CrsResult(0, (*steps, over))
    return CrsResult(max(pressure, oxygen), (*steps, _worse(pressure, oxygen)))


def _fever(inputs: CrsInputs) -> tuple[bool, tuple[str, ...]]:
    exact = inputs.temperature_c
    reading = f"{exact:.1f}" if round(exact, 1) == exact else f"{exact}"
    if exact >= FEVER_C and not inputs.fever_other_cause:
        return True, (f"Fever {reading} °C counts: grade 1 or more",)
    if exact >= FEVER_C:
        now = f"Fever {reading} °C has another cause and does not count"
    else:
        now = f"{reading} °C is below {FEVER_C} °C: no fever now"
    match inputs.prior_fever, inputs.treated:
        case True, True:
            before = "Fever before was treated, so it is no longer needed: blood pressure and oxygen decide"
        case True, False:
            before = "There was fever before, but nothing was given that could hide it now"
        case _:
            before = "No earlier fever of this event is recorded"
    return False, (now, before)


def _blood_pressure(inputs: CrsInputs) -> tuple[int, str]:
    with_vasopressin = ", with vasopressin, which is not counted" if inputs.vasopressin else ""
    if inputs.vasopressors >= 2:
        return 4, f"{inputs.vasopressors} vasopressors{with_vasopressin}: grade 4"
    if inputs.vasopressors == 1:
        return 3, f"One vasopressor{with_vasopressin}: grade 3"
    if inputs.vasopressin:
        return 3, "Vasopressin alone counts as one vasopressor: grade 3"
    if inputs.hypotension:
        return 2, "Hypotension without a vasopressor: grade 2"
    return 1, "No hypotension: blood pressure adds nothing"


def _oxygen(inputs: CrsInputs) -> tuple[int, str]:
    if inputs.airway_only:
        return 1, "The tube only protects the airway, without need of oxygen: it does not count"
    grade = OXYGEN_GRADE[inputs.oxygen]
    words = OXYGEN_WORDS[inputs.oxygen]
    return grade, f"{words}: oxygen adds nothing" if grade == 1 else f"{words}: grade {grade}"


def _worse(pressure: int, oxygen: int) -> str:
    if pressure == oxygen == 1:
        return "Grade 1: fever alone"
    if pressure == oxygen:
        return f"Grade {pressure}: blood pressure and oxygen are equally bad"
    if pressure > oxygen:
        return f"Grade {pressure} is the worse of blood pressure ({pressure}) and oxygen ({oxygen})"
    return f"Grade {oxygen} is the worse of oxygen ({oxygen}) and blood pressure ({pressure})"


NUMBERS: Mapping[str, dict[str, Any]] = {
    "temperature_c": {"type": "number", "minimum": COLDEST_C, "maximum": HOTTEST_C, "description": "degrees Celsius"},
    "vasopressors": {
        "type": "integer",
        "minimum": 0,
        "maximum": MOST_VASOPRESSORS,
        "description": "how many vasopressors, vasopressin not counted",
    },
    "oxygen": {"type": "string", "enum": [o.value for o in Oxygen], "description": "the most oxygen support needed"},
}
FLAGS: Mapping[str, str] = {
    "fever_other_cause": "the fever has another cause than CRS",
    "prior_fever": "there was fever earlier in this event",
    "treated": "an antipyretic, anticytokine therapy or steroid was given for it",
    "vasopressin": "vasopressin is given",
    "hypotension": "the blood pressure is too low",
    "airway_only": "intubated only to protect the airway, without need of oxygen",
    "died_of_crs": "the patient died of CRS, with no other principal cause",
}


def schema() -> dict[str, Any]:
    """What `from_json` takes, as a JSON Schema (draft 2020-12). What is left out but temperature_c is no, none or 0."""
    described: dict[str, Any] = {
        name: {"type": "boolean", "default": False, "description": text} for name, text in FLAGS.items()
    }
    described |= {name: dict(rule) for name, rule in NUMBERS.items()}
    described["vasopressors"]["default"] = 0
    described["oxygen"]["default"] = Oxygen.NONE.value
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CRS grade, ASTCT 2019",
        "type": "object",
        "additionalProperties": False,
        "required": ["temperature_c"],
        "properties": {f.name: described[f.name] for f in fields(CrsInputs)},
    }


def from_json(facts: object) -> CrsInputs:
    """The inputs in a JSON object already parsed. Raises BadInput, naming the field and what is expected."""
    if not isinstance(facts, Mapping):
        raise BadInput(f"The facts must be a JSON object such as {json.dumps({'temperature_c': 39.2})}.")
    known = [f.name for f in fields(CrsInputs)]
    for name in facts:
        if name not in known:
            raise BadInput(f'"{name}" is not a fact of this rule. It takes: {", ".join(known)}.', str(name))
    if "temperature_c" not in facts:
        raise BadInput("temperature_c is missing: the temperature in degrees Celsius, such as 39.2.", "temperature_c")
    return CrsInputs(**{name: _fact(str(name), value) for name, value in facts.items()})


def to_json(inputs: CrsInputs) -> dict[str, Any]:
    """The inputs as plain JSON, as they are kept beside the grade."""
    return {name: str(value) if isinstance(value, Oxygen) else value for name, value in asdict(inputs).items()}


def _fact(name: str, value: object) -> Any:
    """One value of the right type: true is no number, and 1 is no yes."""
    written = json.dumps(value, default=str, ensure_ascii=False)
    if name in FLAGS:
        if not isinstance(value, bool):
            raise BadInput(f"{name} must be true or false, not {written}.", name)
        return value
    if name == "oxygen":
        if value not in list(Oxygen):
            raise BadInput(f"oxygen must be one of {', '.join(Oxygen)}, not {written}.", name)
        return Oxygen(str(value))
    if name == "vasopressors":
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadInput(f"vasopressors must be a whole number from 0 to {MOST_VASOPRESSORS}, not {written}.", name)
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"temperature_c must be a number from {COLDEST_C} to {HOTTEST_C}, not {written}.", name)
    if not COLDEST_C <= value <= HOTTEST_C:
        raise BadInput(f"The temperature must lie between {COLDEST_C} and {HOTTEST_C} °C, not {written}.", name)
    return float(value)
