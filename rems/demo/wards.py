"""The patients of each hospital, entered by as many processes as there are hands."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random

from flask import Flask

from rems.app import create_app
from rems.core.db import db, entering_history
from rems.core.place import Place
from rems.core.settings import Settings
from rems.demo.calendar import Calendar
from rems.demo.hospital import Hospital
from rems.demo.patients import Treated, code_on, enroll, infusion_day, treat, visit


@dataclass(frozen=True)
class Ward:
    """What one hospital's patients are made from: how many, and the seed of their own chance."""

    hospital: Hospital
    infused: int
    waiting: int
    seed: str
    now: datetime


def fill_wards(app: Flask, wards: Sequence[Ward], *, hands: int) -> list[Treated]:
    """Enter every ward; the patients in the order of the wards. One hand: here, in the caller's context."""
    if hands == 1:
        return [one for ward in wards for one in enter(ward)]
    settings: Settings = app.extensions["rems_settings"]
    owner = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    largest_first = sorted(wards, key=lambda w: -w.infused)
    with ProcessPoolExecutor(
        hands, mp_context=get_context("spawn"), initializer=_open, initargs=(settings, Place(owner, owner))
    ) as pool:
        found = dict(zip([w.seed for w in largest_first], pool.map(enter, largest_first), strict=True))
    return [one for ward in wards for one in found[ward.seed]]


def _open(settings: Settings, where: Place) -> None:
    """In a new process: an application connected as the owner, its context open for good."""
    create_app(settings, where, as_owner=True).app_context().push()


def enter(ward: Ward) -> list[Treated]:
    """The patients of one hospital, by the day of their infusion; those who wait come last."""
    hospital, calendar = ward.hospital, Calendar(ward.now, Random(ward.seed))
    with entering_history():
        days = sorted(infusion_day(hospital, calendar) for _ in range(ward.infused))
        treated = [treat(hospital, day, calendar) for day in days]
        for _ in range(ward.waiting):
            enrolled_on = calendar.today - timedelta(days=calendar.dice.randint(2, 25))
            planned_on = calendar.today + timedelta(days=calendar.dice.randint(3, 30))
            enroll(hospital, code_on(hospital, enrolled_on), enrolled_on, planned_on, calendar)
        for one in treated:
            visit(one, calendar)
    return treated
