"""Nine invented years: sites, people, lots, patients, visits and events, through the program's own actions.

Run by the owner, so that each thing is recorded at its own moment; the trail marks every entry as demonstration.
Everything comes from one seed and from the day it is run on: the same seed on the same day gives the same world.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from flask import Flask
from sqlalchemy import text

from rems.core.actor import Actor
from rems.core.db import db, entering_history, reading
from rems.demo.names import TOWNS
from rems.demo.patients import Ward
from rems.demo.sites import Hospital, found_hospital

PATIENTS = 400
EVENTS = 150
KYMRIAH, EUROPE, LABEL = "US-FDA-REMS-KYMRIAH", "EU-RMP-CART", "US-FDA-LABEL-CART-2025"

Say = Callable[[str], None]


def is_empty() -> bool:
    """Whether nothing was entered yet: no site and no account."""
    with reading(Actor.system("demonstration")):
        return not db.session.execute(
            text("select exists (select from site) or exists (select from account)")
        ).scalar_one()


def fill(app: Flask, *, seed: int, now: datetime, say: Say) -> None:
    """Fill an empty database. The caller's app is connected as the owner. `now` decides which visits and clocks are due."""
    dice = Random(seed)
    with app.app_context(), entering_history():
        db.session.execute(text("set synchronous_commit = off"))
        manager = _first_accounts(datetime(2017, 6, 1, 8, tzinfo=UTC))
        hospitals: list[Hospital] = []
        for number, town in enumerate(TOWNS):
            hospitals.append(found_hospital(town, number, dice, manager=manager, now=now))
        say(f"{len(hospitals)} sites with their people, training and lots")
        _shown_accounts(hospitals, now=now)
        ward = Ward(dice, now=now)
        for number in range(PATIENTS):
            ward.patient(hospitals, number=number, of=PATIENTS)
        say(f"{PATIENTS} patients with their infusions and visits")
        ward.events(EVENTS)
        say(f"{EVENTS} adverse events")
