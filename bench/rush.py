"""Many processes that want the same last doses at the same moment: who gets them, run after run.

    python -m bench.rush < facts.json    # prints how many were served in each run

The facts: address of the database (`dsn`), the account that acts, site, location, patients, doses, runs, and the day.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from rems.access import queries as accounts
from rems.access.shown import SHOWN
from rems.app import create_app
from rems.core import settings
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.db import db, reading, transaction
from rems.core.errors import Incomplete
from rems.core.place import Place
from rems.patients.models import Patient
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import LocationKind
from rems.stock import actions, steps

KG, PROCESSES, RUNS = 75, 50, 20
SERVED, NONE_LEFT = 0, 3


@dataclass(frozen=True)
class Rushed:
    """How the runs went: the patients who asked at once, and in how many of the runs exactly one was served."""

    act: str
    patients: int
    runs: int
    right: int
    seconds: float
    limit: float = 600.0

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def rush(app: Flask, actor: Actor, site_id: UUID, location_id: UUID, patients: Sequence[UUID], day: date) -> list[UUID]:
    """Every patient asks for the last two doses at once, each in a process of its own. Gives those who got them."""
    gun, trigger = os.pipe()
    children: dict[int, UUID] = {}
    for patient in patients:
        if (pid := os.fork()) == 0:
            os.close(trigger)
            os._exit(_ask(app, actor, site_id, location_id, patient, day, gun))
        children[pid] = patient
    os.close(gun)
    os.close(trigger)  # now all of them start
    codes = {patient: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid, patient in children.items()}
    if strange := set(codes.values()) - {SERVED, NONE_LEFT}:
        raise RuntimeError(f"a process ended otherwise: {strange}")
    return [patient for patient, code in codes.items() if code == SERVED]


def _ask(app: Flask, actor: Actor, site_id: UUID, location_id: UUID, patient: UUID, day: date, gun: int) -> int:
    try:
        with app.app_context():
            db.engine.dispose(close=False)  # the connections of the parent stay its own
            db.session.remove()
            db.session.execute(select(1))
            os.read(gun, 1)
            with transaction(actor, "bench.rush", at=utcnow()):
                steps.reserve(site_id, patient, doses=2, weight_kg=KG, location_id=location_id, holds_on=day)
    except Incomplete:
        return NONE_LEFT
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        return 1
    return SERVED


def runs(app: Flask, actor: Actor, facts: dict[str, Any]) -> list[int]:
    """How many were served in each run; whoever was lets go of the doses before the next one."""
    site_id, location_id, day = UUID(facts["site"]), UUID(facts["location"]), date.fromisoformat(facts["day"])
    served = []
    for _ in range(facts["runs"]):
        got = rush(app, actor, site_id, location_id, [UUID(one) for one in facts["patients"]], day)
        served.append(len(got))
        with app.app_context():
            for patient in got:
                with transaction(actor, "bench.rush", at=utcnow()):
                    steps.release(patient, site_id=site_id, holds_on=day)
            db.engine.dispose()
    return served


def measure(app: Flask) -> Rushed:
    """Fifty patients of one hospital of the demonstration, twenty times."""
    email = next(one.email for one in SHOWN if one.email.startswith("coordinator"))
    with reading(Actor.system("bench")):
        found = accounts.account_by_email(email)
        crowded = select(Patient.scope_id).group_by(Patient.scope_id).order_by(func.count().desc()).limit(1)
        query = select(Patient.id, Patient.scope_id).where(Patient.scope_id == crowded.scalar_subquery())
        rows = db.session.execute(query.limit(PROCESSES)).all()
        site_id = site_queries.entry_of_scope(Actor.system("bench"), rows[0].scope_id).site_id
        day = day_in(site_queries.site(Actor.system("bench"), site_id).timezone, utcnow())
    assert found is not None
    actor = accounts.actor_of(found, at=utcnow())
    said: dict[str, Any] = {"by": actor, "now": utcnow()}
    place = sites.add_location(site_id, "Last shelf", LocationKind.UNIT, **said)
    lot: dict[str, Any] = {"lot": "RUSH", "strength_mg": 400, "vials": 4, "expires_on": day + timedelta(days=300)}
    actions.receive(site_id, place, **lot, holds_on=day, **said)
    patients = [str(row.id) for row in rows]
    facts = {"site": str(site_id), "location": str(place), "patients": patients, "runs": RUNS, "day": day.isoformat()}
    db.session.remove()
    db.engine.dispose()
    begun = perf_counter()
    served = runs(app, actor, facts)
    act = f"{len(patients)} processes ask at once for the last 2 doses, {RUNS} times"
    return Rushed(act, len(patients), RUNS, sum(number == 1 for number in served), perf_counter() - begun)


def main() -> int:
    facts = json.load(sys.stdin)
    app = create_app(settings.read(), Place(facts["dsn"], ""))
    with app.app_context():
        found = accounts.account_by_id(UUID(facts["account"]))
        assert found is not None
        actor = accounts.actor_of(found, at=datetime.now(UTC))
        db.session.remove()
        db.engine.dispose()
    print(json.dumps(runs(app, actor, facts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
