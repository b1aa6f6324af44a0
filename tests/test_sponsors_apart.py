"""What a site shows one sponsor no other sponsor sees: a site in two programs, walked through, then read bare.

No query of ours filters here: each table is read whole by a manager of the other program, as the database lets it.
"""

import io
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import NotFound
from rems.events import actions as events
from rems.events.actions import Happening
from rems.events.rules import Kind, Outcome
from rems.evidence.rules import EvidenceKind
from rems.patients import queries as patients
from rems.patients.identity import actions as identity
from rems.patients.identity.rules import Contact, Purpose
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites import queries as site_queries
from rems.sites.rules import IdentifierKind, StaffRole
from rems.training import actions as training
from rems.training.rules import TrainingKind
from tests.factories import EUROPE, KYMRIAH, Hospital, World
from tests.scene import names

ON = date(2026, 10, 5)
SECRET = "Known to one sponsor alone"
HAPPENED = Happening(
    Kind.OTHER, SECRET, ON, ON, ON, (), Outcome.RECOVERED, ended_on=ON, not_serious_reason="It went by itself."
)
PERSON = "Maren Oyelaran"
COMMON_KEYS = {"stock_movement", "reservation"}
"""They name a patient by a key that opens nothing: vials are common to all programs of a site, patients are not."""


@pytest.fixture
def hospital(world: World) -> Hospital:
    """Certified for Europe with a patient, an infusion and an event; it has entered another program besides."""
    found = world.hospital(EUROPE, name="Universitätsklinik Nordstadt").certified(date(2026, 6, 1))
    said = {"by": found.coordinator, "now": world.now}
    nurse = sites.add_staff(found.site_id, "Ada Moss", StaffRole.NURSE, from_on=date(2026, 6, 1), **said)
    number = {"code": EUROPE, "holds_on": date(2026, 6, 1)}
    keeping.add_identifier(found.site_id, IdentifierKind.SPONSOR, SECRET, **number, **said)
    sites.record_process(found.site_id, EUROPE, EvidenceKind.RECORDS_KEPT, holds_on=ON, summary=SECRET, **said)
    training.record_training(
        found.site_id, EUROPE, nurse, TrainingKind.STAFF_TRAINING, holds_on=ON, material=SECRET, **said
    )
    patient_id = found.infused(ON)
    events.report(patient_id, HAPPENED, **said)
    identity.keep_details(patient_id, Contact(PERSON, phones=("555 0142",)), birth_on=None, **said)
    identity.open_details(patient_id, Purpose.OTHER, SECRET, **said)
    sites.enter(found.site_id, KYMRIAH, **said)
    return found


@pytest.fixture
def stranger(world: World, hospital: Hospital) -> Actor:
    """The manager of the other program; the site is one of theirs too."""
    return world.manager(KYMRIAH)


def lines(actor: Actor, begun: UUID) -> Iterator[tuple[str, str]]:
    """Every row of every table that the actor may read, as text, with the name of its table.

    Of the trail, which is never emptied, what came since this test began.
    """
    with reading(actor):
        for name in names():
            if name in ("program", "program_version", "program_state", "rule_exception") or name.startswith("public_"):
                continue  # what is the same for everybody
            table = name if name == "trail.entry" else f'public."{name}"'
            since = "where id > :begun" if name == "trail.entry" else ""
            for row in db.session.scalars(
                text(f"select t::text from {table} t {since}"), {"begun": begun} if since else {}
            ):
                yield name, row


def test_no_row_that_another_sponsor_reads_names_the_first_ones_program_texts_or_cases(
    hospital: Hospital, stranger: Actor, world: World
) -> None:
    with reading(hospital.coordinator):
        europe = str(programs.key(EUROPE))
        numbers = [row.number for row in db.session.execute(text("select number from patient"))]
        cases = [row.case_number for row in db.session.execute(text("select case_number from adverse_event"))]
        [certificate] = db.session.scalars(text("select number from certification")).all()
    hidden = {europe, str(hospital.scope_id), SECRET, certificate, *numbers, *cases}
    assert numbers
    assert cases
    mine = {name for name, row in lines(hospital.coordinator, world.begun) if any(word in row for word in hidden)}
    assert {"patient", "adverse_event", "evidence", "training_record", "certification", "trail.entry"} <= mine
    leaks = {(name, word) for name, row in lines(stranger, hospital.world.begun) for word in hidden if word in row}
    assert leaks == set()


