"""The import of a sponsor's training, in a real browser: each question is answered once, by everybody."""

import json
from datetime import date

from playwright.sync_api import expect

from rems.core.clock import utcnow
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from tests.browser.test_stock import looked_at
from tests.factories import KYMRIAH
from tests.training.test_xapi import statement

LIST = (
    "Learner Name,E-mail,Course Title,Completion Date,Completion Status,Grade,Transcript Number\n"
    "Žofia Nowak-Wiśniewska,zofia@hl.example,Tisagenlecleucel REMS live training program,3/4/2018,Completed,,T-1001\n"
    "Tobias Renquist,,Knowledge assessment 2017-2,3/5/2018,Passed,9/10,T-1002\n"
    "Tobias Renquist,,Fire safety at the workplace,3/6/2018,Completed,,T-1003\n"
    "Žofia Nowak-Wiśniewska,zofia@hl.example,Knowledge assessment 2017-2,,In progress,,T-1004\n"
)
IRI = {
    "id": "https://learning.sponsor.example/xapi/activities/tisagenlecleucel-rems-knowledge-assessment-2017-second-edition"
}


def test_a_list_of_a_sponsor_is_taken_by_everybody(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(KYMRIAH, name="Harrow Lake University Hospital")
    said = {"from_on": date(2018, 1, 1), "by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Žofia Nowak-Wiśniewska", StaffRole.NURSE, email="zofia@hl.example", **said)
    sites.add_staff(hospital.site_id, "Tobias Renquist", StaffRole.NURSE, **said)
    here = f"/sites/{hospital.site_id}/programs/{KYMRIAH}/training"
    sign_in(hospital.coordinator)

    def send():
        page.goto(f"{here}/import")
        sent = {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
        page.get_by_label("Log", exact=True).set_input_files(sent)

    page.goto(f"{here}/mappings")
    looked_at(page, axe, shots, "mappings-none")
    send()
    page.get_by_label("Pass mark").fill("80")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("heading", name="Which column is what")).to_be_visible()
    looked_at(page, axe, shots, "import-columns")
    page.get_by_role("button", name="Keep the columns and go on").click()
    expect(page.get_by_role("heading", name="There are 2 things to fix")).to_be_visible()
    looked_at(page, axe, shots, "import-columns-refused")
    page.get_by_label("Month first").check()
    page.get_by_label("Name of the list").fill("Sponsor's learning system")
    page.get_by_role("button", name="Keep the columns and go on").click()
    expect(page.get_by_role("heading", name="What the courses count as")).to_be_visible()
    looked_at(page, axe, shots, "import-courses")
    for course, way in (
        ("Tisagenlecleucel REMS live training program", "Live training"),
        ("Knowledge assessment 2017-2", "Knowledge assessment"),
        ("Fire safety at the workplace", "Nothing here: its lines are left out"),
    ):
        page.get_by_label(course).select_option(label=way)
    page.get_by_role("button", name="Keep this and show what it would do").click()
    expect(page.get_by_role("heading", name="What the list would do")).to_be_visible()
    looked_at(page, axe, shots, "import-told")
    page.get_by_role("button", name="Import 2 lines").click()
    assert "2 recorded, 0 were on record already. 2 left out." in page.inner_text("main")

    send()
    page.get_by_label("Columns of a sponsor's list").select_option(label="Sponsor's learning system")
    looked_at(page, axe, shots, "import-known")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("Record T-1001 was taken already.")).to_be_visible()
    looked_at(page, axe, shots, "import-again")

    page.goto(f"{here}/import")
    sent = {
        "name": "statements.json",
        "mimeType": "application/json",
        "buffer": json.dumps(statement(object=IRI)).encode(),
    }
    page.get_by_label("Log", exact=True).set_input_files(sent)
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_label(IRI["id"]).select_option(label="Knowledge assessment")
    looked_at(page, axe, shots, "import-courses-xapi")
    page.get_by_role("button", name="Keep this and show what it would do").click()
    expect(page.get_by_text("The program sets no pass mark; give the one that was used.")).to_be_visible()
    looked_at(page, axe, shots, "import-told-xapi")

    page.goto(f"{here}/mappings")
    looked_at(page, axe, shots, "mappings")
    page.get_by_role("link", name="Fire safety at the workplace").click()
    page.get_by_label("Staff training").check()
    page.get_by_role("button", name="Keep the change").click()
    expect(page.get_by_text("The course counts as that in the imports that follow.")).to_be_visible()
    page.get_by_role("link", name="Fire safety at the workplace").click()
    expect(page.get_by_text("2 states")).to_be_visible()
    looked_at(page, axe, shots, "mapping")
