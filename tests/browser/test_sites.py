"""The pages of sites and programs in a real browser: without fault for axe, nothing wider than a phone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.programs.rules import EvidenceKind
from rems.sites import actions
from rems.sites.rules import LocationKind, StaffRole
from tests.factories import KYMRIAH, LABEL, PASSWORD, Hospital, World

PEOPLE = [
    ("Tobias Renquist", StaffRole.NURSE, date(2019, 12, 6)),
    ("Tomasz Brekke", StaffRole.PHARMACIST, date(2018, 3, 1)),
    ("山田 花子", StaffRole.CELL_THERAPIST, date(2020, 2, 1)),
    ("Maren Oyelaran", StaffRole.COORDINATOR, date(2017, 9, 1)),
]


def furnished(world: World) -> Hospital:
    """A hospital with clinics, people, a representative, processes and a second program."""
    found = world.hospital(KYMRIAH, name="Harrow Lake University Hospital", timezone="America/Chicago", country="US")
    by: dict[str, Any] = {"by": found.coordinator, "now": world.now}
    clinic = actions.add_location(found.site_id, "Saltmarsh Regional Clinic", LocationKind.CLINIC, **by)
    actions.add_location(found.site_id, "Infusion suite, 3rd floor", LocationKind.UNIT, parent_id=clinic, **by)
    keys = [actions.add_staff(found.site_id, name, role, from_on=since, **by) for name, role, since in PEOPLE]
    actions.end_staff(keys[0], until_on=date(2022, 5, 31), version=1, **by)
    actions.designate(found.site_id, KYMRIAH, found.staff_id, holds_on=date(2018, 4, 2), **by)
    actions.record_process(
        found.site_id,
        KYMRIAH,
        EvidenceKind.PROCEDURE_VERIFY_TOCILIZUMAB,
        holds_on=date(2018, 5, 12),
        summary="SOP HL-CT-014, version 2.",
        **by,
    )
    actions.enter(found.site_id, LABEL, **by)
    return found


def faults(page: Page, axe: Callable[[Page], list[Any]]) -> list[Any]:
    """What is wrong with a page: the findings of axe, and that it is wider than a phone."""
    found = [(page.url, *one) for one in axe(page)]
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [*found, (page.url, wide)] if wide > 390 else found


def test_the_pages_of_sites_and_programs(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = furnished(world)
    at = f"/sites/{hospital.site_id}"
    form = f"{at}/programs/{KYMRIAH}/enrollment"
    sign_in(hospital.representative)
    page.goto(form)
    shots(page, "enrollment-to-sign")
    found = faults(page, axe)
    page.get_by_label("Your e-mail address").fill(world.emails[hospital.representative.id])
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign as").click()
    shots(page, "enrollment-gaps")
    found += faults(page, axe)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign as").click()
    page.wait_for_url(f"**{at}")
    for name, url in {
        "list": "/sites",
        "site": at,
        "site-then": f"{at}?as_of=2021-12-15",
        "staff": f"{at}/staff/new",
        "enter": f"{at}/programs/new",
        "representative": f"{at}/programs/{KYMRIAH}/representative",
        "enrollment-signed": form,
        "enrollment-not-asked": f"{at}/programs/{LABEL}/enrollment",
        "programs": "/programs",
        "program-version": f"/programs/{KYMRIAH}?version=2017&as_of=2021-12-15",
    }.items():
        page.goto(url)
        shots(page, name)
        found += faults(page, axe)
    assert found == [], "\n".join(map(str, found))


def test_the_pages_of_who_registers(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    sign_in(world.manager())
    page.goto("/sites")
    shots(page, "list-empty")
    found = faults(page, axe)
    page.get_by_role("link", name="Register a site").first.click()
    page.get_by_label("Name of the site").fill("Ospedale Sant'Orsola")
    page.get_by_role("button", name="Register site").click()
    shots(page, "register")
    found += faults(page, axe)
    assert found == [], "\n".join(map(str, found))