@pytest.mark.parametrize("sponsor", [EUROPE, KYMRIAH])
def test_who_a_patient_is_no_sponsor_reads_nor_that_it_is_kept_at_all(
    sponsor: str, hospital: Hospital, world: World
) -> None:
    with reading(Actor.system("test")):
        program_id = programs.key(sponsor)
    people = [world.account(role, program_id=program_id) for role in (Role.PROGRAM_MANAGER, Role.AUDITOR)]
    for actor in (*people, world.account(Role.ADMINISTRATOR)):
        rows = list(lines(actor, world.begun))
        assert not [name for name, row in rows if name == "patient_identity" or PERSON in row]
        with reading(actor):
            entries = text("select count(*) from trail.entry where table_name = 'patient_identity'")
            assert db.session.scalar(entries) == 0
    own = {name for name, _ in lines(hospital.coordinator, world.begun)}
    assert {"patient_identity", "identity_opening"} <= own


def test_a_patient_is_named_to_another_sponsor_by_a_key_alone_and_only_where_vials_are_counted(
    hospital: Hospital, stranger: Actor
) -> None:
    with reading(hospital.coordinator):
        keys = [str(key) for key in db.session.scalars(text("select id from patient"))]
    found = {name for name, row in lines(stranger, hospital.world.begun) if any(key in row for key in keys)}
    assert found <= COMMON_KEYS | {"trail.entry"}
    with reading(stranger), pytest.raises(NotFound):
        patients.patient(stranger, UUID(keys[0]))


def test_the_other_sponsor_sees_the_site_its_people_and_its_vials(hospital: Hospital, stranger: Actor) -> None:
    """So that the tests above are not passed by seeing nothing at all."""
    seen = {name for name, _ in lines(stranger, hospital.world.begun)}
    assert {"site", "location", "staff_member", "stock_lot", "stock_movement", "scope", "trail.entry"} <= seen
    with reading(stranger):
        assert site_queries.site(stranger, hospital.site_id).name == "Universitätsklinik Nordstadt"
        assert [e.program.code for e in site_queries.entries(stranger, hospital.site_id)] == [KYMRIAH]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/evidence",
        "/scorecard",
        "/stock",
        "/stock/movements",
        f"/programs/{KYMRIAH}",
        f"/programs/{KYMRIAH}/training",
        f"/programs/{KYMRIAH}/enrollment",
        f"/programs/{KYMRIAH}/report.pdf",
        "/binder.pdf",
    ],
)
def test_no_page_of_the_site_says_it_to_another_sponsor(
    path: str, hospital: Hospital, stranger: Actor, world: World, client: FlaskClient
) -> None:
    with reading(hospital.coordinator):
        hidden = {SECRET, programs.program(EUROPE).title, str(hospital.scope_id)}
        hidden |= {row.number for row in db.session.execute(text("select number from patient"))}
    world.sign_in(client, stranger)
    answer = client.get(f"/sites/{hospital.site_id}{path}")
    assert answer.status_code == 200
    pdf = answer.mimetype == "application/pdf"
    shown = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.data)).pages) if pdf else answer.text
    assert not [word for word in hidden if word in shown]


@pytest.mark.parametrize("path", ["", "/training", "/enrollment", "/report.pdf", "/certificate.pdf"])
def test_no_page_of_the_first_program_is_there_for_another_sponsor(
    path: str, hospital: Hospital, stranger: Actor, world: World, client: FlaskClient
) -> None:
    world.sign_in(client, stranger)
    assert client.get(f"/sites/{hospital.site_id}/programs/{EUROPE}{path}").status_code == 404


def test_no_list_shows_another_sponsor_a_patient_or_a_case(
    hospital: Hospital, stranger: Actor, world: World, client: FlaskClient
) -> None:
    world.sign_in(client, stranger)
    for path in ("/patients", "/events?view=all", "/scorecards", "/scorecards.csv", "/trail"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert SECRET not in answer.text
        assert "HL-0" not in answer.text
        assert EUROPE not in answer.text.replace(f'value="{EUROPE}"', "")
