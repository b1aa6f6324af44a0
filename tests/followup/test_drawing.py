"""The ribbon of a patient, what it tells in words, and how a visit is said on the page."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rems.followup import schedule
from rems.followup.drawing import MARKS, Happened, drawings, finding, labels
from rems.followup.overview import Overview
from rems.followup.queries import Course, Line
from rems.followup.schedule import VisitState
from rems.programs import files

SCHEDULES = files.load(Path(__file__).parents[2] / "config" / "programs").schedules
INFUSED, TODAY = date(2023, 3, 14), date(2026, 11, 24)
PNEUMONIA = Happened("Pneumonia G3", date(2023, 11, 8))


def course(code: str, *, on: date = TODAY, held: dict[str, date] | None = None, infused: bool = True) -> Course:
    """The course of the patient infused on 14 March 2023; with an infusion that has no more to it than being there."""
    plan = SCHEDULES[code]
    lines = tuple(
        Line(v, (held or {}).get(v.code), schedule.state(v, held_on=(held or {}).get(v.code), on=on), None)
        for v in schedule.plan(plan, infused_on=INFUSED)
    )
    given = cast(Any, SimpleNamespace(holds_on=INFUSED)) if infused else None
    return Course(plan, given, INFUSED, schedule.ends_on(plan, infused_on=INFUSED), None, lines)


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("D100", "Day 100", ("100 d", "day 100")),
        ("M06", "6 months", ("6 mo", "6 months")),
        ("Y15", "Year 15", ("15 y", "year 15")),
        ("D000", "Day of infusion", ("", "Day of infusion")),
        ("BASE", "Baseline", ("", "Baseline")),
    ],
)
def test_a_visit_is_named_shortly_under_its_mark(code: str, title: str, expected: tuple[str, str]) -> None:
    assert labels(code, title) == expected


def test_every_state_has_a_mark() -> None:
    assert set(MARKS) == set(VisitState)


@pytest.mark.parametrize("code", sorted(SCHEDULES))
def test_every_schedule_is_drawn_for_page_and_phone_without_a_style(code: str) -> None:
    wide, narrow = drawings("HL-0417", course(code), [PNEUMONIA], on=TODAY, today=TODAY)
    assert 'viewBox="0 0 896' in wide
    assert 'viewBox="0 0 358' in narrow
    assert "Today, day 1,351" in wide
    assert "Pneumonia G3" in wide
    assert "style=" not in wide + narrow


def test_a_schedule_of_examinations_and_queries_says_which_years_ask_what() -> None:
    wide, _ = drawings("HL-0417", course("FDA-LTFU-2020-INTEGRATING"), [], on=TODAY, today=TODAY)
    assert "Years 1 to 5: examination" in wide
    assert "Years 6 to 15: yearly query, a phone contact is enough" in wide


def test_the_title_tells_what_is_seen() -> None:
    held = {"D100": date(2023, 6, 20), "M06": date(2023, 9, 12), "Y02": date(2025, 6, 2), "Y03": date(2026, 3, 17)}
    assert finding("HL-0417", course("CIBMTR-15Y-CRF", held=held), [PNEUMONIA], on=TODAY) == (
        "Follow-up of patient HL-0417 from 14 March 2023 to 14 March 2038. 24 November 2026 is in year 4. "
        "Done in time: Day 100, 6 months, Year 3. Done after its window: Year 2. Overdue: Year 1. "
        "Next: Year 4, target 14 March 2027. Events: Pneumonia G3 on 8 November 2023."
    )


def test_without_an_infusion_the_ribbon_is_a_plan() -> None:
    wide, _ = drawings("HL-0533", course("CIBMTR-15Y-CRF", infused=False), [], on=TODAY, today=TODAY)
    assert "Infusion planned, 14 Mar 2023" in wide
    assert "Today" not in wide
    assert "as planned: infusion on 14 March 2023, 17 visits to 14 March 2038" in wide


@pytest.mark.parametrize(
    ("code", "on", "held_on", "words"),
    [
        ("Y02", date(2025, 6, 30), date(2025, 6, 2), "20 days late"),
        ("Y02", date(2025, 5, 14), None, "1 day late"),
        ("Y02", date(2025, 5, 13), None, "Closes today"),
        ("Y02", date(2025, 5, 3), None, "Closes in 10 days"),
        ("Y02", date(2025, 5, 3), date(2025, 1, 1), "12 days early"),
        ("Y02", date(2025, 5, 3), date(2025, 5, 1), ""),
        ("D100", date(2023, 6, 1), None, "Opens in 6 days"),
        ("M06", date(2023, 6, 1), None, ""),
    ],
)
def test_the_state_of_a_visit_is_said_with_its_days(code: str, on: date, held_on: date | None, words: str) -> None:
    found = course("CIBMTR-15Y-CRF", on=on, held={code: held_on} if held_on else None)
    page = cast(Overview, SimpleNamespace(course=found, lens=SimpleNamespace(as_of=on)))
    assert Overview.state_words(page, found.line(code)) == words
