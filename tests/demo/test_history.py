"""The invented history: small, but through the same actions; twice the same."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import text

from rems.app import create_app
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.place import Place
from rems.demo.history import Size, fill

SMALL = Size(sites=13, patients=14, waiting=3, events=8)
COUNTED = (
    "site",
    "patient",
    "infusion",
    "visit",
    "adverse_event",
    "stock_lot",
    "certification",
    "role_grant",
    "site_audit",
    "assessment_link",
    "course_edition",
    "patient_identity",
    "visit_answers",
)


@pytest.fixture
def told(app: Flask, where: Place, now: datetime) -> Callable[[int], dict[str, object]]:
    def tell(seed: int) -> dict[str, object]:
        owner = create_app(app.extensions["rems_settings"], Place(where.owner, where.owner), as_owner=True)
        fill(owner, seed=seed, now=now, say=lambda words: None, size=SMALL)
        with owner.app_context():
            db.engine.dispose()
        with reading(Actor.system("test")):
            found: dict[str, object] = {
                name: db.session.execute(text(f"select count(*) from {name}")).scalar_one() for name in COUNTED
            }
            found["numbers"] = db.session.execute(
                text("select array_agg(number || enrolled_on || product order by number) from patient")
            ).scalar_one()
            found["shared"] = db.session.execute(
                text("select count(distinct program_id) from evidence where shared_from_id is not null")
            ).scalar_one()
            found["marked"] = db.session.execute(
                text(  # the trail of other tests stays; their scopes do not
                    "select count(*) from trail.entry where not demonstration and scope_id in (select id from scope)"
                )
            ).scalar_one()
        return found

    return tell


def test_the_history_has_what_it_promises_and_every_entry_is_marked(told: Callable[[int], dict[str, object]]) -> None:
    found = told(7)
    assert (found["site"], found["patient"], found["adverse_event"] >= 8) == (13, 14, True)
    assert found["infusion"] == 11
    assert found["marked"] == 0
    assert found["shared"] >= 1  # what was given for one program serves others too
    assert found["certification"] >= 10
    assert found["site_audit"] >= 4
    assert found["assessment_link"] >= 1
    assert found["course_edition"] == 2
    assert found["patient_identity"] >= 1
    assert found["visit_answers"] >= 1
