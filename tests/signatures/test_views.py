"""What a signer is asked for in a session, the page of a signature, and the administrators' pages about signing."""

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rems.access.rules import Role
from rems.app import PROGRAMS
from rems.cli import ledger
from rems.core import place
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db, reading, transaction
from rems.core.errors import BadInput, NotFound
from rems.core.ids import uuid7
from rems.core.settings import ROOT
from rems.programs import files
from rems.signatures import checking, registry
from rems.signatures.binding import Fit
from rems.signatures.models import Signature
from rems.sites import actions as sites
from tests.factories import EUROPE, PASSWORD, Hospital, World, csrf

SIGNED_FOR = date(2021, 3, 3)
CODES = [a.code for a in files.load(PROGRAMS).programs[EUROPE].attestations_on(SIGNED_FOR)]


@pytest.fixture
def hospital(world: World) -> Hospital:
    """A site whose representative has signed the enrollment form with its statements."""
    world.now = utcnow()
    made = world.hospital(EUROPE, timezone="Europe/Berlin")
    said = {"holds_on": SIGNED_FOR, "now": world.now}
    sites.designate(made.site_id, EUROPE, made.staff_id, by=made.coordinator, **said)
    signer = {"by": made.representative, "password": PASSWORD}
    sites.sign_enrollment(made.site_id, EUROPE, attested=CODES, **signer, **said)
    return made


@pytest.fixture
def signature(hospital: Hospital) -> Iterator[Signature]:
    with reading(hospital.coordinator):
        found = db.session.scalars(db.select(Signature)).one()
        db.session.expunge(found)
        yield found


def enrollment(hospital: Hospital) -> str:
    return f"/sites/{hospital.site_id}/programs/{EUROPE}/enrollment"


def attest(client: FlaskClient, hospital: Hospital, **given: str):
    """Sign the enrollment form through its page, with what is given."""
    page = client.get(enrollment(hospital)).get_data(as_text=True)
    values = {"csrf_token": csrf(page), "attested": CODES, "holds_on": SIGNED_FOR.isoformat(), **given}
    return client.post(enrollment(hospital), data=values)


def test_the_first_signature_of_a_session_asks_for_both_and_the_next_for_the_password_alone(
    client: FlaskClient, hospital: Hospital, world: World
) -> None:
    signer = hospital.representative
    assert signer.id
    world.sign_in(client, signer)
    assert 'name="signer"' in client.get(enrollment(hospital)).get_data(as_text=True)
    alone = attest(client, hospital, password=PASSWORD)
    assert alone.status_code == 422
    assert "Your e-mail address is missing" in alone.get_data(as_text=True)
    assert attest(client, hospital, signer=world.emails[signer.id], password=PASSWORD).status_code == 302
    assert 'name="signer"' not in client.get(enrollment(hospital)).get_data(as_text=True)
    assert attest(client, hospital, password=PASSWORD).status_code == 302


def test_after_idle_time_and_after_signing_in_again_both_are_asked_for_again(
    client: FlaskClient, hospital: Hospital, world: World
) -> None:
    signer = hospital.representative
    assert signer.id
    world.sign_in(client, signer)
    attest(client, hospital, signer=world.emails[signer.id], password=PASSWORD)
    with client.session_transaction() as session:
        session["signing_seen"] = int((utcnow() - timedelta(minutes=14)).timestamp())
    assert 'name="signer"' not in client.get(enrollment(hospital)).get_data(as_text=True)
    with client.session_transaction() as session:
        session["signing_seen"] = int((utcnow() - timedelta(minutes=16)).timestamp())
    assert attest(client, hospital, password=PASSWORD).status_code == 422
    attest(client, hospital, signer=world.emails[signer.id], password=PASSWORD)
    client.post("/sign-out", data={"csrf_token": csrf(client.get("/today").get_data(as_text=True))})
    world.sign_in(client, signer)
    assert 'name="signer"' in client.get(enrollment(hospital)).get_data(as_text=True)


def test_a_wrong_password_is_said_at_its_field_and_signs_nothing(
    client: FlaskClient, hospital: Hospital, world: World, superuser: psycopg.Connection
) -> None:
    signer = hospital.representative
    assert signer.id
    world.sign_in(client, signer)
    answer = attest(client, hospital, signer=world.emails[signer.id], password="a guess")
    assert answer.status_code == 422
    assert "This is not your password" in answer.get_data(as_text=True)
    assert superuser.execute("select count(*) from signature").fetchall() == [(1,)]


