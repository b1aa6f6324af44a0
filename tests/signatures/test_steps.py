"""Signing inside an action, and the components that a signature asks for anew."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, entering_history, reading, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.signatures import actions, queries, steps
from rems.signatures.binding import Fit, digest_of, sha256_of
from rems.signatures.rules import Components, Meaning
from tests.factories import ADMIN, PASSWORD, Hospital, World
from tests.rows import past_all_checks

CONTENT = {"certificate": "EU-0001", "found": ["met", "met"]}


def sign(hospital: Hospital, subject_id: UUID, *, at: datetime, content: dict[str, object] = CONTENT) -> None:
    signer = hospital.representative
    with transaction(signer, "test.sign", at=at):
        steps.sign(
            content,
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


@pytest.fixture
def settings(app: Flask) -> Iterator[dict[str, int]]:
    """The settings on signing, to be set in a test alone."""
    values = app.extensions["rems_settings"].values["signing"]
    before = dict(values)
    yield values
    values.update(before)


@pytest.fixture
def signer(world: World) -> Actor:
    return world.account(Role.ADMINISTRATOR)


def outcomes(world: World) -> list[str]:
    found = world.trail("signatures.check_password")
    return [e["after"]["outcome"] for e in found if e["table_name"] == "signing_attempt"]


def address(world: World, signer: Actor) -> str:
    assert signer.id
    return world.emails[signer.id]


def test_a_signature_keeps_who_in_which_role_why_and_all_that_was_signed(world: World) -> None:
    hospital, subject = world.hospital(), uuid7()
    sign(hospital, subject, at=world.now)
    with reading(hospital.coordinator):
        [found] = queries.of("certification", subject)
        assert (found.account_id, found.printed_name) == (hospital.representative.id, hospital.representative.name)
        assert (found.role, found.meaning) == ("authorized representative", Meaning.APPROVAL)
        assert found.content is not None and json.loads(found.content)["content"] == CONTENT
        assert found.digest == sha256_of(found.content)
        assert found.signed_at is not None
        digest = found.digest
    [entry] = world.trail("test.sign")
    assert (entry["table_name"], entry["after"]["digest"]) == ("signature", digest)


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


@pytest.mark.parametrize(
    ("content", "fit", "sentence"),
    [
        (CONTENT, Fit.VALID, "The record is the one that was signed."),
        ({**CONTENT, "found": ["met", "not met"]}, Fit.EARLIER, "The record has changed in 1 place"),
    ],
)
def test_a_signature_is_checked_against_what_the_record_says_now(content, fit, sentence, world: World) -> None:
    hospital, subject = world.hospital(), uuid7()
    sign(hospital, subject, at=world.now)
    with reading(hospital.coordinator):
        [one] = queries.proved("certification", subject, content)
    assert (one.check.fit, one.valid) == (fit, fit is Fit.VALID)
    assert one.check.sentence.startswith(sentence)
    assert [d.path for d in one.check.differences] == ([] if one.valid else ["found[2]"])


@pytest.mark.parametrize(
    "statement",
    [
        "update signature set printed_name = 'Somebody Else'",
        "update signature set meaning = 'review'",
        "update signature set subject_id = gen_random_uuid()",
    ],
    ids=["another person", "another meaning", "another record"],
)
def test_what_only_the_databases_owner_could_alter_shows_as_broken(
    statement: str, world: World, superuser: psycopg.Connection
) -> None:
    hospital, subject = world.hospital(), uuid7()
    sign(hospital, subject, at=world.now)
    with past_all_checks(superuser):
        superuser.execute(statement)
    with reading(hospital.coordinator):
        found = db.session.scalars(db.select(queries.Signature)).one()
        assert queries.checked(found, CONTENT).fit is Fit.BROKEN


def test_content_that_does_not_fit_its_digest_is_broken() -> None:
    altered = queries.Signature(content='{"content":{}}', digest="0" * 64)
    assert queries.checked(altered, {}).fit is Fit.BROKEN


def test_the_database_refuses_a_digest_that_is_not_of_the_content(world: World) -> None:
    hospital = world.hospital()
    with (
        pytest.raises(Exception, match="ck_signature_digest_is_of_the_content"),
        transaction(hospital.representative, "t.t", at=world.now) as session,
    ):
        session.execute(
            text(
                "insert into signature (id, scope_id, printed_name, role, meaning, statement, subject_table, "
                "subject_id, digest, timezone, content) values (gen_random_uuid(), :scope, 'A', 'r', 'review', '', "
                "'x', gen_random_uuid(), repeat('0', 64), 'UTC', '{}')"
            ),
            {"scope": hospital.site_id},
        )


def test_a_signature_of_before_contents_were_kept_is_checked_by_its_digest(world: World) -> None:
    old = queries.Signature(content=None, digest=digest_of(CONTENT))
    assert queries.checked(old, CONTENT).fit is Fit.VALID
    assert queries.checked(old, {"certificate": "EU-0002"}).fit is Fit.EARLIER
    assert "not kept" in queries.checked(old, {}).sentence


def test_the_right_password_lets_sign_and_is_noted(signer: Actor, world: World) -> None:
    steps.check_password(signer, PASSWORD, now=world.now)
    entries = world.trail("signatures.check_password")
    by_table = {e["table_name"]: e["after"] for e in entries}
    assert (by_table["sign_in"]["succeeded"], by_table["sign_in"]["account_id"]) == (True, str(signer.id))
    assert by_table["sign_in"]["address"] == f"signature of {signer.id}"
    assert (by_table["signing_attempt"]["outcome"], by_table["signing_attempt"]["whole"]) == ("right", True)


@pytest.mark.parametrize("password", ["wrong", "", None, PASSWORD.upper()])
def test_another_password_is_refused_at_its_field_and_noted(password: str | None, signer: Actor, world: World) -> None:
    with pytest.raises(BadInput, match="This is not your password. A signature needs it again") as refused:
        steps.check_password(signer, password, now=world.now)
    assert refused.value.field == "password"
    assert outcomes(world) == ["wrong"]


def test_the_first_signature_of_a_session_needs_both_and_the_next_the_password_alone(
    signer: Actor, world: World
) -> None:
    session, other = uuid7(), uuid7()
    with pytest.raises(BadInput, match="The first signature of a session needs your e-mail address too") as refused:
        steps.check_password(signer, Components(PASSWORD, None, session), now=world.now)
    assert refused.value.field == "signer"
    steps.check_password(signer, Components(PASSWORD, address(world, signer).upper(), session), now=world.now)
    steps.check_password(signer, Components(PASSWORD, None, session), now=world.now)
    for elsewhere in (other, None):
        with pytest.raises(BadInput, match="The first signature of a session"):
            steps.check_password(signer, Components(PASSWORD, None, elsewhere), now=world.now)
    assert outcomes(world) == ["incomplete", "right", "right", "incomplete", "incomplete"]


def test_a_session_of_somebody_else_does_not_count(signer: Actor, world: World) -> None:
    session, other = uuid7(), world.account(Role.ADMINISTRATOR)
    steps.check_password(signer, Components(PASSWORD, address(world, signer), session), now=world.now)
    with pytest.raises(BadInput, match="The first signature of a session"):
        steps.check_password(other, Components(PASSWORD, None, session), now=world.now)


def test_the_address_of_another_person_is_a_wrong_one(signer: Actor, world: World) -> None:
    other = world.account(Role.ADMINISTRATOR)
    with pytest.raises(BadInput, match="This is not your e-mail address and password"):
        steps.check_password(signer, Components(PASSWORD, address(world, other), uuid7()), now=world.now)
    assert outcomes(world) == ["wrong"]


def test_guessing_at_a_signature_is_slowed_like_guessing_at_the_door(signer: Actor, world: World) -> None:
    for _ in range(2):
        with pytest.raises(BadInput, match="This is not your password"):
            steps.check_password(signer, "wrong", now=world.now)
    with pytest.raises(BadInput, match="Too many attempts. Wait 2 seconds, then try again") as refused:
        steps.check_password(signer, PASSWORD, now=world.now)
    assert refused.value.field == "password"
    assert outcomes(world) == ["wrong", "wrong", "too_soon"]


def guess(signer: Actor, times: int, *, now: datetime) -> None:
    for n in range(times):
        with pytest.raises(BadInput):
            steps.check_password(signer, "wrong", now=now + timedelta(hours=n + 1))


def test_too_many_wrong_ones_in_a_row_lock_the_signing_until_an_administrator_unlocks_it(
    signer: Actor, settings: dict[str, int], world: World
) -> None:
    settings["lock_after"] = 3
    now = utcnow()  # the wait is counted from the database's own clock
    guess(signer, 3, now=now)
    later = now + timedelta(hours=9)
    with pytest.raises(BadInput, match="Your signing is locked after failed attempts. An administrator unlocks it"):
        steps.check_password(signer, PASSWORD, now=later)
    assert outcomes(world) == ["wrong", "wrong", "wrong", "locked"]
    [lock] = [e for e in world.trail("signatures.check_password") if e["table_name"] == "signing_lock"]
    assert lock["after"]["reason"] == "3 failed attempts to sign in a row"
    assert signer.id
    actions.unlock(signer.id, reason="It was they, with a new keyboard.", by=ADMIN, now=later)
    guess(signer, 2, now=later)  # counted anew
    steps.check_password(signer, PASSWORD, now=later + timedelta(hours=9))


def test_a_right_one_between_forgets_the_wrong_ones(signer: Actor, settings: dict[str, int], world: World) -> None:
    settings["lock_after"] = 2
    now = utcnow()
    for n in range(3):
        guess(signer, 1, now=now + timedelta(hours=3 * n))
        steps.check_password(signer, PASSWORD, now=now + timedelta(hours=3 * n + 2))


def test_who_is_not_verified_does_not_sign(world: World) -> None:
    key = access.create_account("eve@test.example", "Eve", PASSWORD, by=ADMIN, now=world.now)
    eve = world.actor(key)
    with pytest.raises(BadInput, match="Your identity has not been verified yet"):
        steps.check_password(eve, PASSWORD, now=world.now)
    assert outcomes(world) == ["unverified"]


def test_a_new_name_is_verified_anew_before_it_signs(signer: Actor, world: World) -> None:
    assert signer.id
    with reading(ADMIN):
        version = access.queries.account(signer.id).version
    access.rename(signer.id, "Ada Berg", reason="Marriage", version=version, by=ADMIN, now=world.now)
    with pytest.raises(BadInput, match="Your identity has not been verified yet"):
        steps.check_password(world.actor(signer.id), PASSWORD, now=world.now)


def test_a_password_that_somebody_else_set_does_not_sign_until_its_owner_changes_it(
    signer: Actor, world: World
) -> None:
    assert signer.id
    access.set_password(signer.id, "given by an administrator", by=ADMIN, now=world.now)
    with pytest.raises(BadInput, match="Somebody else set your password. Change it"):
        steps.check_password(signer, "given by an administrator", now=world.now)
    access.change_password("given by an administrator", "chosen by myself", address="x", by=signer, now=world.now)
    steps.check_password(signer, "chosen by myself", now=world.now)


def test_a_password_past_its_age_does_not_sign(signer: Actor, settings: dict[str, int], world: World) -> None:
    settings["password_max_days"] = 30
    steps.check_password(signer, PASSWORD, now=utcnow() + timedelta(days=29))
    with pytest.raises(BadInput, match="Your password is too old to sign with. Change it"):
        steps.check_password(signer, PASSWORD, now=utcnow() + timedelta(days=31))


@pytest.mark.parametrize("signer", [Actor.system("clock")])
def test_a_part_of_the_system_signs_nothing(signer: Actor, world: World) -> None:
    with pytest.raises(BadInput, match="Only a person who is signed in can sign"):
        steps.check_password(signer, PASSWORD, now=world.now)


def test_only_while_history_is_entered_nobody_types_a_password(signer: Actor, world: World) -> None:
    with entering_history():
        steps.check_password(signer, None, now=world.now)
    with pytest.raises(BadInput):
        steps.check_password(signer, None, now=world.now)
