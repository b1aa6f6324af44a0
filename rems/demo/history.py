"""Nine invented years: sites, people, lots, patients, visits and events, through the program's own actions.

Run by the owner, so that each thing is recorded at its own moment; the trail marks every entry as demonstration.
Everything comes from one seed and from the day it is run on: the same seed on the same day gives the same world.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from flask import Flask

from rems.core.db import entering_history
from rems.demo.audits import enter_audits
from rems.demo.bedside import enter_courses
from rems.demo.calendar import Calendar
from rems.demo.events import Reporter
from rems.demo.hospital import Hospital, Reach
from rems.demo.identity import enter_identity
from rems.demo.later import enter_answers, enter_kits
from rems.demo.lessons import enter_lessons
from rems.demo.names import TOWNS
from rems.demo.patients import Treated
from rems.demo.people import People
from rems.demo.several import enter_several
from rems.demo.sites import found
from rems.demo.turns import enter_turns
from rems.demo.wards import Ward, fill_wards


@dataclass(frozen=True)
class Size:
    """How many of each. `waiting` of the patients are enrolled and not infused yet.

    `turns`: besides, the hospitals whose certification took a turn, with a few patients of their own.
    """

    sites: int = len(TOWNS)
    patients: int = 400
    waiting: int = 24
    events: int = 150
    turns: bool = False


WHOLE = Size(turns=True)
# Where not every hospital is certified, by its place in the list of towns.
REACH = {
    9: Reach.UNTRAINED,
    10: Reach.WORKING,
    11: Reach.REGISTERED,
    12: Reach.WORKING,  # where a newcomer can walk from enrollment to the infusion
    20: Reach.UNTRAINED,
    21: Reach.UNSTOCKED,
    22: Reach.REGISTERED,
    23: Reach.WORKING,
}
SEVERAL = (0, 1, 5)  # which stand under several programs of one kind
SHOWN_AT = (0, 12)  # where the people of the sign-in page work
HERE = 4  # of the newest events happened at the first hospital
RUNNING = (1, 2, 3, 5, 7, 9, 11, 12, 13, 14, 15, 17)  # days since day zero of the newest events

Say = Callable[[str], None]


def fill(app: Flask, *, seed: int, now: datetime, say: Say, size: Size = WHOLE, hands: int = 1) -> None:
    """Fill an empty database; the app is connected as the owner. `now` (UTC) decides what is due.

    `hands`: how many processes enter the patients; what they enter does not depend on it.
    """
    calendar = Calendar(now, Random(seed))
    with app.app_context(), entering_history():
        people = People(calendar)
        hospitals = [
            found(town, n, REACH.get(n, Reach.CERTIFIED), calendar, people, shown=n in SHOWN_AT)
            for n, town in enumerate(TOWNS[: size.sites])
        ]
        for n in SEVERAL:
            if n < len(hospitals):
                enter_several(hospitals[n], calendar, people)
        turned = enter_turns(Calendar(now, Random(f"{seed} turns")), people) if size.turns else []
        say(f"{len(hospitals) + len(turned)} sites with their people, training and lots")
        treated = fill_wards(app, _wards(hospitals, calendar, size, seed), hands=hands)
        say(f"{size.patients + sum(h.patients for h in turned)} patients with their infusions and visits")
        known = enter_identity(hospitals, Calendar(now, Random(f"{seed} identity")))
        say(f"contact details of {known} patients")
        held = enter_audits(hospitals, Calendar(now, Random(f"{seed} audits")), people)
        say(f"{held} audits")
        tried = enter_lessons(hospitals, Calendar(now, Random(f"{seed} lessons")), people)
        say(f"{tried} attempts at an assessment")
        watched = enter_courses(treated, Calendar(now, Random(f"{seed} bedside")), shown_at=hospitals[0].site_id)
        say(f"{len(watched)} courses after an infusion")
        _events([one for one in treated if one not in watched], Reporter(calendar, people), size)
        say(f"{size.events} adverse events")
        later = Calendar(now, Random(f"{seed} later"))
        answered = enter_answers([one for one in treated if one.hospital.site_id == hospitals[0].site_id], later)
        say(f"questionnaires of {answered} patients, {enter_kits(hospitals, later)} sample kits")


def _wards(hospitals: list[Hospital], calendar: Calendar, size: Size, seed: int) -> list[Ward]:
    """How many patients each certified hospital has; more where the people of the sign-in page work."""
    able = [h for h in hospitals if h.certified_on]
    weights = [3 if h is hospitals[0] else 1 for h in able]
    chosen = calendar.dice.choices(range(len(able)), weights, k=size.patients)
    infused, waiting = Counter(chosen[: -size.waiting]), Counter(chosen[-size.waiting :])
    return [Ward(h, infused[n], waiting[n], f"{seed} {h.town.prefix}", calendar.now) for n, h in enumerate(able)]


def _events(treated: list[Treated], reporter: Reporter, size: Size) -> None:
    """The newest, whose clocks run, at the first hospital and elsewhere; then those of the years before."""
    dice = reporter.calendar.dice
    recent = sorted((t for t in treated if t.died_on is None), key=lambda t: t.infused_on)[-60:]
    dice.shuffle(recent)
    recent.sort(key=lambda t: t.hospital.town != TOWNS[0])  # stable: the first hospital's stand first
    here = [t for t in recent if t.hospital.town == TOWNS[0]][:HERE]
    newest = (here + recent[len(here) :])[: min(len(RUNNING), size.events)]
    days = list(RUNNING[: len(newest)])
    dice.shuffle(days)
    for days_ago, one in zip(days, newest, strict=True):
        reporter.running(one, days_ago)
    left = size.events - len(newest)
    while left:
        left -= reporter.past(dice.choice(treated))
