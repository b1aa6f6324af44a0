"""The home pages of each role, the trail, and an administrator's pages, in a real browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.programs import queries as programs
from tests.factories import EUROPE, World


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.CASE_PROCESSOR, Role.ADMINISTRATOR])
def test_the_first_page_of_a_role_reads_well(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
    superuser: psycopg.Connection,
    role: Role,
) -> None:
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Klinikum Wesertal").certified(date(2026, 6, 1))
    hospital.infused(date(2026, 9, 1))
    held: dict[str, Any] = {
        Role.PHARMACIST: {"site_id": hospital.site_id},
        Role.CASE_PROCESSOR: {"program_id": programs.key(EUROPE)},
    }.get(role, {})
    sign_in(world.account(role, **held))
    visit(page, axe, shots, f"home-{role}", "/today")
    if role is Role.ADMINISTRATOR:
        visit(page, axe, shots, "accounts", "/accounts")
        visit(page, axe, shots, "account-new", "/accounts/new")
        visit(page, axe, shots, "account", f"/accounts/{hospital.coordinator.id}")
        visit(page, axe, shots, "password", "/password")
        visit(page, axe, shots, "trail", "/trail")
        [grant] = superuser.execute("select id from role_grant where account_id = %s", [hospital.coordinator.id])
        visit(page, axe, shots, "account-end", f"/accounts/{hospital.coordinator.id}/roles/{grant[0]}/end")


def test_pages_that_lie_aside_read_well_too(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Klinikum Wesertal").certified(date(2026, 6, 1))
    hospital.infused(date(2026, 8, 20))
    sign_in(hospital.coordinator)
    visit(page, axe, shots, "visits-due", "/visits?span=month")
    visit(page, axe, shots, "another-day", "/another-day?next=/patients")
    visit(page, axe, shots, "location-new", f"/sites/{hospital.site_id}/locations/new")
    visit(page, axe, shots, "staff-end", f"/sites/{hospital.site_id}/staff/{hospital.staff_id}/end")
    visit(page, axe, shots, "not-found", "/patients/00000000-0000-7000-8000-000000000000")


def visit(
    page: Page, axe: Callable[[Page], list[Any]], shots: Callable[[Page, str], None], name: str, address: str
) -> None:
    page.goto(address)
    assert axe(page) == [], name
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    page.set_viewport_size({"width": 1280, "height": 900})
    shots(page, name)
