"""Contact details on a real database: encrypted, the site's alone, never opened without a trace."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotAllowed, NotFound, StaleRecord
from rems.core.vault import Unreadable, new_key, read_keys
from rems.patients.identity import actions, queries
from rems.patients.identity.rules import Purpose
from tests.factories import Hospital
from tests.patients.identified import BORN, CONTACT, by

SECRETS = ("Maren", "Oyelaran", "0199", "Lindenweg", "1961-03-14", "home.example", "Tunde")


def opened(hospital: Hospital, patient_id: UUID, **changed: Any) -> queries.Opened:
    return actions.open_details(patient_id, Purpose.FOLLOW_UP, "Call about day 100", **by(hospital, **changed))


def test_what_is_kept_comes_out_to_the_treating_site_and_the_reason_stays(hospital: Hospital, known: UUID) -> None:
    found = opened(hospital, known)
    assert (found.contact, found.birth_on) == (CONTACT, BORN)
    with reading(hospital.coordinator):
        [row] = queries.openings(known)
        assert (row.purpose, row.words) == (Purpose.FOLLOW_UP, "Call about day 100")
        assert row.recorded_by == hospital.coordinator.label
    [entry] = hospital.world.trail("identity.open_details")
    assert entry["table_name"] == "identity_opening"


def test_neither_the_database_nor_the_trail_holds_plain_text(
    hospital: Hospital, known: UUID, superuser: psycopg.Connection
) -> None:
    opened(hospital, known)
    rows = superuser.execute("select t::text, encode(details, 'escape'), birth_date from patient_identity t").fetchall()
    begun = hospital.world.begun
    trail = superuser.execute("select e::text from trail.entry e where id > %s", [begun]).fetchall()
    assert len(trail) > 2
    written = " ".join(str(part) for row in (*rows, *trail) for part in row)
    assert not [word for word in SECRETS if word in written]
    [entry] = hospital.world.trail("identity.keep_details")
    assert {"details", "birth_date"}.isdisjoint(entry["after"])  # type: ignore[arg-type]
    assert (entry["scope_id"], entry["program_id"]) == (hospital.site_id, None)


def test_a_value_that_was_moved_to_another_patient_does_not_open(
    hospital: Hospital, known: UUID, superuser: psycopg.Connection
) -> None:
    other = hospital.enrolled(date(2026, 10, 20))
    actions.keep_details(other, replace(CONTACT, name="Somebody else"), birth_on=None, **by(hospital))
    with superuser.transaction():
        superuser.execute("set local session_replication_role = replica")
        superuser.execute(
            "update patient_identity set details = (select details from patient_identity where patient_id = %s) "
            "where patient_id = %s",
            [known, other],
        )
    with pytest.raises(Unreadable, match="changed or moved"):
        opened(hospital, other)
    assert hospital.world.trail("identity.open_details") == []


def test_details_are_changed_by_a_new_state_from_the_one_that_was_seen(hospital: Hospital, known: UUID) -> None:
    before = opened(hospital, known)
    moved = replace(CONTACT, address="Am Markt 1\n20095 Hamburg")
    key = actions.keep_details(known, moved, birth_on=None, seen=before.row_id, **by(hospital))
    after = opened(hospital, known)
    assert (after.row_id, after.contact.address, after.birth_on) == (key, moved.address, None)
    for seen in (before.row_id, None):
        with pytest.raises(StaleRecord, match="details of HL-0417 were changed by somebody else"):
            actions.keep_details(known, CONTACT, birth_on=None, seen=seen, **by(hospital))


def test_what_does_not_fit_is_refused_and_leaves_no_trace(hospital: Hospital, patient_id: UUID) -> None:
    for contact, birth_on, words in (
        (replace(CONTACT, name=" "), None, "Name is missing"),
        (CONTACT, date(1960, 3, 14), "is not in 1961, the year of birth of HL-0417"),
    ):
        with pytest.raises(BadInput, match=words):
            actions.keep_details(patient_id, contact, birth_on=birth_on, **by(hospital))
    with pytest.raises(NotFound, match="No contact details of HL-0417 are kept"):
        opened(hospital, patient_id)
    assert hospital.world.trail("identity.keep_details") == hospital.world.trail("identity.open_details") == []


def test_no_reason_no_details(hospital: Hospital, known: UUID) -> None:
    with pytest.raises(BadInput, match="say what you need the details for"):
        actions.open_details(known, Purpose.OTHER, " - ", **by(hospital))
    assert hospital.world.trail("identity.open_details") == []


def strangers(hospital: Hospital) -> dict[str, Actor]:
    """Who reads the patient's record, and is not of the treating team."""
    world, [program] = hospital.world, hospital.manager.programs
    return {
        "sponsor": hospital.manager,
        "auditor of the program": world.account(Role.AUDITOR, program_id=program),
        "medical reviewer": world.account(Role.MEDICAL_REVIEWER, program_id=program),
        "auditor of the site": world.account(Role.AUDITOR, site_id=hospital.site_id),
        "pharmacist": world.account(Role.PHARMACIST, site_id=hospital.site_id),
    }


def test_nobody_but_the_treating_team_opens_or_keeps_them(hospital: Hospital, known: UUID) -> None:
    for name, actor in strangers(hospital).items():
        with pytest.raises(NotAllowed, match="It is for: site coordinator, treating physician"):
            opened(hospital, known, by=actor)
        with pytest.raises(NotAllowed):
            actions.keep_details(known, CONTACT, birth_on=None, **by(hospital, by=actor))
        assert hospital.world.trail("identity.open_details") == [], name
    other = hospital.world.hospital().coordinator
    with pytest.raises(NotFound):
        opened(hospital, known, by=other)


def test_the_database_itself_shows_no_row_of_it_beyond_the_site(hospital: Hospital, known: UUID) -> None:
    people = strangers(hospital)
    apart = [people[who] for who in ("sponsor", "auditor of the program", "medical reviewer")]
    for actor in (*apart, hospital.world.account(Role.ADMINISTRATOR), hospital.world.hospital().coordinator):
        with reading(actor):
            assert db.session.execute(text("select count(*) from patient_identity")).scalar_one() == 0, actor.role
            told = "select count(*) from trail.entry where table_name = 'patient_identity'"
            assert db.session.execute(text(told)).scalar_one() == 0, actor.role
    with reading(hospital.coordinator):
        assert db.session.execute(text("select count(*) from patient_identity")).scalar_one() == 1


def test_without_its_key_nothing_opens_and_the_opening_is_not_recorded(
    hospital: Hospital, known: UUID, app: Flask
) -> None:
    settings = app.extensions["rems_settings"]
    app.extensions["rems_settings"] = replace(settings, vault=read_keys(new_key("another")))
    try:
        with pytest.raises(Unreadable, match="which is not in REMS_DATA_KEYS"):
            opened(hospital, known)
    finally:
        app.extensions["rems_settings"] = settings
    assert hospital.world.trail("identity.open_details") == []
