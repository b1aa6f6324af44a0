"""Cytokines and markers: how values are written, their units, and within which hours they are asked."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from rems.core.errors import BadInput, SetupError
from rems.followup.bedside import markers
from rems.followup.bedside.markers import Bound, Measured, SampleState
from tests.followup.bedside import INFUSED

WRITTEN = [("12.4", "", "12.4"), ("<5", "<", "5"), ("> 5000", ">", "5000"), ("0", "", "0"), (" 7 ", "", "7")]


@pytest.mark.parametrize(("text", "bound", "value"), WRITTEN)
def test_a_value_is_read_as_the_laboratory_writes_it(text: str, bound: str, value: str) -> None:
    assert markers.read_value(text, field="v", title="Ferritin") == (Bound(bound), Decimal(value))


@pytest.mark.parametrize("text", ["", "high", "≤5", "-3", "1,200", "5 pg/mL", "1e3", "<<5", "1.23456"])
def test_what_is_no_value_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput, match="is no value; write a number like 12.4, with < or > before it"):
        markers.read_value(text, field="v", title="Ferritin")


def test_nothing_is_below_zero() -> None:
    with pytest.raises(BadInput, match="nothing is below 0"):
        markers.read_value("<0", field="v", title="Ferritin")


CONVERTED = [
    ("CRP", "12", "mg/dL", "mg/L", "120"),
    ("FERRITIN", "900", "ug/L", "ng/mL", "900"),
    ("IL-6", "1.25", "ng/mL", "pg/mL", "1250"),
    ("LDH", "5", "ukat/L", "U/L", "300"),
]


@pytest.mark.parametrize(("code", "value", "unit", "to", "told"), CONVERTED)
def test_a_value_is_told_in_another_unit_of_the_data(code: str, value: str, unit: str, to: str, told: str) -> None:
    found = markers.converted(markers.markers()[code], Measured(Decimal(value), unit, Bound.ABOVE), to)
    assert found.words == f"> {told} {to}"


def test_a_unit_that_the_data_do_not_name_is_refused() -> None:
    with pytest.raises(BadInput, match='"mg/L" is no unit of it here; it is written in pg/mL, ng/L, ng/mL'):
        markers.converted(markers.markers()["IL-6"], Measured(Decimal(1), "mg/L"), "pg/mL")


def test_a_marker_is_asked_within_its_hours() -> None:
    il6 = markers.markers()["IL-6"]
    asked = {"infused_at": INFUSED, "now": INFUSED + timedelta(hours=30)}
    assert markers.asked_state(il6, [], infused_at=INFUSED, now=INFUSED + timedelta(hours=24)) is SampleState.DUE
    assert markers.asked_state(il6, [], **asked) is SampleState.MISSED
    assert markers.asked_state(il6, [INFUSED + timedelta(hours=24)], **asked) is SampleState.DONE
    assert markers.asked_state(il6, [INFUSED + timedelta(hours=25)], **asked) is SampleState.LATE
    assert markers.asked_state(markers.markers()["CRP"], [], **asked) is None


def test_hours_since_the_infusion_pass_alike_when_the_clocks_are_set_back() -> None:
    before = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
    assert markers.hours_since(before + timedelta(hours=24, minutes=30), before) == Decimal("24.5")
    assert format(markers.hours_since(before + timedelta(hours=20), before), "f") == "20"


def test_the_markers_of_the_brief_are_there() -> None:
    found = markers.markers()
    assert list(found) == ["IL-6", "IFN-GAMMA", "IL-8", "IL-10", "IL-15", "TGF-BETA", "CRP", "FERRITIN", "LDH"]
    assert {code for code, one in found.items() if one.within_hours == 24} == {"IL-6", "IFN-GAMMA"}


WRONG_FILES = [
    ("markers: 3", "does not list markers as it should"),
    ("markers: [{code: A}]", "a marker has exactly the keys"),
    (
        "markers: [{code: A, title: A, loinc: null, unit: g, units: {g: 2}, within_hours: null}]",
        "its unit has the factor 1",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG_FILES)
def test_a_file_of_markers_that_is_wrong_says_so(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "markers.yaml"
    file.write_text(text)
    with pytest.raises(SetupError, match=sentence):
        markers.read(file)
