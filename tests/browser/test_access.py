"""The door, the roles and a person's reminders in a real browser."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.reminders import actions
from tests.browser.conftest import NARROW, WIDE
from tests.factories import World
from tests.reminders.due import days_before, lot, reminders, visit

Axe = Callable[[Page], list[Any]]
Shots = Callable[[Page, str], None]


def holds(page: Page, axe: Axe, shots: Shots, name: str) -> None:
    """The page has no finding of axe and does not scroll sideways on a phone."""
    assert axe(page) == []
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    shots(page, name)


def test_the_door_the_roles_and_the_reminders_hold(
    app: Flask, page: Page, world: World, sign_in: Callable[[Actor], None], axe: Axe, shots: Shots
) -> None:
    hospital = world.hospital(name="Harrow Lake Cancer Center")
    closes = date(2026, 9, 15)
    visit(hospital, closes, hospital.patient("HL-0042", enrolled_on=date(2026, 1, 5)))
    lot(hospital, closes + timedelta(days=2))
    actions.plan_reminders(now=days_before(closes, 7))
    actions.plan_reminders(now=days_before(closes, 1))
    sent, failed, tried, *_ = [r.id for r in reminders()]
    actions.deliver(sent, now=world.now)
    actions.note_failure(failed, "550 5.1.1 no such mailbox", last=True, now=world.now)
    actions.note_failure(tried, "Connection refused", last=False, now=world.now)

    page.goto("/sign-in")
    holds(page, axe, shots, "sign-in")
    page.get_by_label("E-mail address").fill("nobody@test.example")
    page.get_by_label("Password", exact=True).fill("a wrong passphrase")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()
    holds(page, axe, shots, "sign-in-refused")
    sign_in(hospital.coordinator)
    page.goto("/roles")
    holds(page, axe, shots, "roles")
    page.goto("/reminders")
    holds(page, axe, shots, "reminders")
    sign_in(hospital.representative)
    page.goto("/reminders")
    holds(page, axe, shots, "reminders-empty")
