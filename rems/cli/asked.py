"""The rules that are asked in plain JSON: what each takes, and its answer with steps and source. No database."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from rems.cli.facts import of_object, read
from rems.core.settings import ROOT
from rems.events.clocks import CaseFacts, Deadline, deadlines
from rems.followup import schedule
from rems.programs import files
from rems.programs.jurisdictions import belongs
from rems.programs.rules import Catalogue
from rems.stock import rules as stock

DAY = {"type": "string", "format": "date"}
MOST_VIALS = 100_000
NO_LOT = UUID(int=0)


@cache
def catalogue() -> Catalogue:
    """The programs as configured."""
    return files.load(ROOT / "config" / "programs")


def dose_schema() -> dict[str, Any]:
    kilograms = {"type": "number", "minimum": stock.LEAST_KG, "maximum": stock.MOST_KG, "description": "kilograms"}
    strength = {"type": "integer", "enum": list(stock.STRENGTHS_MG), "description": "milligrams in one vial"}
    lot = of_object(
        "Vials of one lot",
        {
            "strength_mg": {**strength, "minimum": min(stock.STRENGTHS_MG), "maximum": max(stock.STRENGTHS_MG)},
            "vials": {"type": "integer", "minimum": 0, "maximum": MOST_VIALS, "description": "how many"},
            "expires_on": {**DAY, "description": "the last day on which they may be given, such as 2027-01-31"},
        },
        ("strength_mg", "vials", "expires_on"),
    )
    return of_object(
        "Dose of tocilizumab for CRS, and the vials that make it",
        {
            "weight_kg": kilograms,
            "doses": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1, "description": "how many to hold"},
            "on": {**DAY, "description": "the day on which the vials must be in date, such as 2026-11-24"},
            "on_hand": {"type": "array", "items": lot, "description": "the lots on hand; needs `on`"},
        },
        ("weight_kg",),
    ) | {"dependentRequired": {"on_hand": ["on"]}}


def dose(given: Any) -> dict[str, Any]:
    """The dose for a weight; with vials on hand also how many doses they make, and which to hold."""
    known = read(given, dose_schema())
    weight = Decimal(str(known["weight_kg"]))
    amount = stock.dose_mg(weight)
    light = weight < stock.LIGHT_BELOW_KG
    per_kg = stock.MG_PER_KG_LIGHT if light else stock.MG_PER_KG
    exact = weight * per_kg
    answer: dict[str, Any] = {"dose_mg": _plain(amount)}
    steps = [
        f"{weight} kg is {'below' if light else 'not below'} {stock.LIGHT_BELOW_KG} kg: {per_kg} mg/kg",
        f"{weight} kg × {per_kg} mg/kg = {exact:f} mg"
        + (f", which is more than the most, {stock.MOST_MG} mg" if exact > amount else ""),
    ]
    if "on_hand" in known:
        found, said = _vials(known, weight)
        answer |= found
        steps += said
    return {"answer": answer, "steps": steps, "source": stock.DOSE_SOURCE}


def _vials(known: Mapping[str, Any], weight: Decimal) -> tuple[dict[str, Any], list[str]]:
    on: date = known["on"]
    lots = [stock.VialStock(NO_LOT, v["strength_mg"], v["expires_on"], v["vials"]) for v in known["on_hand"]]
    held = stock.reserve(known["doses"], weight, lots, on)
    possible = stock.doses_on_hand(weight, lots, on)
    steps = [f"The vials in date on {on} make {stock.counted(possible, 'dose')}"]
    if isinstance(held, stock.Shortfall):
        return {"doses_on_hand": possible, "hold": None}, [*steps, held.words]
    hold = [
        [{"strength_mg": v.strength_mg, "vials": v.vials, "expires_on": str(v.expires_on)} for v in pick.vials]
        for pick in held
    ]
    steps += [f"Dose {number}: {pick.words}" for number, pick in enumerate(held, 1)]
    return {"doses_on_hand": possible, "hold": hold}, steps


def windows_schema() -> dict[str, Any]:
    return of_object(
        "Visits of a follow-up schedule",
        {
            "schedule": {"type": "string", "enum": sorted(catalogue().schedules), "description": "the track"},
            "infused_on": {**DAY, "description": "the day of the infusion, day 0, such as 2026-11-02"},
            "on": {**DAY, "description": "the day for which the state of each visit is told"},
        },
        ("schedule", "infused_on"),
    )


def windows(given: Any) -> dict[str, Any]:
    """Every visit with its window; with `on` also how it stands that day if it was not held."""
    known = read(given, windows_schema())
    track = catalogue().schedules[known["schedule"]]
    infused_on: date = known["infused_on"]
    visits = schedule.plan(track, infused_on=infused_on)
    found = []
    for visit in visits:
        line: dict[str, Any] = {"code": visit.code, "title": visit.title, "year": visit.year}
        line |= {name: _day(getattr(visit, name)) for name in ("opens_on", "target_on", "closes_on")}
        line["verified"] = visit.confidence.verified
        if "on" in known:
            line["state_if_not_held"] = schedule.state(visit, held_on=None, on=known["on"])
        found.append(line)
    return {
        "answer": found,
        "steps": [
            f"Day 0 is the day of the infusion, {infused_on}",
            f"{track.title}: {len(visits)} visits in {track.duration}, each counted from day 0",
            f"Follow-up ends on {schedule.ends_on(track, infused_on=infused_on)}",
        ],
        "source": "; ".join(catalogue().sources[code].title for code in track.sources) or "not established",
    }


def clocks_schema() -> dict[str, Any]:
    return of_object(
        "Legal clocks of a case",
        {
            "program": {"type": "string", "enum": sorted(catalogue().programs), "description": "the code of a program"},
            "day_zero": {**DAY, "description": "the day on which the company had a valid case, such as 2026-11-12"},
            "serious": {"type": "boolean", "description": "whether a criterion of seriousness is met"},
            "expected": {
                "type": ["boolean", "null"],
                "default": None,
                "description": "whether it is in the reference safety information; null: not assessed",
            },
            "crs_or_neurotoxicity": {"type": "boolean", "default": False, "description": "CRS or neurotoxicity"},
            "fatal_or_life_threatening": {
                "type": "boolean",
                "default": False,
                "description": "fatal or life-threatening",
            },
            "country": {
                "type": "string",
                "pattern": "^[A-Z]{2}$",
                "description": "where it happened, ISO 3166-1 alpha-2, such as DE",
            },
            "on": {**DAY, "description": "the day for which the days left are told"},
        },
        ("program", "day_zero", "serious", "country"),
    )


def clocks(given: Any) -> dict[str, Any]:
    """Every clock that runs for a case, soonest first, as a worked sum."""
    known = read(given, clocks_schema())
    program, day_zero = catalogue().programs[known["program"]], known["day_zero"]
    domestic = belongs(known["country"], program.jurisdiction, day_zero)
    kinds = (known["crs_or_neurotoxicity"], known["fatal_or_life_threatening"])
    case = CaseFacts(known["serious"], known["expected"], domestic, *kinds)
    found = deadlines(case, program, day_zero=day_zero)
    where = "in" if domestic else "outside"
    return {
        "answer": [_clock(clock, known.get("on")) for clock in found],
        "steps": [
            f"It happened {where} the jurisdiction of {program.title} ({program.jurisdiction})",
            *(_sum(clock) for clock in found),
            *(() if found else ("No clock of this program runs for such a case",)),
        ],
        "source": "; ".join(dict.fromkeys(clock.cite for clock in found)) or program.title,
    }


def _clock(clock: Deadline, on: date | None) -> dict[str, Any]:
    line: dict[str, Any] = {
        "code": clock.code,
        "due_on": _day(clock.due_on),
        "limit": str(clock.limit) if clock.limit else None,
        "what": clock.what,
        "who": clock.who,
        "destination": clock.destination,
        "condition": clock.condition,
        "verified": clock.confidence.verified,
    }
    return line | ({"days_left": clock.days_left(on)} if on else {})


def _sum(clock: Deadline) -> str:
    rows = " ".join(f"{sign} {amount} ({words})".strip() for sign, amount, words in clock.arithmetic)
    return f"{clock.code}: {rows}. {clock.why}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _plain(amount: Decimal) -> int | float:
    """A number as JSON writes it."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
