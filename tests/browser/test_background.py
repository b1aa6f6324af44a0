"""The pages of public reports in a real browser: nothing for axe to find, nothing wider than a phone."""

import pytest

from rems.cli import importing
from tests.background.extracts import Lines


def realistic() -> Lines:
    """As wordy as life: CAR-T and others, late and in time, refused lines, a name in another script."""
    carvykti = {"drugname": "CARVYKTI", "prod_ai": "CILTACABTAGENE AUTOLEUCEL", "lot_num": "23GC3515"}
    carvykti |= {"dose_vbm": "0.75 x10^6 cells/kg, single infusion", "route": "Intravenous (not otherwise specified)"}
    who = {"age": "74.0", "age_cod": "YR", "sex": "M", "wt": "81.5", "wt_cod": "KG", "occp_cod": "MD"}
    where = {"reporter_country": "US", "occr_country": "US", "mfr_sndr": "JOHNSON AND JOHNSON"}
    wordy = [
        "Cytokine release syndrome",
        "Immune effector cell-associated neurotoxicity syndrome",
        "Malignant melanoma",
    ]
    lines = Lines().case(25913997, drug=carvykti, reactions=[*wordy, "Headache"], **who, **where)
    lines.add(
        "DRUG", 25913997, drug_seq=2, role_cod="C", drugname="ACICLOVIR", prod_ai="ACYCLOVIR", dose_vbm="400 mg, bid"
    )
    lines.add(
        "DRUG", 25913997, drug_seq=2, role_cod="C", drugname="ACICLOVIR", prod_ai="ACYCLOVIR", dose_vbm="800 mg, bid"
    )
    lines.add("THER", 25913997, dsg_drug_seq=2, start_dt="202509", end_dt="20251003", dur="30", dur_cod="DAY")
    lines.add("OUTC", 25913997, outc_cod="LT").add("REAC", 25913997, pt=" ")
    lines.case(25913997, caseversion=2, drug=carvykti, reactions=wordy, mfr_dt="20251101", fda_dt="20251122", **where)
    lines.case(
        26000001, drug={"drugname": "ΠΑΡΑΔΕΙΓΜΑ"}, reactions=["Haemophagocytic lymphohistiocytosis"], fda_dt="2025"
    )
    for case in range(26000002, 26000060):
        kind, day = ("PER", "20251201") if case % 5 == 0 else ("EXP", f"202511{10 + case % 15}")
        lines.case(case, rept_cod=kind, fda_dt=day, reactions=["Underdose", "Fall"][: case % 3], mfr_sndr="NOVARTIS")
    lines.files["DEMO"].append("2600006")
    return lines


@pytest.fixture
def looked_at(axe, shots):
    """Try the page with axe, measure it on narrow screens, and keep its picture."""

    def look(page, name):
        assert axe(page) == []
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        shots(page, name)
        page.set_viewport_size({"width": 1280, "height": 900})

    return look


def test_a_reader_finds_a_report_and_where_it_comes_from(page, sign_in, looked_at, world, where, app, tmp_path):
    sign_in(world.manager())
    page.goto("/background")
    assert "No public report yet" in page.inner_text("main")
    looked_at(page, "empty")
    importing.faers(app.extensions["rems_settings"], where, realistic().write(tmp_path / "faers"))
    page.goto("/background")
    looked_at(page, "index")
    page.get_by_label("Product, reaction, number or maker").fill("carv cytok")
    page.get_by_label("Products").select_option("CAR-T only")
    page.get_by_role("button", name="Show").click()
    assert page.locator("tbody tr").count() == 2
    looked_at(page, "found")
    page.get_by_label("Product, reaction, number or maker").fill("zzz")
    page.get_by_role("button", name="Show").click()
    assert "No report fits" in page.inner_text("main")
    looked_at(page, "none")
    page.goto("/background?q=259139971")
    page.get_by_role("link", name="Cytokine release syndrome and 3 more").click()
    assert "no clock runs on it" in page.inner_text("main")
    looked_at(page, "show")
    page.get_by_role("link", name="FAERS 2025Q4").click()
    assert "pt is blank; report 259139971 stays without this line" in page.inner_text("main")
    looked_at(page, "run")