def test_who_cannot_sign_is_told_why_in_place_of_the_fields(
    client: FlaskClient, hospital: Hospital, world: World, superuser: psycopg.Connection
) -> None:
    world.sign_in(client, hospital.representative)
    superuser.execute("set session_replication_role = replica")
    superuser.execute("delete from identity_check")
    superuser.execute("set session_replication_role = origin")
    page = client.get(enrollment(hospital)).get_data(as_text=True)
    assert "You cannot sign now" in page
    assert "Your identity has not been verified yet" in page
    assert 'type="password"' not in page


def test_the_page_of_a_signature_says_who_why_when_and_of_what(
    client: FlaskClient, hospital: Hospital, signature: Signature, world: World
) -> None:
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/signatures/{signature.id}").get_data(as_text=True)
    for words in (hospital.representative.name, "authorized representative", "Attestation", signature.digest):
        assert words in page
    assert "The record is the one that was signed." in page
    assert "UTC" in page
    assert "attestations." in page
    enrolled = client.get(f"{enrollment(hospital)}?as_of={SIGNED_FOR}").get_data(as_text=True)
    assert f"/signatures/{signature.id}" in enrolled


def test_a_later_change_shows_as_an_earlier_version_with_the_difference(
    client: FlaskClient, hospital: Hospital, signature: Signature, world: World, superuser: psycopg.Connection
) -> None:
    superuser.execute("set session_replication_role = replica")
    superuser.execute("update staff_member set name = 'Dr. Berg' where id = %s", [hospital.staff_id])
    superuser.execute("set session_replication_role = origin")
    world.sign_in(client, hospital.coordinator)
    for address in (f"/signatures/{signature.id}", f"{enrollment(hospital)}?as_of={SIGNED_FOR}"):
        page = client.get(address).get_data(as_text=True)
        assert "Signed an earlier version" in page
        assert "representative.name" in page
        assert "Dr. Berg" in page
        assert hospital.representative.name in page


