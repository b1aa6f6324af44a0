"""A follow-up that takes turns, and a corrected infusion, in a real browser."""

from datetime import date, timedelta

from playwright.sync_api import expect

from rems.core.clock import utcnow
from rems.followup.turns import actions
from rems.followup.turns.rules import Outcome, Way
from tests.browser.test_stock import looked_at
from tests.factories import EUROPE


def test_a_patient_is_lost_and_found_and_the_infusion_corrected(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Universitätsklinikum Nordheim").certified(date(2024, 1, 10))
    patient = hospital.infused(date(2024, 3, 5))
    sign_in(hospital.coordinator)
    page.goto(f"/patients/{patient}/followup")
    looked_at(page, axe, shots, "followup-none")
    page.get_by_role("link", name="Note an attempt").click()
    page.get_by_label("Call", exact=True).check()
    page.get_by_label("Not reached").check()
    page.get_by_label("Note", exact=False).last.fill("The number is not in use any more")
    looked_at(page, axe, shots, "attempt")
    page.get_by_role("button", name="Note").click()
    said = {"note": "", "by": hospital.coordinator, "now": world.now}
    for days, way, outcome in (
        (9, Way.LETTER, Outcome.NOT_REACHED),
        (4, Way.PHYSICIAN, Outcome.NOT_REACHED),
        (2, Way.VITAL_STATUS, Outcome.NO_RECORD),
    ):
        day = world.today - timedelta(days=days)
        actions.note_attempt(patient, holds_on=day, way=way, outcome=outcome, **said)
    page.goto(f"/patients/{patient}/lost")
    page.get_by_label("Reason").fill("Moved; letters come back, the register has no word of a death.")
    page.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_role("heading", name="Lost to follow-up since")).to_be_visible()
    looked_at(page, axe, shots, "followup-lost")
    page.goto(f"/patients/{patient}")
    looked_at(page, axe, shots, "patient-lost")
    page.goto(f"/patients/{patient}/found")
    page.get_by_label("Reason").fill("The new physician called.")
    page.get_by_role("button", name="Found again").click()
    looked_at(page, axe, shots, "followup-found")
    page.goto(f"/patients/{patient}/infusion/correct")
    page.get_by_label("Moment of the infusion").fill("29 Feb 2024 15:00")
    page.get_by_label("Why it is corrected").fill("The form had the wrong day.")
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.get_by_role("heading", name="The day moves to 29 February 2024")).to_be_visible()
    looked_at(page, axe, shots, "correct")
    page.get_by_role("button", name="Correct and plan anew").click()
    expect(page.get_by_text("The infusion is corrected")).to_be_visible()


def test_a_patient_is_handed_on_with_a_code(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Klinikum Wesertal").certified(date(2024, 1, 10))
    other = world.hospital(EUROPE, name="Hôpital Saint-Aubin").certified(date(2026, 1, 10))
    patient = hospital.infused(date(2024, 3, 5))
    sign_in(hospital.coordinator)
    page.goto(f"/patients/{patient}/hand-on")
    page.get_by_label("Reason").fill("The family moves to Bretagne.")
    looked_at(page, axe, shots, "hand-on")
    page.get_by_role("button", name="Make the code").click()
    looked_at(page, axe, shots, "offered")
    code = page.get_by_label("The code").input_value()
    page.goto(f"/patients/{patient}/followup")
    looked_at(page, axe, shots, "followup-offered")
    sign_in(other.coordinator)
    page.goto("/patients")
    page.get_by_role("link", name="Take a patient over").click()
    page.get_by_label("Code").fill(code.lower())
    looked_at(page, axe, shots, "take-over")
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("The patient is taken over")).to_be_visible()
    looked_at(page, axe, shots, "taken-over")
