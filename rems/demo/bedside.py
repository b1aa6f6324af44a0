"""Invented courses after the newest infusions: entries by day, what was given, blood values, and the case of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from rems.core.db import reading
from rems.core.lens import Lens
from rems.demo.calendar import Calendar
from rems.demo.patients import Treated
from rems.events.grading import Oxygen
from rems.events.icans import Consciousness
from rems.events.rules import Seriousness
from rems.followup.bedside import actions, reporting
from rems.followup.bedside.actions import Value
from rems.followup.bedside.course import Scale
from rems.followup.bedside.markers import Bound
from rems.followup.bedside.rules import LAST_DAY, IceState, Observation, Pressure
from rems.followup.bedside.treatments import Treatment, TreatmentKind
from rems.patients import queries as patients
from rems.stock.rules import dose_mg

MOST = 4


@dataclass(frozen=True)
class Look:
    """What is seen so many hours after the infusion; `ice` None: all ten points."""

    hours: int
    temperature: str
    pressure: Pressure = Pressure.HOLDS
    oxygen: Oxygen = Oxygen.NONE
    ice: dict[str, int] = field(default_factory=dict)


CONFUSED = {"year": 1, "city": 1, "objects": 3, "command": 1}
MILD = (Look(19, "37.1"), Look(43, "38.4"), Look(67, "38.1"), Look(91, "36.9"), Look(115, "36.6"), Look(163, "36.5"))
SEVERE = (
    Look(19, "37.4"),
    Look(36, "38.7"),
    Look(44, "39.3", Pressure.LOW, Oxygen.LOW_FLOW),
    Look(67, "39.8", Pressure.ONE, Oxygen.HIGH_FLOW, CONFUSED),
    Look(91, "37.9", Pressure.LOW, Oxygen.LOW_FLOW, {"year": 1, "objects": 2, "command": 1}),
    Look(115, "36.9", Pressure.HOLDS, Oxygen.NONE, CONFUSED | {"month": 1, "hospital": 1}),
    Look(139, "36.6"),
    Look(163, "36.7"),
)
GIVEN = (
    (46, TreatmentKind.TOCILIZUMAB, "", None),  # by the weight
    (68, TreatmentKind.TOCILIZUMAB, "", None),
    (70, TreatmentKind.STEROID, "Dexamethasone", Decimal(10)),
)
BLOOD = (
    (
        20,
        (
            Value("IL-6", Decimal(38), "pg/mL"),
            Value("IFN-GAMMA", Decimal(12), "pg/mL"),
            Value("CRP", Decimal(41), "mg/L"),
        ),
    ),
    (68, (Value("IL-6", Decimal(5000), "pg/mL", Bound.ABOVE), Value("FERRITIN", Decimal(3120), "ng/mL"))),
)


def enter_courses(treated: Sequence[Treated], calendar: Calendar, *, shown_at: UUID) -> list[Treated]:
    """The newest patients, whose course is entered: every other one severe. Returns them.

    Half of them are of one site, where the people of the sign-in page work, however long ago they were infused.
    """
    newest = sorted(treated, key=lambda one: (one.infused_on, one.patient_id), reverse=True)
    alive = [one for one in newest if one.died_on is None]
    here = [one for one in alive if one.hospital.site_id == shown_at][: MOST // 2]
    lately = [one for one in alive if (calendar.today - one.infused_on).days <= LAST_DAY and one not in here]
    chosen = [*here, *lately][:MOST]
    for number, one in enumerate(chosen):
        _enter(one, SEVERE if number % 2 == 0 else MILD, calendar)
    return chosen


def _enter(one: Treated, looks: Sequence[Look], calendar: Calendar) -> None:
    """One course as far as it has come."""
    by = one.hospital.coordinator
    with reading(by):
        infusion = patients.infusion(one.patient_id, Lens(one.infused_on))
        weighed = patients.weight(one.patient_id, Lens(one.infused_on))
        start = infusion.infused_at if infusion else calendar.now

    def at(hours: int) -> datetime:
        return start + timedelta(hours=hours)

    def said(hours: int) -> dict[str, Any]:
        return {"by": by, "now": min(at(hours) + timedelta(minutes=2), calendar.now)}

    came = [look for look in looks if at(look.hours) < calendar.now]
    for look in came:
        actions.record_entry(one.patient_id, _observation(look, at(look.hours)), **said(look.hours))
    if looks is not SEVERE:
        return
    assert weighed is not None  # the gate asked for it
    by_weight = round(dose_mg(weighed[0]), 0)
    for hours, kind, name, dose in GIVEN:
        if at(hours) < calendar.now:
            actions.record_treatment(one.patient_id, Treatment(at(hours), kind, name, dose or by_weight), **said(hours))
    for hours, values in BLOOD:
        if at(hours) < calendar.now:
            actions.record_samples(one.patient_id, values, taken_at=at(hours), **said(hours))
    if came and came[-1].hours > 68:  # the case is reported once it is severe
        serious = [Seriousness.HOSPITALIZATION, Seriousness.LIFE_THREATENING]
        reporting.report(one.patient_id, Scale.CRS, seriousness=serious, **said(69))


def _observation(look: Look, at: datetime) -> Observation:
    return Observation(
        at=at,
        temperature_c=Decimal(look.temperature),
        pressure=look.pressure,
        oxygen=look.oxygen,
        ice_state=IceState.POINTS if look.ice else IceState.ALL,
        ice={"month": 0, "hospital": 0, "writing": 0, "counting": 0, **look.ice} if look.ice else {},
        consciousness=Consciousness.BY_ITSELF if look.ice else None,
    )
