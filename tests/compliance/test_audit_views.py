"""The pages of audits: plan, checklist, findings, files, report, responses, sharing; lists, tables and refusals."""

import csv
import io
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from rems.access.rules import Role
from rems.compliance.audits import working
from rems.compliance.audits.rules import AuditFormat, Side
from rems.compliance.audits.working import Upload
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites import queries as site_queries
from rems.trail.knowing import settled
from tests.compliance.audited import CRITICAL, MINOR, Audited, planned
from tests.compliance.test_audit_sharing import key_of
from tests.factories import EUROPE, KYMRIAH, PASSWORD, Hospital, World, csrf
from tests.sharing import taking_from_each_other


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE, name="Klinikum Süd")


def say(day) -> str:
    return f"{day:%-d %b %Y}"


def post(client: FlaskClient, path: str, **sent):
    page = client.get(path).text
    more = {}
    if 'name="seen"' in page:
        piece = page[page.rindex("<input", 0, page.index('name="seen"')) :]
        more["seen"] = piece.split('value="')[1].split('"')[0]
    return client.post(path, data={"csrf_token": csrf(page), **more, **sent}, content_type="multipart/form-data")


def test_an_audit_is_walked_through_its_pages(world: World, client: FlaskClient, hospital: Hospital) -> None:
    world.now = utcnow()  # the pages read the clock
    world.sign_in(client, hospital.manager)
    today = say(world.today)
    plan = f"/sites/{hospital.site_id}/programs/{EUROPE}/audits/new"
    answer = post(client, plan, format="questionnaire", planned_for=today, auditors="Jane Doe", looks_at="Cold chain")
    assert answer.status_code == 302, unescape(answer.text)
    path = answer.location
    audit = Audited(hospital, path.rsplit("/", 1)[1])  # type: ignore[arg-type]
    assert "Planned for" in client.get(path).text
    assert post(client, f"{path}/begin", begun_on=today).location == f"{path}/checklist"
    codes = [item.code for item in audit.items()]
    sent = {f"verdict:{code}": "conforms" for code in codes}
    sent |= {f"verdict:{codes[0]}": "does_not_conform", f"said:{codes[0]}": "The list is of 2024."}
    assert post(client, f"{path}/checklist", **sent).status_code == 302
    refused = post(client, f"{path}/report", reported_on=today, conclusion="Fair.", **signs(world, hospital))
    assert refused.status_code == 422
    assert "does not conform, but no finding says what was found." in unescape(refused.text)
    noted = {"severity": "major", "requirement_code": codes[0], "text": "The list of staff is two years old."}
    assert post(client, f"{path}/findings/new", **noted).status_code == 302
    file = (io.BytesIO(b"%PDF-1.7 liste"), "Liste für alle.pdf")
    assert post(client, f"{path}/files/new", file=file, shows="The list").status_code == 302
    signed = post(client, f"{path}/report", reported_on=today, conclusion="Fair.", **signs(world, hospital, again=True))
    assert signed.status_code == 302, unescape(signed.text)
    page = unescape(client.get(path).text)
    for words in ("1 finding open", "Fair.", "The list of staff is two years old.", "Valid", "Liste für alle.pdf"):
        assert words in page
    kept = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/audits/files/"))
    got = client.get(kept)
    assert (got.data, got.mimetype) == (b"%PDF-1.7 liste", "application/pdf")
    assert "attachment" in got.headers["Content-Disposition"]
    printed = PdfReader(io.BytesIO(client.get(f"{path}/report.pdf").data))
    text = "\n".join(p.extract_text() for p in printed.pages)
    for words in ("Report of a site audit", "Klinikum Süd", "Findings: 1 major", "Jane Doe", "Signature"):
        assert words in text
    [line] = audit.findings()
    assert line.deviation is not None
    assert path in client.get(f"/deviations/{line.deviation.root_id}").text
    world.sign_in(client, hospital.coordinator)
    key = line.row.root_id
    assert post(client, f"/audits/findings/{key}/response", text="A new list is made.").status_code == 302
    assert "A new list is made." in client.get(path).text
    audit.corrected()
    world.sign_in(client, hospital.manager)
    assert post(client, f"{path}/close", closed_on=today, note="Well done.").status_code == 302
    assert "Closed on" in client.get(path).text


