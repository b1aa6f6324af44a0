"""The pages of the stock and of training, in a real browser: usable by everybody, at a desk and on a phone."""

from datetime import date, timedelta

from playwright.sync_api import expect

from rems.core.clock import utcnow
from rems.core.db import transaction
from rems.patients.models import Patient
from rems.sites import actions as sites
from rems.sites.rules import LocationKind, StaffRole
from rems.stock import actions as stock
from rems.stock import steps
from rems.training import actions as training
from rems.training.rules import TrainingKind
from tests.factories import KYMRIAH
from tests.rows import past_all_checks, put, row_of
from tests.stock.test_gs1 import with_check
from tests.training.test_logs import HEAD

PEOPLE = [
    ("Ilse Vantongeren", StaffRole.PHYSICIAN),
    ("Tobias Renquist", StaffRole.NURSE),
    ("Žofia Nowak-Wiśniewska", StaffRole.NURSE),
    ("王小明", StaffRole.PHARMACIST),
    ("Maren Oyelaran", StaffRole.COORDINATOR),
]


def looked_at(page, axe, shots, name):
    """No barrier for anybody, nothing wider than a phone, and a picture where one is asked for."""
    assert axe(page) == [], name
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.set_viewport_size({"width": 1280, "height": 900})
    shots(page, name)


def fill(page, **given):
    for label, value in given.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(value)


def stocked(hospital, superuser):
    """Four lots, one of them expired, and two doses held for a patient."""
    now, today = utcnow(), utcnow().date()
    said = {"by": hospital.coordinator, "now": now}
    suite = sites.add_location(hospital.site_id, "Infusion suite", LocationKind.UNIT, **said)
    for name, strength, vials, place, days in (
        ("B7702", 400, 1, hospital.location_id, -4),
        ("B7731", 200, 3, suite, 6),
        ("B7714", 400, 3, suite, 127),
        ("B7755", 80, 4, suite, 280),
    ):
        stock.receive(
            hospital.site_id,
            place,
            lot=name,
            strength_mg=strength,
            vials=vials,
            expires_on=today + timedelta(days=days),
            holds_on=today - timedelta(days=60),
            **said,
        )
    row = row_of(Patient.__table__, scope_id=hospital.scope_id, number="HL-0464", folded="hl0464")
    with past_all_checks(superuser):
        put(superuser, Patient.__table__, row)
    with transaction(hospital.coordinator, "test.reserve", at=now):
        steps.reserve(hospital.site_id, row["id"], doses=2, weight_kg=75, location_id=None, holds_on=today)
    return row["id"]


def test_the_stock_is_read_and_changed_by_everybody(page, sign_in, axe, shots, world, superuser):
    hospital = world.hospital(name="Harrow Lake University Hospital")
    patient_id = stocked(hospital, superuser)
    here = f"/sites/{hospital.site_id}/stock"
    sign_in(hospital.coordinator)
    page.goto("/stock")
    page.wait_for_url(f"**{here}")
    looked_at(page, axe, shots, "stock")

    page.goto(f"{here}/receive")
    page.get_by_label("Scan the code of the box").fill(
        f"01{with_check('0035024213601')}1728022910B7790 21A-17".replace(" ", "␝")
    )
    page.keyboard.press("Enter")  # as a scanner ends
    expect(page.get_by_label("Lot number")).to_have_value("B7790")
    looked_at(page, axe, shots, "stock-scanned")
    page.goto(f"{here}/count")
    looked_at(page, axe, shots, "stock-count")
    for field, number in zip(page.get_by_label("Lot B").all(), ("1", "4", "3", "4"), strict=False):
        field.fill(number)
    page.get_by_role("button", name="Keep the count").click()
    expect(page.locator(".problem")).to_contain_text("Lot B7731: the record says otherwise.")
    looked_at(page, axe, shots, "stock-count-differs")
    for field in page.get_by_label("Why it differs").all():
        field.fill("Found behind another box.")
    page.get_by_role("button", name="Keep the count").click()
    expect(page.get_by_text("1 difference")).to_be_visible()
    looked_at(page, axe, shots, "stock-counts")
    page.goto(here)
    page.get_by_label("Weight").fill("82")
    page.get_by_role("button", name="Work out").click()
    assert "made of 400 + 200 + 80 mg" in page.inner_text("main")

    page.get_by_role("link", name="Receive", exact=True).click()
    looked_at(page, axe, shots, "receive")
    page.get_by_role("button", name="Receive").click()
    looked_at(page, axe, shots, "receive-refused")
    fill(page, Lot_number="B7844", Number_of_vials="2", Day_of_expiry="30 Jun 2031")
    page.get_by_label("400 mg").check()
    page.get_by_label("Where it is kept").select_option(label="Infusion suite")
    page.get_by_role("button", name="Receive").click()
    assert "Received: 2 × 400 mg of lot B7844." in page.inner_text("main")

    page.get_by_role("link", name="B7702").click()
    looked_at(page, axe, shots, "lot")
    fill(page, Number_of_vials="1", Reason="Left over from last month")
    page.get_by_role("button", name="Record movement").click()
    assert "None left" in page.inner_text("main")
    page.goto(f"{here}/lots")
    looked_at(page, axe, shots, "lots")
    page.get_by_role("link", name="Empty").click()
    assert "B7702" in page.inner_text("main")

    page.goto(f"{here}/patients/{patient_id}")
    looked_at(page, axe, shots, "use")
    page.goto(f"{here}/movements")
    looked_at(page, axe, shots, "movements")
    page.goto(f"{here}?as_of={(utcnow().date() - timedelta(days=90)).isoformat()}")
    looked_at(page, axe, shots, "stock-another-day")


