"""The worklists, the calendar address and the import of patients, looked at in a real browser."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from rems.core.clock import utcnow
from tests.browser.test_stock import looked_at
from tests.factories import EUROPE, LABEL
from tests.followup.imports.lists import FROM, listed, person

ADDRESS = re.compile(r"^http://.+/calendar/[\w-]{40,}\.ics$")


def test_the_worklists_are_read_and_filtered_by_everybody(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(LABEL, name="Harrow Lake University Hospital")
    for number, days in enumerate((300, 290, 130, 100, 95, 80)):
        hospital.infused(world.today - timedelta(days=days), number=f"HL-04{number:02}")
    sign_in(hospital.coordinator)
    page.goto("/visits/lists/late")
    expect(page.get_by_role("heading", name="Worklists")).to_be_visible()
    looked_at(page, axe, shots, "worklist-late")
    page.get_by_label("Number begins with").fill("HL-0400")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="HL-0400").first).to_be_visible()
    page.goto("/visits/lists/transfer")
    looked_at(page, axe, shots, "worklist-transfer")
    with page.expect_download() as file:
        page.goto("/visits/lists/late")
        page.get_by_role("link", name="XLSX").click()
    assert file.value.suggested_filename.endswith(".xlsx")


def test_a_visit_without_a_window_is_said_to_have_none(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Nordheim").certified(world.today - timedelta(days=400))
    hospital.infused(world.today - timedelta(days=120), number="EU-1")
    sign_in(hospital.coordinator)
    page.goto("/visits/lists/unset")
    expect(page.get_by_text("not defined").first).to_be_visible()
    looked_at(page, axe, shots, "worklist-unset")


def test_a_calendar_address_is_made_seen_once_and_revoked(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(LABEL, name="Harrow Lake University Hospital")
    sign_in(hospital.coordinator)
    page.goto("/calendar")
    looked_at(page, axe, shots, "calendar-none")
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_label("Address of the calendar")).to_have_value(ADDRESS)
    shots(page, "calendar-made")
    assert axe(page) == []
    page.goto("/calendar")
    expect(page.get_by_label("Address of the calendar")).to_have_count(0)
    looked_at(page, axe, shots, "calendar-on")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("The address is revoked")).to_be_visible()


def test_existing_patients_are_taken_over_with_their_bad_lines_handed_back(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(LABEL, name="Harrow Lake University Hospital")
    sign_in(hospital.coordinator)
    page.goto("/patients/import")
    looked_at(page, axe, shots, "import-choose")
    page.get_by_role("link", name="Patients of Harrow Lake").click()
    looked_at(page, axe, shots, "import-send")
    lines = [person(f"HL-0{n:03}", "2025-08-01", enrolled_on="2025-07-01") for n in range(1, 12)]
    bad = [
        person("HL-0500", "2025-08-01", enrolled_on="2025-07-01", sex="f"),
        person("Smith", enrolled_on="2025-07-01"),
    ]
    page.get_by_label("Where from").fill(FROM)
    content = listed([*lines, *bad])
    page.get_by_label("List", exact=True).set_input_files({"name": "l.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("heading", name="What the list would do")).to_be_visible()
    looked_at(page, axe, shots, "import-told")
    page.get_by_role("button", name="Take the 11 good lines").click()
    expect(page.get_by_role("heading", name="What was taken")).to_be_visible()
    looked_at(page, axe, shots, "import-taken")
    with page.expect_download() as file:
        page.get_by_role("button", name="Refused lines as a file").click()
    assert file.value.suggested_filename == "patients-refused.csv"
    page.goto("/patients?q=HL-0001")
    page.get_by_role("link", name="HL-0001").click()
    expect(page.get_by_text("Taken over").first).to_be_visible()
    shots(page, "patient-taken-over")
