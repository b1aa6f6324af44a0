"""The one way to open a transaction, and facts in two times."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from rems.access.models import Account
from rems.core.actor import Actor
from rems.core.db import db, history_is_entered, reading, require_transaction, transaction
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.programs import queries as programs
from rems.trail.knowing import settled
from tests.factories import ADMIN, Hospital, World

ONE, TWO, THREE = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


def named() -> str | None:
    return db.session.execute(text("select rems_actor()")).scalar_one()


def test_a_transaction_carries_actor_role_action_and_reason(world: World) -> None:
    with transaction(ADMIN, "test.act", "because", at=world.now) as session:
        found = session.execute(
            text("select rems_actor(), rems_setting('role'), rems_setting('action'), rems_setting('reason')")
        ).one()
    assert tuple(found) == ("Test Administrator", "administrator", "test.act", "because")
    assert named() is None


def test_transactions_do_not_nest(world: World) -> None:
    refused = pytest.raises(RuntimeError, match="test.inner: a transaction is open already")
    with refused, transaction(ADMIN, "test.outer", at=world.now), transaction(ADMIN, "test.inner", at=world.now):
        pass
    with transaction(ADMIN, "test.again", at=world.now):
        require_transaction("this")
    with pytest.raises(RuntimeError, match="this must be called inside a transaction"):
        require_transaction("this")


def test_a_reader_gets_back_its_own_name_after_a_transaction_in_another(world: World) -> None:
    with reading(Actor.system("reader")):
        assert named() == "system: reader"
        with transaction(ADMIN, "test.act", at=world.now):
            assert named() == "Test Administrator"
        assert named() == "system: reader"
        with pytest.raises(ZeroDivisionError), transaction(ADMIN, "test.act", at=world.now):
            raise ZeroDivisionError
        assert named() == "system: reader"
    assert named() is None


def test_the_name_holds_in_every_transaction_of_a_reader(app: Flask) -> None:
    with reading(Actor.system("reader")):
        for _ in range(3):
            assert named() == "system: reader"
            db.session.commit()


def test_history_is_entered_nowhere_by_default(app: Flask) -> None:
    assert not history_is_entered()


def test_two_people_who_change_the_same_row_do_not_overwrite_each_other(world: World) -> None:
    with transaction(ADMIN, "test.make", at=world.now) as session:
        session.add(Account(id=(key := uuid7()), email="a@b.example", name="One", password_hash="!"))
    with pytest.raises(StaleDataError), transaction(ADMIN, "test.change", at=world.now) as session:
        row = session.get(Account, key)
        session.execute(text("update account set version = version + 1 where id = :key"), {"key": key})
        row.name = "Two"
        session.flush()


def tell(hospital: Hospital, holds_on: date, summary: str, *, corrects: UUID | None = None, void: bool = False) -> UUID:
    with reading(hospital.coordinator):
        program_id = programs.key(hospital.code)
    row = Evidence(
        id=uuid7(),
        scope_id=hospital.site_id,
        program_id=program_id,
        kind=EvidenceKind.AUDIT,
        subject_kind=SubjectKind.SITE,
        subject_id=hospital.site_id,
        holds_on=holds_on,
        summary=summary,
        detail={},
        source_table="test",
        source_id=uuid7(),
        supersedes_id=corrects,
        void=void,
    )
    with transaction(hospital.coordinator, "test.tell", at=hospital.world.now) as session:
        session.add(row)
    return row.id


def told(hospital: Hospital, lens: Lens | None) -> list[str]:
    with reading(hospital.coordinator):
        query = facts(Evidence, lens, scope_id=hospital.site_id).where(Evidence.kind == EvidenceKind.AUDIT)
        return sorted(row.summary for row in db.session.scalars(query))


def test_a_fact_holds_from_its_day_on_and_was_known_from_its_moment_on(world: World) -> None:
    hospital = world.hospital()
    before = settled()[0]
    tell(hospital, TWO, "audited")
    after = settled()[0]
    assert told(hospital, Lens(ONE)) == []
    assert told(hospital, Lens(TWO)) == told(hospital, Lens(THREE)) == ["audited"]
    assert told(hospital, Lens(TWO, before)) == []
    assert told(hospital, Lens(TWO, after)) == ["audited"]
    assert told(hospital, None) == ["audited"]


def test_a_correction_takes_the_place_of_what_it_corrects_but_not_in_what_was_known_before(world: World) -> None:
    hospital = world.hospital()
    first = tell(hospital, TWO, "as first told")
    between = settled()[0]
    second = tell(hospital, THREE, "as corrected", corrects=first)
    assert told(hospital, Lens(THREE)) == ["as corrected"]
    assert told(hospital, Lens(TWO)) == []  # the correction moved the day past it, and revives nothing
    assert told(hospital, Lens(THREE, between)) == ["as first told"]
    tell(hospital, THREE, "taken back", corrects=second, void=True)
    assert told(hospital, Lens(THREE)) == told(hospital, None) == []


def test_a_fact_is_corrected_once_so_that_the_second_of_two_is_refused(world: World) -> None:
    hospital = world.hospital()
    first = tell(hospital, TWO, "as first told")
    tell(hospital, TWO, "one", corrects=first)
    with pytest.raises(IntegrityError) as refused:
        tell(hospital, TWO, "two", corrects=first)
    assert refused.value.orig.diag.constraint_name == "uq_evidence_supersedes_id"


def test_a_fact_of_another_site_cannot_be_corrected(world: World) -> None:
    theirs, ours = world.hospital(), world.hospital()
    first = tell(theirs, TWO, "theirs")
    with pytest.raises(IntegrityError) as refused:
        tell(ours, TWO, "ours", corrects=first)
    assert refused.value.orig.diag.constraint_name == "fk_evidence_supersedes_id_scope_id"


def test_the_moment_and_the_name_of_a_fact_are_the_databases_own(world: World) -> None:
    hospital = world.hospital()
    key = tell(hospital, TWO, "told")
    with reading(hospital.coordinator):
        row = db.session.get(Evidence, key)
        at = db.session.execute(text("select clock_timestamp()")).scalar_one()
        assert timedelta(0) < at - row.recorded_at < timedelta(minutes=1)
        assert row.recorded_by == hospital.coordinator.label
