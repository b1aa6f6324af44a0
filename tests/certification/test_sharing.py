"""Put evidence under a further program, take it back, and record it for several at once: who may, what follows."""

import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from rems.access.rules import Role
from rems.certification import library_page, queries, sharing
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, DomainError, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.rules import EvidenceKind
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.trail.knowing import settled
from rems.training import actions as training
from rems.training import queries as training_queries
from rems.training.rules import TrainingKind
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, World
from tests.sharing import taking_from_each_other

ON = date(2026, 6, 1)
RECORDS = EvidenceKind.RECORDS_KEPT


@pytest.fixture(autouse=True)
def shareable(app: Flask) -> Iterator[None]:
    with taking_from_each_other(app):
        yield


@pytest.fixture
def hospital(world: World) -> Hospital:
    """A site in two programs, with staff training and kept records shown for the first."""
    found = world.hospital(EUROPE)
    said = {"holds_on": ON, "by": found.coordinator, "now": world.now}
    train = {"kind": TrainingKind.STAFF_TRAINING, "material": "Slides, edition 4"}
    training.record_training(found.site_id, EUROPE, found.staff_id, **train, **said)
    sites.record_process(found.site_id, EUROPE, RECORDS, summary="Training file NS-7.", **said)
    sites.enter(found.site_id, KYMRIAH, by=found.coordinator, now=world.now)
    assert found.coordinator.id
    return replace(found, coordinator=world.actor(found.coordinator.id))  # who holds one entry more


def under(hospital: Hospital, code: str, lens: Lens | None = None) -> list[str]:
    with reading(hospital.coordinator):
        found = evidence.in_force(hospital.site_id, programs.key(code), lens or Lens(hospital.world.today))
        return [row.summary for row in found]


def piece(hospital: Hospital, kind: EvidenceKind = RECORDS, code: str = EUROPE) -> UUID:
    with reading(hospital.coordinator):
        found = evidence.in_force(hospital.site_id, programs.key(code), Lens(hospital.world.today))
        return next(row.id for row in found if row.kind is kind)


def put(hospital: Hospital, *pieces: UUID, code: str = KYMRIAH, by: Actor | None = None) -> int:
    return sharing.put_under(hospital.site_id, code, pieces, by=by or hospital.coordinator, now=hospital.world.now)


def take_back(hospital: Hospital, key: UUID, reason: str = "Recorded twice.", by: Actor | None = None) -> None:
    sharing.take_back(hospital.site_id, key, reason, by=by or hospital.coordinator, now=hospital.world.now)


@contextmanager
def refused(hospital: Hospital, action: str, kind: type[DomainError], sentence: str) -> Iterator[None]:
    """The sentence, and neither a change nor a trail."""
    with reading(Actor.system("test")):
        before = db.session.scalar(text("select count(*) from evidence"))
    with pytest.raises(kind, match=sentence):
        yield
    with reading(Actor.system("test")):
        assert db.session.scalar(text("select count(*) from evidence")) == before
    assert hospital.world.trail(action) == []


def test_a_piece_put_under_a_further_program_meets_its_requirement(hospital: Hospital) -> None:
    def gap() -> str:
        with reading(hospital.coordinator):
            entry = site_queries.entry(hospital.coordinator, hospital.site_id, KYMRIAH)
            standing = queries.standing(hospital.coordinator, entry, Lens(hospital.world.today))
            return next(str(f.state) for f in standing.findings if f.requirement.evidence is RECORDS)

    assert gap() == "not_met"
    assert put(hospital, piece(hospital), piece(hospital, EvidenceKind.STAFF_TRAINING)) == 2
    assert gap() == "met"
    [first, second] = hospital.world.trail("evidence.put_under")
    assert first["actor"] == hospital.coordinator.label
    assert {first["table_name"], second["table_name"]} == {"evidence"}


def test_a_training_put_under_a_further_program_shows_on_its_training_page(hospital: Hospital) -> None:
    put(hospital, piece(hospital, EvidenceKind.STAFF_TRAINING))
    with reading(hospital.coordinator):
        entry = site_queries.entry(hospital.coordinator, hospital.site_id, KYMRIAH)
        [person] = training_queries.known(entry, Lens(hospital.world.today))
    assert person.taken == {EvidenceKind.STAFF_TRAINING: ON}


