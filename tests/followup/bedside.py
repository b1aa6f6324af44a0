"""A patient who is well at the bedside, and what a test changes of that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from rems.events.grading import Oxygen
from rems.followup.bedside.course import Ground
from rems.followup.bedside.rules import IceState, Observation, Pressure

CHICAGO = "America/Chicago"
INFUSED = datetime(2026, 10, 20, 16, 20, tzinfo=UTC)
GROUND = Ground(INFUSED, CHICAGO)
WELL = Observation(
    at=INFUSED + timedelta(hours=20),
    temperature_c=Decimal("36.8"),
    pressure=Pressure.HOLDS,
    oxygen=Oxygen.NONE,
    ice_state=IceState.ALL,
)


def seen(hours: float, temperature: str = "36.8", **more: Any) -> Observation:
    """One look so many hours after the infusion, well unless the test says otherwise."""
    return replace(WELL, at=INFUSED + timedelta(hours=hours), temperature_c=Decimal(temperature), **more)
