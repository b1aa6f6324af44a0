"""The reader of config/programs: what it takes, and what it says of what is wrong."""

import time
from datetime import date
from pathlib import Path

from rems.programs import files
from rems.programs.rules import Ask, Quantity, Unit

CONFIG = Path(__file__).parents[2] / "config" / "programs"


def test_the_files_of_the_project_load() -> None:
    found = files.load(CONFIG)
    versions = [v for p in found.programs.values() for v in p.versions]
    assert (len(found.programs), len(versions)) == (12, 18)
    assert len({r.code for v in versions for r in v.requirements}) == 44
    assert {e.code for p in found.programs.values() for e in p.exceptions} == {
        "FDA-TOCI-SHORTAGE-2021",
        "EU-TOCI-SHORTAGE-CLAUSE",
    }
    assert set(found.timetables) == {"REMS-STATUTORY-MINIMUM", "REMS-6-12-ANNUAL"}
    assert len(found.without_rems) == 7
    assert {code: len(s.visits) for code, s in found.schedules.items()} == {
        "CIBMTR-15Y-CRF": 17,
        "CIBMTR-STANDARD-TED": 12,
        "EBMT-PASS-15Y": 18,
        "FDA-LTFU-2020-INTEGRATING": 15,
        "FDA-LTFU-2020-NONINTEGRATING": 5,
    }


def test_loading_takes_less_than_150_ms() -> None:
    files.load(CONFIG)
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        files.load(CONFIG)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.150


def test_a_quantity_is_read_from_words_and_null_stays_not_established() -> None:
    kymriah = files.load(CONFIG).programs["US-FDA-REMS-KYMRIAH"].versions[0]
    retrain, assessment = (
        kymriah.requirement("SITE-RETRAIN-INACTIVE"),
        kymriah.requirement("STAFF-KNOWLEDGE-ASSESSMENT"),
    )
    assert retrain and retrain.parameters["inactivity_limit"] == Quantity(12, Unit.MONTHS)
    assert assessment and assessment.parameters["pass_mark_percent"] is None


def test_the_digest_covers_the_rules_and_not_what_is_said_about_them(folder: Path) -> None:
    def digests() -> list[str]:
        return [v.digest for v in files.load(folder).programs["EU-RMP-CART"].versions]

    def change(file: str, old: str, new: str) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")

    before, whole = digests(), files.load(folder).digest
    assert all(len(one) == 64 for one in before)
    change("eu-rmp-cart.yaml", "effective_to: null", "effective_to: 2030-12-31")
    change("eu-rmp-cart.yaml", "confidence: found, sources: [S23]", "confidence: uncertain, sources: [S21]")
    change("eu-rmp-cart.yaml", "note: It is not", "note: So far it is not")
    assert digests() == before
    assert files.load(folder).digest != whole
    change("eu-rmp-cart.yaml", "parameters: {duration: 8 weeks}", "parameters: {duration: 9 weeks}")
    changed = digests()
    assert changed != before
    change(
        "tocilizumab.yaml",
        "administer_within: null\n    further_doses: 1",
        "administer_within: null\n    further_doses: 2",
    )
    assert digests() != changed


def test_the_digest_of_a_version_differs_from_every_other() -> None:
    found = [v.digest for p in files.load(CONFIG).programs.values() for v in p.versions]
    assert len(set(found)) == len(found)


def test_each_requirement_that_asks_for_evidence_names_its_kind() -> None:
    for program in files.load(CONFIG).programs.values():
        for version in program.versions:
            for one in version.requirements:
                assert (one.evidence is None) == (one.ask in (Ask.DOSES_ON_SITE, Ask.SPONSOR, Ask.LABEL)), one.code


def test_attestations_end_with_the_duty_they_speak_of() -> None:
    kymriah = files.load(CONFIG).programs["US-FDA-REMS-KYMRIAH"]
    before = {a.code for a in kymriah.attestations_on(date(2024, 6, 25))}
    after = {a.code for a in kymriah.attestations_on(date(2024, 6, 26))}
    assert before - after == {"ATT-STAFF-TRAINED", "ATT-REPORT-EVENTS"}
    assert kymriah.attestations_on(date(2025, 6, 26)) == ()
