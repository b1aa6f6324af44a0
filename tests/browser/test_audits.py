"""Audits in a real browser: the plan of all sites, an audit at each stage, its checklist, what another sponsor sees."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from rems.compliance.audits import reporting, sharing, working
from rems.compliance.audits.rules import AuditFormat, Side, Verdict
from rems.compliance.audits.working import Noted, Said, Upload
from rems.compliance.rules import DeviationSeverity
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.sites import actions as sites
from tests.compliance.audited import MINOR, Audited, planned
from tests.compliance.test_audit_sharing import key_of
from tests.factories import EUROPE, KYMRIAH, PASSWORD, Hospital, World
from tests.sharing import taking_from_each_other

TOCI = "SITE-TOCI-ON-SITE"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
VIALS = Noted(
    DeviationSeverity.CRITICAL,
    TOCI,
    "Two doses of tocilizumab stood outside the refrigerator from Friday evening to Monday morning; nobody was told.",
)


def test_audits_are_usable_in_every_state(
    app: Flask,
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    world.now = utcnow()

    def look(path: str, name: str) -> None:
        if path:
            page.goto(path)
        assert axe(page) == [], name
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        shots(page, name)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    with taking_from_each_other(app):
        hospital = world.hospital(EUROPE, name="Universitätsklinik Nordstadt", timezone="Europe/Berlin")
        hospital.certified(world.today - timedelta(days=300))
        sites.enter(hospital.site_id, KYMRIAH, by=hospital.coordinator, now=world.now)
        coordinator = world.actor(key_of(hospital.coordinator))
        hospital = Hospital(**{**vars(hospital), "coordinator": coordinator})
        other = world.hospital(EUROPE, name="Klinikum Wesertal").certified(world.today - timedelta(days=60))
        del other
        coming = planned(hospital, on=world.today + timedelta(20))
        asked = underway(hospital)
        done = Audited(hospital, asked.key)

        sign_in(hospital.manager)
        look("/audits/due", "audits-due")
        look(f"/sites/{hospital.site_id}/programs/{EUROPE}/audits/new", "audit-plan")
        look(f"/audits/{coming.key}", "audit-planned")
        look(f"/audits/{asked.key}", "audit-underway")
        look(f"/audits/{asked.key}/checklist", "audit-checklist")
        page.get_by_label("Does not conform").first.check()
        page.get_by_label("Evidence seen, or why").first.fill("")
        page.get_by_role("button", name="Keep the answers").click()
        expect(page.locator(".problem")).to_contain_text("needs a sentence that says why")
        look("", "audit-checklist-refused")
        look(f"/audits/{asked.key}/findings/new", "audit-finding")
        page.goto(f"/audits/{asked.key}/report")
        look("", "audit-report-form")
        page.get_by_label("Conclusion").fill("Well kept, but for the cold chain, which nobody watches on a weekend.")
        page.get_by_label("Your e-mail address").fill(world.emails[key_of(hospital.manager)])
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Sign the report").click()
        expect(page.get_by_text("2 findings open")).to_be_visible()
        reporting.respond(done.findings()[0].row.root_id, "An alarm was bought.", seen=None, **done.site)
        sharing.share(done.key, KYMRIAH, {"program", "auditors", "finding:2"}, **done.site)
        look(f"/audits/{done.key}", "audit-reported")
        look("/audits", "audits")
        sign_in(hospital.coordinator)
        look(f"/audits/{done.key}", "audit-reported-site")
        look(f"/audits/findings/{done.findings()[1].row.root_id}/response", "audit-response")
        look(f"/audits/{done.key}/files/new", "audit-file-refused")
        third = planned(hospital).begun().answered().noted(MINOR).reported()
        look(f"/audits/{third.key}/share", "audit-share")
        sign_in(world.manager(KYMRIAH))
        look("/audits", "audits-given")
        page.get_by_role("link", name="Universitätsklinik Nordstadt").click()
        look("", "audit-given")


def underway(hospital: Hospital) -> Audited:
    """A questionnaire that the site answered, with the auditor's answers, two findings and a file."""
    audit = planned(hospital, form=AuditFormat.QUESTIONNAIRE)
    codes = [item.code for item in audit.items()]
    own = {code: Said(Verdict.CONFORMS, "See SOP CT-012.") for code in codes[:5]}
    working.answer(audit.key, Side.SITE, own, seen=None, **audit.site)
    audit.begun().answered()
    bad = {TOCI: Said(Verdict.DOES_NOT_CONFORM, "Log of the refrigerator, 14 to 17 November.")}
    working.answer(audit.key, Side.AUDITOR, bad, seen=audit.seen(), **audit.manager)
    sent = Upload("refrigerator-log.pdf", "pdf", b"%PDF-1.7 log", "Temperatures of November")
    working.add_file(audit.key, sent, **audit.site)
    return audit.noted(VIALS, MINOR)
