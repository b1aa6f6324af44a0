"""Cytokines and markers: their units, how a value is written, and how it is told in another unit that the data name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from rems.core.errors import BadInput, SetupError
from rems.core.settings import ROOT

FILE = ROOT / "config" / "markers.yaml"
KEYS = frozenset({"code", "title", "loinc", "unit", "units", "within_hours"})
_VALUE = re.compile(r"([<>]?)\s*([0-9]{1,9}(?:\.[0-9]{1,4})?)")


class Bound(StrEnum):
    """What stands before a value: nothing, or that the true one lies below or above what the test can tell."""

    EXACT = ""
    BELOW = "<"
    ABOVE = ">"


class SampleState(StrEnum):
    """How a marker that is asked within hours stands."""

    DONE = "done"
    LATE = "late"
    DUE = "due"
    MISSED = "missed"


@dataclass(frozen=True)
class Marker:
    """One marker. `units`: the UCUM units it may be written in, with the factor to `unit`."""

    code: str
    title: str
    loinc: str | None
    unit: str
    units: Mapping[str, Decimal]
    within_hours: int | None


@dataclass(frozen=True)
class Measured:
    """A value as the laboratory wrote it."""

    value: Decimal
    unit: str
    bound: Bound = Bound.EXACT

    @property
    def words(self) -> str:
        """> 5000 pg/mL."""
        return " ".join(filter(None, (self.bound.value, format(self.value, "f"), self.unit)))


def read_value(text: str, *, field: str, title: str) -> tuple[Bound, Decimal]:
    """The value of such a text as 12.4, <5 or > 5000. Raises BadInput."""
    found = _VALUE.fullmatch(text.strip())
    if found is None:
        raise BadInput(
            f'{title}: "{text.strip()[:40]}" is no value; write a number like 12.4, with < or > before it where the '
            "test could not tell more.",
            field,
        )
    bound, value = Bound(found[1]), Decimal(found[2])
    if bound is Bound.BELOW and value == 0:
        raise BadInput(f"{title}: nothing is below 0; write the limit of the test after the <.", field)
    return bound, value


def check_unit(marker: Marker, unit: str, *, field: str) -> None:
    """The data name that unit for the marker. Raises BadInput."""
    if unit not in marker.units:
        known = ", ".join(marker.units)
        raise BadInput(f'{marker.title}: "{unit}" is no unit of it here; it is written in {known}.', field)


def converted(marker: Marker, measured: Measured, unit: str) -> Measured:
    """The same in another unit of the marker. Raises BadInput for a unit that the data do not name."""
    for one in (measured.unit, unit):
        check_unit(marker, one, field="unit")
    if unit == measured.unit:
        return measured
    value = measured.value * marker.units[measured.unit] / marker.units[unit]
    return Measured(Decimal(format(value.normalize(), "f")), unit, measured.bound)


def hours_since(taken_at: datetime, infused_at: datetime) -> Decimal:
    """Hours from the infusion to the sample, to one place; they pass alike on every clock."""
    return (Decimal((taken_at - infused_at) // timedelta(minutes=6)) / 10).normalize() + Decimal(0)


def asked_state(
    marker: Marker, taken: Iterable[datetime], *, infused_at: datetime, now: datetime
) -> SampleState | None:
    """How a marker stands that is asked within hours of the infusion; None where no span is set."""
    if marker.within_hours is None:
        return None
    until = infused_at + timedelta(hours=marker.within_hours)
    first = min((at for at in taken if infused_at <= at <= now), default=None)
    if first is not None:
        return SampleState.DONE if first <= until else SampleState.LATE
    return SampleState.DUE if now <= until else SampleState.MISSED


@cache
def markers() -> Mapping[str, Marker]:
    """The markers of config/markers.yaml by their code, in the order of the file. Raises SetupError."""
    return read(FILE)


def read(file: Path) -> Mapping[str, Marker]:
    """The markers of a file. Raises SetupError with the file and what is wrong in it."""
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))["markers"]
        found = [_marker(row) for row in rows]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise SetupError(f"{file.name} does not list markers as it should: {error}") from error
    return MappingProxyType({one.code: one for one in found})


def _marker(row: Mapping[str, Any]) -> Marker:
    if set(row) != KEYS:
        raise ValueError(f"a marker has exactly the keys {', '.join(sorted(KEYS))}, not {', '.join(sorted(row))}")
    units = {str(unit): Decimal(str(factor)) for unit, factor in row["units"].items()}
    if units.get(row["unit"]) != 1 or any(factor <= 0 for factor in units.values()):
        raise ValueError(f"{row['code']}: its unit has the factor 1, and every factor is above 0")
    return Marker(row["code"], row["title"], row["loinc"], row["unit"], MappingProxyType(units), row["within_hours"])
