"""How answers are written in a form: partial dates, numbers with their unit, and names of fields."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from rems.followup.questionnaires.forms import AnswersForm, Block, asking, given
from rems.followup.questionnaires.terms import Condition, Kind, Question

INFUSED, ON = date(2024, 2, 29), date(2026, 11, 24)
WHEN = Question("when", "When was it?", Kind.PARTIAL_DATE)
SHARE = Question("share", "Share", Kind.NUMBER, unit="%", least=Decimal(0), most=Decimal(100), places=1, required=True)
WHY = Question("why", "Why?", Kind.TEXT, required=True, only_if=Condition("share", at_least=Decimal(1)))
BLOCK = Block("", "It", (WHEN, SHARE, WHY))


def form(app: Flask, **sent: str) -> AnswersForm:
    with app.test_request_context():
        found = asking([BLOCK])(MultiDict({f"q_{name}": text for name, text in sent.items()}))
        del found.csrf_token
        found._csrf = None
        return found


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("2026", "2026", "2026"),
        ("May 2026", "2026-05", "May 2026"),
        ("may 2026", "2026-05", "May 2026"),
        ("Sept. 2025", "2025-09", "September 2025"),
        ("2026-05", "2026-05", "May 2026"),
        ("3 May 2026", "2026-05-03", "3 May 2026"),
        ("2024-02-29", "2024-02-29", "29 February 2024"),
    ],
)
def test_a_partial_date_is_written_as_people_write_it(app: Flask, typed: str, kept: str, shown: str) -> None:
    found = form(app, when=typed)
    assert found.is_sound(whole=False, infused_on=INFUSED, on=ON)
    assert found.values(BLOCK) == {"when": kept}
    assert found["q_when"].echo == shown
    assert given(BLOCK, {"when": kept}) == {"q_when": kept}


@pytest.mark.parametrize("typed", ["05/2026", "Mai 2026", "2026-13", "30 Feb 2026", "26", "last spring"])
def test_what_is_no_partial_date_says_how_one_is_written(app: Flask, typed: str) -> None:
    found = form(app, when=typed)
    assert not found.is_sound(whole=False, infused_on=INFUSED, on=ON)
    assert found.problems() == [
        ("q_when", f'When was it: "{typed}" is no date; write it like 2026, May 2026 or 3 May 2026')
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("much", 'Share: "much" is no number; write it with a point, like 38.5'),
        ("100.5", "Share: 100.5 % is more than 100 %"),
        ("-1", "Share: -1 % is less than 0 %"),
        ("1.25", 'Share: "1.25" has more than 1 decimal place'),
    ],
)
def test_a_number_keeps_to_its_range_and_says_its_unit(app: Flask, typed: str, sentence: str) -> None:
    found = form(app, share=typed)
    assert not found.is_sound(whole=False, infused_on=INFUSED, on=ON)
    assert found.problems() == [("q_share", sentence)]


def test_a_question_is_asked_for_only_where_it_applies_and_when_it_is_finished(app: Flask) -> None:
    assert form(app).is_sound(whole=False, infused_on=INFUSED, on=ON)
    bare = form(app)
    assert not bare.is_sound(whole=True, infused_on=INFUSED, on=ON)
    assert bare.problems() == [("q_share", "Share: write a number")]
    assert form(app, share="0.9").is_sound(whole=True, infused_on=INFUSED, on=ON)
    more = form(app, share="1")
    assert not more.is_sound(whole=True, infused_on=INFUSED, on=ON)
    assert more.problems() == [("q_why", "Why: write an answer")]
    assert [(r.field.name, r.applies, r.hangs_on, r.at_least) for r in more.rows(BLOCK)][2:] == [
        ("q_why", True, "q_share", "1")
    ]
