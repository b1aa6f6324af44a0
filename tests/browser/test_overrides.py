"""Overriding a legal stop in a real browser: at the gate, in the list of overrides, its report, and on the patient."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.core.clock import utcnow
from tests.factories import PASSWORD, World
from tests.patients.overridden import overridable, override, physician, prepared, suspended

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WHY = "The lymphoma progresses from day to day; the next certified site has no place before January."


@pytest.fixture(autouse=True)
def local(app: Flask) -> Iterator[None]:
    """This installation lets a treating physician override a stop of the European program."""
    with overridable(app):
        yield


def test_an_override_is_made_seen_and_reported_in_both_widths(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    world.now = utcnow()
    hospital = suspended(world, name="Nordheim University Hospital", timezone="Europe/Berlin")
    patient_id, other_id = prepared(hospital), prepared(hospital)
    by = physician(hospital, "Inés Varga-Łukasiewicz")

    def look(path: str, name: str) -> None:
        page.goto(path)
        look_here(name)

    def look_here(name: str) -> None:
        assert axe(page) == [], name
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        shots(page, name)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def press(button: str) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()

    sign_in(hospital.manager)
    look("/overrides", "overrides-none")
    sign_in(hospital.coordinator)
    look(f"/patients/{patient_id}/gate", "gate-may-not-override")
    assert page.get_by_role("button", name="Sign and override").count() == 0

    sign_in(by)
    look(f"/patients/{patient_id}/gate", "gate-may-override")
    section = page.get_by_role("region", name="Override the stop")
    section.get_by_label("Your e-mail address").fill(world.emails[by.id])  # type: ignore[index]
    section.get_by_label("Your password").fill(PASSWORD)
    press("Sign and override")
    assert page.get_by_role("alert").is_visible()
    look_here("gate-override-without-reason")
    section.get_by_label("Why it cannot wait").fill(WHY)
    section.get_by_label("Your password").fill(PASSWORD)
    press("Sign and override")
    assert page.get_by_role("heading", name="Authorized over an open stop").is_visible()
    look_here("gate-overridden")
    look(f"/patients/{patient_id}", "patient-to-report")

    override(hospital, other_id, by)
    sign_in(hospital.manager)
    look("/overrides", "overrides-to-report")
    page.goto(f"/patients/{patient_id}")
    with page.expect_navigation():
        page.get_by_role("link", name="Open the override").click()
    look_here("override-to-report")
    press("Record the report")
    assert page.get_by_role("alert").is_visible()
    look_here("override-report-refused")
    page.get_by_label("Reported to").fill("the safety desk of the sponsor")
    page.get_by_label("Reference").fill("MED-2026-0007")
    press("Record the report")
    assert page.get_by_text("The report of the override is recorded.").is_visible()
    look_here("overrides-one-reported")
    look(f"/patients/{patient_id}", "patient-reported")
    with page.expect_navigation():
        page.get_by_role("link", name="Open the override").click()
    look_here("override-reported")
    day = (world.today + timedelta(days=1)).isoformat()
    look(f"{page.url.split('?')[0]}?as_of={day}", "override-another-day")
