"""The main job from end to end, as the people of one site do it: from its enrollment to the auditor's proof."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.db import reading
from rems.programs import queries as programs
from rems.reminders.actions import deliver, plan_reminders
from rems.reminders.queries import mine
from tests.factories import EUROPE, PASSWORD, Hospital, World

ZONE = "Europe/Berlin"


def said(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


@pytest.fixture
def hospital(world: World) -> Hospital:
    """A registered site that has entered the program, with its three people; nothing else is done."""
    world.now = utcnow()
    return world.hospital(EUROPE, name="Universitätsklinikum Wendelstein", timezone=ZONE)


class Desk:
    """One person at a browser of their own."""

    def __init__(
        self, page: Page, keep: Callable[[Page, str], None], axe: Callable[[Page], list[Any]], email: str
    ) -> None:
        self.page, self.keep, self.axe, self.email = page, keep, axe, email

    def click(self, name: str, role: Any = "link") -> None:
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name).first.click()

    def press(self, name: str) -> None:
        self.click(name, "button")

    def send(self) -> None:
        """The first button of the first form; what it refuses would show its summary of errors."""
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit].btn-primary").first.click()
        told = self.page.locator(".problem")
        assert told.count() == 0, told.first.inner_text()

    def fill(self, **values: str) -> None:
        """Fields by the name they are sent under."""
        for name, value in values.items():
            self.page.locator(f"[name={name}]").fill(value)

    def sign(self, **values: str) -> None:
        """What the first signature of a session takes, beside the other fields."""
        self.fill(**values, signer=self.email, password=PASSWORD)

    def choose(self, **values: str) -> None:
        for name, value in values.items():
            box = self.page.locator(f"select[name={name}]")
            if box.count():
                box.select_option(value)
            else:
                self.page.locator(f"[name={name}][value='{value}']").check()

    def see(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def look(self, name: str) -> None:
        """No violation of WCAG, nothing wider than a phone; a picture where one is asked for."""
        assert self.axe(self.page) == [], name
        self.page.set_viewport_size({"width": 390, "height": 844})
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.keep(self.page, name)


@pytest.fixture
def desk_of(
    chromium: Browser, live: str, world: World, shots: Callable[[Page, str], None], axe: Callable[[Page], list[Any]]
) -> Callable[[Actor], Any]:
    @contextmanager
    def sit(actor: Actor) -> Iterator[Desk]:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=live)
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(world.emails[actor.id])  # type: ignore[index]
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        desk = Desk(page, shots, axe, world.emails[actor.id])  # type: ignore[index]
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in", exact=True).click()
        yield desk
        context.close()

    return sit


def test_a_site_certifies_treats_follows_up_reports_and_is_proved(
    world: World, hospital: Hospital, desk_of: Callable[[Actor], Any], app: Any
) -> None:
    today = day_in(ZONE, utcnow())
    site = f"/sites/{hospital.site_id}"
    with desk_of(hospital.coordinator) as desk:  # steps 1 to 4
        desk.click("Programs")
        desk.click("EU risk management plan")
        desk.see("8 hours")
        desk.look("01-program")
        desk.page.goto(site)
        desk.click("Designate")
        desk.choose(staff_id=str(hospital.staff_id))
        desk.fill(holds_on=said(today - timedelta(days=20)))
        desk.look("02-representative")
        desk.press("Designate")
        desk.page.goto(f"{site}/programs/{EUROPE}/training")
        desk.click("Record training")
        desk.choose(staff_id=str(hospital.staff_id), kind="staff-training")
        desk.fill(holds_on=said(today - timedelta(days=9)), material="Slides, edition 3")
        desk.look("03-training-form")
        desk.send()
        desk.look("03-training")
        desk.page.goto(f"{site}/stock/receive")
        desk.fill(lot="B7731", vials="6", expires_on=said(today + timedelta(days=300)), holds_on=said(today))
        desk.choose(strength_mg="400", location_id=str(hospital.location_id))
        desk.look("04-receive")
        desk.press("Receive")
        desk.look("04-stock")
    with desk_of(hospital.representative) as desk:
        desk.page.goto(f"{site}/programs/{EUROPE}/enrollment")
        for box in desk.page.locator("[name=attested]").all():
            box.check()
        desk.sign(holds_on=said(today - timedelta(days=5)))
        desk.look("02-enrollment")
        desk.press("Sign")
        desk.page.goto(f"{site}/programs/{EUROPE}/application")
        desk.look("05-application")
        desk.click("Check your answers and submit")
        desk.fill(holds_on=said(today), password=PASSWORD)  # the second signature of this session
        desk.look("05-check")
        desk.press("Sign and submit application")
    with desk_of(hospital.manager) as desk:  # step 5
        desk.page.goto(f"{site}/programs/{EUROPE}")
        desk.see("Not certified yet")
        desk.look("05-not-certified")
        desk.page.goto(f"{site}/programs/{EUROPE}/process/site-qualification")
        desk.fill(summary="Qualification visit Q1, no open point", holds_on=said(today))
        desk.look("05-qualification")
        desk.send()
        desk.page.goto(f"{site}/programs/{EUROPE}/review")
        desk.sign(holds_on=said(today))
        desk.look("05-review")
        desk.press("Sign and certify")
        desk.see("Certified")
        desk.look("05-certified")
        paper = desk.page.request.get(f"{site}/programs/{EUROPE}/certificate.pdf")
        assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")
    product = programs.program(EUROPE).products[0].name
    with desk_of(hospital.coordinator) as desk:  # steps 6 to 8
        desk.click("Enroll a patient")
        desk.fill(number="WS-0001", birth_year="1961", indication="Relapsed follicular lymphoma", prior_lines="3")
        desk.choose(sex="female", product=product, track="EBMT-PASS-15Y")
        desk.fill(enrolled_on=said(today), planned_infusion_on=said(today))
        desk.look("06-enroll")
        desk.press("Enroll")
        patient = desk.page.url
        desk.look("06-enrolled")
        desk.click("Gate")
        desk.see("Not authorized")
        desk.look("06-gate-no")
        for kind, values in RECORDS.items():
            desk.page.goto(f"{patient}/record/{kind}")
            desk.fill(holds_on=said(today), **{k: v for k, v in values.items() if not k.startswith("_")})
            desk.choose(**{k[1:]: v.format(product=product) for k, v in values.items() if k.startswith("_")})
            if kind == "product-receipt":
                desk.fill(expires_on=said(today + timedelta(days=60)))
            desk.look(f"06-{kind}")
            desk.send()
        desk.page.goto(f"{patient}/gate")
        desk.sign()
        desk.look("06-gate-before")
        desk.press("Authorize")
        desk.see("Authorized")
        desk.look("06-gate-yes")
        desk.page.goto(f"{patient}/infusion")
        desk.look("06-infusion")
        at = utcnow().astimezone(ZoneInfo(ZONE))
        desk.fill(infused_at=f"{said(at.date())} {at:%H:%M}", lot="TK-22871", bags="1")
        desk.send()
        desk.page.goto(patient)
        desk.see("Fifteen years")
        desk.look("07-patient")
        desk.page.goto(f"{patient}/visits/D000")
        desk.fill(holds_on=said(today))
        desk.choose(contact="on_site", survival="alive")
        desk.look("07-visit")
        desk.send()
        desk.click("Report an event")
        desk.choose(kind="crs", oxygen="low_flow", outcome="recovering")
        desk.fill(began_on=said(today), temperature_c="39.2")
        desk.page.locator("[name=seriousness][value=hospitalization]").check()
        desk.press("Work out the grade")
        desk.see("CRS grade 2")
        desk.look("08-report")
        desk.press("Send report")
        desk.see("15 days")
        desk.look("08-event")
    _remind(app, world, hospital)  # step 9
    auditor = world.account(Role.AUDITOR, site_id=hospital.site_id)
    with desk_of(auditor) as desk:  # step 10
        desk.look("10-auditor")
        report = desk.page.request.get(f"{site}/programs/{EUROPE}/report.pdf?as_of={today}")
        assert (report.status, report.body()[:5]) == (200, b"%PDF-")
        desk.page.goto("/trail")
        desk.see("certification.certify")
        desk.look("10-trail")
        desk.page.goto(patient)
        desk.click("Trail of the patient")
        desk.see("followup.enroll")
        desk.look("10-trail-of-patient")


RECORDS: dict[str, dict[str, str]] = {
    "weight": {"weight_kg": "75.0"},
    "consent-treatment": {"_what": "given"},
    "alert-card": {},
    "deferral": {"_infection": "no", "_inflammatory": "no", "_reaction": "no", "_gvhd": "no"},
    "product-receipt": {"identity": "COI-0417", "_product": "{product}", "lot": "TK-22871", "bags": "1"},
}


def _remind(app: Any, world: World, hospital: Hospital) -> None:
    """The clock of the serious event has come into its last days: the case processor is told, by a file of mail."""
    processor = world.account(Role.CASE_PROCESSOR, program_id=programs.key(EUROPE))
    later = utcnow() + timedelta(days=13)
    assert plan_reminders(now=later) >= 1
    with reading(processor):
        [(key, subject)] = [
            (r.id, r.subject) for r in mine(processor) if "Cytokine" in r.subject or "REMS" in r.subject
        ]
    assert subject.startswith("DE-REMS-")
    assert deliver(key, now=later)
    sent = app.extensions["rems_settings"].data_dir / "mail" / f"{key}.eml"
    assert "/events/" in sent.read_text()
