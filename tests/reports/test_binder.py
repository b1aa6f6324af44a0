"""The binder of a site: what it holds, who gets which part, and that asking again gives the same."""

import io
import re
import time
from datetime import date

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.evidence.rules import EvidenceKind
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites.rules import ContactRole, IdentifierKind, LocationKind, Reach, StaffRole
from tests.compliance.audited import MINOR, planned
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, World

ON = date(2026, 6, 1)


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def digest(pdf: bytes) -> str:
    (found,) = re.findall(r"same digest: ([0-9a-f ]{79})", words(pdf))
    return found


@pytest.fixture
def hospital(world: World) -> Hospital:
    """Certified for Europe, with a clinic and somebody who left; it has entered a second program."""
    found = world.hospital(EUROPE, name="Universitätsklinik Nordstadt").certified(ON)
    said = {"by": found.coordinator, "now": world.now}
    sites.add_location(found.site_id, "Tagesklinik Süd", LocationKind.CLINIC, parent_id=found.location_id, **said)
    nurse = sites.add_staff(found.site_id, "中村 さくら", StaffRole.NURSE, from_on=date(2026, 5, 1), **said)
    sites.end_staff(nurse, until_on=date(2026, 5, 31), version=1, **said)
    sites.record_process(
        found.site_id, EUROPE, EvidenceKind.RECORDS_KEPT, holds_on=ON, summary="Training file NS-7.", **said
    )
    keeping.add_identifier(found.site_id, IdentifierKind.EBMT, "CIC 812", holds_on=ON, **said)
    number = {"code": EUROPE, "holds_on": ON}
    keeping.add_identifier(found.site_id, IdentifierKind.SPONSOR, "NS-0042", **number, **said)
    reached = {"role": ContactRole.SAFETY, "name": "Lena Brandt", "phone": "", "email": "safety@nordstadt.example"}
    keeping.save_contact(found.site_id, **reached, preferred=Reach.EMAIL, holds_on=ON, **said)
    sites.enter(found.site_id, LABEL, **said)
    return found


def address(hospital: Hospital, **asked: str) -> str:
    return f"/sites/{hospital.site_id}/binder.pdf?{'&'.join(f'{k}={v}' for k, v in asked.items())}"


def test_the_binder_holds_all_that_a_site_has_to_show(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    begun = time.process_time()
    answer = client.get(address(hospital))
    assert time.process_time() - begun < 5
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert re.search(r"filename=binder-\d{4}-\d\d-\d\d.pdf", answer.headers["Content-Disposition"])
    said = words(answer.data)
    for part in (
        "Site binder",
        "Universitätsklinik Nordstadt",
        "Where the site stands",
        "Contents",
        "1. The site",
        "Tagesklinik Süd",
        "CIC 812",
        "NS-0042",
        "Lena Brandt",
        "2. People",
        "until 31 May 2026",
        "Training file NS-7.",
        "Signature of certificate",
        "Tocilizumab",
        "page 1 of ",
    ):
        assert part in said, part


def test_the_binder_holds_each_statement_as_it_was_signed(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US").certified(date(2018, 6, 4))
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital, as_of="2018-06-04")).data)
    for one in programs.program(KYMRIAH).attestations_on(date(2018, 6, 4)):
        assert one.text in said
    assert "Statements of the enrollment form" in said
    assert said.count(hospital.representative.name) >= 2


def test_the_binder_lists_the_audits_of_a_program_as_they_stood_on_the_day(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    audit = planned(hospital).begun().answered().noted(MINOR).reported()
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital, as_of=world.today.isoformat())).data)
    assert audit.row().number in said
    assert "1, 1 open" in said
    assert audit.row().number not in words(client.get(address(hospital, as_of="2026-06-02")).data)


def test_the_contents_name_the_page_of_each_section(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    pages = PdfReader(io.BytesIO(client.get(address(hospital)).data)).pages
    cover = pages[0].extract_text()
    for title in ("1. The site", "2. People", "3. Evidence"):
        [number] = re.findall(rf"{title}\s*(\d+)", cover)
        assert title in pages[int(number) - 1].extract_text()


def test_asked_again_it_is_the_same_also_after_later_records(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, hospital.coordinator)
    first = client.get(address(hospital, as_of="2026-07-01")).data
    [known] = re.findall(r"known_at=(\S+),", words(first).replace(" +", "+"))
    said = {"by": hospital.coordinator, "now": world.now}
    sites.record_process(
        hospital.site_id, EUROPE, EvidenceKind.RECORDS_KEPT, holds_on=ON, summary="Found later.", **said
    )
    sites.enter(hospital.site_id, KYMRIAH, **said)
    again = client.get(address(hospital, as_of="2026-07-01", known_at=known.replace("+", "%2B"))).data
    assert digest(again) == digest(first)
    assert "Found later." not in words(again)
    now = client.get(address(hospital, as_of="2026-07-01")).data
    assert digest(now) != digest(first)
    assert "Found later." in words(now)


def test_a_sponsor_gets_its_own_part_alone(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, world.manager(LABEL))
    answer = client.get(address(hospital))
    assert answer.status_code == 200
    said = words(answer.data)
    assert "Universitätsklinik Nordstadt" in said
    assert "CIC 812" in said
    assert "NS-0042" not in said
    assert "Training file NS-7." not in said
    assert EUROPE not in said
    assert "Statements of the enrollment form" not in said


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.TREATING_PHYSICIAN])
def test_who_may_make_no_report_gets_none(client: FlaskClient, world: World, hospital: Hospital, role: Role) -> None:
    world.sign_in(client, world.account(role, site_id=hospital.site_id))
    answer = client.get(address(hospital))
    assert answer.status_code == 403
    assert "make reports" in answer.text


def test_a_site_of_others_has_no_binder(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, world.hospital(EUROPE).coordinator)
    assert client.get(address(hospital)).status_code == 404


def test_each_binder_is_noted_for_whom_it_was_made(client: FlaskClient, world: World, hospital: Hospital) -> None:
    for actor in (hospital.coordinator, hospital.manager):
        world.sign_in(client, actor)
        client.get(address(hospital))
        client.delete_cookie("session")
    with reading(Actor.system("test")):
        rows = db.session.execute(text("select kind, scope_id, program_id is null from report_made order by made_at"))
        assert [tuple(r) for r in rows] == [
            ("site-binder", hospital.site_id, True),
            ("site-binder", hospital.scope_id, False),
        ]
    assert len(world.trail("reports.make")) == 2