@pytest.mark.parametrize("role", [Role.SITE_COORDINATOR, Role.AUTHORIZED_REPRESENTATIVE])
def test_the_site_puts_its_evidence_where_it_wants(hospital: Hospital, role: Role) -> None:
    by = hospital.world.account(role, site_id=hospital.site_id)
    assert put(hospital, piece(hospital), by=by) == 1


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.TREATING_PHYSICIAN, Role.AUDITOR])
def test_others_of_the_site_do_not(hospital: Hospital, role: Role) -> None:
    by, key = hospital.world.account(role, site_id=hospital.site_id), piece(hospital)
    with refused(hospital, "evidence.put_under", NotAllowed, "It is for: site coordinator"):
        put(hospital, key, by=by)
    with refused(hospital, "evidence.take_back", NotAllowed, "It is for: site coordinator"):
        take_back(hospital, key, by=by)


def test_no_sponsor_takes_evidence_nor_sees_that_there_is_some(hospital: Hospital) -> None:
    manager, key = hospital.world.manager(KYMRIAH), piece(hospital)
    with refused(hospital, "evidence.put_under", NotAllowed, "It is for: site coordinator"):
        put(hospital, key, by=manager)
    with refused(hospital, "evidence.take_back", NotFound, "no such piece"):
        take_back(hospital, key, by=manager)
    with reading(manager):
        site = site_queries.site(manager, hospital.site_id)
        assert library_page.library(manager, site, Lens(hospital.world.today)).items == ()
    put(hospital, key)
    with reading(manager):
        [item] = library_page.library(manager, site, Lens(hospital.world.today)).items
    assert list(item.under) == [programs.key(KYMRIAH)]


def bad_input(hospital: Hospital) -> list[tuple[Callable[[], object], type[DomainError], str]]:
    key = piece(hospital)
    return [
        (lambda: put(hospital), BadInput, "Nothing is chosen"),
        (lambda: put(hospital, uuid4()), StaleRecord, "corrected or taken back since you opened the page"),
        (lambda: put(hospital, key, code=LABEL), NotFound, "has not entered"),
        (lambda: put(hospital, key, code="NONE"), NotFound, 'There is no program "NONE"'),
        (lambda: put(hospital, key, code=EUROPE), BadInput, "does not ask for it"),
        (
            lambda: put(hospital, piece(hospital, EvidenceKind.STAFF_TRAINING), code=EUROPE),
            BadInput,
            "This stands under .* already",
        ),
    ]


def test_what_cannot_be_put_is_refused_with_its_sentence(hospital: Hospital) -> None:
    for act, kind, sentence in bad_input(hospital):
        with refused(hospital, "evidence.put_under", kind, sentence):
            act()


def test_of_several_pieces_none_is_put_when_one_may_not_be(hospital: Hospital) -> None:
    sites.record_process(
        hospital.site_id,
        EUROPE,
        EvidenceKind.SITE_QUALIFICATION,
        holds_on=ON,
        summary="Visit Q1.",
        by=hospital.manager,
        now=hospital.world.now,
    )
    with refused(hospital, "evidence.put_under", BadInput, "Visit Q1. .* does not ask for it"):
        put(hospital, piece(hospital), piece(hospital, EvidenceKind.SITE_QUALIFICATION))
    assert under(hospital, KYMRIAH) == []


def test_a_piece_put_by_two_browsers_at_once_is_put_once(app: Flask, hospital: Hospital) -> None:
    key, start = piece(hospital), Barrier(2)

    def try_it() -> str:
        with app.app_context():
            start.wait()
            try:
                return str(put(hospital, key))
            except BadInput as second:
                return second.sentence

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(contextvars.Context().run, try_it) for _ in range(2)]
        said = sorted(one.result() for one in done)
    assert said[0] == "1"
    assert said[1].startswith("This stands under KYMRIAH REMS already")
    assert len(under(hospital, KYMRIAH)) == 1


def test_a_process_may_be_recorded_for_several_programs_at_once(hospital: Hospital) -> None:
    said = {"holds_on": ON, "by": hospital.coordinator, "now": hospital.world.now}
    kind = EvidenceKind.PROCEDURE_NEW_STAFF
    sites.record_process(hospital.site_id, EUROPE, kind, summary="SOP 12.", also=[KYMRIAH, KYMRIAH], **said)
    assert "SOP 12." in under(hospital, EUROPE)
    assert under(hospital, KYMRIAH) == ["SOP 12."]


def test_a_training_and_a_pass_may_be_recorded_for_several_programs_at_once(hospital: Hospital) -> None:
    said: dict[str, Any] = {"holds_on": ON, "by": hospital.coordinator, "now": hospital.world.now, "also": [KYMRIAH]}
    who = (hospital.site_id, EUROPE, hospital.staff_id)
    training.record_training(*who, TrainingKind.STAFF_TRAINING, material="Slides, edition 5", **said)
    score = {"question_set": "Q", "questions": 10, "pass_mark_percent": 80}
    training.record_attempt(*who, **score, correct=7, **said)
    assert len(under(hospital, KYMRIAH)) == 1
    training.record_attempt(*who, **score, correct=9, **said)
    assert len(under(hospital, KYMRIAH)) == 2


