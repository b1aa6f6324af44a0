"""Read a course and sign for it: the signature is bound to the person and the very material, and goes on to verify."""

import hashlib
from datetime import date

import psycopg
import pytest

from rems.access.rules import Role
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound
from rems.core.ids import uuid7
from rems.signatures import queries as signatures
from rems.signatures import registry
from rems.signatures.rules import Meaning
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole
from rems.training.courses import publishing, queries, signing
from rems.training.models import TrainingRecord
from rems.training.rules import TrainingKind
from tests.factories import EUROPE, KYMRIAH, PASSWORD, Hospital
from tests.training.teaching import PAGE, PDF, look, nothing_new, proofs, publish, trainings

TODAY = date(2026, 11, 24)


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def pharmacist(world, hospital):
    """Somebody with an account who is on the staff list under its e-mail address."""
    actor = world.account(Role.PHARMACIST, site_id=hospital.site_id, name="Đặng Thị Ngọc")
    said = {"email": world.emails[actor.id].upper(), "by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, actor.name, StaffRole.PHARMACIST, from_on=date(2020, 1, 1), **said)
    return actor


def sign(hospital: Hospital, root, by, **change):
    given = {"password": PASSWORD, "by": by, "now": hospital.world.now}
    return signing.sign_off(hospital.site_id, hospital.code, root, **{**given, **change})


def proved(hospital: Hospital, by, key) -> signatures.Proved:
    """The one signature of a training, checked against what its floor says of the record now."""

    def found() -> signatures.Proved:
        record = registry.record(by, "training_record", key)
        assert record is not None
        [one] = signatures.proved("training_record", key, record.content)
        return one

    return look(by, found)


def test_who_signs_was_trained_today_of_that_edition(world, hospital, pharmacist):
    root = publish(hospital)
    key = sign(hospital, root, pharmacist)
    [row] = trainings(hospital)
    assert (row.id, row.edition_id, row.holds_on) == (key, root, TODAY)
    assert (row.kind, row.material) == (TrainingKind.STAFF_TRAINING, "Handling CAR-T cells, edition 1.0")
    [one] = proofs(hospital)
    assert (one.source_id, one.subject_id, one.holds_on) == (key, row.staff_member_id, TODAY)
    tables = [e["table_name"] for e in world.trail("courses.sign_off")]
    assert sorted(tables) == ["evidence", "signature", "training_record"]


@pytest.mark.parametrize(
    ("material", "bound"),
    [({}, PAGE), ({"file": ("a.pdf", PDF)}, hashlib.sha256(PDF).hexdigest())],
)
def test_the_signature_is_bound_to_the_very_material(hospital, pharmacist, material, bound):
    root = publish(hospital, **material)
    key = sign(hospital, root, pharmacist)
    one = proved(hospital, hospital.coordinator, key)
    assert one.valid
    assert (one.signature.meaning, one.signature.statement) == (Meaning.ATTESTATION, signing.STATEMENT)
    assert (one.signature.printed_name, one.signature.account_id) == ("Đặng Thị Ngọc", pharmacist.id)

    def content() -> dict:
        row = queries.edition(root)
        record = look_up(key)
        return signing.signed_content(record, row)

    said = look(hospital.coordinator, content)
    assert (said["material"], said["form"]) == (bound, "file" if material else "page")
    changed = {**said, "material": "another text"}
    found = look(hospital.coordinator, lambda: signatures.proved("training_record", key, changed))
    assert not found[0].valid and [d.path for d in found[0].check.differences] == ["material"]


def look_up(key) -> TrainingRecord:
    record = db.session.get(TrainingRecord, key)
    assert record is not None
    return record


def test_a_file_changed_behind_the_signature_is_found(hospital, pharmacist, superuser: psycopg.Connection):
    root = publish(hospital, file=("a.pdf", PDF))
    key = sign(hospital, root, pharmacist)
    with superuser.transaction():
        superuser.execute("set local session_replication_role = replica")
        superuser.execute("update course_file set content = %s", [PDF + b" with a change"])
    one = proved(hospital, hospital.coordinator, key)
    assert not one.valid and [d.path for d in one.check.differences] == ["material"]


def test_after_a_name_is_corrected_and_the_edition_withdrawn_the_signature_still_verifies(world, hospital, pharmacist):
    root = publish(hospital)
    key = sign(hospital, root, pharmacist)
    [row] = trainings(hospital)
    said = {"by": hospital.coordinator, "now": world.now}
    keeping.edit_person(row.staff_member_id, name="Đặng Ngọc Thị", email="other@hl.example", version=1, **said)
    publishing.withdraw(root, on=TODAY, by=hospital.manager, now=world.now)
    publish(hospital, after=root, edition="2.0", from_on=TODAY)
    assert proved(hospital, hospital.coordinator, key).valid
    with reading(hospital.coordinator):
        record = registry.record(hospital.coordinator, "training_record", key)
    assert record and record.title == "Handling CAR-T cells, edition 1.0, taken by Đặng Ngọc Thị"
    assert record.path.startswith(f"/sites/{hospital.site_id}/programs/{EUROPE}/training")


def test_a_training_recorded_by_hand_or_of_another_site_is_no_signed_record(world, hospital, pharmacist):
    root = publish(hospital)
    key = sign(hospital, root, pharmacist)
    stranger = world.hospital(EUROPE)
    assert look(stranger.coordinator, lambda: registry.record(stranger.coordinator, "training_record", key)) is None
    assert look(hospital.coordinator, lambda: registry.record(hospital.coordinator, "training_record", uuid7())) is None


def test_a_wrong_password_signs_nothing_and_is_noted(world, hospital, pharmacist):
    root = publish(hospital)
    with nothing_new(), pytest.raises(BadInput, match="This is not your password") as refused:
        sign(hospital, root, pharmacist, password="not mine")
    assert refused.value.field == "password"
    assert world.trail("signatures.check_password")


def test_nobody_signs_who_is_not_on_the_staff_list_of_today_under_the_address(world, hospital, pharmacist):
    root = publish(hospital)
    told = "names nobody with your e-mail address today. The site coordinator adds you"
    with nothing_new(), pytest.raises(IllegalMove, match=told):
        sign(hospital, root, hospital.coordinator)
    [who] = look(
        hospital.coordinator,
        lambda: [p for p in site_queries.staff(hospital.site_id) if p.name == pharmacist.name],
    )
    sites.end_staff(who.id, until_on=date(2026, 11, 23), version=1, by=hospital.coordinator, now=world.now)
    with nothing_new(), pytest.raises(IllegalMove, match=told):
        sign(hospital, root, pharmacist)


def test_nobody_signs_whose_address_stands_beside_two_people(world, hospital, pharmacist):
    root = publish(hospital)
    said = {"email": world.emails[pharmacist.id], "by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Another", StaffRole.NURSE, from_on=date(2020, 1, 1), **said)
    with nothing_new(), pytest.raises(IllegalMove):
        sign(hospital, root, pharmacist)


def test_only_an_edition_in_use_is_signed_for(hospital, pharmacist):
    first = publish(hospital, from_on=date(2026, 12, 1))
    told = "Handling CAR-T cells, edition 1.0 is not in use today under"
    with nothing_new(), pytest.raises(IllegalMove, match=told):
        sign(hospital, first, pharmacist)
    old = publish(hospital, title="Another")
    new = publish(hospital, after=old, title="Another", edition="2.0", from_on=TODAY)
    with nothing_new(), pytest.raises(IllegalMove, match="Another, edition 1.0 is not in use today"):
        sign(hospital, old, pharmacist)
    publishing.withdraw(new, on=TODAY, by=hospital.manager, now=hospital.world.now)
    with nothing_new(), pytest.raises(IllegalMove, match="Another, edition 2.0 is not in use today"):
        sign(hospital, new, pharmacist)
    assert sign(hospital, old, pharmacist)
    with nothing_new(), pytest.raises(NotFound):
        sign(hospital, uuid7(), pharmacist)


def test_a_live_training_is_taken_at_a_session_alone(hospital, pharmacist):
    root = publish(hospital, kind=TrainingKind.LIVE_TRAINING)
    with nothing_new(), pytest.raises(IllegalMove, match="A live training is taken at a session"):
        sign(hospital, root, pharmacist)


def test_the_course_of_another_program_is_not_signed_for_here(world, hospital, pharmacist):
    root = publish(world.hospital(KYMRIAH))
    with nothing_new(), pytest.raises(NotFound):
        sign(hospital, root, pharmacist)


def test_an_auditor_signs_for_nothing(world, hospital):
    root = publish(hospital)
    auditor = world.account(Role.AUDITOR, site_id=hospital.site_id)
    with nothing_new(), pytest.raises(NotAllowed, match="take training and sign for it here"):
        sign(hospital, root, auditor)


def test_the_newest_training_of_each_edition_is_found(hospital, pharmacist):
    first = publish(hospital)
    sign(hospital, first, pharmacist)
    again = sign(hospital, first, pharmacist)
    [who] = {row.staff_member_id for row in trainings(hospital)}

    def taken():
        entry = site_queries.entry(hospital.coordinator, hospital.site_id, EUROPE)
        return {edition: row.id for edition, row in queries.taken(entry, who).items()}

    assert look(hospital.coordinator, taken) == {first: again}
