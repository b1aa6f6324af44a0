"""What is looked at at the bedside, what of it can be so, and what it means for the scales of CRS and ICANS. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from rems.core.clock import day_in
from rems.core.errors import BadInput
from rems.events.grading import COLDEST_C, HOTTEST_C, CrsInputs, Oxygen
from rems.events.icans import ICE_FROM_AGE, MOST_ICE, Consciousness, Edema, IcansInputs, Seizure
from rems.patients.rules import said, when_words

LAST_DAY = 90
"""The last day after the infusion that belongs to the course; what happens later is reported as an event."""
SYSTOLIC, DIASTOLIC = (30, 300), (10, 200)  # mm[Hg] that a living person can have


class Pressure(StrEnum):
    """How the blood pressure holds; vasopressin is not counted as a vasopressor."""

    HOLDS = "holds"
    LOW = "low"
    ONE = "one"
    SEVERAL = "several"


PRESSURE_WORDS: Mapping[Pressure, str] = {
    Pressure.HOLDS: "Holds by itself",
    Pressure.LOW: "Too low, no vasopressor",
    Pressure.ONE: "One vasopressor",
    Pressure.SEVERAL: "Several vasopressors",
}
OXYGEN_ASKED: Mapping[Oxygen, str] = {
    Oxygen.NONE: "None needed",
    Oxygen.LOW_FLOW: "Low flow, 6 L/min or less",
    Oxygen.HIGH_FLOW: "High flow, or any mask",
    Oxygen.POSITIVE_PRESSURE: "Positive pressure",
}
"""At the bedside four are told apart, one for each grade."""


class IceState(StrEnum):
    ALL = "all"
    POINTS = "points"
    CANNOT = "cannot"
    NOT_ASKED = "not_asked"


ICE_WORDS: Mapping[IceState, str] = {
    IceState.ALL: "All 10 points",
    IceState.POINTS: "Fewer: by its tasks",
    IceState.CANNOT: "Cannot be assessed",
    IceState.NOT_ASKED: "Not asked now",
}
ICE_TASKS: Mapping[str, tuple[str, int]] = {
    "year": ("Knows the year", 1),
    "month": ("Knows the month", 1),
    "city": ("Knows the city", 1),
    "hospital": ("Knows the hospital", 1),
    "objects": ("Names three objects", 3),
    "command": ("Follows a command", 1),
    "writing": ("Writes a sentence", 1),
    "counting": ("Counts back from 100 by tens", 1),
}
"""The tasks of the ICE score with the points that each can give; ten in all."""


@dataclass(frozen=True)
class Observation:
    """One look at the patient. `ice` holds the points of each task where they were counted one by one."""

    at: datetime
    temperature_c: Decimal
    pressure: Pressure
    oxygen: Oxygen
    ice_state: IceState
    ice: Mapping[str, int] = field(default_factory=dict)
    consciousness: Consciousness | None = None
    systolic: int | None = None
    diastolic: int | None = None
    vasopressin: bool = False
    airway_only: bool = False
    fever_other_cause: bool = False
    seizure: Seizure = Seizure.NONE
    motor_weakness: bool = False
    edema: Edema = Edema.NONE

    @property
    def ice_points(self) -> int | None:
        """The ICE score; None where it was not asked, or cannot be assessed."""
        if self.ice_state is IceState.POINTS:
            return sum(self.ice.values())
        return MOST_ICE if self.ice_state is IceState.ALL else None

    @property
    def has_fever(self) -> bool:
        """Fever that counts: 38.0 °C or more without another cause."""
        return self.temperature_c >= 38 and not self.fever_other_cause


def crs_inputs(seen: Observation, *, prior_fever: bool = False, treated: bool = False) -> CrsInputs:
    """What the scale of CRS asks, from one look and from what the course says before it."""
    return CrsInputs(
        temperature_c=float(seen.temperature_c),
        fever_other_cause=seen.fever_other_cause,
        prior_fever=prior_fever,
        treated=treated,
        vasopressors={Pressure.ONE: 1, Pressure.SEVERAL: 2}.get(seen.pressure, 0),
        vasopressin=seen.vasopressin,
        hypotension=seen.pressure is not Pressure.HOLDS,
        oxygen=seen.oxygen,
        airway_only=seen.airway_only,
    )


def icans_inputs(seen: Observation) -> IcansInputs:
    """What the scale of ICANS asks, from one look."""
    return IcansInputs(
        ice=seen.ice_points,
        cannot=seen.ice_state is IceState.CANNOT,
        consciousness=seen.consciousness,
        seizure=seen.seizure,
        motor_weakness=seen.motor_weakness,
        edema=seen.edema,
    )


def check_moment(at: datetime, *, infused_at: datetime, now: datetime, zone: str, name: str, what: str) -> None:
    """What is told of the course lies between the infusion and now, and no later than its last day. Raises BadInput.

    Days are those of the site in `zone` (IANA name); `what` begins the sentence, `name` is the field.
    """
    if at > now:
        raise BadInput(f"{what}: {when_words(at, zone)} has not come yet; it is {when_words(now, zone)}.", name)
    if at < infused_at:
        raise BadInput(f"{what}: {when_words(at, zone)} is before the infusion, {when_words(infused_at, zone)}.", name)
    day = day_number(at, infused_at=infused_at, zone=zone)
    if day > LAST_DAY:
        raise BadInput(
            f"{what}: day {day} is after day {LAST_DAY}, with which the course after an infusion ends. "
            "Report what happens later as an event.",
            name,
        )


def day_number(at: datetime, *, infused_at: datetime, zone: str) -> int:
    """The day of the course that a moment lies on, by the calendar of the site: the day of the infusion is 0."""
    return (day_in(zone, at) - day_in(zone, infused_at)).days


def check_observation(seen: Observation, *, birth_year: int, on: date) -> None:
    """Everything in it can be so, and fits together. Raises BadInput with the field."""
    if not COLDEST_C <= seen.temperature_c <= HOTTEST_C:
        raise BadInput(
            f"Temperature: {seen.temperature_c} °C is not between {COLDEST_C} and {HOTTEST_C} °C.", "temperature_c"
        )
    _check_pressure(seen)
    if seen.airway_only and seen.oxygen is not Oxygen.POSITIVE_PRESSURE:
        raise BadInput(
            "Oxygen: a tube that only protects the airway comes with positive pressure; choose that, or leave "
            "the tube out.",
            "oxygen",
        )
    _check_ice(seen)
    scored = seen.ice_state is not IceState.NOT_ASKED
    if scored and on.year - birth_year < ICE_FROM_AGE:
        raise BadInput(
            f"ICE score: it is for {ICE_FROM_AGE} years and older, and this patient is born {birth_year}. Choose not "
            "asked now; the CAPD of a child is reported with the event.",
            "ice_state",
        )


def _check_pressure(seen: Observation) -> None:
    for value, (least, most), name in (
        (seen.systolic, SYSTOLIC, "systolic"),
        (seen.diastolic, DIASTOLIC, "diastolic"),
    ):
        if value is not None and not least <= value <= most:
            raise BadInput(f"{name.capitalize()} pressure: {value} mmHg is not between {least} and {most} mmHg.", name)
    if (seen.systolic is None) != (seen.diastolic is None):
        missing = "diastolic" if seen.diastolic is None else "systolic"
        raise BadInput(
            f"{missing.capitalize()} pressure is missing: write both numbers of the pressure, or none.", missing
        )
    if seen.systolic is not None and seen.diastolic is not None and seen.diastolic >= seen.systolic:
        raise BadInput(
            f"Diastolic pressure: {seen.diastolic} mmHg is not below the systolic {seen.systolic} mmHg.", "diastolic"
        )


def _check_ice(seen: Observation) -> None:
    for code, points in seen.ice.items():
        words, most = ICE_TASKS.get(code, ("", 0))
        if not words or not 0 <= points <= most:
            raise BadInput(f'ICE score: {points} is no number of points for the task "{words or code}".', "ice_state")
    if bool(seen.ice) != (seen.ice_state is IceState.POINTS):
        raise BadInput("ICE score: points are counted where it is asked by its tasks, and only there.", "ice_state")
    if seen.ice_state in {IceState.ALL, IceState.POINTS} and seen.consciousness is Consciousness.UNAROUSABLE:
        raise BadInput("Consciousness: who cannot be woken does no ICE task; choose cannot be assessed.", "ice_state")
    if seen.ice_state is IceState.CANNOT and seen.consciousness is None:
        raise BadInput(
            "Consciousness: choose one. Where the ICE score cannot be assessed, it decides between grade 3 and 4.",
            "consciousness",
        )


def check_new(at: datetime, others: Mapping[datetime, object], *, zone: str, name: str) -> None:
    """There is one entry a minute; who sends a form twice is told. Raises BadInput."""
    if at in others:
        raise BadInput(f"An entry of {when_words(at, zone)} is kept already; correct that one.", name)


def check_alive(on: date, *, died_on: date | None, name: str, what: str) -> None:
    """Nothing is told of a day after the death that a visit tells of. Raises BadInput."""
    if died_on is not None and on > died_on:
        raise BadInput(f"{what}: {said(on)} is after the death on {said(died_on)}, which a visit tells of.", name)


def check_reason(*, correcting: bool, reason: str) -> None:
    """A correction says why. Raises BadInput."""
    if correcting and not reason.strip():
        raise BadInput("Reason is missing: say why the record is corrected.", "reason")


def day_words(on: date, number: int) -> str:
    """Day 4, 24 Nov 2026."""
    return f"day {number}, {said(on)}"
