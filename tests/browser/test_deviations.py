"""Deviations, actions that are late, and an overridden stop that became a deviation, in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Page

from rems.compliance import actions
from rems.compliance.overriding import report_override
from rems.compliance.rules import DeviationSeverity
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.patients import overriding
from rems.reminders.actions import plan_reminders
from tests.factories import World
from tests.patients.overridden import overridable, override, physician, prepared, suspended

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def test_late_actions_and_an_overridden_stop_read_well(
    app: Flask,
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = suspended(world, name="Klinikum Wesertal", timezone="Europe/Berlin")
    with overridable(app):
        override(hospital, prepared(hospital), physician(hospital))
    with reading(hospital.manager):
        key = overriding.overrides(hospital.manager)[0].row.id
    report_override(key, now=world.now)
    world.now = utcnow()
    said, today = {"by": hospital.coordinator, "now": world.now}, world.today
    deviation = hospital.deviation(
        today - timedelta(45),
        severity=DeviationSeverity.CRITICAL,
        summary="A nurse who was not trained gave the product on the night shift.",
        requirement_code="EU-HCP-EDUCATION",
    )
    actions.investigate(deviation, "The list of the trained hung in the day room alone.", **said)
    hospital.action(
        deviation, due_on=today - timedelta(6), what="Train everybody of the night shift, and keep the list"
    )
    hospital.action(deviation, due_on=today + timedelta(4), what="Hang up the list in both rooms")
    done = hospital.action(deviation, due_on=today - timedelta(20), check_on=today, what="Tell the ward")
    actions.finish(done, done_on=today - timedelta(21), note="Told at the handover", **said)
    plan_reminders(now=world.now)

    def look(path: str, name: str) -> None:
        page.goto(path)
        assert axe(page) == [], name
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        shots(page, name)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    sign_in(hospital.coordinator)
    look("/today", "home-coordinator")
    look("/deviations", "deviations")
    look(f"/deviations/{deviation}", "deviation")
    look(f"/deviations/{deviation}?as_of={today - timedelta(10)}", "deviation-another-day")
    look(f"/deviations/{deviation}?as_of={today - timedelta(50)}", "deviation-not-known")
    look(f"/deviations/{key}", "deviation-of-override")
    look(f"/overrides/{key}", "override")
    look("/reminders", "reminders")
    sign_in(hospital.manager)
    look("/today", "home-manager")
