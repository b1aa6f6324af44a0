"""Questionnaires in a real browser: answered at a visit, and by a patient on a phone through a one-time link."""

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Browser, expect

from rems.core.clock import utcnow
from rems.followup.questionnaires import kits, remote
from rems.followup.questionnaires.rules import KitStage
from rems.sites import keeping
from rems.sites.rules import ContactRole, Reach
from tests.browser.conftest import NARROW
from tests.browser.test_stock import looked_at
from tests.factories import LABEL
from tests.followup.answered import CANCER, Asked, on_fda_track

INFUSED = date(2025, 11, 20)


def treated(world, **more: Any) -> Asked:
    world.now = utcnow()
    hospital = world.hospital(LABEL, name="Harrow Lake University Hospital", country="US", timezone="America/Chicago")
    return Asked(hospital.infused(INFUSED, number="HL-0417", **more), hospital, world)


def test_a_nurse_answers_half_done_goes_on_and_corrects(page, sign_in, axe, shots, world):
    asked = treated(world)
    asked.save("infection", {"new": "yes", "where": ["lung"]})
    asked.finish("relapse", {"found": "no", "best-response": "complete"}, on=date(2026, 3, 2))
    asked.finish("relapse", {"found": "unknown"}, reason="The letter of the clinic came later")
    sign_in(asked.hospital.coordinator)
    visit = f"/patients/{asked.id}/visits/D100"
    page.goto(visit)
    looked_at(page, axe, shots, "questionnaires-visit")
    page.get_by_role("link", name="New malignancy").click()
    expect(page.get_by_label("What was found?")).to_be_hidden()
    looked_at(page, axe, shots, "questionnaire-new")
    page.get_by_role("group", name="Has a new cancer been found").get_by_label("Yes").check()
    expect(page.get_by_label("What was found?")).to_be_visible()
    expect(page.get_by_text("Reference of the manufacturer")).to_be_hidden()
    page.get_by_label("What was found?").fill("Melanoma of the back")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="There are 5 things to fix")).to_be_visible()
    expect(page.get_by_label("What was found?")).to_have_value("Melanoma of the back")
    looked_at(page, axe, shots, "questionnaire-refused")
    page.get_by_role("button", name="Save half-done").click()
    expect(page.get_by_text("Go on where it was left")).to_be_visible()
    looked_at(page, axe, shots, "questionnaire-half-done")
    page.get_by_role("link", name="Open the event").click()
    expect(page.get_by_text("Day 100, questionnaire New malignancy, version 1, answered by the site")).to_be_visible()
    page.goto(f"{visit}/questionnaires/relapse")
    looked_at(page, axe, shots, "questionnaire-corrected")
    page.goto(f"{visit}?as_of=2026-03-05")
    looked_at(page, axe, shots, "questionnaires-another-day")


def test_a_kit_and_a_laboratory_series_are_looked_at(page, sign_in, axe, shots, world, superuser):
    asked = treated(world)
    sign_in(asked.hospital.coordinator)
    page.goto("/sample-kits")
    looked_at(page, axe, shots, "kits-none")
    begun = world.today - timedelta(days=20)
    asked.finish("new-malignancy", CANCER, on=begun)
    said: dict[str, Any] = {"who": "Sponsor's laboratory", "by": asked.hospital.coordinator, "now": world.now}
    for number, stage in enumerate((KitStage.ORDERED, KitStage.SENT, KitStage.AT_SITE)):
        reference = f"SK-77-{number}"
        kits.record_step(asked.kit(), stage, holds_on=begun + timedelta(days=number), reference=reference, **said)
    page.goto("/sample-kits")
    looked_at(page, axe, shots, "kits")
    page.goto(f"/sample-kits/{asked.kit()}")
    looked_at(page, axe, shots, "kit")
    page.get_by_role("link", name="Record: sample taken").click()
    looked_at(page, axe, shots, "kit-step")
    on_fda_track(superuser, asked.id)
    result = {"sampled": "yes", "sampled-on": "2026-05-22", "rcr-rcl": "negative", "vector": "yes"}
    month = Asked(asked.id, asked.hospital, world, "LAB-M06")
    month.finish("persistence", {**result, "carrying-percent": "1.4", "integration-done": "no"})
    page.goto(f"/patients/{asked.id}/laboratory")
    looked_at(page, axe, shots, "laboratory")
    page.get_by_role("link", name="Year 1", exact=True).click()
    looked_at(page, axe, shots, "laboratory-day")


