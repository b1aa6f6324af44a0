"""The drawings: what they show, that they stay in their frame, and that a page gets them without style or color."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Circle, Drawing, Ellipse, Group, Rect, Wedge
from reportlab.lib.colors import HexColor

from rems.paper.charts import (
    Mark,
    MarkKind,
    RibbonEvent,
    RibbonSpan,
    RibbonVisit,
    Series,
    VisitState,
    YearBar,
    Zone,
    ZoneKind,
    bars_by_year,
    ribbon,
    steps,
)
from rems.paper.charts.days import tick_days
from rems.paper.styles import ACCENT, INK
from rems.paper.svg import inline_svg

WIDTHS = [896, 358, 500]
START = date(2021, 12, 1)


def visits():
    planned = [
        RibbonVisit(f"{y} y", round(365.25 * y), round(365.25 * y) - 60, round(365.25 * y) + 60, VisitState.PLANNED)
        for y in range(2, 16)
    ]
    return [
        RibbonVisit("100 d", 100, 85, 115, VisitState.DONE, "day 100"),
        RibbonVisit("1 y", 366, 366, 425, VisitState.LATE),
        *planned,
    ]


def fifteen_years(width, **changes):
    given = {
        "infusion_label": "Infusion, 14 Mar 2023",
        "today_day": 1351,
        "today_label": "Today, day 1,351",
        "events": [RibbonEvent("Pneumonia G3", 234)],
        "spans": [RibbonSpan("Years 1 to 5: examination", 1, 5), RibbonSpan("Years 6 to 15: query", 6, 15)],
    }
    return ribbon(visits(), width=width, **{**given, **changes})


def doses(width, **changes):
    given = {
        "first": Series("On hand", [(START, 4), (date(2021, 12, 15), 1), (date(2021, 12, 28), 5)]),
        "second": Series("Asked for", [(START, 2)]),
        "start": START,
        "end": date(2022, 1, 31),
        "heading": "Doses",
        "zones": [
            Zone(date(2021, 12, 15), date(2021, 12, 28), ("Exception used",)),
            Zone(date(2022, 1, 20), date(2022, 1, 31), ("Short by 1",), ZoneKind.LATE),
        ],
        "marks": [
            Mark(date(2021, 12, 20), "3 vials expire", MarkKind.EXPIRY),
            Mark(date(2022, 1, 3), "Infusion HL-0464"),
        ],
        "at": date(2021, 12, 15),
        "at_label": "15 Dec: 1 dose",
    }
    return steps(width=width, **{**given, **changes})


def bars(width):
    return bars_by_year([YearBar(1, 9), YearBar(2, 7, late=2), YearBar(3, 0)], width=width)


DRAWINGS = [fifteen_years, doses, bars]


def words(drawing):
    return "\n".join(
        element.text or ""
        for element in ElementTree.fromstring(inline_svg(drawing, title="t")).iter()
        if element.tag == "text"
    )


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_gets_classes_only(draw, width):
    svg = inline_svg(draw(width), title="What is found", css_class="wide")
    root = ElementTree.fromstring(svg)
    assert not re.search(r"style|#[0-9a-fA-F]{3}|rgb|url|<!|<\?", svg.replace("What is found", ""))
    assert root.attrib["role"] == "img"
    assert root.attrib["class"] == "wide"
    assert root[0].tag == "title"
    assert root[0].text == "What is found"
    assert root.attrib["aria-labelledby"] == root[0].attrib["id"]
    allowed = {
        "class",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "width",
        "height",
        "d",
        "fill",
        "fill-rule",
        "text-anchor",
    }
    for element in list(root)[1:]:
        assert set(element.attrib) <= allowed
        assert element.attrib.get("fill", "none") == "none"


@pytest.mark.parametrize("draw", DRAWINGS)
def test_every_class_is_one_of_the_stylesheet(draw):
    known = (
        "text soft bold small axis grid rule cut line line2 line-late on ring hatch box late-text accent-text "
        "soon-text accent wash shade paper ink sheet line-fill edge deep met soon late late-wash soft-fill "
        "met-wash soon-wash"
    )
    used = {
        name for value in re.findall(r'class="([^"]*)"', inline_svg(draw(896), title="t")) for name in value.split()
    }
    assert used <= {f"c-{name}" for name in known.split()}


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_drawing_stays_in_its_frame(draw, width):
    drawing = draw(width)
    left, bottom, right, top = drawing.getBounds()
    assert left >= -1
    assert right <= width + 1
    assert bottom >= -1
    assert top <= drawing.height + 1


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_same_drawing_gives_the_same_text_and_another_width_another_id(draw):
    first, again, other = (inline_svg(draw(w), title="t") for w in (896, 896, 358))
    assert first == again
    assert re.search(r'id="([^"]+)"', first)[1] != re.search(r'id="([^"]+)"', other)[1]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_paper_gets_a_vector_drawing(draw):
    assert renderPDF.drawToString(draw(500)).startswith(b"%PDF")


def test_year_one_is_three_times_as_wide_as_another():
    root = ElementTree.fromstring(inline_svg(fifteen_years(896, today_day=None), title="t"))
    widths = [float(box.attrib["width"]) for box in root.iter() if box.tag == "rect"]
    assert len(widths) == 15
    assert (widths[0] + 2) / (widths[1] + 2) == pytest.approx(3, abs=0.01)


def test_years_gone_are_filled_and_the_year_under_way_to_its_day():
    svg = inline_svg(fifteen_years(896), title="t")
    assert svg.count('class="c-accent"') == 3
    assert svg.count('class="c-wash"') == 1


def test_the_phone_has_rows_of_years_with_whole_words():
    text = words(fifteen_years(358))
    assert "day 100" in text
    assert "Years 1 to 5" not in text
    assert fifteen_years(358).height > fifteen_years(896).height


def test_the_ribbon_names_what_has_room():
    text = words(fifteen_years(896))
    for expected in (
        "Infusion, 14 Mar 2023",
        "Today, day 1,351",
        "Pneumonia G3",
        "100 d",
        "15 y",
        "Years 6 to 15: query",
    ):
        assert expected in text


@pytest.mark.parametrize("today", [None, 0, 20, 365, 366, 5478, 5479, 9000])
@pytest.mark.parametrize("width", WIDTHS)
def test_any_day_can_be_today(today, width):
    assert ("Today" in words(fifteen_years(width, today_day=today, today_label="Today"))) == (today is not None)


days = st.integers(min_value=0, max_value=5479)
some_visits = st.builds(
    RibbonVisit, st.just("a b"), days, days | st.none(), days | st.none(), st.sampled_from(VisitState)
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(some_visits, max_size=40),
    st.lists(st.builds(RibbonEvent, st.text(max_size=12), days), max_size=8),
    days,
    st.sampled_from(WIDTHS),
)
def test_no_course_of_visits_leaves_the_frame(some, events, today, width):
    drawing = ribbon(some, width=width, infusion_label="Infusion", today_day=today, events=events)
    left, _, right, _ = drawing.getBounds()
    assert left >= -1
    assert right <= width + 1
    ElementTree.fromstring(re.sub(r"[^\x20-\x7e\n]", "?", inline_svg(drawing, title="t")))


def test_a_step_chart_names_lines_zones_marks_and_the_day():
    text = words(doses(896))
    for expected in (
        "On hand",
        "Asked for",
        "Exception used",
        "Short by 1",
        "3 vials expire",
        "15 Dec: 1 dose",
        "1 Dec 2021",
        "31 Jan",
    ):
        assert expected in text


def test_a_value_holds_until_the_next_and_before_the_first():
    series = Series("On hand", [(date(2026, 1, 5), 4), (date(2026, 1, 9), 0)])
    assert [series.on(date(2026, 1, day)) for day in (1, 5, 8, 9, 30)] == [4, 4, 4, 0, 0]
    assert Series("None", []).on(START) == 0


def test_a_chart_of_one_day_and_no_dose_is_drawn():
    empty = Series("On hand", [])
    assert "On hand" in words(steps(empty, Series("Asked for", []), start=START, end=START, width=358))


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before"):
        doses(896, end=START - timedelta(days=1))


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(min_value=0, max_value=9000))
def test_ticks_rise_from_the_first_day_to_the_last(start, length):
    end = start + timedelta(days=length)
    ticks = tick_days(start, end)
    assert ticks == sorted(set(ticks))
    assert (ticks[0], ticks[-1]) == (start, end)
    assert len(ticks) <= 30


def test_bars_carry_their_numbers_and_late_years_a_diamond():
    svg = inline_svg(bars(280), title="t")
    assert "9" in words(bars(280))
    assert svg.count('class="c-late"') == 1
    assert bars_by_year([], width=280).height > 0


def test_text_of_another_script_reaches_a_page_as_it_was_written():
    assert "ICANS محمد 1" in words(fifteen_years(896, today_day=None, events=[RibbonEvent("ICANS محمد 1", 2000)]))


def test_titles_and_labels_are_escaped():
    svg = inline_svg(fifteen_years(896, infusion_label="<b>&"), title='a < b & "c"')
    assert "&lt;b&gt;&amp;" in svg
    assert ElementTree.fromstring(svg)[0].text == 'a < b & "c"'


def drawn(*shapes):
    drawing = Drawing(10, 10)
    for shape in shapes:
        drawing.add(shape)
    return inline_svg(drawing, title="t")


def test_moved_groups_circles_and_ellipses_are_drawn():
    group = Group(
        Circle(1, 1, 1, fillColor=ACCENT, strokeColor=None), Ellipse(2, 2, 2, 1, fillColor=INK, strokeColor=None)
    )
    group.translate(3, 0)
    assert '<circle cx="4" cy="9" r="1" class="c-accent"/>' in drawn(group)


def test_a_color_that_is_no_token_is_refused():
    with pytest.raises(ValueError, match="no color of the look"):
        drawn(Rect(0, 0, 1, 1, fillColor=HexColor("#123456"), strokeColor=None))


def test_a_shape_that_a_page_cannot_draw_is_refused():
    with pytest.raises(TypeError, match="Wedge"):
        drawn(Wedge(1, 1, 1, 0, 90))