def test_what_a_program_does_not_take_cannot_be_recorded_for_it_and_nothing_is_kept(hospital: Hospital) -> None:
    said: dict[str, Any] = {"holds_on": ON, "by": hospital.coordinator, "now": hospital.world.now}
    before = len(hospital.world.trail("training.record_training"))
    with pytest.raises(BadInput, match="Counts for: .* asks for its own") as caught:
        training.record_training(
            hospital.site_id,
            EUROPE,
            hospital.staff_id,
            TrainingKind.LIVE_TRAINING,
            material="M",
            also=[KYMRIAH],
            **said,
        )
    assert caught.value.field == "also"
    assert len(hospital.world.trail("training.record_training")) == before
    with pytest.raises(NotAllowed), reading(hospital.manager):
        sites.record_process(
            hospital.site_id,
            EUROPE,
            EvidenceKind.SITE_QUALIFICATION,
            summary="Visit.",
            also=[KYMRIAH],
            **{**said, "by": hospital.manager},
        )


def test_a_share_is_taken_back_and_the_piece_stays(hospital: Hospital) -> None:
    put(hospital, piece(hospital))
    take_back(hospital, piece(hospital, code=KYMRIAH))
    assert "Training file NS-7." in under(hospital, EUROPE)
    assert under(hospital, KYMRIAH) == []
    [entry] = hospital.world.trail("evidence.take_back")
    assert entry["reason"] == "Recorded twice."


def test_a_training_taken_back_is_gone_for_every_program_and_from_the_matrix_but_not_from_what_was_known(
    hospital: Hospital,
) -> None:
    put(hospital, piece(hospital, EvidenceKind.STAFF_TRAINING))
    before = settled()[0]
    take_back(hospital, piece(hospital, EvidenceKind.STAFF_TRAINING))
    assert under(hospital, KYMRIAH) == []
    assert under(hospital, EUROPE) == ["Training file NS-7."]
    then = Lens(hospital.world.today, before)
    assert len(under(hospital, KYMRIAH, then)) == 1
    with reading(hospital.coordinator):
        entry = site_queries.entry(hospital.coordinator, hospital.site_id, EUROPE)
        now = Lens(hospital.world.today)
        assert [p.taken for p in training_queries.known(entry, now)] == [{}]
        assert [p.taken for p in training_queries.known(entry, then)] == [{EvidenceKind.STAFF_TRAINING: ON}]
    [written] = [e for e in hospital.world.trail("evidence.take_back") if e["table_name"] == "training_record"]
    assert written["operation"] == "insert"


def test_taking_back_is_refused_with_its_sentence(hospital: Hospital) -> None:
    sites.designate(
        hospital.site_id, EUROPE, hospital.staff_id, holds_on=ON, by=hospital.coordinator, now=hospital.world.now
    )
    cases: list[tuple[UUID, str, type[DomainError], str]] = [
        (piece(hospital), " ", BadInput, "Reason: say what was wrong"),
        (uuid4(), "Wrong.", NotFound, "no such piece of evidence"),
        (
            piece(hospital, EvidenceKind.REPRESENTATIVE_DESIGNATED),
            "Wrong.",
            BadInput,
            "corrected where that was made",
        ),
    ]
    for key, reason, kind, sentence in cases:
        with refused(hospital, "evidence.take_back", kind, sentence):
            take_back(hospital, key, reason)


def test_a_piece_is_taken_back_once(hospital: Hospital) -> None:
    key = piece(hospital)
    take_back(hospital, key)
    with pytest.raises(NotFound, match="corrected or taken back since"):
        take_back(hospital, key)


def test_the_library_says_what_is_left_to_do_and_what_would_fit(hospital: Hospital) -> None:
    def seen() -> library_page.Library:
        with reading(hospital.coordinator):
            site = site_queries.site(hospital.coordinator, hospital.site_id)
            return library_page.library(hospital.coordinator, site, Lens(hospital.world.today))

    before = {c.program.code: c for c in seen().columns}
    assert [o.summary for o in before[KYMRIAH].offers if o.kind is RECORDS] == ["Training file NS-7."]
    assert before[EUROPE].offers == ()
    assert before[KYMRIAH].statements is not None
    put(hospital, *(o.id for o in before[KYMRIAH].offers))
    after = {c.program.code: c for c in seen().columns}
    assert after[KYMRIAH].offers == ()
    assert len(after[KYMRIAH].standing.gaps) < len(before[KYMRIAH].standing.gaps)
    assert after[KYMRIAH].shared == after[KYMRIAH].pieces == len(before[KYMRIAH].offers)
    assert seen().saved == len(before[KYMRIAH].offers)
