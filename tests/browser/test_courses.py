"""Courses and live sessions in a real browser: published, planned, registered for, attended, read and signed."""

from datetime import date, timedelta
from uuid import UUID

from playwright.sync_api import expect

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from tests.browser.test_stock import looked_at
from tests.factories import EUROPE, PASSWORD
from tests.training.teaching import plan, publish, seat

PAGE = """# Before the infusion

Check **each** of these, on the day itself:

1. The patient's weight, not older than *24 hours*.
2. Two doses of tocilizumab, within reach of the ward.

| Weight | Dose |
|:-------|-----:|
| 30 kg and more | 8 mg/kg |
| below 30 kg | 12 mg/kg |

> Nobody is left alone in the first ten days.

## When it goes wrong

Call the ward first. `Overaverylongwordwithoutasinglespacethatnevereverendsandwouldpushanypageasidebyitself`

```
Cytokine release syndrome, grade 2 or more: give tocilizumab within two hours, and report the case to the sponsor.
```

---

See [the label](https://www.ema.europa.eu/) for the rest.
"""


def looked(page, axe, shots, name):
    """As other pages are, and nothing wider than a desk's screen either."""
    looked_at(page, axe, shots, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280, name


def said(on: date) -> str:
    return f"{on.day} {on:%b} {on.year}"


def test_a_course_is_published_read_and_signed(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Universitätsklinik Nordstadt", timezone="Europe/Berlin")
    pharmacist = world.account(Role.PHARMACIST, site_id=hospital.site_id, name="Đặng Thị Ngọc-Nowak")
    given = {"email": world.emails[pharmacist.id], "by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, pharmacist.name, StaffRole.PHARMACIST, from_on=date(2020, 1, 1), **given)
    today = world.today

    sign_in(hospital.manager)
    page.goto(f"/programs/{EUROPE}/courses")
    looked(page, axe, shots, "courses-none")
    page.get_by_role("link", name="Publish a course").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="There are 2 things to fix")).to_be_visible()
    looked(page, axe, shots, "courses-refused")
    page.get_by_label("Title").fill("Handling CAR-T cells: what every nurse and pharmacist of the ward must know")
    page.get_by_label("Edition", exact=True).fill("1.0")
    page.get_by_label("First day", exact=True).fill(said(today))
    page.get_by_label("Or as a page").fill(PAGE)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The course is published.")).to_be_visible()
    looked(page, axe, shots, "courses-page")
    page.get_by_role("link", name="Next edition").click()
    page.get_by_label("Edition", exact=True).fill("2.0")
    page.get_by_label("First day", exact=True).fill(said(today + timedelta(days=20)))
    page.get_by_label("Training of this kind").check()
    looked(page, axe, shots, "courses-next")
    page.get_by_role("button", name="Publish").click()
    looked(page, axe, shots, "courses-coming")
    page.get_by_role("link", name="Withdraw").click()
    looked(page, axe, shots, "courses-withdraw")
    root = publish(
        hospital, title="Übersicht für die Apotheke", file=("Übersicht für die Apotheke, 2026.pdf", b"%PDF-1.7 x")
    )
    page.goto(f"/courses/{root}")
    looked(page, axe, shots, "courses-file")
    page.goto(f"/programs/{EUROPE}/courses")
    looked(page, axe, shots, "courses")

    sign_in(pharmacist)
    page.locator("#more summary").click()
    page.get_by_role("link", name="My training").click()
    looked(page, axe, shots, "learning")
    page.get_by_role("link", name="Read and sign Handling").click()
    looked(page, axe, shots, "courses-sign")
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("heading", name="There are 3 things to fix")).to_be_visible()
    looked(page, axe, shots, "courses-sign-refused")
    page.get_by_label("I have read this material").check()
    page.get_by_label("Your e-mail address").fill(world.emails[pharmacist.id])
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_text("You signed for Handling CAR-T cells")).to_be_visible()
    looked(page, axe, shots, "learning-signed")
    page.goto(f"/sites/{hospital.site_id}/programs/{EUROPE}/training")
    expect(page.get_by_text(f"Edition 2.0 from {said(today + timedelta(days=20))}").first).to_be_visible()
    looked(page, axe, shots, "matrix")

    sign_in(hospital.coordinator)
    page.goto("/learning")
    looked(page, axe, shots, "learning-none")