def test_a_patient_answers_on_a_phone_and_the_site_takes_it_over(
    page, sign_in, axe, shots, world, chromium: Browser, live
):
    asked = treated(world)
    hospital = asked.hospital
    contact = {"role": ContactRole.SAFETY, "name": "Ilse Vantongeren", "phone": "+1 312 555 0100", "email": ""}
    said: dict[str, Any] = {"by": hospital.coordinator, "now": world.now, "holds_on": world.today}
    keeping.save_contact(hospital.site_id, **contact, preferred=Reach.PHONE, **said)
    sign_in(hospital.coordinator)
    page.goto(f"/patients/{asked.id}/visits/D100")
    page.get_by_role("link", name="Ask the patient by a link").click()
    looked_at(page, axe, shots, "answer-link-form")
    page.get_by_role("button", name="Make the link").click()
    looked_at(page, axe, shots, "answer-link-made")
    address = page.get_by_label("The link").input_value()
    phone = chromium.new_context(viewport=NARROW, base_url=live, is_mobile=True, has_touch=True)
    patient = phone.new_page()
    patient.goto(address)
    assert patient.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    looked_at(patient, axe, shots, "answer")
    patient.set_viewport_size(NARROW)  # type: ignore[arg-type]
    no = patient.get_by_label("No", exact=True)
    for place in range(no.count()):
        if no.nth(place).is_visible():
            no.nth(place).check()
    cancer = patient.get_by_role("group", name="Since we last spoke, has a doctor found a new cancer")
    cancer.get_by_label("Yes").check()
    patient.get_by_role("button", name="Send my answers").click()
    expect(patient.get_by_role("heading", name="There are 2 things to fix")).to_be_visible()
    looked_at(patient, axe, shots, "answer-refused")
    patient.set_viewport_size(NARROW)  # type: ignore[arg-type]
    patient.get_by_label("What kind of cancer is it").fill("Skin, I think")
    patient.get_by_label("When was it found?").fill("May 2026")
    patient.get_by_role("button", name="Send my answers").click()
    expect(patient.get_by_role("heading", name="Thank you. Your answers have been sent.")).to_be_visible()
    looked_at(patient, axe, shots, "answer-thanks")
    patient.goto(address)
    expect(patient.get_by_text(remote.SAID.used)).to_be_visible()
    looked_at(patient, axe, shots, "answer-used")
    phone.close()
    page.goto(f"/patients/{asked.id}/visits/D100")
    page.get_by_role("link", name="Look at them").click()
    looked_at(page, axe, shots, "came-in")
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("Half-done, to be completed by the site: New malignancy.")).to_be_visible()
    looked_at(page, axe, shots, "taken-over")


def test_questions_are_answered_without_a_script_too(chromium: Browser, live, world):
    asked = treated(world)
    token, _ = asked.link()
    plain = chromium.new_context(viewport=NARROW, base_url=live, java_script_enabled=False)
    patient = plain.new_page()
    patient.goto(f"/answer/{token}")
    relapse = patient.get_by_role("group", name="Since we last spoke, has a doctor told you that your cancer came back")
    relapse.get_by_label("Yes").check()
    expect(patient.get_by_label("When did you learn of it?")).to_be_hidden()
    patient.get_by_role("button", name="Send my answers").click()
    expect(patient.get_by_label("When did you learn of it?")).to_be_visible()
    plain.close()
