"""Scorecards in a real browser: of a site with trouble, of another day, of none, and the list of a sponsor."""

from collections.abc import Callable
from datetime import date
from typing import Any

from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.events import actions as events
from rems.events.actions import Happening
from rems.events.rules import Kind, Outcome
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from tests.factories import EUROPE, KYMRIAH, Hospital, World

ON = date(2026, 6, 1)


def furnished(world: World) -> Hospital:
    hospital = world.hospital(EUROPE, name="Universitätsklinik Nordstadt").certified(ON)
    said = {"by": hospital.coordinator, "now": world.now}
    patient, day = hospital.infused(date(2026, 10, 5)), date(2026, 10, 12)
    sites.add_staff(hospital.site_id, "Ada Moss, RN", StaffRole.NURSE, from_on=date(2026, 10, 1), **said)
    happened = Happening(
        Kind.OTHER,
        "Rash",
        date(2026, 10, 7),
        day,
        day,
        (),
        Outcome.RECOVERED,
        ended_on=day,
        not_serious_reason="Brief.",
    )
    events.report(patient, happened, **said)
    sites.enter(hospital.site_id, KYMRIAH, **said)
    return hospital


def test_scorecards_are_usable_in_every_state(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = furnished(world)
    world.hospital(EUROPE, name="Åsgård Hospital")
    sign_in(hospital.coordinator)
    here = f"/sites/{hospital.site_id}/scorecard"
    for name, query in (("today", ""), ("another-day", "?as_of=2026-07-01"), ("closed", f"?program={KYMRIAH}")):
        page.goto(here + query)
        look(page, f"scorecard-{name}", axe, shots)
    sign_in(hospital.manager)
    for name, query in (("list", ""), ("none-fits", "?q=nowhere")):
        page.goto(f"/scorecards{query}")
        look(page, f"scorecards-{name}", axe, shots)


def look(page: Page, name: str, axe: Callable[[Page], list[Any]], shots: Callable[[Page, str], None]) -> None:
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    shots(page, name)
