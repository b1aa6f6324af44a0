"""What counts as an answer to a question, how it is kept with its day, and how a page says it. Pure."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from rems.core.errors import BadInput
from rems.followup.questionnaires.branching import Value, Values
from rems.followup.questionnaires.terms import CHOSEN, UNITS, Kind, Question, Questionnaire
from rems.patients.rules import said

LONGEST_TEXT = 2000  # characters
MONTHS = ("January", "February", "March", "April", "May", "June",
          "July", "August", "September", "October", "November", "December")  # fmt: skip
WRITE_PARTIAL = "write it like 2026, May 2026 or 3 May 2026"
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def field_of(code: str) -> str:
    """The name of the form field of a question."""
    return f"q_{code}"


def first_day(partial: str) -> date:
    """The first day that a partial date may mean: 2026-05 is 1 May 2026. Raises ValueError."""
    year, month, day = _parts(partial)
    return date(year, month or 1, day or 1)


def last_day(partial: str) -> date:
    """The last day that a partial date may mean: 2026-05 is 31 May 2026. Raises ValueError."""
    year, month, day = _parts(partial)
    last = month or 12
    return date(year, last, day or monthrange(year, last)[1])


def _parts(partial: str) -> tuple[int, int, int]:
    found = _PARTIAL.fullmatch(partial)
    if found is None:
        raise ValueError(f'"{partial}" is no date; {WRITE_PARTIAL}')
    year, month, day = (int(part or 0) for part in found.groups())
    if (found[2] and not 1 <= month <= 12) or (found[3] and not 1 <= day <= monthrange(year, month)[1]):
        raise ValueError(f'"{partial}" is no date; {WRITE_PARTIAL}')
    return year, month, day


def wrong(question: Question, value: Value, *, infused_on: date, on: date) -> str:
    """What is wrong with an answer that was given on a day of the site, and what is right; empty: nothing is."""
    if isinstance(value, list) != (question.kind is Kind.SEVERAL):
        return "several answers were given where one is asked" if isinstance(value, list) else "tick what applies"
    if question.kind in CHOSEN:
        given = value if isinstance(value, list) else [value]
        strange = next((one for one in given if one not in question.offered), None)
        if strange is not None:
            return f'"{strange}" is no answer; it is one of {", ".join(question.offered.values())}'
        return "an answer was given twice" if len(set(given)) < len(given) else ""
    assert isinstance(value, str)
    if question.kind is Kind.NUMBER:
        return _wrong_number(question, value)
    if question.kind is Kind.TEXT:
        too_long = len(value) > LONGEST_TEXT
        return f"{len(value):,} characters are more than {LONGEST_TEXT:,}" if too_long else ""
    return _wrong_day(question, value, infused_on=infused_on, on=on)


def _wrong_number(question: Question, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        return f'"{value}" is no number; write it with a point, like 1.5'
    unit = f" {UNITS[question.unit]}" if UNITS.get(question.unit) else ""
    if question.least is not None and number < question.least:
        return f"{number:f}{unit} is less than {question.least:f}{unit}"
    if question.most is not None and number > question.most:
        return f"{number:f}{unit} is more than {question.most:f}{unit}"
    if -int(number.as_tuple().exponent) > question.places:
        return f"{number:f} has more than {question.places} decimal places"
    return ""


def _wrong_day(question: Question, value: str, *, infused_on: date, on: date) -> str:
    try:
        if question.kind is Kind.DAY and len(value) != len("2026-05-03"):
            raise ValueError(f'"{value}" is no day; write it like 3 May 2026')
        first, last = first_day(value), last_day(value)
    except ValueError as error:
        return str(error)
    if first > on:
        return f"{partial_words(value)} has not come yet; the answer was given on {said(on)}"
    if last < infused_on and not question.before_infusion:
        return f"{partial_words(value)} is before the infusion on {said(infused_on)}"
    return ""


def check_all(asked: Iterable[Question], values: Values, *, infused_on: date, on: date) -> None:
    """Every value answers a question that is asked. Raises BadInput."""
    known = {q.code: q for q in asked}
    for code, value in values.items():
        if code not in known:
            raise BadInput(f'"{code}" is not asked here. Asked are: {", ".join(known)}.')
        if why := wrong(known[code], value, infused_on=infused_on, on=on):
            raise BadInput(f"{known[code].text.rstrip('?: ')}: {why}", field_of(code))


def merged(old: Mapping[str, Any], values: Values, *, on: date) -> dict[str, Any]:
    """The answers as they are kept, each with the day on which it was given: an answer that stays keeps its day."""
    return {
        code: old[code] if code in old and old[code]["value"] == value else {"value": value, "on": on.isoformat()}
        for code, value in values.items()
    }


def plain(kept: Mapping[str, Any]) -> dict[str, Value]:
    """The values of answers as they are kept."""
    return {code: told["value"] for code, told in kept.items()}


def partial_words(value: str) -> str:
    """2026, May 2026 or 3 May 2026."""
    year, month, day = _parts(value)
    return " ".join(str(part) for part in (day, MONTHS[month - 1] if month else "", year) if part)


def words(question: Question, value: Value) -> str:
    """An answer as a page says it."""
    if isinstance(value, list):
        return "; ".join(question.offered.get(one, one) for one in value)
    match question.kind:
        case Kind.CHOICE:
            return question.offered.get(value, value)
        case Kind.NUMBER:
            unit = UNITS.get(question.unit, question.unit)
            return f"{value} {unit}".rstrip()
        case Kind.DAY | Kind.PARTIAL_DATE:
            return partial_words(value)
    return value


def lines(one: Questionnaire, kept: Mapping[str, Any]) -> list[tuple[str, str, date]]:
    """Each answer with its question and its day, in the order of the questionnaire."""
    return [
        (q.text, words(q, kept[q.code]["value"]), date.fromisoformat(kept[q.code]["on"]))
        for q in one.questions
        if q.code in kept
    ]


def patient_lines(one: Questionnaire, kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each answer of a patient with its question, in the words that the patient read."""
    return [
        (q.plain, words(replace(q, choices=q.plain_choices or q.choices), kept[q.code]["value"]))
        for q in one.for_patient
        if q.code in kept
    ]
