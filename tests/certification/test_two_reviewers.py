"""Two program managers decide about one application: the second sees what the first did, and nothing is half-done."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rems.certification import actions
from rems.certification.acts import acts_of
from rems.certification.states import ActKind
from rems.core.actor import Actor
from rems.core.db import db, reading
from tests.certification.test_views import address, form_of, words
from tests.factories import EUROPE, Hospital, World

APPLIED, DECIDED = date(2020, 5, 1), "4 May 2020"
SUBMITTED, RETURNED, CERTIFIED = ActKind.SUBMITTED, ActKind.RETURNED, ActKind.CERTIFIED
REASON = "The plan for the night is missing."
Decide = Callable[[], tuple[int, str]]
"""Send a form that was opened before; the status of the answer and its words."""


class Reviewer:
    """A program manager at a browser of their own."""

    def __init__(self, hospital: Hospital, actor: Actor, client: FlaskClient) -> None:
        self.hospital, self.actor, self.client = hospital, actor, client
        hospital.world.sign_in(client, actor)

    def opens(self, end: str) -> Decide:
        """Open the page of a decision; what comes back sends it as the page was then."""
        page = self.client.get(address(self.hospital, end)).get_data(as_text=True)
        sent = form_of(page, self.actor, self.hospital.world, holds_on=DECIDED, reason=REASON)
        to = {"/review": "/certify"}.get(end, end)

        def send() -> tuple[int, str]:
            answer = self.client.post(address(self.hospital, to), data=sent)
            return answer.status_code, words(answer.get_data(as_text=True))

        return send


@pytest.fixture
def hospital(world: World) -> Hospital:
    """A site whose application waits."""
    return world.hospital(EUROPE, name="Klinikum Wesertal").applied(APPLIED)


@pytest.fixture
def reviewers(app: Flask, client: FlaskClient, hospital: Hospital) -> tuple[Reviewer, Reviewer]:
    other = hospital.world.manager(EUROPE)
    return Reviewer(hospital, hospital.manager, client), Reviewer(hospital, other, app.test_client())


def kept(hospital: Hospital) -> tuple[list[ActKind], int, int]:
    """What is on record: the acts, how many certificates, how many signatures under acts and certificates."""
    with reading(hospital.manager):
        kinds = [a.kind for a in acts_of([hospital.scope_id], None)[hospital.scope_id]]
        certificates = db.session.execute(text("select count(*) from certification")).scalar_one()
        query = text("select count(*) from signature where subject_table in ('certification', 'certification_act')")
        return kinds, certificates, db.session.execute(query).scalar_one()


@pytest.mark.parametrize(
    ("first", "second", "record", "shown"),
    [
        ("/review", "/return", ([SUBMITTED, CERTIFIED], 1, 3), "certified the site from 4 May 2020, certificate CART-"),
        ("/return", "/review", ([SUBMITTED, RETURNED], 0, 2), "returned the application on 4 May 2020."),
        ("/review", "/review", ([SUBMITTED, CERTIFIED], 1, 3), "certified the site from 4 May 2020, certificate CART-"),
        ("/return", "/return", ([SUBMITTED, RETURNED], 0, 2), "returned the application on 4 May 2020."),
    ],
)
def test_who_is_slower_sees_the_newer_state_and_leaves_nothing_behind(
    hospital: Hospital,
    reviewers: tuple[Reviewer, Reviewer],
    first: str,
    second: str,
    record: tuple[list[ActKind], int, int],
    shown: str,
) -> None:
    faster, slower = reviewers
    decides, decides_too = faster.opens(first), slower.opens(second)
    assert decides()[0] == 302
    assert kept(hospital) == record
    status, said = decides_too()
    assert status == 409
    assert f"While this page was open, {faster.actor.name} {shown}" in said
    assert "Nothing of yours was kept: look at the newer state, then decide." in said
    assert "No application waits for a decision" in said
    assert kept(hospital) == record
    acted = ("certification.certify", "certification.return_application")
    assert {str(e["actor"]).split(" <")[0] for act in acted for e in hospital.world.trail(act)} == {faster.actor.name}


def test_of_two_in_the_same_moment_one_decides_and_the_other_is_told(
    hospital: Hospital, reviewers: tuple[Reviewer, Reviewer]
) -> None:
    both = [reviewers[0].opens("/review"), reviewers[1].opens("/return")]
    start, answers = threading.Barrier(2), []

    def send(decide: Decide) -> None:
        start.wait()
        answers.append(decide())

    threads = [threading.Thread(target=send, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won, _), (lost, said) = sorted(answers)
    assert (won, lost) == (302, 409)
    assert "While this page was open, Program Manager" in said
    assert kept(hospital) in (([SUBMITTED, CERTIFIED], 1, 3), ([SUBMITTED, RETURNED], 0, 2))


def test_after_the_newer_state_was_seen_one_may_decide_again(
    hospital: Hospital, reviewers: tuple[Reviewer, Reviewer]
) -> None:
    """Two suspend; the second page carries the newer act, and says what may follow it."""
    actions.certify(hospital.site_id, EUROPE, **hospital.signed(APPLIED), by=hospital.manager)
    faster, slower = (one.opens("/certification/suspend") for one in reviewers)
    assert faster()[0] == 302
    status, said = slower()
    assert status == 409
    assert "suspended the certification from 4 May 2020" in said
    assert "This cannot be done now" in said and "Suspended from 4 May 2020" in said
    assert reviewers[1].opens("/certification/reinstate")()[0] == 302
    assert kept(hospital)[0] == [SUBMITTED, CERTIFIED, ActKind.SUSPENDED, ActKind.REINSTATED]
