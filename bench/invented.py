"""The rows of one invented patient, in the columns they are loaded in; the same for the same seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from uuid import UUID, uuid5

from bench.loading import Lines
from rems.followup.schedule import Visit, plan
from rems.programs.rules import Schedule

Into = Mapping[str, Lines]
Fact = Callable[[str, int, str], tuple[str, ...]]  # the first columns of a fact: of which table, its number, its day
NULL = "\\N"
FACT = ("id", "scope_id", "program_id", "holds_on", "recorded_at", "recorded_by")
OWN = ("id", "scope_id", "program_id")
TABLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("scope", ("id", "site_id", "program_id")),
    ("site", ("id", "name", "folded", "city", "region", "country", "timezone", "phone", "email", "version")),
    ("location", (*OWN, "name", "kind")),
    ("staff_member", (*OWN, "name", "role", "email", "from_on", "version")),
    (
        "patient",
        (*OWN, "number", "folded", "sex", "birth_year", "indication", "prior_lines", "product", "track")
        + ("program_version", "enrolled_on", "planned_infusion_on", "version"),
    ),
    ("patient_fact", (*FACT, "patient_id", "kind", "weight_kg", "detail")),
    ("authorization", (*FACT, "patient_id", "code", "location_id", "valid_until", "checks", "program_version")),
    ("infusion", (*FACT, "patient_id", "authorization_id", "infused_at", "location_id", "product", "lot", "bags")),
    (
        "planned_visit",
        (*OWN, "patient_id", "code", "title", "kind", "opens_on", "target_on", "closes_on", "held_on", "provisional"),
    ),
    ("visit", (*FACT, "patient_id", "code", "contact", "survival", "answers", "late_reason", "note")),
    (
        "adverse_event",
        (*FACT, "case_number", "patient_id", "infusion_id", "term", "group", "narrative", "outcome", "seriousness")
        + ("grade_system", "grade", "grade_steps", "site_aware_on", "day_zero", "day_zero_zone", "received_at")
        + ("reporter", "program_version"),
    ),
    ("deadline", (*OWN, "event_id", "code", "due_on", "cite", "what", "condition")),
    ("evidence", (*FACT, "kind", "subject_kind", "subject_id", "summary", "detail", "source_table", "source_id")),
)
NUMBERED = {name: number for number, (name, _) in enumerate(TABLES, 1)}
FACTS = ("consent-treatment", "consent-registry", "consent-contact", "wallet-card", "deferral", "product-receipt")
TERMS = (("Cytokine release syndrome", "crs"), ("Pneumonia", "other"), ("Febrile neutropenia", "other"))
MISSED, LOST, EVENTS, WAITING = 0.06, 0.01, 0.5, 0.03  # shares of visits and of patients


@dataclass(frozen=True)
class Ward:
    """A site in a program, where patients are enrolled."""

    scope: str
    program: str
    site: str
    location: str
    product: str
    track: Schedule
    version: str
    began: date


def key(table: str, number: int) -> str:
    """A key that sorts by its making, as ours do: the same for the same table and number."""
    return f"0190{NUMBERED[table]:04x}-0000-7000-8000-{number:012x}"


@cache
def visits_from(track: Schedule, infused_on: date) -> tuple[Visit, ...]:
    """The plan of a day, laid out once for all patients of it."""
    return plan(track, infused_on=infused_on)


def patient(into: Into, ward: Ward, number: int, random: Random, today: date) -> None:
    """Everything of one patient: facts, gate, infusion, plan, visits, perhaps an event with its clock, evidence."""
    whole = max((today - ward.began).days - 60, 1)
    infused_on = ward.began + timedelta(days=30 + random.randrange(whole))
    enrolled_on, waiting = infused_on - timedelta(days=30), random.random() < WAITING
    one, said = key("patient", number), f"BF-{number:07}"
    infused = infused_on.isoformat()
    into["patient"].add(
        *(one, ward.scope, ward.program, said, said.replace("-", "").lower(), random.choice(("female", "male"))),
        *(str(random.randrange(1940, 2000)), "Relapsed lymphoma", str(random.randrange(1, 6)), ward.product),
        *(ward.track.code, ward.version, enrolled_on.isoformat(), infused, "1"),
    )

    def fact(table: str, at: int, on: str) -> tuple[str, ...]:
        return key(table, at), ward.scope, ward.program, on, f"{on} 16:00+00", "bench"

    into["patient_fact"].add(
        *fact("patient_fact", number * 8, enrolled_on.isoformat()),
        one,
        "weight",
        f"{random.randrange(45, 110)}.0",
        "{}",
    )
    for turn, kind in enumerate(FACTS, 1):
        into["patient_fact"].add(
            *fact("patient_fact", number * 8 + turn, enrolled_on.isoformat()), one, kind, NULL, "{}"
        )
    if not waiting:
        _infused(into, ward, number, one, fact("authorization", number, infused), fact("infusion", number, infused))
        for turn, kind in enumerate(("infusion", "traceability", "tocilizumab-verified")):
            about = (
                "infusion",
                key("infusion", number),
                f"{said}, {infused}",
                "{}",
                "infusion",
                key("infusion", number),
            )
            proof = (key("evidence", number * 4 + turn), ward.site, *fact("evidence", 0, infused)[2:])
            into["evidence"].add(*proof, kind, *about)
    lost = random.random() < LOST
    for turn, visit in enumerate(visits_from(ward.track, infused_on)):
        held = None
        if not waiting and visit.target_on < today - timedelta(days=20) and random.random() >= MISSED:
            held = _held(
                into, number * 32 + turn, one, visit, fact, random, unknown=lost and visit.target_on.year == today.year
            )
        _planned(into, ward, one, visit, held, waiting=waiting)
    if not waiting and random.random() < EVENTS:
        _event(into, ward, number, one, infused_on + timedelta(days=random.randrange(1, 9)), fact, random)


def _infused(into: Into, ward: Ward, number: int, one: str, allowed: Sequence[str], given: Sequence[str]) -> None:
    day = allowed[3]
    checks = f'{{"at": "{day}T16:00:00+00:00", "checks": []}}'
    code = f"B{number:07}"
    into["authorization"].add(*allowed, one, code, ward.location, f"{day} 23:00+00", checks, ward.version)
    into["infusion"].add(
        *given, one, key("authorization", number), f"{day} 16:00+00", ward.location, ward.product, f"L{number}", "1"
    )


def _held(into: Into, at: int, one: str, visit: Visit, fact: Fact, random: Random, *, unknown: bool) -> str:
    on = (visit.target_on + timedelta(days=random.randrange(-10, 11))).isoformat()
    survival = "unknown" if unknown else "alive"
    contact = random.choice(("on_site", "phone", "other_clinic"))
    answers = '{"RELAPSE": {"answer": "no"}, "NEW-MALIGNANCY": {"answer": "no"}}'
    into["visit"].add(*fact("visit", at, on), one, visit.code, contact, survival, answers, "", "")
    return on


def _planned(into: Into, ward: Ward, one: str, visit: Visit, held: str | None, *, waiting: bool) -> None:
    opens = visit.opens_on.isoformat() if visit.opens_on else NULL
    closes = visit.closes_on.isoformat() if visit.closes_on else NULL
    days = (opens, visit.target_on.isoformat(), closes, held or NULL, "t" if waiting else "f")
    same = (str(uuid5(UUID(one), visit.code)), ward.scope, ward.program, one)
    into["planned_visit"].add(*same, visit.code, visit.title, str(visit.kind), *days)


def _event(into: Into, ward: Ward, number: int, one: str, on: date, fact: Fact, random: Random) -> None:
    term, group = random.choice(TERMS)
    day = on.isoformat()
    into["adverse_event"].add(
        *fact("adverse_event", number, day),
        *(f"B-{number:07}", one, key("infusion", number), term, group, "", "recovered", '["hospitalization"]'),
        *("", "3", "[]", day, day, "UTC", f"{day} 16:00+00", "bench", ward.version),
    )
    due = (on + timedelta(days=15)).isoformat()
    same = (key("deadline", number), ward.scope, ward.program, key("adverse_event", number))
    into["deadline"].add(*same, "US-15DAY", due, "21 CFR 600.80(c)(1)(i)", "15-day report", "")
