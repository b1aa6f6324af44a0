"""The pages of the bedside, as a browser asks for them: forms, sentences, the chart, the paper."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from rems.access.rules import Role
from rems.core.clock import day_in, utcnow, zone
from tests.factories import LABEL, Hospital, World
from tests.followup.test_views import see, send

CHICAGO = "America/Chicago"


@pytest.fixture
def world(world: World) -> World:
    """Pages read the real clock, so what they show is recorded by it as well."""
    world.now = utcnow()
    return world


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone=CHICAGO, name="Harrow Lake")


@pytest.fixture
def infused_on(world: World) -> date:
    return world.today - timedelta(days=5)


@pytest.fixture
def patient(client: FlaskClient, hospital: Hospital, infused_on: date) -> UUID:
    """Infused five days ago at 16:20 UTC; the coordinator of the site is signed in."""
    key = hospital.infused(infused_on)
    hospital.world.sign_in(client, hospital.coordinator)
    return key


def at(days_ago: int, clock: str = "09:00") -> str:
    """A moment as somebody in Chicago types it."""
    return f"{day_in(CHICAGO, utcnow()) - timedelta(days=days_ago)} {clock}"


def entry(**said: Any) -> dict[str, Any]:
    values = {
        "seen_at": at(2),
        "temperature_c": "39.1",
        "pressure": "low",
        "oxygen": "none",
        "ice_state": "all",
        "objects": "0",
        "seizure": "none",
        "edema": "none",
    }
    return {**values, **said}


def test_an_entry_shows_its_grades_on_the_page_of_the_course(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside"
    assert "No entry yet" in see(client, url)
    shown = see(client, send(client, f"{url}/entry", entry()))
    assert "Kept: CRS grade 2 (ASTCT 2019), no ICANS, grade 0 (ASTCT 2019)." in shown
    assert "39.1 °C" in shown
    assert "<small>onset day 3, peak grade 2 on day 3, goes on</small>" in shown
    assert "CRS, grade 2, is not reported yet." in shown
    assert 'role="img"' in shown


def test_the_moment_is_now_unless_it_is_changed(client: FlaskClient, patient: UUID) -> None:
    local = datetime.now(zone(CHICAGO))
    page = see(client, f"/patients/{patient}/bedside/entry")
    assert f"{local.day} {local:%b %Y}" in page


def test_the_grades_are_worked_out_without_a_script_and_nothing_is_lost(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside/entry"
    page = send(client, url, entry(work_out="1", pressure="one"), status=200)
    assert "CRS grade 3 (ASTCT 2019)" in page
    assert "One vasopressor: grade 3" in page
    assert 'value="39.1"' in page
    assert "No entry yet" in see(client, f"/patients/{patient}/bedside")
    assert "No grade yet." in send(client, url, entry(work_out="1", temperature_c=""), status=200)


def test_the_grades_are_given_as_a_piece_of_a_page(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside"
    piece = send(client, f"{url}/entry", entry(ice_state=""), to=f"{url}/grades", status=200)
    assert "<html" not in piece
    assert "CRS grade 2 (ASTCT 2019)" in piece
    assert "ICANS not assessed" in piece
    piece = send(client, f"{url}/entry", {"temperature_c": "hot"}, to=f"{url}/grades", status=200)
    assert "It needs temperature, blood pressure and oxygen" in piece


WRONG_ENTRIES: list[tuple[dict[str, str], str]] = [
    ({"temperature_c": ""}, "Temperature is missing"),
    ({"temperature_c": "391"}, "391 °C is more than 45 °C"),
    ({"pressure": ""}, "Blood pressure: choose one"),
    ({"oxygen": "much"}, "is not in the list"),
    ({"ice_state": "cannot"}, "it decides between grade 3 and 4"),
    ({"systolic": "120"}, "Diastolic pressure is missing"),
    ({"systolic": "400", "diastolic": "70"}, "400 mmHg is more than 300 mmHg"),
    ({"seen_at": "2190-01-01 08:00"}, "has not come yet"),
    ({"seen_at": "2020-01-01 08:00"}, "is before the infusion"),
    ({"seen_at": "yesterday"}, "is no day with a time"),
]


def test_an_entry_that_cannot_be_says_what_is_wrong(client: FlaskClient, patient: UUID) -> None:
    for said, sentence in WRONG_ENTRIES:
        page = send(client, f"/patients/{patient}/bedside/entry", entry(**said), status=422)
        assert sentence in page, said
        assert "There is" in page
    assert "No entry yet" in see(client, f"/patients/{patient}/bedside")


def test_points_are_counted_by_their_tasks(client: FlaskClient, patient: UUID) -> None:
    said = entry(ice_state="points", tasks=["year", "month", "command"], objects="2")
    shown = see(client, send(client, f"/patients/{patient}/bedside/entry", said))
    assert "5 of 10" in shown
    assert "ICANS grade 2" in shown


def link(page: str, part: str) -> str:
    """The address of a record on the page of the course."""
    return (
        "/patients/"
        + page.split(f"/bedside/{part}/")[0].rsplit("/patients/", 1)[1]
        + (f"/bedside/{part}/" + page.split(f"/bedside/{part}/")[1].split('"')[0])
    )


def test_an_entry_is_corrected_with_a_reason_and_taken_back(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside"
    shown = see(client, send(client, f"{url}/entry", entry()))
    old = link(shown, "entry")
    assert 'value="39.1"' in see(client, old)
    page = send(client, old, entry(temperature_c="38.1"), status=422)
    assert "Why the record is corrected is missing" in page
    shown = see(client, send(client, old, entry(temperature_c="38.1", reason="misread")))
    assert "Corrected: CRS grade 2" in shown
    assert "38.1 °C" in shown
    see(client, old, status=404)
    new = link(shown, "entry")
    assert "Corrected, " in see(client, new)
    shown = see(client, send(client, new, {"taken_back": "1", "reason": "of another patient"}))
    assert "The record is taken back." in shown
    assert "No entry yet" in shown


def test_a_treatment_is_kept_and_corrected(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside/treatment"
    given = {"kind": "steroid", "name": "Dexamethasone", "dose_mg": "10", "given_at": at(2, "10:00")}
    assert "Name is missing: write which steroid" in send(client, url, {**given, "name": ""}, status=422)
    shown = see(client, send(client, url, given))
    assert "Dexamethasone 10 mg" in shown
    old = link(shown, "treatment")
    assert "Why the record is corrected is missing" in send(client, old, {**given, "dose_mg": "20"}, status=422)
    shown = see(client, send(client, old, {**given, "dose_mg": "20", "reason": "two doses"}))
    assert "Dexamethasone 20 mg" in shown
    new = link(shown, "treatment")
    assert "Nothing given yet" in see(client, send(client, new, {"taken_back": "1", "reason": "not given"}))


def test_blood_values_are_kept_with_their_hours_and_corrected(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside/samples"
    page = see(client, url)
    units = {f"unit_{code}": "pg/mL" for code in ("IL-6", "IFN-GAMMA", "IL-8", "IL-10", "IL-15", "TGF-BETA")}
    units |= {"unit_CRP": "mg/dL", "unit_FERRITIN": "ng/mL", "unit_LDH": "U/L"}
    said = {"taken_at": at(3), **units}
    assert "Interleukin 6" in page
    assert "No value: write at least one." in send(client, url, said, status=422)
    assert "is no value; write a number" in send(client, url, {**said, "value_IL-6": "high"}, status=422)
    assert "is not in the list" in send(client, url, {**said, "unit_CRP": "stone", "value_CRP": "1"}, status=422)
    shown = see(client, send(client, url, {**said, "value_IL-6": ">5000", "value_CRP": "1.2"}))
    assert "2 values are kept." in shown
    assert "&gt; 5000 pg/mL" in shown
    assert "12 mg/L" in shown
    assert "Taken late" in shown
    old = link(shown, "samples")
    page = send(client, old, {"taken_at": at(3), "value": "x", "unit": "mg/L", "reason": "y"}, status=422)
    assert "is no value" in page
    shown = see(client, send(client, old, {"taken_at": at(3), "value": "13", "unit": "mg/L", "reason": "misread"}))
    assert "The value is corrected." in shown
    assert "13 mg/L" in shown
    gone = send(client, link(shown, "samples"), {"taken_back": "1", "reason": "of another patient"})
    assert "13 mg/L" not in see(client, gone)


def test_the_course_is_reported_and_followed_up_by_one_question(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside"
    see(client, f"{url}/event/crs", status=404)
    send(client, f"{url}/entry", entry(pressure="one"))
    page = see(client, f"{url}/event/crs")
    assert "Grade 3" in page
    assert 'value="other_important" checked' in page
    assert "CRS of grade 3 counts as serious" in send(client, f"{url}/event/crs", {"seen": ""}, status=422)
    shown = see(client, send(client, f"{url}/event/crs", {"seen": "", "seriousness": "other_important"}))
    assert "Cytokine release syndrome, grade 3" in shown
    assert "is reported already" not in see(client, f"{url}/event/crs")
    send(client, f"{url}/entry", entry(seen_at=at(1), temperature_c="36.6", pressure="holds"))
    shown = see(client, url)
    assert "It does not say yet: its end" in shown
    page = see(client, f"{url}/event/crs")
    seen = page.split('name="seen" value="')[1].split('"')[0]
    shown = see(client, send(client, f"{url}/event/crs", {"seen": seen, "seriousness": "other_important"}))
    assert "Followed up: grade 3, recovered" in shown
    assert "It does not say yet" not in see(client, url)
    see(client, f"{url}/event/sepsis", status=404)


def test_the_page_of_another_day_shows_that_day_without_buttons(
    client: FlaskClient, patient: UUID, infused_on: date
) -> None:
    send(client, f"/patients/{patient}/bedside/entry", entry())
    page = see(client, f"/patients/{patient}/bedside?as_of={infused_on + timedelta(days=1)}")
    assert "Not today." in page
    assert "New entry" not in page
    assert "39.1 °C" not in page
    see(client, f"/patients/{patient}/bedside?as_of={infused_on - timedelta(days=1)}", status=404)


def test_the_paper_of_a_course_tells_the_same(client: FlaskClient, patient: UUID) -> None:
    url = f"/patients/{patient}/bedside"
    send(client, f"{url}/entry", entry())
    send(client, f"{url}/treatment", {"kind": "tocilizumab", "dose_mg": "592", "given_at": at(2, "10:00")})
    answer = client.get(f"{url}/course.pdf")
    assert answer.mimetype == "application/pdf"
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert "Course after infusion" in text
    assert "Tocilizumab 592 mg" in text
    assert "peak grade 2" in text
    assert "39.1" in text


def test_a_pharmacist_sees_the_course_and_writes_nothing(
    client: FlaskClient, world: World, hospital: Hospital, patient: UUID
) -> None:
    world.sign_in(client, world.account(Role.PHARMACIST, site_id=hospital.site_id))
    page = see(client, f"/patients/{patient}/bedside")
    assert "New entry" not in page
    assert "Cases are shown to those who may read them." in page
    see(client, f"/patients/{patient}/bedside/entry", status=403)


def test_the_page_of_the_patient_leads_to_the_course(client: FlaskClient, patient: UUID) -> None:
    assert f'href="/patients/{patient}/bedside"' in see(client, f"/patients/{patient}")
