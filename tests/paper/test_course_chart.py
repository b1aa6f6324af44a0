"""The chart of the days after an infusion: what stands on it, in every width."""

import re

import pytest

from rems.paper.charts import Given, Track, bedside
from rems.paper.svg import inline_svg

CRS = Track(
    "CRS", "onset day 1, peak grade 4 on day 2, over on day 6", {1: 1, 2: 4, 3: None, 6: 0}, [(1, "onset"), (2, "peak")]
)
WIDTHS = [896, 358, 500]


def drawn(width: float, *, last_day: int = 9, track: Track = CRS, **more) -> str:
    values = [(1.2, 38.4), (2.4, 39.9), (3.1, 37.0)]
    return str(inline_svg(bedside([track], values, last_day=last_day, width=width, **more), title="It"))


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize("width", WIDTHS)
def test_each_grade_stands_in_its_day_and_what_is_named_below(width: float) -> None:
    found = texts(drawn(width))
    assert found[:2] == ["CRS", CRS.words]
    assert found[2:6] == ["1", "4", "–", "0"]
    assert {"onset", "peak", "Temperature, °C", "Day"} <= set(found)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_drawn_beside_the_sheet(width: float) -> None:
    given = [Given(9.9, "Dexamethasone 10 mg"), Given(0, "Tocilizumab 640 mg")]
    track = Track("CRS", CRS.words, CRS.grades, [(0, "onset"), (9, "over")])
    svg = drawn(width, track=track, given=given)
    for x, wide in re.findall(r'<rect x="([-0-9.]+)"[^>]* width="([-0-9.]+)"', svg):
        assert float(x) >= -0.5
        assert float(x) + float(wide) <= width + 0.5 + 4
    assert all(0 <= float(x) <= width for x in re.findall(r'<text x="([-0-9.]+)"', svg))


def test_ninety_days_on_a_phone_leave_out_digits_but_keep_the_words() -> None:
    found = texts(drawn(358, last_day=90))
    assert CRS.words in found
    assert found.count("4") == 0
    assert "84" in found


def test_a_course_without_an_entry_is_an_empty_sheet_with_its_axes() -> None:
    svg = inline_svg(bedside([Track("CRS", "no grade so far", {})], [], last_day=7, width=896, today=1), title="It")
    assert {"no grade so far", "36", "40", "7"} <= set(texts(str(svg)))


def test_a_fever_above_the_usual_widens_the_grid() -> None:
    svg = str(inline_svg(bedside([CRS], [(1, 42.3), (2, 30.0)], last_day=7, width=896), title="It"))
    assert {"30", "40"} <= set(texts(svg))


def test_treatments_at_one_moment_stand_below_one_another_up_to_the_last_lane() -> None:
    given = [Given(2.0, f"Drug {n}") for n in range(6)]
    found = texts(drawn(358, given=given))
    assert [one for one in found if one.startswith("Drug")] == ["Drug 0", "Drug 1", "Drug 2", "Drug 3"]
