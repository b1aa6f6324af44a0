"""The rules on plain JSON: an answer with its steps and source, and one sentence for what is wrong."""

import io
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rems.cli import rules
from rems.cli.facts import parse, read
from rems.core.errors import BadInput

CASE = {"program": "US-FDA-LABEL-CART-2025", "day_zero": "2026-11-12", "serious": True, "country": "US"}
LOTS = [
    {"strength_mg": 400, "vials": 2, "expires_on": "2027-01-01"},
    {"strength_mg": 80, "vials": 6, "expires_on": "2026-11-24"},
]
GOOD: dict[str, dict[str, Any]] = {
    "crs": {"temperature_c": 39.2, "vasopressors": 1},
    "dose": {"weight_kg": 75.3},
    "windows": {"schedule": "EBMT-PASS-15Y", "infused_on": "2024-02-29"},
    "clocks": CASE,
    "findings": {"program": "US-FDA-REMS-KYMRIAH", "on": "2021-12-15"},
}


def ask(monkeypatch: pytest.MonkeyPatch, name: str, given: object, *, schema: bool = False) -> int:
    text = given if isinstance(given, str) else json.dumps(given)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    return rules.run(name, schema=schema)


def answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, given: object) -> Any:
    assert ask(monkeypatch, name, given) == 0
    return json.loads(capsys.readouterr().out)


def test_the_names_are_the_rules_of_the_door() -> None:
    assert set(rules.NAMES) == set(GOOD)


