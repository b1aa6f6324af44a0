"""The hospitals whose certification took a turn: each state is there to be seen by those who can sign in."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from rems.access import queries as accounts
from rems.app import create_app
from rems.certification import queries
from rems.certification.acts import acts_of, invocations_of
from rems.certification.listing import Step, listed
from rems.certification.queries import Standing
from rems.certification.rules import FindingState
from rems.certification.states import CertificationState
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.core.place import Place
from rems.demo import names
from rems.demo.history import Size, fill
from rems.demo.hospital import EUROPE, KYMRIAH
from rems.demo.names import Town

TURNS_ALONE = Size(sites=1, patients=1, waiting=1, events=0, turns=True)
LAST_OF_KYMRIAH = date(2025, 6, 25)


@pytest.fixture
def manager(app: Flask, where: Place, now: datetime) -> Actor:
    """The program manager of the sign-in page, in a demonstration of one ordinary hospital and those with a turn."""
    owner = create_app(app.extensions["rems_settings"], Place(where.owner, where.owner), as_owner=True)
    fill(owner, seed=7, now=now, say=lambda words: None, size=TURNS_ALONE)
    with owner.app_context():
        db.engine.dispose()
    return shown("manager", now)


def shown(who: str, now: datetime) -> Actor:
    known = accounts.account_by_email(f"{who}@demo.example")
    assert known is not None
    return accounts.actor_of(known, at=now)


def of(town: Town, manager: Actor, on: date, code: str = EUROPE) -> Standing:
    (one,) = [s for s in listed(manager, None, program=code) if s.name == town.hospital]
    return queries.standing(manager, one.entry, Lens(on))


def test_each_state_of_a_certification_can_be_seen_by_those_who_sign_in(manager: Actor, now: datetime) -> None:
    """One test for all: the history is entered once."""
    days = [now.date(), LAST_OF_KYMRIAH, date(2023, 5, 20), date(2019, 6, 3), date(2018, 9, 1)]
    for actor in (manager, shown("auditor", now)):
        with reading(actor):
            entries = [one.entry for one in listed(actor, None)]
            seen = {s.state.state for day in days for s in queries.standings(actor, entries, Lens(day)).values()}
        assert seen == set(CertificationState)
    with reading(manager):
        of_today(manager, now.date())
        of_the_one_that_lapsed(manager)
        of_the_one_that_was_short(manager)


def of_today(manager: Actor, today: date) -> None:
    steps = {one.name: one.step for one in listed(manager, None, program=EUROPE)}
    assert steps[names.WAITS.hospital] is Step.REVIEW
    assert of(names.WAITS, manager, today).sentence.startswith("Every requirement to become certified is met")
    assert steps[names.WAS_RETURNED.hospital] is Step.RETURNED
    assert of(names.IS_SUSPENDED, manager, today).state.state is CertificationState.SUSPENDED
    assert of(names.IS_SUSPENDED, manager, today - timedelta(days=60)).certified
    assert of(names.GAVE_UP, manager, today).state.state is CertificationState.DECERTIFIED


def of_the_one_that_lapsed(manager: Actor) -> None:
    """On the day after the grace, and until the program closed."""
    assert of(names.HAS_LAPSED, manager, date(2025, 4, 2), KYMRIAH).certified
    lapsed = of(names.HAS_LAPSED, manager, date(2025, 4, 3), KYMRIAH).state
    assert (lapsed.state, lapsed.since) == (CertificationState.LAPSED, date(2025, 4, 3))
    assert "has not enrolled; the 30 calendar days for it ended on 2 April 2025" in lapsed.why
    assert of(names.HAS_LAPSED, manager, LAST_OF_KYMRIAH, KYMRIAH).state == lapsed


def of_the_one_that_was_short(manager: Actor) -> None:
    """The exception alone let it go on with one dose; later it was suspended and reinstated."""

    def dose(on: date) -> FindingState:
        found = of(names.WAS_SHORT, manager, on, KYMRIAH).findings
        return next(f.state for f in found if f.requirement.code == "SITE-TOCI-ON-SITE")

    met, by_exception = FindingState.MET, FindingState.MET_BY_EXCEPTION
    days = [date(2021, 11, 30), date(2021, 12, 1), date(2021, 12, 20), date(2022, 2, 7), date(2022, 6, 14)]
    assert [dose(on) for on in days] == [met, by_exception, by_exception, met, met]
    standing = of(names.WAS_SHORT, manager, date(2023, 5, 20), KYMRIAH)
    assert standing.state.state is CertificationState.SUSPENDED
    scope_id = standing.entry.scope_id
    (row,) = invocations_of([scope_id], None)[scope_id]
    assert (row.holds_on, row.until_on) == (date(2021, 12, 1), date(2022, 2, 7))
    acts = [a.kind.value for a in acts_of([scope_id], None)[scope_id]]
    assert acts == ["submitted", "certified", "suspended", "reinstated"]
