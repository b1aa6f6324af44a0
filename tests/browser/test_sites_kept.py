"""The pages that keep a site up to date, lists by CSV, and deviations, in a real browser."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, expect

from rems.compliance import actions as compliance
from rems.compliance.actions import Plan
from rems.compliance.keeping import Happened
from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource
from rems.core.actor import Actor
from rems.core.db import reading
from rems.sites import actions, keeping
from rems.sites.rules import ContactRole, IdentifierKind, LocationKind, Reach, StaffRole
from rems.stock import actions as stock
from rems.trail.knowing import settled
from tests.browser.test_sites import faults
from tests.certification.test_impact import draft
from tests.factories import EUROPE, Hospital, World

DAY = date(2026, 6, 1)
Look = Callable[[str, str], None]


def kept(hospital: Hospital) -> tuple[Hospital, dict[str, Any]]:
    """A site with numbers, contacts, a closed clinic, a changed role, and a deviation with a late action."""
    said = {"by": hospital.coordinator, "now": hospital.world.now}
    keys: dict[str, Any] = {}
    keys["number"] = keeping.add_identifier(hospital.site_id, IdentifierKind.EBMT, "CIC 512", holds_on=DAY, **said)
    keys["contact"] = keeping.save_contact(
        hospital.site_id,
        role=ContactRole.AROUND_THE_CLOCK,
        name="Transplant coordinator on duty",
        phone="+49 911 555 0100",
        email="duty@nordstadt.example",
        preferred=Reach.PHONE,
        holds_on=DAY,
        **said,
    )
    keys["clinic"] = actions.add_location(hospital.site_id, "North clinic", LocationKind.CLINIC, **said)
    closed = actions.add_location(hospital.site_id, "Old ward", LocationKind.UNIT, **said)
    keeping.close_location(closed, until_on=DAY, version=1, **said)
    keys["nurse"] = actions.add_staff(hospital.site_id, "Žofia Nowak", StaffRole.NURSE, from_on=DAY, **said)
    keeping.change_role(keys["nurse"], StaffRole.COORDINATOR, holds_on=date(2026, 7, 1), **said)
    actions.designate(hospital.site_id, EUROPE, hospital.staff_id, holds_on=DAY, **said)
    what = "A nurse who was not trained gave the product."
    happened = Happened(
        DeviationSource.AUDIT, DeviationSeverity.CRITICAL, DAY, what, "The ward was told.", "EU-HCP-EDUCATION"
    )
    keys["deviation"] = compliance.report(hospital.scope_id, happened, **said)
    plan = Plan(
        ActionKind.CORRECTIVE, "Train the night shift", "Ilse Vantongeren", DAY, date(2026, 7, 1), date(2026, 8, 1)
    )
    keys["action"] = compliance.plan(keys["deviation"], plan, **said)
    return hospital, keys


def test_every_page_is_usable_by_everybody(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital, keys = kept(world.hospital(EUROPE, name="Universitätsklinik Nordstadt"))
    at = f"/sites/{hospital.site_id}"
    found: list[Any] = []

    def look(name: str, path: str) -> None:
        if path:
            page.goto(path)
        shots(page, f"kept-{name}")
        found.extend(faults(page, axe))

    sign_in(hospital.coordinator)
    for name, path in {
        "site": at,
        "site-known": f"{at}?as_of=2026-06-15&known_at=2026-07-01",
        "edit": f"{at}/edit",
        "number": f"{at}/identifiers/new",
        "number-end": f"{at}/identifiers/{keys['number']}/end",
        "contact": f"{at}/contacts/{keys['contact']}",
        "contact-end": f"{at}/contacts/{keys['contact']}/end",
        "person": f"{at}/staff/{keys['nurse']}/edit",
        "role": f"{at}/staff/{keys['nurse']}/role",
        "take-back": f"{at}/staff/{keys['nurse']}/take-back",
        "move": f"{at}/locations/{keys['clinic']}/move",
        "close": f"{at}/locations/{keys['clinic']}/close",
        "representatives": f"{at}/programs/{EUROPE}/representatives",
        "import-staff": "/sites/import/staff",
        "deviations": "/deviations",
        "deviation": f"/deviations/{keys['deviation']}",
        "deviation-new": f"{at}/programs/{EUROPE}/deviations/new",
        "cause": f"/deviations/{keys['deviation']}/cause",
        "plan": f"/deviations/{keys['deviation']}/actions/new",
        "done": f"/actions/{keys['action']}/done",
        "deviation-close": f"/deviations/{keys['deviation']}/close",
    }.items():
        look(name, path)
    vials: dict[str, Any] = {
        "lot": "B7731",
        "strength_mg": 400,
        "vials": 3,
        "expires_on": world.today + timedelta(days=90),
    }
    said: dict[str, Any] = {"holds_on": world.today, "by": hospital.coordinator, "now": world.now}
    stock.receive(hospital.site_id, keys["clinic"], **vials, **said)
    page.goto(f"{at}/locations/{keys['clinic']}/close")
    page.get_by_role("button", name="Keep last day").click()
    expect(page.locator(".problem")).to_contain_text("3 vials of tocilizumab are still there.")
    look("close-refused", "")
    with reading(hospital.coordinator):
        moment = quote(settled()[0].isoformat())
    look("list-known", f"/sites?known_at={moment}")
    page.goto(f"/deviations/{keys['deviation']}/close")
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".problem")).to_contain_text("The root cause is not stated.")
    look("deviation-refused", "")
    sign_in(hospital.manager)
    look("import-sites", "/sites/import/sites")
    lines = "name,city,country,timezone\nKlinikum Süd,Nürnberg,DE,Europe/Berlin\nBad,Town,XX,UTC\n"
    listed = {"name": "l.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    page.get_by_label("List", exact=True).set_input_files(listed)
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("main")).to_contain_text("Correct 1 line first")
    look("import-told", "")
    page.goto("/certification/impact")
    file = {"name": "eu-rmp-cart.yaml", "mimeType": "text/yaml", "buffer": draft().encode()}
    page.get_by_label("Draft", exact=True).set_input_files(file)
    page.get_by_role("button", name="Show the impact").click()
    expect(page.locator("main")).to_contain_text("would stand otherwise")
    look("impact", "")
    assert found == [], "\n".join(map(str, found))
