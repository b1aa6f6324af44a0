"""The twelve programs say what the reviewed facts say, as surely and from the same sources."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from rems.programs import files
from rems.programs.rules import Program, Quantity, Schedule

ROOT = Path(__file__).parents[2]
FACTS = ROOT.parent / "shared" / "domain" / "programs.yaml"
CODES = (
    "US-FDA-REMS-KYMRIAH",
    "US-FDA-REMS-YESCARTA-TECARTUS",
    "US-FDA-REMS-BREYANZI",
    "US-FDA-REMS-ABECMA",
    "US-FDA-REMS-CARVYKTI",
    "US-FDA-LABEL-CART-2025",
    "US-FDA-LTFU-2020",
    "EU-RMP-CART",
    "RU-EAEU-PV-MEDICINE",
    "RU-180FZ-BMCP",
    "US-FDA-REMS-TECVAYLI-TALVEY",
    "US-FDA-REMS-LYNOZYFIC",
)
SCHEDULES = (
    "CIBMTR-15Y-CRF",
    "CIBMTR-STANDARD-TED",
    "EBMT-PASS-15Y",
    "FDA-LTFU-2020-INTEGRATING",
    "FDA-LTFU-2020-NONINTEGRATING",
)

pytestmark = pytest.mark.skipif(not FACTS.exists(), reason="needs ../shared/domain/programs.yaml, which is absent")


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(FACTS.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


@pytest.fixture(scope="module")
def programs() -> dict[str, Program]:
    return dict(files.load(ROOT / "config" / "programs").programs)


@pytest.fixture(scope="module")
def schedules() -> dict[str, Schedule]:
    return dict(files.load(ROOT / "config" / "programs").schedules)


def fact_of(facts: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in facts["programs"] if p["program_id"] == code)
    return found


def span(fact: Any) -> str | None:
    """ "15 calendar days" of {value: 15, unit: calendar_days}; anything else as it is."""
    if not isinstance(fact, dict) or fact.get("value") is None:
        return None if isinstance(fact, dict) else fact
    return str(Quantity(fact["value"], fact["unit"]))


@pytest.mark.parametrize("code", CODES)
def test_each_version_asks_the_same_with_the_same_confidence_and_sources(
    code: str, facts: dict[str, Any], programs: dict[str, Program]
) -> None:
    expected = fact_of(facts, code)["versions"]
    assert [v.version for v in programs[code].versions] == [v["version"] for v in expected]
    for ours, fact in zip(programs[code].versions, expected, strict=True):
        assert [(r.code, r.confidence, list(r.sources)) for r in ours.requirements] == [
            (r["code"], r["confidence"], r.get("sources", [])) for r in fact["requirements"]
        ]
        assert ours.effective_from == fact["effective_from"]
        assert ours.effective_from_confidence == fact["effective_from_confidence"]
        assert ours.effective_to == fact["effective_to"]
        assert {r.code: r.confidence for r in ours.removed} == fact.get("removed_confidence", {})
        assert [r.code for r in ours.removed] == fact.get("removed", [])
        assert {s for r in ours.removed for s in r.sources} == set(fact.get("removed_sources", []))
        assert list(ours.removed_unverified) == fact.get("removed_unverified", [])


@pytest.mark.parametrize("code", CODES)
def test_each_requirement_is_that_of_the_reviewed_catalogue(
    code: str, facts: dict[str, Any], programs: dict[str, Program]
) -> None:
    for version, fact in zip(programs[code].versions, fact_of(facts, code)["versions"], strict=True):
        own = {r["code"]: r.get("parameters", {}) for r in fact["requirements"]}
        for ours in version.requirements:
            base = facts["requirement_catalogue"][ours.code]
            assert ours.ncit_code == base["ncit_code"], ours.code
            assert ours.stage == base["stage"], ours.code
            row = next(r for r in fact["requirements"] if r["code"] == ours.code)
            actor = row.get("actor", base["actor"]).replace("centre", "center").replace("organisation", "organization")
            assert ours.cadence == row.get("cadence", base["cadence"]), ours.code
            assert ours.subject == base["subject"], ours.code
            assert ours.actor == actor, ours.code
            for name, value in own[ours.code].items():
                mine = ours.parameters[name]
                assert (str(mine) if isinstance(mine, Quantity) else mine) == span(value), (ours.code, name)


@pytest.mark.parametrize("code", CODES)
def test_each_clock_has_the_same_limit_end_confidence_and_sources(
    code: str, facts: dict[str, Any], programs: dict[str, Program]
) -> None:
    expected = fact_of(facts, code)["reporting_clocks"]
    starts = {"aware_date": "day_zero", "period_end": "period_end", "anniversary_date": "anniversary"}
    assert [c.code for c in programs[code].clocks] == [c["code"] for c in expected]
    for ours, fact in zip(programs[code].clocks, expected, strict=True):
        limit = fact["clock"]
        assert (str(ours.limit) if ours.limit else None) == (span(limit) if limit else None)
        assert limit is None or ours.start == starts[limit["from"]]
        who = fact["who"].replace("organisation", "organization")
        assert (ours.who, ours.effective_to) == (who, fact["effective_to"])
        assert (ours.confidence, list(ours.sources)) == (fact["confidence"], fact.get("sources", []))


@pytest.mark.parametrize("code", CODES)
def test_each_program_is_open_and_closed_as_reviewed(
    code: str, facts: dict[str, Any], programs: dict[str, Program]
) -> None:
    fact, ours = fact_of(facts, code), programs[code]
    assert (ours.kind, ours.status) == (fact["kind"].replace("labelling", "labeling"), fact["status"])
    assert (ours.authority, ours.jurisdiction) == (fact["authority"], fact["jurisdiction"])
    assert (ours.closure.on if ours.closure else None) == (fact["closure"] or {}).get("date")
    assert list(ours.closure.sources if ours.closure else []) == (fact["closure"] or {}).get("sources", [])
    assert [(p.name, p.inn, p.target, p.license) for p in ours.products] == [
        (p["name"], p["inn"], p["target"], p.get("licence")) for p in fact["products"]
    ]
    assert [p.joined_on for p in ours.products] == [p.get("joined_on") for p in fact["products"]]
    assert ours.calendar == fact.get("calendar")
    track = ours.tracks[0] if ours.tracks else None
    assert fact.get("follow_up_schedule", track) == track


@pytest.mark.parametrize("code", CODES)
def test_each_tocilizumab_rule_is_as_reviewed(code: str, facts: dict[str, Any], programs: dict[str, Program]) -> None:
    for version, fact in zip(programs[code].versions, fact_of(facts, code)["versions"], strict=True):
        rule, expected = version.tocilizumab, facts["tocilizumab_rules"][fact["tocilizumab_rule"]]
        further = expected["additional_dose"] or {"count": 0, "accessible_within": None}
        assert (rule.code, rule.doses) == (fact["tocilizumab_rule"], expected["doses_on_site_per_patient"])
        assert (str(rule.administer_within) if rule.administer_within else None) == span(expected["administer_within"])
        assert rule.further_doses == further["count"]
        assert (str(rule.further_within) if rule.further_within else None) == span(further["accessible_within"])
        assert (rule.confidence, list(rule.sources)) == (expected["confidence"], expected["sources"])


@pytest.mark.parametrize("code", SCHEDULES)
def test_each_schedule_has_the_reviewed_visits_windows_and_confidence(
    code: str, facts: dict[str, Any], schedules: dict[str, Schedule]
) -> None:
    ours, fact = schedules[code], facts["follow_up_schedules"][code]
    assert str(ours.duration) == span(fact["duration"])
    assert set(fact.get("sources", [])) <= set(ours.sources)
    assert list(ours.forms) == fact.get("forms", [])
    assert {q.code: q.confidence for q in ours.questions} == {q["code"]: q["confidence"] for q in fact["questions"]}
    plans = {v.code: v for v in ours.visits}
    seen = []
    for row in fact["visits"]:
        step = row.get("every", {"value": 1})["value"]
        years = range(row["from_year"], row["to_year"] + 1, step) if "from_year" in row else ()
        for visit in [f"Y{year:02}" for year in years] or [row["code"]]:
            seen.append(visit)
            around, window = row.get("window_days_plus_minus"), row.get("window_days", {})
            plan = plans[visit]
            assert (plan.opens, plan.closes) == (window.get("from"), window.get("to"))
            assert (plan.before, plan.after) == (around, around)
            assert (plan.confidence, list(plan.forms)) == (row["confidence"], row.get("forms", []))
            assert str(plan.offset) == (
                span(row["offset"]) if "offset" in row else str(Quantity(int(visit[1:]), "years"))
            )  # type: ignore[arg-type]
    assert [v.code for v in ours.visits] == seen


@pytest.mark.parametrize("code", CODES)
def test_the_labeled_monitoring_and_the_timetable_are_as_reviewed(
    code: str, facts: dict[str, Any], programs: dict[str, Program]
) -> None:
    ours, fact = programs[code], fact_of(facts, code)
    label, told = ours.labeled_monitoring, fact.get("labelled_monitoring_before_closure")
    assert (label is None) == (told is None)
    if label and told:
        assert str(label.proximity) == span(told["proximity"])
        assert str(label.no_driving) == span(told["no_driving"])
        assert (label.confidence, list(label.sources)) == (told["confidence"], told["sources"])
    named = fact.get("assessment_timetable")
    assert (ours.assessments.code if ours.assessments else None) == named
    if ours.assessments:
        due = facts["assessment_timetables"][named]
        assert [str(q) for q in ours.assessments.due] == [span(q) for q in due["due"]]
        assert (str(ours.assessments.then_every), ours.assessments.confidence) == (
            span(due["then_every"]),
            due["confidence"],
        )


def test_the_exceptions_lie_on_the_reviewed_programs_with_the_reviewed_rules(
    facts: dict[str, Any], programs: dict[str, Program]
) -> None:
    for fact in facts["exceptions"]:
        assert [code for code in CODES if programs[code].exception(fact["id"])] == [
            code for code in CODES if code in fact["applies_to"]
        ]
        for code in fact["applies_to"]:
            ours = programs[code].exception(fact["id"])
            assert ours
            assert (ours.authority, ours.replaces) == (fact["authority"], fact["replaces_rule"])
            assert (ours.rule.code if ours.rule else None) == fact["with_rule"]
            assert (ours.effective_from, ours.effective_to) == (fact["effective_from"], fact["effective_to"])
            assert (ours.effective_from_precision or None) == fact["effective_from_precision"]
            assert (ours.confidence, list(ours.sources)) == (fact["confidence"], fact["sources"])


def test_the_products_without_a_rems_are_as_reviewed(facts: dict[str, Any]) -> None:
    ours = files.load(ROOT / "config" / "programs").without_rems
    assert [(p.name, p.inn, p.confidence, list(p.sources)) for p in ours] == [
        (p["name"], p["inn"], p["confidence"], p.get("sources", [])) for p in facts["products_without_rems"]
    ]
    assert [o.name for p in ours for o in p.owners] == ["USWM CT, LLC"]


def test_the_versions_begin_and_end_on_the_reviewed_days(programs: dict[str, Program]) -> None:
    closure = programs["US-FDA-REMS-KYMRIAH"].closure
    assert closure and closure.on == date(2025, 6, 26)
