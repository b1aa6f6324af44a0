"""Every page of follow-up, looked at in a real browser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.events import actions as events
from rems.events.actions import Happening
from rems.events.rules import Kind, Outcome, Seriousness
from rems.followup import actions
from rems.followup.rules import ContactKind, Survival
from rems.sites import actions as sites
from tests.factories import KYMRIAH, LABEL, Hospital, World

INFUSED = date(2023, 3, 14)
HELD = [
    ("D100", date(2023, 6, 20), ContactKind.ON_SITE, ""),
    ("M06", date(2023, 9, 12), ContactKind.ON_SITE, ""),
    ("Y01", date(2024, 4, 9), ContactKind.OTHER_CLINIC, ""),
    ("Y02", date(2025, 6, 2), ContactKind.ON_SITE, "Moved away, found through the registry"),
    ("Y03", date(2026, 3, 17), ContactKind.PHONE, ""),
]


@pytest.fixture
def world(world: World) -> World:
    """Pages read the real clock, so what they show is recorded by it as well."""
    world.now = utcnow()
    return world


def history(hospital: Hospital) -> UUID:
    """A patient in the fourth year, with five visits, one of them late, and two events."""
    said: dict[str, Any] = {"by": hospital.coordinator, "now": hospital.world.now}
    key = hospital.infused(INFUSED, number="HL-0417", track="CIBMTR-15Y-CRF")
    for code, on, contact, why in HELD:
        asked = ("SUBSEQUENT-INFUSION", "RELAPSE", "NEW-MALIGNANCY", "INFECTION")
        answers = {**dict.fromkeys(asked, "no"), "INFECTION": "yes" if code == "Y01" else "no"}
        actions.record_visit(
            key,
            code,
            holds_on=on,
            contact=contact,
            survival=Survival.ALIVE,
            answers=answers,
            notes={"INFECTION": "Pneumonia in November, recovered"} if code == "Y01" else {},
            late_reason=why,
            **said,
        )
    for term, began_on, grade in (("Pneumonia", date(2023, 11, 8), 3), ("Shingles", date(2025, 1, 20), 2)):
        happening = Happening(
            kind=Kind.INFECTION,
            term=term,
            began_on=began_on,
            site_aware_on=began_on,
            day_zero=began_on + timedelta(days=1),
            seriousness=[Seriousness.HOSPITALIZATION],
            outcome=Outcome.RECOVERED,
            ended_on=began_on + timedelta(days=12),
            grade=grade,
        )
        events.report(key, happening, **said)
    return key


def entering(hospital: Hospital, code: str) -> Hospital:
    """The same site in one more program."""
    world, coordinator = hospital.world, hospital.coordinator
    scope_id = sites.enter(hospital.site_id, code, by=coordinator, now=world.now)
    assert coordinator.id is not None
    return replace(hospital, code=code, scope_id=scope_id, coordinator=world.actor(coordinator.id))


def test_every_page_of_follow_up_is_accessible_and_fits_a_phone(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = world.hospital(KYMRIAH, name="Harrow Lake Hospital", country="US", timezone="America/Chicago")
    hospital.certified(date(2022, 11, 1))
    old = history(hospital)
    entered = entering(hospital, LABEL)
    waiting = entered.enrolled(world.today - timedelta(days=12), number="HL-0533", planned_infusion_on=world.today)
    ready = entered.enrolled(world.today - timedelta(days=12), number="HL-0534")
    entered.authorized(ready, world.now - timedelta(hours=1))
    sign_in(entered.coordinator)
    for name, url in (
        ("patient", f"/patients/{old}"),
        ("patient-then", f"/patients/{old}?as_of=2023-07-01"),
        ("patient-waiting", f"/patients/{waiting}"),
        ("places", "/patients/new"),
        ("enroll", f"/patients/new?scope={entered.scope_id}"),
        ("infusion-without", f"/patients/{waiting}/infusion"),
        ("infusion", f"/patients/{ready}/infusion"),
        ("visit", f"/patients/{old}/visits/Y04"),
        ("visit-recorded", f"/patients/{old}/visits/Y01"),
    ):
        page.goto(url)
        assert axe(page) == [], name
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        page.set_viewport_size({"width": 1280, "height": 900})
        shots(page, name)
    page.goto(f"/patients/new?scope={entered.scope_id}")
    page.get_by_role("button", name="Enroll patient").click()
    page.get_by_role("alert").wait_for()
    assert axe(page) == [], "enroll with things to fix"
    shots(page, "enroll-wrong")
