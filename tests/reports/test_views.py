"""The compliance report: who gets it, what it says, and that asking again gives the same."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import psycopg
import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.place import Place
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites.rules import StaffRole
from rems.trail import knowing
from tests.factories import EUROPE, KYMRIAH, Hospital, World

ON = date(2018, 6, 4)


def address(hospital: Hospital, **asked: str) -> str:
    query = "&".join(f"{word}={value}" for word, value in asked.items())
    return f"/sites/{hospital.site_id}/programs/{hospital.code}/report.pdf?{query}"


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def digest(pdf: bytes) -> str:
    (found,) = re.findall(r"sha256 ([0-9a-f]{64})", str(PdfReader(io.BytesIO(pdf)).metadata))
    return found


def noted() -> list[tuple[str, str, datetime]]:
    with reading(Actor.system("test")):
        rows = db.session.execute(text("select kind, digest, known_at from report_made order by made_at"))
        return [tuple(row) for row in rows]


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(KYMRIAH, name="Harrow Lake University Hospital", country="US").certified(ON)


def test_an_auditor_gets_the_report_of_any_day_and_it_is_noted(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id, name="Noor Haddad"))
    answer = client.get(address(hospital, as_of="2018-06-04"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "filename=compliance-us-fda-rems-kymriah-2018-06-04.pdf" in answer.headers["Content-Disposition"]
    said = words(answer.data)
    for part in (
        "Site compliance report",
        "Harrow Lake University Hospital",
        "Certified on this day",
        "Monday 4 June 2018",
        "Noor Haddad, auditor",
        "2 doses on hand for 75 kg; 2 are asked for.",
        "Approval of certificate KYMRIAH-",
        "KYMRIAH REMS, version of 30 August 2017",
    ):
        assert part in said
    ((kind, kept, _),) = noted()
    assert (kind, kept) == ("site-compliance", digest(answer.data))
    assert [e["table_name"] for e in world.trail("reports.make")][-1] == "report_made"


def test_the_same_day_and_knowledge_give_the_same_content(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, hospital.manager)
    first = digest(client.get(address(hospital, as_of="2018-06-04")).data)
    ((_, _, known_at),) = noted()
    moment = known_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    late = {"by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Late Entry", StaffRole.NURSE, from_on=ON, **late)
    sites.end_staff(hospital.staff_id, until_on=ON.replace(day=1), version=1, **late)
    again = digest(client.get(address(hospital, as_of="2018-06-04", known_at=moment)).data)
    assert again == first
    assert digest(client.get(address(hospital, as_of="2018-06-04")).data) != first


@pytest.mark.parametrize("paper", ["report", "binder", "certificate"])
def test_a_paper_names_the_site_as_it_was_known(
    client: FlaskClient, world: World, hospital: Hospital, paper: str
) -> None:
    with reading(hospital.coordinator):
        before = knowing.settled()[0].isoformat().replace("+", "%2B")
    kept = {"city": "Town", "region": "", "country": "US", "timezone": "UTC", "phone": "", "email": ""}
    keeping.edit_site(
        hospital.site_id, name="Lakeside Hospital", **kept, version=1, by=hospital.coordinator, now=world.now
    )
    world.sign_in(client, hospital.coordinator)
    at = f"/sites/{hospital.site_id}"
    where = f"{at}/binder.pdf" if paper == "binder" else f"{at}/programs/{hospital.code}/{paper}.pdf"
    then = words(client.get(f"{where}?as_of={ON}&known_at={before}").data)
    assert "Harrow Lake University Hospital" in then and "Lakeside Hospital" not in then
    assert "Lakeside Hospital" in words(client.get(f"{where}?as_of={ON}").data)


def test_another_day_gives_another_content(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.manager)
    days = ("2017-08-29", "2018-06-03", "2018-06-04", "2025-06-26", "2026-11-24")
    pdfs = [client.get(address(hospital, as_of=day)).data for day in days]
    assert len({digest(pdf) for pdf in pdfs}) == len(days)
    assert "Not certified on this day" in words(pdfs[1])
    assert "KYMRIAH REMS closed on 26 June 2025" in words(pdfs[3])


def test_a_pharmacist_does_not_get_it_and_nothing_is_noted(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, world.account(Role.PHARMACIST, site_id=hospital.site_id))
    answer = client.get(address(hospital))
    assert answer.status_code == 403
    assert "auditor" in answer.get_data(as_text=True)
    assert noted() == []


def test_another_site_is_not_found(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, world.hospital(EUROPE).coordinator)
    assert client.get(address(hospital)).status_code == 404
    with reading(hospital.manager):
        other = programs.key(EUROPE)
    world.sign_in(client, world.account(Role.AUDITOR, program_id=other))
    assert client.get(address(hospital)).status_code == 404


def test_a_day_that_is_none_is_said_to_be_none(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.manager)
    answer = client.get(address(hospital, as_of="2018-13-01"))
    assert answer.status_code == 422
    assert "is no date" in answer.get_data(as_text=True)


BEGIN = """
select set_config('rems.actor', 'a slow writer', true), set_config('rems.everywhere', 'on', true),
  rems_begin('system', 'test.slow', '')
"""
LATE = """
insert into evidence (id, scope_id, program_id, holds_on, kind, subject_kind, subject_id, summary, detail, source_table,
  source_id)
values (gen_random_uuid(), %(site)s, %(program)s, '2018-06-01', 'records-kept', 'site', %(site)s,
  'Kept by a slow writer.', '{}', 'site', %(site)s)
"""


@contextmanager
def slow_writer(where: Place, hospital: Hospital) -> Iterator[psycopg.Connection]:
    """A transaction that has recorded a fact and is not committed yet."""
    with reading(hospital.manager):
        program = programs.key(hospital.code)
    with psycopg.connect(where.app) as connection:
        connection.execute(BEGIN)
        connection.execute(LATE, {"site": hospital.site_id, "program": program})
        yield connection


def test_what_a_writer_commits_while_the_report_waits_is_in_it(
    client: FlaskClient, world: World, hospital: Hospital, where: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sign_in(client, hospital.manager)
    with slow_writer(where, hospital) as writer:
        monkeypatch.setattr(knowing.time, "sleep", lambda seconds: writer.commit())
        first = client.get(address(hospital, as_of="2018-06-04")).data
    assert "Kept by a slow writer." in words(first)
    assert "provisional" not in words(first)
    ((_, _, known_at),) = noted()
    again = client.get(address(hospital, as_of="2018-06-04", known_at=known_at.astimezone(UTC).isoformat()[:26] + "Z"))
    assert digest(again.data) == digest(first)


def test_a_report_under_a_writer_that_stays_open_says_that_it_is_provisional(
    client: FlaskClient, world: World, hospital: Hospital, where: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sign_in(client, hospital.manager)
    monkeypatch.setattr(knowing, "GIVE_UP_SECONDS", 0.0)
    with slow_writer(where, hospital) as writer:
        said = words(client.get(address(hospital, as_of="2018-06-04")).data)
        writer.rollback()
    assert "UTC, provisional" in said
    assert "known at its making, provisional" in said
    assert "a change was being recorded while this report was made" in said
