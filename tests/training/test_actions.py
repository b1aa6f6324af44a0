"""Record training and assessments: what is kept, what becomes evidence, and what is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole
from rems.training import actions, queries
from rems.training.models import AssessmentAttempt, TrainingRecord
from rems.training.rules import TrainingKind
from tests.factories import EUROPE, KYMRIAH, Hospital

ON = date(2019, 5, 2)
ALL = Actor.system("test")


@contextmanager
def nothing_new() -> Iterator[None]:
    """Neither a record, nor evidence, nor an entry of the trail comes into being inside."""
    before = everything()
    yield
    assert everything() == before


def everything() -> list[int | None]:
    tables = (TrainingRecord, AssessmentAttempt, Evidence)
    with reading(ALL):
        counts = [db.session.scalar(select(func.count()).select_from(t)) for t in tables]
        return [*counts, db.session.scalar(text("select count(*) from trail.entry"))]


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(KYMRIAH)


@pytest.fixture
def nurse(hospital, now) -> UUID:
    said = {"from_on": date(2018, 3, 1), "by": hospital.coordinator, "now": now}
    return sites.add_staff(hospital.site_id, "Žofia Nowak", StaffRole.NURSE, **said)


@pytest.fixture
def train(hospital, nurse, now) -> Callable[..., UUID]:
    def took(**change: Any) -> UUID:
        said = {
            "kind": TrainingKind.STAFF_TRAINING,
            "holds_on": ON,
            "material": " Slides, edition 3 ",
            "staff_id": nurse,
        }
        said |= {"by": hospital.coordinator, "now": now, "site_id": hospital.site_id, "code": hospital.code} | change
        return actions.record_training(**said)

    return took


@pytest.fixture
def attempt(hospital, nurse, now) -> Callable[..., UUID]:
    def tried(**change: Any) -> UUID:
        said = {"questions": 10, "correct": 8, "pass_mark_percent": 80, "question_set": "2017-2", "staff_id": nurse}
        said |= {"holds_on": ON, "by": hospital.coordinator, "now": now, "site_id": hospital.site_id}
        return actions.record_attempt(**said | {"code": hospital.code} | change)

    return tried


def found_evidence(hospital: Hospital, on: date = ON) -> list[Evidence]:
    with reading(hospital.coordinator):
        entry = site_queries.entry(hospital.coordinator, hospital.site_id, hospital.code)
        rows = evidence.in_force(hospital.site_id, entry.program_id, Lens(on))
        db.session.expunge_all()  # they are looked at after the reading has ended
        return rows


@pytest.mark.parametrize("kind", TrainingKind)
def test_a_training_is_evidence_of_its_kind_from_its_day_on(world, hospital, nurse, train, kind):
    row_id = train(kind=kind)
    (one,) = found_evidence(hospital)
    assert (one.kind, one.subject_kind, one.subject_id) == (EvidenceKind(kind), SubjectKind.PERSON, nurse)
    assert (one.holds_on, one.source_table, one.source_id) == (ON, "training_record", row_id)
    assert one.summary.startswith("Žofia Nowak: ") and one.summary.endswith(" on 2 May 2019, Slides, edition 3.")
    assert not found_evidence(hospital, date(2019, 5, 1))
    entries = world.trail("training.record_training")[-2:]
    assert [e["table_name"] for e in entries] == ["training_record", "evidence"]


def test_a_passed_assessment_is_evidence(world, hospital, nurse, attempt):
    row_id = attempt()
    (one,) = found_evidence(hospital)
    assert (one.kind, one.subject_id, one.source_id) == (EvidenceKind.KNOWLEDGE_ASSESSMENT, nurse, row_id)
    assert one.summary == "Žofia Nowak: knowledge assessment passed on 2 May 2019, 8 of 10."
    assert [e["table_name"] for e in world.trail("training.record_attempt")][-2:] == ["assessment_attempt", "evidence"]


def test_a_failed_assessment_is_kept_and_is_no_evidence(hospital, nurse, attempt):
    attempt(correct=7)
    assert not found_evidence(hospital)
    with reading(hospital.coordinator):
        entry = site_queries.entry(hospital.coordinator, hospital.site_id, hospital.code)
        (one,) = [p for p in queries.people(hospital.site_id, entry, Lens(ON)) if p.person.id == nurse]
        assert one.passed is None
        assert one.attempt is not None and (one.attempt.correct, one.attempt.passed) == (7, False)


@pytest.mark.parametrize("role", [Role.SITE_COORDINATOR, Role.AUTHORIZED_REPRESENTATIVE])
def test_those_who_keep_the_staff_may_record(world, hospital, train, attempt, role):
    by = world.account(role, site_id=hospital.site_id)
    assert train(by=by) and attempt(by=by)


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.TREATING_PHYSICIAN, Role.AUDITOR])
def test_others_may_not_record(world, hospital, train, attempt, role):
    by = world.account(role, site_id=hospital.site_id)
    for refused in (train, attempt):
        with nothing_new(), pytest.raises(NotAllowed, match="It is for: site coordinator, authorized representative"):
            refused(by=by)


def test_the_manager_of_the_program_may_look_and_not_record(hospital, train):
    with nothing_new(), pytest.raises(NotAllowed):
        train(by=hospital.manager)


def test_another_hospital_is_not_found(world, train, attempt):
    stranger = world.hospital().coordinator
    for refused in (train, attempt):
        with nothing_new(), pytest.raises(NotFound):
            refused(by=stranger)


def test_a_program_that_the_site_has_not_entered_is_not_found(train):
    with nothing_new(), pytest.raises(NotFound, match="has not entered"):
        train(code=EUROPE)


DAYS = [
    ({"holds_on": date(2026, 11, 25)}, "holds_on", "25 Nov 2026 lies ahead; today is 24 Nov 2026"),
    ({"holds_on": date(2018, 2, 28)}, "holds_on", "worked at the site from 1 Mar 2018 on, not on 28 Feb 2018"),
    ({"staff_id": uuid7()}, "staff_id", "nobody of the site's staff"),
]


@pytest.mark.parametrize(
    ("change", "field", "words"), [*DAYS, ({"material": " "}, "material", "Material is missing: say what was taught")]
)
def test_a_bad_training_is_refused_at_its_field_and_leaves_nothing(train, change, field, words):
    with nothing_new(), pytest.raises(BadInput, match=words) as refused:
        train(**change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        *DAYS,
        ({"question_set": ""}, "question_set", "Question set is missing"),
        ({"questions": 0, "correct": 0}, "questions", "an empty assessment is never a pass"),
        ({"correct": 11}, "correct", "between 0 and the 10 questions asked, not 11"),
        ({"correct": -1}, "correct", "between 0 and the 10 questions asked, not -1"),
        ({"pass_mark_percent": 0}, "pass_mark_percent", "between 1 and 100 percent, not 0"),
    ],
)
def test_a_bad_attempt_is_refused_at_its_field_and_leaves_nothing(attempt, change, field, words):
    with nothing_new(), pytest.raises(BadInput, match=words) as refused:
        attempt(**change)
    assert refused.value.field == field


def test_a_person_who_has_left_is_refused_after_the_last_day(hospital, nurse, train, now):
    with reading(hospital.coordinator):
        version = site_queries.staff_member(hospital.coordinator, nurse).version
    sites.end_staff(nurse, until_on=ON, version=version, by=hospital.coordinator, now=now)
    assert train(holds_on=ON)
    with pytest.raises(BadInput, match="from 1 Mar 2018 to 2 May 2019, not on 3 May 2019"):
        train(holds_on=date(2019, 5, 3))


def test_somebody_of_another_site_is_nobody_of_this_one(world, train):
    with pytest.raises(BadInput, match="nobody of the site's staff"):
        train(staff_id=world.hospital().staff_id)


def test_the_newest_training_of_each_kind_is_found_as_of_a_day(hospital, nurse, train, attempt):
    train(material="old")
    train(holds_on=date(2021, 1, 8), material="new")
    attempt()
    attempt(holds_on=date(2021, 1, 8), correct=2)

    def person(on: date) -> queries.PersonTraining:
        entry = site_queries.entry(hospital.coordinator, hospital.site_id, hospital.code)
        return next(p for p in queries.people(hospital.site_id, entry, Lens(on)) if p.person.id == nurse)

    with reading(hospital.coordinator):
        assert person(date(2020, 1, 1)).trainings[TrainingKind.STAFF_TRAINING].material == "old"
        now_ = person(date(2021, 1, 8))
        assert now_.trainings[TrainingKind.STAFF_TRAINING].material == "new"
        assert now_.passed is not None and now_.passed.holds_on == ON
        assert now_.attempt is not None and not now_.attempt.passed
        assert not person(date(2019, 5, 1)).trainings