def test_a_live_session_is_planned_registered_for_and_attended(page, sign_in, axe, shots, world):
    world.now = utcnow()
    hospital = world.hospital(EUROPE, name="Universitätsklinik Nordstadt", timezone="Europe/Berlin")
    given = {"by": hospital.coordinator, "now": world.now, "from_on": date(2020, 1, 1)}
    held_on = world.today - timedelta(days=55)
    for name in ("Žofia Nowak-Wiśniewska", "Tobias Renquist"):
        sites.add_staff(hospital.site_id, name, StaffRole.NURSE, **given)

    sign_in(hospital.manager)
    page.goto(f"/programs/{EUROPE}/sessions/new")
    page.get_by_label("What is taught").fill("CAR-T in practice, edition 2")
    page.get_by_label("Trainer").fill("Dr. Živa Öztürk")
    page.get_by_label("Place").fill("Room 4, or https://meet.sponsor.example/car-t-in-practice-2026-autumn")
    page.get_by_label("Begins").fill(f"{said(held_on)} 09:30")
    page.get_by_label("Staff training").check()
    looked(page, axe, shots, "session-plan")
    page.get_by_role("button", name="Plan").click()
    expect(page.get_by_text("The session is planned.")).to_be_visible()
    looked(page, axe, shots, "session-nobody")
    here = page.url

    sign_in(hospital.coordinator)
    page.goto(f"/sites/{hospital.site_id}/programs/{EUROPE}/training")
    looked(page, axe, shots, "matrix-late")
    page.get_by_role("link", name="Live sessions").click()
    looked(page, axe, shots, "sessions")
    page.get_by_role("link", name="CAR-T in practice, edition 2").click()
    page.get_by_role("link", name="Register people").click()
    looked(page, axe, shots, "session-register")
    for name in ("Žofia Nowak-Wiśniewska", "Tobias Renquist", "Dr. Rep"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("3 people are newly registered.")).to_be_visible()
    looked(page, axe, shots, "session-registered")
    page.get_by_role("button", name="Cancel the place of Dr. Rep").click()
    expect(page.get_by_text("The place is canceled.")).to_be_visible()
    page.goto(f"/sites/{hospital.site_id}/programs/{EUROPE}/sessions/new")
    looked(page, axe, shots, "session-plan-own")

    neighbor = world.hospital(EUROPE, name="Aachen")
    seat(neighbor, UUID(here.rsplit("/", 1)[-1]), neighbor.staff_id)
    sign_in(hospital.manager)
    page.goto(here)
    page.get_by_label("Žofia Nowak-Wiśniewska").select_option("Attended")
    page.get_by_label("Tobias Renquist").select_option("Did not come")
    looked(page, axe, shots, "session-attendance")
    page.get_by_role("button", name="Keep the attendance").click()
    expect(page.get_by_text("Attendance is kept. 1 new training is on record.")).to_be_visible()
    sign_in(hospital.coordinator)
    page.goto(f"/sites/{hospital.site_id}/programs/{EUROPE}/training")
    expect(page.get_by_role("row", name="Žofia").get_by_text(said(held_on))).to_be_visible()
    page.goto(here)
    looked(page, axe, shots, "session-attended")

    root = plan(hospital, begins_at=world.now + timedelta(days=3))
    sign_in(hospital.manager)
    page.goto(f"/sessions/{root}/cancel")
    looked(page, axe, shots, "session-cancel")
    page.get_by_label("Reason", exact=True).fill("The trainer is ill")
    page.get_by_role("button", name="Cancel the session").click()
    expect(page.get_by_text("The session is canceled.")).to_be_visible()
    looked(page, axe, shots, "session-canceled")
