"""Signing inside an action, and the password that a signature asks for again."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, entering_history, reading, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.signatures import queries, steps
from rems.signatures.rules import Meaning, digest_of
from tests.factories import PASSWORD, Hospital, World

CONTENT = {"certificate": "EU-0001", "found": ["met", "met"]}


def sign(hospital: Hospital, subject_id: UUID, *, at: datetime) -> None:
    signer = hospital.representative
    with transaction(signer, "test.sign", at=at):
        steps.sign(
            CONTENT,
            table="certification",
            subject_id=subject_id,
            scope_id=hospital.site_id,
            program_id=None,
            meaning=Meaning.APPROVAL,
            statement="I approve this certificate.",
            timezone="Europe/Berlin",
            by=signer,
            at=at,
        )


def test_a_signature_keeps_who_in_which_role_why_and_the_digest_of_what(world: World) -> None:
    hospital, subject = world.hospital(), uuid7()
    sign(hospital, subject, at=world.now)
    with reading(hospital.coordinator):
        [found] = queries.of("certification", subject)
        assert (found.account_id, found.printed_name) == (hospital.representative.id, hospital.representative.name)
        assert (found.role, found.meaning) == ("authorized representative", Meaning.APPROVAL)
        assert found.digest == digest_of(CONTENT)
        assert found.signed_at is not None
    [entry] = world.trail("test.sign")
    assert (entry["table_name"], entry["after"]["digest"]) == ("signature", digest_of(CONTENT))


def test_a_signature_is_never_changed(world: World) -> None:
    hospital, subject = world.hospital(), uuid7()
    sign(hospital, subject, at=world.now)
    for statement in ("update signature set printed_name = 'x'", "delete from signature"):
        with (
            pytest.raises(Exception, match="permission denied"),
            transaction(hospital.coordinator, "t.t", at=world.now),
        ):
            db.session.execute(text(statement))


def test_signing_needs_the_transaction_of_what_is_signed(world: World) -> None:
    with pytest.raises(RuntimeError, match="signing must be called inside a transaction"):
        steps.sign(
            CONTENT,
            table="x",
            subject_id=uuid7(),
            scope_id=uuid7(),
            program_id=None,
            meaning=Meaning.REVIEW,
            statement="",
            timezone="UTC",
            by=Actor.system("test"),
            at=world.now,
        )


def test_the_right_password_lets_sign_and_is_noted(world: World) -> None:
    signer = world.account(Role.ADMINISTRATOR)
    steps.check_password(signer, PASSWORD, now=world.now)
    [entry] = world.trail("signatures.check_password")
    assert (entry["after"]["succeeded"], entry["after"]["account_id"]) == (True, str(signer.id))
    assert entry["after"]["address"] == f"signature of {signer.id}"


@pytest.mark.parametrize("password", ["wrong", "", None, PASSWORD.upper()])
def test_another_password_is_refused_at_its_field_and_noted(password: str | None, world: World) -> None:
    signer = world.account(Role.ADMINISTRATOR)
    with pytest.raises(BadInput, match="This is not your password. A signature needs it again") as refused:
        steps.check_password(signer, password, now=world.now)
    assert refused.value.field == "password"
    [entry] = world.trail("signatures.check_password")
    assert entry["after"]["succeeded"] is False


def test_guessing_at_a_signature_is_slowed_like_guessing_at_the_door(world: World) -> None:
    signer = world.account(Role.ADMINISTRATOR)
    for _ in range(2):
        with pytest.raises(BadInput, match="This is not your password"):
            steps.check_password(signer, "wrong", now=world.now)
    with pytest.raises(BadInput, match="Too many attempts. Wait 2 seconds, then try again") as refused:
        steps.check_password(signer, PASSWORD, now=world.now)
    assert refused.value.field == "password"
    assert len(world.trail("signatures.check_password")) == 2


@pytest.mark.parametrize("signer", [Actor.system("clock")])
def test_a_part_of_the_system_signs_nothing(signer: Actor, world: World) -> None:
    with pytest.raises(BadInput, match="Only a person who is signed in can sign"):
        steps.check_password(signer, PASSWORD, now=world.now)


def test_only_while_history_is_entered_nobody_types_a_password(world: World) -> None:
    signer = world.account(Role.ADMINISTRATOR)
    with entering_history():
        steps.check_password(signer, None, now=world.now)
    with pytest.raises(BadInput):
        steps.check_password(signer, None, now=world.now)
