"""Assessments in a real browser: written by the sponsor, taken by a one-time link on a phone without an account."""

import re
from datetime import date

from playwright.sync_api import Browser, Page, expect

from rems.core.clock import utcnow
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from rems.training.assessments import taking
from rems.training.assessments.rules import Content
from tests.browser.conftest import NARROW
from tests.browser.test_stock import looked_at
from tests.factories import EUROPE
from tests.questions import answers, newest, published


def test_a_sponsor_writes_a_set_and_reads_its_items(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Harrow Lake University Hospital")
    sign_in(hospital.manager)
    page.goto(f"/programs/{EUROPE}/assessments")
    looked_at(page, axe, shots, "sets-none")
    page.get_by_role("link", name="Begin a set").click()
    page.get_by_label("Title").fill("Safe use of CAR T cells")
    page.get_by_label("Edition").fill("1.0")
    page.get_by_label("Key risk messages").fill("Cytokine release syndrome\nNeurologic toxicity")
    looked_at(page, axe, shots, "set-new")
    page.get_by_role("button", name="Begin").click()
    looked_at(page, axe, shots, "set-empty")
    page.get_by_role("link", name="Add a question").first.click()
    page.get_by_label("Question", exact=True).fill("What has to be there before an infusion?")
    page.get_by_label("Choice 1", exact=True).fill("Two doses of tocilizumab")
    page.get_by_label("Choice 2", exact=True).fill("A signed invoice")
    looked_at(page, axe, shots, "question-new")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("No choice is marked as right; a question needs a right answer.").first).to_be_visible()
    expect(page.get_by_label("Choice 1", exact=True)).to_have_value("Two doses of tocilizumab")
    looked_at(page, axe, shots, "question-refused")
    page.get_by_label("Choice 1 is right").check()
    page.get_by_label("Key risk message").select_option("Cytokine release syndrome")
    page.get_by_role("button", name="Keep", exact=True).click()
    looked_at(page, axe, shots, "set-draft")
    root = published(hospital.manager, world.now)
    for wrong in (3, 1):
        said = {"by": hospital.representative, "now": world.now}
        taking.take(hospital.site_id, EUROPE, root, answers(root, wrong=wrong), **said)
    page.goto(f"/assessments/{root}")
    looked_at(page, axe, shots, "set-in-use")
    page.get_by_role("link", name="Item analysis").click()
    looked_at(page, axe, shots, "items")
    page.goto(f"/programs/{EUROPE}/assessments")
    looked_at(page, axe, shots, "sets")


def test_a_nurse_without_an_account_takes_it_on_a_phone(page, sign_in, axe, shots, world, chromium: Browser, live):
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Harrow Lake University Hospital")
    said = {"from_on": date(2018, 3, 1), "by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Žofia Nowak-Wiśniewska", StaffRole.NURSE, email="zofia@hl.example", **said)
    root = published(hospital.manager, world.now)
    sign_in(hospital.coordinator)
    page.goto(f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments")
    looked_at(page, axe, shots, "site-none")
    page.get_by_role("link", name="Link for Žofia Nowak-Wiśniewska").click()
    expect(page.get_by_label("Person")).to_have_value(re.compile("[0-9a-f-]{36}"))
    looked_at(page, axe, shots, "link-form")
    page.get_by_role("button", name="Make the link").click()
    looked_at(page, axe, shots, "link-made")
    address = page.get_by_label("The link").input_value()
    phone = chromium.new_context(viewport=NARROW, base_url=live, is_mobile=True, has_touch=True)
    nurse = phone.new_page()
    nurse.goto(address)
    expect(nurse.get_by_text("Žofia Nowak-Wiśniewska").first).to_be_visible()
    assert nurse.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    answer_all(nurse, root, leave_open="Where is the card?")
    nurse.get_by_role("button", name="Send my answers").click()
    expect(nurse.get_by_role("heading", name="There is 1 thing to fix")).to_be_visible()
    looked_at(nurse, axe, shots, "take-open")
    nurse.set_viewport_size(NARROW)  # type: ignore[arg-type]
    expect(nurse.get_by_label("Fewer doses than asked")).to_be_checked()
    nurse.get_by_label("On the patient").check()
    nurse.get_by_role("button", name="Send my answers").click()
    expect(nurse.get_by_role("heading", name="Passed")).to_be_visible()
    assert nurse.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    looked_at(nurse, axe, shots, "result-passed")
    with nurse.expect_download() as got:
        nurse.get_by_role("link", name="Certificate as PDF").click()
    assert got.value.suggested_filename.endswith(".pdf")
    nurse.goto(address)
    expect(nurse.get_by_text(taking.LINK_USED)).to_be_visible()
    looked_at(nurse, axe, shots, "link-used")
    phone.close()
    page.goto(f"/sites/{hospital.site_id}/programs/{EUROPE}/assessments")
    looked_at(page, axe, shots, "site")


def answer_all(page: Page, root, *, leave_open: str) -> None:
    """Choose every right answer, but of one question."""
    for item in Content.of(newest(root).content).items:
        if item.text != leave_open:
            for choice in item.choices:
                if choice.right:
                    page.get_by_label(choice.text, exact=True).check()
