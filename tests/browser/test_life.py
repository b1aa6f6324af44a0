"""The whole life of a certification through the forms, in a real browser; at its end every earlier day is read again.

The program has closed, so the days lie in its years: each form takes its own day, and pages show any day by `?as_of=`.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.stock import actions as stock
from tests.browser.life import Life, said
from tests.factories import KYMRIAH, Hospital, World

ENROLLED, APPLIED, RETURNED = date(2018, 6, 1), date(2018, 6, 4), date(2018, 6, 8)
AGAIN, CERTIFIED = date(2018, 6, 12), date(2018, 6, 15)
JOINED, FOLLOWS, LAST_OF_GRACE, LAPSED = date(2019, 2, 4), date(2019, 3, 4), date(2019, 4, 3), date(2019, 4, 4)
ANEW, RECERTIFIED = date(2019, 4, 15), date(2019, 4, 18)
LAST = date(2025, 6, 25)
OPEN = "Certified, with open findings"
# What a page says of each day at the end, with all that is known then.
VERDICTS = {
    ENROLLED: "Not certified yet on 1 June 2018: may not treat",
    RETURNED: "Not certified yet on 8 June 2018: may not treat",
    CERTIFIED: f"{OPEN} on 15 June 2018",
    LAST_OF_GRACE: f"{OPEN} on 3 April 2019",
    LAPSED: "Lapsed on 4 April 2019: may not treat",
    RECERTIFIED: f"{OPEN} on 18 April 2019",
    LAST: f"{OPEN} on 25 June 2025",
}


def test_a_certification_from_its_enrollment_to_years_after_the_program_closed(
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
) -> None:
    hospital = world.hospital(KYMRIAH, name="Harrow Lake University Hospital", country="US", timezone="America/Chicago")
    life = Life(page, hospital, sign_in, axe, shots)
    prepared(hospital)
    enrolls(life)
    applies_is_returned_and_corrects(life)
    is_certified(life)
    enrolls_anew(life, signer=lapses(life))
    a_record_is_taken_back(life)
    every_day_can_be_read(life)


def prepared(hospital: Hospital) -> None:
    """What the other walks show: training, processes, stock."""
    hospital.ready(ENROLLED, but=["SITE-AR-DESIGNATE", "AR-ENROLLMENT-FORM", "SITE-TOCI-ON-SITE"])
    stock.receive(
        hospital.site_id,
        hospital.location_id,
        lot="B7731",
        strength_mg=400,
        vials=8,
        expires_on=date(2027, 3, 31),
        holds_on=ENROLLED,
        by=hospital.coordinator,
        now=hospital.world.now,
    )


def enrolls(life: Life) -> None:
    """The coordinator names the representative, who signs the form of that day."""
    page = life.page
    life.sits(life.hospital.coordinator)
    page.goto(f"{life.here}/representative")
    page.locator("[name=staff_id]").select_option(str(life.hospital.staff_id))
    life.fill(holds_on=said(ENROLLED))
    life.press("Designate")
    life.sits(life.hospital.representative)
    signs_the_form(life, ENROLLED)
    life.keep("01-enrolled")
    life.note(VERDICTS)


def signs_the_form(life: Life, day: date) -> None:
    """Without a day the form shows the statements of the last day; those of an earlier one come when it is sent."""
    page = life.page
    page.goto(f"{life.here}/enrollment")
    button = page.locator("main form button.btn-primary").first.inner_text()
    life.sign(button, holds_on=said(day))
    for box in page.locator("[name=attested]").all():
        box.check()
    if day == ENROLLED:
        life.keep("01-form")
    life.sign(button, holds_on=said(day))
    expect(page.get_by_text("is signed.").first).to_be_visible()


def submits(life: Life, day: date, name: str = "", **more: str) -> None:
    """By the tasks of the last day that the program was open; for the day that is chosen at the end."""
    page = life.page
    page.goto(f"{life.here}/application")
    page.get_by_role("link", name="Show the tasks on its last day").click()
    page.get_by_role("link", name="Check your answers and submit").click()
    life.sign_for(day, "Sign and submit application", name, **more)
    expect(page.get_by_role("heading", name="Submitted. The program manager looks at it.")).to_be_visible()


def applies_is_returned_and_corrects(life: Life) -> None:
    page = life.page
    submits(life, APPLIED, "02-check")
    life.note(VERDICTS)
    life.sits(life.hospital.manager)
    page.goto(f"{life.here}/review")
    life.keep("03-review")
    page.get_by_role("link", name="Return with reasons").click()
    life.fill(
        **{"task:SITE-PROC-NEW-STAFF": "Name the version that is in force.", "reason": "One procedure is not clear."}
    )
    life.keep("03-return")
    life.sign("Sign and return", holds_on=said(RETURNED))
    life.keep("03-returned")
    life.note(VERDICTS)
    life.sits(life.hospital.coordinator)
    page.goto(f"{life.here}/application")
    for name in ("04-reasons", "04-tasks"):
        expect(page.get_by_text("One procedure is not clear.").first).to_be_visible()
        expect(page.get_by_text("Name the version that is in force.")).to_be_visible()
        life.look(name)
        page.goto(f"{life.here}/application?as_of={LAST}")
    page.goto(f"{life.here}/process/procedure-new-staff")
    life.fill(summary="SOP HL-CT-012, version 3, in force since 11 June 2018", holds_on=said(AGAIN))
    with page.expect_navigation():
        page.locator("main form button.btn-primary").first.click()
    life.sits(life.hospital.representative)
    submits(life, AGAIN, corrected="Version 3 is in force; the record names it now.")
    life.note(VERDICTS)


def is_certified(life: Life) -> None:
    life.sits(life.hospital.manager)
    life.page.goto(f"{life.here}/review")
    life.sign_for(CERTIFIED, "Sign and certify", "05-review")
    expect(life.page.get_by_text("The site is certified. Its certificate is signed.")).to_be_visible()
    life.keep("05-certified")
    life.note(VERDICTS)


def lapses(life: Life) -> Actor:
    """Another physician follows as representative, and does not enroll within thirty days. Gives who follows."""
    page, world = life.page, life.hospital.world
    new = world.account(Role.AUTHORIZED_REPRESENTATIVE, site_id=life.hospital.site_id, name="Amara Okonjo, MD")
    assert new.id is not None
    life.sits(life.hospital.coordinator)
    page.goto(f"{life.site}/staff/new")
    life.fill(name=new.name, email=world.emails[new.id], from_on=said(JOINED))
    page.locator("[name=role]").select_option("physician")
    with page.expect_navigation():
        page.locator("main form button.btn-primary").first.click()
    page.goto(f"{life.here}/representative")
    life.fill(holds_on=said(FOLLOWS))
    page.locator("[name=staff_id]").select_option(label=f"{new.name}, physician")
    life.keep("06-follows")
    life.press("Designate")
    life.note(VERDICTS)
    page.goto(f"{life.here}?as_of={LAPSED}")
    expect(page.get_by_role("heading", name=VERDICTS[LAPSED])).to_be_visible()
    expect(page.get_by_text("the 30 calendar days for it ended on 3 April 2019").first).to_be_visible()
    expect(page.get_by_text("This site: lapsed")).to_be_visible()
    life.look("06-lapsed")
    return new


def enrolls_anew(life: Life, signer: Actor) -> None:
    """Enrolling alone brings nothing back: the new representative applies, and the site is certified again."""
    page, hospital = life.page, life.hospital
    hospital.ready(ANEW, but=["SITE-AR-DESIGNATE", "AR-ENROLLMENT-FORM", "SITE-TOCI-ON-SITE"])
    life.sits(signer)
    signs_the_form(life, ANEW)
    submits(life, ANEW)
    life.note(VERDICTS)
    page.goto(f"{life.here}?as_of={ANEW}")
    expect(page.get_by_role("heading", name="Lapsed on 15 April 2019: may not treat")).to_be_visible()
    life.sits(hospital.manager)
    page.goto(f"{life.here}/review")
    life.keep("07-review-again")
    life.sign_for(RECERTIFIED, "Sign and certify", reason="The new representative has enrolled.")
    life.note(VERDICTS)


def a_record_is_taken_back(life: Life) -> None:
    """A piece of evidence of the first days was entered by mistake: known later, and told apart from what was known."""
    page = life.page
    life.sits(life.hospital.coordinator)
    page.goto(f"{life.site}/evidence?as_of={APPLIED}")
    page.get_by_role("link", name="Live training").first.click()
    piece = page.url.split("?")[0]
    page.goto(piece)
    page.get_by_role("link", name="Take back").first.click()
    life.fill(reason="It was the training of another program.")
    life.press("Take back")


def every_day_can_be_read(life: Life) -> None:
    page = life.page
    for query, told in life.seen.items():
        assert life.told(query) == told, query
    page.goto(f"{life.here}?{next(q for q in reversed(life.seen) if q.startswith(f'as_of={CERTIFIED}'))}")
    live = "Authorized representative takes the live training program"
    expect(page.get_by_text(f"{live}: met then, not met as known now.")).to_be_visible()
    life.keep("08-as-known")
    for day, verdict in VERDICTS.items():
        page.goto(f"{life.here}?as_of={day}")
        expect(page.get_by_role("heading", name=verdict, exact=True)).to_be_visible()
    life.keep("08-last-day")
    for day in (CERTIFIED, LAST):
        paper = page.request.get(f"{life.here}/certificate.pdf?as_of={day}")
        assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")
    page.goto(life.here)
    expect(page.get_by_role("heading", name="Nothing is asked today")).to_be_visible()
    life.keep("08-closed")
    page.get_by_role("link", name="Application returned").click()
    life.keep("08-act")