def test_asked_as_known_before_the_change_the_answer_is_the_one_of_then(
    client: FlaskClient, hospital: Hospital, signature: Signature, world: World
) -> None:
    before = signature.signed_at + timedelta(microseconds=1)
    with transaction(hospital.coordinator, "test.rename", at=world.now) as session:
        session.execute(text("update staff_member set name = 'Dr. Berg', version = version + 1"))
    world.sign_in(client, hospital.coordinator)
    known = f"known_at={before.isoformat().replace('+00:00', 'Z')}"
    for address in (f"/signatures/{signature.id}?", f"{enrollment(hospital)}?as_of={SIGNED_FOR}&"):
        assert "Signed an earlier version" in client.get(address.rstrip("?&")).get_data(as_text=True)
        then = client.get(f"{address}{known}").get_data(as_text=True)
        assert "Not today." in then
        assert "Valid" in then
        assert "Signed an earlier version" not in then
    early = (signature.signed_at - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    assert client.get(f"/signatures/{signature.id}?known_at={early}").status_code == 404


def test_a_signature_of_another_hospital_is_not_found(client: FlaskClient, signature: Signature, world: World) -> None:
    world.sign_in(client, world.hospital().coordinator)
    assert client.get(f"/signatures/{signature.id}").status_code == 404
    assert client.get(f"/signatures/{uuid7()}").status_code == 404


def test_every_kind_of_record_that_is_signed_can_be_worked_out_again(app: Flask) -> None:
    assert registry.tables() >= {"site_enrollment", "certification", "authorization"}


def test_a_record_that_is_gone_makes_its_signature_broken(
    hospital: Hospital, signature: Signature, superuser: psycopg.Connection
) -> None:
    superuser.execute("set session_replication_role = replica")
    superuser.execute("delete from site_enrollment")
    superuser.execute("set session_replication_role = origin")
    with reading(hospital.coordinator):
        found = checking.look(hospital.coordinator, signature.id)
        assert (found.check.fit, found.title) == (Fit.BROKEN, "Site enrollment")


def test_a_table_nobody_can_work_out_is_said_so(
    hospital: Hospital, signature: Signature, superuser: psycopg.Connection
) -> None:
    superuser.execute("set session_replication_role = replica")
    superuser.execute("update signature set subject_table = 'sign_in'")
    superuser.execute("set session_replication_role = origin")
    with reading(hospital.coordinator), pytest.raises(NotFound, match="No record of the kind sign in is signed here"):
        checking.look(hospital.coordinator, signature.id)


def test_the_command_checks_a_signature_and_says_so_by_its_exit_code(
    app: Flask, where: place.Place, hospital: Hospital, signature: Signature, superuser: psycopg.Connection, capsys
) -> None:
    chosen = app.extensions["rems_settings"]
    assert ledger.check_signature(chosen, where, str(signature.id)) == 0
    said = capsys.readouterr().out
    assert said.startswith("Valid: The record is the one that was signed.")
    assert signature.digest in said
    superuser.execute("set session_replication_role = replica")
    superuser.execute("update staff_member set name = 'Dr. Berg' where id = %s", [hospital.staff_id])
    superuser.execute("set session_replication_role = origin")
    assert ledger.check_signature(chosen, where, str(signature.id)) == 1
    said = capsys.readouterr().out
    assert "Signed an earlier version" in said
    assert f'representative.name: signed "{hospital.representative.name}", now "Dr. Berg"' in said
    with pytest.raises(BadInput, match='"nothing" is no key of a signature'):
        ledger.check_signature(chosen, where, "nothing")
    with pytest.raises(NotFound):
        ledger.check_signature(chosen, where, str(uuid7()))


@pytest.fixture
def admin(client: FlaskClient, world: World) -> Actor:
    found = world.account(Role.ADMINISTRATOR, name="Sunniva Kell")
    world.sign_in(client, found)
    return found


def test_the_letter_to_fda_has_the_organizations_name_and_says_what_is_missing(
    app: Flask, client: FlaskClient, admin: Actor
) -> None:
    organization = app.extensions["rems_settings"].values["organization"]
    page = client.get("/signatures/letter").get_data(as_text=True)
    assert "Missing: name, address, signatory, signatory title." in page
    before = dict(organization)
    organization.update(name="Wesertal Cell Therapy", address="1 Way", signatory="Ida Lund", signatory_title="Director")
    try:
        page = client.get("/signatures/letter").get_data(as_text=True)
        assert "Wesertal Cell Therapy certifies that all electronic signatures" in page
        assert "legally binding equivalent of traditional handwritten signatures" in page
        assert "Missing:" not in page
        printed = client.get("/signatures/letter.pdf")
        assert (printed.mimetype, printed.data[:5]) == ("application/pdf", b"%PDF-")
    finally:
        organization.update(before)


@pytest.mark.parametrize("address", ["/signatures", "/signatures/letter", "/signatures/letter.pdf"])
def test_signing_is_watched_by_administrators_alone(address: str, client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.hospital().coordinator)
    assert client.get(address).status_code == 403


def test_a_refused_attempt_stands_on_the_page_of_signing_and_on_the_administrators_day(
    client: FlaskClient, hospital: Hospital, world: World, app: Flask
) -> None:
    signer, watching = hospital.representative, world.account(Role.ADMINISTRATOR)
    assert signer.id
    world.sign_in(client, signer)
    attest(client, hospital, signer=world.emails[signer.id], password="a guess")
    other = app.test_client()
    world.sign_in(other, watching)
    today = other.get("/today").get_data(as_text=True)
    assert "Refused attempts to sign" in today
    assert "1 attempt in the last 7 days" in today
    page = other.get("/signatures").get_data(as_text=True)
    assert signer.name in page
    assert "Wrong e-mail address or password" in page


def test_a_person_sees_what_was_refused_in_their_name(client: FlaskClient, hospital: Hospital, world: World) -> None:
    signer = hospital.representative
    assert signer.id
    world.sign_in(client, signer)
    page = client.get("/password").get_data(as_text=True)
    assert "Can sign" in page
    assert "No attempt to sign was refused." in page
    attest(client, hospital, signer=world.emails[signer.id], password="a guess")
    page = client.get("/password").get_data(as_text=True)
    assert "Wrong e-mail address or password" in page
    assert "Was one not yours?" in page


def test_nobody_else_is_told_of_refused_attempts(client: FlaskClient, hospital: Hospital, world: World) -> None:
    world.sign_in(client, hospital.representative)
    attest(client, hospital, signer="x@y.example", password="a guess")
    assert "Refused attempts" not in client.get("/today").get_data(as_text=True)


def test_no_page_hands_a_bare_password_to_an_action() -> None:
    """Where a form signs, its action gets the components: a password alone counts only in its session."""
    bare = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "rems").rglob("*.py")
        if "form.password.data" in file.read_text(encoding="utf-8")
    }
    assert bare == {"rems/access/views.py", "rems/oversight/accounts.py"}  # the door, and the passwords themselves


def test_nobody_sees_the_attempts_of_others(world: World, hospital: Hospital) -> None:
    with reading(hospital.coordinator):
        assert db.session.scalar(text("select count(*) from signing_attempt")) == 0  # one's own alone
