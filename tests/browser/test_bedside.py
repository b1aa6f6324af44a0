"""The course at the bedside in a real browser: each page holds at two widths, an entry takes few taps on a phone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.lens import Lens
from rems.events.grading import Oxygen
from rems.events.icans import Consciousness
from rems.events.rules import Seriousness
from rems.followup.bedside import actions, reporting
from rems.followup.bedside.actions import Value
from rems.followup.bedside.course import Scale
from rems.followup.bedside.markers import Bound
from rems.followup.bedside.rules import IceState, Observation, Pressure
from rems.followup.bedside.treatments import Treatment, TreatmentKind
from rems.patients import queries as patients
from rems.stock import actions as stock
from tests.browser.conftest import NARROW, WIDE
from tests.factories import LABEL, Hospital, World

Axe = Callable[[Page], list[Any]]
Shots = Callable[[Page, str], None]

# Hours after the infusion, temperature, pressure, oxygen, points of the ICE tasks (None: all ten).
COURSE = [
    (18, "37.2", Pressure.HOLDS, Oxygen.NONE, None),
    (32, "38.6", Pressure.HOLDS, Oxygen.NONE, None),
    (44, "39.4", Pressure.LOW, Oxygen.LOW_FLOW, None),
    (58, "39.8", Pressure.ONE, Oxygen.LOW_FLOW, {"year": 1, "month": 1, "city": 1, "objects": 3, "command": 1}),
    (80, "38.1", Pressure.LOW, Oxygen.LOW_FLOW, {"year": 1, "objects": 2, "command": 1}),
    (104, "37.0", Pressure.HOLDS, Oxygen.LOW_FLOW, {"year": 1, "city": 1, "objects": 3, "command": 1, "writing": 1}),
    (152, "36.8", Pressure.HOLDS, Oxygen.NONE, None),
]


@pytest.fixture
def world(world: World) -> World:
    """Pages read the real clock, so what they show is recorded by it as well."""
    world.now = utcnow()
    return world


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, name="Harrow Lake Hospital", country="US", timezone="America/Chicago")


def infused_at(hospital: Hospital, key: UUID) -> datetime:
    with reading(hospital.coordinator):
        given = patients.infusion(key, Lens(hospital.world.today))
        assert given is not None
        return given.infused_at


def lived_through(hospital: Hospital) -> UUID:
    """A patient infused nine days ago, with CRS of grade 3, neurotoxicity, tocilizumab, steroids and values."""
    said: dict[str, Any] = {"by": hospital.coordinator, "now": hospital.world.now}
    key = hospital.infused(hospital.world.today - timedelta(days=9), number="HL-0458")
    start = infused_at(hospital, key)
    held_on = hospital.world.today - timedelta(days=20)
    stock.receive(
        hospital.site_id,
        hospital.location_id,
        lot="B7731",
        strength_mg=400,
        vials=6,
        expires_on=held_on + timedelta(days=700),
        holds_on=held_on,
        **said,
    )
    for hours, temperature, pressure, oxygen, ice in COURSE:
        seen = Observation(
            start + timedelta(hours=hours),
            Decimal(temperature),
            pressure,
            oxygen,
            IceState.POINTS if ice else IceState.ALL,
            ice or {},
            Consciousness.BY_ITSELF if ice else None,
        )
        actions.record_entry(key, seen, **said)
    for hours, kind, name, dose in (
        (46, TreatmentKind.TOCILIZUMAB, "", 592),
        (59, TreatmentKind.TOCILIZUMAB, "", 592),
        (60, TreatmentKind.STEROID, "Dexamethasone", 10),
    ):
        given = Treatment(start + timedelta(hours=hours), kind, name, Decimal(dose))
        actions.record_treatment(key, given, **said)
    for hours, six in (
        (20, Value("IL-6", Decimal(142), "pg/mL")),
        (50, Value("IL-6", Decimal(5000), "pg/mL", Bound.ABOVE)),
    ):
        values = [six, Value("CRP", Decimal("12.4"), "mg/dL"), Value("FERRITIN", Decimal(2140), "ng/mL")]
        actions.record_samples(key, values, taken_at=start + timedelta(hours=hours), **said)
    reporting.report(key, Scale.CRS, seriousness=[Seriousness.HOSPITALIZATION], **said)
    return key


def holds(page: Page, axe: Axe, shots: Shots, name: str) -> None:
    """The page has no finding of axe and does not scroll sideways on a phone."""
    assert axe(page) == [], name
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    shots(page, name)


def test_every_page_of_the_bedside_holds(
    page: Page, hospital: Hospital, sign_in: Callable[[Actor], None], axe: Axe, shots: Shots
) -> None:
    key = lived_through(hospital)
    fresh = hospital.infused(hospital.world.today - timedelta(days=1), number="HL-0461")
    sign_in(hospital.coordinator)
    home = f"/patients/{key}/bedside"
    for name, url in (
        ("course", home),
        ("course-then", f"{home}?as_of={hospital.world.today - timedelta(days=6)}"),
        ("course-empty", f"/patients/{fresh}/bedside"),
        ("entry", f"{home}/entry"),
        ("treatment", f"{home}/treatment"),
        ("samples", f"{home}/samples"),
        ("event", f"{home}/event/icans"),
        ("patient", f"/patients/{key}"),
    ):
        page.goto(url)
        holds(page, axe, shots, name)
    page.goto(f"{home}/entry")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep entry").click()
    page.get_by_text("There are 4 things to fix").wait_for()
    holds(page, axe, shots, "entry-missing")
    page.goto(home)
    for part, name in (("entry", "entry-correct"), ("treatment", "treatment-correct"), ("samples", "sample-correct")):
        page.locator(f'a[href*="/bedside/{part}/"]').first.click()
        page.get_by_label("Why the record is corrected").wait_for()
        holds(page, axe, shots, name)
        page.goto(home)


def test_an_entry_takes_one_number_and_four_taps_on_a_phone(
    page: Page, hospital: Hospital, sign_in: Callable[[Actor], None]
) -> None:
    key = hospital.infused(hospital.world.today - timedelta(days=2))
    sign_in(hospital.coordinator)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto(f"/patients/{key}/bedside/entry")
    begun = utcnow()
    page.get_by_label("Temperature").fill("39.1")  # 1 number
    taps = 0
    for label in ("Too low, no vasopressor", "Low flow, 6 L/min or less", "All 10 points"):
        page.get_by_label(label, exact=True).check()
        taps += 1
    page.locator("[data-grades]").get_by_text("CRS grade 2 (ASTCT 2019)").wait_for()  # said before it is kept
    with page.expect_navigation():
        page.get_by_role("button", name="Keep entry").click()
    taps += 1
    page.get_by_text("Kept: CRS grade 2 (ASTCT 2019), no ICANS, grade 0 (ASTCT 2019).").wait_for()
    assert taps == 4
    assert utcnow() - begun < timedelta(seconds=30)


def test_what_the_ice_score_does_not_need_is_not_shown(
    page: Page, hospital: Hospital, sign_in: Callable[[Actor], None]
) -> None:
    key = hospital.infused(hospital.world.today - timedelta(days=2))
    sign_in(hospital.coordinator)
    page.goto(f"/patients/{key}/bedside/entry")
    assert not page.get_by_label("Knows the year").is_visible()
    page.get_by_label("Fewer: by its tasks", exact=True).check()
    assert page.get_by_label("Knows the year").is_visible()
    page.get_by_label("All 10 points", exact=True).check()
    assert not page.get_by_label("Knows the year").is_visible()
    assert not page.get_by_label("Consciousness").is_visible()


def test_the_grades_are_worked_out_without_a_script(
    page: Page, chromium: Any, live: str, hospital: Hospital, sign_in: Callable[[Actor], None]
) -> None:
    key = hospital.infused(hospital.world.today - timedelta(days=2))
    sign_in(hospital.coordinator)
    context = chromium.new_context(viewport=NARROW, base_url=live, java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"/patients/{key}/bedside/entry")
    plain.get_by_label("Temperature").fill("39.1")
    plain.get_by_label("One vasopressor", exact=True).check()
    plain.get_by_label("None needed", exact=True).check()
    plain.get_by_role("button", name="Work out the grades").click()
    plain.get_by_text("CRS grade 3 (ASTCT 2019)").wait_for()
    assert plain.get_by_label("Temperature").input_value() == "39.1"
    context.close()
