"""The pages of patients in a real browser: the list, the gate in each of its states, and every record it asks for."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.patients import actions
from rems.patients.rules import FactKind
from rems.sites import actions as sites
from rems.sites import queries
from rems.sites.rules import LocationKind, StaffRole
from rems.stock import actions as stock
from rems.training import actions as training
from rems.training.rules import TrainingKind
from tests.factories import EUROPE, PASSWORD, Hospital, World

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def furnished(world: World) -> Hospital:
    """A certified hospital with a pharmacist and a nurse who are not trained yet, and a second location."""
    hospital = world.hospital(name="Nordheim University Hospital", timezone="Europe/Berlin")
    hospital.certified(date(2021, 5, 3))
    said: dict[str, Any] = {"by": hospital.coordinator, "now": world.now}
    sites.add_location(hospital.site_id, "Infusion suite 2", LocationKind.UNIT, parent_id=hospital.location_id, **said)
    for name, role, email in (
        ("Jannis Thorwald", StaffRole.PHARMACIST, "j.thorwald@nordheim.example"),
        ("Annika Sørensen", StaffRole.NURSE, ""),
        ("Λένα Μαρκάρδου", StaffRole.COORDINATOR, "coordinator@nordheim.example"),
    ):
        sites.add_staff(hospital.site_id, name, role, email=email, from_on=date(2026, 11, 1), **said)
    return hospital


def mend(hospital: Hospital, on: date) -> None:
    """Everybody on the staff of that day is trained, and there are vials for two doses."""
    said: dict[str, Any] = {"by": hospital.coordinator, "now": hospital.world.now}
    with reading(hospital.coordinator):
        people = [p.id for p in queries.staff(hospital.site_id, on=on)]
    for person in people:
        training.record_training(
            hospital.site_id,
            EUROPE,
            person,
            TrainingKind.STAFF_TRAINING,
            holds_on=on,
            material="Edition 2026-1",
            **said,
        )
    for strength in (400, 200, 80):
        stock.receive(
            hospital.site_id,
            hospital.location_id,
            lot=f"B77{strength}",
            strength_mg=strength,
            vials=2,
            expires_on=date(2031, 1, 31),
            holds_on=on,
            **said,
        )


def test_every_page_of_patients_reads_well_in_both_widths(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    now = utcnow()
    world.now = now
    hospital = furnished(world)
    infused = hospital.infused(date(2023, 2, 14))
    waiting = hospital.enrolled(now.date() - timedelta(days=20))
    yesterday = {"holds_on": now.date() - timedelta(days=1), "by": hospital.coordinator, "now": now}
    actions.record_weight(waiting, Decimal("82.0"), **{**yesterday, "holds_on": now.date() - timedelta(days=9)})
    actions.record_consent(waiting, FactKind.CONSENT_TREATMENT, edition="4", **yesterday)

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

    sign_in(hospital.coordinator)
    look("/patients", "list")
    look("/patients?q=HL&state=waiting&act=report", "list-report")
    look("/patients?q=nobody", "list-empty")
    look(f"/patients/{waiting}/gate", "gate-missing")
    look(f"/patients/{infused}/gate", "gate-infused")
    look(f"/patients/{infused}/gate?as_of=2023-02-14", "gate-another-day")
    for kind in FactKind:
        look(f"/patients/{waiting}/record/{kind}", f"record-{kind}")

    mend(hospital, now.date() - timedelta(days=1))
    page.goto(f"/patients/{waiting}/gate")
    page.get_by_role("link", name="Record weight").click()
    page.get_by_label("Weight", exact=True).fill("82.4")
    press("Record weight")
    page.get_by_role("link", name="Record card").first.click()
    press("Record card")
    page.get_by_role("link", name="Answer the questions").click()
    for answer in page.get_by_label("No", exact=True).all():
        answer.check()
    press("Record answers")
    page.get_by_role("link", name="Record the product").click()
    for label, words in (("Chain of identity", "NH-0112-A7"), ("Lot of the product", "YE-40918"), ("Bags", "1")):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_label("Expiry").fill("1 Mar 2031")
    press("Record receipt")
    assert page.get_by_role("heading", name="Not authorized yet. Nothing is missing.").is_visible()
    look(page.url, "gate-ready")
    page.get_by_label("Your e-mail address").fill(world.emails[hospital.coordinator.id])
    page.get_by_label("Your password").fill("not mine")
    press("Sign and authorize")
    assert page.get_by_role("alert").is_visible()
    look_here("gate-refused")
    page.get_by_label("Your password").fill(PASSWORD)
    press("Sign and authorize")
    assert page.get_by_role("link", name="Record the infusion").is_visible()
    look(page.url, "gate-authorized")
    page.goto(f"/patients/{waiting}/record/weight")
    look(page.url, "record-weight-history")
    page.get_by_role("link", name="Take back").first.click()
    look(page.url, "take-back")