@pytest.mark.parametrize("name", GOOD)
def test_each_rule_answers_with_steps_and_a_source(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(monkeypatch, capsys, name, GOOD[name])
    assert set(found) == {"answer", "steps", "source"}
    assert found["answer"]
    assert found["steps"]
    assert found["source"]


@pytest.mark.parametrize("name", GOOD)
def test_a_list_in_gives_a_list_out(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = answer(monkeypatch, capsys, name, GOOD[name])
    assert answer(monkeypatch, capsys, name, [GOOD[name], GOOD[name]]) == [one, one]
    assert answer(monkeypatch, capsys, name, []) == []


@pytest.mark.parametrize("name", GOOD)
def test_the_schema_describes_every_fact(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(monkeypatch, name, "", schema=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(GOOD[name]) <= set(found["properties"])
    assert set(found["required"]) <= set(GOOD[name])
    assert all(rule["description"] for rule in found["properties"].values())


def test_a_grade_is_explained(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(monkeypatch, capsys, "crs", GOOD["crs"])
    assert found["answer"] == {"grade": 3, "title": "CRS grade 3 (ASTCT 2019)"}
    assert found["steps"][1] == "One vasopressor: grade 3"


@pytest.mark.parametrize(
    ("weight_kg", "dose_mg", "steps"),
    [
        (75.3, 602.4, ["75.3 kg is not below 30 kg: 8 mg/kg", "75.3 kg × 8 mg/kg = 602.4 mg"]),
        (29.9, 358.8, ["29.9 kg is below 30 kg: 12 mg/kg", "29.9 kg × 12 mg/kg = 358.8 mg"]),
        (30, 240, ["30 kg is not below 30 kg: 8 mg/kg", "30 kg × 8 mg/kg = 240 mg"]),
        (
            120,
            800,
            [
                "120 kg is not below 30 kg: 8 mg/kg",
                "120 kg × 8 mg/kg = 960 mg, which is more than the most, 800 mg",
            ],
        ),
    ],
)
def test_a_dose_by_weight(
    weight_kg: float,
    dose_mg: float,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = answer(monkeypatch, capsys, "dose", {"weight_kg": weight_kg})
    assert (found["answer"], found["steps"]) == ({"dose_mg": dose_mg}, steps)


def test_the_vials_that_make_the_doses(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"weight_kg": 75.3, "doses": 2, "on": "2026-11-24", "on_hand": LOTS}
    found = answer(monkeypatch, capsys, "dose", asked)
    assert found["answer"]["doses_on_hand"] == 2
    assert [[v["vials"] for v in dose] for dose in found["answer"]["hold"]] == [[1, 3], [1, 3]]
    assert found["steps"][-1] == "Dose 2: 400 + 80 + 80 + 80 mg, 37.6 mg left over"


def test_what_is_missing_is_said_and_a_vial_past_its_day_does_not_count(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"weight_kg": 75.3, "doses": 2, "on": "2026-11-25", "on_hand": LOTS}
    found = answer(monkeypatch, capsys, "dose", asked)
    assert (found["answer"]["doses_on_hand"], found["answer"]["hold"]) == (1, None)
    assert "2 doses of 602.4 mg are needed; 2 vials (800 mg) in date on 25 Nov 2026 make 1 dose." in found["steps"][-1]


def test_the_windows_of_fifteen_years_and_how_each_stands_on_a_day(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(monkeypatch, capsys, "windows", {**GOOD["windows"], "on": "2026-11-24"})
    last = found["answer"][-1]
    assert (last["code"], last["target_on"], last["state_if_not_held"]) == ("Y15", "2039-02-28", "planned")
    assert found["steps"][0] == "Day 0 is the day of the infusion, 2024-02-29"
    assert found["steps"][-1] == "Follow-up ends on 2039-02-28"


def test_the_clocks_of_a_case_as_worked_sums(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(monkeypatch, capsys, "clocks", {**CASE, "on": "2026-11-24"})
    (clock,) = found["answer"]
    assert (clock["code"], clock["due_on"], clock["days_left"]) == ("US-15DAY-ALERT", "2026-11-27", 3)
    assert (clock["condition"], clock["verified"]) == ("runs until expectedness is assessed", False)
    assert found["source"] == "21 CFR 600.80(c)(1)(i)"
    assert found["steps"][1].startswith("US-15DAY-ALERT: Thu 12 Nov 2026 (day 0) + 15 days (calendar days")


@pytest.mark.parametrize(
    ("program", "country", "serious", "codes"),
    [
        ("EU-RMP-CART", "DE", False, ["EU-NONSERIOUS"]),
        ("EU-RMP-CART", "US", False, []),
        ("EU-RMP-CART", "US", True, ["EU-SERIOUS"]),
        ("US-FDA-LABEL-CART-2025", "US", False, []),
    ],
)
def test_where_it_happened_decides_which_clocks_run(
    program: str,
    country: str,
    serious: bool,
    codes: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = answer(monkeypatch, capsys, "clocks", {**CASE, "program": program, "country": country, "serious": serious})
    assert [c["code"] for c in found["answer"]] == codes
    assert codes or found["steps"][-1] == "No clock of this program runs for such a case"


SHORTAGE = {"code": "FDA-TOCI-SHORTAGE-2021", "from_on": "2021-12-10"}
KYMRIAH: dict[str, Any] = {
    "program": "US-FDA-REMS-KYMRIAH",
    "on": "2021-12-15",
    "staff": [{"name": "Tobias Renquist", "role": "nurse", "from_on": "2021-12-06"}],
    "representative": {"name": "Dr. Vantongeren", "since": "2018-04-02"},
    "evidence": [{"kind": "staff-training", "about": "Tobias Renquist", "holds_on": "2021-12-14"}],
    "doses": 1,
}


@pytest.mark.parametrize(
    ("changed", "code", "state", "evidence"),
    [
        ({}, "SITE-TOCI-ON-SITE", "not_met", []),
        ({"exceptions": [SHORTAGE]}, "SITE-TOCI-ON-SITE", "met_by_exception", []),
        ({"exceptions": [{**SHORTAGE, "until_on": "2021-12-14"}]}, "SITE-TOCI-ON-SITE", "not_met", []),
        ({}, "STAFF-TRAIN", "met", [1]),
        ({"on": "2021-12-13"}, "STAFF-TRAIN", "not_met", []),
        ({}, "SITE-AR-DESIGNATE", "met", []),
        ({"representative": None}, "SITE-AR-DESIGNATE", "not_met", []),
    ],
)
def test_findings_of_a_site_with_what_decided_them(
    changed: dict[str, Any], code: str, state: str, evidence: list[int], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    found = answer(monkeypatch, capsys, "findings", KYMRIAH | changed)
    one = next(f for f in found["answer"] if f["code"] == code)
    assert (one["state"], one["evidence"]) == (state, evidence)
    assert one["why"].endswith(".")


def test_after_a_program_closed_nothing_is_found_and_the_steps_say_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(monkeypatch, capsys, "findings", {**KYMRIAH, "on": "2025-06-26"})
    assert found["answer"] == []
    assert "has no version in force on 2025-06-26; it asks nothing on this day" in found["steps"][0]


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("crs", "", "The input is no JSON: expecting value in line 1, column 1."),
        ("crs", '{"temperature_c": NaN}', "The input is no JSON: NaN is no number."),
        ("crs", "[" * 100_000, "The input is no JSON that can be read: it is nested too deep."),
        (
            "crs",
            [GOOD["crs"], {}],
            "Item 2: temperature_c is missing: the temperature in degrees Celsius, such as 39.2.",
        ),
        ("dose", 75, "The input: expected an object with weight_kg, doses, on, on_hand, not 75."),
        ("dose", {}, "weight_kg is missing: kilograms."),
        ("dose", {"weight_kg": 500}, "weight_kg must be a number from 1 to 400, not 500."),
        ("dose", {"weight_kg": True}, "weight_kg must be a number from 1 to 400, not true."),
        ("dose", '{"weight_kg": 1e999}', "weight_kg must be a number from 1 to 400, not Infinity."),
        ("dose", {"weight_kg": 75, "doses": 1.5}, "doses must be a whole number from 1 to 10, not 1.5."),
        ("dose", {"weight_kg": 75, "height": 1}, '"height" is not a fact of this rule; it takes weight_kg, doses'),
        ("dose", {"weight_kg": 75, "on_hand": []}, "on is missing: the day on which the vials must be in date"),
        ("dose", {"weight_kg": 75, "on": "2026-11-24", "on_hand": {}}, "on_hand must be a list, not {}."),
        (
            "dose",
            {"weight_kg": 75, "on": "2026-11-24", "on_hand": [LOTS[0], {**LOTS[1], "vials": -1}]},
            "on_hand 2: vials must be a whole number from 0 to 100000, not -1.",
        ),
        (
            "dose",
            {"weight_kg": 75, "on": "2026-11-24", "on_hand": [{**LOTS[0], "strength_mg": 100}]},
            "Vials of tocilizumab hold 80, 200 or 400 mg, not 100 mg.",
        ),
        ("windows", {**GOOD["windows"], "schedule": "X"}, "schedule must be one of CIBMTR-15Y-CRF"),
        (
            "windows",
            {**GOOD["windows"], "infused_on": "29 Feb"},
            'infused_on must be a day such as 2026-11-24, not "29 Feb"',
        ),
        ("windows", {**GOOD["windows"], "infused_on": "2023-02-29"}, "infused_on must be a day such as 2026-11-24"),
        ("windows", {**GOOD["windows"], "infused_on": "9999-12-31"}, "infused_on must be a day such as 2026-11-24"),
        ("clocks", {**CASE, "expected": "no"}, 'expected must be true, false or null, not "no".'),
        ("clocks", {**CASE, "serious": None}, "serious must be true or false, not null."),
        ("clocks", {**CASE, "country": "Germany"}, "country must be where it happened, ISO 3166-1 alpha-2, such as DE"),
        ("clocks", {**CASE, "country": 49}, "country must be a text, not 49."),
        (
            "findings",
            {**KYMRIAH, "program": "US-FDA-LABEL-CART-2025", "exceptions": [SHORTAGE]},
            "FDA-TOCI-SHORTAGE-2021 is no exception of",
        ),
        ("findings", {**KYMRIAH, "staff": [{"name": "X"}]}, "staff 1: role is missing: what the person does."),
        ("findings", {**KYMRIAH, "doses": -1}, "doses must be a whole number from 0 to 10000, not -1."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    name: str, given: object, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(monkeypatch, name, given) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_whatever_json_says_there_is_an_answer_or_a_sentence(name: str, data: st.DataObject) -> None:
    facts = {**GOOD[name], **data.draw(st.dictionaries(st.sampled_from(sorted(GOOD[name])), JSON, max_size=2))}
    try:
        json.dumps(rules.RULES[name].answer(facts))
    except BadInput as refused:
        assert refused.sentence.endswith(".")


def test_defaults_are_filled_in_and_null_is_taken_where_it_may_stand() -> None:
    shape = {"type": ["boolean", "null"], "default": None, "description": "x"}
    whole = {"type": "object", "required": [], "properties": {"a": shape}}
    assert read(parse("{}"), whole) == read({"a": None}, whole) == {"a": None}


def test_the_rules_need_neither_the_web_nor_the_database() -> None:
    code = "import sys; import rems.cli.rules; print('flask' in sys.modules, 'sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
