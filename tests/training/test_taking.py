"""Take an assessment: with an account, through a one-time link, until the last attempt."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rems.access.rules import Role
from rems.core import onetime
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.rules import EvidenceKind
from rems.programs.rules import Local
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from rems.training import people
from rems.training.assessments import links, queries, taking
from rems.training.models import AssessmentAttempt
from rems.training.rules import Through
from tests.factories import EUROPE
from tests.questions import answers, published

ALL = Actor.system("test")


@pytest.fixture
def hospital(world):
    return world.hospital(EUROPE)


@pytest.fixture
def root(world, hospital):
    return published(hospital.manager, world.now)


@pytest.fixture
def take(world, hospital, root):
    def took(**said: int) -> Any:
        by = hospital.representative
        return taking.take(hospital.site_id, EUROPE, root, answers(root, **said), by=by, now=world.now)

    return took


@pytest.fixture
def nurse(world, hospital):
    said = {"from_on": date(2018, 3, 1), "by": hospital.coordinator, "now": world.now}
    return sites.add_staff(hospital.site_id, "Žofia Nowak", StaffRole.NURSE, **said)


@pytest.fixture
def link(world, hospital, root, nurse):
    def made(*, days: int = 14, now=None) -> tuple[str, Any]:
        return links.make(
            hospital.site_id, EUROPE, nurse, root, days=days, by=hospital.coordinator, now=now or world.now
        )

    return made


@pytest.fixture
def without_terms(app):
    """As shipped: neither the program nor the installation says on what terms an assessment is taken."""
    before = app.extensions["rems_catalogue"]
    programs = {**before.programs, EUROPE: replace(before.programs[EUROPE], local=Local())}
    app.extensions["rems_catalogue"] = replace(before, programs=programs)
    yield
    app.extensions["rems_catalogue"] = before


def kept(key) -> AssessmentAttempt:
    with reading(ALL):
        row = queries.attempt(key)
        db.session.expunge_all()
    return row


def proofs(hospital, kind=EvidenceKind.KNOWLEDGE_ASSESSMENT) -> list[Any]:
    with reading(ALL):
        program_id = queries.attempts(hospital.scope_id)[0].program_id
        found = evidence.in_force(hospital.site_id, program_id, Lens(date(2026, 12, 1)))
        return [p.summary for p in found if p.kind is kind]


def holder(hospital) -> Actor:
    return people.link_holder(hospital.scope_id, hospital.site_id, "Žofia Nowak", "UTC")


def test_a_pass_is_kept_with_every_answer_and_is_evidence(take, hospital, world, root):
    row = kept(take(wrong=1))
    assert (row.correct, row.questions, row.pass_mark_percent, row.passed) == (4, 5, 80, True)
    assert (row.came_through, row.question_set_id, row.question_set) == (
        Through.ACCOUNT,
        root,
        "Safe use, edition 1.0",
    )
    given = answers(root, wrong=1)
    assert row.answers["chosen"] == {k: sorted(v) for k, v in given.chosen.items()}
    assert row.answers["shown"] == list(given.shown)
    assert len(row.answers["right"]) == 4
    assert proofs(hospital) == [f"{hospital.representative.name}: knowledge assessment passed on 24 Nov 2026, 4 of 5."]
    assert world.trail("assessments.take")


def test_below_the_mark_is_kept_and_is_no_evidence(take, hospital):
    row = kept(take(wrong=2))
    assert (row.correct, row.passed) == (3, False)
    assert proofs(hospital) == []


@pytest.mark.parametrize(
    ("open_", "sentence"),
    [
        (1, "Question 5 has no answer yet."),
        (2, "Questions 4 and 5 have no answer yet."),
        (5, "Questions 1, 2, 3, 4 and 5 have no answer yet."),
    ],
)
def test_an_empty_or_partial_submission_is_never_a_pass_and_uses_no_attempt(take, hospital, open_, sentence):
    with pytest.raises(BadInput) as refused:
        take(open_=open_)
    assert refused.value.sentence == sentence
    with reading(ALL):
        assert queries.attempts(hospital.scope_id) == []


def test_the_attempt_after_the_last_is_refused_until_the_sponsor_grants_one(take, hospital, world, root):
    for _ in range(3):
        take(wrong=5)
    with pytest.raises(IllegalMove) as refused:
        take()
    assert refused.value.sentence == (
        f"{hospital.representative.name} has used all 3 attempts at Safe use, edition 1.0. "
        "The program manager can grant another."
    )
    said = {"reason": "She had the old slides.", "now": world.now}
    where = (hospital.site_id, EUROPE, hospital.staff_id, root)
    with pytest.raises(NotAllowed):
        taking.grant(*where, **said, by=hospital.coordinator)
    with pytest.raises(BadInput, match="Reason is missing"):
        taking.grant(*where, reason=" ", by=hospital.manager, now=world.now)
    taking.grant(*where, **said, by=hospital.manager)
    with pytest.raises(IllegalMove, match="has an attempt left already"):
        taking.grant(*where, **said, by=hospital.manager)
    assert kept(take()).passed
    with pytest.raises(IllegalMove, match="has used all 4 attempts"):
        take()


def test_nobody_takes_it_while_the_pass_mark_is_not_set(app, take, without_terms):
    with pytest.raises(IllegalMove) as refused:
        take()
    assert refused.value.sentence.startswith("Nobody can take it yet: the pass mark and the number of attempts of ")
    assert "config/programs/local.yaml" in refused.value.sentence


def test_who_stands_on_no_staff_list_takes_nothing(world, hospital, root):
    pharmacist = world.account(Role.PHARMACIST, site_id=hospital.site_id)
    with pytest.raises(IllegalMove, match="names nobody with your e-mail address today"):
        taking.take(hospital.site_id, EUROPE, root, answers(root), by=pharmacist, now=world.now)
    with pytest.raises(NotAllowed, match="take training and sign for it"):
        taking.take(hospital.site_id, EUROPE, root, answers(root), by=hospital.manager, now=world.now)


def test_a_link_is_used_once_by_its_person_alone(world, hospital, root, nurse, link):
    token, key = link()
    found = onetime.digest_of(token)
    with reading(ALL):
        assert queries.link_by_digest(found).root_id == key
        assert token not in str(db.session.execute(text("select to_jsonb(l) from assessment_link l")).all())
        assert token not in str(db.session.execute(text("select after from trail.entry")).all())
    row = kept(taking.take_through(key, answers(root), by=holder(hospital), now=world.now))
    assert (row.staff_member_id, row.passed, row.came_through) == (nurse, True, Through.LINK)
    assert proofs(hospital) == ["Žofia Nowak: knowledge assessment passed on 24 Nov 2026, 5 of 5."]
    [entry] = [e for e in world.trail("assessments.take_through_link") if e["table_name"] == "assessment_attempt"]
    assert entry["actor"] == "Žofia Nowak, by a one-time link"
    with pytest.raises(IllegalMove) as refused:
        taking.take_through(key, answers(root), by=holder(hospital), now=world.now)
    assert refused.value.sentence == taking.LINK_USED
    with reading(ALL):
        assert len(queries.attempts(hospital.scope_id)) == 1


def test_a_partial_answer_does_not_use_the_link(world, hospital, root, link):
    _, key = link()
    with pytest.raises(BadInput):
        taking.take_through(key, answers(root, open_=1), by=holder(hospital), now=world.now)
    assert kept(taking.take_through(key, answers(root), by=holder(hospital), now=world.now)).passed


def test_an_expired_link_opens_nothing(world, hospital, root, link):
    _, key = link(days=1)
    later = world.now + timedelta(days=1)
    with pytest.raises(IllegalMove) as refused:
        taking.take_through(key, answers(root), by=holder(hospital), now=later)
    assert refused.value.sentence == taking.LINK_OVER
    before = later - timedelta(seconds=1)
    assert kept(taking.take_through(key, answers(root), by=holder(hospital), now=before)).passed


def test_a_canceled_link_opens_nothing(world, hospital, root, link):
    _, key = link()
    links.cancel(key, by=hospital.coordinator, now=world.now)
    with pytest.raises(IllegalMove) as refused:
        taking.take_through(key, answers(root), by=holder(hospital), now=world.now)
    assert refused.value.sentence == taking.LINK_CANCELED
    with pytest.raises(IllegalMove, match="nothing to cancel"):
        links.cancel(key, by=hospital.coordinator, now=world.now)


def test_the_newest_link_of_a_person_is_the_only_one_that_opens(world, hospital, root, link):
    _, old = link()
    _, new = link()
    with pytest.raises(IllegalMove):
        taking.take_through(old, answers(root), by=holder(hospital), now=world.now)
    assert kept(taking.take_through(new, answers(root), by=holder(hospital), now=world.now)).passed


def test_a_link_is_made_by_whoever_records_training_and_for_somebody_who_may_try(world, hospital, root, nurse, link):
    said = {"days": 14, "now": world.now}
    where = (hospital.site_id, EUROPE, nurse, root)
    for actor in (hospital.manager, world.account(Role.PHARMACIST, site_id=hospital.site_id)):
        with pytest.raises(NotAllowed):
            links.make(*where, **said, by=actor)
    with pytest.raises(BadInput, match="holds for 1 to 90 days"):
        link(days=0)
    for _ in range(3):
        _, key = link()
        taking.take_through(key, answers(root, wrong=5), by=holder(hospital), now=world.now)
    with pytest.raises(IllegalMove, match="Žofia Nowak has used all 3 attempts"):
        link()


def test_the_holder_of_a_link_sees_nothing_but_that_site_under_that_program(world, hospital, root, link):
    other = world.hospital(EUROPE)
    link()
    with reading(holder(hospital)):
        seen = set(db.session.scalars(text("select scope_id from assessment_link union select id from site")))
        patients = db.session.scalar(text("select count(*) from patient"))
    assert seen <= {hospital.scope_id, hospital.site_id}
    assert other.site_id not in seen
    assert patients == 0
