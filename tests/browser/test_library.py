"""The evidence of a site in a real browser: the pieces and their programs, one of them, and taking one back."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.evidence.rules import EvidenceKind
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, World
from tests.sharing import taking_from_each_other

ON = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def shareable(app: Flask) -> Iterator[None]:
    with taking_from_each_other(app):
        yield


def furnished(world: World) -> Hospital:
    """A hospital that is certified for one program and has entered two more."""
    hospital = world.hospital(EUROPE, name="Harrow Lake University Hospital", timezone="America/New_York", country="US")
    said = {"by": hospital.coordinator, "now": world.now}
    for name, role in (("Pilar Núñez, RN", StaffRole.NURSE), ("中村 さくら, PharmD", StaffRole.PHARMACIST)):
        sites.add_staff(hospital.site_id, name, role, from_on=date(2018, 1, 1), **said)
    hospital.certified(ON)
    soon = {"holds_on": ON, "until_on": date(2026, 12, 10), "summary": "SOP CT-012, version 3."}
    sites.record_process(hospital.site_id, EUROPE, EvidenceKind.PROCEDURE_NEW_STAFF, **soon, **said)
    for code in (KYMRIAH, LABEL):
        sites.enter(hospital.site_id, code, **said)
    return hospital


def test_the_evidence_of_a_site_is_usable_in_every_state(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital, empty = furnished(world), world.hospital(EUROPE)
    sign_in(hospital.coordinator)
    here = f"/sites/{hospital.site_id}/evidence"
    for name, query in (("today", ""), ("none-fits", "?q=nothing+like+it"), ("another-day", "?as_of=2026-07-01")):
        page.goto(here + query)
        look(page, f"library-{name}", axe, shots)
    page.goto(here)
    page.get_by_role("button", name="Put these 4 pieces under KYMRIAH REMS").click()
    assert page.get_by_text("4 pieces of evidence stand under KYMRIAH REMS now.").is_visible()
    look(page, "library-shared", axe, shots)
    page.get_by_role("link", name="Process to train new staff").first.click()
    look(page, "library-piece", axe, shots)
    page.get_by_role("link", name="Take back").first.click()
    look(page, "library-take-back", axe, shots)
    page.get_by_role("button", name="Take back").click()
    look(page, "library-take-back-refused", axe, shots)
    page.get_by_label("Reason").fill("Recorded twice.")
    page.get_by_role("button", name="Take back").click()
    assert page.get_by_text("Taken back: SOP CT-012").is_visible()
    sign_in(empty.coordinator)
    page.goto(f"/sites/{empty.site_id}/evidence")
    look(page, "library-empty", axe, shots)


def look(page: Page, name: str, axe: Callable[[Page], list[Any]], shots: Callable[[Page, str], None]) -> None:
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    shots(page, name)
