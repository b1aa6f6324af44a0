"""The pages of contact details, wallet cards and milestones in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.patients import dating
from rems.patients.identity import actions, cards
from rems.patients.identity.rules import Purpose
from rems.patients.rules import FactKind
from tests.factories import World
from tests.patients.identified import BORN, CONTACT, PHONE, name_a_number

NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def test_every_page_of_identity_reads_well_in_both_widths(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    world.now = utcnow()
    today = world.today
    hospital = world.hospital(name="Nordheim University Hospital", timezone="Europe/Berlin")
    said: dict[str, Any] = {"by": hospital.coordinator, "now": world.now}
    waiting = hospital.enrolled(today - timedelta(days=30), number="HL-0417")
    other = hospital.enrolled(today - timedelta(days=30), number="HL-0418")

    def look_here(name: str) -> None:
        assert axe(page) == [], name
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        shots(page, name)

    def look(path: str, name: str) -> None:
        page.goto(path)
        look_here(name)

    def press(button: str) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).click()

    sign_in(hospital.coordinator)
    look(f"/patients/{waiting}", "identity-patient-empty")
    look(f"/patients/{waiting}/contact", "contact-enter")
    press("Keep contact details")
    look_here("contact-enter-refused")
    look(f"/patients/{waiting}/card", "card-no-number")
    name_a_number(hospital)
    actions.keep_details(waiting, CONTACT, birth_on=BORN, **said)
    actions.open_details(waiting, Purpose.APPOINTMENT, "To arrange the apheresis", **said)
    for kind, days, more in (
        (FactKind.REFERRAL, 50, {"place": "Practice Dr. Lind"}),
        (FactKind.APHERESIS, 28, {}),
        (FactKind.MANUFACTURING_SLOT, 26, {"slot_on": today + timedelta(days=4)}),
    ):
        dating.record_milestone(waiting, kind, holds_on=today - timedelta(days=days), **more, **said)
    look(f"/patients/{waiting}/contact", "contact-ask")
    page.get_by_label("A follow-up visit or call is due").check()
    page.get_by_label("In your words").fill("Call about the day-100 visit")
    press("Open contact details")
    assert page.get_by_text("Maren Oyelaran").first.is_visible()
    look_here("contact-opened")
    look(f"/patients/{waiting}/openings", "openings")
    look(f"/patients/{other}/openings", "openings-none")
    look(f"/patients/{waiting}", "identity-patient")
    look(f"/patients/{waiting}/card", "card-none")
    code, _ = cards.make_card(waiting, **said)
    look(f"/patients/{waiting}/card", "card-valid")
    look(f"/patients/{waiting}/card?as_of={today - timedelta(days=1)}", "card-another-day")
    press_void(page)
    look_here("card-void-refused")
    look(f"/card/{code}", "public-card")
    cards.revoke_card(waiting, reason="Lost on the way home", **said)
    page.context.clear_cookies()
    look(f"/card/{code}", "public-card-void")
    assert page.get_by_role("link", name=PHONE).is_visible()
    look("/card/AAAA-AAAA", "public-card-none")


def press_void(page: Page) -> None:
    """Try to declare the card void without a reason."""
    page.goto(page.url.split("?")[0])
    with page.expect_navigation():
        page.get_by_role("button", name="Declare the card void").click()