def signs(world: World, hospital: Hospital, *, again: bool = False) -> dict[str, str]:
    """What a signer gives: all of it the first time, the password alone afterwards."""
    email = world.emails[key_of(hospital.manager)]
    return {"password": PASSWORD} if again else {"signer": email, "password": PASSWORD}


def test_a_site_answers_its_questionnaire_and_the_auditor_reads_it(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    audit = planned(hospital, form=AuditFormat.QUESTIONNAIRE)
    code = audit.items()[0].code
    world.sign_in(client, hospital.coordinator)
    path = f"/audits/{audit.key}"
    assert "Answer the questionnaire" in client.get(path).text
    said = {f"verdict:{code}": "conforms", f"said:{code}": "See SOP 12."}
    assert post(client, f"{path}/questionnaire", **said).status_code == 302
    assert client.get(f"{path}/checklist").status_code == 403
    refused = post(client, f"{path}/questionnaire", **{f"verdict:{code}": "not_applicable", f"said:{code}": ""})
    assert refused.status_code == 422
    assert '"not applicable" needs a sentence that says why' in unescape(refused.text)
    audit.begun()
    world.sign_in(client, hospital.manager)
    assert "See SOP 12." in client.get(f"{path}/checklist").text
    assert client.get(f"{path}/questionnaire").status_code == 403


def test_pages_that_are_behind_are_refused_with_409(world: World, client: FlaskClient, hospital: Hospital) -> None:
    audit = planned(hospital)
    world.sign_in(client, hospital.manager)
    path = f"/audits/{audit.key}/move"
    page = client.get(path).text
    token = csrf(page)
    assert post(client, path, planned_for=say(utcnow().date() + timedelta(5))).status_code == 302
    sent = {"csrf_token": token, "seen": str(audit.key), "planned_for": say(utcnow().date() + timedelta(6))}
    assert client.post(path, data=sent).status_code == 409


def test_the_lists_are_filtered_paged_and_taken_away(world: World, client: FlaskClient, hospital: Hospital) -> None:
    hospital.certified(world.today - timedelta(days=10))
    audit = planned(hospital).begun().answered().noted(CRITICAL).reported()
    world.sign_in(client, hospital.manager)
    number = audit.row().number
    for address, there in (("/audits", True), ("/audits?state=planned", False), (f"/audits?q={number.lower()}", True)):
        assert (number in client.get(address).text) is there, address
    for address in ("/audits?state=lost", "/audits?site=x", "/audits?page=0", "/audits/due?program=NONE"):
        assert client.get(address).status_code == 422, address
    rows = list(csv.DictReader(io.StringIO(client.get("/audits.csv").data.decode("utf-8-sig"))))
    assert [(r["number"], r["state"], r["open findings"]) for r in rows] == [(number, "reported", "1")]
    due = list(csv.DictReader(io.StringIO(client.get("/audits/due.csv").data.decode("utf-8-sig"))))
    assert [(r["site"], r["last audit"], r["state"]) for r in due] == [
        ("Klinikum Süd", world.today.isoformat(), "To be planned")
    ]
    assert "Klinikum Süd" in client.get("/audits/due").text
    assert "No site is certified on this day" in client.get("/audits/due?as_of=2020-01-01").text
    assert "No audit is known" in client.get("/audits?as_of=2020-01-01").text
    earlier = client.get(f"/audits/{audit.key}?as_of={world.today - timedelta(1)}")
    assert earlier.status_code == 404


def test_nothing_can_be_done_under_another_day(world: World, client: FlaskClient, hospital: Hospital) -> None:
    audit = planned(hospital).begun()
    world.sign_in(client, hospital.manager)
    assert "Note a finding" in client.get(f"/audits/{audit.key}").text
    later = client.get(f"/audits/{audit.key}?as_of={world.today + timedelta(2)}").text
    assert "This page shows" in later
    assert "Note a finding" not in later


def test_an_auditor_of_the_authority_reads_and_changes_nothing(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    audit = planned(hospital).begun().answered().noted(MINOR).reported()
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id))
    page = client.get(f"/audits/{audit.key}").text
    assert MINOR.text in page
    assert "Close the audit" not in page
    assert "Change the answer" not in page
    assert client.get(f"/audits/{audit.key}/close").status_code == 403
    assert client.get(f"/audits/{audit.key}/share").status_code == 403


