"""Two program managers at one application, in a real browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from rems.certification import actions
from rems.core.actor import Actor
from tests.browser.life import Life, said
from tests.factories import EUROPE, World


def test_who_decides_second_sees_the_newer_state(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    on = date(2026, 10, 5)
    hospital = world.hospital(EUROPE, name="Klinikum Wesertal").applied(on)
    other = world.manager(EUROPE)
    life = Life(page, hospital, sign_in, axe, shots, code=EUROPE)
    life.sits(other)
    page.goto(f"{life.here}/return")
    life.fill(reason="The plan for the night is missing.", holds_on=said(on))
    actions.certify(hospital.site_id, EUROPE, **hospital.signed(on), by=hospital.manager)
    life.sign("Sign and return")
    expect(page.get_by_text("Nothing of yours was kept: look at the newer state, then decide.").first).to_be_visible()
    expect(page.get_by_role("button", name="Sign and return")).to_have_count(0)
    life.look("09-second")
    page.get_by_role("link", name="The certification as it stands").click()
    expect(page.get_by_role("heading", name="Certified", exact=True)).to_be_visible()
