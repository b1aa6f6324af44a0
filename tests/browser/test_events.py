"""The pages of events in a real browser: each holds at two widths, and the form works without a script."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.events import actions
from rems.events.actions import Happening
from rems.events.grading import CrsInputs
from rems.events.rules import Kind, Outcome, Seriousness
from rems.programs import queries as programs
from tests.browser.conftest import NARROW, WIDE
from tests.factories import LABEL, Hospital, World

Axe = Callable[[Page], list[Any]]
Shots = Callable[[Page, str], None]


def report(hospital: Hospital, days_ago: int, kind: Kind, term: str, *, number: str, grade: int | None = None) -> None:
    day = hospital.world.today - timedelta(days=days_ago)
    happened = Happening(
        kind=kind,
        term=term,
        began_on=day - timedelta(days=1),
        site_aware_on=day - timedelta(days=1),
        day_zero=day,
        seriousness=[Seriousness.HOSPITALIZATION],
        outcome=Outcome.RECOVERING,
        grade=grade,
        grade_reason="Pressor for sedation" if kind is Kind.CRS else "",
        crs_inputs=CrsInputs(39.4, vasopressors=1, hypotension=True) if kind is Kind.CRS else None,
        narrative="Fever since last night, chills. Tocilizumab 640 mg at 06:10.",
    )
    patient_id = hospital.patient(number, infused_on=day - timedelta(days=4))
    actions.report(patient_id, happened, by=hospital.coordinator, now=hospital.world.now)


def holds(page: Page, axe: Axe, shots: Shots, name: str) -> None:
    """The page has no finding of axe and does not scroll sideways on a phone."""
    assert axe(page) == []
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    shots(page, name)


def press(page: Page, name: str) -> None:
    """Press a button and wait for the whole page: looked at before its second stylesheet, it is not ours yet."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_every_page_of_events_holds(
    page: Page, world: World, sign_in: Callable[[Actor], None], axe: Axe, shots: Shots
) -> None:
    world = replace(world, now=utcnow())
    hospital = world.hospital(LABEL, name="Harrow Lake Medical Center", country="US", timezone="America/Chicago")
    for days_ago, kind, term, number, grade in (
        (17, Kind.INFECTION, "Sepsis", "HL-0431", 4),
        (12, Kind.CRS, "", "HL-0438", 2),
        (5, Kind.ICANS, "", "HL-0440", 3),
        (2, Kind.OTHER, "Acute pancreatitis", "HL-0447", None),
        (120, Kind.NEW_MALIGNANCY, "T-cell lymphoma", "HL-0402", None),
    ):
        report(hospital, days_ago, kind, term, number=number, grade=grade)
    patient_id = hospital.patient("HL-0458", infused_on=world.today - timedelta(days=4))
    with reading(Actor.system("test")):
        program_id = programs.key(LABEL)
    sign_in(world.account(Role.CASE_PROCESSOR, program_id=program_id, name="Priya Ramanath"))

    page.goto("/events")
    holds(page, axe, shots, "list")
    page.goto("/events?view=all")
    holds(page, axe, shots, "list-all")
    page.get_by_role("link", name="Cytokine release syndrome, grade 2").click()
    page.wait_for_url("**/events/*-*")
    holds(page, axe, shots, "case")
    page.goto(f"{page.url}?as_of={world.today - timedelta(days=3)}")
    holds(page, axe, shots, "case-other-day")
    page.goto("/events?kind=cytopenia")
    holds(page, axe, shots, "list-empty")

    page.goto(f"/patients/{patient_id}/events/new")
    holds(page, axe, shots, "report")
    page.get_by_label("Highest temperature").fill("39.1")
    page.get_by_label("Vasopressors").select_option("1")
    press(page, "Work out the grade")
    page.get_by_text("There is 1 thing to fix").wait_for()
    holds(page, axe, shots, "report-missing")
    page.get_by_label("Most oxygen needed").select_option("low_flow")
    press(page, "Work out the grade")
    page.get_by_text("CRS grade 3", exact=True).wait_for()
    assert page.evaluate("document.activeElement.textContent").strip() == "CRS grade 3"
    holds(page, axe, shots, "report-graded")
    page.get_by_label("Infection", exact=True).check()
    assert not page.get_by_label("Highest temperature").is_visible()
    holds(page, axe, shots, "report-infection")
    press(page, "Send report")
    page.get_by_text("There are 2 things to fix").wait_for()
    page.get_by_label("In a few words").fill("Pneumonia")
    page.get_by_label("When it began").fill((world.today - timedelta(days=1)).isoformat())
    page.get_by_label("Outcome so far").select_option("recovering")
    press(page, "Send report")
    page.get_by_role("heading", name="Pneumonia").wait_for()
    holds(page, axe, shots, "case-new")
