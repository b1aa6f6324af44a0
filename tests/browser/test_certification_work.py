"""From the task list to the certificate and what is decided after it, in a real browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

from playwright.sync_api import Page

from rems.certification import actions
from rems.core.actor import Actor
from tests.browser.test_certification import look
from tests.factories import EUROPE, KYMRIAH, PASSWORD, World

ON = date(2026, 10, 5)


def test_a_site_applies_is_returned_corrects_is_certified_and_suspended(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = world.hospital(EUROPE, name="Universitätsklinik Nordstadt").ready(ON, but=["EU-SITE-QUALIFICATION"])
    here = f"/sites/{hospital.site_id}/programs/{EUROPE}"
    sign_in(hospital.representative)
    page.goto(f"{here}/application")
    look(page, "application-ready", axe, shots)
    page.get_by_role("link", name="Check your answers and submit").click()
    day = f"{world.today.day} {world.today:%b %Y}"
    page.get_by_label("Submitted for").fill(day)
    page.get_by_label("Your e-mail address").fill(world.emails[hospital.representative.id or hospital.site_id])
    page.get_by_label("Your password").fill(PASSWORD)
    look(page, "application-check", axe, shots)
    page.get_by_role("button", name="Sign and submit application").click()
    if page.get_by_text("another day stood on this page").count():  # the clock of the page may be days ahead
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Sign and submit application").click()
    assert page.get_by_role("heading", name="Submitted. The program manager looks at it.").is_visible()
    sign_in(hospital.manager)
    look(page, "home-of-a-manager", axe, shots)
    page.goto("/certification")
    look(page, "certifications", axe, shots)
    page.goto(f"{here}/review")
    look(page, "review", axe, shots)
    page.get_by_role("link", name="Return with reasons").click()
    page.get_by_label("Returned on").fill(day)
    page.get_by_label("Why it goes back").fill("The training of two nurses is not named.")
    page.get_by_label("Your e-mail address").fill(world.emails[hospital.manager.id or hospital.site_id])
    page.get_by_label("Your password").fill(PASSWORD)
    look(page, "return", axe, shots)
    page.get_by_role("button", name="Sign and return").click()
    page.goto(f"{here}/application")
    look(page, "application-returned", axe, shots)
    hospital.ready(ON, but=["EU-HCP-EDUCATION", "SITE-TOCI-ON-SITE"])
    hospital.submitted(world.today, corrected="Both were trained on 5 October; see the records.")
    actions.certify(hospital.site_id, EUROPE, **hospital.signed(world.today), by=hospital.manager)
    page.goto(f"{here}/certification/suspend")
    look(page, "suspend", axe, shots)
    actions.suspend(
        hospital.site_id, EUROPE, **hospital.signed(world.today), reason="No untrained staff.", by=hospital.manager
    )
    page.goto(here)
    look(page, "certification-suspended", axe, shots)
    page.get_by_role("link", name="Application submitted").first.click()
    look(page, "act-submitted", axe, shots)


def test_the_exceptions_of_a_program(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = world.hospital(KYMRIAH, name="Harrow Lake University Hospital").ready(
        date(2018, 6, 4), but=["STAFF-TRAIN", "AR-ENROLLMENT-FORM"]
    )
    sign_in(hospital.coordinator)
    here = f"/sites/{hospital.site_id}/programs/{KYMRIAH}"
    page.goto(f"{here}/application?as_of=2018-06-04")
    look(page, "application-open", axe, shots)
    page.goto(f"{here}/exceptions")
    page.get_by_label("In use from").fill("20 Dec 2021")
    page.locator('input[name="exception"]').first.check()
    page.get_by_label("The condition holds at this site").check()
    page.get_by_label("Why the site relies on it").fill("The wholesaler delivers nothing.")
    page.get_by_label("What shows it").fill("Letter of 14 December 2021.")
    page.get_by_role("button", name="Put it in use").click()
    look(page, "exceptions", axe, shots)
