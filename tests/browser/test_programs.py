"""The pages of programs in a real browser: the list, programs on several days, and two versions compared."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from rems.core.actor import Actor
from tests.factories import EUROPE, KYMRIAH, World

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
TECVAYLI, GUIDANCE, RUSSIA = "US-FDA-REMS-TECVAYLI-TALVEY", "US-FDA-LTFU-2020", "RU-EAEU-PV-MEDICINE"
PAGES = (
    ("programs", "/programs"),
    ("program-open", f"/programs/{KYMRIAH}?as_of=2021-12-15"),
    ("program-closed", f"/programs/{KYMRIAH}"),
    ("program-europe", f"/programs/{EUROPE}?known_at=2024-01-31"),
    ("program-unverified", f"/programs/{TECVAYLI}"),
    ("program-guidance", f"/programs/{GUIDANCE}"),
    ("program-russia", f"/programs/{RUSSIA}"),
    ("program-differences", f"/programs/{KYMRIAH}/differences"),
    ("program-no-difference", f"/programs/{EUROPE}/differences"),
)


def test_the_pages_of_programs_are_usable_at_both_widths(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    sign_in(world.manager())
    for name, address in PAGES:
        page.goto(address)
        look(page, name, axe, shots)


def look(page: Page, name: str, axe: Callable[[Page], list[Any]], shots: Callable[[Page, str], None]) -> None:
    """No barrier for anyone, and nothing that runs out of a phone's width."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert axe(page) == [], name
    shots(page, name)