def test_a_site_gives_a_report_and_its_other_sponsor_accepts_it(
    app: Flask, world: World, client: FlaskClient, hospital: Hospital
) -> None:
    with taking_from_each_other(app):
        sites.enter(hospital.site_id, KYMRIAH, by=hospital.coordinator, now=world.now)
        audit = planned(hospital).begun().answered().noted(CRITICAL, MINOR).reported()
        world.sign_in(client, hospital.coordinator)
        path = f"/audits/{audit.key}/share"
        assert "Finding 1, critical: Vials stood outside" in unescape(client.get(path).text)
        answer = post(client, path, program=KYMRIAH, withheld=["auditors", "finding:2"])
        assert answer.status_code == 302, unescape(answer.text)
        given = answer.location
        assert "No other program" in client.get(path).text
        world.sign_in(client, world.manager(KYMRIAH))
        page = unescape(client.get(given).text)
        assert CRITICAL.text in page
        assert "the site withheld 2 places" in page
        for words in ("Jane Doe", MINOR.text):
            assert words not in page
        pdf = PdfReader(io.BytesIO(client.get(f"{given}/report.pdf").data))
        text = "\n".join(p.extract_text() for p in pdf.pages)
        assert "Withheld by the site" in text
        assert MINOR.text not in text
        assert client.get(f"/audits/{audit.key}").status_code == 404
        assert "To be looked at" in client.get("/audits").text
        refused = post(client, f"{given}/decline", reason="")
        assert refused.status_code == 422
        assert post(client, f"{given}/accept", accepted_on=say(utcnow().date()), note="Good.").status_code == 302
        assert "Accepted on" in client.get(given).text


def test_a_file_that_is_something_else_is_refused_by_its_content(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    audit = planned(hospital)
    world.sign_in(client, hospital.coordinator)
    path = f"/audits/{audit.key}/files/new"
    answer = post(client, path, file=(io.BytesIO(b"MZ\x00\x01"), "list.pdf"), shows="A list")
    assert answer.status_code == 422
    assert '"list.pdf" is not a PDF' in unescape(answer.text)
    key = working.add_file(audit.key, Upload("a.pdf", "pdf", b"%PDF-a", "A"), **audit.site)
    assert post(client, f"/audits/files/{key}/remove", reason="Wrong").status_code == 302
    assert client.get(f"/audits/files/{key}").status_code == 404
    assert working.answer(audit.key, Side.AUDITOR, {}, seen=None, **audit.begun().manager) == 0


def test_under_an_earlier_knowledge_the_site_has_the_name_of_then(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    audit = planned(hospital).begun().answered().noted(MINOR).reported()
    deviation = audit.findings()[0].deviation
    assert deviation is not None
    with reading(hospital.manager):
        then, _ = settled()
        version = site_queries.site(hospital.manager, hospital.site_id).version
    plain = {"city": "Town", "region": "", "country": "DE", "timezone": "UTC", "phone": "", "email": ""}
    keeping.edit_site(hospital.site_id, name="Klinikum Anders", **plain, version=version, **audit.site)
    world.sign_in(client, hospital.manager)
    for path in ("/audits", f"/audits/{audit.key}", "/audits.csv", "/deviations", f"/deviations/{deviation.root_id}"):
        assert "Klinikum Anders" in client.get(path).text, path
        earlier = client.get(path, query_string={"known_at": then.isoformat()}).text
        assert "Klinikum Süd" in earlier, path
        assert "Klinikum Anders" not in earlier, path


def test_who_makes_no_reports_is_offered_none(client: FlaskClient, world: World, hospital: Hospital) -> None:
    path = f"/audits/{planned(hospital).begun().answered().reported().key}"
    world.sign_in(client, hospital.coordinator)
    assert f"{path}/report.pdf" in client.get(path).text
    world.sign_in(client, world.account(Role.PHARMACIST, site_id=hospital.site_id))
    assert f"{path}/report.pdf" not in client.get(path).text
    assert client.get(f"{path}/report.pdf").status_code == 403