def test_what_was_entered_wrongly_is_corrected_by_everybody(page, sign_in, axe, shots, world, superuser):
    hospital = world.hospital(name="Harrow Lake University Hospital")
    stocked(hospital, superuser)
    here = f"/sites/{hospital.site_id}/stock"
    sign_in(hospital.coordinator)
    page.goto(f"{here}/lots")
    page.get_by_role("link", name="B7755").click()
    page.get_by_role("link", name="Correct ").last.click()
    looked_at(page, axe, shots, "correct-movement")
    fill(page, Number_of_vials="5")
    page.get_by_role("button", name="Correct").click()
    expect(page.locator(".problem")).to_contain_text("Reason for the correction is missing")
    looked_at(page, axe, shots, "correct-movement-refused")
    fill(page, Number_of_vials="5", Reason_for_the_correction="One vial stood in another box.")
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_text("the movement is corrected")).to_be_visible()
    page.get_by_role("link", name="Correct this lot").click()
    looked_at(page, axe, shots, "correct-lot")
    fill(page, Lot_number="B7756", Reason_for_the_correction="The last digit was misread.")
    page.get_by_label("Serial number").fill("21A-17")
    page.get_by_label("How it is kept").fill("Refrigerator 2, 2 to 8 °C")
    page.get_by_label("Product number (GTIN)").fill(with_check("0035024213601"))
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("heading", name="Lot B7756")).to_be_visible()
    looked_at(page, axe, shots, "lot-corrected")
    page.get_by_role("link", name="lot B7755").click()
    expect(page.get_by_role("heading", name="This lot was entered wrongly")).to_be_visible()
    looked_at(page, axe, shots, "lot-that-made-way")
    page.goto(f"{here}/lots")
    looked_at(page, axe, shots, "lots-with-a-box")
    page.goto(here)
    looked_at(page, axe, shots, "stock-with-a-box")
    page.goto(f"{here}/lots?left=empty")
    looked_at(page, axe, shots, "lots-none")


def test_a_manager_sees_the_stock_of_each_site(page, sign_in, axe, shots, world, superuser):
    hospital = world.hospital(name="Harrow Lake University Hospital")
    stocked(hospital, superuser)
    world.hospital(name="Saltmarsh Clinic")
    sign_in(world.manager())
    page.goto("/stock")
    looked_at(page, axe, shots, "stock-sites")


def test_training_is_read_and_recorded_by_everybody(page, sign_in, axe, shots, world):
    hospital = world.hospital(KYMRIAH, name="Harrow Lake University Hospital")
    said = {"by": hospital.coordinator, "now": world.now}
    keys = [sites.add_staff(hospital.site_id, n, r, from_on=date(2018, 1, 1), **said) for n, r in PEOPLE]
    sites.designate(hospital.site_id, hospital.code, hospital.staff_id, holds_on=date(2018, 2, 1), **said)
    took = {"holds_on": date(2018, 3, 1), **said}
    for who in [hospital.staff_id, *keys[:3]]:
        kind = TrainingKind.STAFF_TRAINING
        training.record_training(hospital.site_id, hospital.code, who, kind, material="Slides, edition 3", **took)
    for who, correct in ((hospital.staff_id, 9), (keys[0], 10), (keys[1], 6)):
        score = {"question_set": "2017-2", "questions": 10, "correct": correct, "pass_mark_percent": 80}
        training.record_attempt(hospital.site_id, hospital.code, who, **score, **took)
    here = f"/sites/{hospital.site_id}/programs/{KYMRIAH}"
    sign_in(hospital.coordinator)

    page.goto(f"{here}/training")
    looked_at(page, axe, shots, "training-closed")
    page.goto(f"{here}/training?as_of=2019-05-02")
    looked_at(page, axe, shots, "training")
    page.goto(f"{here}/training/new")
    page.get_by_role("button", name="Record training").click()
    looked_at(page, axe, shots, "record-refused")
    page.get_by_label("Person").select_option(label="王小明, pharmacist")
    fill(page, Day_it_was_taken="3 Apr 2018", Material="Slides, edition 3")
    page.get_by_role("button", name="Record training").click()
    assert "The training is recorded." in page.inner_text("main")
    page.goto(f"{here}/training/import")
    looked_at(page, axe, shots, "training-import")
    log = HEAD + "王小明,,assessment,2018-04-04,2017-2,10,9,80\nNobody,,staff-training,2018-04-04,Slides,,,\n"
    page.get_by_label("Log", exact=True).set_input_files(
        {"name": "log.csv", "mimeType": "text/csv", "buffer": log.encode()}
    )
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("heading", name="What the list would do")).to_be_visible()
    looked_at(page, axe, shots, "training-import-told")
    page.goto(f"{here}/assessments/new")
    looked_at(page, axe, shots, "assessment")
