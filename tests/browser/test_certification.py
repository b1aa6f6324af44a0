"""The certification page in a real browser: today, another day, a closed program, a refused form."""

from collections.abc import Callable
from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from rems.core.actor import Actor
from rems.sites import actions as sites
from rems.sites.rules import LocationKind, StaffRole
from tests.factories import EUROPE, KYMRIAH, Hospital, World

ON = date(2018, 6, 4)


def history(world: World) -> Hospital:
    """A certified hospital with a clinic, and a nurse who came later and was never trained."""
    hospital = world.hospital(
        KYMRIAH, name="Harrow Lake University Hospital", country="US", timezone="America/New_York"
    )
    said = {"by": hospital.coordinator, "now": world.now}
    sites.add_location(hospital.site_id, "Harrow Lake East Clinic", LocationKind.CLINIC, **said)
    for name, role in (
        ("Dr. Ilse Vantongeren", StaffRole.PHYSICIAN),
        ("Pilar Núñez, RN", StaffRole.NURSE),
        ("中村 さくら, PharmD", StaffRole.PHARMACIST),
    ):
        sites.add_staff(hospital.site_id, name, role, from_on=date(2018, 1, 1), **said)
    hospital.certified(ON)
    sites.add_staff(hospital.site_id, "Tobias Renquist", StaffRole.NURSE, from_on=date(2018, 12, 6), **said)
    return hospital


def test_the_page_is_usable_in_every_state(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = history(world)
    europe = world.hospital(EUROPE, name="Universitätsklinik Nordstadt").applied(world.today)
    sign_in(hospital.coordinator)
    here = f"/sites/{hospital.site_id}/programs/{KYMRIAH}"
    for name, query in (
        ("closed", ""),
        ("another-day", "?as_of=2018-12-15"),
        ("as-known", "?as_of=2018-12-15&known_at=2025-01-31"),
    ):
        page.goto(here + query)
        look(page, f"certification-{name}", axe, shots)
    page.goto(f"{here}?as_of=2018-12-15")
    page.get_by_label("What was true on").fill("20 Jun 2018")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Certified, with open findings on 20 June 2018")).to_be_visible()
    sign_in(europe.manager)
    page.goto(f"/sites/{europe.site_id}/programs/{EUROPE}")
    look(page, "certification-open", axe, shots)
    page.goto(f"/sites/{europe.site_id}/programs/{EUROPE}/review")
    page.get_by_label("Your e-mail address").fill(world.emails[europe.manager.id or europe.site_id])
    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Sign and certify").click()
    assert page.get_by_role("alert").get_by_text("This is not your password").is_visible()
    look(page, "certification-refused", axe, shots)


def look(page: Page, name: str, axe: Callable[[Page], list[Any]], shots: Callable[[Page, str], None]) -> None:
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    shots(page, name)
