"""Each act, some hundred times: median, 95th percentile, statements, and the bare rows of the same act in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import event, inspect, select
from sqlalchemy.engine import Engine

from bench.bare import Bare, Row
from rems.access import queries as accounts
from rems.access.shown import SHOWN
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.db import Base, db, reading
from rems.core.ids import uuid7
from rems.core.place import Place
from rems.events import actions as events
from rems.events.actions import Happening
from rems.events.grading import CrsInputs, Oxygen
from rems.events.models import AdverseEvent, DeadlineRow
from rems.events.rules import Kind, Outcome, Seriousness
from rems.evidence.models import Evidence
from rems.followup import actions as followup
from rems.followup.models import PlannedVisit
from rems.patients.models import Infusion, Patient
from rems.patients.rules import Sex
from rems.sites import queries as sites

TIMES, WARM = 150, 20
LABEL = "US-FDA-LABEL-CART-2025"


@dataclass(frozen=True)
class Measured:
    """One line of the table; milliseconds. `ratio` is the median over that of bare psycopg."""

    act: str
    median_ms: float
    p95_ms: float
    statements: int
    bare_ms: float

    @property
    def ratio(self) -> float:
        return self.median_ms / self.bare_ms

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 2)}


@contextmanager
def counted() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that reaches the database inside the block."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def timed(act: str, ours: Callable[[], object], bare: Callable[[], object], statements: int) -> Measured:
    """Both in turns, so that a slow moment of the machine meets both."""
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(WARM + TIMES):
        for run, found in ((ours, mine), (bare, theirs)):
            started = perf_counter()
            run()
            if number >= WARM:
                found.append((perf_counter() - started) * 1000)
    return Measured(act, median(mine), quantiles(mine, n=20)[-1], statements, median(theirs))


def measure(app: Flask, where: Place) -> list[Measured]:
    with app.app_context():
        known = accounts.account_by_email(SHOWN[0].email)
        if known is None:
            raise RuntimeError("the demonstration has no coordinator")
        actor = accounts.actor_of(known, at=utcnow())
        bare = Bare(where.app, sorted(actor.scopes))
        return [_enroll(actor, bare), _report(actor, bare), _home(app, bare)]


def _enroll(actor: Actor, bare: Bare) -> Measured:
    with reading(actor):
        site = next(s for s in sites.page(actor)[0] if s.country == "US")
        scope = sites.entry(actor, site.id, LABEL).scope_id
        today = day_in(site.timezone, utcnow())
    number = 0

    def ours() -> UUID:
        nonlocal number
        number += 1
        return followup.enroll(
            scope,
            number=f"BN-{number:05d}",
            sex=Sex.FEMALE,
            birth_year=1961,
            indication="Relapsed follicular lymphoma",
            prior_lines=3,
            product="Kymriah",
            track="CIBMTR-15Y-CRF",
            enrolled_on=today,
            planned_infusion_on=today + timedelta(days=30),
            by=actor,
            now=utcnow(),
        )

    with counted() as seen:
        key = ours()
    with reading(actor):
        patient = _rows(Patient, Patient.id == key)
        visits = _rows(PlannedVisit, PlannedVisit.patient_id == key)

    def theirs() -> None:
        nonlocal number
        number += 1
        new = uuid7()
        one = {**patient[0], "id": new, "number": f"BN-{number:05d}", "folded": f"bn{number:05d}"}
        bare.write([("patient", [one]), ("planned_visit", [{**v, "id": uuid7(), "patient_id": new} for v in visits])])

    return timed("enroll a patient with the full schedule", ours, theirs, len(seen))


def _report(actor: Actor, bare: Bare) -> Measured:
    with reading(actor):
        given = db.session.scalars(select(Infusion).order_by(Infusion.holds_on.desc()).limit(1)).one()
        site = sites.site(actor, sites.entry_of_scope(actor, given.scope_id).site_id)
        today, patient_id, infused_on = day_in(site.timezone, utcnow()), given.patient_id, given.holds_on
    said = Happening(
        kind=Kind.CRS,
        term="",
        began_on=max(infused_on, today - timedelta(days=1)),
        site_aware_on=today,
        day_zero=today,
        seriousness=[Seriousness.HOSPITALIZATION],
        outcome=Outcome.RECOVERING,
        crs_inputs=CrsInputs(temperature_c=39.2, hypotension=True, oxygen=Oxygen.LOW_FLOW),
    )

    def ours() -> UUID:
        return events.report(patient_id, said, by=actor, now=utcnow())

    with counted() as seen:
        key = ours()
    with reading(actor):
        row = _rows(AdverseEvent, AdverseEvent.id == key)
        clocks = _rows(DeadlineRow, DeadlineRow.event_id == key)
        proof = _rows(Evidence, Evidence.source_id == key)

    def theirs() -> None:
        new = uuid7()
        tables: list[tuple[str, list[Row]]] = [("adverse_event", [{**row[0], "id": new}])]
        if clocks:
            tables.append(("deadline", [{**c, "id": uuid7(), "event_id": new} for c in clocks]))
        if proof:
            tables.append(("evidence", [{**p, "id": uuid7(), "subject_id": new, "source_id": new} for p in proof]))
        bare.write(tables)

    return timed("report an event", ours, theirs, len(seen))


def _home(app: Flask, bare: Bare) -> Measured:
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "email": SHOWN[0].email, "password": SHOWN[0].password})

    def ours() -> None:
        if client.get("/today").status_code != 200:
            raise RuntimeError("the home page does not answer")

    ours()
    with counted() as seen:
        ours()
    return timed("home page of a coordinator", ours, lambda: bare.read(seen), len(seen))


def _rows(model: type[Base], *where: Any) -> list[dict[str, Any]]:
    """The rows as they stand in the table, without what the database sets."""
    set_by_database = {"recorded_at", "recorded_by"}
    names = [c.key for c in inspect(model).column_attrs if c.key not in set_by_database]
    return [{n: getattr(row, n) for n in names} for row in db.session.scalars(select(model).where(*where))]
